; Output: a scrolling window below the panel of facts, all through INT 10h.

WINDOW_TOP      equ 13
WINDOW_BOTTOM   equ 24

; Attributes.
A_TEXT          equ 07h
A_BRIGHT        equ 0Fh
A_LABEL         equ 0Eh
A_FRAME         equ 06h
A_BAR           equ 6Fh
A_DIM           equ 08h
A_WRONG         equ 0Ch

; Cursor to row DH, column DL. Spoils nothing.
goto:
        push ax
        push bx
        mov ah, 02h
        mov bh, 0
        int 10h
        pop bx
        pop ax
        ret

; Out: DX = cursor. Spoils nothing else.
where:
        push ax
        push bx
        push cx
        mov ah, 03h
        mov bh, 0
        int 10h
        pop cx
        pop bx
        pop ax
        ret

; Prints AL with [attr]; 13 goes to the next line of the window. Spoils nothing.
putc:
        push ax
        push bx
        push cx
        push dx
        call where
        cmp al, 13
        je .line
        mov ah, 09h
        mov bh, 0
        mov bl, [attr]
        mov cx, 1
        int 10h
        inc dx
        cmp dl, 80
        jb .move
.line:
        mov dl, 0
        inc dh
        cmp dh, WINDOW_BOTTOM
        jbe .move
        mov dh, WINDOW_BOTTOM
        push dx
        mov ax, 0601h
        mov bh, A_TEXT
        mov cx, WINDOW_TOP*256
        mov dx, WINDOW_BOTTOM*256+79
        int 10h
        pop dx
.move:
        call goto
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; Prints the string DS:SI up to a 0. A byte below 8 is followed by nothing and sets
; the attribute by the table; SI ends behind the 0.
puts:
        push ax
.next:
        lodsb
        test al, al
        jz .done
        cmp al, 8
        jb .attr
        call putc
        jmp .next
.attr:
        push bx
        mov bx, puts_attrs-1
        xlatb
        mov [attr], al
        pop bx
        jmp .next
.done:
        pop ax
        ret

T               equ 1                   ; in strings: text, bright, label, dim, wrong
B               equ 2
L               equ 3
D               equ 4
W               equ 5
puts_attrs:
        db A_TEXT, A_BRIGHT, A_LABEL, A_DIM, A_WRONG

; say "text", ...: prints it.
%macro say 1+
        mov si, %%text
        call puts
        jmp short %%behind
%%text: db %1, 0
%%behind:
%endmacro

newline:
        push ax
        mov al, 13
        call putc
        pop ax
        ret

; CL times AL.
repeat:
        call putc
        dec cl
        jnz repeat
        ret

; AX, or DX:AX, in decimal. Spoils nothing.
putdec:
        push dx
        xor dx, dx
        call putdec32
        pop dx
        ret
putdec32:
        push ax
        push bx
        push cx
        push dx
        push si
        mov si, 10
        xor cx, cx
.divide:
        push ax                         ; DX:AX / 10 in two steps
        mov ax, dx
        xor dx, dx
        div si
        mov bx, ax
        pop ax
        div si
        push dx
        inc cx
        mov dx, bx
        or bx, ax
        jnz .divide
.print:
        pop ax
        add al, '0'
        call putc
        loop .print
        pop si
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; AL as two decimal digits. Spoils nothing.
put2:
        push ax
        aam
        add ax, '00'
        xchg al, ah
        call putc
        mov al, ah
        call putc
        pop ax
        ret

; AX, AL, the low half of AL in hex. Spoil nothing.
puthex16:
        xchg al, ah
        call puthex8
        xchg al, ah
puthex8:
        push ax
        push cx
        mov cl, 4
        shr al, cl
        call puthex4
        pop cx
        pop ax
puthex4:
        push ax
        and al, 0Fh
        add al, '0'
        cmp al, '9'
        jbe .digit
        add al, 'A'-'9'-1
.digit:
        call putc
        pop ax
        ret
