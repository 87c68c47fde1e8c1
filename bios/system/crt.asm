; The adapters around the 6845: finding them, modes, colours, light pen.
;
; Sources: IBM PC AT Technical Reference, section 5, "Video" (INT 10h); IBM Technical Reference Options and Adapters,
; "Color/Graphics Monitor Adapter" and "Monochrome Display and Printer Adapter".
;
; Rows and character height are in the data area (40:84, 40:85) as with later adapters: there IBM's BIOS of the time has
; nothing, and programs since take that for a screen of one row.
;
; Not here: waiting for retraces against snow on the CGA.

; Registers, from the port of the 6845's index.
CRT_MODE        equ 4
CRT_COLOUR      equ 5
CRT_STATUS      equ 6
CRT_PEN_CLEAR   equ 7
MODE_VIDEO      equ 08h         ; mode register: the picture shows
STATUS_PEN      equ 02h
STATUS_NO_PEN   equ 04h         ; the pen's switch is open
COLOUR_PORT     equ 3D4h
MONO_PORT       equ 3B4h
EQUIP_DISPLAY   equ 30h         ; bits of the equipment byte: 10h 40 columns, 20h 80 columns, 30h monochrome
FONT8X8         equ 0FA6Eh

; INT 1Fh: the upper half of the font, for which programs had to load one on IBM's machines.
font_upper:
        incbin  "8x8.bin", 1024, 1024

; By mode, 0 to 7.
mode_class:     db CLASS_TEXT, CLASS_TEXT, CLASS_TEXT, CLASS_TEXT, CLASS_CGA4, CLASS_CGA4, CLASS_CGA2, CLASS_TEXT
mode_pages:     db 8, 8, 4, 4, 1, 1, 1, 1
mode_block:     db 0, 0, 1, 1, 2, 2, 2, 3       ; of crt_parameters

; crt_find: looks for an adapter, unless a video ROM has taken INT 10h: the one that the equipment byte names first. The
; equipment byte tells what was found; without any, [CRTC] is 0. Then sets the first mode. DS = BIOS data area. Changes
; AX, BX, CX, DX, ES.
crt_find:
        xor     ax, ax
        mov     es, ax
        cmp     word [es:4*10h+2], 0F000h
        jne     .mode
        call    have_cmos
        jz      .ask
        mov     al, CMOS_EQUIP
        call    cmos_read
        and     al, EQUIP_DISPLAY
        and     byte [bda_equip], 0FFh-EQUIP_DISPLAY
        or      [bda_equip], al
.ask:
        mov     cx, 2
        mov     dx, COLOUR_PORT
        mov     bx, 0B800h
        mov     al, [bda_equip]
        and     al, EQUIP_DISPLAY
        cmp     al, EQUIP_DISPLAY
        jne     .probe
.mono:
        mov     dx, MONO_PORT
        mov     bh, 0B0h
.probe:
        call    crt_probe
        je      .found
        dec     cx
        jz      .mode                   ; neither
        cmp     dl, COLOUR_PORT & 0FFh
        je      .mono
        mov     dx, COLOUR_PORT
        mov     bh, 0B8h
        jmp     .probe
.found:
        mov     [CRTC], dx
        mov     al, EQUIP_DISPLAY
        cmp     dx, MONO_PORT
        je      .equip
        mov     al, [bda_equip]         ; a colour display has 40 columns only where that was set
        and     al, EQUIP_DISPLAY
        cmp     al, 10h
        je      .equip
        mov     al, 20h
.equip:
        and     byte [bda_equip], 0FFh-EQUIP_DISPLAY
        or      [bda_equip], al
.mode:
        mov     al, [bda_equip]
        and     al, EQUIP_DISPLAY
        mov     ah, 7
        cmp     al, EQUIP_DISPLAY
        je      .set
        mov     ah, 1
        cmp     al, 10h
        je      .set
        mov     ah, 3
.set:
        mov     al, ah
        xor     ah, ah
        int     10h
        ret

; crt_probe: ZF set when there is a 6845 at DX, whose cursor address reads back, and memory at segment BX. Changes AX, ES.
crt_probe:
        push    cx
        mov     al, 0Fh
        out     dx, al
        inc     dx
        in      al, dx
        mov     ch, al
        mov     al, 5Ah
        out     dx, al
        jmp     short $+2
        in      al, 61h                 ; leaves something else on the bus
        in      al, dx
        mov     cl, al
        mov     al, ch
        out     dx, al
        dec     dx
        cmp     cl, 5Ah
        jne     .done
        mov     es, bx
        mov     cx, [es:0]
        mov     word [es:0], 0AA55h
        mov     ax, [es:2]
        cmp     word [es:0], 0AA55h
        mov     [es:0], cx
.done:
        pop     cx
        ret

; crt_absent: AH = 0Eh on a machine without a display: to the first serial port and the debug console, so that it can say
; what is wrong with it. AH = 0Fh and 03h answer as with a display.
crt_absent:
        cmp     ah, 0Eh
        je      .teletype
        cmp     ah, 0Fh
        je      .mode
        cmp     ah, 03h
        jne     .done
        xor     ax, ax
        mov     [bp+R_CX], ax
        mov     [bp+R_DX], ax
.done:
        ret
.mode:
        mov     word [bp+R_AX], 5003h
        mov     byte [bp+R_BH], 0
        ret
.teletype:
        out     DEBUG_PORT, al
        mov     dx, [bda_com]
        test    dx, dx
        jz      .done
        mov     bl, al
        mov     di, 2000                ; 30 ms: a dead line must not stop POST
        add     dx, UART_LSR
.wait:
        in      al, dx
        test    al, LSR_THRE
        jnz     .send
        mov     cx, 1
        call    delay
        dec     di
        jnz     .wait
        ret
.send:
        mov     al, bl
        sub     dx, UART_LSR
        out     dx, al
        ret

; AH=00h: mode AL; bit 7 leaves the memory as it is. A monochrome display has mode 7 alone, a colour display all others.
set_mode:
        mov     dx, MONO_PORT
        mov     ah, al
        and     ax, 807Fh
        mov     bl, [EQUIP]
        and     bl, EQUIP_DISPLAY
        cmp     bl, EQUIP_DISPLAY
        je      .mono
        cmp     al, 7
        jae     none
        mov     dx, COLOUR_PORT
        jmp     short .known
.mono:
        mov     al, 7
.known:
        mov     [MODE], al
        mov     [CRTC], dx
        mov     cl, al
        mov     ch, 0
        mov     si, cx                  ; SI = mode
        mov     al, [cs:crt_modes+si]
        mov     [MODECTL], al
        and     al, 0FFh-MODE_VIDEO     ; dark meanwhile
        add     dx, CRT_MODE
        out     dx, al
        mov     cl, [cs:mode_block+si]
        mov     ch, 0
        mov     bx, si
        and     bl, 0Eh                 ; two modes an entry
        mov     bx, [cs:crt_page_lengths+bx]
        mov     [PAGELEN], bx
        mov     al, [cs:crt_columns+si]
        mov     bl, ah                  ; bit 7
        mov     ah, 0
        mov     [COLS], ax
        push    bx
        push    ds                      ; the parameters are where INT 1Dh says
        xor     ax, ax
        mov     ds, ax
        lds     di, [VEC1D]
        mov     ax, cx
        mov     cl, 4
        shl     ax, cl
        add     di, ax
        mov     cx, [di+0Ah]            ; cursor shape
        pop     es
        push    es
        mov     dx, [es:CRTC]
        xchg    cl, ch
        mov     [es:SHAPE], cx
        mov     cx, 16
        mov     ah, 0
.crtc:
        mov     al, ah
        out     dx, al
        inc     dx
        mov     al, [di]
        out     dx, al
        dec     dx
        inc     di
        inc     ah
        loop    .crtc
        pop     ds
        pop     bx
        mov     al, 14
        cmp     byte [MODE], 7
        je      .height
        mov     al, 8
.height:
        mov     ah, 0
        mov     [HEIGHT], ax
        mov     byte [ROWS], 24
        xor     ax, ax
        mov     [PAGESTART], ax
        mov     [PAGE], al
        push    ds
        pop     es
        mov     di, CURSOR
        mov     cx, 8
        rep     stosw
        test    bl, bl
        js      .kept
        call    clear_memory
.kept:
        mov     dx, [CRTC]
        add     dx, CRT_MODE
        mov     al, [MODECTL]
        out     dx, al
        mov     al, 30h
        cmp     byte [MODE], 6
        jb      .colours
        ja      .done
        mov     al, 3Fh                 ; white on black
.colours:
        mov     [CGAPAL], al
        inc     dx
        out     dx, al
.done:
        ret

; AH=0Bh: BH=0: border and background BL, or foreground of mode 6; else palette BL of modes 4 and 5.
cga_palette:
        mov     al, [CGAPAL]
        test    bh, bh
        jnz     .palette
        and     ax, 00E0h
        and     bl, 1Fh
        or      al, bl
        jmp     short .set
.palette:
        and     al, 0DFh
        test    bl, 1
        jz      .set
        or      al, 20h
.set:
        mov     [CGAPAL], al
        mov     dx, [CRTC]
        add     dx, CRT_COLOUR
        out     dx, al
        ret

; AH=0Fh.
get_mode:
        mov     al, [MODE]
        mov     ah, [COLS]
        mov     [bp+R_AX], ax
        mov     al, [PAGE]
        mov     [bp+R_BH], al
        ret

; AH=04h: AH=1: the light pen was pressed; DH, DL row and column, CH scan line, BX dot. AH=0: it was not.
light_pen:
        mov     byte [bp+R_AH], 0
        mov     dx, [CRTC]
        add     dx, CRT_STATUS
        in      al, dx
        test    al, STATUS_NO_PEN
        jnz     .clear
        test    al, STATUS_PEN
        jz      none
        sub     dx, CRT_STATUS
        mov     al, 10h                 ; where the 6845 was
        out     dx, al
        inc     dx
        in      al, dx
        mov     ah, al
        dec     dx
        mov     al, 11h
        out     dx, al
        inc     dx
        in      al, dx
        mov     bl, [MODE]
        mov     bh, 0
        mov     bl, [cs:.delay+bx]      ; the pen answers late
        sub     ax, bx
        mov     bx, [PAGESTART]
        shr     bx, 1
        sub     ax, bx
        jns     .inside
        xor     ax, ax
.inside:
        call    text_class
        jne     .graphics
        div     byte [COLS]
        mov     dh, al                  ; row
        mov     dl, ah                  ; column
        mov     cl, 3
        shl     al, cl
        mov     ch, al
        mov     bl, ah
        mov     bh, 0
        shl     bx, cl
        jmp     short .known
.graphics:
        mov     bl, 40                  ; words in two lines
        div     bl
        mov     ch, al
        shl     ch, 1
        mov     bl, ah
        mov     bh, 0
        mov     cl, 3
        cmp     byte [MODE], 6
        jne     .narrow
        inc     cx
        shl     ah, 1
.narrow:
        shl     bx, cl
        mov     dl, ah
        mov     dh, al
        shr     dh, 1
        shr     dh, 1
.known:
        mov     byte [bp+R_AH], 1
        mov     [bp+R_DX], dx
        mov     [bp+R_BX], bx
        mov     [bp+R_CH], ch
.clear:
        mov     dx, [CRTC]
        add     dx, CRT_PEN_CLEAR
        out     dx, al
        ret
.delay:
        db      3, 3, 5, 5, 3, 3, 3, 4
