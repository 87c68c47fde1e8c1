; A boot sector that says on port E9h how it was started: "boot DL=xx CS=xxxx
; IP=xxxx", and then goes on as the byte at its offset 3 tells: 0 ends the run, 1
; calls INT 18h, 2 starts over with INT 19h, once.

        cpu     8086
        bits    16
        org     7C00h

        jmp     short start
        nop
then:   db      0
start:
        call    .here
.here:
        pop     si
        sub     si, .here-$$
        mov     ax, cs
        mov     bx, ax
        xor     ax, ax
        mov     ds, ax
        mov     di, .text
.next:
        mov     al, [di]
        inc     di
        test    al, al
        jz      .done
        cmp     al, '1'
        je      .drive
        cmp     al, '2'
        je      .segment
        cmp     al, '3'
        je      .offset
        out     0E9h, al
        jmp     .next
.drive:
        mov     al, dl
        call    hex8
        jmp     .next
.segment:
        mov     ax, bx
        call    hex16
        jmp     .next
.offset:
        mov     ax, si
        call    hex16
        jmp     .next
.done:
        cmp     byte [then], 1
        je      .failed
        cmp     byte [then], 2
        jne     .end
        cmp     byte [500h+0FFh], 42h   ; free memory remembers the first time
        je      .end
        mov     byte [500h+0FFh], 42h
        int     19h
.failed:
        int     18h
.end:
        mov     dx, 501h
        mov     al, 0
        out     dx, al
.stop:
        hlt
        jmp     .stop
.text:  db      "boot DL=1 CS=2 IP=3", 10, 0

hex16:
        push    ax
        mov     al, ah
        call    hex8
        pop     ax
hex8:
        push    ax
        mov     cl, 4
        shr     al, cl
        call    .digit
        pop     ax
.digit:
        and     al, 0Fh
        add     al, 90h
        daa
        adc     al, 40h
        daa
        out     0E9h, al
        ret

        times 510-($-$$) db 0
        dw      0AA55h
