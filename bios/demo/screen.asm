; The panel of facts, the clock, the prompt.

main:
        mov ax, 3
        int 10h
        call detect_cpu
        mov word [dump_seg], 0
        mov word [dump_off], 0
        mov byte [last_line], 0
        call draw_panel
        call clear_window
        say T, "A PC is running. Type ", B, "help", T, " and press Enter.", 13
prompt:
        say 13, L, "beige", B, "> ", T
        call read_line
        call newline
        call obey
        jmp prompt

clear_window:
        mov ax, 0600h
        mov bh, A_TEXT
        mov cx, WINDOW_TOP*256
        mov dx, WINDOW_BOTTOM*256+79
        int 10h
        mov dx, WINDOW_TOP*256
        jmp goto

; A line of the frame: left end AL, middle AH, right end BL, row DH.
frame_line:
        mov byte [attr], A_FRAME
        mov dl, 0
        call goto
        call putc
        mov al, ah
        mov cl, 78
        call repeat
        mov al, bl
        jmp putc

; The label DS:SI at row DH; the cursor waits where the fact goes.
fact:
        mov dl, 3
        call goto
        mov byte [attr], A_LABEL
        call puts
        mov dl, 17
        call goto
        mov byte [attr], A_BRIGHT
        ret

%macro label 2
        mov dh, %1
        mov si, %%text
        call fact
        jmp short %%behind
%%text: db %2, 0
%%behind:
%endmacro

draw_panel:
        mov dx, 0
        call goto
        mov byte [attr], A_BAR
        mov al, ' '
        mov cl, 80
        call repeat
        mov dx, 2
        call goto
        mov si, title
        call puts
        mov al, 0C9h
        mov ah, 0CDh
        mov bl, 0BBh
        mov dh, 1
        call frame_line
        mov dh, 2
.side:
        mov al, 0BAh
        mov ah, ' '
        mov bl, 0BAh
        call frame_line
        inc dh
        cmp dh, 11
        jb .side
        mov al, 0C8h
        mov ah, 0CDh
        mov bl, 0BCh
        call frame_line
        mov dx, 0103h
        call goto
        say B, " This machine "

        label 2, "Processor"
        call put_cpu
        label 3, "Coprocessor"
        int 11h
        mov si, text_none
        test al, 2
        jz .fpu
        mov si, text_fpu
.fpu:
        call puts
        label 4, "Memory"
        int 12h
        call putdec
        say T, " KB base, ", B
        call extended_memory
        call putdec32
        say T, " KB above 1 MB"
        label 5, "Floppies"
        call put_floppies
        label 6, "Hard disks"
        call put_disks
        label 7, "Display"
        call put_display
        label 8, "Ports"
        call put_ports
        label 9, "BIOS"
        call put_bios
        label 10, "Started from"
        mov al, [boot_drive]
        call put_drive
        jmp draw_clock

title:
        db "beige ", 0C4h, " a whole PC in one file", 0
text_none:
        db T, "none", 0
text_fpu:
        db "x87", 0

; Drive AL: "A:" or "hard disk 0".
put_drive:
        test al, al
        js .disk
        add al, 'A'
        call putc
        mov al, ':'
        jmp putc
.disk:
        push ax
        say "hard disk "
        pop ax
        and al, 7Fh
        mov ah, 0
        jmp putdec

put_floppies:
        mov bp, 0                       ; drive
.next:
        mov dx, bp
        call drive_geometry
        jc .end
        test bp, bp
        jz .first
        say T, ", "
.first:
        mov byte [attr], A_BRIGHT
        push bx
        mov ax, bp
        call put_drive
        pop bx
        mov al, ' '
        call putc
        mov bh, 0
        cmp bl, 6
        jbe .known
        mov bl, 0
.known:
        shl bx, 1
        mov si, [floppy_names+bx]
        call puts
        inc bp
        cmp bp, 2
        jb .next
        ret
.end:
        test bp, bp
        jnz put_done
        mov si, text_none
        jmp puts
put_done:
        ret

floppy_names:
        dw .f0, .f1, .f2, .f3, .f4, .f5, .f5
.f0:    db T, "unknown type", 0
.f1:    db T, "360 KB", 0
.f2:    db T, "1.2 MB", 0
.f3:    db T, "720 KB", 0
.f4:    db T, "1.44 MB", 0
.f5:    db T, "2.88 MB", 0

put_disks:
        mov bp, 80h
.next:
        mov dx, bp
        call drive_geometry
        jc .end
        cmp bp, 80h
        je .first
        say T, ", "
.first:
        mov byte [attr], A_BRIGHT
        mov al, dh                      ; cylinders * heads * sectors / 2048 MB
        mov ah, 0
        inc ax
        mov bl, bh
        mov bh, 0
        mul bx                          ; sectors a cylinder, at most 256*63
        mul cx
        mov cl, 11
.shift:
        shr dx, 1
        rcr ax, 1
        dec cl
        jnz .shift
        call putdec32
        say T, " MB"
        inc bp
        cmp bp, 84h
        jb .next
        ret
.end:
        cmp bp, 80h
        jne put_done
        mov si, text_none
        jmp puts

put_display:
        mov ax, 1A00h
        int 10h
        mov si, .unknown
        cmp al, 1Ah
        jne .name
        cmp bl, 8
        ja .name
        mov bh, 0
        shl bx, 1
        mov si, [.names+bx]
.name:
        call puts
        say T, ", mode "
        mov ah, 0Fh
        int 10h
        mov bl, ah
        call puthex8
        say "h, "
        mov al, bl
        mov ah, 0
        call putdec
        say " by "
        mov ax, 1130h
        mov bh, 0
        push es
        push bp
        mov dl, 24                      ; if there is no such service
        mov cx, 8
        int 10h
        pop bp
        pop es
        mov al, dl
        mov ah, 0
        inc ax
        call putdec
        say " characters of "
        mov ax, cx
        call putdec
        say " lines"
        ret
