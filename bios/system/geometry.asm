; The geometry that INT 13h shows of a disk, and its parameter tables.
;
; A CHS address of INT 13h has 10 bits of cylinder, 8 of head and 6 of sector, one of ATA 16, 4 and 8; the
; BIOS translates between them. What was chosen when a disk was partitioned has to be chosen again, or
; nothing on it is found:
;   1. the partition table: an entry names its first and last sector both as CHS and as LBA, which fits one
;      number of heads and sectors only;
;   2. up to 1024 cylinders: none;
;   3. a drive with LBA: LBA-assisted, 63 sectors, 16, 32, 64, 128 or 255 heads, whichever is enough;
;   4. any other: large: heads doubled, cylinders halved until they fit; 16 heads would become 256, so with
;      more than 8192 cylinders they are taken for 15 first.
;
; Sources: Phoenix Enhanced Disk Drive Specification 1.1, section 4 and appendix (translation, the
; translated parameter table with signature A0h); IBM PC AT Technical Reference, INT 41h.

; disk_found: POST: SI = new entry of eb_disks, IDENTIFY data at ES:0, DS = EBDA.
disk_found:
        mov     ax, [es:2*1]
        mov     [si+dk_pcyls], ax
        mov     ax, [es:2*3]
        and     ax, 00FFh
        mov     [si+dk_pheads], ax
        mov     ax, [es:2*6]
        and     ax, 00FFh
        mov     [si+dk_psec], ax
        xor     ax, ax
        mov     [si+dk_flags], al
        mov     [si+dk_total+4], ax
        mov     [si+dk_total+6], ax
        mov     byte [si+dk_multi], 1
        test    byte [es:2*0], 80h
        jz      .fixed
        or      byte [si+dk_flags], DKF_REMOVABLE
.fixed:
        mov     ax, [es:2*49]
        test    ah, 01h
        jz      .pio
        or      byte [si+dk_flags], DKF_DMA
.pio:
        test    ah, 02h
        jz      .chs
        or      byte [si+dk_flags], DKF_LBA
        mov     ax, [es:2*60]
        mov     [si+dk_total], ax
        mov     ax, [es:2*61]
        mov     [si+dk_total+2], ax
        mov     ax, [es:2*83]
        and     ah, 0C4h
        cmp     ah, 44h                 ; word valid, 48-bit addresses
        jne     .sized
        mov     ax, [es:2*100]
        or      ax, [es:2*101]
        or      ax, [es:2*102]
        jz      .sized
        or      byte [si+dk_flags], DKF_LBA48
        mov     ax, [es:2*100]
        mov     [si+dk_total], ax
        mov     ax, [es:2*101]
        mov     [si+dk_total+2], ax
        mov     ax, [es:2*102]
        mov     [si+dk_total+4], ax
        mov     ax, [es:2*103]
        mov     [si+dk_total+6], ax
        jmp     short .sized
.chs:
        mov     ax, [si+dk_pheads]
        mul     word [si+dk_psec]
        mul     word [si+dk_pcyls]
        mov     [si+dk_total], ax
        mov     [si+dk_total+2], dx
.sized:
        cmp     word [si+dk_psec], 0    ; a large drive need not report CHS at all
        je      .no_chs
        cmp     word [si+dk_pheads], 0
        je      .no_chs
        cmp     word [si+dk_pcyls], 0
        jne     .have_chs
.no_chs:
        mov     word [si+dk_psec], 63
        mov     word [si+dk_pheads], 16
        mov     word [si+dk_pcyls], 16383
.have_chs:
        mov     al, [es:2*47]           ; sectors an interrupt at most
        cmp     al, ATA_MULTI_MAX
        jbe     .multi
        mov     al, ATA_MULTI_MAX
.multi:
        push    ax
        call    disk_set_geometry
        pop     ax
        call    disk_set_multi
        call    disk_translate
        jmp     disk_table

; disk_set_geometry: tells the drive its physical geometry (INITIALIZE DEVICE PARAMETERS). CF set with AL =
; status. Changes AX, BX, CX, DX.
disk_set_geometry:
        call    ata_select
        jc      .done
        mov     dx, [si+dk_base]
        add     dx, ATA_COUNT
        mov     al, [si+dk_psec]
        out     dx, al
        add     dx, ATA_DEVICE-ATA_COUNT
        mov     al, [si+dk_pheads]
        dec     al
        or      al, [si+dk_select]
        out     dx, al
        inc     dx
        mov     al, ATAC_SET_GEO
        out     dx, al
        call    ata_settle
        call    ata_ready
        jc      .done
        call    ata_judge
.done:
        ret

; disk_set_multi: AL = sectors an interrupt to ask for. Changes AX, BX, CX, DX.
disk_set_multi:
        cmp     al, 2
        jb      .done
        mov     ah, al
        push    ax
        mov     al, ATAC_SET_MULTI
        call    ata_simple
        pop     ax
        jc      .done
        mov     [si+dk_multi], ah
.done:
        ret

; disk_translate: chooses the logical geometry. Changes everything but SI, DS, BP.
disk_translate:
        call    disk_from_partitions
        jnc     .partitions
        mov     ax, [si+dk_total+4]
        or      ax, [si+dk_total+6]
        jnz     .translate
        cmp     word [si+dk_pcyls], 1024
        ja      .translate
        mov     byte [si+dk_trans], 0
        mov     ax, [si+dk_pcyls]
        mov     [si+dk_lcyls], ax
        mov     ax, [si+dk_pheads]
        mov     [si+dk_lheads], ax
        mov     ax, [si+dk_psec]
        mov     [si+dk_lsec], ax
        ret
.translate:
        test    byte [si+dk_flags], DKF_LBA
        jz      .large
        mov     byte [si+dk_trans], 1
        mov     word [si+dk_lsec], 63
        mov     ax, 16
.heads:
        mov     [si+dk_lheads], ax
        call    disk_cylinders
        cmp     ax, 1024
        jbe     .done
        mov     ax, [si+dk_lheads]
        shl     ax, 1
        cmp     ax, 256
        jb      .heads
        ja      .cap                    ; 255 heads were not enough either
        mov     ax, 255                 ; DOS cannot count to 256 heads
        jmp     .heads
.cap:
        mov     ax, 1024
.done:
        mov     [si+dk_lcyls], ax
        ret
.large:
        mov     byte [si+dk_trans], 2
        mov     ax, [si+dk_psec]
        mov     [si+dk_lsec], ax
        mov     ax, [si+dk_pcyls]
        mov     bx, [si+dk_pheads]
        cmp     bx, 16
        jne     .halve
        cmp     ax, 8192
        jbe     .halve
        cmp     ax, 16383               ; more do not fit in any case
        jbe     .fifteen
        mov     ax, 16383
.fifteen:
        mul     bx
        dec     bx
        div     bx
.halve:
        cmp     ax, 1024
        jbe     .fits
        cmp     bx, 127
        ja      .most
        shr     ax, 1
        shl     bx, 1
        jmp     .halve
.most:
        mov     ax, 1024
.fits:
        mov     [si+dk_lcyls], ax
        mov     [si+dk_lheads], bx
        ret
.partitions:
        call    disk_cylinders
        mov     [si+dk_lcyls], ax
        cmp     ax, 1024
        jae     .pcap
        call    disk_reach              ; some partitions end within the last cylinder
        cmp     ax, [si+dk_lcyls]
        jbe     .kind
        mov     [si+dk_lcyls], ax
        jmp     short .kind
.pcap:
        mov     word [si+dk_lcyls], 1024
.kind:
        mov     byte [si+dk_trans], 3
        cmp     word [si+dk_pcyls], 1024
        ja      .assisted
        mov     ax, [si+dk_lheads]
        cmp     ax, [si+dk_pheads]
        jne     .assisted
        mov     ax, [si+dk_lsec]
        cmp     ax, [si+dk_psec]
        jne     .assisted
        mov     byte [si+dk_trans], 0
        ret
.assisted:
        cmp     word [si+dk_lsec], 63
        jne     .other
        mov     ax, [si+dk_lheads]
        cmp     ax, 255
        je      .lba
        cmp     ax, 16
        jb      .other
        mov     bx, ax
        dec     bx
        test    ax, bx
        jnz     .other
.lba:
        mov     byte [si+dk_trans], 1
.other:
        ret

; disk_reach: Out: AX = cylinders that the partitions reach into. ES:0 = first sector of the disk, DS:SI = entry with
; heads and sectors. Changes BX, CX, DX, DI.
disk_reach:
        push    bp
        xor     bp, bp
        mov     di, PT_ENTRIES
.entry:
        mov     al, [es:di+pt_type]
        test    al, al
        jz      .next
        cmp     al, PT_GPT
        je      .next
        mov     ax, [es:di+pt_lba]
        mov     dx, [es:di+pt_lba+2]
        add     ax, [es:di+pt_size]
        adc     dx, [es:di+pt_size+2]
        jc      .next
        cmp     dx, [si+dk_total+2]     ; what reaches beyond the disk says nothing
        jb      .inside
        ja      .next
        cmp     ax, [si+dk_total]
        ja      .next
.inside:
        sub     ax, 1
        sbb     dx, 0
        jc      .next
        mov     cx, [si+dk_lsec]
        call    div32
        mov     cx, [si+dk_lheads]
        call    div32
        inc     ax
        cmp     ax, bp
        jbe     .next
        mov     bp, ax
.next:
        add     di, 16
        cmp     di, 510
        jb      .entry
        mov     ax, bp
        pop     bp
        ret

; disk_cylinders: Out: AX = whole cylinders of dk_lheads * dk_lsec, FFFFh when there are more than that; at
; least 1. Changes BX, CX, DX.
disk_cylinders:
        mov     ax, [si+dk_total+4]
        or      ax, [si+dk_total+6]
        jnz     .huge
        mov     ax, [si+dk_total]
        mov     dx, [si+dk_total+2]
        mov     cx, [si+dk_lsec]
        call    div32
        mov     cx, [si+dk_lheads]
        call    div32
        test    dx, dx
        jnz     .huge
        test    ax, ax
        jnz     .done
        inc     ax
.done:
        ret
.huge:
        mov     ax, 0FFFFh
        ret

; disk_from_partitions: reads the first sector and takes heads and sectors from the partition table. CF set when
; it tells nothing. Changes everything but SI, DS, BP.
PT_ENTRIES      equ 1BEh
pt_flag         equ 0
pt_start        equ 1                   ; head, sector and cylinder bits 8-9, cylinder
pt_type         equ 4
pt_end          equ 5
pt_lba          equ 8
pt_size         equ 12
PT_GPT          equ 0EEh
disk_from_partitions:
        mov     di, eb_rq
        xor     ax, ax
        mov     cx, 12
.clear:
        mov     [di], ax
        inc     di
        inc     di
        loop    .clear
        mov     word [eb_rq+rq_count], 1
        mov     word [eb_rq+rq_seg], ID_SEG
        call    ata_run
        jc      .none
        mov     ax, ID_SEG
        mov     es, ax
        cmp     word [es:510], 0AA55h
        jne     .none
        mov     di, PT_ENTRIES
.entry:
        call    .check
        jnc     .done
        add     di, 16
        cmp     di, 510
        jb      .entry
.none:
        stc
.done:
        ret
; One entry at ES:DI: CF clear and dk_lheads, dk_lsec set when its LBA agrees with its CHS.
.check:
        test    byte [es:di+pt_flag], 7Fh
        jnz     .none
        mov     al, [es:di+pt_type]
        test    al, al
        jz      .none
        cmp     al, PT_GPT              ; the CHS of the protective entry mean nothing
        je      .none
        mov     al, [es:di+pt_end]
        xor     ah, ah
        inc     ax
        cmp     ax, 255
        ja      .none
        mov     [si+dk_lheads], ax
        mov     al, [es:di+pt_end+1]
        and     ax, 003Fh
        jz      .none
        mov     [si+dk_lsec], ax
        lea     bx, [di+pt_end]         ; the last sector, unless it is past cylinder 1022
        call    .linear
        jc      .start
        sub     ax, [es:di+pt_lba]
        sbb     dx, [es:di+pt_lba+2]
        add     ax, 1
        adc     dx, 0
        cmp     ax, [es:di+pt_size]
        jne     .within
        cmp     dx, [es:di+pt_size+2]
        jne     .within
        ret
.within:                                ; it does not end with a cylinder: one of the usual geometries?
        mov     ax, [es:di+pt_end+1]
        and     al, 0C0h
        or      al, ah
        jnz     .try
        mov     al, [es:di+pt_end]      ; within the first cylinder any number of heads fits
        cmp     al, [si+dk_pheads]
        jb      .none
.try:
        mov     bx, pt_usual
.usual:
        mov     al, [cs:bx]
        cmp     al, [es:di+pt_end]
        jbe     .wrong
        xor     ah, ah
        mov     [si+dk_lheads], ax
        mov     al, [cs:bx+1]
        mov     [si+dk_lsec], ax
        push    bx
        lea     bx, [di+pt_end]
        call    .linear
        pop     bx
        sub     ax, [es:di+pt_lba]
        sbb     dx, [es:di+pt_lba+2]
        add     ax, 1
        adc     dx, 0
        cmp     ax, [es:di+pt_size]
        jne     .wrong
        cmp     dx, [es:di+pt_size+2]
        je      .done
.wrong:
        inc     bx
        inc     bx
        cmp     bx, pt_usual_end
        jb      .usual
        jmp     .none
.start:
        lea     bx, [di+pt_start]       ; then the first one
        call    .linear
        jc      .none
        cmp     ax, [es:di+pt_lba]
        jne     .none
        cmp     dx, [es:di+pt_lba+2]
        jne     .none
        mov     cx, dx                  ; sector 1 of the disk fits any geometry
        or      cx, ax
        jz      .none
        ret
; .linear: DX:AX = LBA of the CHS at ES:BX; CF set when its cylinder is 1023. Changes CX.
.linear:
        mov     al, [es:bx+2]
        mov     ah, [es:bx+1]
        mov     cl, 6
        shr     ah, cl
        cmp     ax, 1023
        cmc
        jc      .linear_done
        mul     word [si+dk_lheads]     ; below 1023 * 255: may need 18 bits
        mov     cl, [es:bx]
        xor     ch, ch
        add     ax, cx
        adc     dx, 0
        mov     cx, [si+dk_lsec]
        call    mul32
        mov     cl, [es:bx+1]
        and     cx, 003Fh
        dec     cx
        add     ax, cx
        adc     dx, 0
        clc
.linear_done:
        ret

; heads, sectors
pt_usual:
        db      255, 63, 240, 63, 128, 63, 64, 63, 32, 63, 16, 63, 64, 32
pt_usual_end:

; mul32: DX:AX * CX, low 32 bits. CX kept.
mul32:
        push    bx
        mov     bx, ax
        mov     ax, dx
        mul     cx
        xchg    ax, bx
        mul     cx
        add     dx, bx
        pop     bx
        ret

; disk_table: the parameter table of the first two drives. SI = entry. Changes AX, BX, CX, DI.
disk_table:
        mov     di, eb_fdpt0
        cmp     si, eb_disks
        je      .fill
        mov     di, eb_fdpt1
        cmp     si, eb_disks+dk_size
        jne     .done
.fill:
        push    di
        mov     cx, 8
        xor     ax, ax
.clear:
        mov     [di], ax
        inc     di
        inc     di
        loop    .clear
        pop     di
        mov     ax, [si+dk_lcyls]
        mov     [di], ax
        mov     al, [si+dk_lheads]
        mov     [di+2], al
        mov     word [di+5], 0FFFFh     ; no write precompensation
        mov     byte [di+8], 0C0h       ; no retries by the drive
        cmp     word [si+dk_pheads], 8
        jbe     .heads
        or      byte [di+8], 08h
.heads:
        mov     ax, [si+dk_lcyls]
        mov     [di+0Ch], ax            ; landing zone
        mov     al, [si+dk_lsec]
        mov     [di+0Eh], al
        cmp     byte [si+dk_trans], 0
        je      .done
        mov     byte [di+3], 0A0h       ; translated: physical values follow
        mov     al, [si+dk_psec]
        mov     [di+4], al
        mov     ax, [si+dk_pcyls]
        mov     [di+9], ax
        mov     al, [si+dk_pheads]
        mov     [di+0Bh], al
        xor     al, al                  ; checksum
        mov     cx, 15
        mov     bx, di
.sum:
        add     al, [bx]
        inc     bx
        loop    .sum
        neg     al
        mov     [bx], al
.done:
        ret
