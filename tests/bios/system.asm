; A boot disk that checks the services of the system BIOS that need no drive but
; the one it boots from.
;
; Sources: IBM PC AT Technical Reference (6183355), section 5 "ROM BIOS and system
; usage"; IBM PS/2 and PC BIOS Interface Technical Reference (S68X-2341), sections
; 2 (interrupts) and 3 (data areas, ROM tables).

%include "boot.inc"

CPU_80186       equ 1
CPU_80286       equ 2
CPU_80386       equ 3
MARK_SEG        equ 2000h               ; memory that a warm boot leaves alone
MARK            equ 4249h

main:
        push    ds
        mov     ax, MARK_SEG
        mov     ds, ax
        cmp     word [0], MARK
        pop     ds
        je      .again
        ask     "hello"
        mov     al, 0
        adc     al, 0
        mov     [alone], al
        call    test_data
        call    test_entries
        call    test_ticks
        call    test_clock
        call    test_serial
        call    test_printer
        call    test_system
        call    test_memory
        call    test_move
        call    test_waits
        call    test_mouse
        call    test_apm
        call    test_buffer
        cmp     byte [alone], 0
        jne     .end
        cmp     byte [p_board], 0
        jne     .keys
        call    test_shutdown
.keys:
        call    test_keys
        call    test_states
        call    test_special
        cmp     byte [p_board], 0
        jne     .end
        mov     ax, MARK_SEG            ; last: Ctrl-Alt-Del, and here again
        mov     ds, ax
        mov     word [0], MARK
        mov     word [2], ~MARK
        mov     ax, [cs:checks]
        mov     [4], ax
        mov     ax, [cs:failed]
        mov     [6], ax
        xor     ax, ax
        mov     ds, ax
        mov     word [472h], 0
        ask     "keys ctrl+alt+delete"
.wait:
        sti
        hlt
        jmp     .wait
.again:
        mov     ax, MARK_SEG
        mov     ds, ax
        mov     word [0], 0
        mov     bx, [2]
        mov     cx, [4]
        mov     dx, [6]
        xor     ax, ax
        mov     ds, ax
        mov     [checks], cx
        mov     [failed], dx
        is16    "warm boot keeps memory", bx, ~MARK & 0FFFFh
        is16    "40:72 after a warm boot", [472h], 0
        is8     "40:17 after a warm boot", [417h], 0
.end:
        jmp     finish

alone:  db      0                       ; 1: no harness, nobody presses keys

; cpu_below: CF set when the processor is older than AL.
cpu_below:
        cmp     [p_cpu], al
        ret

; hook: AX = vector, DI = handler in this program. Keeps the old one at [old]. unhook gives it back.
hook:
        push    bx
        mov     bx, ax
        shl     bx, 1
        shl     bx, 1
        cli
        mov     ax, [bx]
        mov     [old], ax
        mov     ax, [bx+2]
        mov     [old+2], ax
        mov     [bx], di
        mov     word [bx+2], 0
        mov     [old_at], bx
        mov     word [count], 0
        sti
        pop     bx
        ret
unhook:
        push    ax
        push    bx
        mov     bx, [old_at]
        cli
        mov     ax, [old]
        mov     [bx], ax
        mov     ax, [old+2]
        mov     [bx+2], ax
        sti
        pop     bx
        pop     ax
        ret
old:    dd      0
old_at: dw      0
count:  dw      0
; A handler that counts.
counter:
        inc     word [cs:count]
        iret

; ticks: waits CX timer ticks.
ticks:
        push    ax
        push    dx
        mov     dx, [46Ch]
.wait:
        hlt
        mov     ax, [46Ch]
        sub     ax, dx
        cmp     ax, cx
        jb      .wait
        pop     dx
        pop     ax
        ret

%include "system_data.inc"
%include "system_clock.inc"
%include "system_lines.inc"
%include "system_memory.inc"
%include "system_mouse.inc"
%include "apm_protected.inc"
%include "system_keys.inc"
%include "system_shutdown.inc"

        align   512, db 0
program_end:
buffer  equ     program_end
