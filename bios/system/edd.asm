; INT 13h, functions 41h up: disks by linear address.
;
; Source: BIOS Enhanced Disk Drive Specification 3.0 (Phoenix, 1998; also T13/1226DT).

EDD_VERSION     equ 30h
EDD_SUBSETS     equ 05h                 ; fixed disk access (bit 0), EDD (bit 2)

; From hd_service: AH >= 41h, DS = EBDA, SI = drive.
edd_service:
        sub     ah, 41h
        svc_dispatch edd_table, 0Eh, hd_bad
edd_table:
        dw      edd_check, edd_read, edd_write, edd_verify, hd_bad, hd_bad, edd_seek, edd_params
        dw      hd_bad, hd_bad, hd_bad, hd_bad, hd_bad, edd_config

; 41h: Out: BX = AA55h, AH = version, CX = what is there.
edd_check:
        cmp     word [bp+F_BX], 55AAh
        jne     edd_bad
        mov     word [bp+F_BX], 0AA55h
        mov     word [bp+F_CX], EDD_SUBSETS
        mov     byte [bp+F_AH], EDD_VERSION
        mov     ds, [cs:seg_bda]
        mov     byte [bda_hd_status], 0
        clear_cf
        jmp     hd_leave
edd_bad:
        jmp     hd_bad

; 42h read, 43h write (AL = 1 in version 1, 2 in version 3: verify afterwards), 44h verify, 47h seek: packet at DS:SI
; of the caller: +0 size, +2 blocks, +4 buffer, +8 first block (64 bits), +10h the buffer's flat address (edd_buffer).
edd_read:
        mov     al, RQ_READ
        jmp     short edd_transfer
edd_write:
        cmp     byte [bp+F_AL], 2
        ja      edd_bad
        mov     al, RQ_WRITE
        jmp     short edd_transfer
edd_verify:
        mov     al, RQ_VERIFY
edd_transfer:
        call    edd_packet
        jc      .moved
        cmp     word [eb_rq+rq_count], 0
        je      .out
        mov     ax, ata_run
        call    edd_run
        jc      .moved
        cmp     byte [eb_rq+rq_op], RQ_WRITE
        jne     .moved
        test    byte [bp+F_AL], 3
        jz      .moved
        mov     al, RQ_VERIFY
        call    edd_packet
        call    ata_run
.moved:
        mov     es, [bp+F_DS]           ; blocks moved, into the packet
        mov     di, [bp+F_SI]
        mov     bx, [eb_rq+rq_done]
        mov     [es:di+2], bx
.out:
        jmp     hd_exit

edd_seek:
        mov     al, RQ_VERIFY
        call    edd_packet
        jmp     hd_exit

; edd_packet: AL = operation: the caller's packet to eb_rq. CF set with AL = status. Changes AX, BX, CX, DX, DI, ES.
edd_packet:
        mov     [eb_rq+rq_op], al
        mov     word [eb_rq+rq_extra], 0
        mov     word [eb_rq+rq_done], 0
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        cmp     byte [es:di], 10h
        jb      .bad
        mov     cx, [es:di+2]
        mov     [eb_rq+rq_count], cx
        mov     ax, [es:di+8]
        mov     [eb_rq+rq_lba], ax
        mov     bx, [es:di+10]
        mov     [eb_rq+rq_lba+2], bx
        mov     dx, [es:di+12]
        mov     [eb_rq+rq_lba+4], dx
        mov     di, [es:di+14]
        mov     [eb_rq+rq_lba+6], di
        add     ax, cx                  ; the first block after the transfer
        adc     bx, 0
        adc     dx, 0
        adc     di, 0
        jc      .outside
        sub     ax, [si+dk_total]       ; may be the size of the disk at most
        sbb     bx, [si+dk_total+2]
        sbb     dx, [si+dk_total+4]
        sbb     di, [si+dk_total+6]
        jc      .ok
        or      ax, bx
        or      ax, dx
        or      ax, di
        jz      .ok
.outside:
        mov     al, 04h
        stc
        ret
.bad:
        mov     al, 01h
        stc
        ret
.ok:
        xor     al, al                  ; CF clear
        cmp     byte [eb_rq+rq_op], RQ_VERIFY
        je      .done                   ; needs no buffer
        mov     al, 9                   ; 512 bytes
        jmp     edd_buffer
.done:
        ret

; 48h: drive parameters into the caller's buffer DS:SI, as much of it as its size word allows.
edd_params:
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     cx, [es:di]
        cmp     cx, 1Ah
        jb      edd_bad
        mov     word [es:di+2], 000Bh   ; DMA boundaries are no concern; geometry is valid; writes can be verified
        xor     ax, ax
        mov     [es:di+6], ax
        mov     [es:di+10], ax
        mov     [es:di+14], ax
        mov     ax, [si+dk_pcyls]
        mov     [es:di+4], ax
        mov     ax, [si+dk_pheads]
        mov     [es:di+8], ax
        mov     ax, [si+dk_psec]
        mov     [es:di+12], ax
        mov     ax, [si+dk_total]
        mov     [es:di+16], ax
        mov     ax, [si+dk_total+2]
        mov     [es:di+18], ax
        mov     ax, [si+dk_total+4]
        mov     [es:di+20], ax
        mov     ax, [si+dk_total+6]
        mov     [es:di+22], ax
        mov     word [es:di+24], 512
; edd_drive: ... and what is the same for all drives: CX = the caller's size.
edd_drive:
        cmp     cx, 1Eh
        mov     ax, 1Ah
        jb      .size
        call    edd_dpte
        mov     [es:di+1Ah], bx
        mov     [es:di+1Ch], ds
        cmp     cx, 42h
        mov     ax, 1Eh
        jb      .size
        call    edd_path
        mov     ax, 42h
.size:
        mov     [es:di], ax
        xor     al, al
        jmp     hd_exit

; edd_dpte: device parameter table extension of drive SI. Out: BX = its offset in the EBDA. Changes AX, DX.
edd_dpte:
        push    cx
        mov     bx, si
        sub     bx, eb_disks            ; 32 bytes there are 16 here
        cmp     si, eb_cds
        jb      .table
        sub     bx, eb_cds-eb_disks-2*(eb_cd_dpte-eb_dpte)
.table:
        shr     bx, 1
        add     bx, eb_dpte
        mov     ax, [si+dk_base]
        mov     [bx], ax
        mov     ax, [si+dk_ctrl]
        mov     [bx+2], ax
        mov     al, [si+dk_select]
        xor     dx, dx                  ; options
        cmp     byte [si+dk_multi], 1
        jbe     .single
        or      dl, 04h                 ; block transfers
.single:
        cmp     byte [si+dk_trans], 0
        je      .flat
        or      dl, 08h                 ; CHS translation
        cmp     byte [si+dk_trans], 2
        je      .flat
        or      dh, 02h                 ; ... LBA-assisted
        cmp     byte [si+dk_trans], 1
        je      .flat
        or      dh, 04h                 ; ... another one
.flat:
        test    byte [si+dk_flags], DKF_LBA
        jz      .chs
        or      al, 40h
        or      dl, 10h                 ; linear addresses
.chs:
        test    byte [si+dk_flags], DKF_REMOVABLE
        jz      .fixed
        or      dl, 20h
        cmp     si, eb_cds
        jb      .fixed
        or      dl, 40h                 ; ATAPI
.fixed:
        mov     [bx+4], al
        mov     byte [bx+5], 0
        mov     al, [si+dk_irq]
        mov     [bx+6], al
        mov     al, [si+dk_multi]
        mov     [bx+7], al
        mov     word [bx+8], 0          ; neither DMA nor PIO modes
        mov     [bx+0Ah], dx
        mov     word [bx+0Ch], 0
        mov     byte [bx+0Eh], 11h      ; revision
        mov     al, 0
        mov     cx, 15
        push    bx
.sum:
        add     al, [bx]
        inc     bx
        loop    .sum
        neg     al
        mov     [bx], al
        pop     bx
        pop     cx
        ret

; edd_path: device path at ES:DI+1Eh: "ISA", "ATA", base port, device number; on a board with PCI "PCI", and bus, slot,
; function, channel in place of the port (the channel: T13/1572D). Changes AX, BX, CX.
edd_path:
        push    di
        push    si
        mov     bx, si
        add     di, 1Eh
        mov     si, .text
        mov     cx, .text_end-.text
        cs rep movsb
        cmp     bx, eb_cds
        jb      .ata
        mov     word [es:di-5], 'PI'    ; "ATAPI"
.ata:
        mov     ax, [bx+dk_base]
        stosw
        xor     ax, ax
        stosw
        stosw
        stosw
        mov     al, [bx+dk_select]
        mov     cl, 4
        shr     al, cl
        and     al, 1
        stosw
        xor     ax, ax
        stosw
        stosw
        stosw
        stosb
        mov     cx, [bx+dk_base]
        call    edd_pci
        jc      .bus
        mov     word [es:di-29], 'PC'
        mov     word [es:di-27], 'I '
        mov     [es:di-17], bh
        mov     al, bl
        and     ax, 7
        xchg    al, ah                  ; AH = function
        mov     al, bl
        push    cx
        mov     cl, 3
        shr     al, cl
        pop     cx
        mov     [es:di-16], ax
        xor     al, al
        cmp     cx, 1F0h
        je      .channel
        inc     ax
.channel:
        mov     [es:di-14], al
        xor     al, al
.bus:
        mov     cx, 35                  ; all bytes from the key on sum up to 0
        sub     di, cx
.sum:
        add     al, [es:di]
        inc     di
        loop    .sum
        neg     al
        mov     [es:di], al
        pop     si
        pop     di
        ret
.text:
        dw      0BEDDh
        db      24h, 0, 0, 0
        db      "ISA ", "ATA     "
.text_end:

; edd_pci: Out: BH, BL = bus, device and function of the IDE controller at the ports of an AT; CF set without one, AL = 0.
edd_pci:
        test    byte [eb_board], BOARD_PCI
        jz      .none
cpu 386
        push    ecx
        push    si
        xor     si, si
        mov     ecx, 010180h            ; a bus master; both channels at fixed places,
        mov     ax, 0B103h
        call    pci_core16
        jnc     .found
        xor     si, si
        mov     ecx, 01018Ah            ; or there for now
        mov     ax, 0B103h
        call    pci_core16
.found:
        pop     si
        pop     ecx
        mov     al, 0
        ret
cpu 8086
.none:
        mov     al, 0
        stc
        ret

; 4Eh: transfer modes: PIO without prefetch is what there is.
edd_config:
        mov     al, [bp+F_AL]
        mov     bx, 0101_1010b          ; 01h, 03h, 04h, 06h
        mov     cl, al
        cmp     cl, 7
        jae     edd_bad
        shr     bx, cl
        test    bl, 1
        jz      edd_bad
        mov     byte [bp+F_AL], 0       ; no other drive is affected
        xor     al, al
        jmp     hd_exit
