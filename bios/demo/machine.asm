; What kind of processor this is. Each test is safe on every processor before the one
; that it looks for (Intel AP-485, section 2; 80286 and 386 DX data sheets).

; Fills cpu_class, cpu_signature, cpu_features, vendor.
detect_cpu:
        mov byte [cpu_class], 0
        xor ax, ax
        mov [cpu_signature], ax
        mov [cpu_signature+2], ax
        mov [cpu_features], ax
        mov [cpu_features+2], ax
        mov [vendor], al
        push sp                         ; up to the 80186 the value pushed is the new one
        pop ax
        cmp ax, sp
        je .newer
        mov ax, 1                       ; the 80186 takes shift counts modulo 32
        mov cl, 32
        shl ax, cl
        test ax, ax
        jz .out
        inc byte [cpu_class]
.out:
        ret
.newer:
        mov byte [cpu_class], 2
        pushf
        pop ax
        mov bx, ax
        or ax, 7000h                    ; clear for ever on a 286 in real mode
        push ax
        popf
        pushf
        pop ax
        push bx
        popf
        test ax, 7000h
        jz .out
        mov byte [cpu_class], 3
        cpu 386
        mov eax, 40000h                 ; AC: from the 486 on
        call .toggles
        jz .out
        mov byte [cpu_class], 4
        mov eax, 200000h                ; ID: CPUID is there
        call .toggles
        jz .out
        cpu 586
        xor eax, eax
        cpuid
        mov [vendor], ebx
        mov [vendor+4], edx
        mov [vendor+8], ecx
        mov byte [vendor+12], 0
        cmp eax, 1
        jb .out
        mov eax, 1
        cpuid
        mov [cpu_signature], eax
        mov [cpu_features], edx
        and ah, 0Fh
        cmp ah, 6
        jbe .family
        mov ah, 6                       ; and what came after it
.family:
        cmp ah, 4
        jb .out
        mov [cpu_class], ah
        ret
; Not zero: flag EAX can be turned.
.toggles:
        pushfd
        pop ecx
        mov edx, ecx
        xor edx, eax
        push edx
        popfd
        pushfd
        pop edx
        push ecx
        popfd
        xor edx, ecx
        test edx, eax
        ret
        cpu 8086

; Prints the processor's name.
put_cpu:
        mov bl, [cpu_class]
        mov bh, 0
        shl bx, 1
        mov si, [cpu_names+bx]
        call puts
        cmp word [cpu_signature], 0
        je .out
        say D, ", ", T
        mov si, vendor
        call puts
.out:
        ret

cpu_names:
        dw .c0, .c1, .c2, .c3, .c4, .c5, .c6
.c0:    db B, "8086 or 8088", 0
.c1:    db B, "80186 or 80188", 0
.c2:    db B, "80286", 0
.c3:    db B, "80386", 0
.c4:    db B, "80486", 0
.c5:    db B, "Pentium", 0
.c6:    db B, "Pentium Pro class", 0

; DX:AX = KB above 1 MB as the BIOS tells.
extended_memory:
        cmp byte [cpu_class], 3
        jb .old
        mov ax, 0E801h
        xor cx, cx
        xor dx, dx
        int 15h
        jc .old
        test cx, cx
        jnz .pair
        mov cx, ax
        mov dx, bx
.pair:
        mov ax, dx                      ; DX blocks of 64 KB above 16 MB, CX KB below
        mov bx, 64
        mul bx
        add ax, cx
        adc dx, 0
        ret
.old:
        cmp byte [cpu_class], 2
        jb .none
        mov ah, 88h
        int 15h
        jc .none
        xor dx, dx
        ret
.none:
        xor ax, ax
        xor dx, dx
        ret

; Drive DL by INT 13h, AH=08h. Carry: not there. Out: CX = cylinders, DH = last head,
; BH = sectors, BL = CMOS type of a floppy drive, DL = drives. Keeps nothing else.
drive_geometry:
        push es
        push dx
        xor di, di
        mov es, di
        mov bx, 0
        mov ah, 08h
        int 13h
        pop ax                          ; AL = drive
        pop es
        jc .out
        mov bh, cl
        and bh, 3Fh
        jz .none                        ; no media geometry: an empty answer
        mov ah, cl
        mov cl, ch
        mov ch, ah
        rol ch, 1
        rol ch, 1
        and ch, 3
        inc cx
        and al, 7Fh
        cmp al, dl                      ; drives are counted without gaps
        cmc
        ret
.none:
        stc
.out:
        ret
