; ATA disks: finding them, moving sectors.
;
; Sources: ANSI X3.298-1997 (ATA-3), sections 6-9 (registers, IDENTIFY DEVICE, signatures, protocols);
; ATA/ATAPI-6 (T13/1410D), 6.20 (48-bit addresses); IBM PC AT Technical Reference, section 5, INT 13h
; (status codes of fixed disks).
;
; Everything here works with DS = EBDA and SI = offset of the drive's DK_ structure.

ATA_DATA        equ 0                   ; from dk_base
ATA_ERROR       equ 1                   ; write: features
ATA_COUNT       equ 2
ATA_LBA0        equ 3
ATA_LBA1        equ 4
ATA_LBA2        equ 5
ATA_DEVICE      equ 6
ATA_STATUS      equ 7                   ; write: command
ATA_BSY         equ 80h
ATA_DRDY        equ 40h
ATA_DF          equ 20h
ATA_DRQ         equ 08h
ATA_CORR        equ 04h
ATA_ERR         equ 01h
ATA_SRST        equ 04h
ATA_NIEN        equ 02h
ATA_CTL_RUN     equ 08h                 ; interrupts on, more than 8 heads

ATAC_RECAL      equ 10h
ATAC_READ       equ 20h
ATAC_READ_LONG  equ 22h
ATAC_READ_EXT   equ 24h
ATAC_READM_EXT  equ 29h
ATAC_WRITE      equ 30h
ATAC_WRITE_LONG equ 32h
ATAC_WRITE_EXT  equ 34h
ATAC_WRITM_EXT  equ 39h
ATAC_VERIFY     equ 40h
ATAC_VERIFY_EXT equ 42h
ATAC_SEEK       equ 70h
ATAC_DIAG       equ 90h
ATAC_SET_GEO    equ 91h
ATAC_PACKET     equ 0A0h
ATAC_IDENT_PKT  equ 0A1h
ATAC_READM      equ 0C4h
ATAC_WRITM      equ 0C5h
ATAC_SET_MULTI  equ 0C6h
ATAC_IDENTIFY   equ 0ECh
ATA_TIMEOUT     equ 182                 ; ticks: 10 s
ATA_MULTI_MAX   equ 16
ID_SEG          equ 0060h               ; POST: where IDENTIFY data lie

; ata_idle: waits until the channel is neither busy nor wants data. CF set with AL = 80h on time-out.
ata_idle:
        mov     ah, ATA_BSY|ATA_DRQ
        jmp     short ata_wait
; ata_ready: waits for the end of the busy state. Out: AL = status, CF clear; or CF set, AL = 80h.
ata_ready:
        mov     ah, ATA_BSY
; ata_wait: waits until the bits AH of the alternate status are clear. Changes AX, BX, CX, DX.
ata_wait:
        push    si
        push    di
        push    ds
        mov     bh, ah
        mov     di, [si+dk_ctrl]
        mov     dx, di
        mov     cx, 16                  ; most waits are short: look before halting
.quick:
        in      al, dx
        test    al, bh
        jz      .over
        loop    .quick
        mov     ds, [cs:seg_bda]
        mov     ax, 9000h               ; others may run while the disk works
        clc
        int     15h
        mov     cx, ATA_TIMEOUT
        call    timeout_begin
        cli
.look:
        push    dx
        mov     dx, di
        in      al, dx
        pop     dx
        test    al, bh
        jz      .end
        call    timeout_step
        jnc     .look
        sti
        mov     al, 80h
        stc
        jmp     short .done
.end:
        sti
.over:
        clc
.done:
        pop     ds
        pop     di
        pop     si
        ret

; ata_port: DX = command block register AL. Changes AX.
ata_port:
        xor     ah, ah
        mov     dx, [si+dk_base]
        add     dx, ax
        ret

; ata_select: makes the drive the selected one and the channel ready for a command. CF set with AL = 80h.
; Changes AX, BX, CX, DX.
ata_select:
        call    ata_idle
        jc      .done
        mov     dx, [si+dk_base]
        add     dx, ATA_DEVICE
        mov     al, [si+dk_select]
        out     dx, al
        mov     dx, [si+dk_ctrl]
        mov     al, ATA_CTL_RUN
        out     dx, al
        in      al, dx                  ; 400 ns
        in      al, dx
        in      al, dx
        in      al, dx
        call    ata_idle
