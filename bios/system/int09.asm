; INT 09h, IRQ 1: a byte from the keyboard.
;
; The controller translates to scan code set 1. Prefixes: E0 for grey keys and the right Ctrl and Alt, E1 for
; Pause (E1 1D 45 E1 9D C5); the shift codes E0 2A and E0 36 that surround grey keys are no key presses.
;
; Sources: IBM PC AT Technical Reference, section 4 "Keyboard" and section 5; IBM PS/2 HITRC, INT 09h:
; INT 15h AH=4Fh may change or swallow the byte, AH=85h reports SysRq, AX=9102h a key.

int09:
        irq_enter
        in      al, KBC_DATA
        call    kb_ack_xt
        mov     ah, 4Fh
        stc
        int     15h
        cli
        jc      .take
        jmp     kb_eoi
.take:
        mov     bl, [bda_kb_mode]       ; BL: prefixes seen before this byte
        cmp     al, 0E0h
        je      .e0
        cmp     al, 0E1h
        je      .e1
        cmp     al, 0FAh
        je      .ack
        cmp     al, 0FEh
        je      .resend
        cmp     al, 0EEh                ; echo
        je      .eoi
        cmp     al, 0FFh                ; the keyboard's own buffer overran
        je      .overrun
        test    al, al
        je      .overrun
        test    bl, KM_LAST_E1
        jnz     .pause_seq
        and     byte [bda_kb_mode], 0FFh-KM_LAST_E0
        jmp     kb_key
.e0:
        mov     al, KM_LAST_E0
        jmp     short .prefix
.e1:
        mov     al, KM_LAST_E1
.prefix:
        or      al, KM_101              ; only these keyboards have prefixes; an XT learns it here
        or      [bda_kb_mode], al
        jmp     kb_eoi
.pause_seq:
        mov     ah, al
        and     ah, 7Fh
        cmp     ah, 1Dh                 ; first of two bytes
        je      .eoi
        and     byte [bda_kb_mode], 0FFh-KM_LAST_E1
        cmp     al, 45h
        je      kb_pause
        jmp     kb_eoi
.ack:
        call    kb_led_ack
        jmp     kb_eoi
.resend:
        call    kb_led_resend
.eoi:
        jmp     kb_eoi
.overrun:
        jmp     kb_full

; kb_eoi: end of the interrupt, nothing for the program.
kb_eoi:
        mov     al, EOI
        out     PIC1, al
        irq_leave

; kb_done: end of the interrupt after a change of the shift states.
kb_done:
        call    kb_leds
        jmp     kb_eoi

; kb_ack_xt: a PC or XT has no 8042; its keyboard register is cleared by a pulse on bit 7 of port 61h.
; All kept.
kb_ack_xt:
        call    have_kbc
        jnz     .done
        push    ax
        in      al, SYSB
        mov     ah, al
        or      al, 80h
        out     SYSB, al
        mov     al, ah
        out     SYSB, al
        pop     ax
.done:
        ret

; kb_key: AL = scan code, bit 7 set on release; BL bit 1 = E0 came before.
kb_key:
        mov     dl, al
        and     dl, 7Fh                 ; DL: key; AL: key and release bit
        mov     dh, [bda_shift]         ; DH: shift states
        cmp     dl, 2Ah
        je      .lshift
        cmp     dl, 36h
        je      .rshift
        cmp     dl, 1Dh
        je      .ctrl
        cmp     dl, 38h
        je      .alt
        cmp     dl, 3Ah
        je      .caps
        cmp     dl, 45h
        je      .num
        cmp     dl, 46h
        je      .scroll
        cmp     dl, 54h
        je      .sysreq
        cmp     dl, 52h
        jne     .plain
        jmp     kb_insert
.plain:
        test    al, 80h
        jnz     .ignore
        jmp     kb_make
.ignore:
        jmp     kb_eoi

.lshift:
        mov     ah, KF_LSHIFT
        jmp     short .shift
.rshift:
        mov     ah, KF_RSHIFT
.shift:
        test    bl, KM_LAST_E0
        jnz     .ignore
        test    al, al
        js      .shift_up
        or      [bda_shift], ah
        jmp     kb_eoi
.shift_up:
        not     ah
        and     [bda_shift], ah
        jmp     kb_eoi

.ctrl:
        mov     cx, KF2_LCTRL<<8 | KM_RCTRL
        mov     ah, KF_CTRL
        call    kb_two_keys
        jmp     kb_eoi
.alt:
        mov     cx, KF2_LALT<<8 | KM_RALT
        mov     ah, KF_ALT
        call    kb_two_keys
        test    byte [bda_shift], KF_ALT
        jnz     .ignore
        xor     ax, ax                  ; released: the number typed with Alt is a key
        xchg    al, [bda_alt_num]
        test    al, al
        jz      .ignore
        jmp     kb_put

.caps:
        mov     ah, KF_CAPS
        jmp     short .lock
.num:
        mov     ah, KF_NUM
        test    dh, KF_CTRL
        jz      .lock
        test    byte [bda_kb_mode], KM_101
        jnz     .lock
        test    al, al
        js      .lock
        jmp     kb_pause                ; 84 keys: Ctrl and Num Lock
.scroll:
        test    bl, KM_LAST_E0
        jnz     .break
        mov     ah, KF_SCROLL
        test    dh, KF_CTRL
        jz      .lock
        test    byte [bda_kb_mode], KM_101
        jnz     .lock
.break:
        test    al, al
        js      .ignore
        jmp     kb_break
.lock:
        test    al, al
        js      .lock_up
        test    [bda_shift2], ah        ; repeats of a key held down do nothing
        jnz     .ignore
        or      [bda_shift2], ah
        xor     [bda_shift], ah
        jmp     kb_done
.lock_up:
        not     ah
        and     [bda_shift2], ah
        jmp     kb_eoi

.sysreq:
        test    al, al
        js      .sysreq_up
        test    byte [bda_shift2], KF2_SYSREQ
        jnz     .ignore
        or      byte [bda_shift2], KF2_SYSREQ
        mov     ax, 8500h
        jmp     short .sysreq_call
.sysreq_up:
        and     byte [bda_shift2], 0FFh-KF2_SYSREQ
        mov     ax, 8501h
.sysreq_call:
        push    ax
        mov     al, EOI
        out     PIC1, al
        pop     ax
        sti
        int     15h
        irq_leave

; kb_two_keys: Ctrl or Alt. AH = its bit in the shift states, CH = bit of the left key in 40:18, CL = bit of
; the right key in 40:96. The state is on while either is held.
kb_two_keys:
        test    bl, KM_LAST_E0
        jnz     .right
        test    al, al
        js      .left_up
        or      [bda_shift2], ch
        jmp     short .on
.left_up:
        not     ch
        and     [bda_shift2], ch
        not     ch
        jmp     short .either
.right:
        test    al, al
        js      .right_up
        or      [bda_kb_mode], cl
.on:
        or      [bda_shift], ah
        ret
.right_up:
        not     cl
        and     [bda_kb_mode], cl
        not     cl
.either:
        test    [bda_shift2], ch
        jnz     .held
        test    [bda_kb_mode], cl
        jnz     .held
        not     ah
        and     [bda_shift], ah
.held:
        ret

; kb_insert: Insert toggles its own state, and is a key as well.
kb_insert:
        test    al, al
        js      .up
        test    dh, KF_ALT|KF_CTRL
        jnz     .key
        test    bl, KM_LAST_E0
        jnz     .toggle
        call    kb_digits
        jnz     .key                    ; the key is a 0
.toggle:
        test    byte [bda_shift2], KF_INS
        jnz     .key
        or      byte [bda_shift2], KF_INS
        xor     byte [bda_shift], KF_INS
.key:
        jmp     kb_make
.up:
        and     byte [bda_shift2], 0FFh-KF_INS
        jmp     kb_eoi

; kb_digits: ZF clear when the keypad gives digits: Num Lock, or Shift, not both. DH = shift states.
; Changes AH.
kb_digits:
        mov     ah, dh
        and     ah, KF_LSHIFT|KF_RSHIFT
        jz      .num
        mov     ah, KF_NUM
.num:
        xor     ah, dh
        test    ah, KF_NUM
        ret

; kb_make: a key is pressed. DL = scan code, BL bit 1 = grey, DH = shift states.
kb_make:
        test    byte [bda_shift2], KF2_PAUSE
        jz      .live
        and     byte [bda_shift2], 0FFh-KF2_PAUSE
        jmp     kb_eoi                  ; ends the pause and nothing else
.live:
        test    bl, KM_LAST_E0
        jnz     .grey
        cmp     dl, key_table_last
        ja      .ignore
        cmp     dl, 37h
        jne     .table
        test    byte [bda_kb_mode], KM_101
        jnz     .table
        test    dh, KF_LSHIFT|KF_RSHIFT ; 84 keys: Shift and * prints the screen
        jz      .table
        jmp     kb_print
.table:
        mov     al, dl
        dec     al
        xor     ah, ah
        mov     cl, 3
        shl     ax, cl
        mov     si, key_table
        add     si, ax
        test    dh, KF_ALT
        jnz     .alt
        test    dh, KF_CTRL
        jnz     .ctrl
        cmp     dl, 47h
        jb      .shift
        cmp     dl, 53h
        ja      .shift
        cmp     dl, 4Ah
        je      .shift
        cmp     dl, 4Eh
        je      .shift
        call    kb_digits
        jmp     short .column
.shift:
        mov     al, [cs:si]             ; letters: Caps Lock and Shift cancel out
        sub     al, 'a'
        cmp     al, 'z'-'a'
        mov     ah, dh
        ja      .shift_only
        test    ah, KF_CAPS
        jz      .shift_only
        mov     al, ah
        and     al, KF_LSHIFT|KF_RSHIFT
        mov     ah, KF_LSHIFT
        jz      .shift_only
        xor     ah, ah
