; Display memory by mode.

; Clears the display memory of the mode in [MODE].
clear_memory:
        call get_class
        mov bx, 0B800h
        mov cx, CGA_WORDS
        mov ax, 0
        cmp dl, CLASS_PLANAR
        jae .vga
        cmp dl, CLASS_TEXT
        jne .fill
        mov ax, 0720h
        cmp byte [MODE], 7
        jne .fill
        mov bh, 0B0h
%ifdef VIDEO_6845
        mov cx, 800h                    ; an MDA has no more
%endif
        jmp short .fill
.vga:
        mov bh, 0A0h                    ; the map mask is all planes
        mov cx, 8000h
.fill:
        mov es, bx
        xor di, di
        rep stosw
        ret

; Out: DL = class of the mode in [MODE]. Spoils nothing else.
get_class:
        push bx
        mov bl, [MODE]
        mov bh, 0
        mov dl, CLASS_TEXT
        cmp bl, LAST_MODE
        ja .other
        mov dl, [cs:mode_class+bx]
.out:
        pop bx
        ret
.other:
%ifdef VIDEO_VGA
        call vbe_graphics
        jc .out
        mov dl, CLASS_VBE
%endif
        jmp .out

; Out: AX = segment of the display memory of the mode in [MODE], DL = its class.
video_segment:
        call get_class
        mov ax, 0B800h
        cmp dl, CLASS_PLANAR
        jae .vga
        cmp byte [MODE], 7
        jne .out
        mov ah, 0B0h
.vga_out:
        mov al, 0
.out:
        ret
.vga:
        mov ah, 0A0h
        jmp .vga_out
