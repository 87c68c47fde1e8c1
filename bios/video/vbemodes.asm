; Parameters of the text modes of VBE, 108h to 10Ch, as in tables.asm. Characters have eight
; dots. 132 columns want a faster clock than a VGA has by itself: clock 2 is 40 MHz on the
; adapters that have such modes, 31 kHz of lines then.
;
; Source: VBE Core Functions Standard 3.0, "VBE mode numbers".

; columns, rows, lines of a character, page length, misc
%macro VBETEXT 5
        db %1, %2-1, %3
        dw %4
        db 01h,03h,00h,02h, %5
%endmacro
%macro TEXT_COLOURS 0
        db 0,1,2,3,4,5,14h,7,38h,39h,3Ah,3Bh,3Ch,3Dh,3Eh,3Fh,0Ch,00h,0Fh,00h
        db 0,0,0,0,0,10h,0Eh,0Fh,0FFh
%endmacro
vbe_texts:
        VBETEXT 80, 60, 8, 2800h, 0E3h  ; 108h
        db 5Fh,4Fh,50h,82h,55h,81h,0Bh,3Eh,00h,47h,06h,07h,0,0,0,0,0EAh,8Ch,0DFh,28h,1Fh,0E7h,04h,0A3h,0FFh
        TEXT_COLOURS
        VBETEXT 132, 25, 16, 2000h, 6Bh ; 109h
        db 9Bh,83h,84h,9Eh,8Ah,1Ah,0BFh,1Fh,00h,4Fh,0Dh,0Eh,0,0,0,0,9Ch,8Eh,8Fh,42h,1Fh,96h,0B9h,0A3h,0FFh
        TEXT_COLOURS
        VBETEXT 132, 43, 8, 3000h, 0ABh ; 10Ah
        db 9Bh,83h,84h,9Eh,8Ah,1Ah,0BFh,1Fh,00h,47h,06h,07h,0,0,0,0,83h,85h,57h,42h,1Fh,63h,0BAh,0A3h,0FFh
        TEXT_COLOURS
        VBETEXT 132, 50, 8, 3800h, 6Bh  ; 10Bh
        db 9Bh,83h,84h,9Eh,8Ah,1Ah,0BFh,1Fh,00h,47h,06h,07h,0,0,0,0,9Ch,8Eh,8Fh,42h,1Fh,96h,0B9h,0A3h,0FFh
        TEXT_COLOURS
        VBETEXT 132, 60, 8, 4000h, 0EBh ; 10Ch
        db 9Bh,83h,84h,9Eh,8Ah,1Ah,0Bh,3Eh,00h,47h,06h,07h,0,0,0,0,0EAh,8Ch,0DFh,42h,1Fh,0E7h,04h,0A3h,0FFh
        TEXT_COLOURS
%if $-vbe_texts != VBE_TEXTS*P_SIZE
%error "the table of text modes has the wrong size"
%endif
