; VBE: what part of the memory is reached and shown: the services 05h to 07h.
; Sources: see vbe.asm.

; 05h: window BL = 0: BH = 0 moves it to bank DX, 1 gives it.
vbe_window:
        call vbe_graphics
        jc .invalid
        test bl, bl
        jnz .fail
        cmp bh, 1
        ja .fail
        je .get
        mov al, DISPI_MEMORY
        call dispi_read
        cmp dx, ax
        jae .fail
        mov bx, dx
        mov al, DISPI_BANK
        jmp dispi_write
.get:
        mov al, DISPI_BANK
        call dispi_read
        mov [bp+R_DX], ax
        ret
.fail:
        jmp vbe_fail
.invalid:
        jmp vbe_invalid

; The same for far calls, which spoil AX and DX.
vbe_window_far:
        test bx, 0FEFFh                 ; another window
        jnz .out
        mov al, DISPI_BANK
        test bh, bh
        jnz .get
        push bx
        mov bx, dx
        call dispi_write
        pop bx
.out:
        retf
.get:
        call dispi_read
        mov dx, ax
        retf

; 06h: length of a line: BL = 0 CX pixels, 2 CX bytes, 1 as it is, 3 the most. Out: BX
; bytes, CX pixels, DX lines.
vbe_pitch:
        call vbe_graphics
        jc vbe_window.invalid
        mov di, cx
        mov al, DISPI_BPP
        call dispi_read
        mov cl, al                      ; CL = bits from here on
        cmp bl, 1
        je .answer
        ja .bytes
        mov ax, di
        jmp short .set
.bytes:
        cmp bl, 3
        ja vbe_window.fail
        mov ax, di
        jb .pixels
        call .longest
        jmp short .most
.pixels:
        call vbe_width
.set:
        add ax, 7
        jc .toolong
        and al, 0F8h
        mov di, ax
        call .longest                   ; QEMU takes any width and shows fewer lines then
        cmp di, ax
        ja .toolong
        mov bx, di
        mov al, DISPI_WIDTH
        call dispi_write
        mov al, DISPI_WIDTH
        call dispi_read
        cmp ax, di
        jne .toolong
.answer:
        mov al, DISPI_HEIGHT
        call dispi_read
        mov [bp+R_DX], ax
        mov al, DISPI_WIDTH
        call dispi_read
.length:
        mov [bp+R_CX], ax
        call vbe_bytes
        mov [bp+R_BX], ax
        ret
.longest:                               ; Out: AX = pixels. Spoils DX.
        call vbe_longest
        call vbe_width
        and al, 0F8h
        ret
.most:
        push ax
        mov al, DISPI_YRES
        call dispi_read
        mov [bp+R_DX], ax
        pop ax
        jmp .length
.toolong:
        mov word [bp+R_AX], 024Fh
        ret

; In: CL = bits. Out: AX = bytes of the longest line, of each plane with 4 bits. Spoils DX.
vbe_longest:
        push bx
        mov al, DISPI_YRES
        call dispi_read
        mov bx, ax
        mov al, DISPI_MEMORY
        call dispi_read
        cmp cl, 4
        jne .planes
        shr ax, 1
        shr ax, 1
.planes:
        mov dx, ax
        mov ax, 0FFFFh
        cmp dx, bx
        jae .out
        xor ax, ax
        div bx
.out:
        pop bx
        ret

; In: AX = bytes, CL = bits. Out: AX = pixels. Spoils DX.
vbe_width:
        cmp cl, 8
        je .out
        ja .direct
        cmp ax, 1FFFh
        jbe .eight
        mov ax, 1FFFh
.eight:
        shl ax, 1
        shl ax, 1
        shl ax, 1
        ret
.direct:
        cmp cl, 24
        je .three
        shr ax, 1
        cmp cl, 16
        jbe .out
        shr ax, 1
.out:
        ret
.three:
        push bx
        xor dx, dx
        mov bx, 3
        div bx
        pop bx
        ret

; 07h: the display starts at pixel CX of line DX: BL = 0, or 80h at the next vertical
; retrace; 1 gives it.
vbe_start:
        call vbe_graphics
        jc .invalid
        cmp bl, 1
        je .get
        mov al, bl
        and al, 7Fh
        jz .at
        cmp al, 6
        ja .fail
        mov word [bp+R_AX], 024Fh       ; scheduled starts, stereo: the mode's attributes say no
        ret
.at:
        test bl, bl
        pushf
        mov al, DISPI_XRES
        mov bx, cx
        mov si, DISPI_WIDTH
        call .inside
        ja .popfail
        mov al, DISPI_YRES
        mov bx, dx
        mov si, DISPI_HEIGHT
        call .inside
        ja .popfail
        popf
        jz .set
        call vbe_retrace
.set:
        mov bx, cx
        mov al, DISPI_X
        call dispi_write
        mov bx, dx
        mov al, DISPI_Y
        jmp dispi_write
.inside:                                ; above: AL's register and BX are more than SI's
        call dispi_read
        add bx, ax
        jc .beyond
        mov ax, si
        call dispi_read
        cmp bx, ax
        ret
.beyond:
        or al, 1                        ; neither carry nor zero: above
        ret
.popfail:
        popf
        jmp short .fail
.get:
        mov byte [bp+R_BH], 0
        mov al, DISPI_X
        call dispi_read
        mov [bp+R_CX], ax
        mov al, DISPI_Y
        call dispi_read
        mov [bp+R_DX], ax
        ret
.fail:
        jmp vbe_fail
.invalid:
        jmp vbe_invalid

; Waits for the start of a vertical retrace, not for ever. Spoils AX.
vbe_retrace:
        push cx
        push dx
        mov dx, [CRTC]
        add dl, 6
        xor cx, cx
.in:
        in al, dx
        test al, 8
        loopnz .in
        xor cx, cx
.out:
        in al, dx
        test al, 8
        loopz .out
        pop dx
        pop cx
        ret
