; Sieve of Eratosthenes over 256K bytes, 120 times; the checksum is the sum of
; the counts of primes.
%include "boot.inc"
%include "pm32.inc"
flags   equ 0x20000
size    equ 0x40000
main:   push dword 120
        xor ebp, ebp
.round: mov edi, flags
        mov ecx, size / 4
        mov eax, 0x01010101
        rep stosd
        mov esi, 2
.outer: cmp byte [flags + esi], 0
        je .next
        mov edi, esi
        imul edi, edi
        cmp edi, size
        jae .next
.mark:  mov byte [flags + edi], 0
        add edi, esi
        cmp edi, size
        jb .mark
.next:  inc esi
        cmp esi, 512
        jb .outer
        mov esi, 2
.count: movzx eax, byte [flags + esi]
        add ebp, eax
        inc esi
        cmp esi, size
        jb .count
        dec dword [esp]
        jnz .round
        pop ecx
        mov eax, ebp
        ret
%include "end.inc"
