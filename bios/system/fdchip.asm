; The floppy controller: motor, arm, bytes to and from the chip, reset, IRQ 6, start-up.
;
; Source: Intel 82077AA datasheet 290166.

; fd_recal_flag: Out: AL = bit of the drive, BX = drive.
fd_recal_flag:
        push    cx
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     cl, bl
        mov     al, 1
        shl     al, cl
        pop     cx
        ret

; fd_motor_on: selects the drive and starts its motor; before writing, waits until it is up to speed (before
; reading the retries of the caller do).
fd_motor_on:
        cli
        mov     byte [bda_fd_timeout], 0FFh
        call    fd_recal_flag
        mov     ah, [bda_fd_motor]
        mov     ch, al
        mov     cl, 4
        mov     dl, bl
        shl     dl, cl                  ; drive selected, motor on
        or      dl, al
        mov     [bda_fd_motor], dl
        shl     al, cl                  ; motor bit of the output register
        or      al, bl
        or      al, 0Ch
        mov     dx, FDC_DOR
        out     dx, al
        sti
        test    ah, ch
        jnz     .done                   ; ran already
        mov     al, [bp+v_op]
        cmp     al, 03h
        je      .wait
        cmp     al, 05h
        jne     .done
.wait:
        mov     ax, 90FDh
        clc
        int     15h
        jc      .done                   ; somebody else waited
        mov     al, 10
        call    fd_param
        mov     ah, 9                   ; 1/8 s = 9/4 ticks
        mul     ah
        mov     cl, 2
        shr     ax, cl
        mov     cx, ax
        jcxz    .done
        call    wait_ticks
.done:
        ret

; fd_seek: CH = cylinder. CF set with AL = status.
fd_seek:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        test    byte [bda_fd_media+bx], FM_DOUBLE_STEP
        jz      fd_seek_physical
        shl     ch, 1
; fd_seek_physical: CH = position of the arm.
fd_seek_physical:
        call    fd_recal_flag
        test    [bda_fd_recal], al
        jnz     .known
        call    .recalibrate
        jnc     .known
        call    .recalibrate            ; more than 77 cylinders away
        jc      .done
.known:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        cmp     ch, [bda_fd_track+bx]
        je      .done                   ; CF is clear
        mov     al, FDC_SEEK
        call    fd_out
        jc      .chip
        call    fd_out_unit
        mov     al, ch
        call    fd_out
        jc      .chip
        call    fd_seek_end
        jc      .lost
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     [bda_fd_track+bx], ch
        cmp     byte [bp+v_op], 03h     ; let the head settle before writing
        je      .settle
        cmp     byte [bp+v_op], 05h
        clc
        jne     .done
.settle:
        mov     al, 9
        call    fd_param
        mov     ah, 66                  ; refresh periods in a millisecond
        mul     ah
        mov     cx, ax
        call    delay
        clc
.done:
        ret
.chip:
        mov     al, 20h
.lost:
        push    ax
        call    fd_recal_flag
        not     al
        and     [bda_fd_recal], al
        pop     ax
        stc
        ret
.recalibrate:
        mov     al, FDC_RECAL
        call    fd_out
        jc      .chip
        mov     al, [bp+v_drive]
        call    fd_out
        jc      .chip
        call    fd_seek_end
        jc      .lost
        call    fd_recal_flag
        or      [bda_fd_recal], al
        mov     byte [bda_fd_track+bx], 0
        clc
        ret

; fd_seek_end: waits for the arm. CF set with AL = status.
fd_seek_end:
        call    fd_wait
        jc      .done
        call    fd_sense
        mov     al, 20h
        jc      .done
        mov     al, [bda_fd_result]
        and     al, 0E0h
        cmp     al, 20h                 ; seek end, normal
        je      .done
        mov     al, 40h
        stc
.done:
        ret

; ---- the chip ------------------------------------------------------------------------------------

; fd_out: AL to the data register. CF set when the chip does not take it. All kept.
fd_out:
        push    ax
        push    cx
        push    dx
        push    si
        mov     ah, al
        mov     si, 4000                ; 60 ms
        mov     dx, FDC_MSR
.poll:
        in      al, dx
        and     al, 0C0h
        cmp     al, 80h
        je      .send
        push    ax
        mov     cx, 1
        call    delay
        pop     ax
        dec     si
        jnz     .poll
        stc
        jmp     short .done
.send:
        inc     dx
        mov     al, ah
        out     dx, al
        clc
.done:
        pop     si
        pop     dx
        pop     cx
        pop     ax
        ret

; fd_out_unit: head and drive. fd_out_param: byte AL of the parameter table. CF as fd_out. Changes AL.
fd_out_unit:
        mov     al, [bp+F_DH]
        shl     al, 1
        shl     al, 1
        or      al, [bp+v_drive]
        jmp     fd_out
fd_out_param:
        call    fd_param
        jmp     fd_out

; fd_result: reads the result bytes into 40:42. CF set when the chip is stuck. Changes AX, DX, DI.
fd_result:
        push    cx
        push    si
        mov     di, bda_fd_result
        mov     si, 4000
.poll:
        mov     dx, FDC_MSR
        in      al, dx
        and     al, 0D0h
        cmp     al, 0D0h                ; ready, towards the processor, busy
        je      .take
        cmp     al, 80h                 ; ready for a command: all read
        je      .done
        mov     cx, 1
        call    delay
        dec     si
        jnz     .poll
.stuck:
        stc
        jmp     short .out
.take:
        cmp     di, bda_fd_result+7
        je      .stuck
        inc     dx
        in      al, dx
        mov     [di], al
        inc     di
        jmp     .poll
.done:
        clc
.out:
        pop     si
        pop     cx
        ret

; fd_sense: SENSE INTERRUPT STATUS into 40:42.
fd_sense:
        mov     al, FDC_SENSE_INT
        call    fd_out
        jc      .done
        jmp     fd_result
.done:
        ret

; fd_specify: step rate and head times of the parameter table. CF set with AL = status.
fd_specify:
        mov     al, FDC_SPECIFY
        call    fd_out
        jc      .bad
        mov     al, 0
        call    fd_out_param
        mov     al, 1
        call    fd_out_param
        jc      .bad
        ret
.bad:
        call    fd_reset_chip
        mov     al, 20h
        stc
        ret

; fd_wait: waits for IRQ 6. CF set with AL = 80h on time-out, after which the chip is reset.
fd_wait:
        push    cx
        mov     ax, 9001h
        clc
        int     15h
        mov     cx, FD_TIMEOUT
        call    timeout_begin
        cli
.look:
        test    byte [bda_fd_recal], 80h
        jnz     .seen
        call    timeout_step
        jnc     .look
        call    fd_reset_chip
        mov     al, 80h
        stc
        jmp     short .done
.seen:
        and     byte [bda_fd_recal], 7Fh
        clc
.done:
        sti
        pop     cx
        ret

; fd_reset_chip: Out: AL = status. All drives need a recalibration afterwards. Changes most registers.
fd_reset_chip:
        cli
        and     byte [bda_fd_recal], 70h
        mov     al, [bda_fd_motor]
        mov     cl, 4
        mov     ah, al
        shl     al, cl                  ; motors to the high nibble
        and     al, 0F0h
        shr     ah, cl                  ; selected drive
        and     ah, 03h
        or      al, ah
        or      al, 08h                 ; interrupts and DMA on, reset on
        mov     dx, FDC_DOR
        out     dx, al
        push    ax
        mov     cx, 2
        call    delay
        pop     ax
        or      al, 04h
        out     dx, al
        sti
        mov     cx, 10                  ; half a second
        call    timeout_begin
        cli
.look:
        test    byte [bda_fd_recal], 80h
        jnz     .seen
        call    timeout_step
        jnc     .look
        sti
        mov     al, 20h
        ret
.seen:
        and     byte [bda_fd_recal], 7Fh
        sti
        mov     bl, 4                   ; one status change a drive
.sense:
        push    bx
        call    fd_sense
        pop     bx
        jc      .dead
        dec     bl
        jnz     .sense
        mov     al, FDC_SPECIFY
        call    fd_out
        mov     al, 0
        call    fd_out_param
        mov     al, 1
        call    fd_out_param
        jc      .dead
        mov     al, 0
        ret
.dead:
        mov     al, 20h
        ret

; INT 0Eh: IRQ 6.
int0e:
        push    ds
        push    ax
        mov     ds, [cs:seg_bda]
        or      byte [bda_fd_recal], 80h
        mov     al, EOI
        out     PIC1, al
        mov     ax, 9101h
        int     15h
        pop     ax
        pop     ds
        iret

; fd_init: POST: finds the controller, learns its type, counts drives. DS = BIOS data area.
fd_init:
        mov     dx, FDC_DOR
        mov     al, 08h
        out     dx, al
        mov     cx, 2
        call    delay
        mov     al, 0Ch
        out     dx, al
        mov     cx, 40
        call    delay
        mov     dx, FDC_MSR
        in      al, dx
        cmp     al, 0FFh
        je      .none
        and     al, 0C0h
        cmp     al, 80h
        jne     .none
        ebda    es
        or      byte [es:eb_board], BOARD_FDC
        mov     al, 6
        call    irq_unmask
        sti
        call    fd_reset_chip
        mov     al, FDC_VERSION
        call    fd_out
        jc      .none
        call    fd_result
        ebda    es
        mov     al, [bda_fd_result]
        mov     [es:eb_fdc_type], al
        call    have_cmos
        jnz     .told
        call    fd_probe
.told:
        xor     bx, bx                  ; BH = drives, BL = 40:8F
        mov     dl, 1
.drive:
        call    fd_type
        mov     cl, 4
        shl     bl, cl
        test    al, al
        jz      .next
        inc     bh
        or      bl, 04h                 ; known
        call    fd_has_line
        jz      .next
        or      bl, 01h                 ; change line
        cmp     al, 3
        je      .next
        or      bl, 02h                 ; several data rates
.next:
        dec     dl
        jns     .drive
        mov     [bda_fd_info], bl
        test    bh, bh
        jz      .none
        dec     bh
        mov     cl, 6
        shl     bh, cl
        or      bh, 01h
        and     byte [bda_equip], 3Eh
        or      [bda_equip], bh
        jmp     short fd_post_seek
.none:
        ret

; fd_post_seek: a step of each arm resets the change line where there is a disk, as the POST of an AT does: nobody
; has changed it since, and there are programs (iPXE) that read a disk only once. DS = BIOS data area.
fd_post_seek:
        push    bp
        mov     bp, sp
        sub     sp, FD_LOCALS
        mov     byte [bp+v_op], 0
        mov     dl, 1
.drive:
        mov     [bp+v_drive], dl
        call    fd_type
        mov     [bp+v_type], al
        cmp     al, 2                   ; others have no line
        jb      .next
        call    fd_motor_on
        call    fd_specify
        jc      .next
        call    fd_check_change
.next:
        mov     dl, [bp+v_drive]
        dec     dl
        jns     .drive
        mov     al, 2
        call    fd_param
        mov     [bda_fd_timeout], al
        mov     sp, bp
        pop     bp
        ret
