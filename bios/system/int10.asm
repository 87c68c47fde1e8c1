; INT 10h for the adapters around the 6845, CGA, MDA and Hercules, until a video ROM takes it. INT 11h and INT 12h, which
; are short.
;
; The services are those of the VGA BIOS, assembled for these adapters; crt.asm has what touches the hardware.

%define VIDEO_6845
%include "../video/const.inc"
%include "../video/service.asm"

services:
        dw      set_mode                ; 00h
        dw      set_cursor_shape        ; 01h
        dw      set_cursor              ; 02h
        dw      get_cursor              ; 03h
        dw      light_pen               ; 04h
        dw      select_page             ; 05h
        dw      scroll_up               ; 06h
        dw      scroll_down             ; 07h
        dw      read_char               ; 08h
        dw      write_char_attr         ; 09h
        dw      write_char              ; 0Ah
        dw      cga_palette             ; 0Bh
        dw      write_dot               ; 0Ch
        dw      read_dot                ; 0Dh
        dw      teletype                ; 0Eh
        dw      get_mode                ; 0Fh
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
