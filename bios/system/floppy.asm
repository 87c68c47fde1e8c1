; INT 40h (INT 13h for DL < 80h): floppy disks; reset, status, transfers.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 13h "Diskette" (functions, error codes, the state
; bytes 40:90 and 40:91); Intel 82077AA datasheet 290166 (commands, status bytes, timing).
;
; A drive learns what disk is in it by trying the data rates that it can do until READ ID finds an address
; mark; the answer is kept in 40:90+drive until the change line says that the door was opened.

FDC_SPECIFY     equ 03h
FDC_SENSE_DRIVE equ 04h
ST3_TRACK0      equ 10h
FDC_RECAL       equ 07h
FDC_SENSE_INT   equ 08h
FDC_VERSION     equ 10h
FDC_SEEK        equ 0Fh
FDC_PERPENDICULAR equ 12h
PERP_OW         equ 80h                 ; the bits of the drives, 2 to 5, are to be written
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

; AH = 01h: status of the last operation. Out: AH; and AL, where the PC had it.
fd_last:
        mov     al, [bda_fd_status]
        mov     [bp+F_AL], al
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
