; Register arithmetic, logic, shifts and multiplication in one hot loop.
%include "boot.inc"
%include "pm32.inc"
main:   mov ecx, 60000000
        mov eax, 0x12345678
        mov ebx, 0x9e3779b9
        mov edx, 1
        xor esi, esi
.loop:  add eax, ebx
        xor edx, eax
        rol eax, 5
        sub ebx, edx
        lea esi, [esi + edx*2 + 7]
        and edx, 0x7fffffff
        imul ebx, ebx, 33
        adc esi, 3
        shr eax, 1
        or eax, 0x10000
        inc edx
        dec ecx
        jnz .loop
        xor eax, esi
        ret
%include "end.inc"
