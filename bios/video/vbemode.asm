; VBE: modes are set, told, saved and restored: the services 02h to 04h.
; Sources: see vbe.asm.

; 02h: sets mode BX; bit 11: with the refresh rate of the CRTC information at ES:DI, bit 14:
; linear, bit 15: the memory stays as it is.
CRTC_RATE       equ 11h                 ; word: hundredths of a hertz
RATE_LOW        equ 3100
RATE_HIGH       equ 20000
vbe_set_mode:
        mov ax, bx
        and ax, 01FFh
        test ah, ah
        jnz .extended
        and bh, 80h
        or al, bh
        push ax
        and al, 7Fh
        call mode_entry
        pop ax
        jc .fail
        jmp set_mode
.extended:
        push ax
        sub ax, VBE_TEXT
        cmp ax, VBE_TEXTS
        pop ax
        jb vbe_set_text
        call vbe_find
        jc .fail
        test bh, 08h
        jz .rate
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        mov ax, [es:di+CRTC_RATE]
        cmp ax, RATE_LOW
        jb .fail
        cmp ax, RATE_HIGH
        ja .fail
.rate:
        test bh, 40h
        jz .set
        cmp byte [cs:si+6], 4
        je .fail
        push bx
        push si
        call vbe_linear
        pop si
        pop bx
        jc .fail
.set:
        push bx
        push si
        mov al, 13h|80h
        cmp byte [cs:si+6], 4
        jne .base
        mov al, 12h|80h
.base:
        call set_mode
        pop si
        mov al, DISPI_XRES
        mov bx, [cs:si+2]
        call dispi_write
        mov cl, 3
        shr bx, cl
        mov [COLS], bx
        mov al, DISPI_YRES
        mov bx, [cs:si+4]
        call dispi_write
        push bx
        call vbe_font
        mov [HEIGHT], ax
        mov cx, cs
        call set_vec43
        pop ax
        div byte [HEIGHT]
        dec ax
        mov [ROWS], al
        mov al, DISPI_BPP
        mov bx, [cs:si+6]
        call dispi_write
        pop cx                          ; the mode as it was asked for
        mov bx, ENABLE_ON
        and byte [INFO], 7Fh
        test ch, 80h
        jz .clear
        or byte [INFO], 80h
        or bl, ENABLE_KEEP
.clear:
        test ch, 40h
        jz .enable
        or bl, ENABLE_LINEAR
.enable:
        mov al, DISPI_ENABLE
        call dispi_write
        mov byte [MODE], VBE_MODE_NONE
        mov bh, ch
        and ch, 0C1h
        mov [VBEMODE_NOW], cx
        test bh, 08h
        jz .out
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        mov bx, [es:di+CRTC_RATE]
        jmp short vbe_refresh
.out:
        ret
.fail:
        jmp vbe_fail

; Makes the refresh rate BX. The dots of these modes need no clock; what times the retraces
; is the VGA's CRT controller, which has 31468.75 lines a second: as many as the rate wants
; are a picture.
vbe_refresh:
        mov dx, 3146875 >> 16           ; lines in a hundred seconds
        mov ax, 3146875 & 0FFFFh
        div bx
        mov bx, ax
        mov dx, [CRTC]
        mov ax, 0011h                   ; unlock
        out dx, ax
        mov ch, 10h                     ; overflow; the line compare stays beyond the end
        sub bx, 9
        mov ah, bl
        mov al, 16h                     ; blanking ends
        out dx, ax
        add bx, 7
        mov ax, 0006h                   ; total less 2
        call .put
        sub bx, 48
        mov ax, 0112h                   ; picture less 1
        call .put
        add bx, 7
        mov ax, 0315h                   ; blanking
        call .put
        add bx, 6
        mov ax, 0210h                   ; retrace
        call .put
        mov al, 7
        mov ah, ch
        out dx, ax
        inc bx
        inc bx
        mov al, 11h                     ; two lines long; lock
        mov ah, bl
        and ah, 0Fh
        or ah, 80h
        out dx, ax
        ret
.put:                                   ; AL = register, BX = value, whose bits 8 and 9 are bits AH and AH+5 of CH
        mov cl, ah
        mov ah, bl
        out dx, ax
        mov ah, bh
        and ah, 1
        shl ah, cl
        or ch, ah
        add cl, 5
        mov ah, bh
        shr ah, 1
        and ah, 1
        shl ah, cl                      ; blanking's bit 9 is elsewhere, and always 0
        or ch, ah
        ret

; In: SI = entry of a mode. Out: AX = lines of its characters, BX = their font.
vbe_font:
        mov ax, 8
        mov bx, font8x8
        cmp word [cs:si+4], 400
        jb .out
        mov al, 16
        mov bx, font8x16
.out:
        ret

; Sets text mode AX = 108h to 10Ch; BX = the mode as it was asked for.
vbe_set_text:
        test bh, 40h
        jnz vbe_set_mode.fail
        call vbe_text_entry
        and bh, 80h
        push ax
        push bx
        mov ah, bh
        mov al, 3                       ; what it is like
        push cs
        pop es
        call set_parameters
        pop bx
        pop ax
        or ah, bh
        mov byte [MODE], VBE_MODE_NONE
        mov [VBEMODE_NOW], ax
        ret

; In: AX = text mode. Out: SI = its parameters.
vbe_text_entry:
        push ax
        push cx
        sub ax, VBE_TEXT
        mov cl, 6                       ; P_SIZE is 64
        shl ax, cl
        add ax, vbe_texts
        mov si, ax
        pop cx
        pop ax
        ret

; 03h: BX = mode.
vbe_get_mode:
        mov ax, [VBEMODE_NOW]
        test ax, ax
        jnz .out
        mov al, [INFO]
        and al, 80h
        mov ah, al
        mov al, [MODE]
.out:
        mov [bp+R_BX], ax
        ret

; 04h: DL = 0 size, 1 save to ES:BX, 2 restore from it; CX as of AH=1Ch, bit 3: what is
; here. Size in BX, in blocks of 64 bytes.
vbe_state:
        cmp dl, 2
        ja .fail
        test cx, 0FFF0h
        jnz .fail
        push cx
        push dx
        mov al, dl
        and cx, 7
        jz .own
        call save_restore
        mov word [bp+R_AX], 004Fh
.own:
        pop dx
        pop cx
        test cl, 8
        jz .out
        mov ax, 0                       ; blocks before ours
        test cl, 1
        jz .no1
        add al, SAVE_BLOCKS_REGS
.no1:
        test cl, 2
        jz .no2
        add al, SAVE_BLOCKS_DATA
.no2:
        test cl, 4
        jz .no4
        add al, SAVE_BLOCKS_DAC
.no4:
        cmp dl, 1
        jb .size
        mov cl, 6
        shl ax, cl
        mov es, [bp+R_ES]
        mov di, [bp+R_BX]
        add di, ax
        cmp dl, 2
        je .restore
        mov cl, DISPI_XRES
.save:
        mov al, cl
        call dispi_read
        stosw
        inc cx
        cmp cl, DISPI_Y
        jbe .save
        mov ax, [VBEMODE_NOW]
        stosw
.out:
        ret
.size:
        inc ax
        mov [bp+R_BX], ax
        ret
.fail:
        jmp vbe_fail
.restore:
        mov al, DISPI_ENABLE
        xor bx, bx
        call dispi_write
        mov si, 0
.next:
        mov al, [cs:.order+si]
        mov cl, al
        mov ch, 0
        mov bx, cx
        shl bx, 1
        mov bx, [es:di+bx-2]
        cmp al, DISPI_ENABLE
        jne .write
        or bl, ENABLE_KEEP
.write:
        call dispi_write
        inc si
        cmp si, .order_end-.order
        jb .next
        mov ax, [es:di+2*DISPI_Y]
        mov [VBEMODE_NOW], ax
        ret
.order: db DISPI_XRES, DISPI_YRES, DISPI_BPP, DISPI_ENABLE, DISPI_BANK, DISPI_WIDTH, DISPI_X, DISPI_Y
.order_end:
