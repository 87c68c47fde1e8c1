; Scan code to key code.
;
; Source: IBM PS/2 HITRC, INT 16h, "Keyboard scan codes and ASCII": code set 1, US layout. A key code is
; what INT 16h returns: scan code in the high byte, character in the low byte. The low byte F0h marks keys
; that only the functions 10h/11h return; E0h marks the grey keys of the 101-key keyboard.

NONE            equ 0FFFFh

; One row a scan code from 01h on: plain, Shift, Ctrl, Alt.
key_table:
        dw      011Bh, 011Bh, 011Bh, 01F0h      ; 01 Esc
        dw      0231h, 0221h, NONE,  7800h      ; 02 1 !
        dw      0332h, 0340h, 0300h, 7900h      ; 03 2 @
        dw      0433h, 0423h, NONE,  7A00h      ; 04 3 #
        dw      0534h, 0524h, NONE,  7B00h      ; 05 4 $
        dw      0635h, 0625h, NONE,  7C00h      ; 06 5 %
        dw      0736h, 075Eh, 071Eh, 7D00h      ; 07 6 ^
        dw      0837h, 0826h, NONE,  7E00h      ; 08 7 &
        dw      0938h, 092Ah, NONE,  7F00h      ; 09 8 *
        dw      0A39h, 0A28h, NONE,  8000h      ; 0A 9 (
        dw      0B30h, 0B29h, NONE,  8100h      ; 0B 0 )
        dw      0C2Dh, 0C5Fh, 0C1Fh, 8200h      ; 0C - _
        dw      0D3Dh, 0D2Bh, NONE,  8300h      ; 0D = +
        dw      0E08h, 0E08h, 0E7Fh, 0EF0h      ; 0E Backspace
        dw      0F09h, 0F00h, 9400h, 0A500h     ; 0F Tab
        dw      1071h, 1051h, 1011h, 1000h      ; 10 Q
        dw      1177h, 1157h, 1117h, 1100h      ; 11 W
        dw      1265h, 1245h, 1205h, 1200h      ; 12 E
        dw      1372h, 1352h, 1312h, 1300h      ; 13 R
        dw      1474h, 1454h, 1414h, 1400h      ; 14 T
        dw      1579h, 1559h, 1519h, 1500h      ; 15 Y
        dw      1675h, 1655h, 1615h, 1600h      ; 16 U
        dw      1769h, 1749h, 1709h, 1700h      ; 17 I
        dw      186Fh, 184Fh, 180Fh, 1800h      ; 18 O
        dw      1970h, 1950h, 1910h, 1900h      ; 19 P
        dw      1A5Bh, 1A7Bh, 1A1Bh, 1AF0h      ; 1A [ {
        dw      1B5Dh, 1B7Dh, 1B1Dh, 1BF0h      ; 1B ] }
        dw      1C0Dh, 1C0Dh, 1C0Ah, 1CF0h      ; 1C Enter
        dw      NONE,  NONE,  NONE,  NONE       ; 1D Ctrl
        dw      1E61h, 1E41h, 1E01h, 1E00h      ; 1E A
        dw      1F73h, 1F53h, 1F13h, 1F00h      ; 1F S
        dw      2064h, 2044h, 2004h, 2000h      ; 20 D
        dw      2166h, 2146h, 2106h, 2100h      ; 21 F
        dw      2267h, 2247h, 2207h, 2200h      ; 22 G
        dw      2368h, 2348h, 2308h, 2300h      ; 23 H
        dw      246Ah, 244Ah, 240Ah, 2400h      ; 24 J
        dw      256Bh, 254Bh, 250Bh, 2500h      ; 25 K
        dw      266Ch, 264Ch, 260Ch, 2600h      ; 26 L
        dw      273Bh, 273Ah, NONE,  27F0h      ; 27 ; :
        dw      2827h, 2822h, NONE,  28F0h      ; 28 ' "
        dw      2960h, 297Eh, NONE,  29F0h      ; 29 ` ~
        dw      NONE,  NONE,  NONE,  NONE       ; 2A left Shift
        dw      2B5Ch, 2B7Ch, 2B1Ch, 2BF0h      ; 2B \ |
        dw      2C7Ah, 2C5Ah, 2C1Ah, 2C00h      ; 2C Z
        dw      2D78h, 2D58h, 2D18h, 2D00h      ; 2D X
        dw      2E63h, 2E43h, 2E03h, 2E00h      ; 2E C
        dw      2F76h, 2F56h, 2F16h, 2F00h      ; 2F V
        dw      3062h, 3042h, 3002h, 3000h      ; 30 B
        dw      316Eh, 314Eh, 310Eh, 3100h      ; 31 N
        dw      326Dh, 324Dh, 320Dh, 3200h      ; 32 M
        dw      332Ch, 333Ch, NONE,  33F0h      ; 33 , <
        dw      342Eh, 343Eh, NONE,  34F0h      ; 34 . >
        dw      352Fh, 353Fh, NONE,  35F0h      ; 35 / ?
        dw      NONE,  NONE,  NONE,  NONE       ; 36 right Shift
        dw      372Ah, 372Ah, 9600h, 37F0h      ; 37 keypad *
        dw      NONE,  NONE,  NONE,  NONE       ; 38 Alt
        dw      3920h, 3920h, 3920h, 3920h      ; 39 Space
        dw      NONE,  NONE,  NONE,  NONE       ; 3A Caps Lock
        dw      3B00h, 5400h, 5E00h, 6800h      ; 3B F1
        dw      3C00h, 5500h, 5F00h, 6900h      ; 3C F2
        dw      3D00h, 5600h, 6000h, 6A00h      ; 3D F3
        dw      3E00h, 5700h, 6100h, 6B00h      ; 3E F4
        dw      3F00h, 5800h, 6200h, 6C00h      ; 3F F5
        dw      4000h, 5900h, 6300h, 6D00h      ; 40 F6
        dw      4100h, 5A00h, 6400h, 6E00h      ; 41 F7
        dw      4200h, 5B00h, 6500h, 6F00h      ; 42 F8
        dw      4300h, 5C00h, 6600h, 7000h      ; 43 F9
        dw      4400h, 5D00h, 6700h, 7100h      ; 44 F10
        dw      NONE,  NONE,  NONE,  NONE       ; 45 Num Lock
        dw      NONE,  NONE,  NONE,  NONE       ; 46 Scroll Lock
        dw      4700h, 4737h, 7700h, NONE       ; 47 keypad 7 Home
        dw      4800h, 4838h, 8D00h, NONE       ; 48 keypad 8 Up
        dw      4900h, 4939h, 8400h, NONE       ; 49 keypad 9 PgUp
        dw      4A2Dh, 4A2Dh, 8E00h, 4AF0h      ; 4A keypad -
        dw      4B00h, 4B34h, 7300h, NONE       ; 4B keypad 4 Left
        dw      4CF0h, 4C35h, 8F00h, NONE       ; 4C keypad 5
        dw      4D00h, 4D36h, 7400h, NONE       ; 4D keypad 6 Right
        dw      4E2Bh, 4E2Bh, 9000h, 4EF0h      ; 4E keypad +
        dw      4F00h, 4F31h, 7500h, NONE       ; 4F keypad 1 End
        dw      5000h, 5032h, 9100h, NONE       ; 50 keypad 2 Down
        dw      5100h, 5133h, 7600h, NONE       ; 51 keypad 3 PgDn
        dw      5200h, 5230h, 9200h, NONE       ; 52 keypad 0 Ins
        dw      5300h, 532Eh, 9300h, NONE       ; 53 keypad . Del
        dw      NONE,  NONE,  NONE,  NONE       ; 54 SysRq
        dw      NONE,  NONE,  NONE,  NONE       ; 55
        dw      565Ch, 567Ch, NONE,  NONE       ; 56 the 102nd key
        dw      8500h, 8700h, 8900h, 8B00h      ; 57 F11
        dw      8600h, 8800h, 8A00h, 8C00h      ; 58 F12
key_table_last  equ 58h

; The grey keys, sent with the prefix E0h: scan code, then plain, Shift, Ctrl, Alt.
key_table_e0:
        db      1Ch
        dw      0E00Dh, 0E00Dh, 0E00Ah, 0A600h  ; Enter
        db      35h
        dw      0E02Fh, 0E02Fh, 9500h,  0A400h  ; /
        db      47h
        dw      47E0h,  47E0h,  77E0h,  9700h   ; Home
        db      48h
        dw      48E0h,  48E0h,  8DE0h,  9800h   ; Up
        db      49h
        dw      49E0h,  49E0h,  84E0h,  9900h   ; PgUp
        db      4Bh
        dw      4BE0h,  4BE0h,  73E0h,  9B00h   ; Left
        db      4Dh
        dw      4DE0h,  4DE0h,  74E0h,  9D00h   ; Right
        db      4Fh
        dw      4FE0h,  4FE0h,  75E0h,  9F00h   ; End
        db      50h
        dw      50E0h,  50E0h,  91E0h,  0A000h  ; Down
        db      51h
        dw      51E0h,  51E0h,  76E0h,  0A100h  ; PgDn
        db      52h
        dw      52E0h,  52E0h,  92E0h,  0A200h  ; Ins
        db      53h
        dw      53E0h,  53E0h,  93E0h,  0A300h  ; Del
        db      0

; Keypad scan codes 47h..53h as digits for Alt + number; FFh: no digit.
keypad_digits:
        db      7, 8, 9, 0FFh, 4, 5, 6, 0FFh, 1, 2, 3, 0, 0FFh
