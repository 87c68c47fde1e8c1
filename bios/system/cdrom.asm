; CD-ROM drives: reading, El Torito boot and drive emulation.
;
; Sources: SFF-8020i (ATAPI packets, signature, protocol); MMC-3 (commands, sense data); "El Torito"
; Bootable CD-ROM Format Specification 1.0 (catalogue, INT 13h functions 4Bh); ECMA-119 (volume
; descriptors). DS = EBDA, SI = DK_ structure throughout.

PKT_TEST        equ 00h
PKT_SENSE       equ 03h
PKT_START       equ 1Bh
PKT_READ10      equ 28h
SENSE_NOT_READY equ 02h
SENSE_ATTENTION equ 06h
ASC_NO_MEDIUM   equ 3Ah
CD_BURST        equ 16                  ; sectors a command
EM_NO_EMUL      equ 0
EM_HARD_DISK    equ 4

; cd_found: POST: SI = new entry of eb_cds.
cd_found:
        mov     byte [si+dk_flags], DKF_REMOVABLE
        mov     byte [si+dk_multi], 1
        ret

; cd_packet_clear: eb_packet = AL and eleven zeros. Changes AX, CX, DI, ES.
cd_packet_clear:
        push    ds
        pop     es
        mov     di, eb_packet
        xor     ah, ah
        stosw
        xor     ax, ax
        mov     cx, 5
        rep stosw
        ret

; cd_packet: sends eb_packet; data go to rq_seg:rq_off: rq_skip bytes are thrown away, then rq_extra bytes are
; kept, the rest is thrown away. rq_off is advanced. CF set with AL = status. Changes AX, BX, CX, DX, DI, ES.
cd_packet:
        call    ata_select
        jc      .fail
        mov     dx, [si+dk_base]
        inc     dx
        xor     al, al
        out     dx, al                  ; no DMA, no overlap
        add     dx, ATA_LBA1-ATA_ERROR
        mov     al, 00h                 ; at most 8000h bytes a block
        out     dx, al
        inc     dx
        mov     al, 80h
        out     dx, al
        add     dx, ATA_STATUS-ATA_LBA2
        mov     al, ATAC_PACKET
        out     dx, al
        call    ata_settle
        call    ata_ready
        jc      .fail
        test    al, ATA_DRQ
        jz      .error
        push    si
        mov     dx, [si+dk_base]
        mov     al, [eb_cpu]
        mov     si, eb_packet
        mov     cx, 6
        call    port_write
        pop     si
.block:
        call    ata_settle
        call    ata_ready
        jc      .fail
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        in      al, dx
        test    al, ATA_DRQ
        jnz     .data
        test    al, ATA_ERR|ATA_DF
        jnz     .error
        clc
        ret
.data:
        sub     dx, ATA_STATUS-ATA_LBA2
        in      al, dx
        mov     ah, al
        dec     dx
        in      al, dx
        mov     dx, [si+dk_base]
        mov     bx, ax
        inc     bx
        shr     bx, 1                   ; BX = words in this block
        mov     cx, [eb_rq+rq_skip]
        shr     cx, 1
        call    .part
        sub     [eb_rq+rq_skip], ax
        call    .drop
        mov     cx, [eb_rq+rq_extra]
        shr     cx, 1
        call    .part
        sub     [eb_rq+rq_extra], ax
        les     di, [eb_rq+rq_off]
        call    port_read
        mov     [eb_rq+rq_off], di
        mov     cx, bx
        call    .drop
        jmp     .block
; .part: CX = min(CX, BX), taken from BX; AX = bytes.
.part:
        cmp     cx, bx
        jbe     .part_ok
        mov     cx, bx
.part_ok:
        sub     bx, cx
        mov     ax, cx
        shl     ax, 1
        ret
; .drop: CX words from the port.
.drop:
        jcxz    .dropped
.drop_next:
        in      ax, dx
        loop    .drop_next
.dropped:
        ret
.error:
        mov     al, 20h
.fail:
        stc
        ret

; cd_sense: Out: AL = sense key, AH = additional sense code. Changes everything but SI, DS, BP.
cd_sense:
        mov     al, PKT_SENSE
        call    cd_packet_clear
        mov     byte [eb_packet+4], 18
        mov     word [eb_rq+rq_skip], 0
        mov     word [eb_rq+rq_extra], 18
        push    word [eb_rq+rq_off]
        push    word [eb_rq+rq_seg]
        mov     word [eb_rq+rq_off], eb_scratch
        mov     [eb_rq+rq_seg], ds
        call    cd_packet
        pop     word [eb_rq+rq_seg]
        pop     word [eb_rq+rq_off]
        mov     ax, 0FFFFh
        jc      .done
        mov     al, [eb_scratch+2]
        and     al, 0Fh
        mov     ah, [eb_scratch+12]
.done:
        ret

; cd_ready: makes sure a disc is in and spinning: the first commands after a reset or a change report it. CF set
; with AL = status. Changes everything but SI, DS, BP.
cd_ready:
        mov     cx, 40
.try:
        push    cx
        mov     al, PKT_TEST
        call    cd_packet_clear
        mov     word [eb_rq+rq_skip], 0
        mov     word [eb_rq+rq_extra], 0
        call    cd_packet
        jnc     .ready
        call    cd_sense
        cmp     ah, ASC_NO_MEDIUM
        je      .empty
        cmp     al, SENSE_ATTENTION
        je      .again
        cmp     al, SENSE_NOT_READY
        jne     .empty
        mov     cx, 6600                ; becoming ready: 100 ms
        call    delay
.again:
        pop     cx
        loop    .try
        push    cx
.empty:
        pop     cx
        mov     al, 31h                 ; no media
        stc
        ret
.ready:
        pop     cx
        ret

; cd_read: rq_lba (32 bits) sectors of 2048 bytes, rq_cmd_count of them (CD_BURST at most); rq_skip and rq_extra
; as for cd_packet. Retries once after a unit attention. CF set with AL = status.
cd_read:
        push    word [eb_rq+rq_skip]
        push    word [eb_rq+rq_extra]
        call    .once
        pop     word [eb_rq+rq_extra]
        pop     word [eb_rq+rq_skip]
        jnc     .done
        push    word [eb_rq+rq_skip]
        push    word [eb_rq+rq_extra]
        call    cd_ready
        pop     word [eb_rq+rq_extra]
        pop     word [eb_rq+rq_skip]
        jnc     .once
.done:
        ret
.once:
        mov     al, PKT_READ10
        call    cd_packet_clear
        mov     ax, [eb_rq+rq_lba]
        xchg    al, ah
        mov     [eb_packet+4], ax
        mov     ax, [eb_rq+rq_lba+2]
        xchg    al, ah
        mov     [eb_packet+2], ax
        mov     ax, [eb_rq+rq_cmd_count]
        xchg    al, ah
        mov     [eb_packet+7], ax
        jmp     cd_packet

; cd_normalise: the buffer pointer with an offset below 16, unless the transfer of AX bytes fits as it is.
cd_normalise:
        push    ax
        dec     ax
        add     ax, [eb_rq+rq_off]
        jnc     .fits
        mov     ax, [eb_rq+rq_off]
        and     word [eb_rq+rq_off], 000Fh
        push    cx
        mov     cl, 4
        shr     ax, cl
        pop     cx
        add     [eb_rq+rq_seg], ax
.fits:
        pop     ax
        ret

; cd_run: reads rq_count sectors of 2048 bytes from rq_lba. rq_done counts. CF set with AL = status.
cd_run:
        mov     word [eb_rq+rq_done], 0
.next:
        mov     ax, [eb_rq+rq_count]
        test    ax, ax
        jz      .done
        cmp     ax, CD_BURST
        jbe     .size
        mov     ax, CD_BURST
.size:
        mov     [eb_rq+rq_cmd_count], ax
        mov     cl, 11
        shl     ax, cl
        mov     [eb_rq+rq_extra], ax
        mov     word [eb_rq+rq_skip], 0
        call    cd_normalise
        call    cd_read
        jc      .fail
        mov     ax, [eb_rq+rq_cmd_count]
        add     [eb_rq+rq_done], ax
        sub     [eb_rq+rq_count], ax
        add     [eb_rq+rq_lba], ax
        adc     word [eb_rq+rq_lba+2], 0
        jmp     .next
.done:
        xor     al, al
.fail:
        ret

; cd_run_512: reads rq_count blocks of 512 bytes from block DX:AX of the emulated image. CF set with AL = status.
cd_run_512:
        mov     word [eb_rq+rq_done], 0
.next:
        cmp     word [eb_rq+rq_count], 0
        je      .done
        push    ax
        push    dx
        mov     bx, ax
        and     bx, 3                   ; block within its sector
        shr     dx, 1
        rcr     ax, 1
        shr     dx, 1
        rcr     ax, 1
        add     ax, [eb_emul+em_lba]
        adc     dx, [eb_emul+em_lba+2]
        mov     [eb_rq+rq_lba], ax
        mov     [eb_rq+rq_lba+2], dx
        mov     word [eb_rq+rq_cmd_count], 1
        mov     ax, 4                   ; blocks from here to the end of the sector
        sub     ax, bx
        cmp     ax, [eb_rq+rq_count]
        jbe     .blocks
        mov     ax, [eb_rq+rq_count]
.blocks:
        mov     cl, 9
        shl     bx, cl
        mov     [eb_rq+rq_skip], bx
        mov     bx, ax
        shl     ax, cl
        mov     [eb_rq+rq_extra], ax
        call    cd_normalise
        push    bx
        call    cd_read
        pop     bx
        pop     dx
        pop     cx
        jc      .fail
        add     [eb_rq+rq_done], bx
        sub     [eb_rq+rq_count], bx
        mov     ax, cx
        add     ax, bx
        adc     dx, 0
        jmp     .next
.done:
        xor     al, al
.fail:
        ret

; ---- INT 13h -----------------------------------------------------------------------------------

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

; cd_moves_floppy: CF set when DL = 1 stands for the floppy drive 0. All kept.
cd_moves_floppy:
        cmp     dl, 1
        jne     .no
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
        cmp     ah, 4Bh
        je      cd_4b
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

; cd_entry: AL = index. Out: SI. All else kept.
cd_entry:
        push    ax
        push    cx
        xor     ah, ah
        mov     cl, 5
        shl     ax, cl
        add     ax, eb_cds
        mov     si, ax
        pop     cx
        pop     ax
        ret

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

cd_em_read:
        mov     al, [bp+F_AL]
        xor     ah, ah
        mov     [eb_rq+rq_count], ax
        mov     [eb_rq+rq_done], ah
        mov     ax, [bp+F_BX]
        mov     [eb_rq+rq_off], ax
        mov     ax, [bp+F_ES]
        mov     [eb_rq+rq_seg], ax
        call    cd_em_block
        jc      .fail
        call    cd_run_512
.fail:
        mov     ah, [eb_rq+rq_done]
        mov     [bp+F_AL], ah
        jmp     hd_exit
cd_em_verify:
        call    cd_em_block
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
        mov     word [bp+F_DI], dpt_1440
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
        dw      cd_check, cd_ext_read, cd_protected, cd_ext_verify, cd_ok, cd_eject, cd_ext_verify, cd_params
        dw      cd_changed, cd_bad, cd_4b, cd_bad, cd_bad, edd_config

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
        mov     ax, [es:di+4]
        mov     [eb_rq+rq_off], ax
        mov     ax, [es:di+6]
        mov     [eb_rq+rq_seg], ax
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
        call    cd_run
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

