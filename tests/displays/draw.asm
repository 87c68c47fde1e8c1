; A boot sector that draws, or does not, for ever: the byte at offset 3 says what.
;
;       0  all of mode 13h, a byte at a time
;       1  all of 1024 by 768 in 32 bits, in the linear memory
;       2  the same in RAM, for comparison: the screen shows text
;       3  as much work as 0 in RAM, in mode 13h: a screen that does not change
;       4  all of 640 by 480 in a palette, in the linear memory
;
; Source: VBE Core Functions Standard 3.0, functions 01h and 02h.

        cpu     386
        bits    16
        org     7C00h

        jmp     short start
        nop
what:   db      0

start:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 7C00h
        mov     al, [what]
        cmp     al, 1
        je      linear
        cmp     al, 2
        je      ram
        cmp     al, 4
        je      palette

        mov     dx, 0A000h
        test    al, al
        jz      .mode
        mov     dx, 2000h
.mode:
        mov     ax, 13h
        int     10h
        mov     es, dx
        xor     bx, bx
.frame:
        xor     di, di
        mov     cx, 64000
        inc     bx
.dot:
        mov     ax, di
        add     ax, bx
        xor     al, ah
        stosb
        loop    .dot
        jmp     .frame

palette:
        mov     cx, 4101h
        mov     dword [dots], 640*480/4
        jmp     short mode
linear:
        mov     cx, 4144h
mode:
        mov     ax, 4F01h
        mov     di, 8000h
        int     10h
        mov     ax, 4F02h
        mov     bx, cx
        int     10h
        mov     esi, [8028h]
        jmp     short fill
ram:
        mov     esi, 100000h
fill:
        mov     ax, 2401h
        int     15h
        cli
        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     ds, bx
        and     al, 0FEh
        mov     cr0, eax
        xor     ebx, ebx
.frame:
        mov     edi, esi
        mov     ecx, [cs:dots]
        inc     ebx
        mov     eax, ebx
.dot:
        mov     [edi], eax
        add     edi, 4
        add     eax, ebx
        dec     ecx
        jnz     .dot
        jmp     .frame

dots:   dd      1024*768                ; doublewords of a frame

gdt:    dq      0
        dq      00CF92000000FFFFh       ; data, 4 GB
gdt_pointer:
        dw      $-gdt-1
        dd      gdt

        times 510-($-$$) db 0
        dw      0AA55h