.shift_only:
        test    ah, KF_LSHIFT|KF_RSHIFT
.column:
        mov     ax, [cs:si]
        jz      .have
        mov     ax, [cs:si+2]
        jmp     short .have
.ctrl:
        mov     ax, [cs:si+4]
        jmp     short .have
.alt:
        cmp     dl, 53h
        je      .reboot
        cmp     dl, 47h
        jb      .alt_key
        cmp     dl, 52h
        ja      .alt_key
        mov     bl, dl
        sub     bl, 47h
        xor     bh, bh
        mov     cl, [cs:keypad_digits+bx]
        cmp     cl, 0FFh
        je      .alt_key
        mov     al, [bda_alt_num]
        mov     ah, 10
        mul     ah
        add     al, cl
        mov     [bda_alt_num], al
        jmp     kb_eoi
.alt_key:
        mov     byte [bda_alt_num], 0
        mov     ax, [cs:si+6]
.have:
        cmp     ax, NONE
        je      .ignore
        jmp     kb_put
.ignore:
        jmp     kb_eoi
.reboot:
        test    dh, KF_CTRL
        jz      .ignore
        mov     word [bda_reset_flag], 1234h
        mov     ax, CMOS_SHUTDOWN       ; a plain reset: no shutdown code
        call    cmos_write
        mov     al, EOI
        out     PIC1, al
        jmp     reset_cpu

.grey:
        cmp     dl, 37h
        je      .print
        cmp     dl, 53h
        jne     .search
        mov     al, dh
        and     al, KF_CTRL|KF_ALT
        cmp     al, KF_CTRL|KF_ALT
        je      .reboot
.search:
        mov     si, key_table_e0
.next:
        mov     al, [cs:si]
        inc     si
        test    al, al
        jz      .ignore
        cmp     al, dl
        je      .found
        add     si, 8
        jmp     .next
.found:
        test    dh, KF_ALT
        jz      .no_alt
        mov     byte [bda_alt_num], 0
        mov     ax, [cs:si+6]
        jmp     short .have
.no_alt:
        test    dh, KF_CTRL
        jz      .no_ctrl
        mov     ax, [cs:si+4]
        jmp     short .have
.no_ctrl:
        mov     ax, [cs:si]
        jmp     short .have
.print:
        test    dh, KF_CTRL
        jz      kb_print
        mov     ax, 7200h
        jmp     kb_put

; kb_print: Print Screen.
kb_print:
        mov     al, EOI
        out     PIC1, al
        sti
        int     05h
        irq_leave

; kb_put: AX = key code into the buffer, then INT 15h AX=9102h.
kb_put:
        call    kb_store
        jc      kb_full
        mov     al, EOI
        out     PIC1, al
        call    kb_leds
        mov     ax, 9102h
        sti
        int     15h
        irq_leave

; kb_store: AX = key code. CF set when the buffer is full. Changes BX, SI.
kb_store:
        mov     bx, [bda_kb_tail]
        mov     si, bx
        inc     si
        inc     si
        cmp     si, [bda_kb_end]
        jb      .room
        mov     si, [bda_kb_start]
.room:
        cmp     si, [bda_kb_head]
        stc
        je      .done
        mov     [bx], ax
        mov     [bda_kb_tail], si
        clc
.done:
        ret

; kb_full: nowhere to put the key: a short beep.
kb_full:
        mov     al, EOI
        out     PIC1, al
        sti
        mov     cx, 2000                ; 30 ms
        call    beep
        irq_leave

; kb_break: Ctrl-Break empties the buffer, leaves a zero key in it and calls INT 1Bh.
kb_break:
        mov     ax, [bda_kb_start]
        mov     [bda_kb_head], ax
        mov     [bda_kb_tail], ax
        mov     byte [bda_break], 80h
        and     byte [bda_shift2], 0FFh-KF2_PAUSE
        mov     al, EOI
        out     PIC1, al
        int     1Bh
        xor     ax, ax
        cli
        call    kb_store
        irq_leave

; kb_pause: the machine waits for the next key.
kb_pause:
        test    byte [bda_shift2], KF2_PAUSE
        jz      .begin
        jmp     kb_eoi
.begin:
        or      byte [bda_shift2], KF2_PAUSE
        mov     al, EOI
        out     PIC1, al
.wait:
        call    halt
        test    byte [bda_shift2], KF2_PAUSE
        jnz     .wait
        irq_leave

; beep: about 900 Hz for CX refresh periods. Changes AX, CX.
beep:
        mov     al, 0B6h
        out     PIT_CMD, al
        mov     al, 33h                 ; 1193182 / 1331
        out     PIT2, al
        mov     al, 05h
        out     PIT2, al
        in      al, SYSB
        push    ax
        or      al, 03h
        out     SYSB, al
        call    delay
        pop     ax
        out     SYSB, al
        ret
