; Characters, scrolling and dots in the graphics modes of VBE.
;
; The picture is reached through the 64 KB window, a bank at a time; the program's bank is
; put back. Colours are 0 to 255 with 8 bits a dot, otherwise the 16 of text. With planes,
; set/reset and the bit mask draw, not the map mask, which other adapters keep to themselves
; in these modes.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h"; VBE Core Functions
; Standard 3.0, function 01h (mode attribute 2: the BIOS's output functions work).

; Locals, from BP.
V_PITCH         equ 0                   ; bytes a line, of each plane
V_BANK          equ 2                   ; that is set
V_OLD           equ 4                   ; of the program
V_BITS          equ 6                   ; byte: bits a dot
V_BYTES         equ 7                   ; byte: bytes a dot, 0: planes
V_FG            equ 8                   ; colours as they are stored
V_BG            equ 12
V_COLOUR        equ 16                  ; byte: foreground as the BIOS has it, bit 7: exclusive or
V_BACK          equ 17                  ; byte
V_X             equ 18                  ; byte in the line
V_Y             equ 20                  ; line
V_WIDTH         equ 22                  ; bytes
V_MOVE          equ 24                  ; lines to move
V_FILL          equ 26                  ; lines to fill
V_FROM          equ 28                  ; lines from what is moved to where it goes
V_STEP          equ 30                  ; 1 or -1
V_LEFT          equ 32                  ; bytes of the line to be moved
V_SRC           equ 34                  ; bank
V_DST           equ 36
V_SIZE          equ 38

; In: BP = locals, BL, BH = colours, AX = column of characters. Out: ES = the window, locals
; set. Keeps AX, BX, CX, DX, SI, DI.
vbe_open:
        push ax
        push bx
        push cx
        push dx
        push ax
        mov [bp+V_COLOUR], bx
        mov al, DISPI_BANK
        call dispi_read
        mov [bp+V_BANK], ax
        mov [bp+V_OLD], ax
        mov al, DISPI_BPP
        call dispi_read
        mov [bp+V_BITS], al
        mov cl, al
        mov ch, 0
        cmp al, 4
        je .planes
        mov ch, al
        add ch, 7
        shr ch, 1
        shr ch, 1
        shr ch, 1
.planes:
        mov [bp+V_BYTES], ch
        mov al, DISPI_WIDTH
        call dispi_read
        call vbe_bytes
        mov [bp+V_PITCH], ax
        push si
        mov si, V_FG
        mov al, bl
        call vbe_colour
        mov si, V_BG
        mov al, bh
        call vbe_colour
        pop si
        pop ax
        call vbe_column
        mov [bp+V_X], ax
        mov ax, 0A000h
        mov es, ax
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; Puts the program's bank back. Spoils AX, DX.
vbe_close:
        mov dx, [bp+V_OLD]
; Makes DX the bank. Spoils AX.
vbe_bank:
        cmp dx, [bp+V_BANK]
        je .out
        mov [bp+V_BANK], dx
        push bx
        mov bx, dx
        mov al, DISPI_BANK
        call dispi_write
        pop bx
.out:
        ret

; In: AX = column of characters. Out: AX = its byte in a line. Spoils CX, DX.
vbe_column:
        mov cl, [bp+V_BYTES]
        mov ch, 0
        jcxz .out
        shl cx, 1
        shl cx, 1
        shl cx, 1
        mul cx
.out:
        ret

; In: AX = line, CX = byte in it. Out: DX = bank, DI = offset. Spoils AX.
vbe_where:
        mul word [bp+V_PITCH]
        add ax, cx
        adc dx, 0
        mov di, ax
        ret

; In: AX = line, CX = byte in it. Out: DI = offset; its bank is set. Spoils AX, DX.
vbe_at:
        call vbe_where
        jmp vbe_bank

; In: AL = colour, SI = V_FG or V_BG. Sets that. Spoils AX, CX, DX.
vbe_colour:
        mov ah, 0
        xor dx, dx
        cmp byte [bp+V_BITS], 8
        jbe .store
        push bx
        mov bx, ax
        and bx, 0Fh
        mov bl, [cs:vbe_levels+bx]
        call .level
        mov ch, al                      ; blue
        call .level
        mov cl, al                      ; green
        call .level                     ; AL = red
        pop bx
        cmp byte [bp+V_BITS], 16
        ja .deep
        mov ah, al                      ; red
        mov al, cl                      ; green
        mov dh, al
        mov dl, ch
        mov cl, 3
        shr dl, cl                      ; blue, bits 4-0
        cmp byte [bp+V_BITS], 16
        jne .fifteen
        and ah, 0F8h                    ; red in bits 15-11, green 10-5
        mov cl, 5
        shl al, 1
        jmp short .join
.fifteen:
        shr ah, 1                       ; red in bits 14-10, green 9-5
        and ah, 7Ch
        mov cl, 6
.join:
        shr dh, cl
        or ah, dh
        shl al, 1
        shl al, 1
        and al, 0E0h
        or al, dl
        xor dx, dx
        jmp short .store
.deep:
        mov dl, al
        mov ah, cl
        mov al, ch
.store:
        mov [bp+si], ax
        mov [bp+si+2], dx
        ret
.level:                                 ; two bits of BL as eight
        mov al, bl
        and al, 3
        mov ah, 85
        mul ah
        shr bl, 1
        shr bl, 1
        ret

; The 16 colours: two bits each of red, green, blue.
vbe_levels:
        db 00h,02h,08h,0Ah,20h,22h,24h,2Ah
        db 15h,17h,1Dh,1Fh,35h,37h,3Dh,3Fh

; Stores the colour SI (V_FG, V_BG) at DI, which moves on. Spoils AX, DX.
vbe_put:
        push cx
        push si
        mov cl, [bp+V_BYTES]
        mov ch, 0
.next:
        mov al, [bp+si]
        inc si
        stosb
        test di, di
        jnz .same
        mov dx, [bp+V_BANK]
        inc dx
        call vbe_bank
.same:
        loop .next
        pop si
        pop cx
        ret

; Part of draw_glyph: character AL in the cell whose top is line DI and column BP, in
; colours BL and BH.
draw_vbe:
        mov cx, bp
        sub sp, V_SIZE
        mov bp, sp
        mov [bp+V_Y], di
        xchg ax, cx
        call vbe_open
        xchg ax, cx
        call find_glyph
.row:
        push cx
        lodsb
        mov bl, al
        mov ax, [bp+V_Y]
        inc word [bp+V_Y]
        mov cx, [bp+V_X]
        call vbe_at
        cmp byte [bp+V_BYTES], 0
        je .planes
        push si
        mov cx, 8
.dot:
        mov si, V_BG
        shl bl, 1
        jnc .put
        mov si, V_FG
.put:
        call vbe_put
        loop .dot
        pop si
        jmp short .next
.planes:
        call vbe_eight
.next:
        pop cx
        loop .row
        call vbe_close
        add sp, V_SIZE
        jmp draw_end

; Planes: eight dots at ES:DI: those of BL in the foreground, the others in the background,
; or only the former if it is exclusive or. Spoils AX, BX, DX.
vbe_eight:
        mov dx, VGA_GFX
        mov bh, [bp+V_COLOUR]
        test bh, bh
        jns .plain
        mov ax, 1803h
        out dx, ax
        call vbe_masked
        mov ax, 0003h
        out dx, ax
        jmp short vbe_unmask
.plain:
        call vbe_masked
        not bl
        mov bh, [bp+V_BACK]
        call vbe_masked
vbe_unmask:
        mov ax, 0FF08h
        out dx, ax
        mov ax, 0001h
        out dx, ax
        mov al, 0
        out dx, ax
        ret

; The dots of BL at ES:DI in colour BH. DX = VGA_GFX. Spoils AX.
vbe_masked:
        mov ah, bl
        mov al, 8
        out dx, ax
        mov ah, bh
        and ah, 0Fh
        mov al, 0
        out dx, ax
        mov ax, 0F01h
        out dx, ax
        mov al, [es:di]                 ; the latches
        mov [es:di], al
        ret

; Part of read_glyph: CX lines of the cell with its top at line DI, column BX, as dots that
; are not 0, to [BP] and on. Keeps CX, BP, DS; spoils the rest.
read_vbe:
        push cx
        push ds
        push ss
        pop ds
        mov si, bp                      ; where they go
        sub sp, V_SIZE
        mov bp, sp
        mov [bp+V_Y], di
        mov ax, bx
        xor bx, bx
        call vbe_open
.row:
        push cx
        mov ax, [bp+V_Y]
        inc word [bp+V_Y]
        mov cx, [bp+V_X]
        call vbe_at
        cmp byte [bp+V_BYTES], 0
        jne .packed
        mov dx, VGA_GFX
        mov ax, 0805h                   ; read mode 1 compares with colour 0
        out dx, ax
        mov ax, 0002h
        out dx, ax
        mov ax, 0F07h
        out dx, ax
        mov bl, [es:di]
        not bl
        mov ax, 0005h
        out dx, ax
        jmp short .keep
.packed:
        mov cx, 8
.dot:
        call vbe_get
        cmp ax, 1                       ; carry: colour 0
        cmc
        rcl bl, 1
        loop .dot
.keep:
        mov [si], bl
        inc si
        pop cx
        loop .row
        call vbe_close
        add sp, V_SIZE
        mov bp, si
        pop ds
        pop cx
        ret

; Out: AX = whether the dot at DI is not 0; DI moves on, the dot's bytes are in V_FG. Spoils DX.
vbe_get:
        push cx
        push si
        mov cl, [bp+V_BYTES]
        mov ch, 0
        mov si, V_FG
        push cx
        xor ax, ax
.next:
        mov dl, [es:di]
        mov [bp+si], dl
        or al, dl
        inc si
        inc di
        jnz .same
        push ax
        mov dx, [bp+V_BANK]
        inc dx
        call vbe_bank
        pop ax
.same:
        loop .next
        pop cx
        cmp cl, 4
        jne .out
        mov byte [bp+V_FG+3], 0         ; which does not show
        mov al, [bp+V_FG]
        or al, [bp+V_FG+1]
        or al, [bp+V_FG+2]
.out:
        pop si
        pop cx
        ret

; In: CX = x, DX = line, BL = colour. The dot's bank is set, ES:DI = its byte, CL = its bit
; from the left with planes. For write_dot and read_dot, which make the locals.
vbe_dot:
        push cx
        push dx
        xor ax, ax
        call vbe_open
        mov ax, cx
        mov cl, [bp+V_BYTES]
        mov ch, 0
        jcxz .planes
        mul cx
        jmp short .place
.planes:
        mov cl, 3
        shr ax, cl
.place:
        mov cx, ax
        pop ax
        call vbe_at
        pop cx
        and cl, 7
        ret

; AH=0Ch in these modes.
write_vbe:
        push bp
        sub sp, V_SIZE
        mov bp, sp
        mov bl, al
        mov bh, 0
        call vbe_dot
        cmp byte [bp+V_BYTES], 0
        je .planes
        mov si, V_FG
        call vbe_put
        jmp short vbe_done
.planes:
        mov dx, VGA_GFX
        mov bh, bl
        mov bl, 80h
        shr bl, cl
        test bh, bh
        jns .draw
        mov ax, 1803h
        out dx, ax
.draw:
        call vbe_masked
        call vbe_unmask
        mov al, 3
        out dx, ax
vbe_done:
        call vbe_close
        add sp, V_SIZE
        pop bp
        ret

; AH=0Dh: colours that are none of the 16 are 0.
read_vbe_dot:
        push bp
        sub sp, V_SIZE
        mov bp, sp
        xor bx, bx
        call vbe_dot
        mov bx, bp
        add bx, V_SIZE
        mov bx, [ss:bx]                 ; the caller's registers
        mov byte [ss:bx+R_AL], 0
        cmp byte [bp+V_BYTES], 0
        je .planes
        call vbe_get
        mov al, [bp+V_FG]
        cmp byte [bp+V_BYTES], 1
        je .answer
        mov di, [bp+V_FG]
        mov dx, [bp+V_FG+2]
        cmp byte [bp+V_BYTES], 3
        jb .two
        mov dh, 0
        jmp short .search
.two:
        xor dx, dx
.search:
        push bx
        mov bx, dx                      ; DI, BX = the dot
        mov al, 15
.try:
        push ax
        mov si, V_BG
        call vbe_colour
        pop ax
        cmp [bp+V_BG], di
        jne .other
        cmp [bp+V_BG+2], bx
        je .found
.other:
        dec al
        jns .try
        mov al, 0
.found:
        pop bx
.answer:
        mov [ss:bx+R_AL], al
        jmp vbe_done
.planes:
        push bx
        call read_planes
        mov al, bh
        pop bx
        jmp .answer

%include "vbescroll.asm"
