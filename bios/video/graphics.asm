; Characters in the graphics modes.
;
; Sources: IBM PS/2 Hardware Interface Technical Reference, "Video subsystem" (graphics
; controller, write modes); BIOS Interface Technical Reference, "Interrupt 10h".

; Out: DS:SI = glyph of character AL, ES:DI kept, CX = its height, at most 32.
; Modes 4 to 6 take codes 80h up from INT 1Fh, the others everything from INT 43h.
; In: ES = BIOS data area or DS = it; here DS. Spoils AX.
find_glyph:
        mov cx, [HEIGHT]
        cmp cx, 32
        jbe .fits
        mov cx, 32
.fits:
        mov si, VEC43
        cmp byte [MODE], 6
        ja .vector
        test al, al
        jns .vector
        and al, 7Fh
        mov si, VEC1F
.vector:
        push dx
        mov ah, 0
        mul cx
        xor dx, dx
        mov ds, dx
%ifdef VIDEO_6845
        cmp si, VEC43                   ; that vector is the later adapters': codes below 80h are in this ROM
        jne .font
        mov si, FONT8X8
        push cs
        pop ds
        jmp short .add
.font:
%endif
        lds si, [si]
.add:
        add si, ax
        pop dx
        ret

; In: DX = row and column, CX = page. Out: AX = scan line of the cell's top, DX =
; byte column (planar and two-colour modes), SI = start of the page. Spoils CX.
cell_place:
        mov ax, [PAGELEN]
        push dx
        mul cx
        mov si, ax
        pop dx
        mov al, dh
        mov dh, 0
        push dx
        mov ah, 0
        mul word [HEIGHT]
        pop dx
        ret

; Draws character AL with colour BL in the cell DH, DL of page CL. Bit 7 of BL:
; exclusive or (not in mode 13h, where BH is the colour behind).
; Keeps BP, DS.
draw_glyph:
        push bp
        push ds
        mov ch, 0
        push ax
        call cell_place
        mov di, ax                      ; scan line
        mov bp, dx                      ; column
        call video_segment              ; DL = class
        mov es, ax
        pop ax
%ifndef VIDEO_6845
%ifdef VIDEO_VGA
        cmp dl, CLASS_LINEAR
        je draw_linear
        ja draw_vbe
%endif
        cmp dl, CLASS_PLANAR
        je draw_planar
%endif
        cmp dl, CLASS_TEXT
        je draw_end
        jmp draw_cga

draw_end:
        pop ds
        pop bp
        ret

%ifndef VIDEO_6845
draw_planar:
        push ax
        mov ax, di
        mul word [COLS]
        add ax, bp
        add ax, si
        mov di, ax
        pop ax
        mov bp, [COLS]
        dec bp                          ; from one line to the next after stosb
        call find_glyph
        mov dx, VGA_SEQ
        mov ah, bl
        and ah, 0Fh
        mov al, 2
        test bl, bl
        js .xor
        out dx, ax                      ; the colour's planes get the glyph
        push si
        push di
        push cx
.lit:
        movsb
        add di, bp
        loop .lit
        pop cx
        pop di
        pop si
        not ah
        and ah, 0Fh
        jz .done
        out dx, ax                      ; the others get nothing
        mov al, 0
.dark:
        stosb
        add di, bp
        loop .dark
        jmp short .done
.xor:
        out dx, ax
        mov dx, VGA_GFX
        mov ax, 1803h
        out dx, ax
.flip:
        mov al, [es:di]                 ; the latches
        movsb
        add di, bp
        loop .flip
        mov ax, 0003h
        out dx, ax
.done:
        mov dx, VGA_SEQ
        mov ax, 0F02h
        out dx, ax
        jmp draw_end

%ifdef VIDEO_VGA
draw_linear:
        push ax
        mov ax, di
        mov dx, 320
        mul dx
        mov di, ax
        mov ax, bp
        shl ax, 1
        shl ax, 1
        shl ax, 1
        add di, ax
        pop ax
        call find_glyph
.row:
        lodsb
        mov ah, al
        mov dx, 8
.dot:
        mov al, bh
        shl ah, 1
        jnc .put
        mov al, bl
.put:
        stosb
        dec dx
        jnz .dot
        add di, 320-8
        loop .row
        jmp draw_end
%endif
%endif

; Two banks: even lines at 0, odd ones at 2000h, 80 bytes a line.
draw_cga:
        push dx
        push ax
        mov ax, di
        call cga_line
        pop ax
        pop dx
        mov dh, bl                      ; bit 7: exclusive or
        cmp dl, CLASS_CGA2
        je .cell
        shl bp, 1
        and bl, 3                       ; the colour in all four dots of a byte
        push ax
        mov al, 55h
        mul bl
        mov bl, al
        pop ax
