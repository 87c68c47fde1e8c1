; The loader ROM: starts a kernel that the machine was given instead of a boot disk. It is an option ROM that takes over
; INT 19h, by which every BIOS starts an operating system; the kernel and all that belongs to it come from the firmware
; configuration device.
;
; Sources: PCI Firmware Specification 3.0, section 5.1 (option ROM header); QEMU, "QEMU Firmware Configuration (fw_cfg)
; Device" (registers, keys, transfers); Linux, Documentation/arch/x86/boot.rst ("Running the Kernel"); Multiboot
; Specification 0.6.96, section 3; Advanced Configuration and Power Interface Specification, "System Address Map
; Interfaces" (INT 15h E820h).

        bits    16
        cpu     486
        org     0

; Keys of the firmware configuration device. Numbers are 32 bits, little endian.
KEY_KERNEL_ADDR equ 07h
KEY_KERNEL_SIZE equ 08h
KEY_INITRD_ADDR equ 0Ah
KEY_INITRD_SIZE equ 0Bh
KEY_ENTRY       equ 10h
KEY_KERNEL      equ 11h
KEY_INITRD      equ 12h
KEY_CMD_ADDR    equ 13h
KEY_CMD_SIZE    equ 14h
KEY_CMD         equ 15h
KEY_SETUP_ADDR  equ 16h
KEY_SETUP_SIZE  equ 17h
KEY_SETUP       equ 18h

FW_SELECT       equ 510h
FW_DATA         equ 511h
FW_DMA_HIGH     equ 514h
FW_DMA_LOW      equ 518h
FW_ERROR        equ 1
FW_READ         equ 2
FW_BY_KEY       equ 8

; Scratch memory in segment 0, which is free when INT 19h is called.
STACK_TOP       equ 7C00h
transfer        equ 7E00h               ; description of a transfer, 16 bytes, big endian
gdtr            equ 7E10h
entry           equ 7E18h               ; dwords
info            equ 7E1Ch
lower           equ 7E20h               ; KB of memory below and above 1 MB
upper           equ 7E24h
map_bytes       equ 7E28h
map             equ 8000h
MAP_ENTRIES     equ 64

; Multiboot information structure.
MBI_FLAGS       equ 0
MBI_LOWER       equ 4
MBI_UPPER       equ 8
MBI_MAP_LENGTH  equ 44
MBI_MAP_ADDR    equ 48
MBI_MEMORY      equ 1                   ; flags
MBI_MAP         equ 40h
MBI_MAGIC       equ 2BADB002h

SMAP            equ 534D4150h           ; "SMAP"

        db      55h, 0AAh
        db      0                       ; length in blocks, filled in when the ROM is sealed
        jmp     near init
        times   18h-($-$$) db 0
        dw      0, 0                    ; neither PCI nor Plug and Play structure

; init: called once by the BIOS. Takes over INT 19h.
init:
        push    ds
        push    ax
        xor     ax, ax
        mov     ds, ax
        mov     word [19h*4], boot
        mov     [19h*4+2], cs
        pop     ax
        pop     ds
        retf

boot:
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, STACK_TOP
        sti
        cld
        mov     ax, KEY_KERNEL_SIZE
        call    number
        test    eax, eax
        jz      none
        mov     si, .items
.load:
        cs lodsw
        test    ax, ax
        jz      .loaded
        call    load
        jc      failed
        jmp     .load
.loaded:
        mov     ax, KEY_SETUP_SIZE
        call    number
        test    eax, eax
        jz      multiboot

; The real-mode part of a Linux kernel: all segments at it, the stack below the command line, entry at its second sector.
        mov     ax, KEY_CMD_ADDR
        call    number
        mov     ebx, eax
        mov     ax, KEY_SETUP_ADDR
        call    number
        sub     ebx, eax
        shr     eax, 4
        cli
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        lea     sp, [bx-16]
        add     ax, 20h
        push    ax
        push    word 0
        retf

; What is loaded: the keys of address, size and data; the first two by the last.
.items: dw      KEY_SETUP, KEY_CMD, KEY_KERNEL, KEY_INITRD, 0

none:
        mov     si, .text
        call    print
        int     18h
.text:  db      "No kernel to start", 13, 10, 0

failed:
        mov     si, .text
        call    print
        int     18h
.text:  db      "The kernel cannot be read", 13, 10, 0

; print: writes the text at CS:SI.
print:
        cs lodsb
        test    al, al
        jz      .done
        mov     ah, 0Eh
        mov     bx, 7
        int     10h
        jmp     print
.done:
        ret

; number: EAX = the item with key AX, 32 bits. Changes DX, CX.
number:
        mov     dx, FW_SELECT
        out     dx, ax
        inc     dx
        mov     cx, 4
.byte:
        in      al, dx
        ror     eax, 8
        loop    .byte
        ret

