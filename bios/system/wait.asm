; Delays and waits with a time limit.
;
; An XT has no such toggle (delay_xt). Elsewhere short delays count the refresh toggle, bit 4 of port 61h, which changes every 15.085 us on every AT
; (IBM PC AT Technical Reference, section 1, "System Control Port"). Each turn has a bound of its own, so
; that a board without the toggle is only slower, not stuck.

; delay: waits CX refresh periods (15 us each). Changes AX, CX.
delay:
        jcxz    .done
        xt_board
        jne     .toggle
        jmp     delay_xt
.toggle:
        push    bx
        in      al, SYSB
        and     al, REFRESH_BIT
        mov     ah, al
.next:
        mov     bx, 200                 ; bound for one turn
.poll:
        in      al, SYSB
        and     al, REFRESH_BIT
        cmp     al, ah
        jne     .turned
        dec     bx
        jnz     .poll
.turned:
        mov     ah, al
        loop    .next
        pop     bx
.done:
        ret

; timeout_begin: starts a wait of CX timer ticks (55 ms each) for a device that interrupts.
; Out: SI, DX = state for timeout_step, together with CX. DS = BIOS data area.
timeout_begin:
        mov     dx, [bda_ticks]
        xor     si, si
        ret

; timeout_step: lets time pass until the next interrupt. Called with interrupts off, after the caller has
; looked at its device, so that no interrupt is lost between the look and the halt; returns with
; interrupts off. Where the timer interrupt is masked a halt might never end: there it polls.
; In/out: CX, DX, SI. Out: CF set when the time is over. Changes AX. DS = BIOS data area.
timeout_step:
        in      al, PIC1_MASK
        test    al, 01h
        jnz     .poll
        sti
        hlt
        cli
        mov     ax, [bda_ticks]
        sub     ax, dx
        cmp     ax, cx
        jae     .over
        inc     si                      ; a guest may have stopped the tick count
        jz      .over
        clc
        ret
.poll:
        sti
        push    cx
        mov     cx, 1
        call    delay
        pop     cx
        cli
        inc     si
        cmp     si, 3640                ; refresh periods in a tick
        jb      .more
        xor     si, si
        dec     cx
        jz      .over
.more:
        clc
        ret
.over:
        stc
        ret

; halt: waits for one interrupt; called and returns with interrupts on.
halt:
        sti
        hlt
        ret

; wait_ticks: CX timer ticks. Interrupts on afterwards. Changes AX, CX, DX, SI.
wait_ticks:
        call    timeout_begin
        cli
.more:
        call    timeout_step
        jnc     .more
        sti
        ret
