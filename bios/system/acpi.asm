; ACPI: tables by which an operating system finds the power management function, switches the machine off, and learns how
; the PCI slots are wired. The tables lie in the ROM; POST completes them in shadow RAM, where there is a PIIX4.
;
; Sources: Advanced Configuration and Power Interface Specification 1.0b: 5.2 (tables), 6.2 (objects of devices), 6.4
; (resource descriptors), 15 (AML).

FACS_OFF        equ 340h                ; in the EBDA: writable, on a 64-byte boundary
ACPI_SUM        equ 9                   ; checksum in the head of a table
ACPI_LENGTH     equ 4
ACPI_ENABLE     equ 0F1h                ; written to the APM control port
ACPI_DISABLE    equ 0F0h
PM1A_EVT        equ PM1A_CNT-4
PM_TIMER        equ PM1A_CNT+4

cpu 386
; acpi_facs: the table that an operating system writes to. DS = BIOS data area. Changes AX, CX, DI, ES.
acpi_facs:
        ebda    es
        test    byte [es:eb_board], BOARD_PCI
        jz      .none
        push    eax
        cld
        mov     di, FACS_OFF
        mov     eax, "FACS"
        stosd
        mov     eax, 64                 ; its length
        stosd
        xor     eax, eax
        mov     cx, (64-8)/4
        rep stosd
        pop     eax
.none:
        ret

; acpi_make: while F0000h is writable. DS = BIOS data area. Changes everything but DS.
acpi_make:
        mov     ax, 0B102h
        mov     cx, PIIX4_PM_ID >> 16
        mov     dx, PIIX4_PM_ID & 0FFFFh
        xor     si, si
        call    pci_core16
        jc      .none
        movzx   eax, word [bda_ebda]
        shl     eax, 4
        add     eax, FACS_OFF
        push    cs
        pop     es
        mov     [es:fadt_facs], eax
        mov     si, acpi_rsdt
        call    .sum
        mov     si, acpi_fadt
        call    .sum
        mov     si, acpi_dsdt
        call    .sum
        mov     dword [es:acpi_rsdp], "RSD "
        mov     dword [es:acpi_rsdp+4], "PTR "
        mov     si, acpi_rsdp
        mov     cx, 20
        call    .add
        sub     [es:si+8], al
.none:
        ret
; .sum: SI = table: makes its bytes add up to 0.
.sum:
        mov     cx, [es:si+ACPI_LENGTH]
        call    .add
        sub     [es:si+ACPI_SUM], al
        ret
; .add: AL = sum of CX bytes at ES:SI. Changes CX.
.add:
        push    si
        mov     al, 0
.next:
        add     al, [es:si]
        inc     si
        loop    .next
        pop     si
        ret
cpu 8086

; head SIGNATURE, END, REVISION
%macro acpi_head 3
%%here: db      %1
        dd      %2-%%here
        db      %3, 0
        db      "BEIGE "
        db      "BEIGEPC "
        dd      1
        db      "BEIG"
        dd      1
%endmacro
ACPI_ADDR       equ 0F0000h

        align   16, db 0FFh
acpi_rsdp:
        times 8 db 0                    ; its name comes at POST: there may be nothing to be found
        db      0
        db      "BEIGE ", 0
        dd      ACPI_ADDR+acpi_rsdt-$$
        align   4, db 0
acpi_rsdt:
        acpi_head "RSDT", acpi_rsdt_end, 1
        dd      ACPI_ADDR+acpi_fadt-$$
acpi_rsdt_end:

acpi_fadt:
        acpi_head "FACP", acpi_fadt_end, 1
fadt_facs:
        dd      0
        dd      ACPI_ADDR+acpi_dsdt-$$
        db      0, 0                    ; two 8259A
        dw      SCI_IRQ
        dd      APM_CONTROL
        db      ACPI_ENABLE, ACPI_DISABLE, 0, 0
        dd      PM1A_EVT, 0, PM1A_CNT, 0, 0, PM_TIMER, 0, 0
        db      4, 2, 0, 4, 0, 0, 0, 0  ; lengths; no general-purpose events
        dw      0FFFh, 0FFFh            ; no C2, no C3
        dw      0, 0
        db      0, 0, 0, 0, CMOS_CENTURY, 0, 0, 0
        dd      1|1<<2|1<<5|1<<6        ; WBINVD, C1; no sleep button, no wake-up by the clock
acpi_fadt_end:

; aml_len END: the length of a package, from here to END, in two bytes.
%macro aml_len 1
%%here: db      40h|((%1-%%here) & 0Fh), (%1-%%here) >> 4
%endmacro
; aml_name NAME; then its value
%macro aml_name 1
        db      08h, %1
%endmacro
; aml_device NAME, END
%macro aml_device 2
        db      5Bh, 82h
        aml_len %2
        db      %1
%endmacro
; aml_buffer END: of resource descriptors, up to and with the end tag
%macro aml_buffer 1
        db      11h
        aml_len %1
        db      0Bh
        dw      %1-%%data
%%data:
%endmacro
%macro aml_eisa 2                       ; PNP number, high and low byte
        db      0Ch, 41h, 0D0h, %1, %2
%endmacro
%macro aml_ports 3                      ; first, last first, how many
        db      47h, 1
        dw      %1, %2
        db      1, %3
%endmacro
%macro aml_end 0
        db      79h, 0
%endmacro
; aml_range TYPE, FLAGS, FIRST, LAST: words; a window that is passed on
%macro aml_range 4
        db      88h, 0Dh, 0, %1, 0Ch, %2
        dw      0, %3, %4, 0, %4-(%3)+1
%endmacro
%macro aml_memory 2
        db      87h, 17h, 0, 0, 0Ch, 1
        dd      0, %1, %2, 0, %2-(%1)+1
%endmacro

acpi_dsdt:
        acpi_head "DSDT", acpi_dsdt_end, 1
        aml_name "_S5_"                 ; sleep type 0
        db      12h, 6, 4, 0, 0, 0, 0
        db      10h                     ; scope
        aml_len acpi_dsdt_end
        db      "\_SB_"
        aml_device "PCI0", acpi_dsdt_end
        aml_name "_HID"
        aml_eisa 0Ah, 03h
        aml_name "_ADR"
        db      0
        aml_name "_CRS"
        aml_buffer .pci_end
        aml_range 2, 0, 0, 0            ; bus 0
        aml_ports PCI_ADDR, PCI_ADDR, 8
        aml_range 1, 3, 0, PCI_ADDR-1
        aml_range 1, 3, PCI_ADDR+8, 0FFFFh
        aml_memory 0A0000h, 0BFFFFh
        aml_memory PCI_MEM, PCI_MEM_END-1
        aml_end
.pci_end:
        aml_name "_PRT"                 ; as POST routes: no way to change it
        db      12h
        aml_len .prt_end
        db      4*PIR_SLOTS
%assign prt_slot 1
%rep PIR_SLOTS
%assign prt_pin 0
%rep 4
        db      12h, 0Ch, 4, 0Ch
        dw      0FFFFh, prt_slot
        db      0Ah, prt_pin, 0, 0Ah, PCI_IRQ_A+(((prt_slot-1+prt_pin) & 1)*(PCI_IRQ_B-PCI_IRQ_A))
%assign prt_pin prt_pin+1
%endrep
%assign prt_slot prt_slot+1
%endrep
.prt_end:
        aml_device "ISA_", acpi_dsdt_end
        aml_name "_ADR"
        db      0Ch
        dd      00010000h
        aml_device "PS2K", .keyboard_end
        aml_name "_HID"
        aml_eisa 03h, 03h
        aml_name "_CRS"
        aml_buffer .keyboard_end
        aml_ports KBC_DATA, KBC_DATA, 1
        aml_ports KBC_CMD, KBC_CMD, 1
        db      22h
        dw      1<<1
        aml_end
.keyboard_end:
        aml_device "PS2M", .mouse_end
        aml_name "_HID"
        aml_eisa 0Fh, 13h
        aml_name "_CRS"
        aml_buffer .mouse_end
        db      22h
        dw      1<<12
        aml_end
.mouse_end:
        aml_device "RTC_", .clock_end
        aml_name "_HID"
        aml_eisa 0Bh, 00h
        aml_name "_CRS"
        aml_buffer .clock_end
        aml_ports CMOS_INDEX, CMOS_INDEX, 2
        db      22h
        dw      1<<8
        aml_end
.clock_end:
acpi_dsdt_end:
