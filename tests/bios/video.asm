; A boot disk that checks the VGA BIOS: named checks of its services against values
; from the references. It reports on port E9h: a line "FAIL name: got want" for each
; check that failed, at the end "done: N checks, M failed".
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h"; PS/2 Hardware
; Interface Technical Reference, "Video subsystem", register values by mode.

%include "boot.inc"

; AL = register AL of the CRTC, sequencer, graphics, attribute controller.
crtc:
        push dx
        mov dx, [463h]
        jmp short indexed
seq:
        push dx
        mov dx, 3C4h
        jmp short indexed
gfx:
        push dx
        mov dx, 3CEh
indexed:
        out dx, al
        inc dx
        in al, dx
        pop dx
        ret
attr:
        push dx
        push ax
        mov dx, [463h]
        add dl, 6
        in al, dx
        pop ax
        mov dx, 3C0h
        out dx, al
        inc dx
        in al, dx
        push ax
        mov dx, [463h]
        add dl, 6
        in al, dx
        mov dx, 3C0h
        mov al, 20h
        out dx, al
        pop ax
        pop dx
        ret

; reg kind, index, want: a register of the mode under test.
%macro reg 4
        mov al, %3
        call %2
        is8 %1, al, %4
%endmacro

set_mode:
        mov ah, 0
        int 10h
        ret

main:
        call test_modes
        mov byte [number], 0FFh
        call test_cursor
        call test_text
        call test_strings
        call test_scroll
        call test_teletype
        call test_graphics
        mov byte [number], 0FFh
        call test_palette
        call test_dac
        call test_fonts
        call test_alternate
        call test_display
        call test_state
        mov ax, 3
        int 10h
        jmp finish

%include "video_modes.inc"
%include "video_text.inc"
%include "video_graphics.inc"
%include "video_palette.inc"
%include "video_fonts.inc"
%include "video_state.inc"

        align 512, db 0
program_end:
buffer  equ program_end
