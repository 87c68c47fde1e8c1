; Scrolling in the graphics modes: AH=06h and 07h.
;
; Source: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h".

; Scrolls in a graphics mode. In: AH = 06h up or 07h down, AL lines to fill, DH lines
; to move, DL columns, CL left column, CH the line to start with (the upper one going
; up, the lower one going down), BH what to fill with: a colour, in modes 4 to 6 a byte
; as it goes to memory. Spoils everything but DS.

L_WIDTH         equ 0                   ; bytes
L_STRIDE        equ 2                   ; from one scan line to the next
L_MOVE          equ 4                   ; scan lines to move
L_FILL          equ 6                   ; scan lines to fill
L_CLASS         equ 8
L_COLOUR        equ 9
L_LEFT          equ 10                  ; bytes
L_SIZE          equ 12

%macro NEXT_LINE 1
        cmp byte [bp+L_CLASS], CLASS_CGA2
        ja %%flat
        xor %1, 2000h                   ; the other bank; 80 bytes on every second time
        test byte [bp+L_STRIDE+1], 80h
        jnz %%down
        test %1, 2000h
        jz %%flat
        jmp short %%done
%%down:
        test %1, 2000h
        jz %%done
%%flat:
        add %1, [bp+L_STRIDE]
%%done:
%endmacro

scroll_graphics:
%ifdef VIDEO_VGA
        call vbe_class
        je scroll_vbe
%endif
        sub sp, L_SIZE
        mov bp, sp
        mov [bp+L_COLOUR], bh
        mov bx, ax                      ; BL fill lines, BH direction
        push dx
        call video_segment
        mov es, ax
        mov [bp+L_CLASS], dl
        mov ax, [COLS]
        mov si, 0                       ; width and left edge: shift
%ifndef VIDEO_6845
        cmp dl, CLASS_PLANAR
        je .stride
        mov ax, 320
        mov si, 3
        ja .stride
%endif
        mov ax, 80
        mov si, 0
        cmp dl, CLASS_CGA2
        je .stride
        inc si
.stride:
        pop dx
        cmp bh, 07h
        jne .up
        neg ax
.up:
        mov [bp+L_STRIDE], ax
        push cx
        mov ch, 0
        mov di, cx
        mov cx, si
        mov al, dl
        mov ah, 0
        shl ax, cl
        mov [bp+L_WIDTH], ax
        shl di, cl
        mov [bp+L_LEFT], di
        pop cx
        mov al, dh
        mov ah, 0
        mul word [HEIGHT]
        mov [bp+L_MOVE], ax
        mov al, bl
        mov ah, 0
        mul word [HEIGHT]
        mov [bp+L_FILL], ax             ; which is also how far to move
        mov al, ch
        mov ah, 0
        mul word [HEIGHT]
        cmp bh, 07h
        jne .first
        add ax, [HEIGHT]
        dec ax
.first:
        mov bx, ax                      ; first line to write
        mov cx, [bp+L_FILL]
        test byte [bp+L_STRIDE+1], 80h
        jz .from
        neg cx
.from:
        add ax, cx
        call .address
        mov si, di
        mov ax, bx
        call .address
        push ds
        push es
        pop ds
        mov bx, [bp+L_MOVE]
        test bx, bx
        jz .fill
        cmp byte [bp+L_CLASS], CLASS_PLANAR
        jne .move
        mov dx, VGA_GFX
        mov ax, 0105h                   ; write mode 1 copies all planes
        out dx, ax
.move:
        push si
        push di
        mov cx, [bp+L_WIDTH]
        rep movsb
        pop di
        pop si
        NEXT_LINE si
        NEXT_LINE di
        dec bx
        jnz .move
.fill:
        cmp byte [bp+L_CLASS], CLASS_PLANAR
        jne .plain
        mov dx, VGA_GFX
        mov ax, 0005h
        out dx, ax
        mov ah, [bp+L_COLOUR]           ; set/reset in all planes
        mov al, 0
        out dx, ax
        mov ax, 0F01h
        out dx, ax
.plain:
        mov bx, [bp+L_FILL]
        mov al, [bp+L_COLOUR]
.line:
        push di
        mov cx, [bp+L_WIDTH]
        rep stosb
        pop di
        NEXT_LINE di
        dec bx
        jnz .line
        cmp byte [bp+L_CLASS], CLASS_PLANAR
        jne .out
        mov ax, 0001h
        out dx, ax
        mov al, 0
        out dx, ax
.out:
        pop ds
        add sp, L_SIZE
        ret

; In: AX = scan line. Out: DI = offset of the window's left edge on it. Spoils AX, DX.
.address:
        cmp byte [bp+L_CLASS], CLASS_CGA2
        ja .flat
        call cga_line
        jmp short .edge
.flat:
        mov dx, [bp+L_STRIDE]
        test dh, dh
        jns .positive
        neg dx
.positive:
        mul dx
        mov di, ax
        cmp byte [bp+L_CLASS], CLASS_PLANAR
        jne .edge
        add di, [PAGESTART]
.edge:
        add di, [bp+L_LEFT]
        ret
