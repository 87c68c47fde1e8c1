; Mode parameters and the other tables of the EGA BIOS.
;
; Source: IBM Enhanced Graphics Adapter, "Programming Considerations", register values by mode, in the order of its video
; parameter table; "Save pointer table".

        align 4, db 0
save_pointers:
        dw mode_params, ROM_SEG
        dw 0, 0                         ; dynamic save area
        dw 0, 0                         ; text font override
        dw 0, 0                         ; graphics font override
        dw 0, 0
        dw 0, 0
        dw 0, 0

; By mode, 0 to 10h.
mode_class:
        db 0,0,0,0, CLASS_CGA4,CLASS_CGA4,CLASS_CGA2, 0
        db 0,0,0,0,0, CLASS_PLANAR,CLASS_PLANAR,CLASS_PLANAR
        db CLASS_PLANAR
mode_modectl:                           ; 40:65h, what a CGA would have been told
        db 2Ch,28h,2Dh,29h,2Ah,2Eh,1Eh,29h
mode_pages:
        db 8,8,8,8,1,1,1,8
        db 0,0,0,0,0,8,4,2
        db 2
; The parameter entry of a mode; text modes go on to those of 350 lines, see mode_entry.
mode_param:
        db 0,1,2,3,4,5,6,7
        db -1,-1,-1,-1,-1,0Dh,0Eh,11h
        db 12h

; columns, rows-1, height, page length | sequencer 1-4 | misc | CRTC | attribute | graphics
mode_params:
%macro ATTR_TEXT200 0
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,00h,0FFh
%endmacro
%macro ATTR_TEXT350 0
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,08h,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,00h,0FFh
%endmacro
%macro TEXT40_200 0
        db 40,24,8
        dw 0800h
        db 0Bh,03h,00h,03h, 23h
        db 37h,27h,2Dh,37h,31h,15h,04h,11h,00h,07h,06h,07h,0,0,0,0,0E1h,24h,0C7h,14h,08h,0E0h,0F0h,0A3h,0FFh
        ATTR_TEXT200
%endmacro
%macro TEXT80_200 0
        db 80,24,8
        dw 1000h
        db 01h,03h,00h,03h, 23h
        db 70h,4Fh,5Ch,2Fh,5Fh,07h,04h,11h,00h,07h,06h,07h,0,0,0,0,0E1h,24h,0C7h,28h,08h,0E0h,0F0h,0A3h,0FFh
        ATTR_TEXT200
%endmacro
        TEXT40_200                      ; 00h, 01h: modes 0 and 1, 200 lines
        TEXT40_200
        TEXT80_200                      ; 02h, 03h
        TEXT80_200
%macro CGA320 0
        db 40,24,8
        dw 4000h
        db 0Bh,03h,00h,02h, 23h
        db 37h,27h,2Dh,37h,30h,14h,04h,11h,00h,01h,00h,00h,0,0,0,0,0E1h,24h,0C7h,14h,00h,0E0h,0F0h,0A2h,0FFh
        db 0,13h,15h,17h,2,4,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,03h,00h
        db 0,0,0,0,0,30h,0Fh,00h,0FFh
%endmacro
        CGA320                          ; 04h
        CGA320                          ; 05h
        db 80,24,8                      ; 06h: 640x200, two colours
        dw 4000h
        db 01h,01h,00h,06h, 23h
        db 70h,4Fh,59h,2Dh,5Eh,06h,04h,11h,00h,01h,00h,00h,0,0,0,0,0E0h,23h,0C7h,28h,00h,0DFh,0EFh,0C2h,0FFh
        db 0,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,17h,01h,00h,01h,00h
        db 0,0,0,0,0,00h,0Dh,00h,0FFh
        db 80,24,14                     ; 07h: monochrome text
        dw 1000h
        db 00h,03h,00h,03h, 0A6h
        db 60h,4Fh,56h,3Ah,51h,60h,70h,1Fh,00h,0Dh,0Bh,0Ch,0,0,0,0,5Eh,2Eh,5Dh,28h,0Dh,5Eh,6Eh,0A3h,0FFh
        db 0,8,8,8,8,8,8,8,10h,18h,18h,18h,18h,18h,18h,18h,0Eh,00h,0Fh,08h
        db 0,0,0,0,0,10h,0Ah,00h,0FFh
        times 5*P_SIZE db 0             ; 08h-0Ch: of the adapter's own test
        db 40,24,8                      ; 0Dh: 320x200, 16 colours
        dw 2000h
        db 0Bh,0Fh,00h,06h, 23h
        db 37h,27h,2Dh,37h,30h,14h,04h,11h,00h,00h,00h,00h,0,0,0,0,0E1h,24h,0C7h,14h,00h,0E0h,0F0h,0E3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
        db 80,24,8                      ; 0Eh: 640x200, 16 colours
        dw 4000h
        db 01h,0Fh,00h,06h, 23h
        db 70h,4Fh,59h,2Dh,5Eh,06h,04h,11h,00h,00h,00h,00h,0,0,0,0,0E0h,23h,0C7h,28h,00h,0DFh,0EFh,0E3h,0FFh
        db 0,1,2,3,4,5,6,7,10h,11h,12h,13h,14h,15h,16h,17h,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
        db 80,24,14                     ; 0Fh: 640x350, monochrome, 64 KB: planes are chained
        dw 8000h
        db 05h,0Fh,00h,00h, 0A2h
        db 60h,4Fh,56h,1Ah,50h,0E0h,70h,1Fh,00h,00h,00h,00h,0,0,0,0,5Eh,2Eh,5Dh,14h,0Dh,5Eh,6Eh,8Bh,0FFh
        db 0,8,0,0,18h,18h,0,0,0,8,0,0,0,18h,0,0,0Bh,00h,05h,00h
        db 0,0,0,0,0,10h,07h,0Fh,0FFh
        db 80,24,14                     ; 10h: 640x350, four colours, 64 KB
        dw 8000h
        db 05h,0Fh,00h,00h, 0A7h
        db 5Bh,4Fh,53h,17h,50h,0BAh,6Ch,1Fh,00h,00h,00h,00h,0,0,0,0,5Eh,2Bh,5Dh,14h,0Fh,5Fh,0Ah,8Bh,0FFh
        db 0,1,0,0,4,7,0,0,0,1,0,0,4,7,0,0,01h,00h,05h,00h
        db 0,0,0,0,0,10h,07h,0Fh,0FFh
        db 80,24,14                     ; 11h: mode 0Fh with more memory
        dw 8000h
        db 01h,0Fh,00h,06h, 0A2h
        db 60h,4Fh,56h,3Ah,50h,60h,70h,1Fh,00h,00h,00h,00h,0,0,0,0,5Eh,2Eh,5Dh,28h,0Dh,5Eh,6Eh,0E3h,0FFh
        db 0,8,0,0,18h,18h,0,0,0,8,0,0,0,18h,0,0,0Bh,00h,05h,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
        db 80,24,14                     ; 12h: mode 10h with more memory, 16 colours
        dw 8000h
        db 01h,0Fh,00h,06h, 0A7h
        db 5Bh,4Fh,53h,37h,52h,00h,6Ch,1Fh,00h,00h,00h,00h,0,0,0,0,5Eh,2Bh,5Dh,28h,0Fh,5Fh,0Ah,0E3h,0FFh
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,01h,00h,0Fh,00h
        db 0,0,0,0,0,00h,05h,0Fh,0FFh
%macro TEXT40_350 0
        db 40,24,14
        dw 0800h
        db 0Bh,03h,00h,03h, 0A7h
        db 2Dh,27h,2Bh,2Dh,28h,6Dh,6Ch,1Fh,00h,0Dh,0Bh,0Dh,0,0,0,0,5Eh,2Bh,5Dh,14h,0Fh,5Eh,0Ah,0A3h,0FFh
        ATTR_TEXT350
%endmacro
%macro TEXT80_350 0
        db 80,24,14
        dw 1000h
        db 01h,03h,00h,03h, 0A7h
        db 5Bh,4Fh,53h,37h,51h,5Bh,6Ch,1Fh,00h,0Dh,0Bh,0Dh,0,0,0,0,5Eh,2Bh,5Dh,28h,0Fh,5Eh,0Ah,0A3h,0FFh
        ATTR_TEXT350
%endmacro
        TEXT40_350                      ; 13h, 14h: modes 0 and 1, 350 lines
        TEXT40_350
        TEXT80_350                      ; 15h, 16h
        TEXT80_350
mode_params_end:
%if mode_params_end-mode_params != 17h*P_SIZE
%error "mode parameter table has the wrong size"
%endif
