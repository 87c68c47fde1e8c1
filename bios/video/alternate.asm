; AH=12h: information, the print-screen handler.
;
; Source: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h, (AH)=12h".

alternate:
        cmp bl, 10h
        je ega_info
        cmp bl, 20h
        je print_vector
%ifdef VIDEO_VGA
        sub bl, 30h
        jmp switches
%else
        ret
%endif

; 10h: BH = 0 colour, 1 mono; BL = 3: 256 KB; CH feature bits, CL switches.
ega_info:
        mov al, [INFO]
        shr al, 1
        and al, 1
        cmp word [CRTC], 3B4h
        jne .colour
        mov al, 1
.colour:
        mov [bp+R_BH], al
        mov byte [bp+R_BL], 3
        mov al, [SWITCHES]
        mov ah, al
        mov cl, 4
        shr ah, cl
        and al, 0Fh
        mov [bp+R_CX], ax
        ret

; 20h: print screen by this ROM, which knows how many rows there are.
print_vector:
        push ds
        xor ax, ax
        mov ds, ax
        cli
        mov word [VEC05], print_screen
        mov [VEC05+2], cs
        sti
        pop ds
        ret

; INT 5: prints the active page. 50:0 is 1 while it does, FFh after an error.
print_screen:
        sti
        push ax
        push bx
        push cx
        push dx
        push ds
        mov ax, 50h
        mov ds, ax
        cmp byte [0], 1
        je .busy
        mov byte [0], 1
        mov ah, 0Fh
        int 10h                         ; AH = columns, BH = page
        mov cl, ah
        mov ax, BDA
        mov ds, ax
        mov ch, [ROWS]
        inc ch
        mov ah, 03h
        push cx
        int 10h
        pop cx
        push dx                         ; cursor
        call .newline
        mov dx, 0
        jnz .failed
.row:
        mov ah, 02h
        int 10h
        mov ah, 08h
        int 10h
        test al, al
        jnz .print
        mov al, ' '
.print:
        call .out
        jnz .failed
        inc dx
        cmp dl, cl
        jb .row
        mov dl, 0
        call .newline
        jnz .failed
        inc dh
        cmp dh, ch
        jb .row
        mov cl, 0
        jmp short .end
.failed:
        mov cl, 0FFh
.end:
        pop dx
        mov ah, 02h
        int 10h
        mov ax, 50h
        mov ds, ax
        mov [0], cl
.busy:
        pop ds
        pop dx
        pop cx
        pop bx
        pop ax
        iret
; Carriage return and line feed; then, as .out: zero flag: the printer took it.
.newline:
        mov al, 0Dh
        call .out
        jnz .done
        mov al, 0Ah
.out:
        push dx
        mov ah, 0
        mov dx, 0
        int 17h
        pop dx
        test ah, 29h                    ; time-out, I/O error, out of paper
.done:
        ret
