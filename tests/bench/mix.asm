; 20 000 instructions in random blocks, run 8000 times: more code than a small
; cache of decoded instructions holds. The blocks come from a generator in
; assembler macros: 5 to 12 instructions each, ended by a conditional branch
; that skips the first part of the next block now and then. EBP is the pass
; counter, ESI a data pointer, ESP the stack; all else is random.
%include "boot.inc"
%include "pm32.inc"
data    equ 0x60000
%assign seed 20240517
%define R0 eax
%define R1 ebx
%define R2 ecx
%define R3 edx
%define R4 edi
%macro RANDOM 1                 ; rnd = 0..%1-1
  %assign seed (seed * 1103515245 + 12345) & 0x7fffffff
  %assign rnd (seed >> 12) % %1
%endmacro
%macro ONE 0
  RANDOM 5
  %assign a rnd
  RANDOM 5
  %assign b rnd
  RANDOM 1000
  %assign k rnd
  RANDOM 17
  %if rnd = 0
        add R %+ a, R %+ b
  %elif rnd = 1
        sub R %+ a, k
  %elif rnd = 2
        xor R %+ a, R %+ b
  %elif rnd = 3
        mov R %+ a, [esi + k*4]
  %elif rnd = 4
        mov [esi + k*4], R %+ a
  %elif rnd = 5
        lea R %+ a, [R %+ b + R %+ a*4 + k]
  %elif rnd = 6
        rol R %+ a, (k & 31) | 1
  %elif rnd = 7
        and R %+ a, 0x7fffff00 + k
  %elif rnd = 8
        adc R %+ a, R %+ b
  %elif rnd = 9
        imul R %+ a, R %+ b
  %elif rnd = 10
        inc R %+ a
  %elif rnd = 11
        movzx R %+ a, byte [esi + k]
  %elif rnd = 12
        shr R %+ a, (k & 7) + 1
  %elif rnd = 13
        add dword [esi + k*4], R %+ b
  %elif rnd = 14
        mov R %+ a, k * 65537
  %elif rnd = 15
        neg R %+ a
  %else
        or R %+ a, R %+ b
  %endif
%endmacro
main:   mov edi, data
        mov ecx, 1024
        xor eax, eax
.fill:  imul eax, eax, 69069
        add eax, 12345
        mov [edi], eax
        add edi, 4
        dec ecx
        jnz .fill
        mov esi, data
        mov ebp, 8000
        xor ebx, ebx
        xor edx, edx
        xor edi, edi
pass:
%assign n 0
%assign block 0
%rep 100000
  %if n >= 20000
    %exitrep
  %endif
  RANDOM 8
  %assign length rnd + 5
  RANDOM 4
  %assign cut rnd
  %assign i 0
  %rep length
    %if i = cut
skip_ %+ block:
    %endif
        ONE
    %assign i i + 1
    %assign n n + 1
  %endrep
  %assign block block + 1
  RANDOM 4
  %if n < 20000
    %if rnd = 0
        test R %+ a, 0x40
        jz near skip_ %+ block
    %elif rnd = 1
        cmp R %+ a, R %+ b
        jb near skip_ %+ block
    %elif rnd = 2
        jmp short skip_ %+ block
    %else
        test R %+ b, R %+ b
        js near skip_ %+ block
    %endif
    %assign n n + 2
  %endif
%endrep
        dec ebp
        jnz near pass
        xor eax, ebx
        xor eax, ecx
        xor eax, edx
        xor eax, edi
        ret
%include "end.inc"
