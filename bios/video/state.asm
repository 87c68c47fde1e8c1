; AH=1Bh: state information; AH=1Ch: save and restore.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=1Bh, 1Ch".
; The layout of saved state is this ROM's own, as it is every ROM's.

        align 2, db 0
static_table:
        db 0FFh, 0E0h, 0Fh              ; modes 0-7, 0Dh-0Fh, 10h-13h
        db 0, 0, 0, 0
        db 07h                          ; text of 200, 350, 400 lines
        db 8, 2                         ; fonts in memory, fonts in use at once
        db 0FFh, 0Eh                    ; all of 10h, 11h, 12h; 1Ch, intensity, 1Ah; no light pen
        db 0, 0
        db 2Eh                          ; save pointers: dynamic area, both fonts, combinations
        db 0

; AH=1Bh, BX=0: 64 bytes of state to ES:DI.
state_info:
        test bx, bx
        jnz .out
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        mov ax, static_table
        stosw
        mov ax, cs
        stosw
        mov si, MODE                    ; 04h: 40:49 to 40:66
        mov cx, CGAPAL-MODE+1
        rep movsb
        mov al, [ROWS]                  ; 22h
        inc ax
        stosb
        mov ax, [HEIGHT]
        stosw
        push es
        push di
        call combination                ; 25h
        pop di
        pop es
        stosw
        mov bl, [MODE]
        mov bh, 0
        mov ax, 256
        cmp bl, 13h
        jae .colours
        mov al, [cs:mode_colours+bx]
        mov ah, 0
.colours:
        stosw                           ; 27h
        mov al, 1
        mov ah, 0
        cmp bl, 13h
        ja .pages
        mov al, [cs:mode_pages+bx]
        mov ah, [cs:mode_lines+bx]
        call text_class
        jne .pages
        call text_lines
.pages:
        stosw                           ; 29h, 2Ah
        mov dx, VGA_SEQ
        mov al, 3
        out dx, al
        inc dx
        in al, dx
        mov ah, al                      ; bits 5, 3, 2: bit 3 set; 4, 1, 0: clear
        and al, 03h
        test ah, 10h
        jz .first
        or al, 4
.first:
        mov bl, ah
        shr ah, 1
        shr ah, 1
        and ah, 3
        test bl, 20h
        jz .second
        or ah, 4
.second:
        stosw                           ; 2Bh, 2Ch
        mov bx, ax
        mov al, [VGAFLAGS]
        and al, FLAG_GREY|FLAG_MONO|FLAG_NOPALETTE
        or al, 1
        test byte [INFO], 1
        jnz .noemulation
        or al, 10h
.noemulation:
        test byte [MODECTL], 20h
        jz .noblink
        or al, 20h
.noblink:
        stosb                           ; 2Dh
        mov al, 0
        stosb
        stosb
        stosb
        mov al, 3                       ; 31h: 256 KB
        stosb
        mov al, 0
        cmp bl, bh                      ; 32h: 512 characters
        je .one
        inc ax
.one:
        push ds
        lds si, [SAVEPTR]
        mov bx, [si+SP_DYNAMIC]
        or bx, [si+SP_DYNAMIC+2]
        jz .nodynamic
        or al, 2
.nodynamic:
        mov bx, [si+SP_ALPHA]
        or bx, [si+SP_ALPHA+2]
        jz .noalpha
        or al, 4
.noalpha:
        mov bx, [si+SP_GRAPHICS]
        or bx, [si+SP_GRAPHICS+2]
        jz .nographics
        or al, 8
.nographics:
        mov bx, [si+SP_SECOND]
        or bx, [si+SP_SECOND+2]
        jz .nosecond
        or al, 20h
.nosecond:
        pop ds
        stosb
        mov al, 0
        mov cx, 13
        rep stosb                       ; 33h to 3Fh
        mov byte [bp+R_AL], 1Bh
.out:
        ret

; Out: AH = code of the scan lines of a text mode, from the syncs. Spoils DX.
text_lines:
        push ax
        mov dx, VGA_MISC_READ
        in al, dx
        and al, 0C0h
        mov dl, 1
        cmp al, 80h
        je .done
        mov dx, [CRTC]
        mov al, 9
        out dx, al
        inc dx
        in al, dx
        mov dl, 0
        test al, 80h
        jnz .done
        mov dl, 2
.done:
        pop ax
        mov ah, dl
        ret

; AH=1Ch: AL = 0 size, 1 save to ES:BX, 2 restore from it; CX bits: 0 registers, 1
; BIOS data, 2 colours. Size in BX, in blocks of 64 bytes.
SAVE_BLOCKS_REGS equ 2
SAVE_BLOCKS_DATA equ 1
SAVE_BLOCKS_DAC  equ 13
save_restore:
        test cx, 7
        jz .out
        test cx, 0FFF8h
        jnz .out
        cmp al, 2
        ja .out
        mov byte [bp+R_AL], 1Ch
        mov es, [bp+R_ES]
        mov di, bx
        mov si, bx
        cmp al, 1
        jb .size
        ja .restore
        test cl, 1
        jz .nosave1
        push cx
        call save_registers
        pop cx
        add si, SAVE_BLOCKS_REGS*64
        mov di, si
.nosave1:
        test cl, 2
        jz .nosave2
        push cx
        push si
        call save_data
        pop si
        pop cx
        add si, SAVE_BLOCKS_DATA*64
        mov di, si
.nosave2:
        test cl, 4
        jz .out
        jmp save_dac
.restore:
        test cl, 1
        jz .norestore1
        push cx
        push si
        call restore_registers
        pop si
        pop cx
        add si, SAVE_BLOCKS_REGS*64
.norestore1:
        test cl, 2
        jz .norestore2
        push cx
        push si
        call restore_data
        pop si
        pop cx
        add si, SAVE_BLOCKS_DATA*64
.norestore2:
        test cl, 4
        jz .out
        jmp restore_dac
.size:
        mov ax, 0
        test cl, 1
        jz .nosize1
        add al, SAVE_BLOCKS_REGS
.nosize1:
        test cl, 2
        jz .nosize2
        add al, SAVE_BLOCKS_DATA
.nosize2:
        test cl, 4
        jz .done
        add al, SAVE_BLOCKS_DAC
.done:
        mov [bp+R_BX], ax
.out:
        ret

; Registers: indices of sequencer, CRTC, graphics and attribute controller, feature
; control, misc, CRTC address, sequencer 0-4, CRTC 0-18h, attribute 0-14h, graphics 0-8.
; In: ES:DI. Keeps SI.
save_registers:
        push si
        mov dx, VGA_SEQ
        in al, dx
        stosb
        mov dx, [CRTC]
        in al, dx
        stosb
        mov dx, VGA_GFX
        in al, dx
        stosb
        mov dx, VGA_ATTR
        in al, dx
        stosb
        mov dx, VGA_FEATURE_READ
        in al, dx
        stosb
        mov dx, VGA_MISC_READ
        in al, dx
        stosb
        mov ax, [CRTC]
        stosw
        mov dx, VGA_SEQ
        mov cx, 5
        call .range
        mov dx, [CRTC]
        mov cx, 19h
        call .range
        mov bl, 0
.attr:
        mov al, bl
        call get_attr
        mov al, ah
        stosb
        inc bx
        cmp bl, 15h
        jb .attr
        mov dx, VGA_GFX
        mov cx, 9
        call .range
        mov si, di
        sub si, 5+19h+15h+9+8           ; the indices as they were
        mov dx, VGA_SEQ
        mov al, [es:si]
        out dx, al
        mov dx, [CRTC]
        mov al, [es:si+1]
        out dx, al
        mov dx, VGA_GFX
        mov al, [es:si+2]
        out dx, al
        pop si
        ret
; CX registers of index port DX to ES:DI.
.range:
        mov ah, 0
.next:
        mov al, ah
        out dx, al
        inc dx
        in al, dx
        dec dx
        stosb
        inc ah
        loop .next
        ret

; In: ES:SI.
restore_registers:
        push ds
        push es
        pop ds
        mov di, si                      ; DS:DI = the start
        mov dx, VGA_SEQ
        mov ax, 0100h
        out dx, ax
        mov dx, VGA_MISC
        mov al, [di+5]
        out dx, al
        add si, 8
        mov dx, VGA_SEQ
        inc si                          ; the reset register comes last
        mov cx, 4
        mov ah, 1
        call .range
        mov al, 0
        mov ah, [di+8]
        out dx, ax
        mov dx, [di+6]
        mov ax, 0011h
        out dx, ax
        mov cx, 19h
        mov ah, 0
        call .range
        add dl, 6
        in al, dx
        mov al, [di+4]                  ; feature control is written at 3xAh
        out dx, al
        in al, dx
        mov dx, VGA_ATTR
        mov ah, 0
.attr:
        mov al, ah
        out dx, al
        lodsb
        out dx, al
        inc ah
        cmp ah, 15h
        jb .attr
        mov dx, VGA_GFX
        mov cx, 9
        mov ah, 0
        call .range
        mov al, [di+2]
        out dx, al
        mov dx, VGA_SEQ
        mov al, [di]
        out dx, al
        mov dx, [di+6]
        mov al, [di+1]
        out dx, al
        mov dx, VGA_ATTR
        mov al, [di+3]
        or al, 20h
        out dx, al
        mov dx, [di+6]
        add dl, 6
        in al, dx
        pop ds
        ret
; CX registers from AH on of index port DX from DS:SI.
.range:
        lodsb
        xchg al, ah
        out dx, ax
        xchg al, ah
        inc ah
        loop .range
        ret

; BIOS data: equipment byte, 40:49-40:66, 40:84-40:8A, save pointer, INT 5, 1Dh, 1Fh, 43h.
; In: ES:DI.
save_data:
        mov al, [EQUIP]
        stosb
        mov si, MODE
        mov cx, CGAPAL-MODE+1
        rep movsb
        mov si, ROWS
        mov cx, DCC-ROWS+1
        rep movsb
        mov si, SAVEPTR
        movsw
        movsw
        push ds
        mov ds, cx
        mov si, VEC05
        movsw
        movsw
        mov si, VEC1D
        movsw
        movsw
        mov si, VEC1F
        movsw
        movsw
        mov si, VEC43
        movsw
        movsw
        pop ds
        ret

; In: ES:SI.
restore_data:
        push ds
        push es
        push ds
        pop es
        pop ds
        lodsb
        and al, 30h
        and byte [es:EQUIP], 0CFh
        or [es:EQUIP], al
        mov di, MODE
        mov cx, CGAPAL-MODE+1
        rep movsb
        mov di, ROWS
        mov cx, DCC-ROWS+1
        rep movsb
        mov di, SAVEPTR
        movsw
        movsw
        push es
        mov es, cx
        cli
        mov di, VEC05
        movsw
        movsw
        mov di, VEC1D
        movsw
        movsw
        mov di, VEC1F
        movsw
        movsw
        mov di, VEC43
        movsw
        movsw
        sti
        pop ax
        push ds
        pop es
        pop ds
        ret

; Colours: mask, attribute register 14h, 256 of red, green, blue.
; In: ES:DI.
save_dac:
        mov dx, VGA_PELMASK
        in al, dx
        stosb
        mov al, 14h
        call get_attr
        mov al, ah
        stosb
        mov bx, 0
.next:
        call dac_read
        mov al, dh
        stosb
        mov ax, cx
        xchg al, ah
        stosw
        inc bl
        jnz .next
        ret

; In: ES:SI.
restore_dac:
        mov dx, VGA_PELMASK
        es lodsb
        out dx, al
        es lodsb
        push es
        mov ah, al
        mov al, 14h
        call set_attr
        pop es
        mov bx, 0
.next:
        es lodsb
        mov dh, al
        es lodsb
        mov ch, al
        es lodsb
        mov cl, al
        call dac_write
        inc bl
        jnz .next
        ret
