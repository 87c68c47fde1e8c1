; INT 08h, the timer tick.
;
; Source: IBM PC AT Technical Reference, BIOS listing interface: counts 40:6C, rolls over at 1800B0h
; ticks, stops idle floppy motors, calls INT 1Ch before the end-of-interrupt.

TICKS_DAY_LO    equ 00B0h
TICKS_DAY_HI    equ 0018h

int08:
        push    ds
        push    ax
        push    dx
        mov     ds, [cs:seg_bda]
        inc     word [bda_ticks]
        jnz     .same
        inc     word [bda_ticks+2]
.same:
        cmp     word [bda_ticks+2], TICKS_DAY_HI
        jb      .motor
        cmp     word [bda_ticks], TICKS_DAY_LO
        jb      .motor
        xor     ax, ax
        mov     [bda_ticks], ax
        mov     [bda_ticks+2], ax
        inc     byte [bda_midnight]
        inc     word [bda_days]
.motor:
        cmp     byte [bda_fd_timeout], 0
        je      .user
        dec     byte [bda_fd_timeout]
        jnz     .user
        and     byte [bda_fd_motor], 0F0h
        mov     dx, FDC_DOR
        mov     al, 0Ch                 ; motors off; DMA and interrupts stay enabled
        out     dx, al
.user:
        int     1Ch
        cli
        mov     al, EOI
        out     PIC1, al
        pop     dx
        pop     ax
        pop     ds
        iret