; 46h: eject.
cd_eject:
        mov     al, PKT_START
        call    cd_packet_clear
        mov     byte [eb_packet+4], 02h
        mov     word [eb_rq+rq_skip], 0
        mov     word [eb_rq+rq_extra], 0
        call    cd_packet
        mov     al, 0
        jnc     .out
        mov     al, 0B5h                ; eject failed
.out:
        jmp     hd_exit

; 48h: parameters: removable, no geometry, 2048 bytes a sector.
cd_params:
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        cmp     word [es:di], 1Ah
        jb      cd_bad_params
        mov     word [es:di], 1Ah
        mov     word [es:di+2], 0074h   ; removable, change reported, lockable, no geometry
        mov     ax, 0FFFFh
        mov     cx, 10
        push    di
        add     di, 4
        rep stosw
        pop     di
        mov     word [es:di+24], 2048
        jmp     cd_ok
cd_bad_params:
        jmp     cd_bad

; 49h: Out: AH = 06h and CF when the disc was changed.
cd_changed:
        mov     al, PKT_TEST
        call    cd_packet_clear
        mov     word [eb_rq+rq_skip], 0
        mov     word [eb_rq+rq_extra], 0
        call    cd_packet
        mov     al, 0
        jnc     .out
        call    cd_sense
        cmp     al, SENSE_ATTENTION
        mov     al, 06h
        je      .out
        mov     al, 31h
.out:
        jmp     hd_exit

; 4Bh: AL = 0 ends the emulation, 1 only asks. Out: specification packet at DS:SI.
cd_4b:
        cmp     byte [bp+F_AL], 1
        ja      cd_bad_params
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     al, 13h
        stosb
        mov     al, [eb_emul+em_media]
        or      al, 40h                 ; the image comes from an ATAPI drive
        stosb
        mov     al, [eb_emul+em_drive]
        stosb
        mov     al, 0                   ; controller
        push    ax
        mov     al, [eb_emul+em_cd]
        call    cd_entry
        pop     ax
        cmp     word [si+dk_base], 1F0h
        je      .first
        inc     ax
.first:
        stosb
        mov     ax, [eb_emul+em_lba]
        stosw
        mov     ax, [eb_emul+em_lba+2]
        stosw
        mov     al, [si+dk_select]
        mov     cl, 4
        shr     al, cl
        and     ax, 1
        stosw
        xor     ax, ax                  ; no user buffer
        stosw
        mov     ax, [eb_emul+em_load_seg]
        stosw
        mov     ax, [eb_emul+em_load_count]
        stosw
        mov     ax, [eb_emul+em_cyls]
        dec     ax
        stosb
        mov     cl, 6
        shl     ah, cl
        or      ah, [eb_emul+em_secs]
        mov     al, ah
        stosb
        mov     al, [eb_emul+em_heads]
        dec     ax
        stosb
        cmp     byte [bp+F_AL], 0
        jne     .out
        mov     byte [eb_emul+em_active], 0
.out:
        jmp     cd_ok

; ---- boot --------------------------------------------------------------------------------------

CD_BOOT_SEG     equ 0060h               ; catalogue and descriptors are read to 0060:0000

; cd_boot: AL = index of the drive, DS = EBDA. Loads what the boot catalogue names. Out: CF clear, DL = drive number,
; ES = segment to start at offset 0; or CF set when the disc cannot be booted.
cd_boot:
        call    cd_entry
        mov     [eb_emul+em_cd], al
        mov     byte [eb_emul+em_active], 0
        call    cd_ready
        jc      .none
        mov     ax, 17                  ; the boot record volume descriptor
        xor     dx, dx
        call    .sector
        jc      .none
        push    si
        xor     di, di
        mov     si, .descriptor
        mov     cx, .descriptor_end-.descriptor
.compare:
        cs lodsb
        cmp     al, [es:di]
        jne     .different
        inc     di
        loop    .compare
