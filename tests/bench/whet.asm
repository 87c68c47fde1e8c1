; A synthetic floating-point program after H. J. Curnow and B. A. Wichmann (The
; Computer Journal, volume 19, 1976), which has the mix of operations of scientific
; programs of its day: array elements, procedure calls, integers, and standard
; functions, all on doubles in memory as a simple compiler has them. The checksum
; keeps 16 bits behind the point, since standard functions may differ in their last
; bits.
%include "boot.inc"
%include "pm32.inc"
loops   equ 1200
; Variables, away from the code.
results equ 0x60000
e1      equ results             ; four numbers
x       equ e1 + 32
y       equ x + 8
z       equ y + 8
results_end equ z + 8
number  equ results_end
pass    equ number + 4
main:   fninit
        mov dword [pass], loops
.pass:
; arrays
        call start
        mov ecx, 12
.m2:    call elements
        dec ecx
        jnz .m2
; an array as a parameter
        mov ecx, 14
.m3:    push ecx
        mov ecx, 6
.m3a:   call elements
        dec ecx
        jnz .m3a
        pop ecx
        dec ecx
        jnz .m3
; conditional jumps
        mov ecx, 345
        mov eax, 1
.m4:    cmp eax, 1
        jne .m4a
        mov eax, 2
        jmp .m4b
.m4a:   mov eax, 3
.m4b:   cmp eax, 2
        jbe .m4c
        xor eax, eax
        jmp .m4d
.m4c:   mov eax, 1
.m4d:   cmp eax, 1
        jb .m4e
        xor eax, eax
        jmp .m4f
.m4e:   mov eax, 1
.m4f:   dec ecx
        jnz .m4
; integers, converted
        mov ecx, 210
        mov ebx, 1
        mov edx, 2
        mov esi, 3
.m6:    mov eax, edx
        sub eax, ebx
        mov edi, esi
        sub edi, edx
        imul ebx, eax
        imul ebx, edi           ; j = j*(k-j)*(l-k)
        mov eax, esi
        imul eax, edx
        mov edi, esi
        sub edi, ebx
        imul edi, edx
        sub eax, edi            ; k = l*k - (l-j)*k
        mov edx, eax
        mov eax, esi
        sub eax, edx
        mov edi, edx
        add edi, ebx
        imul eax, edi
        mov esi, eax            ; l = (l-k)*(k+j)
        lea eax, [ebx + edx]
        add eax, esi
        mov [number], eax
        fild dword [number]
        fstp qword [e1 + 8]
        mov eax, ebx
        imul eax, edx
        imul eax, esi
        mov [number], eax
        fild dword [number]
        fstp qword [e1]
        mov ebx, 1
        mov edx, 2
        mov esi, 3
        dec ecx
        jnz .m6
; trigonometric functions
        fld qword [half]
        fst qword [x]
        fstp qword [y]
        mov ecx, 32
.m7:    mov esi, x
        call trig
        mov esi, y
        call trig
        dec ecx
        jnz .m7
; procedure calls
        fld1
        fst qword [x]
        fst qword [y]
        fstp qword [z]
        mov ecx, 899
.m8:    push dword z
        push dword y
        push dword x
        call p3
        add esp, 12
        dec ecx
        jnz .m8
; array references
        fld1
        fstp qword [e1]
        fld qword [two]
        fstp qword [e1 + 8]
        fld qword [three]
        fstp qword [e1 + 16]
        mov ecx, 616
        mov ebx, 0
        mov edx, 1
        mov esi, 2
.m9:    fld qword [e1 + edx*8]
        fstp qword [e1 + ebx*8]
        fld qword [e1 + esi*8]
        fstp qword [e1 + edx*8]
        fld qword [e1 + ebx*8]
        fstp qword [e1 + esi*8]
        dec ecx
        jnz .m9
; standard functions: x = sqrt(exp(ln(x)/t1))
        fld qword [x75]
        fstp qword [x]
        mov ecx, 93
.m11:   fldln2
        fld qword [x]
        fyl2x
        fdiv qword [t1]
        fldl2e                  ; exp
        fmulp st1
        fld st0
        frndint
        fsub st1, st0
        fxch st1
        f2xm1
        fld1
        faddp st1
        fscale
        fstp st1
        fsqrt
        fstp qword [x]
        dec ecx
        jnz .m11
        dec dword [pass]
        jnz near .pass
        xor ebx, ebx
        mov esi, results
.sum:   fld qword [esi]
        fmul qword [places]
        fistp dword [number]
        rol ebx, 3
        xor ebx, [number]
        add esi, 8
        cmp esi, results_end
        jb .sum
        mov eax, ebx
        ret

start:  fld1
        fstp qword [e1]
        fld1
        fchs
        fst qword [e1 + 8]
        fst qword [e1 + 16]
        fstp qword [e1 + 24]
        ret

; e1 = sums and differences of its elements, times t or over two.
elements:
        fld qword [e1]
        fadd qword [e1 + 8]
        fadd qword [e1 + 16]
        fsub qword [e1 + 24]
        fmul qword [t]
        fstp qword [e1]
        fld qword [e1]
        fadd qword [e1 + 8]
        fsub qword [e1 + 16]
        fadd qword [e1 + 24]
        fmul qword [t]
        fstp qword [e1 + 8]
        fld qword [e1]
        fsub qword [e1 + 8]
        fadd qword [e1 + 16]
        fadd qword [e1 + 24]
        fmul qword [t]
        fstp qword [e1 + 16]
        fld qword [e1 + 8]
        fsub qword [e1]
        fadd qword [e1 + 16]
        fadd qword [e1 + 24]
        fdiv qword [two]
        fstp qword [e1 + 24]
        ret

; [esi] = t*atan(2*sin(v)*cos(v)/(cos(x+y)+cos(x-y)-1)), v = [esi].
trig:   fld qword [esi]
        fsin
        fmul qword [two]
        fld qword [esi]
        fcos
        fmulp st1
        fld qword [x]
        fadd qword [y]
        fcos
        fld qword [x]
        fsub qword [y]
        fcos
        faddp st1
        fsub qword [one]
        fpatan
        fmul qword [t]
        fstp qword [esi]
        ret

; z = (t*(x+y) + t*(t*(x+y)+y))/2
p3:     push ebp
        mov ebp, esp
        sub esp, 16
        mov eax, [ebp + 8]
        mov edx, [ebp + 12]
        fld qword [eax]
        fadd qword [edx]
        fmul qword [t]
        fstp qword [ebp - 8]
        fld qword [ebp - 8]
        fadd qword [edx]
        fmul qword [t]
        fstp qword [ebp - 16]
        fld qword [ebp - 8]
        fadd qword [ebp - 16]
        fdiv qword [two]
        mov eax, [ebp + 16]
        fstp qword [eax]
        leave
        ret

        align 8
t:      dq 0.499975
t1:     dq 0.50025
half:   dq 0.5
one:    dq 1.0
two:    dq 2.0
three:  dq 3.0
x75:    dq 0.75
places: dq 65536.0
%include "end.inc"
