; Dots in the graphics modes, and the colours of the CGA: AH=0Bh to 0Dh.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h"; Hardware Interface Technical Reference, "Video
; subsystem" (write modes).

; In: CX = x, DX = y, BH = page. Out: ES:DI = the byte of the dot, CL = bit number in
; it from the left (dots of the mode), DL = class. Spoils AX, BX, CH, SI.
dot_place:
        mov si, dx
        call video_segment
        mov es, ax
        mov bl, bh
        and bx, 7
        mov ax, si
%ifndef VIDEO_6845
        cmp dl, CLASS_PLANAR
        je .planar
        ja .linear
%endif
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
%ifndef VIDEO_6845
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
%endif
.add:
        add di, ax
        ret

; AH=0Ch: dot CX, DX of page BH gets colour AL; bit 7: exclusive or (not in mode 13h).
write_dot:
%ifdef VIDEO_VGA
        call vbe_class
        je write_vbe
%endif
        push ax
        call dot_place
        pop ax
%ifndef VIDEO_6845
        cmp dl, CLASS_PLANAR
        je .planar
        ja .linear
%endif
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
%ifndef VIDEO_6845
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
%endif

; AH=0Dh: AL = colour of dot CX, DX of page BH.
read_dot:
%ifdef VIDEO_VGA
        call vbe_class
        je read_vbe_dot
%endif
        call dot_place
%ifndef VIDEO_6845
        cmp dl, CLASS_PLANAR
        je .planar
%endif
        mov al, [es:di]
%ifndef VIDEO_6845
        ja .done
%endif
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
%ifndef VIDEO_6845
.planar:
        call read_planes
        mov [bp+R_AL], bh
        ret

; In: ES:DI a byte of the planes, CL the bit from the left. Out: BH = the dot. Changes AX, BL, DX.
read_planes:
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
%endif
