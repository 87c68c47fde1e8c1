; INT 14h: serial ports.
;
; Source: IBM PC AT Technical Reference, section 5, INT 14h; IBM PS/2 HITRC, INT 14h (functions 04h, 05h); National
; 16550A datasheet.

UART_IER        equ 1
UART_LCR        equ 3
UART_MCR        equ 4
UART_LSR        equ 5
UART_MSR        equ 6
LSR_DR          equ 01h
LSR_THRE        equ 20h
MSR_CTS_DSR     equ 30h

int14:
        svc_enter
        mov     si, dx
        cmp     si, 4
        jae     .leave
        shl     si, 1
        mov     di, [si+bda_com]
        test    di, di
        jz      .leave
        mov     dx, di
        svc_dispatch int14_table, 6, .leave
.leave:
        svc_leave
int14_table:
        dw      com_init, com_send, com_receive, com_status, com_init_ext, com_modem

; AH = 00h: AL bits 7-5 rate 110 .. 9600, 4-3 parity, 2 stop bits, 1-0 length.
com_init:
        mov     bl, al
        mov     cl, 4
        shr     bl, cl
        and     bx, 000Eh
        mov     bx, [cs:com_divisors+bx]
        mov     ah, al
        and     ah, 1Fh
        call    com_set
        jmp     com_status
; 1843200 / 16 / rate
com_divisors:
        dw      1047, 768, 384, 192, 96, 48, 24, 12

; AH = 04h: AL break, BH parity, BL stop bits, CH length, CL rate 0-8 (110 .. 19200).
com_init_ext:
        mov     ax, [bp+F_CX]
        cmp     al, 8
        ja      com_leave
        mov     bl, al
        xor     bh, bh
        shl     bx, 1
        mov     bx, [cs:.rates+bx]
        mov     cx, [bp+F_BX]           ; CH parity, CL stop
        and     ah, 3                   ; length
        test    cl, cl
        jz      .one
        or      ah, 04h
.one:
        mov     cl, ch
        xor     ch, ch
        cmp     cl, 4
        ja      com_leave
        mov     si, cx
        or      ah, [cs:.parity+si]
        cmp     byte [bp+F_AL], 0
        je      .set
        or      ah, 40h
.set:
        call    com_set
        jmp     com_status
.rates:
        dw      1047, 768, 384, 192, 96, 48, 24, 12, 6
.parity:
        db      00h, 08h, 18h, 28h, 38h

; com_set: DI = port, BX = divisor, AH = line control. Changes AX, DX.
com_set:
        lea     dx, [di+UART_LCR]
        mov     al, 80h
        out     dx, al
        mov     dx, di
        mov     al, bl
        out     dx, al
        inc     dx
        mov     al, bh
        out     dx, al
        lea     dx, [di+UART_LCR]
        mov     al, ah
        out     dx, al
        lea     dx, [di+UART_IER]
        xor     al, al
        out     dx, al
        ret

; AH = 01h: sends AL. Out: AH = line status, bit 7 on time-out.
com_send:
        lea     dx, [di+UART_MCR]
        mov     al, 03h                 ; DTR, RTS
        out     dx, al
        lea     dx, [di+UART_MSR]
        mov     bx, MSR_CTS_DSR<<8 | MSR_CTS_DSR
        call    com_wait
        jc      com_timeout
        lea     dx, [di+UART_LSR]
        mov     bx, LSR_THRE<<8 | LSR_THRE
        call    com_wait
        jc      com_timeout
        mov     dx, di
        push    ax
        mov     al, [bp+F_AL]
        out     dx, al
        pop     ax
        and     al, 7Fh
        mov     [bp+F_AH], al
com_leave:
        svc_leave
com_timeout:
        or      al, 80h
        mov     [bp+F_AH], al
        jmp     com_leave

; AH = 02h: Out: AL = byte, AH = errors of the line status, bit 7 on time-out.
com_receive:
        lea     dx, [di+UART_MCR]
        mov     al, 01h                 ; DTR
        out     dx, al
        lea     dx, [di+UART_MSR]
        mov     bx, 2020h               ; DSR
        call    com_wait
        jc      com_timeout
        lea     dx, [di+UART_LSR]
        mov     bx, LSR_DR<<8 | LSR_DR
        call    com_wait
        jc      com_timeout
        and     al, 1Eh
        mov     [bp+F_AH], al
        mov     dx, di
        in      al, dx
        mov     [bp+F_AL], al
        jmp     com_leave

; AH = 03h: Out: AH = line status, AL = modem status.
com_status:
        lea     dx, [di+UART_LSR]
        in      al, dx
        mov     ah, al
        inc     dx
        in      al, dx
        mov     [bp+F_AX], ax
        jmp     com_leave

; AH = 05h: AL = 0 reads the modem control register to BL, 1 writes it; then the status.
com_modem:
        lea     dx, [di+UART_MCR]
        cmp     byte [bp+F_AL], 0
        jne     .write
        in      al, dx
        mov     [bp+F_BL], al
        jmp     com_status
.write:
        mov     al, [bp+F_BL]
        and     al, 1Fh
        out     dx, al
        jmp     com_status

; com_wait: until the bits BL of port DX equal BH, for as many ticks as 40:7C+port says (18 a second, one count
; is about a second). Out: AL = last value; CF set on time-out. Changes AH, CX.
com_wait:
        push    si
        push    dx
        mov     cx, 64
.quick:
        in      al, dx
        mov     ah, al
        and     ah, bl
        cmp     ah, bh
        je      .ok
        loop    .quick
        shr     si, 1
        mov     al, [si+bda_com_timeout]
        mov     ah, 18
        mul     ah
        mov     cx, ax
        mov     si, dx                  ; the port
        push    bp
        mov     bp, [bda_ticks]
.slow:
        push    cx
        mov     cx, 4
        call    delay
        pop     cx
        mov     dx, si
        in      al, dx
        mov     ah, al
        and     ah, bl
        cmp     ah, bh
        je      .slow_ok
        push    ax
        mov     ax, [bda_ticks]
        sub     ax, bp
        cmp     ax, cx
        pop     ax
        jb      .slow
        pop     bp
        pop     dx
        pop     si
        stc
        ret
.slow_ok:
        pop     bp
.ok:
        pop     dx
        pop     si
        clc
        ret

; com_find: POST: fills 40:00 and the count in 40:10. DS = BIOS data area.
com_find:
        mov     si, .ports
        mov     di, bda_com
        xor     bx, bx
.next:
        cs lodsw
        mov     dx, ax
        mov     cx, ax
        add     dx, UART_LCR            ; holds what is written to it
        mov     al, 1Ah
        out     dx, al
        post    05h                     ; another value on the bus
        in      al, dx
        cmp     al, 1Ah
        jne     .absent
        dec     dx                      ; the unused bits of the identification are 0
        in      al, dx
        test    al, 30h
        jnz     .absent
        inc     dx
        mov     al, 03h
        out     dx, al
        mov     [di], cx
        inc     di
        inc     di
        inc     bx
.absent:
        cmp     si, .ports_end
        jb      .next
        mov     word [bda_com_timeout], 0101h
        mov     word [bda_com_timeout+2], 0101h
        and     byte [bda_equip+1], 0F1h
        shl     bl, 1
        or      [bda_equip+1], bl
        ret
.ports:
        dw      3F8h, 2F8h, 3E8h, 2E8h
.ports_end:
