; Mode parameters and the other tables of the VGA BIOS.
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Video parameter table" and
; "Save pointer table"; PS/2 Hardware Interface Technical Reference, "Video subsystem",
; register values by mode; PC AT Technical Reference (6845 parameters).

        align 4, db 0
save_pointers:
        dw mode_params, ROM_SEG
        dw 0, 0                         ; dynamic save area
        dw 0, 0                         ; text font override
        dw 0, 0                         ; graphics font override
        dw second_pointers, ROM_SEG
        dw 0, 0
        dw 0, 0

second_pointers:
        dw second_end-second_pointers
        dw dcc_table, ROM_SEG
        dw 0, 0                         ; second text font override
        dw 0, 0                         ; user palette profile
        dw 0, 0
        dw 0, 0
        dw 0, 0
second_end:

; Display combination codes: 0 none, 1 MDA, 2 CGA, 4 EGA colour, 5 EGA mono, 6 PGA,
; 7 VGA mono, 8 VGA colour.
DCC_VGA_COLOUR  equ 0Bh
dcc_table:
        db (dcc_end-dcc_table-4)/2      ; entries
        db 1                            ; version
        db 8                            ; highest code
        db 0
        db 0,0, 0,1, 0,2, 2,1, 0,4, 4,1, 5,0, 2,5
        db 0,6, 6,1, 6,5, 0,8, 8,1, 0,7, 7,2, 7,6
dcc_end:

; INT 1Dh: 6845 registers for 40x25, 80x25, graphics, monochrome; page sizes;
; columns; mode control bytes.
params6845:
        db 38h,28h,2Dh,0Ah,1Fh,06h,19h,1Ch,02h,07h,06h,07h,0,0,0,0
        db 71h,50h,5Ah,0Ah,1Fh,06h,19h,1Ch,02h,07h,06h,07h,0,0,0,0
        db 38h,28h,2Dh,0Ah,7Fh,06h,64h,70h,02h,01h,06h,07h,0,0,0,0
        db 61h,50h,52h,0Fh,19h,06h,19h,19h,02h,0Dh,0Bh,0Ch,0,0,0,0
        dw 0800h,1000h,4000h,4000h
        db 40,40,80,80,40,40,80,80
        db 2Ch,28h,2Dh,29h,2Ah,2Eh,1Eh,29h

; By mode, 0 to 13h.
mode_class:
        db 0,0,0,0, CLASS_CGA4,CLASS_CGA4,CLASS_CGA2, 0
        db 0,0,0,0,0, CLASS_PLANAR,CLASS_PLANAR,CLASS_PLANAR
        db CLASS_PLANAR,CLASS_PLANAR,CLASS_PLANAR, CLASS_LINEAR
mode_modectl:                           ; 40:65h, what a CGA would have been told
        db 2Ch,28h,2Dh,29h,2Ah,2Eh,1Eh,29h
mode_colours:                           ; words would be 256: 0 stands for that
        db 16,16,16,16,4,4,2,0
        db 0,0,0,0,0,16,16,0
        db 16,2,16,0
mode_pages:
        db 8,8,8,8,1,1,1,8
        db 0,0,0,0,0,8,4,2
        db 2,1,1,1
mode_lines:                             ; 0 200, 1 350, 2 400, 3 480; text: by flags
        db 0,0,0,0,0,0,0,0
        db 0,0,0,0,0,0,0,1
        db 1,3,3,0
; Which colours a mode set loads.
PAL_EGA         equ 0                   ; 64 colours of two bits each of red, green, blue
PAL_CGA         equ 1                   ; 16 colours, intensity in bit 4
PAL_MONO        equ 2
PAL_256         equ 3
mode_dac:
        db PAL_EGA,PAL_EGA,PAL_EGA,PAL_EGA,PAL_CGA,PAL_CGA,PAL_CGA,PAL_MONO
        db 0,0,0,0,0,PAL_CGA,PAL_CGA,PAL_MONO
        db PAL_EGA,PAL_EGA,PAL_EGA,PAL_256
; The parameter entry of a mode; text modes add their scan lines, see mode_entry.
mode_param:
        db 0,1,2,3,4,5,6,7
        db -1,-1,-1,-1,-1,0Dh,0Eh,11h
        db 12h,1Ah,1Bh,1Ch

; columns, rows-1, height, page length | sequencer 1-4 | misc | CRTC | attribute | graphics
mode_params:
; 00h: 0, 1 with 200 lines
%macro TEXT40_200 0
        db 40,24,8
        dw 0800h
        db 09h,03h,00h,02h, 63h
        db 2Dh,27h,28h,90h,2Bh,0A0h,0BFh,1Fh,00h,0C7h,06h,07h,0,0,0,0,9Ch,8Eh,8Fh,14h,1Fh,96h,0B9h,0A3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
%endmacro
%macro TEXT80_200 0
        db 80,24,8
        dw 1000h
        db 01h,03h,00h,02h, 63h
        db 5Fh,4Fh,50h,82h,55h,81h,0BFh,1Fh,00h,0C7h,06h,07h,0,0,0,0,9Ch,8Eh,8Fh,28h,1Fh,96h,0B9h,0A3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
%endmacro
        TEXT40_200                      ; 00h: mode 0, 200 lines
        TEXT40_200                      ; 01h
        TEXT80_200                      ; 02h
        TEXT80_200                      ; 03h
%macro CGA320 0
        db 40,24,8
        dw 4000h
        db 09h,03h,00h,02h, 63h
        db 2Dh,27h,28h,90h,2Bh,80h,0BFh,1Fh,00h,0C1h,00h,00h,0,0,0,0,9Ch,8Eh,8Fh,14h,00h,96h,0B9h,0A2h,0FFh
        db 0,13h,15h,17h,2,4,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,03h,00h
        db 0,0,0,0,0,30h,0Fh,00h,0FFh
%endmacro
        CGA320                          ; 04h
        CGA320                          ; 05h
        db 80,24,8                      ; 06h: 640x200, two colours
        dw 4000h
        db 01h,01h,00h,06h, 63h
        db 5Fh,4Fh,50h,82h,54h,80h,0BFh,1Fh,00h,0C1h,00h,00h,0,0,0,0,9Ch,8Eh,8Fh,28h,00h,96h,0B9h,0C2h,0FFh
        db 0,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,01h,00h,01h,00h
        db 0,0,0,0,0,00h,0Dh,00h,0FFh
        db 80,24,14                     ; 07h: monochrome text, 350 lines
        dw 1000h
        db 00h,03h,00h,02h, 0A6h
        db 5Fh,4Fh,50h,82h,55h,81h,0BFh,1Fh,00h,4Dh,0Bh,0Ch,0,0,0,0,83h,85h,5Dh,28h,0Dh,63h,0BAh,0A3h,0FFh
        db 0,8,8,8,8,8,8,8,10h,18h,18h,18h,18h,18h,18h,18h,0Eh,00h,0Fh,08h
        db 0,0,0,0,0,10h,0Ah,0Fh,0FFh
        times 5*P_SIZE db 0             ; 08h-0Ch: not VGA modes
        db 40,24,8                      ; 0Dh: 320x200, 16 colours
        dw 2000h
        db 09h,0Fh,00h,06h, 63h
        db 2Dh,27h,28h,90h,2Bh,80h,0BFh,1Fh,00h,0C0h,00h,00h,0,0,0,0,9Ch,8Eh,8Fh,14h,00h,96h,0B9h,0E3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
        db 80,24,8                      ; 0Eh: 640x200, 16 colours
        dw 4000h
        db 01h,0Fh,00h,06h, 63h
        db 5Fh,4Fh,50h,82h,54h,80h,0BFh,1Fh,00h,0C0h,00h,00h,0,0,0,0,9Ch,8Eh,8Fh,28h,00h,96h,0B9h,0E3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
%macro MONO350 0
        db 80,24,14
        dw 8000h
        db 01h,0Fh,00h,06h, 0A2h
        db 5Fh,4Fh,50h,82h,54h,80h,0BFh,1Fh,00h,40h,00h,00h,0,0,0,0,83h,85h,5Dh,28h,0Fh,63h,0BAh,0E3h,0FFh
        db 0,8,0,0,18h,18h,0,0,0,8,0,0,0,18h,0,0,0Bh,00h,05h,00h
        db 0,0,0,0,0,00h,05h,05h,0FFh
%endmacro
%macro EGA350 0
        db 80,24,14
        dw 8000h
        db 01h,0Fh,00h,06h, 0A3h
        db 5Fh,4Fh,50h,82h,54h,80h,0BFh,1Fh,00h,40h,00h,00h,0,0,0,0,83h,85h,5Dh,28h,0Fh,63h,0BAh,0E3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
