; INT 40h (INT 13h for DL < 80h): floppy disks.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 13h "Diskette" (functions, error codes, the state
; bytes 40:90 and 40:91); Intel 82077AA datasheet 290166 (commands, status bytes, timing).
;
; A drive learns what disk is in it by trying the data rates that it can do until READ ID finds an address
; mark; the answer is kept in 40:90+drive until the change line says that the door was opened.

FDC_SPECIFY     equ 03h
FDC_RECAL       equ 07h
FDC_SENSE_INT   equ 08h
FDC_VERSION     equ 10h
FDC_SEEK        equ 0Fh
FDC_READ_ID     equ 4Ah
FDC_READ        equ 0E6h                ; multi-track, MFM, skip deleted
FDC_WRITE       equ 0C5h                ; multi-track, MFM
FDC_FORMAT      equ 4Dh
FDC_VERIFY      equ 56h                 ; one track, MFM
DMA_READ        equ 46h                 ; disk to memory, channel 2, single
DMA_WRITE       equ 4Ah
DMA_VERIFY      equ 42h
FD_TIMEOUT      equ 40                  ; ticks: 2.2 s

; Locals below the frame.
v_type          equ -2                  ; drive type of CMOS
v_op            equ -1                  ; function
v_drive         equ -4
v_eot           equ -3                  ; last sector of a track for this command
v_len           equ -6                  ; bytes of the transfer - 1
v_n             equ -8                  ; sector size code
v_cmd           equ -7
v_status        equ -10
v_left          equ -12                 ; verify: sectors left
v_sector        equ -11
v_head          equ -9
FD_LOCALS       equ 12

int40:
        svc_enter
        sub     sp, FD_LOCALS
        mov     [bp+v_op], ah
        mov     [bp+v_drive], dl
        call    fd_type
        mov     [bp+v_type], al
        mov     ax, [bp+F_AX]
        svc_dispatch int40_table, 19h, fd_bad
int40_table:
        dw      fd_reset, fd_last, fd_transfer, fd_transfer, fd_transfer, fd_transfer
        dw      fd_bad, fd_bad, fd_params
        times 12 dw fd_bad
        dw      fd_drive_type, fd_change, fd_set_type, fd_set_media

; fd_exit: AL = status: to 40:41 and AH; CF is set when it is not 0.
fd_exit:
        mov     [bda_fd_status], al
        mov     [bp+F_AH], al
        clear_cf
        test    al, al
        jz      .ok
        set_cf
.ok:
        test    byte [bda_fd_motor], 03h
        jz      fd_leave
        mov     al, 2
        call    fd_param
        test    al, al
        jnz     .arm
        inc     al
.arm:
        mov     [bda_fd_timeout], al
fd_leave:
        mov     sp, bp
        svc_leave

fd_bad:
        mov     al, 01h
        jmp     fd_exit

; AH = 01h: status of the last operation. Out: AH.
fd_last:
        mov     al, [bda_fd_status]
        jmp     fd_exit

; AH = 00h: reset.
fd_reset:
        call    fd_reset_chip
        jmp     fd_exit

; AH = 02h read, 03h write, 04h verify, 05h format a track.
fd_transfer:
        cmp     byte [bp+v_type], 0
        je      .none
        cmp     byte [bp+F_AL], 0
        jne     .begin
        cmp     byte [bp+v_op], 05h
        je      .begin
        jmp     fd_bad
.none:
        mov     byte [bp+F_AL], 0
        mov     al, 80h
        cmp     byte [bp+v_drive], 2
        jb      .out
        mov     al, 01h
.out:
        jmp     fd_exit
.begin:
        cmp     byte [bp+F_DH], 2
        jae     fd_bad
        call    fd_setup                ; sizes; buffer within one 64 KB page
        jc      .fail
        call    fd_motor_on
        call    fd_specify
        jc      .fail
        call    fd_check_change
        jc      .fail
        call    fd_know_media
        jc      .fail
        mov     ch, [bp+F_CH]
        call    fd_seek
        jc      .fail
        cmp     byte [bp+v_op], 04h
        jne     .dma
        ebda    es
        cmp     byte [es:eb_fdc_type], 90h
        jne     .dma
        call    fd_verify
        jmp     short .moved
.dma:
        call    fd_dma
        call    fd_command
.moved:
        jc      .error
        xor     al, al
        jmp     fd_exit
.error:
        cmp     byte [bp+v_op], 05h
        je      .fail
        push    ax
        call    fd_sectors_done
        mov     [bp+F_AL], al
        pop     ax
        cmp     al, 03h                 ; write protected: the disk is known well enough
        je      .exit
        call    fd_forget               ; look again what disk this is on the next try
        jmp     short .exit
.fail:
        mov     byte [bp+F_AL], 0
.exit:
        jmp     fd_exit

; fd_setup: computes the length of the transfer and checks the DMA page. CF set with AL = status.
fd_setup:
        mov     al, 4
        call    fd_param
        mov     [bp+v_eot], al
        mov     al, 3
        call    fd_param
        and     al, 7
        mov     [bp+v_n], al
        cmp     byte [bp+v_op], 05h
        je      .format
        mov     cl, al
        add     cl, 7
        mov     al, [bp+F_AL]
        xor     ah, ah
        mov     dx, ax
        shl     ax, cl
        dec     ax
        mov     [bp+v_len], ax
        mov     ch, 16                  ; more than 64 KB?
        sub     ch, cl
        mov     cl, ch
        dec     dx
        shr     dx, cl
        jz      .page
        mov     al, 09h
        stc
        ret
.format:
        mov     al, [bp+v_eot]          ; four bytes of address mark a sector
        xor     ah, ah
        shl     ax, 1
        shl     ax, 1
        dec     ax
        mov     [bp+v_len], ax
.page:
        cmp     byte [bp+v_op], 04h     ; verify moves nothing
        je      .ok
        call    fd_address
        add     ax, [bp+v_len]
        mov     al, 09h
        ret                             ; CF: crosses a 64 KB boundary
.ok:
        clc
        ret

; fd_address: physical address of the caller's buffer. Out: CH = bits 16-19, AX = bits 0-15. Changes CL.
fd_address:
        mov     ax, [bp+F_ES]
        mov     cl, 4
        rol     ax, cl
        mov     ch, al
        and     ch, 0Fh
        and     al, 0F0h
        add     ax, [bp+F_BX]
        adc     ch, 0
        and     ch, 0Fh
        ret

; fd_dma: programs channel 2. Changes AX, CX.
fd_dma:
        call    fd_address
        push    ax
        mov     al, DMA_READ
        cmp     byte [bp+v_op], 02h
        je      .mode
        mov     al, DMA_VERIFY
        cmp     byte [bp+v_op], 04h
        je      .mode
        mov     al, DMA_WRITE
.mode:
        mov     cl, al
        pop     ax
        pushf
        cli
        push    ax
        mov     al, 06h
        out     DMA1_MASK, al
        out     DMA1_FF, al
        mov     al, cl
        out     DMA1_MODE, al
        pop     ax
        out     DMA1_ADDR2, al
        mov     al, ah
        out     DMA1_ADDR2, al
        mov     al, ch
        out     DMA_PAGE2, al
        mov     ax, [bp+v_len]
        out     DMA1_COUNT2, al
        mov     al, ah
        out     DMA1_COUNT2, al
        mov     al, 02h
        out     DMA1_MASK, al
        popf
        ret

; fd_command: the command of this function, nine bytes (six to format). CF set with AL = status.
fd_command:
        mov     al, FDC_READ
        mov     bl, [bp+v_op]
        cmp     bl, 02h
        je      .go
        cmp     bl, 04h
        je      .go
        mov     al, FDC_WRITE
        cmp     bl, 03h
        je      .go
        mov     al, FDC_FORMAT
        call    fd_out
        jc      .bad
        call    fd_out_unit
        mov     al, [bp+v_n]
        call    fd_out
        mov     al, [bp+v_eot]
        call    fd_out
        mov     al, 7                   ; gap
        call    fd_out_param
        mov     al, 8                   ; fill byte
        call    fd_out_param
        jc      .bad
        jmp     fd_finish
.go:
        mov     bl, [bp+F_CL]
        and     bl, 3Fh
        mov     [bp+v_sector], bl
        mov     bl, [bp+F_DH]
        mov     [bp+v_head], bl
        mov     bl, [bp+v_eot]
        call    fd_out_rw
        jc      .bad
        jmp     fd_finish
.bad:
        mov     al, 20h
        stc
        ret

; fd_out_rw: AL = command, BL = last sector. The nine command bytes. CF set on failure.
fd_out_rw:
        call    fd_out
        jc      .done
        mov     al, [bp+v_head]
        shl     al, 1
        shl     al, 1
        or      al, [bp+v_drive]
        call    fd_out
        mov     al, [bp+F_CH]
        call    fd_out
        mov     al, [bp+v_head]
        call    fd_out
        mov     al, [bp+v_sector]
        call    fd_out
        mov     al, [bp+v_n]
        call    fd_out
        mov     al, bl
        call    fd_out
        mov     al, 5                   ; gap
        call    fd_out_param
        mov     al, 6                   ; length of short sectors
        call    fd_out_param
.done:
        ret

; fd_verify: the controller's own VERIFY, one side at a time. CF set with AL = status.
fd_verify:
        mov     al, [bp+F_AL]
        mov     [bp+v_left], al
        mov     al, [bp+F_CL]
        and     al, 3Fh
        mov     [bp+v_sector], al
        mov     al, [bp+F_DH]
        mov     [bp+v_head], al
.side:
        mov     bl, [bp+v_sector]
        add     bl, [bp+v_left]
        dec     bl                      ; last sector wanted
        mov     bh, [bp+v_eot]
        cmp     [bp+v_sector], bh
        ja      .last
        cmp     bl, bh
        jbe     .last
        mov     bl, bh
.last:
        mov     al, bl
        sub     al, [bp+v_sector]
        inc     al
        sub     [bp+v_left], al
        mov     al, FDC_VERIFY
        call    fd_out_rw
        mov     al, 20h
        jc      .done
        call    fd_finish
        jc      .done
        cmp     byte [bp+v_left], 0
        je      .done                   ; CF is clear
        mov     byte [bp+v_sector], 1
        xor     byte [bp+v_head], 1
        jnz     .side
        mov     al, 04h                 ; past side 1
        stc
.done:
        ret

; fd_finish: waits for the end of a command and reads its result. CF set with AL = status.
fd_finish:
        call    fd_wait
        jc      .done
        call    fd_result
        mov     al, 20h
        jc      .done
        call    fd_judge
.done:
        ret

; fd_judge: status from the result bytes. CF set with AL = status when it is an error.
fd_judge:
        mov     al, [bda_fd_result]
        and     al, 0C0h
        jz      .done                   ; CF is clear
        cmp     al, 40h
        mov     al, 20h
        jne     .fail
        mov     cl, [bda_fd_result+1]   ; ST1
        mov     si, fd_errors
.next:
        cs lodsw                        ; AL = bit of ST1, AH = status
        xchg    al, ah
        test    ah, ah
        jz      .fail
        test    cl, ah
        jz      .next
.fail:
        stc
.done:
        ret
; ST1 bit, status
fd_errors:
        db      80h, 04h                ; end of cylinder: sector not found
        db      20h, 10h                ; CRC
        db      10h, 08h                ; overrun
        db      04h, 04h                ; no data: sector not found
        db      02h, 03h                ; write protected
        db      01h, 02h                ; no address mark
        db      00h, 20h