.names:
        dw .unknown, .mda, .cga, .unknown, .ega, .egamono, .unknown, .vgamono, .vga
.unknown:
        db "a display", 0
.mda:   db "MDA", 0
.cga:   db "CGA", 0
.ega:   db "EGA", 0
.egamono:
        db "EGA, monochrome", 0
.vga:   db "VGA", 0
.vgamono:
        db "VGA, monochrome", 0

; The equipment word: bits 11-9 serial ports, 15-14 printers; their addresses at 40:0
; and 40:8.
put_ports:
        int 11h
        mov bx, ax
        mov cl, 9
        shr ax, cl
        and ax, 7
        call putdec
        say T, " serial"
        mov si, 400h
        call .addresses
        say T, ", ", B
        mov ax, bx
        mov cl, 14
        shr ax, cl
        call putdec
        say T, " parallel"
        mov si, 408h
.addresses:
        mov cx, ax
        jcxz .out
        cmp cx, 4
        ja .out
.next:
        mov al, ' '
        call putc
        lodsw
        call puthex16
        loop .next
.out:
        ret

; The date at FFFF:5 and the model byte at FFFF:E.
put_bios:
        push ds
        mov ax, 0FFFFh
        mov ds, ax
        mov si, 5
        mov cx, 8
.date:
        lodsb
        cmp al, ' '
        jae .shown
        mov al, '?'
.shown:
        push ds
        push cs
        pop ds
        call putc
        pop ds
        loop .date
        mov al, [0Eh]
        pop ds
        push ax
        say T, ", machine type ", B
        pop ax
        call puthex8
        mov al, 'h'
        jmp putc

; The clock in the bar: the date and time of the real-time clock, or, without one, the
; time since midnight by the timer.
draw_clock:
        call where
        mov [cursor], dx
        mov al, [attr]
        push ax
        mov byte [attr], A_BAR
        mov ah, 04h
        mov cx, 0
        int 1Ah
        jc .ticks
        jcxz .ticks
        mov bx, dx
        mov dx, 58
        call goto
        mov al, ch
        call puthex8
        mov al, cl
        call puthex8
        mov al, '-'
        call putc
        mov al, bh
        call puthex8
        mov al, '-'
        call putc
        mov al, bl
        call puthex8
        mov ah, 02h
        int 1Ah
        jc .done
        mov bx, cx
        mov cl, dh
        mov dx, 70
        call goto
        mov al, bh
        call puthex8
        mov al, ':'
        call putc
        mov al, bl
        call puthex8
        mov al, ':'
        call putc
        mov al, cl
        call puthex8
        jmp short .done
.ticks:
        mov ah, 0
        int 1Ah                         ; CX:DX ticks; an hour is 65543 of them, 1 more a shift
        mov bx, dx
        mov dx, 70
        call goto
        mov al, cl
        call put2
        mov al, ':'
        call putc
        mov ax, bx
        xor dx, dx
        mov cx, 1092                    ; ticks a minute
        div cx
        cmp al, 59
        jbe .minute
        mov al, 59
.minute:
        call put2
        mov al, ':'
        call putc
        mov ax, dx
        xor dx, dx
        mov cx, 10                      ; 18.2 ticks a second
        mul cx
        mov cx, 182
        div cx
        call put2
.done:
        pop ax
        mov [attr], al
        mov dx, [cursor]
        jmp goto

; Waits for a key: AX as INT 16h gives it, all keys of a 101-key keyboard where the BIOS
; knows one (40:96 bit 4). The processor sleeps; the clock goes on.
get_key:
        mov ah, 01h
        call .int16
        jnz .key
        mov ah, 0
        push cx
        push dx
        int 1Ah
        mov ax, dx
        sub ax, [clock_tick]
        cmp ax, 6                       ; three times a second
        jb .idle
        mov [clock_tick], dx
        push bx
        push si
        call draw_clock
        pop si
        pop bx
.idle:
        pop dx
        pop cx
        sti
        hlt
        jmp get_key
.key:
        mov ah, 0
.int16:
        test byte [496h], 10h
        jz .call
        or ah, 10h
.call:
        int 16h
        ret

; Reads a line into [line], ended by 0. Backspace, Esc (starts again), Up or F3 (the
; last line).
read_line:
        mov di, line
.next:
        call get_key
        cmp al, 0E0h                    ; a grey key: as on the keypad
        jne .known
        test ah, ah
        jz .known
        mov al, 0
.known:
        cmp al, 13
        je .enter
        cmp al, 8
        je .back
        cmp al, 27
        je .clear
        cmp ax, 4800h
        je .recall
        cmp ax, 3D00h
        je .recall
        cmp ax, 48E0h
        je .recall
        cmp al, ' '
        jb .next
        cmp al, 7Eh
        ja .next
        cmp di, line+LINE_MAX
        jae .next
        stosb
        call putc
        jmp .next
.back:
        cmp di, line
        je .next
        call .erase
        jmp .next
.clear:
        cmp di, line
        je .next
        call .erase
        jmp .clear
.recall:
        cmp di, line
        je .copy
        call .erase
        jmp .recall
.copy:
        mov si, last_line
.char:
        lodsb
        test al, al
        jz .next
        stosb
        call putc
        jmp .char
.enter:
        mov al, 0
        stosb
        cmp byte [line], 0
        je .out
        mov si, line
        mov di, last_line
        mov cx, LINE_MAX+1
        rep movsb
.out:
        ret
.erase:
        dec di
        call where
        dec dx
        call goto
        mov al, ' '
        call putc
        jmp goto
