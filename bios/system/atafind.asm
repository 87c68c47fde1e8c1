; ATA: POST finds the drives of both channels.
;
; Source: ANSI X3.298-1997 (ATA-3), sections 7.2 (IDENTIFY DEVICE) and 9.1 (reset, signatures).

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
        post    09h                     ; another value on the bus
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
