; Starting from a CD.
;
; Source: "El Torito" Bootable CD-ROM Format Specification 1.0, sections 2 and 3 (boot catalogue);
; ECMA-119, section 8 (volume descriptors).

CD_BOOT_SEG     equ 0060h               ; the catalogue is read to 0060:0000
CD_RECORD       equ 17                  ; sector of the boot record volume descriptor

; The boot catalogue: entries of 32 bytes.
BC_BOOTABLE     equ 88h                 ; byte 0 of an entry
BC_HEADER       equ 90h                 ; of the header of a section
BC_LAST_HEADER  equ 91h
BC_EXTENSION    equ 44h                 ; of what follows an entry
BC_X86          equ 0                   ; platform, byte 1 of the validation entry and of a header
bc_media        equ 1
bc_segment      equ 2
bc_count        equ 6
bc_lba          equ 8

; cd_boot: AL = index of the drive, DS = EBDA. Loads what the boot catalogue names. Out: CF clear, DL = drive number,
; ES = segment to start at offset 0; or CF set when the disc cannot be booted.
cd_boot:
        call    cd_release_ebda
        call    cd_entry
        mov     [eb_emul+em_cd], al
        call    cd_ready
        jc      .none
        call    cd_catalog
        jc      .none
        mov     ax, [eb_emul+em_catalog]
        mov     [eb_rq+rq_lba], ax
        mov     ax, [eb_emul+em_catalog+2]
        mov     [eb_rq+rq_lba+2], ax
        mov     ax, CD_BOOT_SEG
        mov     [eb_rq+rq_seg], ax
        xor     ax, ax
        mov     [eb_rq+rq_off], ax
        inc     ax
        mov     [eb_rq+rq_count], ax
        call    cd_run
        jc      .none
        mov     ax, CD_BOOT_SEG
        mov     es, ax
        call    cd_choose
        jc      .none
        mov     al, [es:di+bc_media]
        mov     dx, [es:di+bc_segment]
        mov     cx, [es:di+bc_count]
        mov     bx, [es:di+bc_lba]
        mov     di, [es:di+bc_lba+2]
        call    cd_image
        jc      .none
        jmp     cd_load
.none:
        mov     word [eb_emul+em_load_count], 0
        stc
        ret

; cd_choose: ES:0 = a sector of boot catalogue. Out: ES:DI = the entry to boot: the initial one when it is for PCs, or the
; first of a section that is; CF set when there is none. Changes AX, CX.
cd_choose:
        xor     di, di
        cmp     byte [es:di], 1         ; validation entry
        jne     .none
        cmp     word [es:di+1Eh], 0AA55h
        jne     .none
        mov     al, [es:di+1]
        mov     di, 20h
        cmp     al, BC_X86
        jne     .initial
        cmp     byte [es:di], BC_BOOTABLE
        je      .found
.initial:
        add     di, 20h
        mov     al, 0
        jmp     short .end              ; to the first header
.section:
        mov     ax, [es:di]
        cmp     al, BC_HEADER
        je      .header
        cmp     al, BC_LAST_HEADER
        jne     .none
.header:
        mov     cx, [es:di+2]           ; entries
        add     di, 20h
        jcxz    .end
.entry:
        cmp     di, 2048
        jae     .none
        cmp     byte [es:di], BC_EXTENSION
        je      .extension
        cmp     ah, BC_X86
        jne     .other
        cmp     byte [es:di], BC_BOOTABLE
        je      .found
.other:
        dec     cx
.extension:
        add     di, 20h
        test    cx, cx
        jnz     .entry
.end:
        cmp     di, 2048
        jae     .none
        cmp     byte [es:di], BC_EXTENSION
        jne     .next
        add     di, 20h
        jmp     .end
.next:
        cmp     al, BC_LAST_HEADER
        jne     .section
.none:
        stc
        ret
.found:
        clc
        ret

; cd_catalog: finds the catalogue of the disc in drive SI. Out: em_catalog; CF set when there is none. Changes everything but
; SI, DS, BP.
cd_catalog:
        mov     word [eb_rq+rq_lba], CD_RECORD
        mov     word [eb_rq+rq_lba+2], 0
        mov     ax, .descriptor_end-.descriptor
        xor     bx, bx
        call    cd_part
        jc      .none
        push    ds
        pop     es
        push    si
        mov     di, eb_scratch
        mov     si, .descriptor
        mov     cx, .descriptor_end-.descriptor
.compare:
        cs lodsb
        scasb
        loope   .compare
        pop     si
        jne     .none
        mov     ax, 6                   ; the packet moves words
        mov     bx, 46h
        call    cd_part
        jc      .none
        mov     ax, [eb_scratch+1]
        mov     [eb_emul+em_catalog], ax
        mov     ax, [eb_scratch+3]
        mov     [eb_emul+em_catalog+2], ax
        clc
        ret
.none:
        stc
        ret
.descriptor:
        db      0, "CD001", 1, "EL TORITO SPECIFICATION"
.descriptor_end:

; cd_image: AL = media type, DX = load segment, CX = 512-byte blocks to load, DI:BX = first sector: what drive SI is to boot
; or to emulate, to eb_emul. CF set when that cannot be. Changes everything but SI, DS, BP.
cd_image:
        and     al, 0Fh
        cmp     al, EM_HARD_DISK
        ja      .bad
        mov     [eb_emul+em_media], al
        mov     [eb_emul+em_lba], bx
        mov     [eb_emul+em_lba+2], di
        test    dx, dx
        jnz     .segment
        mov     dx, 07C0h
.segment:
        mov     [eb_emul+em_load_seg], dx
        test    cx, cx
        jnz     .count
        inc     cx
.count:
        mov     [eb_emul+em_load_count], cx
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
        clc
        ret
.bad:
        stc
        ret
.disk:
        push    bx                      ; from the first entry of the image's own partition table
        mov     ax, [eb_emul+em_lba]
        mov     [eb_rq+rq_lba], ax
        mov     ax, [eb_emul+em_lba+2]
        mov     [eb_rq+rq_lba+2], ax
        mov     ax, 16
        mov     bx, PT_ENTRIES
        call    cd_part
        pop     bx
        jc      .bad
        mov     al, [eb_scratch+pt_end]
        xor     ah, ah
        inc     ax
        mov     [eb_emul+em_heads], ax
        mov     ax, [eb_scratch+pt_end+1]
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

; cd_load: loads the image that eb_emul describes from drive SI, and emulates its drive. Out: as cd_boot.
cd_load:
        xor     ax, ax
        mov     dx, ax
        mov     [eb_rq+rq_off], ax
        mov     bx, [eb_emul+em_load_seg]
        mov     [eb_rq+rq_seg], bx
        mov     bx, [eb_emul+em_load_count]
        mov     [eb_rq+rq_count], bx
        call    cd_run_512
        jc      .fail
        call    cd_emulate
        mov     dl, [eb_emul+em_drive]
        mov     es, [eb_emul+em_load_seg]
        clc
        ret
.fail:
        mov     word [eb_emul+em_load_count], 0
        stc
        ret

; cd_emulate: from now on the drive of eb_emul is emulated, if it has one; the hard disks are one more then. Changes AX.
cd_emulate:
        cmp     byte [eb_emul+em_media], EM_NO_EMUL
        je      .done
        mov     byte [eb_emul+em_active], 1
        mov     al, 1
        jmp     cd_count_disk
.done:
        ret

; cd_release: the emulation ends. DS = BIOS data area, or .._ebda: DS = EBDA. All kept.
cd_release:
        push    ds
        ebda    ds
        mov     word [eb_emul+em_load_count], 0
        call    cd_release_ebda
        pop     ds
        ret
cd_release_ebda:
        cmp     byte [eb_emul+em_active], 0
        je      .done
        mov     byte [eb_emul+em_active], 0
        push    ax
        mov     al, -1
        call    cd_count_disk
        pop     ax
.done:
        ret

; cd_count_disk: adds AL to the number of hard disks when the emulated drive is one of them.
cd_count_disk:
        cmp     byte [eb_emul+em_drive], 80h
        jne     .done
        push    ds
        mov     ds, [cs:seg_bda]
        add     [bda_hd_count], al
        pop     ds
.done:
        ret
