; INT 16h: keyboard services.
;
; Source: IBM PS/2 HITRC, INT 16h. Functions 00h-02h know the keys of the 84-key keyboard only, 10h-12h all.

int16:
        svc_enter
        svc_dispatch int16_table, 13h, int16_leave
int16_table:
        dw      int16_read, int16_poll, int16_shift, int16_rate, int16_leave, int16_push
        dw      int16_leave, int16_leave, int16_leave, int16_caps, int16_id
        times 5 dw int16_leave
        dw      int16_read_ext, int16_poll_ext, int16_shift_ext

int16_leave:
        svc_leave

; AH = 00h: waits for a key. Out: AX.
int16_read:
        call    kb_wait
        call    kb_take
        call    kb_classic
        jc      int16_read              ; no such key on the old keyboard
        mov     [bp+F_AX], ax
        jmp     int16_leave

; AH = 10h: the same for all keys.
int16_read_ext:
        call    kb_wait
        call    kb_take
        call    kb_extended
        mov     [bp+F_AX], ax
        jmp     int16_leave

; AH = 01h: ZF set when no key waits; otherwise AX = the key, which stays.
int16_poll:
        call    kb_peek
        jz      int16_none
        call    kb_classic
        jnc     int16_found
        call    kb_take                 ; drop what the caller cannot see
        jmp     int16_poll
int16_found:
        mov     [bp+F_AX], ax
        and     byte [bp+F_FLAGS], 0FFh-FL_ZF
        jmp     int16_leave
int16_none:
        or      byte [bp+F_FLAGS], FL_ZF
        call    kb_idle
        jmp     int16_leave

; kb_idle: a poll found nothing. Many programs, DOS at its prompt among them, wait for a key by polling; to halt in their
; place costs nobody anything, for an interrupt ends it, the timer's at the latest. Such a program is known by
; IDLE_POLLS polls within one timer tick, one every 54 us; from then on it gets IDLE_GRACE polls a tick. One that
; does something else between its polls does not use these up, and is not halted any more.
IDLE_POLLS      equ 1024
IDLE_GRACE      equ 64
kb_idle:
        ebda    es
        mov     al, [bda_ticks]
        mov     dx, [es:eb_idle]
        cmp     al, [es:eb_idle_tick]
        je      .same
        mov     [es:eb_idle_tick], al
        mov     bx, IDLE_POLLS
        cmp     byte [es:eb_idle_on], 0
        je      .judge
        mov     bx, IDLE_GRACE
.judge:
        cmp     dx, bx
        mov     al, 0
        jb      .set
        inc     ax
.set:
        mov     [es:eb_idle_on], al
        xor     dx, dx
.same:
        inc     dx
        jz      .full
        mov     [es:eb_idle], dx
.full:
        cmp     byte [es:eb_idle_on], 0
        je      .done
        cmp     dx, IDLE_GRACE
        jb      .done
        in      al, PIC1_MASK           ; without the timer a halt may never end
        test    al, 01h
        jnz     .done
        sti
        hlt
.done:
        ret

; AH = 11h: the same for all keys.
int16_poll_ext:
        call    kb_peek
        jz      int16_none
        call    kb_extended
        jmp     int16_found

; AH = 02h: Out: AL = shift states.
int16_shift:
        mov     al, [bda_shift]
        mov     [bp+F_AL], al
        jmp     int16_leave

; AH = 12h: Out: AL = shift states, AH = keys held: bit 7 SysRq, 6 Caps, 5 Num, 4 Scroll, 3 right Alt,
; 2 right Ctrl, 1 left Alt, 0 left Ctrl.
int16_shift_ext:
        mov     al, [bda_shift]
        mov     ah, [bda_shift2]
        mov     bl, ah
        and     ah, 73h
        and     bl, KF2_SYSREQ
        mov     cl, 5
        shl     bl, cl
        or      ah, bl
        mov     bl, [bda_kb_mode]
        and     bl, KM_RALT|KM_RCTRL
        or      ah, bl
        mov     [bp+F_AX], ax
        jmp     int16_leave

; AX = 0305h: typematic rate BL (0 = 30 a second .. 1Fh = 2) and delay BH (0 = 250 ms .. 3 = 1 s).
; AX = 0300h: the default, 10.9 a second after 500 ms.
int16_rate:
        mov     bx, [bp+F_BX]
        cmp     al, 05h
        je      .set
        cmp     al, 00h
        jne     .done
        mov     bx, 010Bh
.set:
        cmp     bh, 3
        ja      .done
        cmp     bl, 1Fh
        ja      .done
        call    have_kbc
        jz      .done
        mov     cl, 5
        shl     bh, cl
        or      bl, bh
        cli
        mov     al, 0F3h
        call    kb_send
        jc      .failed
        mov     al, bl
        call    kb_send
.failed:
        mov     al, 0F4h
        call    kb_send
        sti
.done:
        jmp     int16_leave

; AH = 05h: CX into the buffer. Out: AL = 0, or 1 when it is full.
int16_push:
        mov     ax, [bp+F_CX]
        cli
        call    kb_store
        sti
        mov     al, 0
        adc     al, 0
        mov     [bp+F_AL], al
        jmp     int16_leave

; AH = 09h: Out: AL = functions present: bit 5 10h-12h, bit 4 0Ah, bit 2 AX=0305h, bit 0 AX=0300h.
int16_caps:
        mov     byte [bp+F_AL], 35h
        jmp     int16_leave

; AH = 0Ah: Out: BX = keyboard identification: 41ABh as translated by the 8042.
int16_id:
        mov     word [bp+F_BX], 41ABh
        jmp     int16_leave

; kb_peek: ZF set when the buffer is empty, else AX = the next key.
kb_peek:
        call    kb_leds
        mov     bx, [bda_kb_head]
        cmp     bx, [bda_kb_tail]
        mov     ax, [bx]
        ret

; kb_take: AX = the next key, removed.
kb_take:
        mov     bx, [bda_kb_head]
        mov     ax, [bx]
        inc     bx
        inc     bx
        cmp     bx, [bda_kb_end]
        jb      .store
        mov     bx, [bda_kb_start]
.store:
        mov     [bda_kb_head], bx
        ret

; kb_wait: until the buffer holds a key. INT 15h AX=9002h lets other programs have the time; then the
; processor halts between interrupts.
kb_wait:
        call    kb_peek
        jnz     .done
        mov     ax, 9002h
        int     15h
.look:
        cli
        call    kb_peek
        jnz     .found
        sti
        hlt
        jmp     .look
.found:
        sti
.done:
        ret

; kb_classic: AX as functions 00h and 01h return it; CF set when they do not return it at all.
kb_classic:
        test    ah, ah
        jz      .keep                   ; typed as a number, or Ctrl-Break
        cmp     ah, 0E0h
        je      .keypad
        cmp     al, 0F0h
        je      .drop
        cmp     al, 0E0h
        je      .grey
        cmp     ah, 84h
        ja      .drop
.keep:
        clc
        ret
.grey:
        cmp     ah, 84h                 ; Ctrl-PgUp is the last one the old keyboard had
        ja      .drop
        xor     al, al                  ; also clears CF
        ret
.keypad:
        mov     ah, 35h                 ; /
        cmp     al, '/'
        je      .keep
        mov     ah, 1Ch                 ; Enter, Ctrl-Enter
        clc
        ret
.drop:
        stc
        ret

; kb_extended: AX as functions 10h and 11h return it.
kb_extended:
        cmp     al, 0F0h
        jne     .done
        test    ah, ah
        jz      .done
        xor     al, al
.done:
        ret
