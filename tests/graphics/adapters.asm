; The disk for the adapters before the VGA: sets the modes of the one that is there,
; through the BIOS and by registers, draws a known picture in each and asks the harness to
; look, as graphics.asm does; and checks what the BIOS answers. Code for an 8086.
;
; Sources: IBM PC AT Technical Reference, section 5, "Video"; IBM Technical Reference
; Options and Adapters, the adapters' sections; Hercules Graphics Card Owner's Manual.

%include "boot.inc"
%include "pictures.inc"

%macro SHOT 1
        ask     %1
%endmacro

main:
        mov     ah, 12h                 ; an EGA's BIOS answers
        mov     bl, 10h
        int     10h
        cmp     bl, 10h
        je      .6845
        cmp     bh, 1
        je      .ega_mono
        call    ega
        jmp     .end
.ega_mono:
        call    ega_mono
        jmp     .end
.6845:
        cmp     word [463h], 3B4h
        je      .mono
        call    cga
        jmp     .end
.mono:
        call    mono
.end:
        mov     al, [449h]              ; back to the first mode
        mov     ah, 0
        int     10h
        jmp     finish

; registers: the 6845's registers from DS:SI: register and value, FFh ends them.
registers:
        mov     dx, [463h]
.next:
        lodsw
        cmp     al, 0FFh
        je      .done
        out     dx, al
        inc     dx
        mov     al, ah
        out     dx, al
        dec     dx
        jmp     .next
.done:
        ret

; port: AL to the 6845's port and AH more.
port:
        mov     dx, [463h]
        add     dl, ah
        out     dx, al
        ret
%macro PORT 2
        mov     ax, (%1) << 8 | (%2)
        call    port
%endmacro

; LATER name: SHOT once everything latched at a retrace is in force. CGA and EGA.
%macro LATER 1
        call    retrace
        SHOT    %1
%endmacro

; retrace: waits for the end of the second vertical retrace from now.
retrace:
        push    ax
        push    cx
        push    dx
        mov     dx, 3DAh
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

; attributes: the letter A with all 256 attributes at ES:0.
attributes:
        xor     di, di
        mov     cx, 256
        mov     ax, 0041h
.next:
        stosw
        inc     ah
        loop    .next
        ret

; cursor_at: the cursor with shape CX at row DH, column DL, on a lit cell.
cursor_at:
        mov     ah, 2
        mov     bh, 0
        int     10h
        mov     ah, 1
        int     10h
        ret

%include "adapters_cga.inc"
%include "adapters_mono.inc"
%include "adapters_ega.inc"

        times ($$-$) & 511 db 0
program_end:
