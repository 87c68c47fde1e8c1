; Starting from a CD.
;
; Source: "El Torito" Bootable CD-ROM Format Specification 1.0, sections 2 and 3 (boot catalogue);
; ECMA-119, section 8 (volume descriptors).

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
        scasb
        loope   .compare
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
