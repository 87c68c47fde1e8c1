; INT 1Ah: time of day; IRQ 8.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 1Ah; IBM PS/2 HITRC, INT 1Ah; Motorola MC146818 datasheet.

int1a:
        cmp     ah, 0B1h
        je      .pci
        svc_enter
        svc_dispatch int1a_table, 0Ch, int1a_fail
.pci:
        jmp     pci_service
int1a_table:
        dw      int1a_ticks, int1a_set_ticks, int1a_time, int1a_set_time
        dw      int1a_date, int1a_set_date, int1a_alarm, int1a_alarm_off
        dw      int1a_fail, int1a_alarm_time, int1a_days, int1a_set_days

int1a_fail:
        set_cf
        svc_leave
int1a_ok:
        mov     byte [bp+F_AH], 0
int1a_done:
        clear_cf
        svc_leave

; AH = 00h: Out: CX:DX ticks since midnight, AL = midnights passed since the last call.
int1a_ticks:
        cli
        xor     ax, ax
        xchg    al, [bda_midnight]
        mov     dx, [bda_ticks]
        mov     cx, [bda_ticks+2]
        sti
        mov     [bp+F_AX], ax
        mov     [bp+F_CX], cx
        mov     [bp+F_DX], dx
        jmp     int1a_done

; AH = 01h: sets the ticks to CX:DX.
int1a_set_ticks:
        cli
        mov     [bda_ticks], dx
        mov     [bda_ticks+2], cx
        mov     byte [bda_midnight], 0
        sti
        jmp     int1a_ok

; cmos_get REGISTER, FIELD: to the caller's register; cmos_set: from it. Change AX.
%macro cmos_get 2
        mov     al, %1
        call    cmos_read
        mov     [bp+%2], al
%endmacro
%macro cmos_set 2
        mov     al, %1
        mov     ah, [bp+%2]
        call    cmos_write
%endmacro

; AH = 02h: Out: CH, CL, DH = hours, minutes, seconds in BCD, DL = 1 for daylight saving.
int1a_time:
        call    rtc_settled
        jc      int1a_fail
        cmos_get CMOS_SEC, F_DH
        cmos_get CMOS_MIN, F_CL
        cmos_get CMOS_HOUR, F_CH
        mov     al, CMOS_B
        call    cmos_read
        and     al, 01h
        mov     [bp+F_DL], al
        sti
        mov     byte [bp+F_AL], 0
        jmp     int1a_ok

; AH = 03h: sets it.
int1a_set_time:
        call    rtc_hold
        jc      int1a_fail
        cmos_set CMOS_SEC, F_DH
        cmos_set CMOS_MIN, F_CL
        cmos_set CMOS_HOUR, F_CH
        mov     al, CMOS_B              ; 24 hours, BCD, running; daylight saving as told
        call    cmos_read
        and     al, 62h
        or      al, 02h
        mov     ah, [bp+F_DL]
        and     ah, 01h
        or      ah, al
        mov     al, CMOS_B
        call    cmos_write
        jmp     int1a_ok

; AH = 04h: Out: CH, CL, DH, DL = century, year, month, day in BCD.
int1a_date:
        call    rtc_settled
        jc      int1a_fail
        cmos_get CMOS_DAY, F_DL
        cmos_get CMOS_MONTH, F_DH
        cmos_get CMOS_YEAR, F_CL
        cmos_get CMOS_CENTURY, F_CH
        sti
        mov     byte [bp+F_AL], 0
        jmp     int1a_ok

; AH = 05h: sets it.
int1a_set_date:
        call    rtc_hold
        jc      int1a_fail
        cmos_set CMOS_DAY, F_DL
        cmos_set CMOS_MONTH, F_DH
        cmos_set CMOS_YEAR, F_CL
        cmos_set CMOS_CENTURY, F_CH
        mov     al, CMOS_B
        call    cmos_read
        and     al, 7Fh
        mov     ah, al
        mov     al, CMOS_B
        call    cmos_write
        jmp     int1a_ok

; AH = 06h: alarm at CH, CL, DH (BCD): INT 4Ah. AH = 07h: no alarm.
int1a_alarm:
        call    have_cmos
        jz      int1a_fail
        mov     al, CMOS_B
        call    cmos_read
        test    al, RTC_AIE             ; one at a time
        jnz     int1a_fail
        push    ax
        call    rtc_settled
        pop     ax
        jc      int1a_fail
        mov     bl, al
        cmos_set CMOS_SEC_ALARM, F_DH
        cmos_set CMOS_MIN_ALARM, F_CL
        cmos_set CMOS_HOUR_ALARM, F_CH
        mov     al, 8
        call    irq_unmask
        mov     ah, bl
        or      ah, RTC_AIE
        and     ah, 7Fh
        mov     al, CMOS_B
        call    cmos_write
        sti
        jmp     int1a_ok
int1a_alarm_off:
        call    have_cmos
        jz      int1a_fail
        mov     al, CMOS_B
        call    cmos_read
        mov     ah, al
        and     ah, 0FFh-RTC_AIE
        mov     al, CMOS_B
        call    cmos_write
        jmp     int1a_ok

; AH = 09h: Out: CH, CL, DH = the alarm, DL = 1 when it is set.
int1a_alarm_time:
        call    have_cmos
        jz      int1a_none
        cmos_get CMOS_SEC_ALARM, F_DH
        cmos_get CMOS_MIN_ALARM, F_CL
        cmos_get CMOS_HOUR_ALARM, F_CH
        mov     al, CMOS_B
        call    cmos_read
        mov     cl, 5
        shr     al, cl                  ; RTC_AIE
        and     al, 01h
        mov     [bp+F_DL], al
        jmp     int1a_ok
int1a_none:
        jmp     int1a_fail

; AH = 0Ah: Out: CX = days since 1 January 1980. AH = 0Bh: sets them.
int1a_days:
        mov     cx, [bda_days]
        mov     [bp+F_CX], cx
        jmp     int1a_ok
int1a_set_days:
        mov     cx, [bp+F_CX]
        mov     [bda_days], cx
        jmp     int1a_ok

; rtc_settled: waits for the end of an update; then the time stands still for 244 us at least. Interrupts are off
; afterwards. CF set, and interrupts on, when there is no clock or it never settles. Changes AX, CX.
rtc_settled:
        call    have_cmos
        jz      .none
        cli
        mov     cx, 300                 ; an update takes 2 ms
.poll:
        mov     al, CMOS_A
        call    cmos_read
        test    al, RTC_UIP
        jz      .done                   ; CF is clear
        push    cx
        mov     cx, 1
        call    delay
        pop     cx
        loop    .poll
.none:
        sti
        stc
.done:
        ret

; rtc_hold: stops updates (SET) so that the time can be written. CF as rtc_settled. Changes AX, CX.
rtc_hold:
        call    have_cmos
        jz      .none
        mov     ax, 2600h|CMOS_A        ; 32768 Hz, 1024 interrupts a second
        call    cmos_write
        mov     al, CMOS_B
        call    cmos_read
        or      al, 80h
        mov     ah, al
        mov     al, CMOS_B
        call    cmos_write
        clc
        ret
.none:
        stc
        ret

; rtc_periodic_off: no periodic interrupts. Changes AX.
rtc_periodic_off:
        mov     al, CMOS_B
        call    cmos_read
        and     al, 0FFh-RTC_PIE
        mov     ah, al
        mov     al, CMOS_B
        jmp     cmos_write

; INT 70h: IRQ 8: the periodic interrupt counts down INT 15h 83h and 86h, the alarm calls INT 4Ah.
int70:
        irq_enter
        mov     al, CMOS_C              ; reading it ends the interrupt
        call    cmos_read
        mov     bl, al
        mov     al, CMOS_B
        call    cmos_read
        and     bl, al
        test    bl, RTC_PIE
        jz      .alarm
        cmp     byte [bda_wait_active], 0
        je      .stop
        sub     word [bda_wait_count], 976
        sbb     word [bda_wait_count+2], 0
        jnc     .alarm
        les     di, [bda_wait_ptr]
        mov     byte [bda_wait_active], 0
        or      byte [es:di], 80h
.stop:
        call    rtc_periodic_off
.alarm:
        call    eoi_both
        test    bl, RTC_AIE
        jz      .done
        sti
        int     4Ah
.done:
        irq_leave

; rtc_init: POST: rate and mode, no interrupts, ticks since midnight from the time. DS = BIOS data area.
rtc_init:
        mov     al, CMOS_A
        call    cmos_read
        cmp     al, 0FFh
        jne     .present
        mov     al, CMOS_D
        call    cmos_read
        cmp     al, 0FFh
        jne     .present
        ret
.present:
        ebda    es
        or      byte [es:eb_board], BOARD_CMOS
        mov     ax, 2600h|CMOS_A
        call    cmos_write
        mov     ax, 0200h|CMOS_B
        call    cmos_write
        mov     al, CMOS_C
        call    cmos_read
        mov     al, CMOS_D
        call    cmos_read
        call    rtc_settled
        sti
        jc      .done
        mov     al, CMOS_HOUR
        call    .value
        mov     cl, 60
        mul     cl
        mov     bx, ax
        mov     al, CMOS_MIN
        call    .value
        add     ax, bx                  ; minutes of the day
        mov     cx, 60
        mul     cx
        mov     bx, ax
        mov     al, CMOS_SEC
        call    .value
        add     ax, bx
        adc     dx, 0                   ; seconds of the day
        mov     cx, 19663               ; ticks = seconds * 19663 / 1080
        call    mul32
        mov     cx, 1080
        call    div32
        mov     [bda_ticks], ax
        mov     [bda_ticks+2], dx
        mov     byte [bda_midnight], 0
        ; days since 1 January 1980; every fourth year has one more, up to 2099
        mov     al, CMOS_CENTURY
        call    .value
        mov     cl, 100
        mul     cl
        mov     bx, ax
        mov     al, CMOS_YEAR
        call    .value
        add     bx, ax
        sub     bx, 1980
        jb      .done
        mov     ax, 365
        mul     bx
        mov     cx, ax
        mov     ax, bx
        add     ax, 3
        shr     ax, 1
        shr     ax, 1
        add     cx, ax
        mov     al, CMOS_DAY
        call    .value
        add     cx, ax
        dec     cx
        mov     al, CMOS_MONTH
        call    .value
        cmp     al, 3
        jb      .january
        test    bl, 03h
        jnz     .january
        inc     cx
.january:
        mov     si, ax
        dec     si
        cmp     si, 12
        jae     .done
        shl     si, 1
        add     cx, [cs:.months+si]
        mov     [bda_days], cx
.done:
        ret
.months:
        dw      0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
; .value: AX = register AL as a binary number; nonsense counts as 0.
.value:
        call    cmos_read
        mov     ah, al
        and     al, 0Fh
        push    cx
        mov     cl, 4
        shr     ah, cl
        pop     cx
        cmp     al, 9
        ja      .nonsense
        cmp     ah, 5
        ja      .nonsense
        push    bx
        mov     bl, al
        mov     al, ah
        mov     ah, 10
        mul     ah
        xor     bh, bh
        add     ax, bx
        pop     bx
        ret
.nonsense:
        xor     ax, ax
        ret
