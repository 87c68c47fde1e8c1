; Keyboard controller: commands, the keyboard's own commands, LEDs, start-up.
;
; Sources: IBM PC AT Technical Reference, section 1 "Keyboard controller" and section 4 "Keyboard";
; IBM PS/2 HITRC, "Keyboard/auxiliary device controller".

KBC_SELF_TEST   equ 0AAh
KBC_READ_MODE   equ 20h
KBC_WRITE_MODE  equ 60h
KBC_AUX_OFF     equ 0A7h
KBC_AUX_ON      equ 0A8h
KBC_KB_OFF      equ 0ADh
KBC_WRITE_OUT   equ 0D1h
KBC_TO_MOUSE    equ 0D4h
KBC_RESET_CPU   equ 0FEh
KBC_MODE_POST   equ 64h                 ; translate, system flag, mouse off, no interrupts
KBC_MODE_RUN    equ 45h                 ; translate, system flag, IRQ 1
KBC_MODE_MOUSE  equ 47h                 ; ... and IRQ 12
KBC_TIMEOUT     equ 1400                ; refresh periods: 21 ms

; kbc_ready: waits until the controller takes a byte. CF set on time-out. All kept.
kbc_ready:
        push    ax
        push    cx
        push    dx
        mov     dx, KBC_TIMEOUT
.poll:
        in      al, KBC_CMD
        test    al, KBC_IBF
        jz      .ok                     ; CF is clear after TEST
        cmp     al, 0FFh
        je      .dead
        mov     cx, 1
        call    delay
        dec     dx
        jnz     .poll
.dead:
        stc
.ok:
        pop     dx
        pop     cx
        pop     ax
        ret

; kbc_command: AL to the controller. CF set on time-out. All kept.
kbc_command:
        call    kbc_ready
        jc      .done
        out     KBC_CMD, al
.done:
        ret

; kbc_data: AL to the keyboard or as the parameter of a command. CF set on time-out. All kept.
kbc_data:
        call    kbc_ready
        jc      .done
        out     KBC_DATA, al
.done:
        ret

; kbc_mode: writes the mode ("command byte") AH. CF set on time-out. Changes AL.
kbc_mode:
        mov     al, KBC_WRITE_MODE
        call    kbc_command
        jc      .done
        mov     al, ah
        call    kbc_data
.done:
        ret

; kbc_read: waits CX refresh periods for a byte. Out: AL = byte, AH = status, CF clear; or CF set.
; Changes CX.
kbc_read:
        push    dx
        mov     dx, cx
.poll:
        in      al, KBC_CMD
        test    al, KBC_OBF
        jnz     .got
        mov     cx, 1
        call    delay
        dec     dx
        jnz     .poll
        stc
        jmp     short .done
.got:
        mov     ah, al
        in      al, KBC_DATA
        clc
.done:
        pop     dx
        ret

; kb_send: AL to the keyboard, waits for its acknowledge. CF set when none came. Interrupts must be off.
; Changes AX, CX.
kb_send:
        push    bx
        mov     bl, al
        mov     bh, 3
.again:
        mov     al, bl
        call    kbc_data
        jc      .done
.wait:
        mov     cx, KBC_TIMEOUT
        call    kbc_read
        jc      .done
        test    ah, KBC_AUX             ; a late mouse byte
        jnz     .wait
        cmp     al, 0FAh
        je      .done                   ; CF is clear
        call    boot_early
        dec     bh
        stc
        jz      .done
        cmp     al, 0FEh                ; resend
        je      .again
        jmp     .wait                   ; a scan code that was under way is dropped
.done:
        pop     bx
        ret

; kb_leds: brings the LEDs in line with the shift states, without waiting: sends EDh; the acknowledges
; arrive in INT 09h (kb_led_ack), which sends the rest. Changes AX. DS = BIOS data area.
kb_leds:
        mov     al, [bda_shift]
        and     al, KF_SCROLL|KF_NUM|KF_CAPS
        push    cx
        mov     cl, 4
        shr     al, cl
        pop     cx
        mov     ah, [bda_kb_led]
        test    ah, KL_UPDATE
        jnz     .done
        and     ah, 7
        cmp     al, ah
        je      .done
        call    have_kbc
        jz      .done
        pushf
        cli
        in      al, KBC_CMD
        test    al, KBC_IBF
        jnz     .busy                   ; the next key or poll tries again
        or      byte [bda_kb_led], KL_UPDATE
        and     byte [bda_kb_led], 0FFh-(KL_ACK|KL_RESEND)
        mov     al, 0EDh
        out     KBC_DATA, al
.busy:
        popf
.done:
        ret

; kb_led_ack: the keyboard acknowledged. Changes AX, CX.
kb_led_ack:
        test    byte [bda_kb_led], KL_UPDATE
        jz      .other
        test    byte [bda_kb_led], KL_ACK
        jnz     .end
        or      byte [bda_kb_led], KL_ACK
        mov     al, [bda_shift]
        and     al, KF_SCROLL|KF_NUM|KF_CAPS
        mov     cl, 4
        shr     al, cl
        and     byte [bda_kb_led], 0F8h
        or      [bda_kb_led], al
        jmp     kbc_data
.end:
        and     byte [bda_kb_led], 0FFh-(KL_UPDATE|KL_ACK)
        jmp     kb_leds                 ; once more when the states changed meanwhile
.other:
        or      byte [bda_kb_led], KL_ACK
        ret

