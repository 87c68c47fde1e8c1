; INT 13h: the door to all drives, and hard disks by cylinder, head and sector.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 13h; IBM PS/2 HITRC, INT 13h.
; Drive numbers: 00h-7Fh floppies (passed on to INT 40h), 80h up hard disks, E0h up CD-ROMs.

int13:
        cmp     ah, 4Ah
        jb      .drive
        cmp     ah, 4Dh
        ja      .drive
        jmp     cd_torito
.drive:
        call    cd_emulates             ; El Torito boot: another drive in place of this one?
        jc      .cd
        test    dl, 80h
        jnz     hd_service
        call    cd_moves_floppy         ; the floppy drives move up while a CD emulates A
        jc      .moved
        int     40h
.flags:
        push    bp                      ; its flags become the caller's
        mov     bp, sp
        jc      .carry
        and     byte [bp+6], 0FFh-FL_CF
        pop     bp
        iret
.carry:
        or      byte [bp+6], FL_CF
        pop     bp
        iret
.cd:
        jmp     cd_service
.moved:
        cmp     ah, 08h                 ; returns something in DL
        je      .moved_params
        dec     dx
        int     40h
        inc     dx                      ; leaves CF alone
        jmp     .flags
.moved_params:
        dec     dx
        int     40h
        jmp     .flags

; Entry for hard disks. DS = EBDA, SI = DK_ structure in all functions.
hd_service:
        svc_enter
        test    ah, ah                  ; reset means all drives
        jnz     .disk
        push    dx
        xor     dl, dl
        int     40h
        pop     dx
        xor     ah, ah
.disk:
        ebda    ds
        mov     bl, dl
        and     bl, 7Fh
        call    hd_shift                ; numbers are shifted while a CD emulates drive 80h
        cmp     bl, [eb_disk_count]
        jae     .absent
        mov     cl, 5
        xor     bh, bh
        shl     bx, cl
        lea     si, [bx+eb_disks]
        cmp     ah, 41h
        jae     .extended
        svc_dispatch hd_table, 1Ah, hd_bad
.extended:
        jmp     edd_service
.absent:
        cmp     dl, 0E0h
        jb      .bad
        jmp     cd_service_direct
.bad:
        cmp     ah, 15h                 ; "no such drive" is a good answer to this one
        jne     hd_bad
        mov     byte [bp+F_AH], 0
        clear_cf
        jmp     hd_leave
hd_table:
        dw      hd_reset, hd_last, hd_read, hd_write, hd_verify, hd_format
        dw      hd_bad, hd_bad, hd_params, hd_init_drive, hd_read_long, hd_write_long
        dw      hd_seek, hd_reset_disks, hd_bad, hd_bad, hd_ready, hd_recal
        dw      hd_bad, hd_bad, hd_diag, hd_size, hd_bad, hd_bad, hd_bad, hd_park

hd_bad:
        mov     al, 01h
; hd_exit: AL = status: to 40:74 and AH; CF set when it is not 0.
hd_exit:
        mov     ds, [cs:seg_bda]
        mov     [bda_hd_status], al
        mov     [bp+F_AH], al
        clear_cf
        test    al, al
        jz      hd_leave
        set_cf
hd_leave:
        svc_leave

; AH = 00h, 0Dh: reset: the channels of all drives, geometry and multiple mode again.
hd_reset:
hd_reset_disks:
        mov     si, eb_disks
        mov     cl, [eb_disk_count]
        xor     ch, ch
        xor     di, di                  ; channels done, as port bases in DI
.drive:
        push    cx
        cmp     di, [si+dk_base]
        je      .same
        mov     di, [si+dk_base]
        mov     dx, [si+dk_ctrl]
        mov     al, ATA_CTL_RUN|ATA_SRST
        out     dx, al
        mov     cx, 2
        call    delay
        mov     al, ATA_CTL_RUN
        out     dx, al
        mov     cx, 140
        call    delay
        call    ata_ready
        jc      .dead
.same:
        push    di
        call    disk_set_geometry
        mov     al, [si+dk_multi]
        call    disk_set_multi
        pop     di
        pop     cx
        add     si, dk_size
        loop    .drive
        xor     al, al
        jmp     hd_exit
.dead:
        pop     cx
        mov     al, 05h                 ; reset failed
        jmp     hd_exit

; AH = 01h: Out: AL = status of the last operation.
hd_last:
        mov     ds, [cs:seg_bda]
        mov     al, [bda_hd_status]
        mov     [bp+F_AL], al
        xor     al, al
        jmp     hd_exit

; AH = 02h, 03h, 04h: AL sectors from CX, DH.
hd_read:
        mov     al, RQ_READ
        jmp     short hd_transfer
hd_write:
        mov     al, RQ_WRITE
        jmp     short hd_transfer
hd_verify:
        mov     al, RQ_VERIFY
hd_transfer:
        xor     cx, cx
hd_transfer_long:
        mov     [eb_rq+rq_op], al
        mov     [eb_rq+rq_extra], cx
        mov     al, [bp+F_AL]
        test    al, al
        jz      hd_bad
        xor     ah, ah
        mov     [eb_rq+rq_count], ax
        mov     cx, [bp+F_CX]
        call    hd_address
        jc      .fail
        mov     ax, [bp+F_BX]
        mov     [eb_rq+rq_off], ax
        mov     ax, [bp+F_ES]
        mov     [eb_rq+rq_seg], ax
        call    ata_run
.fail:
        mov     ah, [eb_rq+rq_done]
        mov     [bp+F_AL], ah
        jmp     hd_exit

; AH = 0Ah, 0Bh: sectors with their four ECC bytes.
hd_read_long:
        mov     al, RQ_READ
        jmp     short hd_long
hd_write_long:
        mov     al, RQ_WRITE
hd_long:
        mov     cx, 4
        jmp     hd_transfer_long

; AH = 05h: format a track: an ATA drive cannot; the track is checked to exist. AH = 0Ch: seek: the position is
; checked, the rest is the drive's business. AH = 19h: park.
hd_format:
hd_seek:
        mov     cx, [bp+F_CX]
        test    cl, 3Fh
        jnz     .sector
        inc     cx                      ; no sector is named
.sector:
        call    hd_address
        jc      .out
        xor     al, al
.out:
        jmp     hd_exit
hd_park:
        xor     al, al
        jmp     hd_exit

; AH = 08h: Out: CH, CL last cylinder and sector, DH last head, DL drives.
hd_params:
        mov     ax, [si+dk_lcyls]
        dec     ax
        mov     [bp+F_CH], al
        mov     cl, 6
        shl     ah, cl
        or      ah, [si+dk_lsec]
        mov     [bp+F_CL], ah
        mov     al, [si+dk_lheads]
        dec     al
        mov     [bp+F_DH], al
        mov     al, [eb_disk_count]
        cmp     byte [eb_emul+em_active], 0
        je      .count
        cmp     byte [eb_emul+em_drive], 80h
        jne     .count
        inc     ax
.count:
        mov     [bp+F_DL], al
        mov     byte [bp+F_AL], 0
        xor     al, al
        jmp     hd_exit

; AH = 09h: the drive takes its geometry again.
hd_init_drive:
        call    disk_set_geometry
        jmp     hd_status

; AH = 10h: ready?
hd_ready:
        call    ata_select
        jc      hd_status
        test    al, ATA_DRDY
        mov     al, 0
        jnz     hd_status
        mov     al, 0AAh
hd_status:
        jc      .out
        cmp     al, 0AAh
        je      .out
        xor     al, al
.out:
        jmp     hd_exit

; AH = 11h: recalibrate.
hd_recal:
        mov     ax, ATAC_RECAL
        call    ata_simple
        jmp     hd_status

; AH = 14h: diagnostics of the channel.
hd_diag:
        mov     ax, ATAC_DIAG
        call    ata_simple
        jc      .out
        mov     dx, [si+dk_base]
        inc     dx
        in      al, dx
        and     al, 7Fh
        cmp     al, 01h                 ; passed
        mov     al, 0
        je      .out
        mov     al, 20h
.out:
        push    ax
        call    disk_set_geometry       ; diagnostics forget it
        mov     al, [si+dk_multi]
        call    disk_set_multi
        pop     ax
        jmp     hd_exit

; AH = 15h: Out: AH = 3, CX:DX = sectors.
hd_size:
        mov     ax, [si+dk_lheads]
        mul     word [si+dk_lsec]
        mul     word [si+dk_lcyls]
        mov     [bp+F_DX], ax
        mov     [bp+F_CX], dx
        mov     ds, [cs:seg_bda]
        mov     byte [bda_hd_status], 0
        mov     byte [bp+F_AH], 3
        clear_cf
        jmp     hd_leave

; hd_address: CX and the caller's DH to rq_lba. CF set with AL = status when it is outside the disk. Changes AX,
; BX, CX, DX.
hd_address:
        xor     ax, ax
        mov     [eb_rq+rq_lba+4], ax
        mov     [eb_rq+rq_lba+6], ax
        mov     [eb_rq+rq_done], ax
        mov     al, ch
        mov     ah, cl
        push    cx
        mov     cl, 6
        shr     ah, cl
        pop     bx                      ; BL = sector
        cmp     ax, [si+dk_lcyls]
        jae     .outside
        mov     cl, [bp+F_DH]
        xor     ch, ch
        cmp     cx, [si+dk_lheads]
        jae     .outside
        mul     word [si+dk_lheads]
        add     ax, cx
        adc     dx, 0
        mov     cx, [si+dk_lsec]
        call    mul32
        mov     cl, bl
        and     cx, 003Fh
        jz      .outside
        cmp     cx, [si+dk_lsec]
        ja      .outside
        dec     cx
        add     ax, cx
        adc     dx, 0
        mov     [eb_rq+rq_lba], ax
        mov     [eb_rq+rq_lba+2], dx
        clc
        ret
.outside:
        mov     al, 04h                 ; sector not found
        stc
        ret