%endmacro
        MONO350                         ; 0Fh: an EGA with 64 KB
        EGA350                          ; 10h: an EGA with 64 KB
        MONO350                         ; 11h: mode 0Fh
        EGA350                          ; 12h: mode 10h
%macro TEXT40_350 0
        db 40,24,14
        dw 0800h
        db 09h,03h,00h,02h, 0A3h
        db 2Dh,27h,28h,90h,2Bh,0A0h,0BFh,1Fh,00h,4Dh,0Bh,0Ch,0,0,0,0,83h,85h,5Dh,14h,1Fh,63h,0BAh,0A3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
%endmacro
%macro TEXT80_350 0
        db 80,24,14
        dw 1000h
        db 01h,03h,00h,02h, 0A3h
        db 5Fh,4Fh,50h,82h,55h,81h,0BFh,1Fh,00h,4Dh,0Bh,0Ch,0,0,0,0,83h,85h,5Dh,28h,1Fh,63h,0BAh,0A3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
%endmacro
        TEXT40_350                      ; 13h: mode 0, 350 lines
        TEXT40_350                      ; 14h
        TEXT80_350                      ; 15h
        TEXT80_350                      ; 16h
        db 40,24,16                     ; 17h: modes 0 and 1, 400 lines, nine dots
        dw 0800h
        db 08h,03h,00h,02h, 67h
        db 2Dh,27h,28h,90h,2Bh,0A0h,0BFh,1Fh,00h,4Fh,0Dh,0Eh,0,0,0,0,9Ch,8Eh,8Fh,14h,1Fh,96h,0B9h,0A3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,0Ch,00h,0Fh,08h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
        db 80,24,16                     ; 18h: modes 2 and 3, 400 lines, nine dots
        dw 1000h
        db 00h,03h,00h,02h, 67h
        db 5Fh,4Fh,50h,82h,55h,81h,0BFh,1Fh,00h,4Fh,0Dh,0Eh,0,0,0,0,9Ch,8Eh,8Fh,28h,1Fh,96h,0B9h,0A3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,0Ch,00h,0Fh,08h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
        db 80,24,16                     ; 19h: mode 7, 400 lines
        dw 1000h
        db 00h,03h,00h,02h, 66h
        db 5Fh,4Fh,50h,82h,55h,81h,0BFh,1Fh,00h,4Fh,0Dh,0Eh,0,0,0,0,9Ch,8Eh,8Fh,28h,0Fh,96h,0B9h,0A3h,0FFh
        db 0,8,8,8,8,8,8,8,10h,18h,18h,18h,18h,18h,18h,18h,0Eh,00h,0Fh,08h
        db 0,0,0,0,0,10h,0Ah,0Fh,0FFh
        db 80,29,16                     ; 1Ah: mode 11h, 640x480, two colours
        dw 0A000h
        db 01h,0Fh,00h,06h, 0E3h
        db 5Fh,4Fh,50h,82h,54h,80h,0Bh,3Eh,00h,40h,00h,00h,0,0,0,0,0EAh,8Ch,0DFh,28h,00h,0E7h,04h,0C3h,0FFh
        db 0,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,3Fh,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,01h,0FFh
        db 80,29,16                     ; 1Bh: mode 12h, 640x480, 16 colours
        dw 0A000h
        db 01h,0Fh,00h,06h, 0E3h
        db 5Fh,4Fh,50h,82h,54h,80h,0Bh,3Eh,00h,40h,00h,00h,0,0,0,0,0EAh,8Ch,0DFh,28h,00h,0E7h,04h,0E3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
        db 40,24,8                      ; 1Ch: mode 13h, 320x200, 256 colours
        dw 2000h
        db 01h,0Fh,00h,0Eh, 63h
        db 5Fh,4Fh,50h,82h,54h,80h,0BFh,1Fh,00h,41h,00h,00h,0,0,0,0,9Ch,8Eh,8Fh,28h,40h,96h,0B9h,0A3h,0FFh
        db 0,1,2,3,4,5,6,7,8,9,0Ah,0Bh,0Ch,0Dh,0Eh,0Fh,41h,00h,0Fh,00h
        db 0,0,0,0,0,40h,05h,0Fh,0FFh
mode_params_end:
%if mode_params_end-mode_params != 1Dh*P_SIZE
%error "mode parameter table has the wrong size"
%endif