; fd_sectors_done: Out: AL = sectors moved, from the address in the result. Changes AH.
fd_sectors_done:
        mov     al, [bda_fd_result+5]
        mov     ah, [bp+F_CL]
        and     ah, 3Fh
        sub     al, ah
        mov     ah, [bda_fd_result+4]
        cmp     ah, [bp+F_DH]
        jne     .side
        mov     ah, [bda_fd_result+3]
        cmp     ah, [bp+F_CH]
        je      .check
.side:
        add     al, [bp+v_eot]
.check:
        cmp     al, [bp+F_AL]           ; nonsense after a time-out
        jbe     .done
        xor     al, al
.done:
        ret

; AH = 08h: drive parameters. Out: BL type, CH/CL last cylinder and sector, DH last head, DL drives,
; ES:DI parameter table, AX = 0.
fd_params:
        mov     dl, 0
        call    fd_type
        mov     bl, 0
        cmp     al, 1
        cmc
        adc     bl, 0
        mov     dl, 1
        call    fd_type
        cmp     al, 1
        cmc
        adc     bl, 0                   ; BL = drives
        mov     dl, [bp+v_drive]
        cmp     dl, 2
        jb      .valid
        jmp     fd_bad
.valid:
        xor     ax, ax
        mov     [bp+F_AX], ax
        mov     [bp+F_BX], ax
        mov     [bp+F_CX], ax
        mov     [bp+F_DX], ax
        mov     [bp+F_DL], bl
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], ax
        mov     al, [bp+v_type]
        test    al, al
        jz      .done
        mov     [bp+F_BL], al
        mov     byte [bp+F_DH], 1
        call    fd_type_row
        mov     ax, [cs:si+fr_cyl]      ; cylinder, sectors
        mov     [bp+F_CH], al
        mov     [bp+F_CL], ah
        mov     ax, [cs:si+fr_dpt]
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], cs
.done:
        mov     byte [bda_fd_status], 0
        clear_cf
        jmp     fd_leave

; AH = 15h: Out: AH = 0 no drive, 1 drive without, 2 drive with change line.
fd_drive_type:
        mov     ah, [bp+v_type]
        cmp     ah, 2
        jbe     .have
        mov     ah, 2
.have:
        mov     [bp+F_AH], ah
        mov     byte [bda_fd_status], 0
        clear_cf
        jmp     fd_leave

; AH = 16h: change line. Out: AH = 0, or 06h and CF when it is active.
fd_change:
        mov     al, 80h
        cmp     byte [bp+v_type], 0
        je      .out
        call    fd_motor_on
        call    fd_line
        mov     al, 06h
        jc      .out
        mov     al, 0
.out:
        jmp     fd_exit

; AH = 17h: AL = 1 360 KB in a 360 KB drive, 2 360 KB in a 1.2 MB drive, 3 1.2 MB, 4 720 KB.
fd_set_type:
        cmp     byte [bp+v_type], 0
        je      fd_no_drive
        mov     bl, [bp+F_AL]
        dec     bl
        cmp     bl, 4
        jae     fd_type_bad
        xor     bh, bh
        mov     cl, [cs:fd_type_states+bx]
        jmp     fd_format_state
fd_type_bad:
        jmp     fd_bad
fd_type_states:
        db      93h, 74h, 15h, 97h

; AH = 18h: CH = last cylinder, CL = sectors: the medium to be formatted. Out: ES:DI = its parameter table.
fd_set_media:
        cmp     byte [bp+v_type], 0
        je      fd_no_drive
        mov     ax, [bp+F_CX]
        and     al, 3Fh
        xchg    al, ah                  ; AL = cylinder, AH = sectors
        mov     si, fd_media_table
.next:
        mov     bl, [cs:si]
        test    bl, bl
        jz      .unknown
        cmp     bl, [bp+v_type]
        jne     .skip
        cmp     ax, [cs:si+fr_cyl]
        je      .found
.skip:
        add     si, fr_size
        jmp     .next
