; A boot disk that checks INT 13h: the floppy drives A and B, with disks that the
; harness puts into B, and the first hard disk.
;
; The sectors that the harness makes are those of sectors.inc.
;
; Sources: IBM PC AT Technical Reference (6183355), section 5, INT 13h; IBM PS/2 and
; PC BIOS Interface Technical Reference (S68X-2341), INT 13h and 40:8Bh-94h; BIOS
; Enhanced Disk Drive Specification 3.0 (Phoenix, 1998).

%include "boot.inc"

CPU_80286       equ 2
BUFFER_SEG      equ 3000h

main:
        ask     "hello"
        mov     al, 0
        adc     al, 0
        mov     [alone], al
        call    test_drives
        cmp     byte [alone], 0
        jne     .disks
        call    test_media
.disks:
        cmp     byte [p_disks], 0
        je      .end
        call    test_geometry
        call    test_disk
        call    test_edd
        call    test_flat
        call    test_disk_errors
        call    test_small
.end:
        jmp     finish

alone:  db      0

; ticks: waits CX timer ticks.
ticks:
        push    ax
        push    dx
        mov     dx, [46Ch]
.wait:
        hlt
        mov     ax, [46Ch]
        sub     ax, dx
        cmp     ax, cx
        jb      .wait
        pop     dx
        pop     ax
        ret

; fill: the 512 bytes at BUFFER_SEG:0 get the word AX.
fill:
        push    cx
        push    di
        push    es
        mov     cx, BUFFER_SEG
        mov     es, cx
        mov     cx, 256
        xor     di, di
        rep stosw
        pop     es
        pop     di
        pop     cx
        ret

%include "sectors.inc"
%include "flat.inc"
%include "drives_floppy.inc"
%include "drives_media.inc"
%include "drives_disk.inc"
%include "drives_edd.inc"
%include "drives_flat.inc"

        align   512, db 0
program_end:
