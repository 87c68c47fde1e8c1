; SMBIOS: tables that tell an operating system what the machine is made of. They are made in shadow RAM, so a board without
; it has none, like the PCs of its time.
;
; Sources: System Management BIOS Reference Specification 2.3 (sections 2.1, entry point; 3.3, structures);
; Intel 82440FX data sheet (290549), 3.2.15 (PAM0: bit 5 writes, bit 4 reads of F0000h-FFFFFh go to memory).

I440FX          equ 12378086h
PAM0            equ 59h
PAM_WRITE       equ 20h
PAM_READ        equ 10h
SHADOW_SEG      equ 2000h               ; where the ROM runs while its place changes hands
SMBIOS_ROOM     equ 200h
SMBIOS_ENTRY    equ 1Fh                 ; bytes of the entry point
NO_HANDLE       equ 0FFFEh              ; no information

smbios_none:
        ret
; smbios_init: POST, when all is found. DS = BIOS data area. Changes everything but DS.
smbios_init:
        ebda    es
        test    byte [es:eb_board], BOARD_PCI
        jz      smbios_none
cpu 386
        mov     al, 0Ah
        xor     bx, bx                  ; the host bridge
        xor     di, di
        call    pci_core16
        cmp     ecx, I440FX
        jne     smbios_none
        mov     al, 08h
        mov     di, PAM0
        call    pci_core16
        and     cl, PAM_READ|PAM_WRITE
        cmp     cl, PAM_READ            ; a warm boot: all is there
        je      smbios_none
        cli
        mov     ax, SHADOW_SEG          ; not every board writes to memory where it reads ROM
        push    cs
        pop     ds
        call    .copy
        push    ax
        mov     ax, .moved
        push    ax
        retf
.moved:
        mov     cl, PAM_READ|PAM_WRITE
        call    .pam
        push    cs
        pop     ds
        mov     ax, 0F000h
        call    .copy
        jmp     0F000h:.back
.back:
        mov     ax, SHADOW_SEG          ; empty memory for whoever starts next
        mov     es, ax
        xor     di, di
        xor     eax, eax
        mov     cx, 4000h
        rep stosd
        mov     ds, [cs:seg_bda]
        call    smbios_make
        call    acpi_make
        mov     cl, PAM_READ
        call    .pam
        sti
        ret
.copy:                                  ; 64 KB from DS to the segment AX
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, 4000h
        cld
        rep movsd
        ret
.pam:
        mov     al, 0Bh
        xor     bx, bx
        mov     di, PAM0
        jmp     pci_core16

; smbios_make: fills the room. DS = BIOS data area. Changes everything but DS.
smbios_make:
        call    extended_kb
        shl     edx, 16
        mov     dx, ax
        add     edx, 1024               ; with the first MB
        push    edx
        call    cpu_name
        pop     edx
        push    ds
        push    cs
        pop     ds
        push    cs
        pop     es
        push    si
        mov     si, smb_first           ; BIOS, system, chassis, processor
        mov     di, smbios_tables
        mov     cx, smb_first_end-smb_first
        rep movsb
        mov     al, [smb_families+bx]
        mov     [es:smbios_tables+smb_family-smb_first], al
        pop     si
.name:
        lodsb                           ; ends the strings of the processor
        stosb
        test    al, al
        jnz     .name
        stosb
        mov     bp, di
        mov     si, smb_rest
        mov     cx, smb_rest_end-smb_rest
        rep movsb
        mov     eax, edx                ; KB, or MB
        cmp     eax, 8000h
        jb      .kb
        shr     eax, 10
        jmp     short .size
.kb:
        or      ax, 8000h
.size:
        mov     [es:bp+smb_size-smb_rest], ax
        dec     edx
        mov     [es:bp+smb_last-smb_rest], edx
        ; the entry point
        lea     ax, [di-smbios_tables]
        mov     si, smb_entry
        mov     di, smbios_entry
        mov     cx, SMBIOS_ENTRY
        rep movsb
        mov     [es:smbios_entry+16h], ax
        mov     si, smbios_entry+10h
        mov     cx, SMBIOS_ENTRY-10h
        call    .sum
        mov     [es:smbios_entry+15h], al
        mov     si, smbios_entry
        mov     cx, SMBIOS_ENTRY
        call    .sum
        mov     [es:smbios_entry+04h], al
        pop     ds
        ; CPUID's answer is the processor's identification
        ebda    es
        test    byte [es:eb_board], BOARD_CPUID
        jz      .done
cpu 586
        mov     eax, 1
        cpuid
cpu 386
        push    cs
        pop     es
        mov     [es:smbios_tables+smb_id-smb_first], eax
        mov     [es:smbios_tables+smb_id-smb_first+4], edx
.done:
        ret
.sum:                                   ; AL = what makes CX bytes at SI add up to 0
        mov     al, 0
.next:
        sub     al, [si]
        inc     si
        loop    .next
        ret
cpu 8086

smb_families:                           ; as cpu_name counts them
        db      03h, 03h, 04h, 05h, 06h, 0Bh, 0Ch, 0Dh

        align   16, db 0FFh
        db      0FFh                    ; where nobody looks for an entry point
smb_entry:
        db      "_SM_", 0, SMBIOS_ENTRY, 2, 3
        dw      smb_longest
        times 6 db 0
        db      "_DMI_", 0
        dw      0                       ; length of the tables
        dd      0F0000h+smbios_tables-$$
        dw      9                       ; structures
        db      23h

smb_first:
        db      0, 14h                  ; BIOS information
        dw      0
        db      1, 2
        dw      0F000h
        db      3, 0                    ; date; 64 KB
        ; ISA, PCI, APM, shadowing, CD boot, selectable boot, EDD, the floppy formats, INT 05h, 09h, 14h, 17h, 10h
        dd      7FC99490h, 0
        db      0, 0
        db      "beige", 0, "1", 0, "01/01/26", 0, 0
        db      1, 19h                  ; system
        dw      1
        db      1, 2, 0, 0
        times 16 db 0                   ; no UUID
        db      6                       ; power switch
        db      "beige", 0, "PC", 0, 0
        db      3, 0Dh                  ; chassis: desktop; states: safe; no lock
        dw      2
        db      1, 3, 0, 0, 0, 3, 3, 3, 3
        db      "beige", 0, 0
smb_longest     equ smb_rest-smb_processor+13 ; with the longest name
smb_processor:
        db      4, 23h                  ; processor
        dw      3
        db      1, 3
smb_family:
        db      0, 0
smb_id: dd      0, 0
        db      2, 80h                  ; version; voltage: not known
        dw      0, 0, 0                 ; clocks: not known
        db      41h, 6                  ; enabled; no upgrade
        dw      0FFFFh, 0FFFFh, 0FFFFh  ; no caches
        db      0, 0, 0
        db      "CPU", 0
smb_first_end:                          ; here the name

smb_rest:
        db      16, 0Fh                 ; memory array: on the board, system memory, no ECC
        dw      4
        db      3, 3, 3
        dd      3*1024*1024             ; KB at most
        dw      NO_HANDLE, 1
        db      0, 0
        db      17, 1Bh                 ; memory device: DIMM of DRAM, 64 bits
        dw      5, 4, NO_HANDLE, 64, 64
smb_size:
        dw      0
        db      9, 0, 1, 0, 3
        dw      4, 0                    ; details and speed: not known
        db      0, 0, 0, 0
        db      "DIMM", 0, 0
        db      19, 0Fh                 ; where it appears
        dw      6
        dd      0
smb_last:
        dd      0                       ; KB
        dw      4
        db      1
        db      0, 0
        db      32, 0Bh                 ; boot: no errors
        dw      7
        times 7 db 0
        db      0, 0
        db      127, 4                  ; end
        dw      8
        db      0, 0
smb_rest_end:

        align   16, db 0FFh
smbios_entry:
        times 20h db 0FFh
smbios_tables:
        times SMBIOS_ROOM-20h db 0FFh
        times -((smb_first_end-smb_first)+(smb_rest_end-smb_rest)+16 > SMBIOS_ROOM-20h) db 0 ; it must fit