.unknown:
        mov     al, 0Ch
        jmp     fd_exit
.found:
        mov     ax, [cs:si+fr_dpt]
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], cs
        mov     cl, [cs:si+fr_state]
fd_format_state:
        push    cx
        call    fd_motor_on
        call    fd_specify
        call    fd_check_change         ; a new disk is fine, no disk is not
        pop     cx
        jnc     .set
        cmp     al, 06h
        jne     .out
.set:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     [bda_fd_media+bx], cl
        mov     al, 0
.out:
        jmp     fd_exit
fd_no_drive:
        mov     al, 80h
        jmp     fd_exit

; ---- the disk in the drive -------------------------------------------------------------------------

; Rows: drive type, last cylinder, sectors a track, state byte (40:90), parameter table. The rows of a
; type come in the order in which its data rates are tried; the first is its largest common medium.
fr_type         equ 0
fr_cyl          equ 1
fr_state        equ 3
fr_dpt          equ 4
fr_size         equ 6
%macro fd_row 5
        db      %1, %2, %3, %4
        dw      %5
%endmacro
fd_media_table:
        fd_row  1, 39,  9, 93h, dpt_360
        fd_row  1, 39,  8, 93h, dpt_320
        fd_row  2, 79, 15, 15h, dpt_1200
        fd_row  2, 39,  9, 74h, dpt_360
        fd_row  2, 39,  8, 74h, dpt_320
        fd_row  3, 79,  9, 97h, dpt_720
        fd_row  4, 79, 18, 17h, dpt_1440
        fd_row  4, 79,  9, 97h, dpt_720
        fd_row  5, 79, 36, 0D7h, dpt_2880
        fd_row  5, 79, 18, 17h, dpt_1440
        fd_row  5, 79,  9, 97h, dpt_720
        fd_row  6, 79, 36, 0D7h, dpt_2880
        fd_row  6, 79, 18, 17h, dpt_1440
        fd_row  6, 79,  9, 97h, dpt_720
        db      0

; Parameter tables (INT 1Eh): step rate and head unload; head load, DMA; motor off in ticks; sector size code;
; sectors a track; gap; data length; format gap; fill byte; head settle in ms; motor start in 1/8 s.
dpt_320:
        db      0DFh, 02h, 25h, 2, 8, 2Ah, 0FFh, 50h, 0F6h, 0Fh, 4
dpt_360:
        db      0DFh, 02h, 25h, 2, 9, 2Ah, 0FFh, 50h, 0F6h, 0Fh, 4
dpt_720:
        db      0DFh, 02h, 25h, 2, 9, 2Ah, 0FFh, 50h, 0F6h, 0Fh, 4
dpt_1200:
        db      0DFh, 02h, 25h, 2, 15, 1Bh, 0FFh, 54h, 0F6h, 0Fh, 4
dpt_1440:
        db      0DFh, 02h, 25h, 2, 18, 1Bh, 0FFh, 6Ch, 0F6h, 0Fh, 4
dpt_2880:
        db      0DFh, 02h, 25h, 2, 36, 38h, 0FFh, 53h, 0F6h, 0Fh, 4

; fd_type: DL = drive. Out: AL = type in CMOS, 0 = none. All else kept.
fd_type:
        cmp     dl, 2
        mov     al, 0
        jae     .done
        push    es
        ebda    es
        test    byte [es:eb_board], BOARD_FDC
        jz      .out
        test    byte [es:eb_board], BOARD_CMOS
        jz      .switches
        mov     al, CMOS_FLOPPY
        call    cmos_read
        test    dl, dl
        jnz     .low
        push    cx
        mov     cl, 4
        shr     al, cl
        pop     cx
.low:
        and     al, 0Fh
        cmp     al, 7
        jb      .out
        mov     al, 0
        jmp     short .out
.switches:
        mov     al, 1                   ; a PC or XT: 360 KB drives
.out:
        pop     es
