; The option ROM's start.

; The option ROM's entry: called far by the system BIOS.
rom_init:
        pushf
        push ax
        push bx
        push cx
        push dx
        push si
        push di
        push bp
        push ds
        push es
        cld
        mov dx, VGA_ENABLE
        mov al, 1
        out dx, al
        xor ax, ax
        mov ds, ax
        cli
        mov ax, [VEC10]                 ; the old video services move to INT 42h
        mov [VEC42], ax
        mov ax, [VEC10+2]
        mov [VEC42+2], ax
        mov word [VEC10], int10
        mov [VEC10+2], cs
        mov word [VEC1F], font8x8+128*8
        mov [VEC1F+2], cs
        mov word [VEC43], font8x8
        mov [VEC43+2], cs
%ifdef VIDEO_VGA
        mov ax, [VEC1D]                 ; 6845 parameters, if the system BIOS gave none
        or ax, [VEC1D+2]
        jnz .have1d
        mov word [VEC1D], params6845
        mov [VEC1D+2], cs
.have1d:
%endif
        mov ax, BDA
        mov ds, ax
        mov word [SAVEPTR], save_pointers
        mov [SAVEPTR+2], cs
        mov ax, [EQUIP]
        and al, 0CFh
        or al, 20h
        mov [EQUIP], ax
        mov byte [INFO], 60h            ; 256 KB, cursor emulation
%ifdef VIDEO_VGA
        mov byte [SWITCHES], 0F9h
        mov byte [VGAFLAGS], FLAG_400|FLAG_ACTIVE
        mov byte [DCC], DCC_VGA_COLOUR
%else
        call read_switches
        mov al, [SWITCHES]
        and al, 0Eh
        cmp al, 0Ah                     ; 0Ah, 0Bh: a monochrome display
        jne .colour
        or byte [INFO], 2
        or byte [EQUIP], 30h
.colour:
%endif
        mov byte [MODECTL], 29h
        sti
        mov ax, 0003h                   ; a monochrome display has mode 7
        int 10h
        pop es
        pop ds
        pop bp
        pop di
        pop si
        pop dx
        pop cx
        pop bx
        pop ax
        popf
        retf

%ifdef VIDEO_EGA
; Tells the two graphics chips their places, reads the switches one by one through input status 0 to bits 3-0 of
; [SWITCHES], and what the feature connector has at its inputs to bits 7-4. Spoils AX, BX, CX, DX. (IBM Enhanced Graphics
; Adapter, "Graphics 1 and 2 Position Registers", "Input Status Register Zero")
read_switches:
        mov dx, 3CCh                    ; graphics 1 position
        mov al, 0
        out dx, al
        mov dl, 0CAh                    ; graphics 2 position
        mov al, 1
        out dx, al
        mov dl, 0C2h
        mov bl, 0
        mov ah, 01h                     ; clock select 0 is the fourth switch
.next:
        mov al, ah
        out dx, al
        in al, dx
        and al, 10h
        cmp al, 10h
        cmc
        rcl bl, 1
        add ah, 4
        cmp ah, 11h
        jb .next
        mov bh, 0
        mov dl, 0DAh                    ; feature control 1: its two outputs
        mov al, 1
        out dx, al
        mov dl, 0C2h
        in al, dx
        and al, 60h
        or bh, al
        mov dl, 0DAh
        mov al, 2
        out dx, al
        mov dl, 0C2h
        in al, dx
        and al, 60h
        shl al, 1
        shr bh, 1
        and bh, 30h
        and al, 0C0h
        or bl, bh
        or bl, al
        mov dl, 0DAh
        mov al, 0
        out dx, al
        mov [SWITCHES], bl
        ret
%endif
