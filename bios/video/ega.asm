; beige EGA BIOS: the option ROM at C000:0000 of an Enhanced Graphics Adapter with 256 KB.
;
; The services are those of the VGA BIOS as far as an EGA has them, from the same sources. What the hardware cannot read
; back they take from the mode's parameters.
;
; Sources: IBM Enhanced Graphics Adapter (Technical Reference Options and Adapters, 6280131), "BIOS" and "Programming
; Considerations"; IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 10h" (what differs on the EGA).
;
; Not here: the light pen (04h reports none); a second adapter beside this one, and the CGA's display.

        cpu 8086
        bits 16
        org 0

%define VIDEO_EGA
%include "const.inc"

        db 55h, 0AAh, ROM_SIZE/512
        jmp near rom_init
        times 1Eh-($-$$) db 0
        db "IBM EGA compatible BIOS", 0 ; 1Eh: old programs look for "IBM" here
        db "beige", 0

services:
%include "services.inc"
        dw palette                      ; 10h
        dw fonts                        ; 11h
        dw alternate                    ; 12h
        dw write_string                 ; 13h
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
%include "fonts.asm"
%include "alternate.asm"
%include "tables_ega.asm"

        align 16, db 0
font8x14:
        incbin "8x14.bin"
font8x8:
        incbin "8x8.bin"
; The 9-dot supplement (11h/30h, BH=5): our glyphs need none. A code of 0 ends the list.
font9x14:
        db 0
