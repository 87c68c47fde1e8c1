; CRC-32 by table over 64 KB, 640 times: table look-ups and byte loads.
%include "boot.inc"
%include "pm32.inc"
table   equ 0x20000
data    equ 0x30000
size    equ 0x10000
main:   xor ecx, ecx
.entry: mov eax, ecx
        mov edx, 8
.bit:   shr eax, 1
        jnc .even
        xor eax, 0xedb88640
.even:  dec edx
        jnz .bit
        mov [table + ecx*4], eax
        inc ecx
        cmp ecx, 256
        jb .entry
        mov edi, data
        mov ecx, size
        mov eax, 7
.fill:  imul eax, eax, 69069
        inc eax
        mov [edi], al
        ror eax, 3
        inc edi
        dec ecx
        jnz .fill
        mov eax, 0xffffffff
        mov ebp, 640
.round: mov esi, data
        mov ecx, size
.byte:  movzx edx, byte [esi]
        xor dl, al
        shr eax, 8
        xor eax, [table + edx*4]
        inc esi
        dec ecx
        jnz .byte
        dec ebp
        jnz .round
        not eax
        ret
%include "end.inc"
