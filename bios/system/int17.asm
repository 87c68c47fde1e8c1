; INT 17h: printers; INT 05h: print screen.
;
; Source: IBM PC AT Technical Reference, section 5, INT 17h and INT 05h.

LPT_STATUS      equ 1                   ; bit 7 not busy, 6 acknowledge, 5 paper out, 4 selected, 3 no error
LPT_CONTROL     equ 2
LPT_SELECT      equ 0Ch                 ; selected, not reset
LPT_STROBE      equ 0Dh

int17:
        svc_enter
        mov     si, dx
        cmp     si, 3
        jae     .leave
        mov     cl, [si+bda_lpt_timeout]
        shl     si, 1
        mov     di, [si+bda_lpt]
        test    di, di
        jz      .leave
        cmp     ah, 1
        jb      .print
        je      .init
        cmp     ah, 2
        je      .status
.leave:
        svc_leave
.init:
        lea     dx, [di+LPT_CONTROL]
        mov     al, 08h                 ; reset for 50 us at least
        out     dx, al
        mov     cx, 140
        call    delay
        mov     al, LPT_SELECT
        lea     dx, [di+LPT_CONTROL]
        out     dx, al
.status:
        lea     dx, [di+LPT_STATUS]
        in      al, dx
        and     al, 0F8h
        xor     al, 48h                 ; acknowledge and error are active low
        mov     [bp+F_AH], al
        jmp     .leave
.print:
        mov     dx, di
        out     dx, al
        inc     dx
        in      al, dx
        test    al, 80h
        jnz     .ready
        mov     ax, 90FEh
        clc
        int     15h
        mov     al, cl                  ; about a second a count
        mov     ah, 18
        mul     ah
        mov     cx, ax
        mov     bx, [bda_ticks]
.wait:
        push    cx
        mov     cx, 4
        call    delay
        pop     cx
        in      al, dx
        test    al, 80h
        jnz     .ready
        mov     ax, [bda_ticks]
        sub     ax, bx
        cmp     ax, cx
        jb      .wait
        in      al, dx
        and     al, 0F8h
        xor     al, 48h
        or      al, 01h                 ; time-out
        mov     [bp+F_AH], al
        jmp     .leave
.ready:
        inc     dx
        cli
        mov     al, LPT_STROBE
        out     dx, al
        jmp     short $+2
        jmp     short $+2
        mov     al, LPT_SELECT
        out     dx, al
        sti
        jmp     .status

; lpt_find: POST: fills 40:08 and the count in 40:10. DS = BIOS data area.
lpt_find:
        mov     si, .ports
        mov     di, bda_lpt
        xor     bx, bx
.next:
        cs lodsw
        mov     dx, ax
        mov     al, 0AAh                ; the data latch holds what is written to it
        out     dx, al
        post    05h                     ; another value on the bus
        in      al, dx
        cmp     al, 0AAh
        jne     .absent
        mov     [di], dx
        inc     di
        inc     di
        inc     bx
        inc     dx                      ; out of the reset in which power-on holds the printer
        inc     dx
        mov     al, LPT_SELECT
        out     dx, al
.absent:
        cmp     si, .ports_end
        jb      .next
        mov     word [bda_lpt_timeout], 1414h
        mov     byte [bda_lpt_timeout+2], 14h
        and     byte [bda_equip+1], 3Fh
        mov     cl, 6
        shl     bl, cl
        or      [bda_equip+1], bl
        ret
.ports:
        dw      3BCh, 378h, 278h
.ports_end:

; INT 05h: the text screen to the first printer. 50:00 = 1 while it runs, FFh after an error.
int05:
        svc_enter
        cmp     byte [bda_prtsc], 1
        je      .leave
        mov     byte [bda_prtsc], 1
        mov     ah, 0Fh
        int     10h                     ; BH = page, AH = columns
        push    ax
        mov     ah, 03h
        int     10h
        pop     ax
        push    dx                      ; the cursor comes back here
        mov     cl, ah                  ; CL = columns
        mov     ch, [84h]               ; CH = rows - 1, where there is an EGA or VGA
        test    ch, ch
        jnz     .rows
        mov     ch, 24
.rows:
        xor     dx, dx
        call    .newline
        jc      .failed
.char:
        mov     ah, 02h
        int     10h
        mov     ah, 08h
        int     10h
        test    al, al
        jnz     .print
        mov     al, ' '
.print:
        call    .put
        jc      .failed
        inc     dx
        cmp     dl, cl
        jb      .char
        xor     dl, dl
        call    .newline
        jc      .failed
        inc     dh
        cmp     dh, ch
        jbe     .char
        mov     al, 0
        jmp     short .end
.failed:
        mov     al, 0FFh
.end:
        pop     dx
        push    ax
        mov     ah, 02h
        int     10h
        pop     ax
        mov     [bda_prtsc], al
.leave:
        svc_leave
.newline:
        mov     al, 13
        call    .put
        jc      .put_done
        mov     al, 10
.put:
        push    dx
        xor     dx, dx
        mov     ah, 0
        int     17h
        pop     dx
        test    ah, 29h                 ; error, paper out, time-out
        jz      .put_done
        stc
.put_done:
        ret
