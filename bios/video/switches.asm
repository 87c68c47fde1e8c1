; AH=12h, BL=30h and up: switches; AH=1Ah. The VGA alone has them.
;
; Source: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=12h, 1Ah".

; In: BL = service less 30h.
switches:
        cmp bl, (alternate_end-alternate_table)/2
        jae .out
        mov bh, 0
        shl bx, 1
        call [cs:alternate_table+bx]
        jc .out
        mov byte [bp+R_AL], 12h         ; supported
.out:
        ret

alternate_table:
        dw scan_lines                   ; 30h
        dw palette_loading              ; 31h
        dw video_enable                 ; 32h
        dw grey_summing                 ; 33h
        dw cursor_emulation             ; 34h
        dw refused                      ; 35h: there is one display adapter
        dw screen_enable                ; 36h
alternate_end:

refused:
        stc
        ret

; 30h: AL = 0, 1, 2: text of 200, 350, 400 lines from the next mode set on.
scan_lines:
        mov ah, [VGAFLAGS]
        and ah, 0FFh-FLAG_400-FLAG_200
        mov bl, 9                       ; as the switches of an EGA would stand
        cmp al, 1
        je .set
        ja .more
        or ah, FLAG_200
        dec bx
        jmp short .set
.more:
        cmp al, 2
        ja refused
        or ah, FLAG_400
.set:
        mov [VGAFLAGS], ah
        and byte [SWITCHES], 0F0h
        or [SWITCHES], bl
        clc
        ret

; The following take AL = 0 on, 1 off.

; 31h: palette loading by mode sets.
palette_loading:
        mov ah, FLAG_NOPALETTE
        jmp short flag

; 33h: grey summing; its flag counts the other way.
grey_summing:
        xor al, 1
        mov ah, FLAG_GREY
; Sets or clears flag AH.
flag:
        cmp al, 1
        ja refused
        mov bl, ah
        not bl
        and [VGAFLAGS], bl
        test al, al
        jz .out
        or [VGAFLAGS], ah
.out:
        clc
        ret

; 32h: the processor's access to display memory.
video_enable:
        cmp al, 1
        ja refused
        mov ah, al
        mov dx, VGA_MISC_READ
        in al, dx
        and al, 0FDh
        shl ah, 1
        xor ah, 2
        or al, ah
        mov dx, VGA_MISC
        out dx, al
        clc
        ret

; 34h: cursor emulation.
cursor_emulation:
        cmp al, 1
        ja refused
        and byte [INFO], 0FEh
        or [INFO], al
        clc
        ret

; 36h: the picture.
screen_enable:
        cmp al, 1
        ja refused
        mov cl, 5
        shl al, cl
        mov ah, al
        mov dx, VGA_SEQ
        mov al, 1
        out dx, al
        inc dx
        in al, dx
        and al, 0DFh
        or al, ah
        out dx, al
        clc
        ret

; AH=1Ah: AL = 0: BL, BH = display combination; AL = 1: set it.
display_code:
        cmp al, 1
        ja .out
        je .set
        call combination
        mov [bp+R_BX], ax
        jmp short .done
.set:
        les di, [SAVEPTR]
        les di, [es:di+SP_SECOND]
        les di, [es:di+SP2_DCC]
        mov cl, [es:di]
        mov ch, 0
        mov al, 0FFh
        add di, 4
        mov ah, 0
        jcxz .none
.find:
        mov dx, [es:di]
        cmp dx, bx
        je .found
        xchg dl, dh                     ; the other one is active
        cmp dx, bx
        je .found
        inc di
        inc di
        inc ah
        loop .find
        jmp short .none
.found:
        mov al, ah
.none:
        mov [DCC], al
.done:
        mov byte [bp+R_AL], 1Ah
.out:
        ret

; Out: AL = code of the active display, AH = of the other one. Spoils BX, ES, DI.
combination:
        mov ax, 0FFFFh                  ; not known
        les di, [SAVEPTR]
        les di, [es:di+SP_SECOND]
        mov bx, es
        or bx, di
        jz .out
        les di, [es:di+SP2_DCC]
        mov bl, [DCC]
        cmp bl, [es:di]
        jae .out
        mov bh, 0
        shl bx, 1
        mov ax, [es:di+bx+4]
        test al, al                     ; a pair names the active one second
        jnz .two
        xchg al, ah
        jmp short .out
.two:
        test ah, ah
        jz .out
        cmp word [CRTC], 3B4h           ; two displays: the one with these addresses
        je .mono
        test al, 1                      ; 1, 5, 7 are monochrome
        jz .out
        xchg al, ah
        jmp short .out
.mono:
        test al, 1
        jnz .out
        xchg al, ah
.out:
        ret
