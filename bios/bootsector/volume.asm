; The boot sector of a FAT volume without an operating system: it says so, waits for a key, and has the BIOS start again, as
; the boot sectors of DOS do.
;
; Sources: Microsoft "FAT: General Overview of On-Disk Format" 1.03, "Boot Sector and BPB"; BIOS Boot Specification 1.01,
; section 6.7 (INT 18h: the boot has failed).

        bits    16
        cpu     8086
        org     7C00h

        jmp     short start
        nop
        times   5Ah-($-$$) db 0         ; parameters: the longest are those of FAT32

start:
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, 7C00h
        mov     ds, ax
        sti
        cld
        mov     si, message
.next:
        lodsb
        test    al, al
        jz      .wait
        mov     ah, 0Eh
        mov     bx, 7
        int     10h
        jmp     .next
.wait:
        xor     ah, ah
        int     16h
        int     19h
        int     18h                     ; of a BIOS whose INT 19h comes back
        jmp     start

message:
        db      13, 10, "Not a bootable disk. Put in another one and press a key", 13, 10, 0

        times   510-($-$$) db 0
        dw      0AA55h
