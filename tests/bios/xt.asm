; What the BIOS of a PC/XT does otherwise: the switches, no clock, no services of the AT. Told: p_disks the display bits of
; INT 11h, p_type_b the type of both drives.
;
; Source: IBM PC/XT Technical Reference (6280089, 1986), ROM BIOS. The disk is so short that it lies the same on floppies of
; all formats.

%include "boot.inc"

main:
        svc     11h
        mov     bl, [p_disks]
        mov     cl, 4
        shl     bl, cl
        or      bl, 43h                 ; two drives, a coprocessor
        mov     bh, 44h                 ; a printer, two serial ports
        is16    "INT 11h", ax, bx
        svc     12h
        is16    "INT 12h: 512 KB but for the EBDA", ax, 511

        mov     ax, 0F000h
        mov     es, ax
        is8     "model byte", [es:0FFFEh], 0FBh
        mov     ah, 0C0h
        svc     15h
        carry   "15/C0", 0
        is8     "15/C0 model", [es:bx+2], 0FBh
        is8     "15/C0 features", [es:bx+5], 14h

        mov     si, none_list
.none:
        lodsb
        test    al, al
        jz      .clock
        push    si
        mov     ah, al
        mov     al, 1
        xor     bx, bx
        xor     cx, cx
        mov     dx, cx
        svc     15h
        carry   "a service of the AT", 1
        is8     "a service of the AT, status", [r_ax+1], 86h
        pop     si
        jmp     .none


.clock:
        mov     ah, 02h
        svc     1Ah
        carry   "1A/02 time", 1
        mov     ah, 04h
        svc     1Ah
        carry   "1A/04 date", 1
        mov     ah, 00h
        svc     1Ah
        carry   "1A/00 ticks", 0
        mov     cx, dx
.tick:
        push    cx
        mov     ah, 00h
        svc     1Ah
        pop     cx
        cmp     dx, cx                  ; or this never ends
        je      .tick

        mov     ax, 0800h
        mov     dl, 0
        svc     13h
        carry   "13/08", 0
        is8     "13/08 type", [r_bx], [p_type_b]
        is8     "13/08 drives", [r_dx], 2
        mov     bh, 1                   ; no change line: the XT's adapter
        cmp     byte [p_type_b], 4
        jne     .line
        inc     bh
.line:
        push    bx
        mov     ax, 1500h
        mov     dl, 0
        svc     13h
        pop     bx
        mov     bl, bh
        mov     bh, 0
        mov     al, [r_ax+1]
        mov     ah, 0
        is16    "13/15 change line", ax, bx
        mov     ax, 0201h
        mov     bx, 2000h
        mov     cx, 0001h
        mov     dx, 0000h
        push    ds
        pop     es
        svc     13h
        carry   "13/02", 0
        is16    "13/02 read", [21FEh], 0AA55h
        mov     ax, 0301h
        mov     bx, 7C00h
        mov     cx, 2709h               ; cylinder 39, sector 9
        mov     dx, 0100h
        svc     13h
        carry   "13/03", 0
        mov     ax, 0201h
        mov     bx, 2000h
        mov     cx, 2709h
        mov     dx, 0100h
        mov     word [21FEh], 0
        svc     13h
        is16    "13/02 what was written", [21FEh], 0AA55h

        in      al, 61h
        and     al, 0F0h
        is8     "port B: keyboard on, checks on", al, 40h
        in      al, 21h
        and     al, 43h
        is8     "timer, keyboard and floppy interrupt", al, 0
        in      al, 0A1h
        is8     "no second interrupt controller", al, 0FFh
        jmp     finish
none_list:
        db      24h, 53h, 83h, 86h, 87h, 88h, 89h, 8Ah, 0C2h, 0E8h, 0

        align   512, db 0
program_end:
