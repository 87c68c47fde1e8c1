; The commands.

; Does what [line] says.
obey:
        mov si, line
        call skip
        cmp byte [si], 0
        je .out
        mov bx, command_table
.try:
        mov di, [bx]
        test di, di
        jz .unknown
        push si
.compare:
        mov al, [di]
        test al, al
        jz .end
        mov ah, [si]
        cmp ah, 'A'
        jb .lower
        cmp ah, 'Z'
        ja .lower
        add ah, 'a'-'A'
.lower:
        cmp al, ah
        jne .other
        inc si
        inc di
        jmp .compare
.end:
        cmp byte [si], 0
        je .found
        cmp byte [si], ' '
        je .found
.other:
        pop si
        add bx, 4
        jmp .try
.found:
        pop ax
        call skip
        jmp [bx+2]                      ; DS:SI = arguments
.unknown:
        push si
        say W, '"'
        pop si
        call puts
        say '" is not a command here. ', T, "Type ", B, "help", T, " for a list.", 13
.out:
        ret

skip:
        cmp byte [si], ' '
        jne .out
        inc si
        jmp skip
.out:
        ret

command_table:
        dw .help, help
        dw .question, help
        dw .cpu, cpu_facts
        dw .mem, mem
        dw .drives, drives
        dw .date, date
        dw .time, date
        dw .ticks, ticks
        dw .keys, keys
        dw .colours, colours
        dw .colors, colours
        dw .chars, chars
        dw .beep, beep
        dw .clear, clear_window
        dw .cls, clear_window
        dw .reboot, reboot
        dw .off, off
        dw 0
.help:  db "help", 0
.question: db "?", 0
.cpu:   db "cpu", 0
.mem:   db "mem", 0
.drives: db "drives", 0
.date:  db "date", 0
.time:  db "time", 0
.ticks: db "ticks", 0
.keys:  db "keys", 0
.colours: db "colours", 0
.colors: db "colors", 0
.chars: db "chars", 0
.beep:  db "beep", 0
.clear: db "clear", 0
.cls:   db "cls", 0
.reboot: db "reboot", 0
.off:   db "off", 0

help:
        mov si, .text
        jmp puts
.text:
        db B, "mem [ADDR]  ", T, "memory in hex; alone: goes on     ", B, "cpu       ", T, "what the processor is", 13
        db T, "            ADDR is 7C00 or F000:FFF0         ", B, "drives    ", T, "floppies and hard disks", 13
        db B, "date        ", T, "date and time                     ", B, "ticks     ", T, "the timer for a second", 13
        db B, "keys        ", T, "codes of the keys you press       ", B, "beep      ", T, "a sound", 13
        db B, "colours     ", T, "every colour on every other       ", B, "chars     ", T, "the character set", 13
        db B, "clear       ", T, "an empty window                   ", B, "reboot    ", T, "start again", 13
        db B, "off         ", T, "switch the machine off", 13
        db 0

cpu_facts:
        call put_cpu
        mov ax, [cpu_signature]
        test ax, ax
        jz .plain
        say T, ", family ", B
        mov bx, [cpu_signature]
        mov al, bh
        and al, 0Fh
        mov ah, 0
        call putdec
        say T, ", model ", B
        mov al, bl
        mov cl, 4
        shr al, cl
        mov ah, 0
        call putdec
        say T, ", stepping ", B
        mov al, bl
        and ax, 0Fh
        call putdec
        say 13, T, "Features:", B
        mov bx, feature_names
        mov dx, [cpu_features]
        mov di, [cpu_features+2]
.next:
        mov si, [bx]
        cmp si, 1
        jbe .last
        shr di, 1
        rcr dx, 1
        jnc .skip
        mov al, ' '
        call putc
        call puts
        jmp short .more
.skip:
.more:
        inc bx
        inc bx
        jmp .next
.last:
        jmp newline
.plain:
        say T, ", without CPUID."
        jmp newline

; CPUID leaf 1, EDX, from bit 0 on.
feature_names:
        dw .fpu, .vme, .de, .pse, .tsc, .msr, .pae, .mce, .cx8, .apic, .r, .sep, .mtrr, .pge, .mca, .cmov
        dw .pat, .pse36, .psn, .clfsh, .r, .ds, .acpi, .mmx, .fxsr, .sse, .sse2, 0
.fpu:   db "FPU", 0
.vme:   db "VME", 0
.de:    db "DE", 0
.pse:   db "PSE", 0
.tsc:   db "TSC", 0
.msr:   db "MSR", 0
.pae:   db "PAE", 0
.mce:   db "MCE", 0
.cx8:   db "CX8", 0
.apic:  db "APIC", 0
.r:     db "?", 0
.sep:   db "SEP", 0
.mtrr:  db "MTRR", 0
.pge:   db "PGE", 0
.mca:   db "MCA", 0
.cmov:  db "CMOV", 0
.pat:   db "PAT", 0
.pse36: db "PSE36", 0
.psn:   db "PSN", 0
.clfsh: db "CLFSH", 0
.ds:    db "DS", 0
.acpi:  db "ACPI", 0
.mmx:   db "MMX", 0
.fxsr:  db "FXSR", 0
.sse:   db "SSE", 0
.sse2:  db "SSE2", 0

; mem [segment:offset | address]: eight lines of sixteen bytes.
mem:
        cmp byte [si], 0
        je .dump
        call hex
        jc .wrong
        cmp byte [si], ':'
        jne .linear
        test dx, dx
        jnz .wrong
        push ax
        inc si
        call hex
        pop bx
        jc .wrong
        test dx, dx
        jnz .wrong
        mov [dump_seg], bx
        mov [dump_off], ax
        jmp short .end
.linear:
        cmp dx, 0Fh
        ja .wrong
        mov cl, 12
        shl dx, cl                      ; 64 KB segments
        mov [dump_seg], dx
        mov [dump_off], ax
.end:
        call skip
        cmp byte [si], 0
        jne .wrong
.dump:
        mov ch, 8
.line:
        mov byte [attr], A_LABEL
        mov ax, [dump_seg]
        call puthex16
        mov al, ':'
        call putc
        mov ax, [dump_off]
        call puthex16
        mov byte [attr], A_TEXT
        mov si, [dump_off]
        mov cl, 16
.byte:
        mov al, ' '
        call putc
        cmp cl, 8
        jne .get
        call putc
.get:
        call .fetch
        call puthex8
        dec cl
        jnz .byte
        mov al, ' '
        call putc
        call putc
        mov byte [attr], A_BRIGHT
        mov si, [dump_off]
        mov cl, 16
.char:
        call .fetch
        cmp al, 13                      ; the one code that putc does not show
        jne .show
        mov al, '.'
.show:
        call putc
        dec cl
        jnz .char
        call newline
        mov [dump_off], si
        test si, si
        jnz .same
        add byte [dump_seg+1], 10h      ; over the end of a segment: on in the next
.same:
        dec ch
        jnz .line
        ret
.wrong:
        say W, "mem takes a hex address", T, " up to FFFFF, or segment:offset: ", B, "mem B8000", T, ", ", B, "mem F000:FFF0", 13
        ret
.fetch:
        push es
        mov es, [dump_seg]
        es lodsb
        pop es
        ret

; DX:AX = the hex number at DS:SI, one to five digits. Carry: there is none.
hex:
        xor ax, ax
        xor dx, dx
        xor cx, cx
.next:
        mov bl, [si]
        cmp bl, '0'
        jb .end
        cmp bl, '9'
        jbe .digit
        or bl, 20h
        cmp bl, 'a'
        jb .end
        cmp bl, 'f'
        ja .end
        sub bl, 'a'-'9'-1
.digit:
        sub bl, '0'
        mov bh, 4
.shift:
        shl ax, 1
        rcl dx, 1
        dec bh
        jnz .shift
        or al, bl
        inc si
        inc cx
        jmp .next
.end:
        cmp cx, 6
        cmc
        jc .out
        cmp cx, 1
.out:
        ret

; Every drive that INT 13h knows.
drives:
        mov bp, 0
.floppy:
        mov dx, bp
        call drive_geometry
        jc .disks
        call .show
        inc bp
        cmp bp, 2
        jb .floppy
.disks:
        mov bp, 80h
.disk:
        mov dx, bp
        call drive_geometry
        jc .out
        call .show
        inc bp
        cmp bp, 84h
        jb .disk
.out:
        ret
.show:
        mov byte [attr], A_BRIGHT
        push bx
        mov ax, bp
        push cx
        push dx
        call put_drive
        say T, "  ", B
        pop dx
        pop cx
        pop bx
        mov ax, cx
        call putdec
        say T, " cylinders, ", B
        mov al, dh
        mov ah, 0
        inc ax
        call putdec
        say T, " heads, ", B
        mov al, bh
        mov ah, 0
        call putdec
        say T, " sectors a track", 13
        ret

date:
        mov ah, 04h
        mov cx, 0
        int 1Ah
        jc .none
        jcxz .none
        mov byte [attr], A_BRIGHT
        mov ax, cx
        call puthex16
        mov al, '-'
        call putc
        mov al, dh
        call puthex8
        mov al, '-'
        call putc
        mov al, dl
        call puthex8
        mov al, ' '
        call putc
        mov ah, 02h
        int 1Ah
        mov al, ch
        call puthex8
        mov al, ':'
        call putc
        mov al, cl
        call puthex8
        mov al, ':'
        call putc
        mov al, dh
        call puthex8
        jmp newline
.none:
        say "This machine has no real-time clock.", 13
        ret

; The timer's ticks since midnight, shown as they come for a second.
ticks:
        mov ah, 0
        int 1Ah
        mov bx, dx
        mov di, dx                      ; shown last
        add bx, 18
        call where
        mov bp, dx
.show:
        push bp
        mov dx, bp
        call goto
        mov byte [attr], A_BRIGHT
        mov ah, 0
        int 1Ah
        push dx
        mov ax, dx
        mov dx, cx
        call putdec32
        say T, " ticks of 1/18.2 second since midnight"
        pop dx
        pop bp
        mov di, dx
.wait:
        cmp di, bx
        je .done
        hlt
        mov ah, 0
        int 1Ah
        cmp dx, di
        je .wait
        mov di, dx
        sub dx, bx                      ; midnight may have passed
        cmp dx, -18
        jae .show
        test dx, dx
        jz .show
.done:
        jmp newline

; Scan code and character of each key until Esc.
keys:
        say "Press keys, ", B, "Esc", T, " ends.", 13
.next:
        call get_key
        push ax
        say "scan code ", B
        pop ax
        push ax
        mov al, ah
        call puthex8
        say T, "  character ", B
        pop ax
        call puthex8
        cmp al, ' '
        jb .control
        cmp al, 0E0h
        je .control
        push ax
        mov al, ' '
        call putc
        call putc
        pop ax
        call putc
.control:
        mov byte [attr], A_TEXT
        call newline
        cmp al, 27
        jne .next
        ret

; The 16 colours on the eight backgrounds.
colours:
        mov bx, 0
.next:
        mov [attr], bl
        mov al, ' '
        call putc
        mov al, bl
        call puthex8
        mov al, 0FEh
        call putc
        mov al, ' '
        call putc
        inc bx
        test bl, 0Fh
        jnz .next
        cmp bl, 80h
        jb .next
        mov byte [attr], A_TEXT
        ret

; All 256 characters, 64 a line.
chars:
        mov bx, 0
.next:
        test bl, 3Fh
        jnz .char
        mov byte [attr], A_LABEL
        mov al, bl
        call puthex8
        mov byte [attr], A_DIM
        mov al, ' '
        call putc
        mov byte [attr], A_BRIGHT
.char:
        mov al, bl
        cmp al, 13
        je .direct
        call putc
        jmp short .more
.direct:
        push bx
        mov ax, 090Dh                   ; putc would take it for the end of a line
        mov bx, A_BRIGHT
        mov cx, 1
        int 10h
        call where
        inc dx
        call goto
        pop bx
.more:
        inc bx
        test bl, 3Fh
        jnz .next
        call newline
        test bl, bl
        jnz .next
        mov byte [attr], A_TEXT
        ret

beep:
        mov ax, 0E07h
        mov bx, 7
        int 10h
        ret

; A warm start: no memory test (40:72 = 1234h). The keyboard controller resets the
; processor of an AT; older machines start at their reset address.
reboot:
        mov word [472h], 1234h
        cmp byte [cpu_class], 2
        jb .jump
        mov al, 0FEh
        out 64h, al
        mov cx, 0
.wait:
        loop .wait
.jump:
        jmp 0FFFFh:0

; Power off by APM: connect, say version 1.2, all devices off.
off:
        mov ax, 5300h
        xor bx, bx
        int 15h
        jc .none
        cmp bx, 'MP'                    ; BH = 'P', BL = 'M'
        jne .none
        mov ax, 5301h
        xor bx, bx
        int 15h
        mov ax, 530Eh
        xor bx, bx
        mov cx, 0102h
        int 15h
        mov ax, 5308h                   ; power management on for all devices
        mov bx, 1
        mov cx, 1
        int 15h
        mov ax, 5307h
        mov bx, 1
        mov cx, 3
        int 15h
.none:
        say W, "The BIOS cannot switch this machine off.", T, " Close it from outside.", 13
        ret
