; A disk that sets screen modes, through the BIOS and by registers, draws a known
; picture in each and asks the harness to look: "@shot NAME" on port E9h. The pictures
; that must come out are the PNG files beside this one.
;
; Sources: IBM PS/2 Hardware Interface Technical Reference, "Video subsystem"; IBM PS/2
; BIOS Interface Technical Reference, "Interrupt 10h"; Abrash, Graphics Programming
; Black Book, chapters 23 to 33 (planar modes, split screen) and 47 (mode X).

%include "boot.inc"

%include "pictures.inc"

        cpu     386

%macro ATTR 2
        mov     ax, %1 | (%2) << 8
        call    attribute
%endmacro
%macro SHOT 1
        call    frames
        ask     %1
%endmacro
main:
        call    text_modes
        call    text_tricks
        call    cga_modes
        call    planar_modes
        call    mode13
        call    unchained
        call    tricks
        call    palettes
        call    vbe_modes
        call    vbe_checks
        call    vbe_text
        MODE    3
        jmp     finish

; frames: waits for the end of the second vertical retrace from now, so that everything
; latched at a retrace is in force.
frames:
        push    ax
        push    cx
        push    dx
        mov     dx, [463h]
        add     dl, 6
        mov     cx, 2
.next:
        in      al, dx
        test    al, 8
        jnz     .next
.blank:
        in      al, dx
        test    al, 8
        jz      .blank
        loop    .next
.end:
        in      al, dx
        test    al, 8
        jnz     .end
        pop     dx
        pop     cx
        pop     ax
        ret

; attribute: AL = register, AH = value.
attribute:
        push    dx
        push    ax
        mov     dx, [463h]
        add     dl, 6
        in      al, dx
        pop     ax
        mov     dx, 3C0h
        out     dx, al
        xchg    al, ah
        out     dx, al
        mov     al, 20h
        out     dx, al
        pop     dx
        ret

text_modes:
        MODE    0
        call    no_cursor
        push    word 0B800h
        pop     es
        mov     cx, 1000
        call    characters
        SHOT    "shot text-00"
        MODE    1
        call    no_cursor
        SAY     "40 columns"
        SHOT    "shot text-01"
        MODE    2
        call    no_cursor
        mov     cx, 2000
        call    characters
        SHOT    "shot text-02"
        MODE    3
        call    no_cursor
        SAY     {"Mode 3", 13, 10, 0C9h, 0CDh, 0CDh, 0BBh, 13, 10, 0C8h, 0CDh, 0CDh, 0BCh}
        SHOT    "shot text-03"
        MODE    7
        call    no_cursor
        push    word 0B000h
        pop     es
        mov     cx, 2000
        call    characters
        SHOT    "shot text-07"          ; attribute 01h is underlined
        mov     ax, 1201h               ; 350 lines
        mov     bl, 30h
        int     10h
        MODE    3
        call    no_cursor
        push    word 0B800h
        pop     es
        mov     cx, 2000
        call    characters
        SHOT    "shot text-350"
        mov     ax, 1200h               ; 200 lines, each twice
        mov     bl, 30h
        int     10h
        MODE    3
        call    no_cursor
        mov     cx, 2000
        call    characters
        SHOT    "shot text-200"
        mov     ax, 1202h
        mov     bl, 30h
        int     10h
        MODE    3
        mov     ax, 1112h               ; 8x8: 50 rows
        mov     bl, 0
        int     10h
        call    no_cursor
        mov     cx, 4000
        call    characters
        SHOT    "shot text-50"
        MODE    3
        mov     ax, 1111h               ; 8x14: 28 rows
        mov     bl, 0
        int     10h
        call    no_cursor
        mov     cx, 2240
        call    characters
        SHOT    "shot text-28"
        ret

text_tricks:
        MODE    3
        mov     ah, 1                   ; a block cursor
        mov     cx, 020Bh
        int     10h
        mov     ah, 2
        mov     bh, 0
        mov     dx, 0C28h
        int     10h
        SHOT    "shot cursor"
        ; 512 characters: a font of rings in block 1, for attribute bit 3
        MODE    3
        call    no_cursor
        push    ds
        pop     es
        mov     bp, ring
        mov     cx, 256
        xor     dx, dx
.glyph:
        push    cx
        mov     ax, 1100h
        mov     bx, 1001h
        mov     cx, 1
        int     10h
        inc     dx
        pop     cx
        loop    .glyph
        mov     ax, 1103h
        mov     bl, 04h                 ; 0 for bit 3 clear, 1 for set
        int     10h
        push    word 0B800h
        pop     es
        mov     cx, 2000
        call    characters
        SHOT    "shot text-512"
        ; bright backgrounds instead of blinking
        MODE    3
        call    no_cursor
        mov     ax, 1003h
        mov     bl, 0
        int     10h
        xor     di, di
        mov     cx, 256
        mov     ax, 0041h
.attr:
        stosw
        inc     ah
        loop    .attr
        SHOT    "shot text-backgrounds"
        ; smooth scrolling: 5 lines up, 3 dots left
        MODE    3
        call    no_cursor
        mov     cx, 2160
        call    characters
        CRTC    8, 5
        ATTR    13h, 2
        SHOT    "shot text-scrolled"
        ; the lower 112 lines stay: line compare in 8 dots a character
        ATTR    13h, 8
        CRTC    8, 0
        SEQ     1, 1
        mov     ax, 0303h               ; 9 to 8 dots changes the clock as well
        mov     dx, 3CCh
        in      al, dx
        and     al, 0F3h
        mov     dx, 3C2h
        out     dx, al
        ATTR    13h, 0
        CRTC    0Ch, 1                  ; start at character 288
        CRTC    0Dh, 20h
        CRTC    9, 0Fh
        CRTC    18h, 1Fh                ; line 287
        SHOT    "shot text-split"
        ret

ring:   db      0, 3Ch, 42h, 81h, 81h, 81h, 81h, 99h, 99h, 81h, 81h, 81h, 81h, 42h, 3Ch, 0

;--------------------------------------------------------------------- pictures

; bytes: one byte a dot at A000h: colour = x exclusive-or y. BP = width, CX = rows. The
; edges are 15.
bytes:
        push    word 0A000h
        pop     es
        xor     di, di
        xor     si, si
.row:
        xor     dx, dx
.dot:
        call    dot_colour
        stosb
        inc     dx
        cmp     dx, bp
        jb      .dot
        inc     si
        loop    .row
        ret

; dot_colour: AL = colour of dot DX of line SI, with CX lines left of BP dots each: 15 along the edges.
; Changes AH.
dot_colour:
        mov     ax, dx
        xor     ax, si
        test    dx, dx
        jz      .edge
        test    si, si
        jz      .edge
        cmp     cx, 1
        je      .edge
        push    dx
        inc     dx
        cmp     dx, bp
        pop     dx
        je      .edge
        ret
.edge:
        mov     al, 15
        ret

; unchained_bytes: the same in unchained memory.
unchained_bytes:
        push    word 0A000h
        pop     es
        mov     bl, 0                   ; plane
.plane:
        mov     dx, 3C4h
        mov     al, 2
        mov     ah, 1
        push    cx
        mov     cl, bl
        shl     ah, cl
        pop     cx
        out     dx, ax
        xor     di, di
        xor     si, si
        push    cx
.row:
        mov     dl, bl
        mov     dh, 0
.dot:
        call    dot_colour
        stosb
        add     dx, 4
        cmp     dx, bp
        jb      .dot
        inc     si
        loop    .row
        pop     cx
        inc     bl
        cmp     bl, 4
        jb      .plane
        SEQ     2, 0Fh
        ret

;--------------------------------------------------------------------- graphics

cga_modes:
        MODE    4
        mov     bp, 80
        mov     cx, 200
        call    banks
        SAY     "Mode 4"
        SHOT    "shot cga-04"
        mov     ax, 0B00h               ; background 1, and the other palette
        mov     bx, 0001h
        int     10h
        mov     ax, 0B00h
        mov     bx, 0100h
        int     10h
        SHOT    "shot cga-04-green"
        MODE    5
        mov     bp, 80
        mov     cx, 200
        call    banks
        SHOT    "shot cga-05"
        MODE    6
        mov     bp, 80
        mov     cx, 200
        call    banks
        SAY     "Mode 6"
        SHOT    "shot cga-06"
        ret

; planar mode number, bytes a row, rows, name
%macro PLANAR 4
        MODE    %1
        mov     bp, %2
        mov     cx, %3
        call    planes
        SAY     %4
        mov     al, 0Ch
        mov     bx, 20
        mov     cx, 100
        call    dots
        %strcat %%name "shot planar-", %4
        SHOT    %%name
%endmacro

planar_modes:
        PLANAR  0Dh, 40, 200, "0d"
        PLANAR  0Eh, 80, 200, "0e"
        PLANAR  0Fh, 80, 350, "0f"
        PLANAR  10h, 80, 350, "10"
        PLANAR  11h, 80, 480, "11"
        PLANAR  12h, 80, 480, "12"
        ret

mode13:
        MODE    13h
        mov     bp, 320
        mov     cx, 200
        call    bytes
        SAY     "Mode 13h"
        mov     al, 28h
        mov     bx, 30
        mov     cx, 150
        call    dots
        SHOT    "shot mode13"
        ret

; unchain: from mode 13h to unchained memory.
unchain:
        MODE    13h
        SEQ     4, 6
        CRTC    14h, 0
        CRTC    17h, 0E3h
        mov     dx, 3C4h                ; clear all of it
        mov     ax, 0F02h
        out     dx, ax
        push    word 0A000h
        pop     es
        xor     di, di
        xor     ax, ax
        mov     cx, 8000h
        rep     stosw
        ret

; crtc_table: SI = pairs of register and value, FFh ends them. Unlocks first.
crtc_table:
        mov     dx, [463h]
        mov     al, 11h
        out     dx, al
        inc     dx
        in      al, dx
        and     al, 7Fh
        out     dx, al
        dec     dx
.next:
        lodsw
        cmp     al, 0FFh
        je      .done
        out     dx, ax
        jmp     .next
.done:
        ret

; lines480: the timing of 480 lines, misc output AL.
lines480:
        push    ax
        SEQ     0, 1
        pop     ax
        mov     dx, 3C2h
        out     dx, al
        SEQ     0, 3
        ret

unchained:
        call    unchain                 ; 320 by 240
        mov     al, 0E3h
        call    lines480
        mov     si, .x240
        call    crtc_table
        mov     bp, 320
        mov     cx, 240
        call    unchained_bytes
        SHOT    "shot modex-320x240"
        call    unchain                 ; 320 by 400
        CRTC    9, 40h
        mov     bp, 320
        mov     cx, 400
        call    unchained_bytes
        SHOT    "shot modex-320x400"
        call    unchain                 ; 360 by 480
        mov     al, 0E7h
        call    lines480
        mov     si, .x480
        call    crtc_table
        mov     bp, 360
        mov     cx, 480
        call    unchained_bytes
        SHOT    "shot modex-360x480"
        ret
.x240:  db      06h, 0Dh, 07h, 3Eh, 09h, 41h, 10h, 0EAh, 11h, 0ACh, 12h, 0DFh, 15h, 0E7h, 16h, 06h, 0FFh, 0
.x480:  db      00h, 6Bh, 01h, 59h, 02h, 5Ah, 03h, 8Eh, 04h, 5Eh, 05h, 8Ah, 06h, 0Dh, 07h, 3Eh, 09h, 40h
        db      10h, 0EAh, 11h, 0ACh, 12h, 0DFh, 13h, 2Dh, 15h, 0E7h, 16h, 06h, 0FFh, 0

;----------------------------------------------------------------------- tricks

tricks:
        ; split screen: from line 240 on address 0 shows; above it row 100 on
        MODE    0Dh
        mov     bp, 40
        mov     cx, 200
        call    planes
        CRTC    0Ch, (100*40) >> 8
        CRTC    0Dh, (100*40) & 0FFh
        mov     si, .split
        call    crtc_table
        SHOT    "shot split-0d"
        ; with panning above, and then above and below
        ATTR    10h, 21h                ; no panning below
        ATTR    13h, 3
        SHOT    "shot split-panned"
        ATTR    10h, 01h
        SHOT    "shot split-both"
        ; a picture wider than the screen, seen from dot 13 on
        MODE    0Dh
        mov     bp, 60
        mov     cx, 200
        call    planes
        CRTC    13h, 30
        CRTC    0Dh, 1
        ATTR    13h, 5
        SHOT    "shot pan-0d"
        ; 256 colours: the start address moves by four dots, panning by one
        call    unchain
        mov     bp, 400
        mov     cx, 160
        call    unchained_bytes
        CRTC    13h, 50
        CRTC    0Dh, 3
        ATTR    13h, 4
        SHOT    "shot pan-modex"
        ; each line four times: 100 rows of mode 13h
        MODE    13h
        mov     bp, 320
        mov     cx, 100
        call    bytes
        CRTC    9, 43h
        SHOT    "shot rows-100"
        ; write modes and logic: a bar by set/reset, one exclusive-or, one by write mode 3
        MODE    12h
        push    word 0A000h
        pop     es
        GFX     0, 0Ah
        GFX     1, 0Fh
        mov     di, 80*10
        mov     cx, 80*20
        mov     al, 0
        rep     stosb
        GFX     0, 05h
        GFX     3, 18h
        GFX     8, 0F0h
        mov     di, 80*20
        mov     cx, 80*20
.xor:
        mov     al, [es:di]
        stosb
        loop    .xor
        GFX     3, 0
        GFX     8, 0FFh
        GFX     1, 0
        GFX     5, 3
        GFX     0, 0Eh
        mov     di, 80*50
        mov     cx, 80*20
.mode3:
        mov     al, [es:di]
        mov     al, 0C3h
        stosb
        loop    .mode3
        GFX     5, 1
        mov     al, [es:80*50]          ; and a copy by the latches
        mov     di, 80*80
        mov     cx, 80*10
        rep     stosb
        GFX     5, 2
        mov     al, 9
        mov     di, 80*100
        mov     cx, 80*10
        rep     stosb
        GFX     5, 0
        SHOT    "shot write-modes"
        ; two of the planes do not show
        ATTR    12h, 05h
        SHOT    "shot planes-off"
        ret
; line compare 239: bits 8 and 9 clear
.split: db      18h, 239, 07h, 0Fh, 09h, 80h, 0FFh, 0

; colour: AL = index, BL, CL, CH = red, green, blue.
colour:
        mov     dx, 3C8h
        out     dx, al
        inc     dx
        mov     al, bl
        out     dx, al
        mov     al, cl
        out     dx, al
        mov     al, ch
        out     dx, al
        ret

; wheel: 256 colours from AL on: ramps of red, green and blue.
wheel:
        mov     ah, al
        mov     al, 0
.next:
        push    ax
        mov     bl, ah
        and     bl, 3Fh
        mov     cl, ah
        shr     cl, 2
        mov     ch, ah
        xor     ch, 0FFh
        and     ch, 3Fh
        call    colour
        pop     ax
        inc     ah
        inc     al
        jnz     .next
        ret

palettes:
        MODE    13h
        mov     al, 0
        call    wheel
        mov     bp, 320
        mov     cx, 200
        call    bytes
        SHOT    "shot palette-0"
        mov     cx, 30                  ; animated: one step each retrace
        mov     al, 1
.step:
        push    cx
        push    ax
        call    frames
        call    wheel
        pop     ax
        inc     al
        pop     cx
        loop    .step
        SHOT    "shot palette-30"
        mov     dx, 3C6h
        mov     al, 0F0h
        out     dx, al
        SHOT    "shot pel-mask"
        ; colour select: the upper bits of 16 colours
        MODE    10h
        mov     al, 0
        call    wheel
        mov     bp, 80
        mov     cx, 350
        call    planes
        ATTR    10h, 81h
        ATTR    14h, 06h
        SHOT    "shot colour-select"
        ; the screen off
        SEQ     1, 21h
        SHOT    "shot off"
        ret

%include "vbe.inc"
%include "vbe_checks.inc"
%include "vbe_text.inc"

        times ($$-$) & 511 db 0
program_end:
