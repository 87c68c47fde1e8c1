; A boot sector that shows what its mouse does: the digit at the second place of the
; screen are the buttons that are down, the third is how often the left one went
; down, a star goes the way of the mouse, a cell for 8 counts to the right and 16
; down, from the middle. An R says that it is ready.
;
; Source: PS/2 and PC BIOS Interface Technical Reference, INT 15h C2h, pointing
; device interface.

        cpu     386
        bits    16
        org     7C00h

        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 7C00h
        mov     ax, 0003h
        int     10h
        mov     ax, 0C205h              ; packets of 3 bytes
        mov     bh, 3
        int     15h
        mov     ax, 0C207h
        mov     bx, handler
        int     15h
        mov     ax, 0C200h
        mov     bh, 1
        int     15h
        mov     ax, 0E00h + 'R'
        int     10h
.wait:
        hlt
        jmp     .wait

; The BIOS calls it with status, x, y and a zero on the stack.
STATUS  equ     12
DX_     equ     10
DY_     equ     8

handler:
        push    bp
        mov     bp, sp
        pusha
        push    ds
        push    es
        xor     ax, ax
        mov     ds, ax
        mov     al, [bp+STATUS]
        mov     ah, 0
        mov     dl, [bp+DX_]
        mov     dh, 0
        test    al, 10h                 ; sign of x
        jz      .right
        dec     dh
.right:
        add     [x], dx
        mov     dl, [bp+DY_]
        mov     dh, 0
        test    al, 20h                 ; sign of y, which goes up
        jz      .up
        dec     dh
.up:
        sub     [y], dx
        mov     dx, 0B800h
        mov     es, dx
        and     al, 7
        mov     cl, [last]
        not     cl
        and     cl, al
        and     cl, 1
        add     [presses], cl
        mov     [last], al
        mov     ah, [presses]
        add     ah, '0'
        mov     [es:4], ah
        add     al, '0'
        mov     [es:2], al
        mov     ax, [y]
        shr     ax, 4
        imul    ax, 80
        mov     dx, [x]
        shr     dx, 3
        add     ax, dx
        add     ax, ax
        mov     di, ax
        mov     byte [es:di], '*'
        pop     es
        pop     ds
        popa
        pop     bp
        retf

x:      dw      320
y:      dw      192
last:   db      0
presses: db     0

        times 510-($-$$) db 0
        dw      0AA55h
