; AH=10h: reading the palette back, and the colours of the DAC; the colours of each mode. The VGA alone has them.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=10h"; PS/2
; Hardware Interface Technical Reference, attribute controller and video DAC.

; In: AL = attribute controller register. Out: AH = its value. Spoils DX.
get_attr:
        mov ah, al
        mov dx, [CRTC]
        add dl, 6
        pushf
        cli
        in al, dx
        push dx
        mov dx, VGA_ATTR
        mov al, ah
        out dx, al
        inc dx
        in al, dx
        xchg al, ah
        pop dx
        push ax
        in al, dx
        mov dx, VGA_ATTR
        mov al, 20h
        out dx, al
        pop ax
        popf
        ret

; 07h: BH = register BL.
pal_get:
        cmp bl, 14h
        ja none
        mov al, bl
        call get_attr
        mov [bp+R_BH], ah
        ret

; 08h: BH = border.
pal_get_border:
        mov al, 11h
        call get_attr
        mov [bp+R_BH], ah
        ret

; 09h: palette and border to ES:DX.
pal_get_all:
        mov es, [bp+R_ES]
        mov di, dx
        mov cx, 17
        mov bl, 0
.next:
        mov al, bl
        cmp al, 10h
        jne .get
        inc ax
.get:
        call get_attr
        mov al, ah
        stosb
        inc bx
        loop .next
        ret

; In: DH, CH, CL = red, green, blue. Sums them to grey if the user wants so: 30 % red,
; 59 % green, 11 % blue. Spoils AX.
maybe_grey:
        test byte [VGAFLAGS], FLAG_GREY
        jz grey_out
grey:
        push bx
        and dh, 3Fh
        and cx, 3F3Fh
        mov al, 77                      ; of 256
        mul dh
        mov bx, ax
        mov al, 151
        mul ch
        add bx, ax
        mov al, 28
        mul cl
        add ax, bx
        add ax, 80h
        mov dh, ah
        mov ch, ah
        mov cl, ah
        pop bx
grey_out:
        ret

; In: BL = colour register, DH, CH, CL = red, green, blue. Spoils AX, DL.
dac_write:
        mov al, bl
        mov ah, dh
        mov dx, VGA_DAC_WRITE
        pushf
        cli
        out dx, al
        inc dx
        mov al, ah
        out dx, al
        mov al, ch
        out dx, al
        mov al, cl
        out dx, al
        popf
        mov dh, ah
        ret

; In: BL = colour register. Out: DH, CH, CL. Spoils AX, DL.
dac_read:
        mov dx, VGA_DAC_READ
        mov al, bl
        pushf
        cli
        out dx, al
        mov dl, VGA_DAC_DATA & 0FFh
        in al, dx
        mov ah, al
        in al, dx
        mov ch, al
        in al, dx
        mov cl, al
        popf
        mov dh, ah
        ret

; 10h: colour BX = DH, CH, CL.
dac_set:
        call maybe_grey
        jmp dac_write

; 12h: CX colours from BX on from ES:DX.
dac_set_block:
        mov si, dx
.next:
        jcxz .out
        push cx
        mov es, [bp+R_ES]
        mov dh, [es:si]
        mov ch, [es:si+1]
        mov cl, [es:si+2]
        add si, 3
        call maybe_grey
        call dac_write
        inc bx
        pop cx
        dec cx
        jmp .next
.out:
        ret

; 13h: BL=0: BH = 0 four pages of 64 colours, 1 sixteen of 16; BL=1: show page BH.
dac_page:
        mov al, 10h
        call get_attr
        test bl, bl
        jnz .show
        and ah, 7Fh
        test bh, 1
        jz .mode
        or ah, 80h
.mode:
        mov al, 10h
        jmp set_attr
.show:
        cmp bl, 1
        jne .out
        test ah, 80h
        mov ah, bh
        jnz .sixteen
        shl ah, 1
        shl ah, 1
.sixteen:
        and ah, 0Fh
        mov al, 14h
        jmp set_attr
.out:
        ret

; 15h: DH, CH, CL = colour BX.
dac_get:
        call dac_read
        mov [bp+R_DH], dh
        mov [bp+R_CX], cx
        ret

; 17h: CX colours from BX on to ES:DX.
dac_get_block:
        mov di, dx
        mov es, [bp+R_ES]
.next:
        jcxz .out
        push cx
        call dac_read
        mov al, dh
        stosb
        mov al, ch
        stosb
        mov al, cl
        stosb
        inc bx
        pop cx
        dec cx
        jmp .next
.out:
        ret

; 18h, 19h: colour mask BL.
dac_set_mask:
        mov dx, VGA_PELMASK
        mov al, bl
        out dx, al
        ret
dac_get_mask:
        mov dx, VGA_PELMASK
        in al, dx
        mov [bp+R_BL], al
        ret

; 1Ah: BL = kind of pages, BH = page shown.
dac_get_page:
        mov al, 10h
        call get_attr
        mov bl, 0
        shl ah, 1
        rcl bl, 1
        mov al, 14h
        call get_attr
        and ah, 0Fh
        test bl, bl
        jnz .sixteen
        shr ah, 1
        shr ah, 1
.sixteen:
        mov [bp+R_BL], bl
        mov [bp+R_BH], ah
        ret

; 1Bh: sums CX colours from BX on to grey.
dac_grey:
        jcxz .out
        push cx
        call dac_read
        call grey
        call dac_write
        inc bx
        pop cx
        loop dac_grey
.out:
        ret

; Loads the colours of the mode in [MODE]. Spoils everything but BP, DS.
load_dac:
        mov dx, VGA_PELMASK
        mov al, 0FFh
        out dx, al
        mov bl, [MODE]
        mov bh, 0
        mov al, [cs:mode_dac+bx]
        cmp bl, 3
        ja .kind
        test byte [VGAFLAGS], FLAG_200
        jz .kind
        mov al, PAL_CGA                 ; text of 200 lines has the CGA's colours
.kind:
        mov si, colour_ega
        cmp al, PAL_CGA
        jb .load
        mov si, colour_cga
        je .load
        mov si, colour_mono
        cmp al, PAL_MONO
        je .load
        jmp load_256
.load:
        mov bx, 0
.next:
        call si                         ; colour BL to DH, CH, CL
        call maybe_grey
        call dac_write
        inc bx
        cmp bl, 64
        jb .next
        ret

; The colour with bits r g b (dim) R G B (bright) of BL: 2Ah and 15h each.
colour_ega:
        mov al, bl
        call .primary
        mov dh, ah
        call .primary
        mov ch, ah
        call .primary
        mov cl, ah
        ret
; AH = the level of the next primary, red first; AL is shifted on to the one after.
.primary:
        mov ah, 0
        test al, 04h
        jz .bright
        mov ah, 2Ah
.bright:
        test al, 20h
        jz .turn
        add ah, 15h
.turn:
        shl al, 1
        ret

; The 16 colours of the CGA: red, green, blue in bits 2 to 0, intensity in bit 4. Dark
; yellow is brown.
colour_cga:
        mov al, bl
        and al, 7
        test bl, 10h
        jz .dim
        or al, 38h
        jmp short .made
.dim:
        cmp al, 6
        jne .made
        mov al, 14h                     ; its green is the faint one
.made:
        push bx
        mov bl, al
        call colour_ega
        pop bx
        ret

; Monochrome: bit 3 is the beam, bit 4 makes it bright.
colour_mono:
        mov al, 0
        test bl, 8
        jz .made
        mov al, 2Ah
        test bl, 10h
        jz .made
        mov al, 3Fh
.made:
        mov dh, al
        mov ch, al
        mov cl, al
        ret

; The 256 colours of mode 13h: the 16 of the CGA, 16 greys, and 24 hues in three
; saturations of three intensities each; the last eight are black.
load_256:
        mov bx, 0
.cga:
        push bx
        test bl, 8
        jz .dim
        add bl, 8                       ; 8-15 are 10h-17h there
.dim:
        call colour_cga
        pop bx
        call .put
        cmp bl, 16
        jb .cga
.grey:
        mov al, [cs:greys-16+bx]
        mov dh, al
        mov ch, al
        mov cl, al
        call .put
        cmp bl, 32
        jb .grey
        mov si, levels
.group:
        mov di, 0                       ; hue
.hue:
        mov ax, di
        call .level
        mov dh, al
        mov ax, di
        add al, 24-8
        call .level
        mov ch, al
        mov ax, di
        add al, 8
        call .level
        mov cl, al
        call .put
        inc di
        cmp di, 24
        jb .hue
        add si, 5
        cmp si, levels_end
        jb .group
.black:
        mov dh, 0
        mov cx, 0
        call .put
        test bl, bl
        jnz .black
        ret
.put:
        call maybe_grey
        call dac_write
        inc bx
        ret
; AL = level of red at hue AL; green is the same eight hues later, blue eight before.
.level:
        push bx
        cmp al, 24
        jb .wrapped
        sub al, 24
.wrapped:
        mov bx, hues
        cs xlatb
        mov bx, si
        cs xlatb
        pop bx
        ret

greys:
        db 00h,05h,08h,0Bh,0Eh,11h,14h,18h,1Ch,20h,24h,28h,2Dh,32h,38h,3Fh
hues:
        db 0,1,2,3,4,4,4,4,4,4,4,4,4,3,2,1,0,0,0,0,0,0,0,0
levels:
        db 00h,10h,1Fh,2Fh,3Fh
        db 1Fh,27h,2Fh,37h,3Fh
        db 2Dh,31h,36h,3Ah,3Fh
        db 00h,07h,0Eh,15h,1Ch
        db 0Eh,11h,15h,18h,1Ch
        db 14h,16h,18h,1Ah,1Ch
        db 00h,04h,08h,0Ch,10h
        db 08h,0Ah,0Ch,0Eh,10h
        db 0Bh,0Ch,0Dh,0Fh,10h
levels_end:
