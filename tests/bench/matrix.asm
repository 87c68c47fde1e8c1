; Product of two 64 x 64 matrices of doubles, 40 times, as a compiler for the x87
; writes it: the sum of a row stays on the stack. The checksum is made of all bits
; of the last product, since every operation in it is exactly rounded.
%include "boot.inc"
%include "pm32.inc"
size    equ 64
a       equ 0x60000
b       equ 0x70000
c       equ 0x80000
number  equ 0x5fff0             ; variables, away from the code
pass    equ number + 4
passes  equ 40
main:   fninit
        mov edi, a              ; a and b: numbers from -1 to 1
        mov ecx, 2*0x10000/8
        mov eax, 1
.fill:  imul eax, eax, 69069
        add eax, 12345
        mov [number], eax
        fild dword [number]
        fmul qword [scale]
        fstp qword [edi]
        add edi, 8
        dec ecx
        jnz .fill
        mov dword [pass], passes
.pass:  xor ebx, ebx            ; row
.row:   xor edx, edx            ; column
.cell:  mov esi, ebx
        shl esi, 9
        add esi, a
        lea edi, [b + edx*8]
        mov ecx, size
        fldz
.dot:   fld qword [esi]
        fmul qword [edi]
        faddp st1
        add esi, 8
        add edi, size*8
        dec ecx
        jnz .dot
        mov eax, ebx
        shl eax, 6
        add eax, edx
        fstp qword [c + eax*8]
        inc edx
        cmp edx, size
        jb .cell
        inc ebx
        cmp ebx, size
        jb .row
        mov esi, c              ; the product becomes the next a, scaled down
        mov edi, a
        mov ecx, size*size
.copy:  fld qword [esi]
        fmul qword [eighth]
        fstp qword [edi]
        add esi, 8
        add edi, 8
        dec ecx
        jnz .copy
        dec dword [pass]
        jnz .pass
        xor eax, eax
        mov esi, c
        mov ecx, 2*size*size
.sum:   rol eax, 1
        xor eax, [esi]
        add esi, 4
        dec ecx
        jnz .sum
        ret
        align 8
scale:  dq 4.656612873077393e-10        ; 2^-31
eighth: dq 0.125
%include "end.inc"
