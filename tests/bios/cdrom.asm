; A program that checks how it was started from a CD, and INT 13h for the drive that
; the CD emulates, for the drives that had to move, and for the CD itself. The
; harness makes the disc: its first image is this program, as a whole or in a floppy
; or hard disk of sectors as drives.asm has them; it is told which by p_media.
;
; Sources: "El Torito" Bootable CD-ROM Format Specification 1.0 (Phoenix, IBM),
; sections 2 to 4; BIOS Enhanced Disk Drive Specification 3.0 (Phoenix, 1998).

        cpu     8086
        bits    16
        org     7C00h

ANSWER          equ 4F0h
ANSWER_PORT     equ 2EFh
AGAIN           equ 4F2h                ; free memory remembers the first start, and its checks
BUFFER_SEG      equ 3000h
NO_EMUL         equ 0
HARD_DISK       equ 4

boot:
        jmp     short boot_start
        nop
p_media: db     0                       ; 0 none, 1 1.2M, 2 1.44M, 3 2.88M, 4 hard disk
p_lba:  dd      0                       ; sector of the image
p_catalog: db   0                       ; entry of the catalogue, from 0
p_count: dw     0                       ; blocks loaded
p_segment: dw   0                       ; load segment
p_ctrl: db      0                       ; where the drive is
p_slave: db     0
p_cyls: dw      0                       ; of the emulated drive, 0 without
p_heads: dw     0
p_secs: dw      0
p_sectors: dd   0                       ; on the disc
p_free: dw      0                       ; first of 20 sectors that belong to no image
p_wait: db      0
boot_start:
        mov     bx, cs
        mov     cx, sp
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, 7C00h
        mov     ds, ax
        mov     es, ax
        jmp     0:.flat
.flat:
        sti
        cld
        mov     [600h], dl              ; until the rest is there
        mov     [602h], bx
        cmp     byte [p_media], NO_EMUL
        je      .loaded
        mov     si, 1
        mov     bx, program
.next:
        mov     ax, si
        xor     dx, dx
        div     word [p_secs]
        mov     cl, dl
        inc     cx                      ; sector
        xor     dx, dx
        div     word [p_heads]
        mov     ch, al                  ; cylinder
        mov     dh, dl                  ; head
        mov     dl, [600h]
        mov     ax, 0201h
        int     13h
        jc      .loaded                 ; nobody could say so
        add     bx, 512
        inc     si
        cmp     si, SECTORS
        jbe     .next
.loaded:
        jmp     program
        times 510-($-$$) db 0           ; with a partition table, of a hard disk
        dw      0AA55h

SECTORS         equ (program_end-program+511)/512

program:
        mov     al, [600h]
        mov     [r_drive], al
        mov     ax, [602h]
        mov     [r_segment], ax
        jmp     main

%include "report.inc"
%include "sectors.inc"
%include "flat.inc"

r_drive: db     0
r_segment: dw   0
drive:  db      0                       ; the one that should be
packet: times 44h db 0

main:
        mov     al, 0
        cmp     byte [p_media], NO_EMUL
        jne     .emulated
        mov     al, 0E0h
.emulated:
        cmp     byte [p_media], HARD_DISK
        jne     .set
        mov     al, 80h
.set:
        mov     [drive], al
        cmp     word [AGAIN], 4C4Ch
        jne     .first
        jmp     main_again
.first:
        is8     "DL at the start", [r_drive], [drive]
        is16    "CS at the start", [r_segment], 0
        call    test_state
        call    test_catalog
        cmp     byte [p_media], NO_EMUL
        je      .no_emulation
        call    test_emulated
        call    test_moved
        call    test_end
        call    test_restart
.no_emulation:
        call    test_cd
        call    test_media
        mov     word [AGAIN], 4C4Ch
        mov     ax, [checks]
        mov     [AGAIN+2], ax
        mov     ax, [failed]
        mov     [AGAIN+4], ax
        call    specify
        mov     ax, 4C00h
        mov     si, packet
        svc     13h
        is16    "4Ch came back with AX", [r_ax], 0FFFFh
        jmp     finish