; kb_led_resend: the keyboard wants the byte again: gives up until the next change.
kb_led_resend:
        and     byte [bda_kb_led], 0FFh-(KL_UPDATE|KL_ACK)
        or      byte [bda_kb_led], KL_RESEND
        ret

; have_kbc: ZF set when there is no 8042. All kept.
have_kbc:
        push    es
        ebda    es
        test    byte [es:eb_board], BOARD_KBC
        pop     es
        ret

; kbc_start: first half of the keyboard's start-up: controller self-test, reset of the keyboard. The
; keyboard then tests itself for up to half a second while POST goes on. DS = BIOS data area.
kbc_start:
        mov     word [bda_kb_head], bda_kb_buf
        mov     word [bda_kb_tail], bda_kb_buf
        mov     word [bda_kb_start], bda_kb_buf
        mov     word [bda_kb_end], bda_kb_buf_end
        mov     byte [bda_shift], 0
        mov     byte [bda_shift2], 0
        mov     byte [bda_kb_mode], KM_101
        mov     byte [bda_kb_led], 0
        xt_board
        jne     .at
        jmp     xt_kb_reset
.at:
        in      al, KBC_CMD
        cmp     al, 0FFh
        je      .none
        mov     bx, 32                  ; empty the output buffer
.flush:
        in      al, KBC_CMD
        test    al, KBC_OBF
        jz      .empty
        in      al, KBC_DATA
        call    boot_early
        mov     cx, 2
        call    delay
        dec     bx
        jnz     .flush
.empty:
        mov     al, KBC_SELF_TEST
        call    kbc_command
        jc      .none
        mov     cx, KBC_TIMEOUT
        call    kbc_read
        jc      .none
        cmp     al, 55h
        jne     .none
        ebda    es
        or      byte [es:eb_board], BOARD_KBC
        mov     ah, KBC_MODE_POST
        call    kbc_mode
        mov     al, 0FFh                ; reset
        call    kb_send
.none:
        ret

; kbc_finish: second half: waits for the keyboard's self-test (AAh), finds out about a mouse, turns
; interrupts on. DS = BIOS data area.
kbc_finish:
        xt_board
        jne     .at
        jmp     xt_kb_finish
.at:
        call    have_kbc
        jz      .done
        mov     cx, 14                  ; 0.75 s, most of it halted
        call    timeout_begin
        cli
.test:
        in      al, KBC_CMD
        test    al, KBC_OBF
        jnz     .tested
        call    timeout_step
        jnc     .test
        jmp     short .detect
.tested:
        in      al, KBC_DATA
        call    boot_early
        cmp     al, 0AAh                ; it scans already; to enable it would drop what was typed
        je      .scans
.detect:
        mov     al, 0F4h                ; enable scanning
        call    kb_send
.scans:
        sti
        call    mouse_detect
        ebda    es
        mov     ah, KBC_MODE_RUN
        test    byte [es:eb_board], BOARD_MOUSE
        jz      .mode
        mov     ah, KBC_MODE_MOUSE
.mode:
        call    kbc_mode
.done:
        mov     al, 1
        jmp     irq_unmask

; a20_gate: AH = 0 closes, 1 opens the A20 gate. CF set when nothing could be done. Changes AX, CX.
; Both ways are used where both exist: port 92h, and the output port of the keyboard controller.
; Fast path: an opened port 92h is enough to open; closing needs both shut.
a20_gate:
        in      al, SYSA
        cmp     al, 0FFh
        je      .kbc
        and     al, 0FCh                ; bit 0 would reset the processor
        test    ah, ah
        jz      .fast
        or      al, 02h
.fast:
        out     SYSA, al
        test    ah, ah
        jz      .kbc
        call    a20_state
        cmp     al, 1
        je      .check
.kbc:
        call    have_kbc
        jz      .check
        pushf
        cli
        mov     al, KBC_WRITE_OUT
        call    kbc_command
        jc      .fail
        mov     al, 0DDh                ; reset line high, buffers empty, clock and data high
        test    ah, ah
        jz      .write
        mov     al, 0DFh
.write:
        call    kbc_data
        jc      .fail
        call    kbc_ready               ; taken by the controller
        popf
.check:
        push    bx
        mov     bl, ah
        call    a20_state
        xor     al, bl                  ; as wanted?
        cmp     al, 1
        cmc
        pop     bx
        ret
.fail:
        popf
        stc
        ret

; a20_state: Out: AL = 1 when the gate is open. Compares 0000:0200 with FFFF:0210, twice.
; All else kept. (The vector 80h at 0:200 is unused by the BIOS and restored.)
a20_state:
        push    bx
        push    ds
        push    es
        pushf
        cli
        xor     bx, bx
        mov     ds, bx
        dec     bx
        mov     es, bx
        mov     bx, [0200h]
        mov     al, 1
        cmp     bx, [es:0210h]
        jne     .done
        not     word [0200h]
        cmp     bx, [es:0210h]
        mov     [0200h], bx
        je      .done                   ; the other place did not follow
        xor     al, al
.done:
        popf
        pop     es
        pop     ds
        pop     bx
        ret

; reset_cpu: pulses the processor's reset line. Does not return.
reset_cpu:
        cli
        mov     al, KBC_RESET_CPU
        call    kbc_command
        mov     cx, 70
        call    delay
        in      al, SYSA                ; no 8042: fast reset
        cmp     al, 0FFh
        je      .jump
        or      al, 01h
        out     SYSA, al
        mov     cx, 70
        call    delay
.jump:
        jmp     0F000h:0FFF0h
