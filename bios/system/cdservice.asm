; INT 13h for CD-ROMs, and for the drive that a boot CD emulates.
;
; Sources: "El Torito" Bootable CD-ROM Format Specification 1.0 (Phoenix, IBM), section 4 (INT 13h); BIOS Enhanced Disk
; Drive Specification 3.0 (removable media).

; cd_emulates: CF set when drive DL is the emulated one. All kept.
cd_emulates:
        push    ds
        mov     ds, [cs:seg_bda]
        ebda    ds
        cmp     byte [eb_emul+em_active], 1
        jne     .no
        cmp     dl, [eb_emul+em_drive]
        jne     .no
        pop     ds
        stc
        ret
.no:
        pop     ds
        clc
        ret

; cd_moves_floppy: CF set when DL = 1 or 2 stands for floppy drive 0 or 1. All kept.
cd_moves_floppy:
        cmp     dl, 1
        jb      .no
        cmp     dl, 2
        ja      .no
        push    ds
        mov     ds, [cs:seg_bda]
        ebda    ds
        cmp     byte [eb_emul+em_active], 1
        jne     .pop
        cmp     byte [eb_emul+em_drive], 0
        jne     .pop
        pop     ds
        stc
        ret
.pop:
        pop     ds
.no:
        clc
        ret

; hd_shift: BL = hard disk number as the caller counts: less one while drive 80h is emulated. DS = EBDA.
hd_shift:
        cmp     byte [eb_emul+em_active], 1
        jne     .done
        cmp     byte [eb_emul+em_drive], 80h
        jne     .done
        dec     bl
.done:
        ret

; cd_service: INT 13h for the emulated drive.
cd_service:
        svc_enter
        ebda    ds
        mov     al, [eb_emul+em_cd]
        call    cd_entry
        svc_dispatch cd_em_table, 16h, cd_bad
cd_em_table:
        dw      cd_ok, hd_last, cd_em_read, cd_protected, cd_em_verify, cd_protected
        dw      cd_bad, cd_bad, cd_em_params, cd_ok, cd_bad, cd_bad, cd_ok, cd_ok, cd_bad, cd_bad
        dw      cd_ok, cd_ok, cd_bad, cd_bad, cd_ok, cd_em_size

cd_ok:
        xor     al, al
        jmp     hd_exit
cd_bad:
        mov     al, 01h
        jmp     hd_exit
cd_protected:
        mov     byte [bp+F_AL], 0
        mov     al, 03h
        jmp     hd_exit

; cd_em_block: the caller's CX, DH as block DX:AX of the image. CF set with AL = status.
cd_em_block:
        mov     al, [bp+F_CH]
        mov     ah, [bp+F_CL]
        mov     cl, 6
        shr     ah, cl
        cmp     ax, [eb_emul+em_cyls]
        jae     .outside
        mov     cl, [bp+F_DH]
        xor     ch, ch
        cmp     cx, [eb_emul+em_heads]
        jae     .outside
        mul     word [eb_emul+em_heads]
        add     ax, cx
        adc     dx, 0
        mov     cx, [eb_emul+em_secs]
        call    mul32
        mov     cl, [bp+F_CL]
        and     cx, 3Fh
        jz      .outside
        cmp     cx, [eb_emul+em_secs]
        ja      .outside
        dec     cx
        add     ax, cx
        adc     dx, 0
        clc
        ret
.outside:
        mov     al, 04h
        stc
        ret

; cd_em_range: the caller's AL sectors from CX, DH: block DX:AX, all within the image. CF set with AL = status.
cd_em_range:
        mov     word [eb_rq+rq_done], 0
        mov     al, [bp+F_AL]
        xor     ah, ah
        mov     [eb_rq+rq_count], ax
        test    al, al
        jz      .bad
        call    cd_em_block
        jc      .out
        push    ax
        push    dx
        add     ax, [eb_rq+rq_count]
        adc     dx, 0
        mov     bx, ax
        mov     di, dx
        mov     ax, [eb_emul+em_heads]
        mul     word [eb_emul+em_secs]
        mul     word [eb_emul+em_cyls]
        sub     ax, bx
        sbb     dx, di                  ; CF: more than there is
        pop     dx
        pop     ax
        jnc     .out
        mov     al, 04h
        stc
