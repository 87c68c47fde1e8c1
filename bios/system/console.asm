; Text output of POST and of the boot messages, through INT 10h.

; putc: AL. All kept.
putc:
        push    ax
        push    bx
        push    bp
        mov     ah, 0Eh
        mov     bx, 0007h
        int     10h
        pop     bp
        pop     bx
        pop     ax
        ret

; puts: CS:SI, ends with a zero byte. Changes SI.
puts:
        push    ax
.next:
        cs lodsb
        test    al, al
        jz      .done
        call    putc
        jmp     .next
.done:
        pop     ax
        ret

; put_crlf: all kept.
put_crlf:
        push    ax
        mov     al, 13
        call    putc
        mov     al, 10
        call    putc
        pop     ax
        ret

; put_dec: DX:AX unsigned, decimal. Changes SI.
put_dec:
        push    ax
        push    bx
        push    cx
        push    dx
        xor     cx, cx
        mov     bx, 10
.split:
        push    ax                      ; DX:AX / 10 by two divisions
        mov     ax, dx
        xor     dx, dx
        div     bx
        mov     si, ax
        pop     ax
        div     bx
        push    dx
        inc     cx
        mov     dx, si
        mov     si, ax
        or      si, dx
        jnz     .split
.print:
        pop     ax
        add     al, '0'
        call    putc
        loop    .print
        pop     dx
        pop     cx
        pop     bx
        pop     ax
        ret

; put_dec16: AX unsigned. All kept.
put_dec16:
        push    dx
        push    si
        xor     dx, dx
        call    put_dec
        pop     si
        pop     dx
        ret

; put_hex: AX, hexadecimal, without leading zeros. Changes AX.
put_hex:
        push    cx
        push    dx
        mov     dx, ax
        mov     cx, 404h                ; CH digits
        xor     ah, ah                  ; AH: something was printed
.digit:
        mov     cl, 4
        rol     dx, cl
        mov     al, dl
        and     al, 0Fh
        or      ah, al
        jnz     .print
        cmp     ch, 1
        jne     .next
.print:
        add     al, '0'
        cmp     al, '9'
        jbe     .out
        add     al, 7
.out:
        call    putc
.next:
        dec     ch
        jnz     .digit
        pop     dx
        pop     cx
        ret