main_again:
        mov     word [AGAIN], 0
        mov     ax, [AGAIN+2]
        mov     [checks], ax
        mov     ax, [AGAIN+4]
        mov     [failed], ax
        is8     "4Ch: DL at the start", [r_drive], [drive]
        is16    "4Ch: CS at the start", [r_segment], 0
        mov     dl, [drive]
        mov     al, 1
        call    state
        call    check_packet
        jmp     finish

%macro zero_packet 0
        push    ds
        pop     es
        mov     di, packet
        mov     cx, 12
        mov     ax, 5A5Ah
        rep stosw
%endmacro

; state: 4Bh with AL and DL: the specification packet.
state:
        mov     bl, al
        mov     bh, dl
        zero_packet
        mov     al, bl
        mov     ah, 4Bh
        mov     dl, bh
        mov     si, packet
        svc     13h
        ret

test_state:
        mov     dl, [drive]
        mov     al, 1
        call    state
        carry   "4B01h", 0
        is8     "4B01h: AH", [r_ah], 0
check_packet:
        is8     "packet: size", [packet], 13h
        mov     al, [packet+1]
        and     al, 0Fh
        is8     "packet: media type", al, [p_media]
        is8     "packet: drive", [packet+2], [drive]
        is8     "packet: controller", [packet+3], [p_ctrl]
        is16    "packet: image", [packet+4], [p_lba]
        is16    "packet: image, high word", [packet+6], [p_lba+2]
        is8     "packet: slave", [packet+8], [p_slave]
        is16    "packet: user buffer", [packet+0Ah], 0
        is16    "packet: load segment", [packet+0Ch], [p_segment]
        is16    "packet: load count", [packet+0Eh], [p_count]
        call    chs
        is8     "packet: CH", [packet+10h], [w_ch]
        is8     "packet: CL", [packet+11h], [w_cl]
        is8     "packet: DH", [packet+12h], [w_dh]
        is8     "packet: nothing behind it", [packet+13h], 5Ah
        mov     dl, 7Fh
        mov     al, 1
        call    state
        carry   "4B01h for 7Fh", 0
        is8     "4B01h for 7Fh: drive", [packet+2], [drive]
        mov     dl, [drive]
        xor     dl, 41h
        mov     al, 1
        call    state
        carry   "4B01h for another drive", 1
        mov     dl, [drive]
        mov     al, 2
        call    state
        carry   "4B02h", 1
        ret

; chs: CH, CL, DH as INT 13h 08h returns them; 0 without emulation.
chs:
        xor     cx, cx
        mov     dh, 0
        mov     ax, [p_cyls]
        test    ax, ax
        jz      .done
        dec     ax
        mov     ch, al
        mov     cl, 6
        shl     ah, cl
        or      ah, [p_secs]
        mov     cl, ah
        mov     dh, [p_heads]
        dec     dh
.done:
        mov     [w_ch], ch
        mov     [w_cl], cl
        mov     [w_dh], dh
        ret
w_ch:   dw      0
w_cl:   dw      0
w_dh:   dw      0

; 4Dh: a sector of the catalogue.
test_catalog:
        mov     byte [packet], 8
        mov     byte [packet+1], 1
        mov     word [packet+2], 0
        mov     word [packet+4], BUFFER_SEG
        mov     word [packet+6], 0
        mov     si, packet
        mov     dl, [drive]
        mov     ax, 4D00h
        svc     13h
        carry   "4Dh", 0
        mov     ax, BUFFER_SEG
        mov     es, ax
        mov     al, [es:0]
        is8     "catalogue: validation entry", al, 1
        mov     ax, [es:1Eh]
        is16    "catalogue: 55AAh", ax, 0AA55h
        mov     al, [p_catalog]
        xor     ah, ah
        mov     cl, 5
        shl     ax, cl
        mov     di, ax
        mov     al, [es:di]
        is8     "catalogue: bootable", al, 88h
        mov     al, [es:di+1]
        is8     "catalogue: media type", al, [p_media]
        mov     ax, [es:di+8]
        is16    "catalogue: image", ax, [p_lba]
        mov     byte [packet+1], 1
        mov     word [packet+6], 0FFFFh ; beyond the disc
        mov     si, packet
        mov     dl, [drive]
        mov     ax, 4D00h
        svc     13h
        carry   "4Dh beyond the disc", 1
        mov     dl, [drive]
        mov     ax, 4D01h
        svc     13h
        carry   "4D01h", 1
        ret

; The emulated drive.
test_emulated:
        mov     dl, [drive]
        mov     ah, 8
        svc     13h
        carry   "08h", 0
        call    chs
        is8     "08h: CH", [r_ch], [w_ch]
        is8     "08h: CL", [r_cl], [w_cl]
        is8     "08h: DH", [r_dh], [w_dh]
        cmp     byte [p_media], HARD_DISK
        jne     .floppy
        jmp     .disk
.floppy:
        is8     "08h: drives", [r_dl], 3
        mov     al, [p_media]
        shl     al, 1
        cmp     al, 6
        jne     .type
        dec     al
.type:
        mov     ah, 0
        mov     bx, ax
        is8     "08h: type", [r_bl], bx
        mov     es, [r_es]
        mov     di, [r_di]
        mov     al, [es:di+4]
        is8     "08h: sectors in the parameter table", al, [p_secs]
        mov     dl, [drive]
        mov     ah, 15h
        svc     13h
        carry   "15h", 0
        is8     "15h: type", [r_ah], 1
        jmp     .read
.disk:
        is8     "08h: drives", [r_dl], 2
        is8     "disks in the data area", [475h], 2
        mov     dl, [drive]
        mov     ah, 15h
        svc     13h
        is8     "15h: type", [r_ah], 3
        mov     ax, [p_heads]
        mul     word [p_secs]
        mul     word [p_cyls]
        is16    "15h: CX", [r_cx], dx
        is16    "15h: DX", [r_dx], ax
.read:
        call    chs
        mov     dl, [drive]
        mov     ax, 0201h               ; the last sector
        call    disk
        carry   "02h", 0
        is16    "02h: AX", [r_ax], 1
        mov     ax, [p_heads]
        mul     word [p_secs]
        mul     word [p_cyls]
        dec     ax
        mov     bx, ax
        mov     cx, 1
        call    sectors
        is16    "02h: the last sector", ax, 0
        call    chs
        mov     dl, [drive]
        dec     cx                      ; the last two
        mov     ax, 0202h
        call    disk
        carry   "02h, two", 0
        is16    "02h, two: AX", [r_ax], 2
        dec     bx
        mov     cx, 2
        call    sectors
        is16    "02h: the last two sectors", ax, 0
        call    chs
        mov     dl, [drive]
        mov     ax, 0202h
        call    disk
        carry   "02h over the end", 1
        is16    "02h over the end: AX", [r_ax], 0400h
        mov     cx, 0101h               ; cylinder 1: over a head and from the middle of a CD sector
        mov     dh, 0
        inc     cx
        mov     dl, [drive]
        mov     ax, 0210h
        call    disk
        is16    "02h, 16: AX", [r_ax], 16
        mov     ax, [p_heads]
        mul     word [p_secs]
        inc     ax
        mov     bx, ax
        mov     cx, 16
        call    sectors
        is16    "02h: 16 sectors", ax, 0
        mov     cx, 1
        mov     dh, [p_heads]
        mov     dl, [drive]
        mov     ax, 0201h
        call    disk
        is8     "02h: no such head", [r_ah], 4
        mov     cx, 0
        mov     dh, 0
        mov     ax, 0201h
        call    disk
        is8     "02h: sector 0", [r_ah], 4
        mov     cx, 1
        mov     ax, 0200h
        call    disk
        is8     "02h: no sectors", [r_ah], 1
        mov     dl, [drive]
        mov     ax, 0100h
        svc     13h
        is8     "01h: the last status", [r_al], 1
        mov     cx, 1
        mov     dh, 0
        mov     dl, [drive]
        mov     ax, 0301h
        call    disk
        carry   "03h", 1
        is16    "03h: AX", [r_ax], 0300h
        mov     cx, 1
        mov     dh, 0
        mov     ax, 0401h
        call    disk
        carry   "04h", 0
        mov     cx, 1
        mov     ax, 0501h
        call    disk
        is8     "05h", [r_ah], 3
        mov     ah, 0
        mov     dl, [drive]
        svc     13h
        carry   "00h", 0
        mov     ah, 41h
        mov     bx, 55AAh
        mov     dl, [drive]
        svc     13h
        carry   "41h", 1
        ret

; The real drive whose number the emulated one took: sectors as drives.asm has them.
test_moved:
        mov     dl, [drive]
        inc     dx
        mov     cx, 3
        mov     dh, 0
        mov     ax, 0201h
        call    disk                    ; a floppy drive reports a change once
        mov     dl, [drive]
        inc     dx
        mov     cx, 3
        mov     dh, 0
        mov     ax, 0202h
        call    disk
        carry   "moved drive: 02h", 0
        is16    "moved drive: AX", [r_ax], 2
        mov     bx, 2
        mov     cx, 2
        call    sectors
        is16    "moved drive: sectors", ax, 0
        mov     dl, [drive]
        inc     dx
        mov     ah, 8
        svc     13h
        carry   "moved drive: 08h", 0
        ret

; The drive whose number was taken is itself again.
check_real:
        mov     dl, [drive]
        mov     cx, 3
        mov     dh, 0
        mov     ax, 0202h
        call    disk
        mov     dl, [drive]
        mov     ah, 1
        svc     13h
        mov     bx, 2
        mov     cx, 2
        call    sectors
        ret

test_end:
        mov     dl, [drive]
        mov     al, 0
        call    state
        carry   "4B00h", 0
        is8     "4B00h: drive", [packet+2], [drive]
        call    check_real
        is16    "4B00h: the real drive", ax, 0
        mov     dl, [drive]
        mov     al, 1
        call    state
        carry   "4B01h after the end", 1
        cmp     byte [p_media], HARD_DISK
        jne     .out
        is8     "disks in the data area after the end", [475h], 1
.out:
        ret

; specify: the packet for 4Ah and 4Ch.
specify:
        zero_packet
        mov     byte [packet], 13h
        mov     al, [p_media]
        mov     [packet+1], al
        mov     al, [drive]
        mov     [packet+2], al
        mov     al, [p_ctrl]
        mov     [packet+3], al
        mov     ax, [p_lba]
        mov     [packet+4], ax
        mov     ax, [p_lba+2]
        mov     [packet+6], ax
        mov     al, [p_slave]
        mov     ah, 0
        mov     [packet+8], ax
        mov     word [packet+0Ah], 0
        mov     word [packet+0Ch], 0
        mov     ax, [p_count]
        mov     [packet+0Eh], ax
        ret

test_restart:
        call    specify
        mov     al, [p_slave]
        xor     al, 1
        mov     [packet+8], al          ; nothing there
        mov     ax, 4A00h
        mov     si, packet
        svc     13h
        carry   "4Ah for no drive", 1
        call    specify
        mov     ax, 4A00h
        mov     si, packet
        svc     13h
        carry   "4Ah", 0
        call    chs
        mov     dl, [drive]
        mov     ax, 0201h               ; the last sector
        call    disk
        mov     ax, [p_heads]
        mul     word [p_secs]
        mul     word [p_cyls]
        dec     ax
        mov     bx, ax
        mov     cx, 1
        call    sectors
        is16    "4Ah: the last sector", ax, 0
        call    test_moved
        mov     dl, [drive]
        mov     al, 1
        call    state
        jmp     check_packet

%include "cdrom_disc.inc"

        align   512, db 0
program_end:
