; CD-ROM drives: packets, sense data, reading.
;
; Sources: SFF-8020i (ATAPI packets, protocol); MMC-3 (commands, sense data). DS = EBDA, SI = DK_ structure throughout.

PKT_TEST        equ 00h
PKT_SENSE       equ 03h
PKT_START       equ 1Bh
PKT_PREVENT     equ 1Eh
PKT_READ10      equ 28h
SENSE_NOT_READY equ 02h
SENSE_MEDIUM    equ 03h
SENSE_ATTENTION equ 06h
ASC_CHANGED     equ 28h
ASC_NO_MEDIUM   equ 3Ah
ASC_OUT_OF_RANGE equ 21h
CD_BURST        equ 16                  ; sectors a command
EM_NO_EMUL      equ 0
EM_HARD_DISK    equ 4

; cd_found: POST: SI = new entry of eb_cds.
cd_found:
        mov     byte [si+dk_flags], DKF_REMOVABLE
        mov     byte [si+dk_multi], 1
        mov     word [si+dk_locks], 0   ; and dk_changed
        ret

; cd_entry: AL = index. Out: SI = its structure. All else kept.
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

; cd_simple: AL = command, AH = its byte 4: a command without data. CF set with AL = status. Changes everything but SI, DS, BP.
cd_simple:
        push    ax
        call    cd_packet_clear
        pop     ax
        mov     [eb_packet+4], ah
        xor     ax, ax
        mov     [eb_rq+rq_skip], ax
        mov     [eb_rq+rq_extra], ax
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
        cmp     byte [eb_rq+rq_flat], 0
        jne     .flat
        les     di, [eb_rq+rq_off]
        call    port_read
        mov     [eb_rq+rq_off], di
.kept:
        mov     cx, bx
        call    .drop
        jmp     .block
.flat:
        call    flat_move
        jmp     .kept
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
        push    word [eb_rq+rq_flat]
        mov     word [eb_rq+rq_off], eb_scratch
        mov     [eb_rq+rq_seg], ds
        mov     byte [eb_rq+rq_flat], 0
        call    cd_packet
        pop     word [eb_rq+rq_flat]
        pop     word [eb_rq+rq_seg]
        pop     word [eb_rq+rq_off]
        mov     ax, 0FFFFh
        jc      .done
        mov     al, [eb_scratch+2]
        and     al, 0Fh
        mov     ah, [eb_scratch+12]
        cmp     ah, ASC_CHANGED
        jne     .done
        mov     byte [si+dk_changed], 1 ; for INT 13h 49h
.done:
        ret

; cd_ready: makes sure a disc is in and spinning: the first commands after a reset or a change report it. CF set
; with AL = status. Changes everything but SI, DS, BP.
cd_ready:
        mov     cx, 40
.try:
        push    cx
        mov     ax, PKT_TEST
        call    cd_simple
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
        push    word [eb_rq+rq_off]
        push    word [eb_rq+rq_seg]
        call    .once
        pop     ax
        pop     bx
        pop     word [eb_rq+rq_extra]
        pop     word [eb_rq+rq_skip]
        jnc     .done
        mov     [eb_rq+rq_seg], ax      ; blocks may have come before what failed
        mov     [eb_rq+rq_off], bx
        push    word [eb_rq+rq_skip]
        push    word [eb_rq+rq_extra]
        call    cd_sense                ; a change of the disc is told only once
        call    cd_ready
        pop     word [eb_rq+rq_extra]
        pop     word [eb_rq+rq_skip]
        jc      .done
        call    .once
        jnc     .done
        call    cd_sense
        cmp     ah, ASC_OUT_OF_RANGE
        mov     ah, 04h                 ; sector not found
        je      .failed
        cmp     al, SENSE_MEDIUM
        mov     ah, 10h                 ; uncorrectable
        je      .failed
        mov     ah, 20h                 ; controller failed
.failed:
        mov     al, ah
        stc
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

; cd_normalise: the buffer pointer with an offset below 16, unless the transfer of AX bytes fits as it is, or it is flat.
cd_normalise:
        cmp     byte [eb_rq+rq_flat], 0
        jne     .done
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
.done:
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

; cd_part: AX bytes at BX of sector rq_lba to DS:eb_scratch. CF set with AL = status. Changes everything but SI, DS, BP.
cd_part:
        mov     [eb_rq+rq_extra], ax
        mov     [eb_rq+rq_skip], bx
        mov     word [eb_rq+rq_off], eb_scratch
        mov     [eb_rq+rq_seg], ds
        mov     word [eb_rq+rq_cmd_count], 1
        jmp     cd_read

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
