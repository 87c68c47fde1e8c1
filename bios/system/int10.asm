; INT 10h when no video ROM has taken it: a teletype on the first serial port and the debug console, so that a machine
; without a screen can say what is wrong with it. INT 11h and INT 12h, which are as short.

int10:
        cmp     ah, 0Eh
        je      .teletype
        cmp     ah, 0Fh
        je      .mode
        cmp     ah, 03h
        jne     .done
        xor     cx, cx
        xor     dx, dx
.done:
        iret
.mode:
        mov     ax, 5003h
        xor     bh, bh
        iret
.teletype:
        push    ax
        push    cx
        push    dx
        push    ds
        mov     ds, [cs:seg_bda]
        out     DEBUG_PORT, al
        mov     dx, [bda_com]
        test    dx, dx
        jz      .no_port
        mov     ah, al
        mov     cx, 2000                ; 30 ms: a dead line must not stop POST
        add     dx, UART_LSR
.wait:
        in      al, dx
        test    al, LSR_THRE
        jnz     .send
        push    cx
        mov     cx, 1
        push    ax
        call    delay
        pop     ax
        pop     cx
        loop    .wait
        jmp     short .no_port
.send:
        mov     al, ah
        sub     dx, UART_LSR
        out     dx, al
.no_port:
        pop     ds
        pop     dx
        pop     cx
        pop     ax
        iret

; INT 11h: Out: AX = equipment. INT 12h: Out: AX = base memory in KB.
int11:
        push    ds
        mov     ds, [cs:seg_bda]
        mov     ax, [bda_equip]
        pop     ds
        iret
int12:
        push    ds
        mov     ds, [cs:seg_bda]
        mov     ax, [bda_base_kb]
        pop     ds
        iret