.out:
        ret
.bad:
        mov     al, 01h
        stc
        ret

cd_em_read:
        mov     ax, [bp+F_BX]
        mov     [eb_rq+rq_off], ax
        mov     ax, [bp+F_ES]
        mov     [eb_rq+rq_seg], ax
        call    cd_em_range
        jc      .fail
        call    cd_run_512
.fail:
        mov     ah, [eb_rq+rq_done]
        mov     [bp+F_AL], ah
        jmp     hd_exit
cd_em_verify:
        call    cd_em_range
        jc      .out
        xor     al, al
.out:
        jmp     hd_exit

cd_em_params:
        mov     ax, [eb_emul+em_cyls]
        dec     ax
        mov     [bp+F_CH], al
        mov     cl, 6
        shl     ah, cl
        or      ah, [eb_emul+em_secs]
        mov     [bp+F_CL], ah
        mov     al, [eb_emul+em_heads]
        dec     ax
        mov     [bp+F_DH], al
        cmp     byte [eb_emul+em_drive], 80h
        je      .disk
        mov     al, [eb_emul+em_media]  ; 1 1.2 MB, 2 1.44 MB, 3 2.88 MB
        shl     al, 1
        cmp     al, 6
        jb      .type
        dec     al
.type:
        mov     [bp+F_BL], al           ; drive types 2, 4, 5
        mov     byte [bp+F_BH], 0
        call    fd_type_row
        mov     ax, [cs:si+fr_dpt]
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], cs
        push    ds
        mov     ds, [cs:seg_bda]
        mov     al, [bda_equip]
        pop     ds
        mov     cl, 6
        rol     al, 1
        rol     al, 1
        and     al, 3
        inc     ax
        inc     ax                      ; the floppy drives and this one
        jmp     short .count
.disk:
        mov     al, [eb_disk_count]
        inc     ax
.count:
        mov     [bp+F_DL], al
        mov     byte [bp+F_AL], 0
        jmp     cd_ok

cd_em_size:
        mov     byte [bp+F_AH], 1       ; a floppy without change line
        cmp     byte [eb_emul+em_drive], 80h
        jne     .done
        mov     byte [bp+F_AH], 3
        mov     ax, [eb_emul+em_heads]
        mul     word [eb_emul+em_secs]
        mul     word [eb_emul+em_cyls]
        mov     [bp+F_DX], ax
        mov     [bp+F_CX], dx
.done:
        clear_cf
        jmp     hd_leave

; cd_service_direct: from hd_service: DL = E0h and up: the drive itself, 2048-byte sectors.
cd_service_direct:
        mov     al, dl
        sub     al, 0E0h
        cmp     al, [eb_cd_count]
        jae     cd_none
        call    cd_entry
        cmp     ah, 41h
        jae     .extended
        svc_dispatch cd_table, 16h, cd_bad
.extended:
        sub     ah, 41h
        svc_dispatch cd_ext_table, 0Eh, cd_bad
cd_none:
        cmp     ah, 15h
        jne     cd_bad
        mov     byte [bp+F_AH], 0
        clear_cf
        jmp     hd_leave
cd_table:
        dw      cd_ok, hd_last
        times 11 dw cd_bad
        dw      cd_ok, cd_bad, cd_bad, cd_is_ready, cd_ok, cd_bad, cd_bad, cd_ok, cd_type
cd_ext_table:
        dw      cd_check, cd_ext_read, cd_protected, cd_ext_verify, cd_lock, cd_eject, cd_ext_verify, cd_params
        dw      cd_change, cd_bad, cd_bad, cd_bad, cd_bad, edd_config

cd_type:
        mov     byte [bp+F_AH], 2       ; removable, reports changes
        clear_cf
        jmp     hd_leave

cd_is_ready:
        call    cd_ready
        mov     al, 0
        jnc     .out
        mov     al, 0AAh
.out:
        jmp     hd_exit

; 41h: subsets: fixed disk access, locking and ejecting, EDD.
cd_check:
        cmp     word [bp+F_BX], 55AAh
        jne     cd_bad
        mov     word [bp+F_BX], 0AA55h
        mov     word [bp+F_CX], 0007h
        mov     byte [bp+F_AH], EDD_VERSION
        clear_cf
        jmp     hd_leave

; cd_ext_packet: the caller's packet to eb_rq. CF set with AL = status.
cd_ext_packet:
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     word [eb_rq+rq_done], 0
        cmp     byte [es:di], 10h
        jb      .bad
        mov     ax, [es:di+2]
        mov     [eb_rq+rq_count], ax
        mov     ax, [es:di+8]
        mov     [eb_rq+rq_lba], ax
        mov     ax, [es:di+10]
        mov     [eb_rq+rq_lba+2], ax
        mov     ax, [es:di+12]
        or      ax, [es:di+14]
        jnz     .bad
        ret
.bad:
        mov     al, 01h
        stc
        ret

cd_ext_read:
        call    cd_ext_packet
        jc      .out
        mov     byte [eb_rq+rq_op], RQ_READ
        mov     al, 11                  ; 2048 bytes
        call    edd_buffer
        jc      .out
        mov     ax, cd_run
        call    edd_run
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     bx, [eb_rq+rq_done]
        mov     [es:di+2], bx
.out:
        jmp     hd_exit
cd_ext_verify:
        call    cd_ext_packet
        jc      .out
        xor     al, al
.out:
        jmp     hd_exit

; 45h: AL = 0 locks the disc in, 1 undoes that, 2 asks. Out: AL = 1 when locked. Locks are counted: each must be undone.
cd_lock:
        mov     cl, [si+dk_locks]
        mov     al, [bp+F_AL]
        cmp     al, 2
        ja      .bad
        je      .tell
        test    al, al
        jnz     .unlock
        inc     cl
        mov     al, 0B4h                ; counted to the end
        jz      .fail
        cmp     cl, 1
        ja      .counted
        mov     ax, PKT_PREVENT|100h
        jmp     short .drive
.unlock:
        dec     cl
        cmp     cl, 0FFh
        mov     al, 0B0h                ; not locked
        je      .fail
        test    cl, cl
        jnz     .counted
        mov     ax, PKT_PREVENT
.drive:
        push    cx
        push    ax
        call    cd_ready                ; what waits to be reported must not keep it open
        pop     ax
        call    cd_simple
        pop     cx
        jc      .fail
.counted:
        mov     [si+dk_locks], cl
.tell:
        mov     al, 0
        cmp     cl, 1
        cmc
        adc     al, 0
        mov     [bp+F_AL], al
        jmp     cd_ok
.bad:
        jmp     cd_bad
.fail:
        jmp     hd_exit

; 46h: eject, unless the disc is locked or a program that hooks INT 15h 52h forbids it.
cd_eject:
        cmp     byte [si+dk_locks], 0
        mov     al, 0B1h                ; locked
        jne     .out
        mov     ah, 52h
        mov     dl, [bp+F_DL]
        int     15h
        mov     al, ah
        jc      .out
        call    cd_ready                ; what waits to be reported must not keep it closed
        jc      .out
        mov     ax, PKT_START|200h
        call    cd_simple
        mov     al, 0
        jnc     .out
        mov     al, 0B5h                ; eject failed
.out:
        jmp     hd_exit

; 48h: parameters as edd_params: removable, no geometry, 2048 bytes a sector.
cd_params:
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     dx, [es:di]
        cmp     dx, 1Ah
        jb      cd_bad_params
        mov     word [es:di+2], 0074h   ; removable, change reported, lockable, no geometry
        mov     ax, 0FFFFh
        mov     cx, 10
        push    di
        add     di, 4
        rep stosw
        pop     di
        mov     word [es:di+24], 2048
        mov     cx, dx
        jmp     edd_drive
cd_bad_params:
        jmp     cd_bad

; 49h: Out: AH = 06h and CF when the disc was changed since this was asked last.
cd_change:
        call    cd_ready
        mov     al, 31h
        jc      .out
        mov     al, 0
        cmp     [si+dk_changed], al
        je      .out
        mov     [si+dk_changed], al
        mov     al, 06h
.out:
        jmp     hd_exit
