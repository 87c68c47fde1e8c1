; The end of the ROM: addresses that programs know. IBM promised only the vectors, but much software of the time calls the
; PC's BIOS where it was.
;
; Source: IBM PC AT Technical Reference, section 5, "Compatibility" (entry points kept from the PC).

        fixed   0E05Bh
        jmp     post_entry
        fixed   0E2C3h
        jmp     int02
        fixed   0E3FEh
        jmp     int13
        fixed   0E6F2h
        jmp     int19

; INT 15h, AH = C0h: model, submodel, revision; feature bytes.
        fixed   0E6F5h
config_table:
        dw      8                       ; bytes that follow
        db      MODEL, SUBMODEL, 0
        db      74h                     ; second interrupt controller, clock, INT 15h 4Fh is called, EBDA
        db      40h                     ; INT 16h AH = 09h
        db      0, 0, 0

        fixed   0E729h
        dw      1047, 768, 384, 192, 96, 48, 24, 12     ; divisors of INT 14h
        fixed   0E739h
        jmp     int14
        fixed   0E82Eh
        jmp     int16
        fixed   0E987h
        jmp     int09
        fixed   0EC59h
        jmp     int40
        fixed   0EF57h
        jmp     int0e

; INT 1Eh: the parameters of a 1.44 MB disk, as in dpt_1440.
        fixed   0EFC7h
dpt_default:
        db      0DFh, 02h, 25h, 2, 18, 1Bh, 0FFh, 6Ch, 0F6h, 0Fh, 4

        fixed   0EFD2h
        jmp     int17
        fixed   0F065h
        jmp     int10

; INT 1Dh: what the CGA's and MDA's 6845 is set to: 40 and 80 columns, graphics, monochrome; then the length of a page,
; the columns and the mode register of the modes.
        fixed   0F0A4h
crt_parameters:
        db      38h, 28h, 2Dh, 0Ah, 1Fh, 06h, 19h, 1Ch, 02h, 07h, 06h, 07h, 0, 0, 0, 0
        db      71h, 50h, 5Ah, 0Ah, 1Fh, 06h, 19h, 1Ch, 02h, 07h, 06h, 07h, 0, 0, 0, 0
        db      38h, 28h, 2Dh, 0Ah, 7Fh, 06h, 64h, 70h, 02h, 01h, 06h, 07h, 0, 0, 0, 0
        db      61h, 50h, 52h, 0Fh, 19h, 06h, 19h, 19h, 02h, 0Dh, 0Bh, 0Ch, 0, 0, 0, 0
crt_page_lengths:
        dw      2048, 4096, 16384, 16384
crt_columns:
        db      40, 40, 80, 80, 40, 40, 80, 80
crt_modes:
        db      2Ch, 28h, 2Dh, 29h, 2Ah, 2Eh, 1Eh, 29h

        fixed   0F841h
        jmp     int12
        fixed   0F84Dh
        jmp     int11
        fixed   0F859h
        jmp     int15

; The first 128 characters of the 8x8 font, for the CGA's graphics modes.
        fixed   0FA6Eh
        incbin  "8x8.bin", 0, 1024
        jmp     int1a
        fixed   0FEA5h
        jmp     int08

        fixed   0FF53h
int_nothing:
        iret
        jmp     int05                   ; FF54h

        fixed   0FFF0h
        jmp     0F000h:0E05Bh
        db      "01/01/26"              ; FFF5h: release date, MM/DD/YY
        db      0FFh
MODEL           equ 0FCh                ; AT; the ROM of an XT has MODEL_XT at MODEL_BYTE
SUBMODEL        equ 01h
MODEL_XT        equ 0FBh                ; of 1986
MODEL_BYTE      equ 0FFFEh
        db      MODEL
        db      0FFh
