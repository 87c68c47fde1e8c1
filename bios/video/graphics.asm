; Characters, dots and scrolling in the graphics modes, AH=0Bh.
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
        lds si, [si]
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
        cmp dl, CLASS_PLANAR
        je draw_planar
        ja draw_linear
        cmp dl, CLASS_TEXT
        je draw_end
        jmp draw_cga

draw_end:
        pop ds
        pop bp
        ret

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
        cmp dl, CLASS_PLANAR
        je .stride
        mov ax, 320
        mov si, 3
        ja .stride
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

; In: CX = x, DX = y, BH = page. Out: ES:DI = the byte of the dot, CL = bit number in
; it from the left (dots of the mode), DL = class. Spoils AX, BX, CH, SI.
dot_place:
        mov si, dx
        call video_segment
        mov es, ax
        mov bl, bh
        and bx, 7
        mov ax, si
        cmp dl, CLASS_PLANAR
        je .planar
        ja .linear
        push dx
        call cga_line
        pop dx
        mov ax, cx
        shr ax, 1
        shr ax, 1
        cmp dl, CLASS_CGA4
        je .four
        shr ax, 1
        and cl, 7
        jmp short .add
.four:
        and cl, 3
        jmp short .add
.planar:
        push dx
        mul word [COLS]
        mov di, ax
        mov ax, [PAGELEN]
        mul bx
        add di, ax
        pop dx
        mov ax, cx
        shr ax, 1
        shr ax, 1
        shr ax, 1
        and cl, 7
        jmp short .add
.linear:
        push dx
        mov bx, 320
        mul bx
        pop dx
        mov di, ax
        mov ax, cx
        mov cl, 0
.add:
        add di, ax
        ret

; AH=0Ch: dot CX, DX of page BH gets colour AL; bit 7: exclusive or (not in mode 13h).
write_dot:
        push ax
        call dot_place
        pop ax
        cmp dl, CLASS_PLANAR
        je .planar
        ja .linear
        cmp dl, CLASS_TEXT
        je .out
        mov ah, 7Fh                     ; what to keep of the byte
        mov bl, 1
        cmp dl, CLASS_CGA2
        je .two
        mov ah, 3Fh
        mov bl, 3
        shl cl, 1
.two:
        mov bh, al
        and bl, al                      ; the colour, to be moved to the left end
        ror bl, 1
        cmp dl, CLASS_CGA2
        je .place
        ror bl, 1
.place:
        ror ah, cl
        shr bl, cl
        test bh, bh
        js .flip
        and [es:di], ah
        or [es:di], bl
        ret
.flip:
        xor [es:di], bl
.out:
        ret
.linear:
        mov [es:di], al
        ret
.planar:
        mov bl, al
        mov dx, VGA_GFX
        mov ax, 8008h                   ; the dot alone
        shr ah, cl
        out dx, ax
        mov ax, 0205h                   ; write mode 2: data are the colour
        out dx, ax
        test bl, bl
        jns .store
        mov ax, 1803h
        out dx, ax
.store:
        mov al, [es:di]                 ; the latches
        mov [es:di], bl
        mov ax, 0FF08h
        out dx, ax
        mov ax, 0005h
        out dx, ax
        mov ax, 0003h
        out dx, ax
        ret

; AH=0Dh: AL = colour of dot CX, DX of page BH.
read_dot:
        call dot_place
        cmp dl, CLASS_PLANAR
        je .planar
        mov al, [es:di]
        ja .done
        cmp dl, CLASS_TEXT
        je .none
        mov bl, 1
        cmp dl, CLASS_CGA2
        je .two
        mov bl, 3
        shl cl, 1
        rol al, 1
.two:
        rol al, 1
        rol al, cl
        and al, bl
.done:
        mov [bp+R_AL], al
        ret
.none:
        mov byte [bp+R_AL], 0
        ret
.planar:
        mov dx, VGA_GFX
        mov bl, 80h
        shr bl, cl
        mov bh, 0
        mov ax, 0304h                   ; plane 3 first
.plane:
        out dx, ax
        shl bh, 1
        test [es:di], bl
        jz .clear
        inc bh
.clear:
        dec ah
        jns .plane
        mov ax, 0004h
        out dx, ax
        mov [bp+R_AL], bh
        ret

; AH=0Bh: the CGA's colour register. BH=0: border and background BL; BH=1: palette BL
; of modes 4 and 5. The attribute controller is made to show what a CGA would.
cga_palette:
        mov cl, [CGAPAL]
        test bh, bh
        jnz .palette
        and bl, 1Fh
        and cl, 0E0h
        or cl, bl
        mov [CGAPAL], cl
        mov ah, bl                      ; intensity is bit 4 of the 200-line colours
        and ah, 7
        test bl, 8
        jz .dim
        or ah, 10h
.dim:
        mov al, 11h                     ; border
        push ax
        call set_attr
        pop ax
        call text_class
        je .out
        mov al, 0                       ; and background
        push ax
        call set_attr
        pop ax
        jmp short .colours
.palette:
        and cl, 0DFh
        test bl, 1
        jz .even
        or cl, 20h
.even:
        mov [CGAPAL], cl
        call text_class
        je .out
.colours:
        call get_class
        cmp dl, CLASS_CGA4
        jne .out
        mov ah, [CGAPAL]
        mov al, ah
        and ah, 10h                     ; intensity
        or ah, 2
        test al, 20h
        jz .green
        inc ah                          ; cyan, magenta, white instead of green, red, brown
.green:
        mov al, 1
.next:
        push ax
        call set_attr
        pop ax
        add ah, 2
        inc ax
        cmp al, 3
        jbe .next
.out:
        ret
