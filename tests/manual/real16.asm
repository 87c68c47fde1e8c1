; The 80286 and what later processors do as it does: real mode, then 16-bit
; protected mode (80286 Programmer's Reference Manual, chapters 5 to 9; SDM volume
; 3, chapter 20). The order matters: an 80286 does not come back from protected
; mode.
%include "boot.inc"
        cpu     286
%include "frame16.inc"

real:
        group   "real mode"
        scene
        flags   IF
        run
        nop
        at
        int     30h
        fin
        fault   "INT n", 30h, 0, 2
        is      "pushes three words", [t_hsp], STACK0-6
        bits_are "IF is saved", [t_flags], IF, IF
        bits_are "IF and TF are cleared", [t_hflags], IF|TF, 0
        flags   0
        run
        int3
        fin
        fault   "INT3", BP_, 0, 1
        run
        into
        fin
        nofault "INTO without overflow"
        run
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "INTO", OF_, 0, 1
        run
        xor     ax, ax
        at
        div     al
        fin
        fault   "DIV by 0: IP is the instruction's", DE_, 0
        run
        mov     ax, 9
        at
        bound   ax, [bounds]
        fin
        fault   "BOUND: IP is the instruction's", BR_, 0
        run
        mov     ax, 7
        bound   ax, [bounds]
        fin
        nofault "BOUND inside"
        run
        db      0Fh, 0FFh
        fin
        fault   "an undefined opcode", UD, 0
        run
        lldt    ax
        fin
        fault   "LLDT is not recognized in real mode", UD, 0
        run
        ltr     ax
        fin
        fault   "LTR", UD, 0
        run
        lar     ax, ax
        fin
        fault   "LAR", UD, 0
        run
        arpl    ax, ax
        fin
        fault   "ARPL", UD, 0
        run
        db      8Eh, 0C8h
        fin
        fault   "MOV CS", UD, 0
        run
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        run
        mov     bp, 0FFFFh
        at
        mov     ax, [bp]
        fin
        until   M286
        fault   "a word at SS:FFFF is 13 on the 80286", GP, 0
        end_since
        since   M386
        fault   "a word at SS:FFFF is 12", SS_, 0
        end_since
        run
        mov     di, 0FFFFh
        at
        stosw
        fin
        is      "STOSW at FFFF: vector", [t_vec], GP
        flags   TF
        run
        nop
        nop
        fin
        fault   "TF", DB_, 0, 1
        flags   TF
        run
        int     30h
        fin
        fault   "INT n clears TF", 30h, 0, 2
        flags   0
        run
        mov     ax, ss
        push    word TF|2
        popf
        at
        mov     ss, ax
        nop
        nop
        fin
        fault   "MOV SS holds the trap off for one instruction", DB_, 0, 3
        run
        pushf
        pop     ax
        fin
        until   M286
        bits_are "bits 12 to 15 are 0 in real mode", [t_ax], 0F000h, 0
        end_since
        run
        push    word 0F002h
        popf
        pushf
        pop     ax
        push    word 2
        popf
        fin
        until   M286
        bits_are "and cannot be set", [t_ax], 0F000h, 0
        end_since
        since   M386
        bits_are "bits 12 to 14 can be set", [t_ax], 0F000h, 7000h
        end_since
        run
        push    sp
        pop     ax
        fin
        is      "PUSH SP pushes SP as it was", [t_ax], STACK0
        run
        mov     cl, 33
        mov     ax, 1
        shl     ax, cl
        fin
        is      "shift counts are taken by 32", [t_ax], 2
        run
        smsw    ax
        sgdt    [SCRATCH_LOW]
        fin
        nofault "SMSW and SGDT run"
        bits_are "PE is clear", [t_ax], 1, 0
        run
        mov     ax, 0Ah
        lmsw    ax
        at
        wait
        fin
        fault   "WAIT with TS and MP", NM, 0
        run
        db      0D9h, 0D0h
        fin
        fault   "ESC with TS", NM, 0
        run
        clts
        smsw    ax
        fin
        bits_are "CLTS", [t_ax], 8, 0
        run
        mov     ax, 4
        lmsw    ax
        at
        db      0D9h, 0D0h
        fin
        fault   "ESC with EM", NM, 0
        run
        xor     ax, ax
        lmsw    ax
        fin
        run
        times 9 db 3Eh
        nop
        fin
        nofault "10 bytes"
        until   M286
        run
        times 10 db 3Eh
        nop
        fin
        fault   "11 bytes are too many for the 80286", GP, 0
        end_since
        run
        lidt    [short_idtr]
        int     30h
        fin
        lidt    [real_idtr]
        is      "INT n beyond the limit of the IDT: vector", [t_vec], GP
        mov     ax, 0FFFFh
        push    es
        mov     es, ax
        mov     word [es:10h], 1234h
        pop     es
        run
        mov     ax, 0FFFFh
        mov     es, ax
        mov     bx, [es:10h]
        fin
        is      "FFFF:0010 is at 1 MB", [t_bx], 1234h
        group   "real mode, IRQ"
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        fault   "through the vector table", 8, 0
        is      "pushes three words", [t_hsp], STACK0-6
        flags   0
        call    irq0
        run
        nop
        sti
        nop
        at
        nop
        fin
        call    no_irq0
        fault   "one instruction behind STI", 8, 0
        ret
; The timer's interrupt waits at the PIC, as the BIOS has set it up: vector 8.
irq0:
        mov     al, 30h                 ; counter 0, mode 0: one edge
        out     43h, al
        mov     al, 8
        out     40h, al
        mov     al, 0
        out     40h, al
        mov     al, 0FEh
        out     21h, al
        mov     al, 0Ah                 ; read the request register
        out     20h, al
.wait:
        in      al, 20h
        test    al, 1
        jz      .wait
        ret
no_irq0:
        mov     al, 20h
        out     20h, al
        mov     al, 0FFh
        out     21h, al
        ret
bounds: dw      5, 8
short_idtr: dw  20h*4-1
        dd      0
real_idtr: dw   3FFh
        dd      0
SCRATCH_LOW     equ 7000h

protect:
        group   "segments"
        scene
%macro load 5
        run
        mov     ax, %3
        at
        mov     %2, ax
        fin
        fault   %1, %4, %5
%endmacro
        load    "null DS", ds, 0, NONE, 0
        load    "beyond the GDT", ds, 100h, GP, 100h
        load    "a TSS in DS", ds, S_TSSB, GP, S_TSSB
        desc    T0, 0, 0FFFFh, 12h
        load    "not present", ds, T0, NP, T0
        load    "stack not present", ss, T0, SS_, T0
        load    "null SS", ss, 0, GP, 0
        load    "RPL of SS", ss, D16+1, GP, D16
        load    "without an LDT", ds, 4, GP, 4
        run
        xor     ax, ax
        mov     es, ax
        at
        mov     al, [es:0]
        fin
        fault   "through a null ES", GP, 0
        desc    T0, SCRATCH, 0Fh, 92h
        run
        mov     ax, T0
        mov     es, ax
        mov     al, [es:0Fh]
        at
        mov     al, [es:10h]
        fin
        fault   "beyond the limit", GP, 0
        run
        mov     ax, T0
        mov     es, ax
        at
        mov     ax, [es:0Fh]
        fin
        fault   "across it", GP, 0
        desc    T0, SCRATCH, 0FFFh, 90h
        run
        mov     ax, T0
        mov     es, ax
        at
        mov     [es:0], al
        fin
        fault   "writing read-only data", GP, 0
        run
        mov     [cs:SCRATCH_LOW], al
        fin
        fault   "writing code", GP, 0
        desc    T0, SCRATCH-0F000h, 0EFFFh, 96h
        run
        mov     ax, T0
        mov     es, ax
        mov     al, [es:0F000h]
        at
        mov     al, [es:0EFFFh]
        fin
        fault   "expand-down", GP, 0
        run
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        until   M286
        desc    T0, 0, 0FFFFh, 92h
        mov     word [es:T0+6], 12C0h   ; reserved on the 80286
        mov     word [7000h], 4321h
        run
        mov     ax, T0
        mov     es, ax
        mov     bx, [es:7000h]
        fin
        is      "the fourth word of a descriptor is ignored", [t_bx], 4321h
        end_since
        group   "levels"
        ring3
        run
        hlt
        fin
        fault   "HLT at level 3", GP, 0
        is      "SP of the TSS: five words and an error code", [t_hsp], TSS_STACK0-12
        is      "saved SS", [t_ss], U_D16
        is      "saved SP", [t_sp], STACK3
        run
        cli
        fin
        fault   "CLI", GP, 0
        run
        in      al, 61h
        fin
        fault   "IN with IOPL 0", GP, 0
        flags   IOPL3
        run
        in      al, 61h
        cli
        fin
        nofault "IN and CLI with IOPL 3"
        flags   0
        run
        lmsw    ax
        fin
        fault   "LMSW", GP, 0
        run
        mov     ax, D16
        at
        mov     ds, ax
        fin
        fault   "data of level 0", GP, D16
        run
        int     30h
        fin
        fault   "INT through a gate of DPL 3", 30h, 0, 2
        run
        int     31h
        fin
        fault   "INT through a gate of DPL 0", GP, 31h*8+2
        run
        push    word 0F002h
        popf
        pushf
        pop     ax
        fin
        bits_are "POPF at level 3 keeps IOPL", [t_ax], IOPL3, 0
        scene
        run
        push    word IOPL3|NT|2
        popf
        pushf
        pop     ax
        push    word 2
        popf
        fin
        bits_are "POPF at level 0 sets IOPL and NT", [t_ax], IOPL3|NT, IOPL3|NT
        group   "gates"
        scene
        cgate   T1, C16, gate_target, 0E4h, 1
        ring3
        run
        push    word 1234h
        at
        call    T1:0
        fin
        is      "inner level: SS, SP, a parameter, CS, IP", [t_bp], TSS_STACK0-10
        is      "the parameter", [TSS_STACK0-6], 1234h
        is      "SP as it was at CALL", [TSS_STACK0-4], STACK3-2
        cgate   T1, C16, gate_return, 0E4h, 1
        run
        push    word 1234h
        call    T1:0
        mov     bx, sp
        fin
        is      "RETF n goes back out", [t_bx], STACK3
        cgate   T1, C16, gate_target, 84h, 0
        run
        call    T1:0
        fin
        fault   "DPL of the gate", GP, T1
        cgate   T1, C16, gate_target, 64h, 0
        run
        call    T1:0
        fin
        fault   "not present", NP, T1
        cgate   T1, C16, gate_target, 0E4h, 0
        run
        jmp     T1:0
        fin
        fault   "JMP to an inner level", GP, C16
        cgate   T1, R1_C16, gate_target, 0E4h, 0
        mov     word [es:TSS-GDT+8], 0
        run
        call    T1:0
        fin
        fault   "no stack for level 1", TS, 0
        scene
        run
        int     3Fh
        fin
        fault   "INT", 3Fh, 0, 2
        run
        int     40h
        fin
        fault   "beyond the IDT", GP, 202h
        gate    30h, C16, stubs, 6
        run
        int     30h
        fin
        fault   "interrupt gate not present", NP, 182h
        gate    30h, 0, stubs, 86h
        run
        int     30h
        fin
        fault   "null selector", GP, 0
        mov     byte [es:IDT-GDT+5], 0
        run
        xor     ax, ax
        at
        div     al
        fin
        fault   "#GP while delivering #DE: double fault", DF_, 0
        until   M286
        gate    30h, C16, stubs, 8Eh
        run
        int     30h
        fin
        fault   "a 32-bit gate", GP, 182h
        end_since
        run
        push    word 2
        push    word D16
        push    word 0
        at
        iret
        fin
        fault   "IRET to data", GP, D16
        ring3
        run
        push    word 2
        push    word C16
        push    word 0
        at
        iret
        fin
        fault   "IRET to an inner level", GP, C16
        group   "tasks"
        scene
        mov     word [es:TSSB-GDT+12h], 5678h
        run
        mov     ax, 1234h
        jmp     S_TSSB:0
.behind:
        nop
        fin
        is      "JMP: AX of the new task", [t_ax], 5678h
        is      "AX of the old one", [es:TSS-GDT+12h], 1234h
        is      "IP of the old one", [es:TSS-GDT+0Eh], .behind
        bits_are "new task busy", [es:S_TSSB+4], 0FF00h, 8300h
        bits_are "old task free", [es:S_TSS+4], 0FF00h, 8100h
        scene
        run
        call    S_TSSB:0
        fin
        is      "CALL: back link", [es:TSSB-GDT], S_TSS
        bits_are "NT", [t_flags], NT, NT
        scene
        mov     word [es:TSSB-GDT+0Eh], task_return
        run
        mov     bx, 77h
        call    S_TSSB:0
        nop
        fin
        nofault "IRET returns"
        is      "with its registers", [t_bx], 77h
        bits_are "nested task free again", [es:S_TSSB+4], 0FF00h, 8100h
        scene
        run
        jmp     S_TSS:0
        fin
        fault   "busy", GP, S_TSS
        desc    T0, TSSB, 2Ah, 81h
        run
        jmp     T0:0
        fin
        fault   "limit below 2B", TS, T0
        desc    T0, TSSB, 2Bh, 1
        run
        jmp     T0:0
        fin
        fault   "not present", NP, T0
        until   M286
        desc    T0, TSSB, 67h, 89h
        run
        jmp     T0:0
        fin
        fault   "a 32-bit TSS", GP, T0
        end_since
        scene
        gate    30h, S_TSSB, 0, 85h
        run
        int     30h
        fin
        is      "task gate in the IDT", [es:TSSB-GDT], S_TSS
        group   "IRQ"
        scene
        gate    8, C16, irq_stub, 86h   ; vector 8 would be taken for a double fault
        ring3
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is      "at level 3: vector", [t_vec], 3Fh
        is      "at level 3: five words on the inner stack", [t_hsp], TSS_STACK0-10
        scene
        gate    8, S_TSSB, 0, 85h
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is      "through a task gate", [es:TSSB-GDT], S_TSS
        ret
irq_stub:
        push    byte 3Fh
        jmp     trap
gate_target:
        mov     bp, sp
        db      0Fh, 0Bh
gate_return:
        retf    2
task_return:
        iret

text_end:
NAMES_AT        equ 7C00h+(text_end-boot+15)/16*16
names_segment   equ NAMES_AT>>4
%include "end.inc"
