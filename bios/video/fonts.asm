; AH=11h: fonts.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=11h"; PS/2
; Hardware Interface Technical Reference, "RAM loadable character generator" (map 2
; holds up to eight fonts of 256 characters, 32 bytes each) and sequencer register 3.

fonts:
        cmp al, 30h
        je font_info
        cmp al, 20h
        jae graphics_font
        test al, 0E0h
        jnz .out
        call text_class
        jne .out
        mov ah, al
        and al, 0Fh
        cmp al, 3
        je block_specifier
        cmp al, LAST_FONT
        ja .out
        push ax
        cmp al, 0
        jne .rom
        mov es, [bp+R_ES]               ; BH bytes a character, CX of them from DX on
        mov si, [bp+R_BP]
        push bx
        call load_font
        pop bx
        jmp short .loaded
.rom:
        mov bh, 14
        cmp al, 1
        je .height
        mov bh, 8
        cmp al, 2
        je .height
        mov bh, 16
.height:
        mov al, bh
        push bx
        call load_rom_font
        pop bx
.loaded:
        pop ax
        test ah, 10h
        jz .out
        jmp set_height
.out:
        ret

; 03h: fonts BL for attribute bit 3 clear and set.
block_specifier:
        test ah, 10h
        jnz fonts.out
        mov ah, bl
        mov al, 3
        mov dx, VGA_SEQ
        out dx, ax
        ret

; In: AL = 8, 14 or 16 (anything else: 16): that font goes to block BL.
load_rom_font:
        mov si, font8x8
        cmp al, 8
        je .load
        mov si, font8x14
%ifdef VIDEO_VGA
        cmp al, 14
        je .load
        mov si, font8x16
        mov al, 16
%endif
.load:
        mov bh, al
        push cs
        pop es
        mov cx, 256
        xor dx, dx

; In: ES:SI = CX glyphs of BH bytes, for the codes from DX on of block BL.
; Spoils everything but BP, DS.
load_font:
        push ds
        push bp
        mov bp, [CRTC]
        push es
        pop ds
        mov ax, dx                      ; 32 bytes a code
        mov dx, cx
        mov cl, 5
        shl ax, cl
        mov di, ax
        mov al, bl                      ; bits 1, 0: 16 KB steps; bit 2: 8 KB more
        and bl, 3
        ror bl, 1
        ror bl, 1
        test al, 4
        jz .block
        add bl, 20h
.block:
        mov ah, bl
        mov al, 0
        add di, ax
        mov cx, dx
        jcxz .out
        mov bl, bh                      ; rows to copy: no more than a cell has
        mov bh, 0
        mov ax, bx
        cmp bx, 32
        jbe .rows
        mov bx, 32
.rows:
        sub ax, bx                      ; rows to skip
        push ax
        push cx
        mov cx, plane2
        call load_list
        pop cx
        pop dx
        mov ax, 0A000h
        mov es, ax
        mov ax, bx
.glyph:
        push cx
        push di
        mov cx, ax
        rep movsb
        add si, dx
        pop di
        add di, 32
        pop cx
        loop .glyph
        mov cx, planes01
        cmp bp, 3B4h
        jne .colour
        mov cx, planes01_mono
.colour:
        call load_list
.out:
        pop bp
        pop ds
        ret

; Writes the sequencer and graphics controller registers listed at CS:CX.
; Spoils AX, CX, DX.
load_list:
        push si
        mov si, cx
        mov cx, 4
        mov dx, VGA_SEQ
.seq:
        cs lodsw
        out dx, ax
        loop .seq
        mov cx, 3
        mov dx, VGA_GFX
.gfx:
        cs lodsw
        out dx, ax
        loop .gfx
        pop si
        ret

plane2:                                 ; map 2 alone, linear at A000h
        dw 0100h, 0402h, 0704h, 0300h
        dw 0204h, 0005h, 0406h
planes01:                               ; odd/even maps 0 and 1 at B800h
        dw 0100h, 0302h, 0304h, 0300h
        dw 0004h, 1005h, 0E06h
planes01_mono:                          ; at B000h
        dw 0100h, 0302h, 0304h, 0300h
        dw 0004h, 1005h, 0A06h

