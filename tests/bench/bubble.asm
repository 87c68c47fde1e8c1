; Bubble sort of 2000 dwords, 24 times: loads, compares, exchanges, branches
; that are hard to predict.
%include "boot.inc"
%include "pm32.inc"
array   equ 0x20000
count   equ 2000
main:   push dword 24
        mov ebp, 1
.round: mov edi, array
        mov ecx, count
.fill:  imul ebp, ebp, 1103515245
        add ebp, 12345
        mov [edi], ebp
        add edi, 4
        dec ecx
        jnz .fill
        mov edx, count - 1
.pass:  mov esi, array
        mov ecx, edx
.inner: mov eax, [esi]
        mov ebx, [esi + 4]
        cmp eax, ebx
        jbe .keep
        mov [esi], ebx
        mov [esi + 4], eax
.keep:  add esi, 4
        dec ecx
        jnz .inner
        dec edx
        jnz .pass
        xor ebp, [array + 4*7]
        dec dword [esp]
        jnz .round
        pop ecx
        mov eax, ebp
        ret
%include "end.inc"
