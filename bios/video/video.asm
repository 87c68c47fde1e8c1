; beige VGA BIOS: the option ROM at C000:0000.
;
; It drives a plain VGA through its registers only and runs on an 8086, so it works
; with any system BIOS and on any machine that has a VGA.
;
; Sources: IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 10h" and
; "Data areas"; IBM PS/2 Hardware Interface Technical Reference, "Video subsystem";
; IBM EGA Technical Reference (save pointer table, user fonts); PCI Firmware
; Specification 3.0, section 5.1.2 (option ROM header and PCI data structure).
;
; Not here: the light pen (04h reports none), the display switch (12h/35h: there is
; one display adapter), the user palette profile of the secondary save pointer table.
;
        cpu 8086
        bits 16
        org 0

%define VIDEO_VGA
%include "const.inc"

        db 55h, 0AAh, ROM_SIZE/512
        jmp near rom_init
        times 18h-($-$$) db 0
        dw pci_data                     ; 18h
        times 1Eh-($-$$) db 0
        db "IBM VGA compatible BIOS", 0 ; 1Eh: old programs look for "IBM" here
        db "beige", 0

        align 4, db 0
pci_data:
        db "PCIR"
        dw 1234h, 1111h                 ; the standard VGA of PCI machines without one of their own
        dw 0
        dw 18h                          ; length of this structure
        db 0
        db 0, 0, 3                      ; class: VGA
        dw ROM_SIZE/512
        dw 1                            ; revision
        db 0, 80h                       ; PC code, last image
        dw 0

services:
%include "services.inc"
        dw palette                      ; 10h
        dw fonts                        ; 11h
        dw alternate                    ; 12h
        dw write_string                 ; 13h
        times 6 dw none                 ; 14h-19h
        dw display_code                 ; 1Ah
        dw state_info                   ; 1Bh
        dw save_restore                 ; 1Ch
services_end:

%include "service.asm"
%include "memory.asm"
%include "init.asm"
%include "mode.asm"
%include "text.asm"
%include "graphics.asm"
%include "scroll.asm"
%include "dots.asm"
%include "palette.asm"
%include "dac.asm"
%include "fonts.asm"
%include "alternate.asm"
%include "switches.asm"
%include "state.asm"
%include "vbe.asm"
%include "vbeinfo.asm"
%include "vbemode.asm"
%include "vbewindow.asm"
%include "vbedac.asm"
%include "vbetext.asm"
%include "vbemodes.asm"
%include "tables.asm"

        align 16, db 0
font8x16:
        incbin "8x16.bin"
font8x14:
        incbin "8x14.bin"
font8x8:
        incbin "8x8.bin"
; The 9-dot supplements (11h/30h, BH=5 and 7) replace glyphs that need the ninth
; dot; ours need none, so the lists are empty: a code of 0 ends them.
font9x14:
        db 0
font9x16:
        db 0
