; The identity of the monitor: EDID 1.3, which INT 10h 4F15h gives and which the board
; shows in the display adapter's registers.
;
; Sources: VESA Enhanced EDID Standard, Release A, revision 1 (EDID 1.3), section 3; VESA
; Display Monitor Timing Standard 1.0 (the detailed timings).

        bits    16
%assign EDID_SUM 0

; edid: bytes that count for the checksum.
%macro edid 1-*
%rep %0
        db      %1
%assign EDID_SUM (EDID_SUM + (%1)) & 0FFh
%rotate 1
%endrep
%endmacro
%macro edid16 1
        edid    (%1) & 0FFh, (%1) >> 8
%endmacro
%define LETTER(c) ((c) - 'A' + 1)

; timing: a detailed timing: clock in 10 kHz; horizontal and vertical: picture, blanking,
; front porch, sync; bits of the sync polarities.
%macro timing 10
        edid16  %1
        edid    %2 & 0FFh, %3 & 0FFh, (%2 >> 8) << 4 | %3 >> 8
        edid    %6 & 0FFh, %7 & 0FFh, (%6 >> 8) << 4 | %7 >> 8
        edid    %4 & 0FFh, %5 & 0FFh, (%8 & 0Fh) << 4 | %9 & 0Fh
        edid    (%4 >> 8) << 6 | (%5 >> 8) << 4 | (%8 >> 4) << 2 | %9 >> 4
        edid    WIDTH_MM & 0FFh, HEIGHT_MM & 0FFh, (WIDTH_MM >> 8) << 4 | HEIGHT_MM >> 8
        edid    0, 0, %10
%endmacro
WIDTH_MM        equ     320
HEIGHT_MM       equ     240
SEPARATE        equ     18h             ; digital separate syncs: bit 2 vertical, 1 horizontal positive
POSITIVE        equ     06h

; standard: width; aspect, and how much more than 60 Hz.
%macro standard 2
        edid    %1/8 - 31, %2
%endmacro
FOUR_TO_THREE   equ     40h
FIVE_TO_FOUR    equ     80h

        edid    0, 0FFh, 0FFh, 0FFh, 0FFh, 0FFh, 0FFh, 0
        edid    (LETTER('B') << 10 | LETTER('G') << 5 | LETTER('E')) >> 8, (LETTER('G') << 5 | LETTER('E')) & 0FFh
        edid16  1                       ; product
        edid    0, 0, 0, 0              ; no serial number
        edid    1, 2026-1990            ; week and year
        edid    1, 3
        edid    08h                     ; analog, 0.7 V, separate syncs
        edid    WIDTH_MM/10, HEIGHT_MM/10
        edid    120                     ; gamma 2.2
        edid    0EEh                    ; standby, suspend, off; RGB, sRGB; the first timing is preferred
        edid    0EEh, 91h, 0A3h, 54h, 4Ch, 99h, 26h, 0Fh, 50h, 54h      ; sRGB
        edid    0A1h, 08h, 0            ; 720x400 at 70 Hz, 640x480, 800x600, 1024x768 at 60 Hz
        standard 640, FOUR_TO_THREE
        standard 800, FOUR_TO_THREE
        standard 1024, FOUR_TO_THREE
        standard 1152, FOUR_TO_THREE|15   ; 75 Hz
        standard 1280, FIVE_TO_FOUR
        standard 1600, FOUR_TO_THREE
        edid    1, 1, 1, 1
        timing  6500, 1024, 320, 24, 136, 768, 38, 3, 6, SEPARATE
        timing  10800, 1280, 408, 48, 112, 1024, 42, 1, 3, SEPARATE|POSITIVE
        edid    0, 0, 0, 0FDh, 0        ; limits: 50 to 85 Hz, 30 to 82 kHz, 170 MHz, no formula
        edid    50, 85, 30, 82, 17, 0, 0Ah, ' ', ' ', ' ', ' ', ' ', ' '
        edid    0, 0, 0, 0FCh, 0        ; name
        edid    'b', 'e', 'i', 'g', 'e', 0Ah, ' ', ' ', ' ', ' ', ' ', ' ', ' '
        edid    0                       ; no more blocks
        db      (-EDID_SUM) & 0FFh
%if $-$$ != 128
%error "an EDID has 128 bytes"
%endif
