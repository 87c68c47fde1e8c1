; INT 19h: starts an operating system; INT 18h: there is none.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 19h and INT 18h; BIOS Boot Specification 1.01, section 6 (state
; at the start of a boot sector: DL = drive). The order is in CMOS 3Dh and 38h, a nibble a choice.

BOOT_OFF        equ 7C00h
BOOT_FLOPPY     equ 1
BOOT_DISK       equ 2
BOOT_CD         equ 3
BOOT_TRIES      equ 4                   ; a drive whose disk was changed fails once, a motor may be slow

; What became of each kind, as a bit 1 << kind.
boot_failed     equ eb_scratch+40h      ; could not be read
boot_plain      equ eb_scratch+41h      ; read, but not bootable

int19:
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, BOOT_OFF
        sti
        cld
        mov     ds, [cs:seg_bda]
        call    boot_chosen
        call    cd_release              ; a CD emulates no drive any more
        call    boot_order
        ebda    es
        mov     word [es:boot_failed], 0
.next:
        mov     bx, ax                  ; AX = choices left, first in the low nibble
        and     bl, 0Fh
        mov     cl, 4
        shr     ax, cl
        test    bl, bl
        jz      .none
        push    ax
        cmp     bl, BOOT_FLOPPY
        je      .floppy
        cmp     bl, BOOT_DISK
        je      .disk
        cmp     bl, BOOT_CD
        jne     .skip
        call    boot_cd
        jmp     short .skip
.floppy:
        mov     dl, 0
        call    boot_sector
        jmp     short .skip
.disk:
        cmp     byte [bda_hd_count], 0
        je      .skip
        mov     dl, 80h
        call    boot_sector
.skip:
        mov     ds, [cs:seg_bda]
        pop     ax
        jmp     .next
.none:
        int     18h                     ; may be a network card's, or a ROM BASIC
        jmp     int19

; boot_order: Out: AX = kinds to try, first in the low nibble, ended by 0.
boot_order:
        call    have_cmos
        jz      .default
        mov     al, CMOS_BOOT2
        call    cmos_read
        mov     cl, 4
        shr     al, cl
        mov     ah, al
        mov     al, CMOS_BOOT
        call    cmos_read
        cmp     al, 0FFh
        je      .default
        test    al, 0Fh
        jnz     .done
.default:
        mov     ax, BOOT_CD<<8 | BOOT_DISK<<4 | BOOT_FLOPPY
.done:
        ret

; boot_sector: DL = drive. Starts its first sector, or returns. A hard disk needs the signature 55AAh, which floppies from
; before 1983 lack; and both need to look like code: not all of the first 16 words the same. (A partitioned disk without a
; boot loader has the signature behind nothing but zeros.)
boot_sector:
        mov     di, BOOT_TRIES
.try:
        xor     ax, ax
        mov     es, ax
        mov     bx, BOOT_OFF
        mov     [es:BOOT_OFF+510], ax
        push    di
        push    dx
        mov     ax, 0201h
        mov     cx, 0001h
        mov     dh, 0
        int     13h
        pop     dx
        pop     di
        jnc     .read
        cmp     ah, 80h                 ; no drive, or nothing in it: it will not get better
        je      .failed
        push    di
        push    dx
        mov     ah, 0
        int     13h
        pop     dx
        pop     di
        dec     di
        jnz     .try
.failed:
        mov     bx, boot_failed
        jmp     short boot_note
.read:
        test    dl, 80h
        jz      .code
        cmp     word [es:BOOT_OFF+510], 0AA55h
        jne     .plain
.code:
        mov     di, BOOT_OFF
        mov     ax, [es:di]
        mov     cx, 16
        repe scasw
        jne     boot_go
.plain:
        mov     bx, boot_plain
; boot_note: remembers for the message what became of drive DL. BX = boot_failed or boot_plain.
boot_note:
        mov     al, 1<<BOOT_FLOPPY
        test    dl, 80h
        jz      .set
        mov     al, 1<<BOOT_DISK
.set:
        mov     ds, [cs:seg_bda]
        ebda    es
        or      [es:bx], al
        ret

; boot_go: ES:0 or 0000:7C00 has been loaded from drive DL.
boot_go:
        xor     ax, ax
boot_go_at:                             ; AX = segment to start at, offset 0; 0: 0000:7C00
        post    0
        mov     bx, BOOT_OFF
        test    ax, ax
        jz      .jump
        xor     bx, bx
.jump:
        mov     dh, 0
        push    ax
        push    bx
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     bx, ax
        mov     cx, ax
        mov     si, ax
        mov     di, ax
        mov     bp, ax
        retf

; boot_cd: the first CD-ROM drive with a bootable disc. Returns when there is none.
boot_cd:
        mov     al, 0
.drive:
        ebda    es
        cmp     al, [es:eb_cd_count]
        jae     boot_cd_none
        push    ax
        call    boot_cd_drive
        pop     ax
        inc     ax
        jmp     .drive

; boot_cd_drive: AL = index of the CD-ROM drive. Returns when it cannot be started from.
boot_cd_drive:
        push    ds
        ebda    ds
        call    cd_boot
        pop     ds
        jc      boot_cd_none
boot_cd_loaded:                         ; ES:0 has been loaded, DL = drive
        mov     ax, es
        cmp     ax, 07C0h               ; the usual place, by its usual name
        jne     boot_go_at
        jmp     boot_go
boot_cd_none:
        ret

; INT 18h: says what was tried, waits for a key, and starts over.
int18:
        sti
        cld
        mov     ds, [cs:seg_bda]
        mov     si, .title
        call    puts
        ebda    es
        mov     al, 1<<BOOT_FLOPPY
        mov     si, .floppy
        call    .tell
        cmp     byte [bda_hd_count], 0
        jne     .disk
        mov     si, .no_disk
        call    puts
        jmp     short .asked
.disk:
        mov     al, 1<<BOOT_DISK
        mov     si, .hard_disk
        call    .tell
.asked:
        cmp     byte [es:eb_cd_count], 0
        je      .prompt
        mov     si, .no_cd
        call    puts
.prompt:
        mov     si, .key
        call    puts
        mov     ah, 10h
        int     16h
        call    put_crlf
        cmp     ax, KEY_F12
        jne     .again
        call    boot_menu
.again:
        int     19h
; .tell: SI = drive's name, AL = its bit.
.tell:
        test    [es:boot_failed], al
        jnz     .unread
        test    [es:boot_plain], al
        jnz     .not_bootable
        ret
.unread:
        call    puts
        mov     si, .cannot
        jmp     puts
.not_bootable:
        call    puts
        mov     si, .no_system
        jmp     puts
.title: db      13, 10, "No bootable disk.", 13, 10, 0
.floppy:
        db      "  Drive A: ", 0
.hard_disk:
        db      "  Hard disk: ", 0
.cannot:
        db      "no disk, or it cannot be read", 13, 10, 0
.no_system:
        db      "no boot loader on it", 13, 10, 0
.no_disk:
        db      "  Hard disk: none", 13, 10, 0
.no_cd: db      "  CD-ROM: no disc to start from", 13, 10, 0
.key:   db      "Insert a boot disk and press a key (F12: boot menu) ", 0