; load: reads the item with key AX to where it belongs. CF set on a failure. Changes EAX, EBX, CX, DX, DI, EBP.
load:
        mov     di, .keys
.find:
        cmp     al, [cs:di]
        je      .found
        add     di, 3
        jmp     .find
.found:
        movzx   ebp, ax
        movzx   ax, byte [cs:di+1]
        call    number
        mov     ebx, eax
        movzx   ax, byte [cs:di+2]
        call    number
        test    eax, eax
        jz      .done
        bswap   eax
        mov     [transfer+4], eax
        mov     dword [transfer+8], 0
        bswap   ebx
        mov     [transfer+12], ebx
        shl     ebp, 16
        or      ebp, FW_BY_KEY | FW_READ
        bswap   ebp
        mov     [transfer], ebp
        xor     eax, eax
        mov     dx, FW_DMA_HIGH
        out     dx, eax
        mov     eax, transfer
        bswap   eax
        mov     dx, FW_DMA_LOW
        out     dx, eax
.wait:
        mov     eax, [transfer]         ; 0 when it is done
        bswap   eax
        test    al, FW_ERROR
        jnz     .bad
        test    eax, eax
        jnz     .wait
.done:
        clc
        ret
.bad:
        stc
        ret
.keys:  db      KEY_SETUP, KEY_SETUP_ADDR, KEY_SETUP_SIZE
        db      KEY_CMD, KEY_CMD_ADDR, KEY_CMD_SIZE
        db      KEY_KERNEL, KEY_KERNEL_ADDR, KEY_KERNEL_SIZE
        db      KEY_INITRD, KEY_INITRD_ADDR, KEY_INITRD_SIZE

; A Multiboot kernel: the BIOS is asked for the memory, then it starts in 32-bit mode.
multiboot:
        mov     ax, KEY_ENTRY
        call    number
        mov     [entry], eax
        mov     ax, KEY_INITRD_ADDR
        call    number
        mov     [info], eax
        int     12h
        movzx   eax, ax
        mov     [lower], eax
        call    above
        mov     [upper], eax
        call    memory_map
        mov     ax, 2401h               ; open address line 20
        int     15h
        cli
        xor     eax, eax
        mov     ax, cs
        shl     eax, 4
        lea     ebx, [eax+gdt]
        mov     word [gdtr], gdt_end-gdt-1
        mov     [gdtr+2], ebx
        o32 lgdt [gdtr]
        add     eax, flat
        push    dword 8
        push    eax
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     ax, 10h
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        o32 retf

; above: EAX = KB of memory from 1 MB up to the first hole.
above:
        mov     ax, 0E801h
        xor     bx, bx
        xor     cx, cx
        xor     dx, dx
        int     15h
        jc      .old
        test    ax, ax
        jnz     .have
        mov     ax, cx
        mov     bx, dx
.have:
        movzx   eax, ax
        cmp     ax, 3C00h               ; 15 MB: no hole below 16 MB
        jne     .done
        movzx   ebx, bx
        shl     ebx, 6
        add     eax, ebx
        ret
.old:
        mov     ah, 88h
        int     15h
        movzx   eax, ax
.done:
        ret

; memory_map: what the BIOS reports, as entries of the Multiboot map at map.
memory_map:
        xor     ebx, ebx
        mov     di, map
        mov     si, MAP_ENTRIES
.next:
        mov     dword [di], 20          ; size of the rest of the entry
        add     di, 4
        push    si
        mov     eax, 0E820h
        mov     edx, SMAP
        mov     ecx, 20
        int     15h
        pop     si
        jc      .end
        cmp     eax, SMAP
        jne     .end
        add     di, 20
        dec     si
        jz      .full
        test    ebx, ebx
        jnz     .next
        jmp     .full
.end:
        sub     di, 4
.full:
        movzx   eax, di
        sub     eax, map
        mov     [map_bytes], eax
        ret

; flat: 32-bit mode, all segments from 0 to 4 GB, address line 20 open.
        bits    32
flat:
        mov     ebx, [info]
        mov     ecx, [map_bytes]
        mov     [ebx+MBI_MAP_LENGTH], ecx
        jecxz   .no_map
        or      dword [ebx+MBI_FLAGS], MBI_MAP
        mov     esi, map
        mov     edi, [ebx+MBI_MAP_ADDR]
        rep movsb
.no_map:
        or      dword [ebx+MBI_FLAGS], MBI_MEMORY
        mov     eax, [lower]
        mov     [ebx+MBI_LOWER], eax
        mov     eax, [upper]
        mov     [ebx+MBI_UPPER], eax
        mov     eax, MBI_MAGIC
        jmp     [entry]

        align   8
gdt:    dq      0
        dq      00CF9B000000FFFFh       ; code, accessed: the ROM cannot be written
        dq      00CF93000000FFFFh       ; data
gdt_end:
