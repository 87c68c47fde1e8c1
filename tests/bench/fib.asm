; fib(34) by recursion: calls, returns, stack traffic.
%include "boot.inc"
%include "pm32.inc"
main:   mov eax, 34
fib:    cmp eax, 2
        jb .leaf
        push ebx
        push eax
        dec eax
        call fib
        mov ebx, eax
        pop eax
        sub eax, 2
        call fib
        add eax, ebx
        pop ebx
.leaf:  ret
%include "end.inc"
