; The master boot record of a new hard disk: starts the boot sector of the active partition.
;
; The boot sector is read by its number where the BIOS can (INT 13h, extensions), else by cylinder, head and sector. It gets
; DL, the drive, and DS:SI, its partition table entry, as from the boot records of DOS. Where nothing can be started the BIOS
; hears of it by INT 18h.
;
; Sources: Microsoft, MS-DOS Programmer's Reference, "Partition Table"; BIOS Enhanced Disk Drive Specification 3.0, section 3; BIOS
; Boot Specification 1.01, section 6.7 (INT 18h); Plug and Play BIOS Specification 1.0A, section 3.2 (ES:DI is passed on).

        bits    16
        cpu     8086

RELOCATED equ   600h
LOAD      equ   7C00h
TABLE     equ   RELOCATED+1BEh
ENTRIES   equ   4
ENTRY     equ   16
E_HEAD    equ   1                       ; of an entry: head, sector and cylinder as INT 13h wants them
E_SECTOR  equ   2
E_START   equ   8
TRIES     equ   3

        org     RELOCATED

        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, LOAD
        mov     ds, ax
        push    es                      ; Plug and Play
        push    di
        mov     es, ax
        sti
        cld
        mov     si, LOAD
        mov     di, RELOCATED
        mov     cx, 256
        rep movsw
        jmp     0:relocated

relocated:
        test    dl, 80h                 ; not every BIOS says which drive it is
        jnz     .drive
        mov     dl, 80h
.drive:
        mov     si, TABLE
        mov     cx, ENTRIES
.find:
        test    byte [si], 80h
        jnz     .found
        add     si, ENTRY
        loop    .find
        mov     si, none
        jmp     fail
.found:
        mov     bp, TRIES
.again:
        call    load
        jnc     .loaded
        xor     ah, ah                  ; reset
        int     13h
        dec     bp
        jnz     .again
        mov     si, unreadable
        jmp     fail
.loaded:
        cmp     word [LOAD+1FEh], 0AA55h
        mov     bx, nosystem
        jne     failbx
        pop     di
        pop     es
        jmp     0:LOAD

failbx: mov     si, bx
fail:
        lodsb
        test    al, al
        jz      .end
        mov     ah, 0Eh
        mov     bx, 7
        int     10h
        jmp     fail
.end:
        int     18h                     ; the BIOS goes on with the next device, or waits
        xor     ah, ah
        int     16h
        int     19h

; load: reads the first sector of the partition at DS:SI to LOAD. CF: failed. Keeps DL, SI, BP.
load:
        mov     ah, 41h
        mov     bx, 55AAh
        push    dx
        int     13h
        pop     dx
        jc      .chs
        cmp     bx, 0AA55h
        jne     .chs
        test    cl, 1                   ; the calls with a packet
        jz      .chs
        xor     ax, ax
        push    ax                      ; the packet, from its end
        push    ax
        push    word [si+E_START+2]
        push    word [si+E_START]
        push    ax
        mov     ax, LOAD
        push    ax
        mov     ax, 1
        push    ax
        mov     al, 16
        push    ax
        mov     ah, 42h
        mov     di, si
        mov     si, sp
        int     13h
        mov     si, di
        lahf
        add     sp, 16
        sahf
        ret
.chs:
        mov     dh, [si+E_HEAD]
        mov     cx, [si+E_SECTOR]
        mov     bx, LOAD
        mov     ax, 0201h
        int     13h
        ret

none:   db      13, 10, "No active partition on the hard disk", 13, 10, 0
unreadable:
        db      13, 10, "The active partition cannot be read", 13, 10, 0
nosystem:
        db      13, 10, "The active partition is not bootable", 13, 10, 0

        times   1B8h-($-$$) db 0        ; number of the disk, partition table
        times   510-($-$$) db 0
        dw      0AA55h
