; AH=00h: set mode. Loads every register of the VGA from the mode's parameters.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=00h";
; EGA Technical Reference, "Save pointer table", for the font overrides.

; In: AL = mode, bit 7: leave the memory as it is.
set_mode:
        mov ah, al
        and al, 7Fh
        call mode_entry                 ; ES:SI = parameters
        jc none
; In: AL = mode, AH bit 7: leave the memory as it is, ES:SI = parameters.
set_parameters:
%ifdef VIDEO_VGA
        call vbe_end
%endif
        and ah, 80h
        and byte [INFO], 7Fh
        or [INFO], ah
        mov [MODE], al
        call mode_data
        call load_registers
%ifdef VIDEO_VGA
        test byte [VGAFLAGS], FLAG_NOPALETTE
        jnz .nodac
        push es
        push si
        call load_dac
        pop si
        pop es
.nodac:
%endif
        test byte [INFO], 80h
        jnz .noclear
        push es
        push si
        call clear_memory
        pop si
        pop es
.noclear:
        call mode_font
%ifdef VIDEO_EGA
        call text_class
        jne .nocursor
        mov cx, [SHAPE]
        call set_cursor_shape
.nocursor:
%endif
        mov dx, [CRTC]                  ; and the picture comes on
        add dl, 6
        in al, dx
        mov dx, VGA_ATTR
        mov al, 20h
        out dx, al
        ret

; In: AL = mode. Out: AL = the mode that it is on this display, ES:SI = its parameters; carry: there is no such mode.
; Spoils BX, CX.
mode_entry:
        cmp al, LAST_MODE
        ja .bad
%ifdef VIDEO_EGA
        call display_mode
        jc .bad
%endif
        mov bl, al
        mov bh, 0
        mov bl, [cs:mode_param+bx]
        cmp bl, -1
        je .bad
        cmp al, 7
        je .mono
        ja .find
        cmp al, 3
        ja .find
        test byte [VGAFLAGS], FLAG_400
        jnz .lines400
        test byte [VGAFLAGS], FLAG_200
        jnz .find                       ; entries 0 to 3
        add bl, 13h
        jmp short .find
.lines400:
        shr bl, 1
        add bl, 17h
        jmp short .find
.mono:
        test byte [VGAFLAGS], FLAG_400|FLAG_200
        jz .find                        ; 350 lines
        mov bl, 19h
.find:
        mov bh, bl
        mov bl, 0
        shr bx, 1
        shr bx, 1                       ; times 64
        les si, [SAVEPTR]
        les si, [es:si+SP_PARAMS]
        add si, bx
        clc
        ret
.bad:
        stc
        ret

%ifdef VIDEO_EGA
; A monochrome display has modes 7 and 0Fh; any other is 7, as on an MDA. A colour display has all but these. In: AL = mode.
; Out: AL; carry: the display has none such.
display_mode:
        test byte [INFO], 2
        jnz .mono
        cmp al, 7
        je .none
        cmp al, 0Fh
        je .none
        clc
        ret
.mono:
        cmp al, 0Fh
        je .out                         ; carry is clear
        mov al, 7
        clc
.out:
        ret
.none:
        stc
        ret
%endif

; Fills the BIOS data area for the mode in [MODE] with parameters ES:SI.
mode_data:
        mov al, [es:si+P_COLS]
        mov ah, 0
        mov [COLS], ax
        mov al, [es:si+P_ROWS]
        mov [ROWS], al
        mov al, [es:si+P_HEIGHT]
        mov [HEIGHT], ax
        mov ax, [es:si+P_PAGELEN]
        mov [PAGELEN], ax
        xor ax, ax
        mov [PAGESTART], ax
        mov [PAGE], al
        push es
        push ds
        pop es
        mov di, CURSOR
        mov cx, 8
        rep stosw
        pop es
        mov dx, 3B4h                    ; misc bit 0: colour addresses
        mov al, 30h
        test byte [es:si+P_MISC], 1
        jz .address
        mov dl, 0D4h
        mov al, 20h
.address:
        mov [CRTC], dx
        and byte [EQUIP], 0CFh
        or [EQUIP], al
        mov bl, [MODE]
        mov bh, 0
        mov ax, 0607h                   ; the cursor as programs know it; see cursor_lines
        cmp bl, 7
        jne .shape
        mov ax, 0B0Ch
.shape:
        mov [SHAPE], ax
        ja .done
        mov al, [cs:mode_modectl+bx]
        mov [MODECTL], al
        mov al, 30h
        cmp bl, 6
        jne .pal
        mov al, 3Fh
.pal:
        mov [CGAPAL], al
.done:
        ret

; Loads sequencer, misc, CRTC, attribute and graphics controller from ES:SI, picture off.
load_registers:
        push ds
        mov ax, ds
        push es
        pop ds
        mov es, ax                      ; ES = BIOS data area, DS:SI = parameters
        mov dx, VGA_SEQ
        mov ax, 0100h                   ; synchronous reset while the clocks change
        out dx, ax
        mov al, 1
        mov ah, [si+P_SEQ]
        or ah, 20h                      ; screen off
        out dx, ax
        mov al, 2
        mov ah, [si+P_SEQ+1]
        out dx, ax
        mov al, 3
        mov ah, [si+P_SEQ+2]
        out dx, ax
        mov al, 4
        mov ah, [si+P_SEQ+3]
        out dx, ax
        mov dx, VGA_MISC
        mov al, [si+P_MISC]
        out dx, al
        mov dx, VGA_SEQ
        mov ax, 0300h
        out dx, ax
        mov dx, [es:CRTC]
        mov ax, 0011h                   ; unlock registers 0 to 7
        out dx, ax
        xor bx, bx
.crtc:
        mov al, bl
        mov ah, [si+P_CRTC+bx]
        out dx, ax
        inc bx
        cmp bl, 19h
        jb .crtc
        mov dx, VGA_GFX
        xor bx, bx
.gfx:
        mov al, bl
        mov ah, [si+P_GFX+bx]
        out dx, ax
        inc bx
        cmp bl, 9
        jb .gfx
        mov dx, [es:CRTC]
        add dl, 6
        in al, dx                       ; flip-flop: index next
        mov dx, VGA_ATTR
        xor bx, bx
        mov cl, [es:VGAFLAGS]
.attr:
        test cl, FLAG_NOPALETTE
        jz .load
        cmp bl, 10h                     ; keep the palette and the border
        jb .next
        cmp bl, 11h
        je .next
.load:
        mov al, bl
        out dx, al
        mov al, [si+P_ATTR+bx]
        out dx, al
.next:
        inc bx
        cmp bl, 14h
        jb .attr
        mov al, 14h
        out dx, al
        mov al, 0
        out dx, al
        test cl, FLAG_NOPALETTE
        jnz .nosave
        les di, [es:SAVEPTR]            ; the palette registers as the save area wants them
        les di, [es:di+SP_DYNAMIC]
        mov ax, es
        or ax, di
        jz .nosave
        push si
        add si, P_ATTR
        mov cx, 8
        rep movsw
        inc si
        movsb
        pop si
.nosave:
        mov dx, VGA_SEQ
        mov al, 1
        mov ah, [si+P_SEQ]
        out dx, ax
        pop ds
        ret

; Gives the new mode its font: text modes get it in plane 2, graphics modes by vector.
mode_font:
        call get_class
        cmp dl, CLASS_TEXT
        jne .graphics
        mov bl, 0
        mov al, [HEIGHT]
        call load_rom_font
        les si, [SAVEPTR]               ; the user's text font
        les si, [es:si+SP_ALPHA]
        mov ax, es
        or ax, si
        jz .out
        mov di, si
        add di, 0Bh
        call listed
        jne .out
        mov bh, [es:si]                 ; bytes a character
        mov bl, [es:si+1]               ; block
        mov cx, [es:si+2]
        mov dx, [es:si+4]
        push es
        push si
        les si, [es:si+6]
        push bx
        call load_font
        pop bx
        pop si
        pop es
        cmp bh, [HEIGHT]
        je .out
        mov al, [es:si+0Ah]             ; rows, FFh: as many as there are
        push ax
        call set_height
        pop ax
        cmp al, [ROWS]
        ja .out
        cmp al, 0
        je .out
        dec ax
        mov [ROWS], al
.out:
        ret
.graphics:
        mov bx, font8x8
        mov al, [HEIGHT]
        cmp al, 8
        je .set
        mov bx, font8x14
        cmp al, 14
        je .set
%ifdef VIDEO_VGA
        mov bx, font8x16
%endif
.set:
        mov cx, cs
        call set_vec43
        les si, [SAVEPTR]               ; the user's graphics font
        les si, [es:si+SP_GRAPHICS]
        mov ax, es
        or ax, si
        jz .out
        mov di, si
        add di, 7
        call listed
        jne .out
        mov bx, [es:si+3]
        mov cx, [es:si+5]
        mov al, [es:si]
        dec ax
        mov [ROWS], al
        mov ax, [es:si+1]
        mov [HEIGHT], ax

; INT 43h = CX:BX. Spoils AX.
set_vec43:
        push ds
        xor ax, ax
        mov ds, ax
        pushf
        cli
        mov [VEC43], bx
        mov [VEC43+2], cx
        popf
        pop ds
        ret

; Zero flag: [MODE] is in the list of modes at ES:DI, which ends with FFh.
; Spoils AX, CX, DI.
listed:
        mov al, [MODE]
        mov cx, 20                      ; no list is longer
.next:
        cmp byte [es:di], 0FFh
        je .no
        scasb
        je .out
        loop .next
.no:
        test di, di                     ; not zero: not found
        jnz .out
        inc di
.out:
        ret