; Text modes: BH scan lines a character; as many rows as fit. Spoils everything but
; BP, DS.
set_height:
        cmp bh, 2
        jb .out
        cmp bh, 32
        ja .out
        mov bl, bh
        mov bh, 0
        mov [HEIGHT], bx
%ifdef VIDEO_EGA
        push bx                         ; nothing can be read: by the mode's polarity of the syncs
        mov al, [MODE]
        call mode_entry
        pop bx
        mov cl, [es:si+P_MISC]
        mov si, 350
        test cl, cl
        js .lines
        mov si, 200
.lines:
        mov dx, [CRTC]
        mov al, 9
        mov ah, bl
        dec ah
        out dx, ax
        mov cl, 0
%else
        mov dx, VGA_MISC_READ           ; scan lines, by the polarity of the syncs
        in al, dx
        mov si, 400
        and al, 0C0h
        cmp al, 80h
        jb .lines
        mov si, 350
        je .lines
        mov si, 480
.lines:
        mov dx, [CRTC]
        mov al, 9
        out dx, al
        inc dx
        in al, dx
        mov ah, al
        and al, 0E0h
        or al, bl
        dec ax
        out dx, al
        dec dx
        mov cl, 0
        test ah, 80h                    ; double scan
        jz .single
        inc cx
        shr si, 1
.single:
%endif
        mov ax, si
        push dx
        xor dx, dx
        div bx
        pop dx
        mov si, ax                      ; rows
        dec ax
        mov [ROWS], al
        mov ax, si
        push dx
        mul bx
        pop dx
        shl ax, cl
        dec ax                          ; last displayed line; bits 9, 8 never change
        mov ah, al
        mov al, 12h
        out dx, ax
        cmp byte [MODE], 7
        jne .nounderline
        mov al, 14h
        mov ah, bl
        dec ah
        out dx, ax
.nounderline:
        mov ax, [COLS]                  ; a page is a multiple of 2 KB
        mul si
        shl ax, 1
        add ax, 7FFh
        and ax, 0F800h
        mov [PAGELEN], ax
        mov cx, [SHAPE]
        jmp set_cursor_shape
.out:
        ret

; 20h-24h: the font of the graphics modes. It is used from now on; the picture stays.
graphics_font:
        cmp al, LAST_GRAPHICS_FONT
        ja .out
        mov es, [bp+R_ES]
        mov si, [bp+R_BP]
        cmp al, 20h
        je .upper
        cmp al, 21h
        je .set                         ; CX bytes a character
        push cs
        pop es
        mov si, font8x14
        mov cx, 14
        cmp al, 22h
        je .set
        mov si, font8x8
        mov cx, 8
%ifdef VIDEO_VGA
        cmp al, 23h
        je .set
        mov si, font8x16
        mov cx, 16
%endif
.set:
        mov [HEIGHT], cx
        mov al, dl                      ; BL = 0: DL rows
        and bx, 3
        jz .rows
        mov al, [cs:font_rows-1+bx]
.rows:
        dec ax
        mov [ROWS], al
        mov bx, si
        mov cx, es
        jmp set_vec43
.upper:
        push ds
        xor ax, ax
        mov ds, ax
        cli
        mov [VEC1F], si
        mov [VEC1F+2], es
        sti
        pop ds
.out:
        ret

font_rows:
        db 14, 25, 43

; 30h: ES:BP = font BH, CX = height of the font in use, DL = rows less one.
font_info:
        mov ax, [HEIGHT]
        mov [bp+R_CX], ax
        mov al, [ROWS]
        mov [bp+R_DL], al
        cmp bh, LAST_FONT_INFO
        ja .out
        mov bl, bh
        mov bh, 0
        shl bx, 1
        mov ax, [cs:font_table+bx]
        mov cx, cs
        cmp bl, 4
        jae .rom
        mov bx, ax                      ; a vector
        push ds
        xor ax, ax
        mov ds, ax
        mov ax, [bx]
        mov cx, [bx+2]
        pop ds
.rom:
        mov [bp+R_BP], ax
        mov [bp+R_ES], cx
.out:
        ret

font_table:
        dw VEC1F, VEC43, font8x14, font8x8, font8x8+128*8, font9x14
%ifdef VIDEO_VGA
        dw font8x16, font9x16
%endif