.cell:
        add di, bp
        call find_glyph
.row:
        lodsb
        cmp dl, CLASS_CGA2
        je .narrow
        push cx
        call double
        pop cx
        and al, bl
        and ah, bl
        test dh, dh
        jns .wide
        xor [es:di], ax
        jmp short .next
.wide:
        mov [es:di], ax
        jmp short .next
.narrow:
        test dh, dh
        js .flip
        test bl, 1
        jnz .lit
        mov al, 0
.lit:
        mov [es:di], al
        jmp short .next
.flip:
        test bl, 1
        jz .next
        xor [es:di], al
.next:
        call cga_next
        loop .row
        jmp draw_end

; In: AX = scan line. Out: DI = offset of its first byte. Spoils AX, DX.
cga_line:
        xor di, di
        shr ax, 1
        jnc .even
        mov di, 2000h
.even:
        mov dx, 80
        mul dx
        add di, ax
        ret

; DI one scan line down.
cga_next:
        xor di, 2000h
        test di, 2000h
        jnz .out
        add di, 80
.out:
        ret

; In: AL. Out: AX = each bit of it twice, in memory order (AL the left half).
; Spoils CX.
double:
        mov ah, al
        mov cx, 8
        push dx
        xor dx, dx
.bit:
        shl dx, 1
        shl dx, 1
        shl ah, 1
        jnc .next
        or dl, 3
.next:
        loop .bit
        mov al, dh
        mov ah, dl
        pop dx
        ret

; In: BX = page, DX = row and column. Out: AL = the character drawn there, 0 if it is
; none of the font's; AH = 0. Keeps BP, DS.
read_glyph:
        push bp
        push ds
        sub sp, 32                      ; the cell as a glyph: dots that are not 0
        mov cx, bx
        call cell_place
        mov bx, dx                      ; column
        mov di, ax                      ; scan line
        call video_segment
        mov es, ax
        mov cx, [HEIGHT]
        cmp cx, 32
        jbe .fits
        mov cx, 32
.fits:
        mov bp, sp
        push cx
%ifdef VIDEO_VGA
        cmp dl, CLASS_VBE
        jne .vga
        call read_vbe
        jmp .read
.vga:
%endif
%ifndef VIDEO_6845
        cmp dl, CLASS_PLANAR
        jb .cga
        je .planar
        mov ax, di                      ; one byte a dot
        mov dx, 320
        mul dx
        mov di, ax
        shl bx, 1
        shl bx, 1
        shl bx, 1
        add di, bx
.line:
        mov dx, 8
        mov ah, 0
.dot:
        mov al, [es:di]
        inc di
        cmp al, 1                       ; carry: colour 0
        cmc
        rcl ah, 1
        dec dx
        jnz .dot
        mov [bp], ah
        inc bp
        add di, 320-8
        loop .line
        jmp .read
.planar:
        mov ax, di
        mul word [COLS]
        add ax, bx
        add ax, si
        mov di, ax
        mov dx, VGA_GFX
        mov ax, 0805h                   ; read mode 1 compares with colour 0
        out dx, ax
        mov ax, 0002h
        out dx, ax
.plane:
        mov al, [es:di]
        not al
        mov [bp], al
        inc bp
        add di, [COLS]
        loop .plane
        mov ax, 0005h
        out dx, ax
        jmp short .read
.cga:
%endif
        push dx
        mov ax, di
        call cga_line
        pop dx
        cmp dl, CLASS_CGA2
        je .two
        shl bx, 1
.two:
        add di, bx
.bank:
        mov al, [es:di]
        cmp dl, CLASS_CGA2
        je .keep
        mov ah, al                      ; two bytes of four dots make one of eight
        mov al, [es:di+1]
        push cx
        mov cx, 8
        mov bl, 0
.pair:
        shl ax, 1
        rcl bh, 1
        shl ax, 1
        rcl bh, 1
        test bh, 3
        stc
        jnz .on
        clc
.on:
        rcl bl, 1
        loop .pair
        pop cx
        mov al, bl
.keep:
        mov [bp], al
        inc bp
        call cga_next
        loop .bank
.read:
        pop cx
        sub bp, cx                      ; back to the first row
        push ss
        pop es
        xor ax, ax
.try:
        push ds
        push ax
        push cx
        call find_glyph
        mov di, bp
        repe cmpsb
        pop cx
        pop ax
        pop ds
        je .found
        inc al
        jnz .try
.found:
        mov ah, 0
        add sp, 32
        pop ds
        pop bp
        ret
