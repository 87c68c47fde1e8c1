; beige system BIOS: the ROM at F000:0000, for every model from the 8086 on.
;
; It uses what a real PC has (ports, CMOS, interrupt vectors) and nothing else, so it also runs in other emulators. What an
; 8086 executes is 8086 code; services of later processors lie behind a look at eb_cpu.
;
; Sources: IBM PC AT Technical Reference (6183355), section 5 "ROM BIOS and system usage": services, data areas and the
; addresses at the end of the ROM that programs call directly.

        cpu     8086
        bits    16
        org     0

%include "defs.inc"
%include "macros.inc"

        db      "beige BIOS", 0
        align   2, db 0FFh
seg_bda:
        dw      BDA_SEG

%include "wait.asm"
%include "xt.asm"
%include "cmos.asm"
%include "console.asm"
%include "pic.asm"
%include "kbc.asm"
%include "mouse.asm"
%include "timer.asm"
%include "int09.asm"
%include "keytable.asm"
%include "int10.asm"
%include "int13.asm"
%include "edd.asm"
%include "flat.asm"
%include "floppy.asm"
%include "fdcommand.asm"
%include "fdparams.asm"
%include "fdmedia.asm"
%include "fdchip.asm"
%include "ata.asm"
%include "atamove.asm"
%include "atafind.asm"
%include "geometry.asm"
%include "cdrom.asm"
%include "cdservice.asm"
%include "cdboot.asm"
%include "cdtorito.asm"
%include "int14.asm"
%include "int15.asm"
%include "int15mem.asm"
%include "blockmove.asm"
%include "apm.asm"
%include "int16.asm"
%include "int17.asm"
%include "int1a.asm"
%include "pci.asm"
%include "pciinit.asm"
%include "pirq.asm"
%include "memory.asm"
%include "processor.asm"
%include "apic.asm"
%include "smbios.asm"
%include "acpi.asm"
%include "vectors.asm"
%include "memcount.asm"
%include "summary.asm"
%include "boot.asm"
%include "bootmenu.asm"
%include "post.asm"

; The 32-bit service directory (Standard BIOS 32-bit Service Directory Proposal 0.4): found by its signature on a
; 16-byte boundary; all bytes add up to 0.
BIOS32_ADDR     equ bios32_entry-$$+0F0000h
        align   16, db 0FFh
        db      "_32_"
        dd      BIOS32_ADDR
        db      0, 1                    ; revision, length in 16 bytes
        db      -('_'+'3'+'2'+'_'+1+(BIOS32_ADDR & 0FFh)+(BIOS32_ADDR >> 8 & 0FFh)+(BIOS32_ADDR >> 16)) & 0FFh
        times 5 db 0

%include "fixed.asm"
