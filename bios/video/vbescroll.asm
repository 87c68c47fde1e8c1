; AH=06h and 07h in the graphics modes of VBE. See vbetext.asm.

CHUNK           equ 64                  ; bytes that go from bank to bank at once, on the stack

; As scroll_graphics: AH = 06h up or 07h down, AL lines to fill, DH lines to move, DL columns,
; CL left column, CH the line to start with, BH the colour to fill with.
scroll_vbe:
        sub sp, V_SIZE
        mov bp, sp
        mov bl, bh
        push ax
        mov al, cl
        mov ah, 0
        call vbe_open
        mov al, dl
        push cx
        push dx
        call vbe_column
        mov [bp+V_WIDTH], ax
        pop dx
        pop cx
        mov al, dh
        mov ah, 0
        push dx
        mul word [HEIGHT]
        mov [bp+V_MOVE], ax
        pop dx
        pop ax
        mov bx, ax
        mov ah, 0
        push dx
        mul word [HEIGHT]
        mov [bp+V_FILL], ax
        mov [bp+V_FROM], ax
        mov al, ch
        mov ah, 0
        mul word [HEIGHT]
        mov [bp+V_Y], ax
        pop dx
        mov word [bp+V_STEP], 1
        cmp bh, 07h
        jne .lines
        mov ax, [HEIGHT]                ; downwards from the last line
        dec ax
        add [bp+V_Y], ax
        neg word [bp+V_STEP]
        neg word [bp+V_FROM]
.lines:
        cmp word [bp+V_MOVE], 0
        je .fill
        call vbe_move_line
        mov ax, [bp+V_STEP]
        add [bp+V_Y], ax
        dec word [bp+V_MOVE]
        jmp .lines
.fill:
        call vbe_fill_line
        mov ax, [bp+V_STEP]
        add [bp+V_Y], ax
        dec word [bp+V_FILL]
        jnz .fill
        call vbe_close
        add sp, V_SIZE
        ret

; Moves the part of a line to line V_Y from the one V_FROM below. With planes all four move.
vbe_move_line:
        push ds
        mov ax, es
        mov ds, ax
        mov ax, [bp+V_WIDTH]
        mov [bp+V_LEFT], ax
        mov bx, [bp+V_X]
        cmp byte [bp+V_BYTES], 0
        jne .part
        mov dx, VGA_GFX
        mov ax, 0105h                   ; write mode 1 stores the latches
        out dx, ax
.part:
        mov ax, [bp+V_Y]
        add ax, [bp+V_FROM]
        mov cx, bx
        call vbe_where
        mov [bp+V_SRC], dx
        mov si, di
        mov ax, [bp+V_Y]
        mov cx, bx
        call vbe_where
        mov [bp+V_DST], dx
        mov cx, [bp+V_LEFT]             ; no further than the ends of both banks
        mov ax, si
        neg ax
        jz .source
        cmp cx, ax
        jbe .source
        mov cx, ax
.source:
        mov ax, di
        neg ax
        jz .target
        cmp cx, ax
        jbe .target
        mov cx, ax
.target:
        mov dx, [bp+V_SRC]
        cmp dx, [bp+V_DST]
        jne .apart
        call vbe_bank
        add bx, cx
        sub [bp+V_LEFT], cx
        cmp byte [bp+V_BYTES], 0
        je .latches
        shr cx, 1
        rep movsw
        rcl cx, 1
.latches:
        rep movsb
.more:
        cmp word [bp+V_LEFT], 0
        jne .part
        cmp byte [bp+V_BYTES], 0
        jne .out
        mov dx, VGA_GFX
        mov ax, 0005h
        out dx, ax
.out:
        pop ds
        ret
.apart:
        cmp byte [bp+V_BYTES], 0
        je .plane
        cmp cx, CHUNK
        jbe .chunk
        mov cx, CHUNK
.chunk:
        call vbe_bank
        sub [bp+V_LEFT], cx
        add bx, cx
        sub sp, CHUNK
        push es
        push di
        push cx
        push ss
        pop es
        mov di, sp
        add di, 6
        inc cx
        shr cx, 1                       ; a byte too many does no harm
        rep movsw
        pop cx
        pop di
        pop es
        mov dx, [bp+V_DST]
        call vbe_bank
        mov si, sp
        push ds
        push ss
        pop ds
        shr cx, 1
        rep movsw
        rcl cx, 1
        rep movsb
        pop ds
        add sp, CHUNK
        jmp .more
.plane:                                 ; the latches go from bank to bank, byte by byte
        call vbe_bank
        lodsb
        mov dx, [bp+V_DST]
        call vbe_bank
        stosb
        inc bx
        dec word [bp+V_LEFT]
        jmp .more

; Fills the part of line V_Y with V_FG.
vbe_fill_line:
        mov ax, [bp+V_Y]
        mov cx, [bp+V_X]
        call vbe_at
        mov cx, [bp+V_WIDTH]
        cmp byte [bp+V_BYTES], 0
        je .planes
        mov ax, [bp+V_FG]
        cmp al, ah
        jne .mixed
        cmp byte [bp+V_BYTES], 3
        jb .same
        cmp al, [bp+V_FG+2]
        jne .mixed
        cmp byte [bp+V_BYTES], 4
        jb .same
        cmp al, [bp+V_FG+3]
        je .same
.mixed:
        cmp byte [bp+V_BYTES], 1
        je .same
        mov ax, cx                      ; dots
        xor dx, dx
        mov cl, [bp+V_BYTES]
        mov ch, 0
        div cx
        mov cx, ax
        mov si, V_FG
.dot:
        call vbe_put
        loop .dot
        ret
.same:                                  ; one byte all along
        mov bx, cx
.run:
        mov cx, di
        neg cx
        jz .rest
        cmp cx, bx
        jbe .store
.rest:
        mov cx, bx
.store:
        sub bx, cx
        mov al, [bp+V_FG]
        mov ah, al
        shr cx, 1
        rep stosw
        rcl cx, 1
        rep stosb
        test bx, bx
        jz .out
        mov dx, [bp+V_BANK]
        inc dx
        call vbe_bank
        jmp .run
.out:
        ret
.planes:
        mov dx, VGA_GFX
        mov ah, [bp+V_COLOUR]
        and ah, 0Fh
        mov al, 0
        out dx, ax
        mov ax, 0F01h
        out dx, ax
.byte:
        stosb
        test di, di
        jnz .next
        mov dx, [bp+V_BANK]
        inc dx
        call vbe_bank
.next:
        loop .byte
        mov dx, VGA_GFX
        jmp vbe_unmask
