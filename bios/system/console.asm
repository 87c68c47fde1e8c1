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

; put_hex: the CX low hexadecimal digits of AX. All kept.
put_hex:
        push    ax
        push    cx
        push    dx
        mov     dx, ax
        mov     ax, 4                   ; the digits wanted go to the top of DX
        sub     ax, cx
        push    cx
        mov     cl, 2
        shl     ax, cl
        mov     cl, al
        shl     dx, cl
        pop     cx
.next:
        push    cx
        mov     cl, 4
        rol     dx, cl
        pop     cx
        mov     al, dl
        and     al, 0Fh
        add     al, 90h                 ; 0..15 to '0'..'F'
        daa
        adc     al, 40h
        daa
        call    putc
        loop    .next
        pop     dx
        pop     cx
        pop     ax
        ret
