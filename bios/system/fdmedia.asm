; The disk in a floppy drive: what formats there are, and which one this is.
;
; Source: IBM PS/2 HITRC, INT 13h and 40:8Bh-93h (data rates and state bytes).

; Rows: drive type (+0), last cylinder, sectors a track, state byte (40:90), parameter table. The rows of a
; type come in the order in which its data rates are tried; the first is its largest common medium.
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
; More that can be formatted (AH = 18h): 640 KB, DMF (1.68 MB), 1.72 MB. Reading them needs no row of their own,
; for they have the data rate of one above.
fd_format_table:
        fd_row  3, 79,  8, 97h, dpt_320
        fd_row  4, 79,  8, 97h, dpt_320
        fd_row  4, 79, 21, 17h, dpt_1680
        fd_row  4, 81, 21, 17h, dpt_1680
        fd_row  5, 79,  8, 97h, dpt_320
        fd_row  5, 79, 21, 17h, dpt_1680
        fd_row  5, 81, 21, 17h, dpt_1680
        fd_row  6, 79,  8, 97h, dpt_320
        fd_row  6, 79, 21, 17h, dpt_1680
        fd_row  6, 81, 21, 17h, dpt_1680
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
dpt_1680:
        db      0DFh, 02h, 25h, 2, 21, 0Ch, 0FFh, 0Ch, 0F6h, 0Fh, 4
dpt_2880:
        db      0DFh, 02h, 25h, 2, 36, 38h, 0FFh, 53h, 0F6h, 0Fh, 4

; fd_type: DL = drive. Out: AL = type in CMOS, or found by fd_probe; 0 = none. All else kept.
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
        push    bx
        mov     bl, dl
        xor     bh, bh
        mov     al, [es:eb_fd_types+bx]
        pop     bx
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

; fd_line: CF set when the change line is active. Changes AX, DX.
fd_line:
        mov     al, [bp+v_type]
        call    fd_has_line
        jz      .no
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

; fd_set_rate: data rate of the drive's state, and how a 2.88 MB drive records: vertically at 1 Mb/s, which only chips
; from the 82077AA on can (its datasheet, 5.1.4 and 5.2.8, PERPENDICULAR MODE). CF clear. Changes AX, BX, DX.
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
        cmp     byte [bp+v_type], 5
        jb      .done
        push    es
        ebda    es
        cmp     byte [es:eb_fdc_type], 90h
        pop     es
        jne     .done
        mov     ah, PERP_OW
        cmp     al, 3                   ; 1 Mb/s
        jne     .mode
        push    cx
        mov     cl, bl
        mov     al, 04h
        shl     al, cl
        or      ah, al
        pop     cx
.mode:
        mov     al, FDC_PERPENDICULAR
        call    fd_out
        mov     al, ah
        call    fd_out                  ; a chip that takes neither takes no later command, which tells
.done:
        clc
        ret
