; AH=10h: palette registers.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=10h"; PS/2
; Hardware Interface Technical Reference, attribute controller.

; In: AL = attribute controller register, AH = value. Also kept in the dynamic save
; area, if the user has one. Spoils DX, DI, ES.
set_attr:
        push ax
        mov dx, [CRTC]
        add dl, 6
        pushf
        cli                             ; index and data belong together
        in al, dx
        pop dx
        pop ax
        push dx                         ; flags
        mov dx, VGA_ATTR
        out dx, al
        xchg al, ah
        out dx, al
        xchg al, ah
        push ax
        mov al, 20h                     ; picture on
        out dx, al
        pop ax
        popf
        les di, [SAVEPTR]
        les di, [es:di+SP_DYNAMIC]
        mov dx, es
        or dx, di
        jz .out
        push ax
        cmp al, 10h
        jb .save
        cmp al, 11h
        jne .skip
        dec ax                          ; the border is the 17th byte
.save:
        xchg al, ah
        push cx
        mov cl, ah
        mov ch, 0
        add di, cx
        pop cx
        stosb
.skip:
        pop ax
.out:
        ret

palette:
        cmp al, (palette_end-palette_table)/2
        jae .none
        mov si, ax
        and si, 0FFh
        shl si, 1
        jmp [cs:palette_table+si]
.none:
        ret

palette_table:
        dw pal_set                      ; 00h
        dw pal_border                   ; 01h
        dw pal_set_all                  ; 02h
        dw pal_blink                    ; 03h
%ifdef VIDEO_VGA
        times 3 dw none                 ; 04h-06h
        dw pal_get                      ; 07h
        dw pal_get_border               ; 08h
        dw pal_get_all                  ; 09h
        times 6 dw none                 ; 0Ah-0Fh
        dw dac_set                      ; 10h
        dw none                         ; 11h
        dw dac_set_block                ; 12h
        dw dac_page                     ; 13h
        dw none                         ; 14h
        dw dac_get                      ; 15h
        dw none                         ; 16h
        dw dac_get_block                ; 17h
        dw dac_set_mask                 ; 18h
        dw dac_get_mask                 ; 19h
        dw dac_get_page                 ; 1Ah
        dw dac_grey                     ; 1Bh
%endif
palette_end:

; 00h: register BL = BH.
pal_set:
        cmp bl, LAST_ATTR
        ja none
        mov ax, bx
        jmp set_attr

; 01h: border = BH.
pal_border:
        mov ah, bh
        mov al, 11h
        jmp set_attr

; 02h: the 16 palette registers and the border from ES:DX.
pal_set_all:
        mov si, dx
        mov cx, 17
        mov al, 0
.next:
        mov es, [bp+R_ES]
        mov ah, [es:si]
        inc si
        push ax
        cmp al, 10h
        jne .set
        inc ax
.set:
        call set_attr
        pop ax
        inc ax
        loop .next
        ret

; 03h: BL = 1 attribute bit 7 blinks, 0 it is intensity.
pal_blink:
%ifdef VIDEO_EGA
        push bx                         ; it cannot be read: the value of the mode
        mov al, [MODE]
        call mode_entry
        pop bx
        jc none
        mov ah, [es:si+P_ATTR+10h]
%else
        mov al, 10h
        call get_attr
%endif
        and ah, 0F7h
        and byte [MODECTL], 0DFh
        test bl, 1
        jz .set
        or ah, 8
        or byte [MODECTL], 20h
.set:
        mov al, 10h
        jmp set_attr