.done:
        ret

; fd_type_row: AL = type. Out: SI = its first row.
fd_type_row:
        mov     si, fd_media_table
.next:
        cmp     al, [cs:si]
        je      .done
        add     si, fr_size
        jmp     .next
.done:
        ret

; fd_param: AL = index. Out: AL = byte of the parameter table at INT 1Eh. All else kept.
fd_param:
        push    bx
        push    ds
        push    ax
        xor     bx, bx
        mov     ds, bx
        lds     bx, [1Eh*4]
        pop     ax
        xlatb
        pop     ds
        pop     bx
        ret

; fd_forget: the disk in the drive is unknown again. Changes BX.
fd_forget:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        and     byte [bda_fd_media+bx], 0FFh-FM_KNOWN
        ret

; fd_line: CF set when the change line is active. Drives of type 1 have none. Changes AX, DX.
fd_line:
        cmp     byte [bp+v_type], 2
        jb      .no
        mov     dx, FDC_DIR
        in      al, dx
        shl     al, 1
        ret
.no:
        clc
        ret

; fd_check_change: if the door was opened: CF set with AL = 06h, or 80h when there is still no disk. A step
; of the arm resets the line.
fd_check_change:
        call    fd_line
        jnc     .same
        call    fd_forget
        mov     byte [bda_fd_media+bx], 0
        call    fd_recal_flag
        not     al
        and     [bda_fd_recal], al
        mov     ch, 1
        call    fd_seek_physical
        mov     ch, 0
        call    fd_seek_physical
        call    fd_line
        mov     al, 80h
        jc      .done
        mov     al, 06h
        stc
.done:
        ret
.same:
        clc
        ret

; fd_know_media: finds out the data rate of the disk if it is not known; sets it. CF set with AL = status.
fd_know_media:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     al, [bda_fd_media+bx]
        test    al, FM_KNOWN
        jnz     .known
        mov     al, [bp+v_type]
        call    fd_type_row
        cmp     byte [bp+v_op], 05h     ; nothing to read before a format: the largest
        je      .format
        call    .try_large
        jnc     .done
.next:
        push    si
        call    .try
        pop     si
        jnc     .done
        add     si, fr_size
        mov     ah, [cs:si]
        cmp     ah, [bp+v_type]
        je      .next
        mov     al, [bp+v_status]
        stc
.done:
        ret
.format:
        mov     al, [cs:si+fr_state]
        mov     [bda_fd_media+bx], al
.known:
        jmp     fd_set_rate

; Most disks in a 2.88 MB drive are 1.44 MB ones: those first.
.try_large:
        cmp     byte [bp+v_type], 5
        stc
        jb      .try_done
        push    si
        add     si, fr_size
        call    .try
        pop     si
.try_done:
        ret

; One row: rate, then READ ID on the wanted cylinder.
.try:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     al, [cs:si+fr_state]
        push    ax
        and     al, 0FFh-FM_KNOWN
        mov     [bda_fd_media+bx], al
        call    fd_set_rate
        mov     ch, [bp+F_CH]
        call    fd_seek
        jc      .try_bad
        mov     al, FDC_READ_ID
        call    fd_out
        jc      .try_chip
        call    fd_out_unit
        call    fd_finish
        jc      .try_bad
        pop     ax
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     [bda_fd_media+bx], al
        ret
.try_chip:
        mov     al, 20h
.try_bad:
        mov     [bp+v_status], al
        pop     ax
        stc
        ret

; fd_set_rate: data rate of the drive's state. CF clear. Changes AX, BX, DX.
fd_set_rate:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     al, [bda_fd_media+bx]
        and     al, FM_RATE
        mov     [bda_fd_rate], al
        rol     al, 1
        rol     al, 1
        mov     dx, FDC_DIR
        out     dx, al
        clc
        ret

; ---- arm and motor -----------------------------------------------------------------------------------

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
        cmp     al, 1
        je      .next
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
.none:
        ret
