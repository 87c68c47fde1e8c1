; ATA disks: moving sectors by PIO.
;
; Sources: ANSI X3.298-1997 (ATA-3), section 9 (protocols); ATA/ATAPI-6 (T13/1410D), 6.20 (48-bit addresses).

; ata_run: performs the request eb_rq for the drive SI: rq_lba, rq_count (> 0), rq_off, rq_seg, rq_op.
; rq_done counts the sectors moved. CF set with AL = status. Changes AX, BX, CX, DX, DI, ES.
;
; A drive need not say which sector of a block was bad, so a command that fails with several sectors a block is
; done again with one: then rq_done is exact, and what lies before the bad sector has been moved.
ata_run:
        mov     word [eb_rq+rq_done], 0
        mov     byte [eb_rq+rq_single], 0
.command:
        call    ata_select
        jc      .timeout
        mov     ax, [eb_rq+rq_done]     ; where to go back to
        mov     [eb_rq+rq_mark], ax
        mov     ax, [eb_rq+rq_off]
        mov     [eb_rq+rq_mark_off], ax
        mov     ax, [eb_rq+rq_seg]
        mov     [eb_rq+rq_mark_seg], ax
        mov     ax, [eb_rq+rq_count]
        cmp     word [eb_rq+rq_extra], 0
        je      .many
        mov     ax, 1
.many:
        cmp     ax, 256
        jbe     .count
        mov     ax, 256
.count:
        mov     [eb_rq+rq_cmd_count], ax
        mov     bl, [si+dk_multi]
        cmp     byte [eb_rq+rq_single], 0
        jne     .one
        cmp     ax, 1
        ja      .burst
.one:
        mov     bl, 1
.burst:
        mov     [eb_rq+rq_burst], bl
        call    ata_issue
        cmp     byte [eb_rq+rq_op], RQ_VERIFY
        je      .verify
        mov     cx, [eb_rq+rq_cmd_count]
.block:
        push    cx
        call    ata_ready
        pop     cx
        jc      .timeout
        test    al, ATA_ERR|ATA_DF
        jnz     .device
        test    al, ATA_DRQ
        jz      .device
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        in      al, dx                  ; takes the interrupt back
        mov     bl, [eb_rq+rq_burst]
        xor     bh, bh
        cmp     bx, cx
        jbe     .size
        mov     bx, cx
.size:
        push    cx
        push    bx
        call    ata_move
        pop     bx
        pop     cx
        add     [eb_rq+rq_done], bx
        sub     cx, bx
        jnz     .block
        call    ata_settle
        call    ata_ready
        jc      .timeout
        call    ata_judge
        jc      .judged
        jmp     short .finished
.verify:
        call    ata_ready
        jc      .timeout
        call    ata_judge
        jc      .fail
        mov     ax, [eb_rq+rq_cmd_count]
        add     [eb_rq+rq_done], ax
.finished:
        mov     ax, [eb_rq+rq_cmd_count]
        add     [eb_rq+rq_lba], ax
        adc     word [eb_rq+rq_lba+2], 0
        adc     word [eb_rq+rq_lba+4], 0
        adc     word [eb_rq+rq_lba+6], 0
        sub     [eb_rq+rq_count], ax
        jnz     .next
        xor     al, al
        ret
.next:
        jmp     .command
.timeout:
        stc
        ret
.device:
        call    ata_judge
        jc      .judged
        mov     al, 20h                 ; neither data nor error: controller failed
.judged:
        cmp     byte [eb_rq+rq_burst], 1
        jbe     .fail
        cmp     al, 01h                 ; aborted: a drive that forgot its multiple mode
        jne     .again
        mov     byte [si+dk_multi], 1
.again:
        mov     byte [eb_rq+rq_single], 1
        call    ata_drain
        mov     ax, [eb_rq+rq_mark]
        mov     [eb_rq+rq_done], ax
        mov     ax, [eb_rq+rq_mark_off]
        mov     [eb_rq+rq_off], ax
        mov     ax, [eb_rq+rq_mark_seg]
        mov     [eb_rq+rq_seg], ax
        jmp     .command
.fail:
        call    ata_drain
        stc
        ret

; ata_drain: takes the data that a drive still wants to hand over after an error (ATA-3 7.13, READ MULTIPLE: the block
; with the error is transferred). Changes CX, DX.
ata_drain:
        push    ax
        mov     cx, ATA_MULTI_MAX*256
.next:
        mov     dx, [si+dk_ctrl]
        in      al, dx
        test    al, ATA_DRQ
        jz      .done
        mov     dx, [si+dk_base]
        in      ax, dx
        loop    .next
.done:
        pop     ax
        ret

; ata_issue: address, count and command. Changes AX, BX, CX, DX, DI.
ata_issue:
        mov     bl, [eb_rq+rq_op]
        xor     bh, bh
        shl     bx, 1
        shl     bx, 1
        cmp     byte [eb_rq+rq_burst], 1
        jbe     .single
        inc     bx
.single:
        test    byte [si+dk_flags], DKF_LBA48
        jz      .lba28
        mov     ax, [eb_rq+rq_lba+4]
        or      ax, [eb_rq+rq_lba+6]
        jnz     .lba48
        cmp     word [eb_rq+rq_lba+2], 0FFFh
        jae     .lba48
.lba28:
        mov     bl, [cs:ata_commands+bx]
        cmp     word [eb_rq+rq_extra], 0
        je      .short
        mov     bl, ATAC_READ_LONG
        cmp     byte [eb_rq+rq_op], RQ_READ
        je      .short
        mov     bl, ATAC_WRITE_LONG
.short:
        mov     cx, [eb_rq+rq_lba]
        mov     di, [eb_rq+rq_lba+2]
        test    byte [si+dk_flags], DKF_LBA
        jnz     .lba
        push    bx
        call    ata_chs                 ; CL = sector, DI = head << 8 | cylinder high, CH = cylinder low
        pop     bx
        mov     ax, di
        and     ah, 0Fh
        jmp     short .set
.lba:
        mov     ax, di
        and     ah, 0Fh
        or      ah, 40h
.set:
        mov     di, ax
        mov     dx, [si+dk_base]
        add     dx, ATA_COUNT
        mov     al, [eb_rq+rq_cmd_count]
        out     dx, al
        inc     dx
        mov     al, cl
        out     dx, al
        inc     dx
        mov     al, ch
        out     dx, al
        inc     dx
        mov     ax, di
        out     dx, al
        inc     dx
        mov     al, ah
        or      al, [si+dk_select]
        out     dx, al
        jmp     short .go
.lba48:
        mov     bl, [cs:ata_commands+bx+2]
        mov     dx, [si+dk_base]
        add     dx, ATA_COUNT
        mov     al, [eb_rq+rq_cmd_count+1]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba+3]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba+4]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba+5]
        out     dx, al
        sub     dx, 3
        mov     al, [eb_rq+rq_cmd_count]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba+1]
        out     dx, al
        inc     dx
        mov     al, [eb_rq+rq_lba+2]
        out     dx, al
        inc     dx
        mov     al, [si+dk_select]
        or      al, 40h
        out     dx, al
.go:
        inc     dx
        mov     al, bl
        out     dx, al
        jmp     ata_settle
; per operation: 28 bits, 28 bits multiple, 48 bits, 48 bits multiple
ata_commands:
        db      ATAC_READ, ATAC_READM, ATAC_READ_EXT, ATAC_READM_EXT
        db      ATAC_WRITE, ATAC_WRITM, ATAC_WRITE_EXT, ATAC_WRITM_EXT
        db      ATAC_VERIFY, ATAC_VERIFY, ATAC_VERIFY_EXT, ATAC_VERIFY_EXT

; ata_chs: physical address of rq_lba for a drive without LBA. Out: CL = sector, CH = cylinder low,
; DI = head << 8 | cylinder high. Changes AX, BX, DX.
ata_chs:
        mov     ax, cx
        mov     dx, di
        mov     cx, [si+dk_psec]
        call    div32
        inc     bx
        push    bx                      ; sector
        mov     cx, [si+dk_pheads]
        call    div32
        pop     cx
        mov     ch, al
        mov     di, bx
        push    cx
        mov     cl, 8
        shl     di, cl
        pop     cx
        mov     al, ah
        xor     ah, ah
        or      di, ax
        ret

; div32: DX:AX / CX. Out: DX:AX quotient, BX remainder.
div32:
        mov     bx, ax
        mov     ax, dx
        xor     dx, dx
        div     cx
        xchg    ax, bx
        div     cx
        xchg    dx, bx
        ret

; ata_move: BX sectors between the data register and the buffer rq_seg:rq_off, which is advanced. Changes
; AX, BX, CX, DX, DI, ES.
ata_move:
        cmp     byte [eb_rq+rq_flat], 0
        je      .near
        mov     ch, bl                  ; 256 words a sector
        xor     cl, cl
        mov     dx, [si+dk_base]
        jmp     flat_move
.near:
        mov     ax, bx
        mov     cl, 9
        shl     ax, cl
        add     ax, [eb_rq+rq_extra]
        mov     di, [eb_rq+rq_off]
        mov     es, [eb_rq+rq_seg]
        mov     cx, ax
        dec     ax
        add     ax, di
        jnc     .fits
        mov     dx, di                  ; would run over the end of the segment: move the segment up
        and     di, 000Fh
        push    cx
        mov     cl, 4
        shr     dx, cl
        pop     cx
        mov     ax, es
        add     ax, dx
        mov     es, ax
        mov     [eb_rq+rq_seg], ax
.fits:
        sub     cx, [eb_rq+rq_extra]
        shr     cx, 1
        mov     dx, [si+dk_base]
        cmp     byte [eb_rq+rq_op], RQ_WRITE
        je      .out
        call    port_read
        mov     cx, [eb_rq+rq_extra]
        jcxz    .done
.in_ecc:
        in      al, dx                  ; ECC bytes come one at a time
        stosb
        loop    .in_ecc
        jmp     short .done
.out:
        push    si
        push    ds
        mov     al, [eb_cpu]
        push    es
        pop     ds
        mov     si, di
        call    port_write
        mov     di, si
        pop     ds
        mov     cx, [eb_rq+rq_extra]
        jcxz    .written
        push    ds
        mov     ds, [eb_rq+rq_seg]
.out_ecc:
        lodsb
        out     dx, al
        loop    .out_ecc
        mov     di, si
        pop     ds
.written:
        pop     si
.done:
        mov     [eb_rq+rq_off], di
        ret

; port_read: CX words from port DX to ES:DI. DS = EBDA. Changes AX, CX, DI.
port_read:
        cmp     byte [eb_cpu], CPU_80186
        jb      .slow
cpu 186
        rep insw
cpu 8086
        ret
.slow:
        in      ax, dx
        stosw
        loop    .slow
        ret

; port_write: CX words from DS:SI to port DX. AL = eb_cpu. Changes AX, CX, SI.
port_write:
        cmp     al, CPU_80186
        jb      .slow
cpu 186
        rep outsw
cpu 8086
        ret
.slow:
        lodsw
        out     dx, ax
        loop    .slow
        ret

; INT 76h, INT 77h: IRQ 14 and 15.
int76:
        push    ds
        push    ax
        mov     ds, [cs:seg_bda]
        mov     byte [bda_hd_intr], 0FFh
        call    eoi_both
        mov     ax, 9100h
        int     15h
        pop     ax
        pop     ds
        iret