.done:
        ret

; ata_judge: reads the status (which ends the interrupt). CF set with AL = BIOS status when it is an
; error. Changes AX, BX, DX.
ata_judge:
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        in      al, dx
        test    al, ATA_ERR
        jnz     .error
        test    al, ATA_DF
        mov     al, 0CCh                ; write fault
        jnz     .bad
        clc
        ret
.error:
        mov     dx, [si+dk_base]
        inc     dx                      ; ATA_ERROR
        in      al, dx
        mov     bx, ata_errors
.next:
        test    al, [cs:bx]
        jnz     .found
        inc     bx
        inc     bx
        cmp     bx, ata_errors_end
        jb      .next
        mov     al, 0BBh                ; undefined error
        stc
        ret
.found:
        mov     al, [cs:bx+1]
        cmp     al, 10h
        jne     .bad
        cmp     byte [eb_rq+rq_op], RQ_WRITE
        jne     .bad
        mov     al, 03h                 ; the same bit after a write: WP, write protected
.bad:
        stc
        ret
; error register bit, status
ata_errors:
        db      80h, 0Ah                ; BBK: bad sector flag
        db      40h, 10h                ; UNC: uncorrectable
        db      10h, 04h                ; IDNF: sector not found
        db      01h, 02h                ; AMNF: address mark not found
        db      02h, 40h                ; TK0NF: seek failed
        db      04h, 01h                ; ABRT: bad command
ata_errors_end:

; ata_simple: AL = command without data, registers from AH (count) on: the device register is set by
; ata_select. CF set with AL = status. Changes AX, BX, CX, DX.
ata_simple:
        push    ax
        call    ata_select
        pop     cx
        jc      .done
        mov     dx, [si+dk_base]
        add     dx, ATA_COUNT
        mov     al, ch
        out     dx, al
        add     dx, ATA_STATUS-ATA_COUNT
        mov     al, cl
        out     dx, al
        call    ata_settle
        call    ata_ready
        jc      .done
        call    ata_judge
.done:
        ret

; ata_settle: 400 ns after a command before the status is true. Changes AL, DX.
ata_settle:
        mov     dx, [si+dk_ctrl]
        in      al, dx
        in      al, dx
        in      al, dx
        in      al, dx
        ret

; ---- moving sectors --------------------------------------------------------------------------------

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

; ---- finding the drives --------------------------------------------------------------------------

ata_channels:
        dw      1F0h, 3F6h, 14
        dw      170h, 376h, 15
ata_channels_end:

; ata_init: POST: fills eb_disks and eb_cds. In: DS = BIOS data area. Changes everything but DS, BP.
ata_init:
        push    ds
        ebda    ds
        mov     bx, ata_channels
.channel:
        push    bx
        call    ata_channel
        pop     bx
        add     bx, 6
        cmp     bx, ata_channels_end
        jb      .channel
        mov     al, [eb_disk_count]
        pop     ds
        mov     [bda_hd_count], al
        mov     byte [bda_hd_status], 0
        ret

; ata_channel: one channel. CS:BX = its row, DS = EBDA. A channel without drives costs a few reads: the
; registers of a drive hold what is written to them, an open bus does not.
ata_channel:
        mov     si, eb_scratch          ; a DK_ structure to work with
        mov     ax, [cs:bx]
        mov     [si+dk_base], ax
        mov     ax, [cs:bx+2]
        mov     [si+dk_ctrl], ax
        mov     al, [cs:bx+4]
        mov     [si+dk_irq], al
        mov     byte [si+dk_select], 0A0h
        call    ata_probe
        jc      .slave_only
        jmp     short .reset
.slave_only:
        mov     byte [si+dk_select], 0B0h
        call    ata_probe
        jnc     .reset
        ret
.reset:
        mov     al, [si+dk_irq]
        call    irq_unmask
        mov     dx, [si+dk_ctrl]
        mov     al, ATA_CTL_RUN|ATA_SRST|ATA_NIEN
        out     dx, al
        mov     cx, 2
        call    delay
        mov     al, ATA_CTL_RUN|ATA_NIEN
        mov     dx, [si+dk_ctrl]
        out     dx, al
        mov     cx, 140                 ; 2 ms before the status may be read
        call    delay
        call    ata_ready
        jc      .done
        mov     byte [si+dk_select], 0A0h
        call    ata_device
        mov     si, eb_scratch
        mov     byte [si+dk_select], 0B0h
        call    ata_device
        mov     si, eb_scratch
        mov     dx, [si+dk_ctrl]        ; interrupts on
        mov     al, ATA_CTL_RUN
        out     dx, al
.done:
        ret

; ata_probe: CF set when nothing answers at the selected position. Changes AX, CX, DX.
ata_probe:
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        in      al, dx
        cmp     al, 0FFh
        je      .none
        dec     dx
        mov     al, [si+dk_select]
        out     dx, al
        mov     cx, 1
        call    delay
        mov     dx, [si+dk_base]
        add     dx, ATA_COUNT
        mov     al, 55h
        out     dx, al
        inc     dx
        mov     al, 0AAh
        out     dx, al
        mov     al, 0FFh                ; leaves something else on the bus
        out     POST_PORT, al
        dec     dx
        in      al, dx
        cmp     al, 55h
        jne     .none
        inc     dx
        in      al, dx
        cmp     al, 0AAh
        jne     .none
        clc
        ret
.none:
        stc
        ret

; ata_device: one position after the reset: signature, IDENTIFY, entry in eb_disks or eb_cds. SI = eb_scratch.
ata_device:
        mov     dx, [si+dk_base]
        add     dx, ATA_DEVICE
        mov     al, [si+dk_select]
        out     dx, al
        mov     cx, 1
        call    delay
        call    ata_ready
        jc      .none
        cmp     al, 0FFh
        je      .none
        mov     dx, [si+dk_base]
        add     dx, ATA_LBA1
        in      al, dx
        mov     ah, al
        inc     dx
        in      al, dx
        cmp     ax, 14EBh               ; the signature of a packet device
        je      .packet
        mov     al, ATAC_IDENTIFY
        call    ata_identify
        jnc     .disk
        mov     dx, [si+dk_base]        ; an aborted IDENTIFY may show the packet signature
        add     dx, ATA_LBA1
        in      al, dx
        mov     ah, al
        inc     dx
        in      al, dx
        cmp     ax, 14EBh
        je      .packet
.none:
        ret
.packet:
        mov     al, ATAC_IDENT_PKT
        call    ata_identify
        jc      .none
        mov     ax, [es:0]
        and     ah, 1Fh
        cmp     ah, 05h                 ; a CD-ROM
        jne     .none
        mov     al, [eb_cd_count]
        cmp     al, 4
        jae     .none
        inc     byte [eb_cd_count]
        mov     di, eb_cds
        call    ata_enter
        jmp     cd_found
.disk:
        mov     al, [eb_disk_count]
        cmp     al, 4
        jae     .none
        inc     byte [eb_disk_count]
        mov     di, eb_disks
        call    ata_enter
        jmp     disk_found

; ata_enter: DI = table, AL = index: copies the working entry. Out: SI = the entry.
ata_enter:
        xor     ah, ah
        mov     cl, 5                   ; dk_size = 32
        shl     ax, cl
        add     di, ax
        push    di
        push    es
        push    ds
        pop     es
        mov     cx, dk_size/2
        rep movsw
        pop     es
        pop     si
        ret

; ata_identify: AL = command. Out: 512 bytes at ID_SEG:0, ES = ID_SEG; CF set when there is no device.
; Nobody answers at an absent position: the status stays 0.
ata_identify:
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        out     dx, al
        call    ata_settle
        test    al, al
        jz      .none
        cmp     al, 0FFh
        je      .none
        call    ata_ready
        jc      .none
        mov     dx, [si+dk_base]
        add     dx, ATA_STATUS
        in      al, dx
        test    al, ATA_ERR
        jnz     .none
        test    al, ATA_DRQ
        jz      .none
        mov     ax, ID_SEG
        mov     es, ax
        xor     di, di
        mov     cx, 256
        mov     dx, [si+dk_base]
        call    port_read
        clc
        ret
.none:
        stc
        ret
