; What a Linux kernel's real-mode part sees of a boot loader (Documentation/arch/x86/boot.rst, protocol 2.15), written to
; the debug console; then the protected-mode part is entered at 100000h and ends with debug-exit status 0.
        bits    16
        org     0
        times   1F1h-($-$$) db 0
        db      1                       ; setup sectors behind the first
        times   1FAh-($-$$) db 0
        dw      0FFFFh                  ; video mode
        times   1FEh-($-$$) db 0
        dw      0AA55h
start:  jmp     short real              ; 200h
        db      "HdrS"
        dw      20Fh
        times   20Eh-($-$$) db 0
        dw      version-200h
        db      0                       ; type of loader
        db      1                       ; LOADED_HIGH
        times   228h-($-$$) db 0
        dd      0                       ; command line
        dd      37FFFFFFh               ; last byte of an initial RAM disk
        times   238h-($-$$) db 0
        dd      255                     ; longest command line
        times   260h-($-$$) db 0
        dd      4000h                   ; memory needed

real:   cld
        mov     ax, cs                  ; CS is 20h behind the other segments
        sub     ax, 20h
        mov     bx, ds
        cmp     ax, bx
        jne     .bad
        mov     bx, ss
        cmp     ax, bx
        jne     .bad
        cmp     sp, [224h]              ; the stack above the heap
        jb      .bad
        cmp     byte [210h], 0FFh
        jne     .bad
        test    byte [211h], 80h
        jz      .bad
        mov     eax, [228h]
        shr     eax, 4
        mov     es, ax
        mov     si, [228h]
        and     si, 15
.char:  mov     al, [es:si]
        inc     si
        test    al, al
        jz      .video
        out     0E9h, al
        jmp     .char
.video: mov     al, 10
        out     0E9h, al
        mov     ax, [1FAh]
        cmp     ax, 30Fh
        jne     .bad
        mov     ecx, [218h]             ; the initial RAM disk
        mov     ebp, [21Ch]
        cli
        in      al, 92h                 ; a kernel opens address line 20 itself
        or      al, 2
        out     92h, al
        mov     ax, cs
        movzx   eax, ax
        shl     eax, 4
        sub     eax, 200h
        lea     ebx, [eax+gdt]
        mov     [gdtr+2], ebx
        lgdt    [gdtr]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:100000h
.bad:   mov     al, 1
        mov     dx, 501h
        out     dx, al
        hlt

gdt:    dq      0, 00CF9B000000FFFFh, 00CF93000000FFFFh
gdtr:   dw      23, 0, 0
version: db     "9.8.7-test (somebody)", 0
        times   400h-($-$$) db 0

; At 100000h: ECX, EBP = address and size of the initial RAM disk, a text.
        bits    32
        mov     ax, 10h
        mov     ds, ax
        mov     al, 0
        test    ecx, 0FFFh
        jnz     .bad
.next:  test    ebp, ebp
        jz      .end
        mov     al, [ecx]
        out     0E9h, al
        inc     ecx
        dec     ebp
        jmp     .next
.bad:   mov     al, 1
        jmp     .exit
.end:   mov     al, 0
.exit:  mov     dx, 501h
        out     dx, al
        hlt
