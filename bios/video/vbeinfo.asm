; VBE: what there is: the services 00h and 01h, and what they and others look up.
; Sources: see vbe.asm.

; 00h: information to ES:DI.
vbe_info:
        mov es, [bp+R_ES]
        mov bx, [bp+R_DI]
        mov dx, 0
        cmp word [es:bx], "VB"
        jne .clear
        cmp word [es:bx+2], "E2"
        jne .clear
        inc dx                          ; the caller knows VBE 2.0
.clear:
        mov di, bx
        xor ax, ax
        mov cx, 128
        rep stosw
        mov word [es:bx], "VE"
        mov word [es:bx+2], "SA"
        mov word [es:bx+4], 0300h
        mov word [es:bx+6], vbe_oem
        mov [es:bx+8], cs
        mov word [es:bx+0Ah], 1         ; the DAC can have eight bits
        mov word [es:bx+0Eh], vbe_list
        mov [es:bx+10h], cs
        mov al, DISPI_MEMORY
        call dispi_read
        mov [es:bx+12h], ax
        test dx, dx
        jz .out
        mov word [es:bx+14h], 0100h
        mov word [es:bx+16h], vbe_vendor
        mov [es:bx+18h], cs
        mov word [es:bx+1Ah], vbe_product
        mov [es:bx+1Ch], cs
        mov word [es:bx+1Eh], vbe_revision
        mov [es:bx+20h], cs
.out:
        ret

; In: AX = mode. Out: SI = its entry; carry: there is none, or it does not fit the
; memory. Spoils AX, CX, DX.
vbe_find:
        mov si, vbe_modes
.next:
        cmp [cs:si], ax
        je .found
        add si, 8
        cmp si, vbe_modes_end
        jb .next
        stc
        ret
.found:
        mov ax, [cs:si+2]
        mov cl, [cs:si+6]
        call vbe_bytes
        cmp cl, 4
        jne .size
        shl ax, 1                       ; all four planes
        shl ax, 1
.size:
        mul word [cs:si+4]              ; DX:AX = bytes of the picture
        test ax, ax
        jz .whole
        inc dx
.whole:
        mov cx, dx                      ; in 64 KB
        mov al, DISPI_MEMORY
        call dispi_read
        cmp ax, cx
        ret

; In: AX = pixels, CL = bits. Out: AX = bytes, of each plane with 4 bits. Keeps the rest.
vbe_bytes:
        push dx
        cmp cl, 8
        je .out
        ja .direct
        shr ax, 1
        shr ax, 1
        shr ax, 1
        jmp short .out
.direct:
        mov dx, ax
        shl ax, 1
        cmp cl, 16
        jbe .out
        add ax, dx
        cmp cl, 24
        je .out
        add ax, dx
.out:
        pop dx
        ret

; Out: CX:DX = address of the linear memory, carry: there is none. Spoils AX, BX, SI, DI.
vbe_linear:
        push es
        mov ax, 0B102h                  ; find the adapter
        mov cx, 1111h
        mov dx, 1234h
        xor si, si
        stc
        int 1Ah
        jc .none
        test ah, ah
        jnz .none
        mov ax, 0B109h
        mov di, 12h
        int 1Ah
        jc .none
        push cx
        mov ax, 0B109h
        mov di, 10h
        int 1Ah
        mov dx, cx
        pop cx
        jc .none
        and dl, 0F0h
        test cx, cx
        jnz .done                       ; clears the carry
.none:
        stc
.done:
        pop es
        ret

; 01h: information on mode CX to ES:DI.
vbe_mode_info:
        mov ax, cx
        and ax, 3FFFh
        push ax
        sub ax, VBE_TEXT
        cmp ax, VBE_TEXTS
        pop ax
        jb vbe_text_info
        call vbe_find
        jc .fail
        call .empty
        push si
        mov cx, 0
        mov dx, 0
        cmp byte [cs:si+6], 4
        je .nolinear
        call vbe_linear
        jnc .linear
.nolinear:
        xor cx, cx
        xor dx, dx
.linear:
        pop si
        mov bx, [bp+R_DI]
        mov [es:bx+28h], dx
        mov [es:bx+2Ah], cx
        mov ax, 1Fh                     ; there, with all fields, output by the BIOS, colour, graphics
        or dx, cx
        jz .attributes
        or al, 80h                      ; linear
.attributes:
        mov [es:bx], ax
        mov byte [es:bx+2], 7           ; window A: there, read, written
        mov ax, 64
        mov [es:bx+4], ax
        mov [es:bx+6], ax
        mov word [es:bx+8], 0A000h
        mov word [es:bx+0Ch], vbe_window_far
        mov [es:bx+0Eh], cs
        mov ax, [cs:si+2]
        mov [es:bx+12h], ax
        mov cl, [cs:si+6]
        call vbe_bytes
        mov [es:bx+10h], ax
        mov [es:bx+32h], ax
        mov ax, [cs:si+4]
        mov [es:bx+14h], ax
        push bx
        call vbe_font
        pop bx
        mov ah, al
        mov al, 8
        mov [es:bx+16h], ax
        mov [es:bx+19h], cl
        mov byte [es:bx+1Ah], 1         ; one bank
        mov byte [es:bx+1Eh], 1
        call vbe_pages
        mov [es:bx+1Dh], al
        mov [es:bx+34h], al
        mov [es:bx+35h], al
        mov di, vbe_depths
.depth:
        cmp [cs:di], cl
        je .found
        add di, VBE_DEPTH_SIZE
        jmp .depth
.found:
        mov al, [cs:di+1]
        mov [es:bx+1Bh], al
        mov al, [cs:di+2]
        mov [es:bx+18h], al
        xor si, si
.masks:
        mov al, [cs:di+3]
        mov [es:bx+si+1Fh], al
        mov [es:bx+si+36h], al
        inc di
        inc si
        cmp si, 8
        jb .masks
        cmp cl, 32
        jne .clock
        mov byte [es:bx+27h], 2         ; the rest of a pixel is the program's
.clock:
        mov word [es:bx+3Eh], 0E100h    ; 230 MHz
        mov word [es:bx+40h], 0DB5h
        ret
.fail:
        jmp vbe_fail
.empty:                                 ; ES:DI = the caller's, all 0. Spoils AX, CX.
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        xor ax, ax
        mov cx, 128
        rep stosw
        ret

; The same of text mode AX: sizes are in characters.
vbe_text_info:
        call vbe_text_entry
        call vbe_mode_info.empty
        mov bx, [bp+R_DI]
        mov word [es:bx], 0Fh           ; there, with all fields, output by the BIOS, colour
        mov byte [es:bx+2], 7
        mov ax, 32
        mov [es:bx+4], ax
        mov [es:bx+6], ax
        mov word [es:bx+8], 0B800h
        mov al, [cs:si+P_COLS]
        mov ah, 0
        mov [es:bx+12h], ax
        shl ax, 1
        mov [es:bx+10h], ax
        mov [es:bx+32h], ax
        mov al, [cs:si+P_ROWS]
        inc ax
        mov ah, 0
        mov [es:bx+14h], ax
        mov ah, [cs:si+P_HEIGHT]
        mov al, 8
        mov [es:bx+16h], ax
        mov word [es:bx+18h], 0404h     ; planes, bits
        mov byte [es:bx+1Ah], 1
        mov ax, 8000h
        xor dx, dx
        div word [cs:si+P_PAGELEN]
        dec ax
        mov [es:bx+1Dh], al
        mov [es:bx+34h], al
        mov [es:bx+35h], al
        mov byte [es:bx+1Eh], 1
        ret

; In: SI = entry of a mode. Out: AL = pictures that fit the memory, less one. Spoils AH.
vbe_pages:
        push bx
        push cx
        push dx
        mov ax, [cs:si+2]
        mov cl, [cs:si+6]
        call vbe_bytes
        cmp cl, 4
        jne .size
        shl ax, 1
        shl ax, 1
.size:
        mul word [cs:si+4]
        add ax, 0FFFFh
        adc dx, 0
        mov cx, dx                      ; 64 KB each takes
        mov al, DISPI_MEMORY
        call dispi_read
        xor dx, dx
        div cx
        dec ax
        test ah, ah
        jz .out
        mov al, 0FFh
.out:
        pop dx
        pop cx
        pop bx
        ret
