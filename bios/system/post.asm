; Power-on self-test: from the first instruction to INT 19h.
;
; Progress on port 80h: 01 memory sized, 02 vectors and chips, 03 processor and clock, 04 keyboard controller, 05 ports and
; PCI, 06 video ROM, 07 memory count and diskettes, 08 keyboard and mouse, 09 disks, 0A summary, 0B other ROMs, 0C boot menu,
; 00 the boot sector runs. Each is written when its part begins.
;
; Source: IBM PC AT Technical Reference, section 5, "POST"; shutdown codes in CMOS 0Fh: a reset of the processor alone, made
; to leave protected mode, goes on where the code says (05h, 09h, 0Ah as in the AT; 0Bh, 0Ch as in later BIOSes).

SYSTEM_FLAG     equ 04h                 ; status of the 8042: set by POST, cleared by a reset of the whole board

post_entry:
        cli
        cld
        xt_board
        je      .cold
        in      al, KBC_CMD
        test    al, SYSTEM_FLAG
        jz      .cold
        mov     al, CMOS_NMI_OFF|CMOS_SHUTDOWN
        out     CMOS_INDEX, al
        jmp     short $+2
        in      al, CMOS_DATA
        mov     ah, al
        cmp     al, 0FFh                ; no CMOS
        je      .cold
        mov     al, CMOS_NMI_OFF|CMOS_SHUTDOWN
        out     CMOS_INDEX, al
        jmp     short $+2
        xor     al, al
        out     CMOS_DATA, al
        mov     al, CMOS_D              ; leaves the NMI enabled
        out     CMOS_INDEX, al
        in      al, CMOS_DATA
        cmp     ah, 05h
        je      .jump_eoi
        cmp     ah, SHUTDOWN_MOVE
        jne     .not_move
        jmp     move_286_back
.not_move:
        cmp     ah, 0Ah
        je      .jump
        cmp     ah, 0Bh
        je      .iret
        cmp     ah, 0Ch
        je      .retf
.cold:
        jmp     post_cold
.jump_eoi:
        mov     al, EOI
        out     PIC2, al
        out     PIC1, al
        in      al, KBC_DATA            ; a key that came in between would block the keyboard
.jump:
        mov     ax, BDA_SEG
        mov     ds, ax
        jmp     far [bda_reset_vec]
.iret:
        mov     ax, BDA_SEG
        mov     ds, ax
        mov     ss, [bda_reset_vec+2]
        mov     sp, [bda_reset_vec]
        iret
.retf:
        mov     ax, BDA_SEG
        mov     ds, ax
        mov     ss, [bda_reset_vec+2]
        mov     sp, [bda_reset_vec]
        retf

post_cold:
        post    01h
        xt_board
        jne     .at
        jmp     xt_start
.at:
        in      al, SYSB                ; speaker off, parity and channel check enabled
        and     al, 0F0h
        out     SYSB, al
.started:
        mov     dx, FDC_DOR             ; motors off
        xor     al, al
        out     dx, al
        mov     bp, .sized
        jmp     memory_size
.sized:
        mov     bx, BDA_SEG             ; a stack below the place of the boot sector
        mov     ds, bx
        xor     cx, cx
        mov     ss, cx
        mov     sp, BOOT_OFF
        mov     si, [bda_reset_flag]    ; clears the data area, except for this word
        mov     es, bx
        xor     di, di
        push    ax
        xor     ax, ax
        mov     cx, 100h
        rep stosw
        pop     ax
        mov     [bda_reset_flag], si
        call    ebda_init
        mov     ax, 0020h               ; 80x25 colour
        xt_board
        jne     .equipment
        call    xt_equipment
.equipment:
        mov     [bda_equip], ax
        post    02h
        call    vectors_init
        call    pic_init
        call    chips_init
        post    03h
        call    cpu_detect
        call    rtc_init
        cli
        call    cmos_check
        sbb     al, al
        push    ax                      ; FFh: the set-up was lost
        post    04h
        call    kbc_start
        call    apic_init
        mov     ah, 0                   ; real mode ends at 1 MB, as on an 8086
        call    a20_gate
        post    05h
        call    com_find
        call    lpt_find
        call    pci_init
        post    06h
        mov     ax, 0C000h              ; the video ROM first
        mov     dx, 0C800h
        call    rom_scan
        mov     ds, [cs:seg_bda]
        call    pci_video_lock
        call    crt_find
        post    07h
        mov     al, 0                   ; the timer
        call    irq_unmask
        mov     al, 2
        call    irq_unmask
        sti
        call    banner
        call    memory_count
        call    fd_init
        post    08h
        call    kbc_finish
        post    09h
        call    ata_init
        post    0Ah
        call    summary
        pop     ax
        test    al, al
        jz      .set_up
        mov     si, .lost
        call    puts
.set_up:
        post    0Bh
        mov     ax, 0C800h
        mov     dx, 0F000h
        call    rom_scan
        mov     ds, [cs:seg_bda]
        call    equipment_save
        mov     word [bda_reset_flag], 0
        post    0Ch
        call    smbios_init
        call    acpi_facs
        call    boot_asked
        xt_board
        jne     .boot
        mov     al, NMI_ON
        out     XT_NMI_MASK, al
.boot:
        int     19h
.lost:
        db      "The set-up in the CMOS memory was lost; standard values are used.", 13, 10, 13, 10, 0

; equipment_save: the equipment byte of the CMOS follows what was found. DS = BIOS data area. Changes AX, BX, CX.
equipment_save:
        call    have_cmos
        jz      .done
        mov     al, CMOS_EQUIP
        call    cmos_read
        mov     bl, [bda_equip]
        and     ax, 003Ch               ; keyboard and display stay as set up
        and     bl, 0C3h
        or      al, bl
        mov     ah, al
        mov     al, CMOS_EQUIP
        call    cmos_write
        jmp     cmos_seal
.done:
        ret

; rom_scan: initialises option ROMs from segment AX up to DX. A ROM starts with 55AAh and its length in 512-byte
; blocks; all its bytes add up to 0; its entry is at offset 3. Changes everything.
rom_scan:
        cld
.next:
        cmp     ax, dx
        jae     .done
        mov     ds, ax
        cmp     word [0], 0AA55h
        jne     .absent
        mov     cl, [2]
        xor     ch, ch
        jcxz    .absent
        cmp     cl, 128                 ; 64 KB at most
        ja      .absent
        push    ax
        push    dx
        push    cx
        xor     si, si
        xor     bl, bl
.block:
        push    cx
        mov     cx, 512
.sum:
        lodsb
        add     bl, al
        loop    .sum
        pop     cx
        loop    .block
        pop     cx
        pop     dx
        pop     ax
        test    bl, bl
        jnz     .absent
        push    ax                      ; the next one may start at the next 2 KB after it
        push    cx
        push    dx
        mov     bx, ax
        xor     ax, ax                  ; no bus and device: not from PCI
        push    cs
        mov     cx, .back
        push    cx
        push    bx
        mov     cx, 3
        push    cx
        retf
.back:
        cld
        pop     dx
        pop     cx
        pop     ax
        add     cx, 3
        and     cx, 0FCh                ; blocks, in units of 2 KB
        push    cx
        mov     bx, cx
        mov     cl, 5
        shl     bx, cl                  ; 512 bytes are 20h paragraphs
        pop     cx
        add     ax, bx
        jmp     .next
.absent:
        add     ax, 80h
        jmp     .next
.done:
        ret
