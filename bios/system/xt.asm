; What is different on a PC/XT: no 8042 but an 8255A with the keyboard's byte, switches for the set-up; one interrupt
; controller; no clock; drives that nobody has told of.
;
; The ROM of an XT is this one with another model byte (xt_board looks at it). Source: IBM PC/XT Technical Reference
; (6361459), system board "I/O address map", "8255A I/O bit map", "System configuration switches"; (6280089, 1986), ROM BIOS.

PPI_RUN         equ 99h                 ; ports A and C are inputs, B is an output
PPI_KB_CLEAR    equ 80h                 ; port B: the keyboard's byte is cleared, the keyboard is off
PPI_KB_CLOCK    equ 40h                 ; port B: 0 holds its clock line low
PPI_NO_CHECKS   equ 30h                 ; port B: parity and channel check off
PPI_HIGH        equ 08h                 ; port B: switches 5 to 8 on port C, not 1 to 4
PPI_ERRORS      equ 0C0h                ; port C: parity error, channel check
KB_RESET_TIME   equ 1400                ; refresh periods: 21 ms
NMI_ON          equ 80h
FD_FAR          equ 60                  ; a cylinder that drives of 40 do not have
FD_NEAR         equ 10

; xt_start: the first thing on an XT: the 8255A; the keyboard is off. Changes AL.
xt_start:
        mov     al, PPI_RUN
        out     PPI_CMD, al
        mov     al, PPI_KB_CLEAR|PPI_KB_CLOCK|PPI_NO_CHECKS
        out     SYSB, al
        jmp     post_cold.started

; xt_equipment: Out: AX = equipment by the switches: bit 1 coprocessor, 5-4 display, 7-6 drives less one. Changes CL.
xt_equipment:
        in      al, SYSB
        and     al, 0FFh-PPI_HIGH
        out     SYSB, al
        mov     ah, al
        in      al, PPI_C
        and     al, 02h                 ; the rest is found out
        push    ax
        mov     al, ah
        or      al, PPI_HIGH
        out     SYSB, al
        in      al, PPI_C
        mov     cl, 4
        shl     al, cl
        pop     cx
        or      al, cl
        mov     ah, 0
        test    al, 30h
        jnz     .done
        or      al, 20h                 ; a display with a ROM of its own: it starts in colour
.done:
        ret

; xt_kb_reset: resets the keyboard, which then tests itself. DS = BIOS data area. Changes AX, CX.
xt_kb_reset:
        mov     byte [bda_kb_mode], 0   ; 83 keys, until one of the others comes
        in      al, SYSB
        and     al, 0FFh-(PPI_KB_CLEAR|PPI_KB_CLOCK|PPI_NO_CHECKS)
        out     SYSB, al
        push    ax
        mov     cx, KB_RESET_TIME
        call    delay
        pop     ax
        or      al, PPI_KB_CLEAR|PPI_KB_CLOCK
        out     SYSB, al
        and     al, 0FFh-PPI_KB_CLEAR
        out     SYSB, al
        ret

; xt_kb_finish: waits for the keyboard to say that it is well. DS = BIOS data area. Changes AX, CX, DX, SI.
xt_kb_finish:
        mov     cx, 14                  ; 0.75 s, most of it halted
        call    timeout_begin
        cli
.look:
        in      al, KBC_DATA
        test    al, al
        jnz     .byte
        call    timeout_step
        jnc     .look
        jmp     short .done
.byte:
        call    kb_ack_xt
        call    boot_early
        cmp     al, 0AAh
        jne     .look
        push    es
        ebda    es
        or      byte [es:eb_board], BOARD_KEYS
        pop     es
.done:
        sti
        mov     al, 1
        jmp     irq_unmask

; int02_xt: NMI: CF set when memory or a card is the cause. Changes AL.
int02_xt:
        in      al, PPI_C
        and     al, PPI_ERRORS
        neg     al
        ret

; delay_xt: delay by the timer, whose counter 0 goes down by 2 each 0.838 us (mode 3): 36 for the 15 us of a refresh.
; Changes AX, CX.
delay_xt:
        push    bx
        push    dx
        call    .count
        mov     bx, ax
.next:
        mov     dx, 400                 ; bound, for a timer that stands still
.look:
        call    .count
        neg     ax
        add     ax, bx
        cmp     ax, 36
        jae     .over
        dec     dx
        jnz     .look
.over:
        sub     bx, 36
        loop    .next
        pop     dx
        pop     bx
        ret
.count:
        pushf
        cli
        mov     al, 0                   ; latches counter 0
        out     PIT_CMD, al
        in      al, PIT0
        mov     ah, al
        in      al, PIT0
        xchg    al, ah
        popf
        ret

; fd_has_line: AL = drive type. ZF set when such a drive has no change line: a 360 KB one, or any on the XT's adapter,
; which is a uPD765A (VERSION, 90h of later chips, is no command of it). DS = BIOS data area. All kept.
fd_has_line:
        cmp     al, 2
        jb      .none
        call    have_cmos
        jnz     .done
        push    es
        ebda    es
        cmp     byte [es:eb_fdc_type], 90h
        pop     es
        jne     .none
        test    al, al                  ; not 0
.done:
        ret
.none:
        cmp     al, al
        ret

; fd_probe: no set-up tells what the drives are: one that stands at track 0 after 60 steps in and 50 out has 40
; cylinders; of the others those on an adapter with a high data rate are taken for 1.44 MB. INT 1Eh gets the table of
; drive A. DS = BIOS data area. Changes everything but DS.
fd_probe:
        push    bp
        mov     bp, sp
        sub     sp, FD_LOCALS
        mov     byte [bp+v_op], 0
        mov     dl, [bda_equip]
        mov     cl, 6
        shr     dl, cl                  ; drives less one
        cmp     dl, 1
        jbe     .drive
        mov     dl, 1
.drive:
        mov     [bp+v_drive], dl
        call    fd_motor_on
        call    fd_specify
        jc      .next
        mov     ch, FD_FAR
        call    fd_seek_physical
        jc      .next
        mov     ch, FD_NEAR
        call    fd_seek_physical
        jc      .next
        mov     al, FDC_SENSE_DRIVE
        call    fd_out
        jc      .next
        mov     al, [bp+v_drive]
        call    fd_out
        jc      .next
        call    fd_result
        jc      .next
        ebda    es
        mov     al, 1
        test    byte [bda_fd_result], ST3_TRACK0
        jnz     .set
        mov     al, 3
        cmp     byte [es:eb_fdc_type], 90h
        jne     .set
        mov     al, 4
.set:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     [es:eb_fd_types+bx], al
.next:
        call    fd_recal_flag           ; where the arm of a short drive is, is not known
        not     al
        and     [bda_fd_recal], al
        mov     dl, [bp+v_drive]
        dec     dl
        jns     .drive
        ebda    es
        mov     al, [es:eb_fd_types]
        test    al, al
        jz      .done
        call    fd_type_row
        mov     ax, [cs:si+fr_dpt]
        xor     bx, bx
        mov     es, bx
        mov     [es:1Eh*4], ax
.done:
        mov     sp, bp
        pop     bp
        ret
