; A Multiboot kernel (ELF-less: addresses in its header) that looks at what it was given and writes what it finds to the
; debug console, a line each; it ends with debug-exit status 0, or 1 where the machine's state is not what the Multiboot
; Specification 0.6.96, sections 3.2 and 3.3, promises.
        bits    32
        org     100000h

MAGIC           equ 1BADB002h
FLAGS           equ 10003h              ; page-aligned modules, memory, addresses
        align   4
header: dd      MAGIC, FLAGS, -(MAGIC+FLAGS)
        dd      header, 100000h, data_end, bss_end, start

start:
        mov     esp, stack_top
        mov     edi, bad
        cmp     eax, 2BADB002h
        jne     fail
        mov     eax, cr0                ; protection on, paging off
        and     eax, 80000001h
        cmp     eax, 1
        jne     fail
        pushfd
        pop     eax
        test    ax, 200h                ; interrupts off
        jnz     fail
        mov     edx, 0
        cmp     dword [bss], edx        ; zeroed memory
        jne     fail
        mov     dword [200000h], 1      ; address line 20 is open
        mov     dword [300000h], 2
        cmp     dword [200000h], 1
        jne     fail
        test    dword [ebx], 1          ; memory sizes
        jz      fail
        test    dword [ebx], 40h        ; memory map
        jz      fail
        mov     esi, [ebx+16]           ; command line
        call    line
        mov     esi, [ebx+64]           ; name of the loader
        call    line
        mov     eax, [ebx+4]
        call    number
        mov     eax, [ebx+8]
        call    number
        test    dword [ebx], 8
        jz      .no_module
        mov     edx, [ebx+24]
        mov     esi, [edx+8]            ; name of the module
        call    line
        mov     esi, [edx]
        test    esi, 0FFFh
        jnz     fail
        mov     eax, [edx+4]
        sub     eax, esi
        call    number
        call    line                    ; its content is a text
.no_module:
        ; The usable memory of the map, in KB.
        mov     esi, [ebx+48]
        mov     ecx, [ebx+44]
        add     ecx, esi
        xor     edx, edx
.entry: cmp     esi, ecx
        jae     .sum
        cmp     dword [esi+20], 1
        jne     .next
        mov     eax, [esi+12]
        shr     eax, 10
        add     edx, eax
.next:  add     esi, [esi]
        add     esi, 4
        jmp     .entry
.sum:   mov     eax, edx
        call    number
        mov     al, 0
        jmp     exit

fail:   mov     esi, bad
        call    line
        mov     al, 1
exit:   mov     dx, 501h
        out     dx, al
        hlt

line:   lodsb
        test    al, al
        jz      .end
        out     0E9h, al
        jmp     line
.end:   mov     al, 10
        out     0E9h, al
        ret

; number: EAX, decimal, and a line end.
number: pushad
        mov     ebp, 10
        xor     ecx, ecx
.digit: xor     edx, edx
        div     ebp
        push    edx
        inc     ecx
        test    eax, eax
        jnz     .digit
.put:   pop     eax
        add     al, '0'
        out     0E9h, al
        loop    .put
        mov     al, 10
        out     0E9h, al
        popad
        ret

bad:    db      "state is wrong", 0
        align   16
data_end:
bss             equ data_end
stack_top       equ data_end+1000h
bss_end         equ data_end+2000h
