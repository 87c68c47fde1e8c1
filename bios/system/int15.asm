; INT 15h: system services.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 15h; IBM PS/2 HITRC, INT 15h; the hooks 4Fh, 52h,
; 80h-82h, 85h, 90h, 91h are there for others to take over.

int15:
        cmp     ah, 4Fh                 ; the hooks come first and cost little
        je      .keep
        cmp     ah, 90h
        je      .yes
        cmp     ah, 91h
        je      .yes
        svc_enter
        mov     si, int15_table
.next:
        mov     bl, [cs:si]
        test    bl, bl
        jz      int15_unknown
        cmp     bl, ah
        je      .found
        add     si, 3
        jmp     .next
.found:
        cmp     si, int15_table_at
        jb      .have
        xt_board
        je      int15_unknown
.have:
        mov     bx, [bp+F_BX]
        jmp     [cs:si+1]
; 4Fh: the scan code is taken as it is: AL and CF stay what they are.
.keep:
        iret
; 90h wait, 91h post: nobody else runs: CF clear, AH = 0.
.yes:
        mov     ah, 0
        push    bp
        mov     bp, sp
        and     byte [bp+6], 0FFh-FL_CF
        pop     bp
        iret

%macro int15_row 2
        db      %1
        dw      %2
%endmacro
int15_table:
        int15_row 80h, int15_ok
        int15_row 81h, int15_ok
        int15_row 82h, int15_ok
        int15_row 84h, int15_joystick
        int15_row 85h, int15_ok
        int15_row 0C0h, int15_config
        int15_row 0C1h, int15_ebda
int15_table_at:                         ; what an XT does not have
        int15_row 24h, int15_a20
        int15_row 52h, int15_ok         ; eject: nobody minds
        int15_row 53h, apm_service
        int15_row 83h, int15_event_wait
        int15_row 86h, int15_wait
        int15_row 87h, int15_move
        int15_row 88h, int15_ext_size
        int15_row 89h, int15_protected
        int15_row 8Ah, int15_big_size
        int15_row 0C2h, mouse_service
        int15_row 0DAh, int15_da
        int15_row 0E8h, int15_e8
        db      0

int15_unknown:
        mov     byte [bp+F_AH], 86h
        set_cf
        svc_leave
int15_ok:
        mov     byte [bp+F_AH], 0
int15_done:
        clear_cf
        svc_leave
; int15_fail: AH = status.
int15_fail:
        mov     [bp+F_AH], ah
        set_cf
        svc_leave

; AH = 24h: A20: AL = 0 close, 1 open, 2 state to AL, 3 ways to BX (bit 0 8042, bit 1 port 92h).
int15_a20:
        cmp     al, 2
        je      .state
        cmp     al, 3
        je      .ways
        ja      int15_unknown
        mov     ah, al
        call    a20_gate
        mov     ah, 01h                 ; keyboard controller is in secure mode, or stuck
        jc      int15_fail
        jmp     int15_ok
.state:
        call    a20_state
        mov     [bp+F_AL], al
        jmp     int15_ok
.ways:
        xor     bx, bx
        call    have_kbc
        jz      .no_kbc
        inc     bx
.no_kbc:
        in      al, SYSA
        cmp     al, 0FFh
        je      .no_fast
        or      bl, 2
.no_fast:
        mov     [bp+F_BX], bx
        jmp     int15_ok

; AH = 83h: AL = 0: after CX:DX us sets bit 7 of the byte ES:BX. AL = 1: cancels.
int15_event_wait:
        cmp     al, 1
        je      .cancel
        ja      int15_unknown
        call    have_cmos
        jz      int15_unknown
        cli
        cmp     byte [bda_wait_active], 0
        jne     .busy
        mov     ax, [bp+F_ES]
        mov     [bda_wait_ptr+2], ax
        mov     [bda_wait_ptr], bx
        call    rtc_wait_start
        sti
        jmp     int15_ok
.busy:
        sti
        mov     ah, 0
        jmp     int15_fail
.cancel:
        cli
        mov     byte [bda_wait_active], 0
        call    rtc_periodic_off
        sti
        jmp     int15_ok

; rtc_wait_start: the caller's CX:DX to the counter, periodic interrupt on. Interrupts are off.
rtc_wait_start:
        mov     byte [bda_wait_active], 1
        mov     ax, [bp+F_DX]
        mov     [bda_wait_count], ax
        mov     ax, [bp+F_CX]
        mov     [bda_wait_count+2], ax
        mov     al, 8
        call    irq_unmask
        mov     al, CMOS_B
        call    cmos_read
        mov     ah, al
        or      ah, RTC_PIE
        mov     al, CMOS_B
        jmp     cmos_write

; AH = 86h: waits CX:DX us.
int15_wait:
        call    have_cmos
        jz      int15_unknown
        cli
        cmp     byte [bda_wait_active], 0
        jne     int15_event_wait.busy
        mov     word [bda_wait_ptr], bda_wait_active
        mov     word [bda_wait_ptr+2], BDA_SEG
        call    rtc_wait_start
.look:
        test    byte [bda_wait_active], 80h
        jnz     .over
        sti
        hlt
        cli
        jmp     .look
.over:
        mov     byte [bda_wait_active], 0
        sti
        jmp     int15_ok

; AH = 84h: joysticks: DX = 0: switches to AL bits 4-7; DX = 1: positions to AX, BX, CX, DX.
int15_joystick:
        cmp     word [bp+F_DX], 1
        ja      int15_unknown
        je      .positions
        mov     dx, GAME_PORT
        in      al, dx
        and     al, 0F0h
        mov     [bp+F_AL], al
        jmp     int15_done
.positions:
        xor     ax, ax
        mov     [bp+F_AX], ax
        mov     [bp+F_BX], ax
        mov     [bp+F_CX], ax
        mov     [bp+F_DX], ax
        mov     dx, GAME_PORT
        cli
        out     dx, al                  ; starts the four timers
        mov     cx, 130                 ; refresh periods, 2 ms: an open axis never ends
        in      al, dx
        and     al, 0Fh
        mov     bh, al                  ; axes still counting
        xor     di, di
.poll:
        push    cx
        mov     cx, 1
        push    dx
        call    delay
        pop     dx
        pop     cx
        inc     di
        in      al, dx
        and     al, 0Fh
        mov     ah, bh
        not     al
        and     ah, al                  ; axes that ended now
        jz      .same
        xor     bh, ah
        lea     si, [bp+F_AX]
        mov     bl, 4
.axis:
        shr     ah, 1
        jnc     .axis_next
        mov     [ss:si], di
.axis_next:
        inc     si
        inc     si
        dec     bl
        jnz     .axis
.same:
        test    bh, bh
        jz      .end
        loop    .poll
.end:
        sti
        jmp     int15_done

; AH = C0h: Out: ES:BX = configuration table.
int15_config:
        mov     [bp+F_ES], cs
        mov     word [bp+F_BX], config_table
        xt_board
        jne     .model
        mov     word [bp+F_BX], config_table_xt
.model:
        jmp     int15_ok
config_table_xt:
        dw      8
        db      MODEL_XT, 1, 0
        db      14h                     ; INT 15h 4Fh is called, EBDA
        db      40h                     ; INT 16h AH = 09h
        db      0, 0, 0

; AH = C1h: Out: ES = EBDA.
int15_ebda:
        mov     ax, [bda_ebda]
        mov     [bp+F_ES], ax
        jmp     int15_done
