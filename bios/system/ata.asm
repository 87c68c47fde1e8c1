; ATA: registers, waits and status of a drive.
;
; Sources: ANSI X3.298-1997 (ATA-3), sections 7 and 9 (registers, protocols); IBM PC AT Technical Reference, section 5, INT 13h
; (status codes of fixed disks).
;
; Everything here and in the other ATA and CD-ROM files works with DS = EBDA and SI = offset of the drive's DK_ structure.

ATA_ERROR       equ 1                   ; from dk_base; at 0 are the data, between count and device the address
ATA_COUNT       equ 2
ATA_LBA1        equ 4
ATA_LBA2        equ 5
ATA_DEVICE      equ 6
ATA_STATUS      equ 7                   ; write: command
ATA_BSY         equ 80h
ATA_DRDY        equ 40h
ATA_DF          equ 20h
ATA_DRQ         equ 08h
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

; ata_select: makes the drive the selected one and the channel ready for a command. CF set with AL = 80h.
; Changes AX, BX, CX, DX.
ata_select:
        mov     dx, [si+dk_ctrl]
        in      al, dx
        or      al, ATA_BSY             ; some boards pull this line down
        inc     al
        jz      .vacant                 ; all ones: the position selected is empty, as the master's beside a lone slave
        call    ata_idle
        jc      .done
.vacant:
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
        test    al, ATA_DF              ; says more than the ABRT that may come with it
        mov     ah, 0CCh                ; write fault
        jnz     .fault
        test    al, ATA_ERR
        jnz     .error
        clc
        ret
.fault:
        mov     al, ah
        stc
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
