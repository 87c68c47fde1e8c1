; 16-bit real mode: string instructions with and without REP, segment loads,
; far calls, the way DOS programs spend their time.
%include "boot.inc"
%include "rm16.inc"
seg_a   equ 0x2000
seg_b   equ 0x3000
main:   mov word [rounds], 50
        xor edx, edx
.round: mov ax, seg_a                   ; fill a with words
        mov es, ax
        xor di, di
        mov cx, 0x4000
        mov ax, [rounds]
        rep stosw
        mov ax, seg_a                   ; word by word a -> b, changed
        mov ds, ax
        mov ax, seg_b
        mov es, ax
        xor si, si
        xor di, di
        mov cx, 0x4000
.copy:  lodsw
        add ax, cx
        xor al, ah
        stosw
        loop .copy
        mov cx, 0x2000                  ; pairs through two segments
        xor bx, bx
.pairs: push ds
        les di, [cs:far_b]
        lds si, [cs:far_a]
        mov ax, [si + bx]
        add [es:di + bx], ax
        mov ax, [es:bx + 2]
        add dx, ax
        adc dx, 0
        pop ds
        add bx, 2
        loop .pairs
        mov cx, 2000
.far:   call 0:leaf
        loop .far
        mov ax, seg_b                   ; search and compare
        mov es, ax
        xor di, di
        mov cx, 0x8000
        mov al, dl
        repne scasb
        add dx, cx
        xor si, si
        xor di, di
        mov cx, 0x4000
        repe cmpsw
        add dx, cx
        mov cx, 0x8000                  ; move b over a
        xor si, si
        xor di, di
        push ds
        push es
        pop ds
        pop es
        rep movsb
        xor ax, ax
        mov ds, ax
        dec word [rounds]
        jnz .round
        movzx eax, dx
        ret
leaf:   push bp
        mov bp, sp
        mov ax, [bp + 2]
        add dx, ax
        pop bp
        retf
far_a:  dw 0, seg_a
far_b:  dw 0, seg_b
rounds: dw 0
%include "end.inc"
