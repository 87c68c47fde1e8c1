; INT 10h for the adapters around the 6845, CGA, MDA and Hercules, until a video ROM takes it. INT 11h and INT 12h, which
; are short.
;
; The services are those of the VGA BIOS, assembled for these adapters; crt.asm has what touches the hardware.

%define VIDEO_6845
%include "../video/const.inc"
%include "../video/service.asm"

services:
%include "../video/services.inc"
        dw      none, none, none        ; 10h-12h
        dw      write_string            ; 13h
services_end:

%include "../video/memory.asm"
%include "../video/text.asm"
%include "../video/graphics.asm"
%include "../video/scroll.asm"
%include "../video/dots.asm"
%include "crt.asm"

; INT 11h: Out: AX = equipment. INT 12h: Out: AX = base memory in KB.
int11:
        push    ds
        mov     ds, [cs:seg_bda]
        mov     ax, [bda_equip]
        pop     ds
        iret
int12:
        push    ds
        mov     ds, [cs:seg_bda]
        mov     ax, [bda_base_kb]
        pop     ds
        iret