.different:
        pop     si
        jne     .none
        mov     ax, [es:47h]            ; the catalogue
        mov     dx, [es:49h]
        call    .sector
        jc      .none
        cmp     byte [es:0], 1          ; validation entry
        jne     .none
        cmp     word [es:1Eh], 0AA55h
        jne     .none
        cmp     byte [es:20h], 88h      ; initial entry: bootable
        jne     .none
        mov     al, [es:21h]
        and     al, 0Fh
        cmp     al, EM_HARD_DISK
        ja      .none
        mov     [eb_emul+em_media], al
        mov     ax, [es:22h]
        test    ax, ax
        jnz     .segment
        mov     ax, 07C0h
.segment:
        mov     [eb_emul+em_load_seg], ax
        mov     ax, [es:26h]
        test    ax, ax
        jnz     .count
        inc     ax
.count:
        mov     [eb_emul+em_load_count], ax
        mov     ax, [es:28h]
        mov     [eb_emul+em_lba], ax
        mov     ax, [es:2Ah]
        mov     [eb_emul+em_lba+2], ax
        call    .geometry
        xor     ax, ax
        mov     dx, ax
        mov     [eb_rq+rq_off], ax
        mov     bx, [eb_emul+em_load_seg]
        mov     [eb_rq+rq_seg], bx
        mov     bx, [eb_emul+em_load_count]
        mov     [eb_rq+rq_count], bx
        call    cd_run_512
        jc      .none
        mov     dl, [eb_emul+em_drive]
        cmp     byte [eb_emul+em_media], EM_NO_EMUL
        je      .go
        mov     byte [eb_emul+em_active], 1
.go:
        mov     es, [eb_emul+em_load_seg]
        clc
        ret
.none:
        stc
        ret
; .sector: DX:AX to CD_BOOT_SEG:0. Out: ES.
.sector:
        mov     [eb_rq+rq_lba], ax
        mov     [eb_rq+rq_lba+2], dx
        mov     word [eb_rq+rq_count], 1
        mov     word [eb_rq+rq_off], 0
        mov     word [eb_rq+rq_seg], CD_BOOT_SEG
        call    cd_run
        mov     bx, CD_BOOT_SEG
        mov     es, bx
        ret
; .geometry: drive number and geometry of the emulated drive.
.geometry:
        mov     al, [eb_emul+em_media]
        mov     bl, 0E0h
        add     bl, [eb_emul+em_cd]
        xor     cx, cx
        mov     [eb_emul+em_cyls], cx
        mov     [eb_emul+em_heads], cx
        mov     [eb_emul+em_secs], cx
        cmp     al, EM_NO_EMUL
        je      .set
        mov     bl, 80h
        cmp     al, EM_HARD_DISK
        je      .disk
        mov     bl, 0
        mov     word [eb_emul+em_cyls], 80
        mov     word [eb_emul+em_heads], 2
        mov     cl, 15
        cmp     al, 2
        jb      .sectors
        mov     cl, 18
        je      .sectors
        mov     cl, 36
.sectors:
        mov     [eb_emul+em_secs], cx
.set:
        mov     [eb_emul+em_drive], bl
        ret
.disk:
        push    bx                      ; from the first entry of the image's own partition table
        mov     ax, [eb_emul+em_lba]
        mov     dx, [eb_emul+em_lba+2]
        call    .sector
        pop     bx
        mov     al, [es:PT_ENTRIES+pt_end]
        xor     ah, ah
        inc     ax
        mov     [eb_emul+em_heads], ax
        mov     ax, [es:PT_ENTRIES+pt_end+1]
        mov     cl, al
        and     cx, 3Fh
        jnz     .some
        inc     cx
.some:
        mov     [eb_emul+em_secs], cx
        xchg    al, ah
        mov     cl, 6
        shr     ah, cl
        inc     ax
        mov     [eb_emul+em_cyls], ax
        jmp     .set
.descriptor:
        db      0, "CD001", 1, "EL TORITO SPECIFICATION"
.descriptor_end:
