; A boot sector for people at a viewer: each key sets the next screen mode and fills the
; screen with a colour of its own; in mode 13h the mouse draws white dots while its left
; button is held.
;
; Sources: IBM PS/2 and PC BIOS Interface Technical Reference, INT 15h C2h (pointing device);
; VBE Core Functions Standard 3.0, functions 02h and 05h.

        cpu     386
        bits    16
        org     7C00h

start:
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 7C00h
        mov     ax, 0C205h              ; a mouse of three bytes
        mov     bh, 3
        int     15h
        push    ds
        pop     es
        mov     bx, mouse
        mov     ax, 0C207h
        int     15h
        mov     ax, 0C200h
        mov     bh, 1
        int     15h
again:
        mov     si, modes
next:
        lodsw
        test    ax, ax
        jz      again
        mov     [mode], ax
        mov     bx, ax
        mov     ax, 4F02h
        int     10h
        lodsw
        mov     cx, ax                  ; banks
        lodsw
        mov     bp, ax                  ; what to fill with
        jcxz    .wait
        xor     dx, dx
.bank:
        push    cx
        cmp     byte [mode+1], 0        ; a VGA mode has one
        je      .fill
        mov     ax, 4F05h
        xor     bx, bx
        int     10h
.fill:
        push    word 0A000h
        pop     es
        xor     di, di
        mov     ax, bp
        mov     cx, 8000h
        rep     stosw
        inc     dx
        pop     cx
        loop    .bank
.wait:
        mov     ah, 0
        int     16h
        jmp     next

; The BIOS calls with status, x, y, 0 on the stack.
mouse:
        push    bp
        mov     bp, sp
        pusha
        push    ds
        push    es
        push    word 0
        pop     ds
        cmp     word [mode], 13h
        jne     .out
        mov     bl, [bp+12]             ; status: bit 4 x, 5 y negative
        mov     al, [bp+10]
        test    bl, 10h
        setnz   ah
        neg     ah
        add     ax, [x]
        cmp     ax, 320
        jae     .y
        mov     [x], ax
.y:
        mov     al, [bp+8]
        test    bl, 20h
        setnz   ah
        neg     ah
        neg     ax                      ; up is positive
        add     ax, [y]
        cmp     ax, 200
        jae     .dot
        mov     [y], ax
.dot:
        test    bl, 1
        jz      .out
        push    word 0A000h
        pop     es
        imul    di, [y], 320
        add     di, [x]
        mov     byte [es:di], 15
.out:
        pop     es
        pop     ds
        popa
        pop     bp
        retf

; mode, banks of 64 KB, two bytes to fill with
modes:  dw      13h, 1, 0101h
        dw      101h, 5, 0202h
        dw      114h, 15, 0F800h        ; 800 by 600 in 16 bits: red
        dw      103h, 8, 0505h
        dw      0
mode:   dw      0
x:      dw      160
y:      dw      100

        times 510-($-$$) db 0
        dw      0AA55h
