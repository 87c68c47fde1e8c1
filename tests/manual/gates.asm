; Interrupts, call gates and returns in protected mode (SDM volume 3, sections
; 5.8 and 6.10 to 6.14; volume 2, INT n, IRET, CALL, JMP, RET).
%include "boot.inc"
%include "frame32.inc"

V               equ 30h                 ; the vector that the checks use

        bits    32
main:
        call    interrupts
        call    inter
        call    idt_faults
        call    exceptions
        call    stack_faults
        call    iret_faults
        call    iret_outer
        call    call_gates
        call    inner_call
        call    retf_checks
        call    direct
        call    sixteen
        jmp     irqs

%include "interrupts.inc"

; A gate in T1 to gate_target.
call_gates:
        group   "call gate"
        scene
        cgate   T1, C32, gate_target, 8Ch, 0
        run
        call    T1:12345678h
        fin
        is      "goes to the offset in the gate", [t_esi], 77h
        is      "pushes CS and EIP", [t_hesp], STACK0-8-12
        run
        jmp     T1:0
        fin
        is      "JMP pushes nothing", [t_hesp], STACK0-12
        ring3
        run
        call    T1:0
        fin
        fault   "DPL of the gate below CPL", GP, T1
        cgate   T1, C32, gate_target, 0ECh, 0
        run
        call    T1+3:0
        fin
        is      "RPL 3, DPL 3", [t_esi], 77h
        cgate   T1, C32, gate_target, 0CCh, 0
        run
        call    T1+3:0
        fin
        fault   "RPL above the gate's DPL", GP, T1
        cgate   T1, C32, gate_target, 6Ch, 0
        run
        call    T1:0
        fin
        fault   "gate not present", NP, T1
        cgate   T1, C32, gate_target, 0Ch, 0
        run
        call    T1:0
        fin
        fault   "DPL counts before the present bit", GP, T1
        cgate   T1, 0, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "null selector in the gate", GP, 0
        cgate   T1, 1F0h, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "selector beyond the GDT", GP, 1F0h
        cgate   T1, U_D32, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "data segment in the gate", GP, U_D32&~3
        desc    T0, 0, 0FFFFFh, 1Ah, 0Ch
        cgate   T1, T0, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "code not present", NP, T0
        cgate   T1, C32, gate_target, 0ECh, 0
        run
        jmp     T1:0
        fin
        fault   "JMP does not go to an inner level", GP, C32
        cgate   T1, CONF, gate_target, 0ECh, 0
        run
        jmp     T1:0
        fin
        is16    "JMP to conforming code keeps the level", [t_cs], CONF+3
        run
        call    T1:0
        fin
        is16    "so does CALL", [t_cs], CONF+3
        is      "on the same stack", [t_esp], STACK3-8
        ring0
        cgate   T1, U_C32, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "not to an outer level", GP, U_C32&~3
        desc    T0, 0, 100h, 9Ah, 4
        cgate   T1, T0, gate_target, 0ECh, 0
        run
        call    T1:0
        fin
        fault   "offset beyond the limit", GP, 0
        cgate   T1, C32, gate_target, 84h, 0
        run
        call    T1:0
        fin
        is      "a 16-bit gate pushes words", [t_hesp], STACK0-4-12
        ret
gate_target:
        mov     esi, 77h
        mov     ebp, esp
        ud2

inner_call:
        group   "CALL, inner level"
        scene
        cgate   T1, C32, gate_target, 0ECh, 2
        ring3
        run
        push    dword 11223344h
        push    dword 55667788h
        at
        call    T1:0
        fin
        is16    "CS", [t_cs], C32
        is      "ESP of the TSS, less SS, ESP, two parameters, CS, EIP", [t_ebp], TSS_STACK0-24
        is      "the parameters: the last pushed", [TSS_STACK0-16], 55667788h
        is      "and the first", [TSS_STACK0-12], 11223344h
        is      "ESP as it was at CALL", [TSS_STACK0-8], STACK3-8
        is16    "SS", [TSS_STACK0-4], U_D32
        is16    "CS of the return address", [TSS_STACK0-20], U_C32
        cgate   T1, C32, .return, 0ECh, 2
        run
        push    dword 1
        push    dword 2
        call    T1:0
        mov     eax, esp
        mov     ebx, cs
        fin
        is      "RETF n takes the parameters from both stacks", [t_eax], STACK3
        is16    "and goes back out", [t_ebx], U_C32
        is16    "DS of level 3 stays", [t_ds], U_D32
        cgate   T1, C32, .return_ds, 0ECh, 0
        run
        call    T1:0
        fin
        is16    "DS of an inner level becomes null", [t_ds], 0
        cgate   T1, C32, gate_target, 0E4h, 1
        run
        push    word 1234h
        at
        call    T1:0
        fin
        is      "a 16-bit gate pushes words", [t_ebp], TSS_STACK0-10
        is16    "and copies words", [TSS_STACK0-6], 1234h
        cgate   T1, C32, gate_target, 0ECh, 0
        mov     dword [TSS+8], 0
        gate    TS, R1_C32&~3, .level1, 8Eh
        run
        call    T1:0
        fin
        is      "SS0 null is #TS(0)", [t_ebp], 0
        is      "its handler runs at level 1: vector", [t_edi], TS
        scene
        cgate   T1, R1_C32, gate_target, 0ECh, 0
        ring3
        mov     dword [TSS+10h], 1F0h
        run
        call    T1:0
        fin
        fault   "SS1 beyond the GDT", TS, 1F0h
        desc    T0, 0, 0FFFFFh, 32h, 0Ch
        mov     dword [TSS+10h], T0+1
        run
        call    T1:0
        fin
        fault   "SS1 not present", SS_, T0
        desc    T0, SCRATCH, 0FFFh, 0B2h, 4
        mov     dword [TSS+0Ch], 8
        run
        call    T1:0
        fin
        fault   "no room on it", SS_, T0
        is      "ESP as it was", [t_esp], STACK3
        ret
.return:
        retf    8
.return_ds:
        mov     eax, D32
        mov     ds, ax
        retf
.level1:
        pop     ebp
        mov     edi, TS
        mov     dword [TSS+8], D32
        int     31h

retf_checks:
        group   "RETF"
        scene
        run
        push    dword C32
        push    dword .same
        retf
.same:  nop
        fin
        nofault "same level"
        run
        push    dword 0
        push    dword C32
        push    dword .same8
        retf    4
.same8: mov     eax, esp
        fin
        is      "RETF n", [t_eax], STACK0
        run
        push    dword 0
        push    dword task_end
        at
        retf
        fin
        fault   "null CS", GP, 0
        run
        push    dword 1F0h
        push    dword task_end
        at
        retf
        fin
        fault   "beyond the GDT", GP, 1F0h
        run
        push    dword S_LDT
        push    dword task_end
        at
        retf
        fin
        fault   "a system segment", GP, S_LDT
        run
        push    dword STACK3
        push    dword CONF
        push    dword .conf
        retf
.conf:  mov     eax, cs
        fin
        is16    "conforming code", [t_eax], CONF
        ring3
        run
        push    dword CONF
        push    dword task_end
        at
        retf
        fin
        fault   "RPL below CPL", GP, CONF
        run
        push    dword CONF+3
        push    dword .conf3
        retf
.conf3: mov     eax, cs
        fin
        is16    "conforming code from level 3", [t_eax], CONF+3
        ring0
        run
        push    dword U_D32
        push    dword STACK3
        push    dword U_C32
        push    dword .out
        retf
.out:   mov     eax, cs
        mov     ebx, ss
        fin
        is16    "outer level: CS", [t_eax], U_C32
        is16    "outer level: SS", [t_ebx], U_D32
        run
        push    dword 0
        push    dword STACK3
        push    dword U_C32
        push    dword task_end
        at
        retf
        fin
        fault   "outer level, SS null", GP, 0
        desc    T0, 0, 0FFFFFh, 72h, 0Ch
        run
        push    dword T0+3
        push    dword STACK3
        push    dword U_C32
        push    dword task_end
        at
        retf
        fin
        fault   "outer level, SS not present", SS_, T0
        run
        push    dword U_D32
        push    dword STACK3
        push    dword C32+3
        push    dword task_end
        at
        retf
        fin
        fault   "RPL 3, DPL 0", GP, C32
        ret

direct:
        group   "JMP and CALL FAR"
        scene
        run
        jmp     C32:.here
.here:  nop
        fin
        nofault "same level"
        run
        jmp     0:.here
        fin
        fault   "null", GP, 0
        run
        call    1F0h:0
        fin
        fault   "beyond the GDT", GP, 1F0h
        run
        call    D32:0
        fin
        fault   "data", GP, D32
        run
        jmp     U_C32:0
        fin
        fault   "outer level", GP, U_C32&~3
        run
        call    U_C32&~3:0
        fin
        fault   "outer level, RPL 0", GP, U_C32&~3
        run
        jmp     C32+3:0
        fin
        fault   "RPL above CPL", GP, C32
        desc    T0, 0, 0FFFFFh, 1Ah, 0Ch
        run
        jmp     T0:0
        fin
        fault   "not present", NP, T0
        cgate   T0, C32, task_end, 8Eh, 0
        run
        jmp     T0:0
        fin
        fault   "an interrupt gate", GP, T0
        run
        jmp     S_LDT:0
        fin
        fault   "an LDT", GP, S_LDT
        ring3
        run
        call    C32:0
        fin
        fault   "inner level", GP, C32
        run
        call    CONF:.conf
.conf:  mov     eax, cs
        mov     ebx, [esp+4]
        fin
        is16    "conforming code of an inner level", [t_eax], CONF+3
        is16    "pushes CS", [t_ebx], U_C32
        desc    T0, 0, 0FFFFFh, 0FEh, 0Ch
        ring0
        run
        jmp     T0:0
        fin
        fault   "conforming code of an outer level", GP, T0
        desc    T0, 0, 0FFFFFh, 9Ah, 0Ch
        run
        jmp     T0:.marked
.marked: nop
        fin
        bits_are "sets the accessed bit", [GDT+T0+4], 0FF00h, 9B00h
        ret

sixteen:
        group   "16-bit code"
        scene
        mov     dword [ctx_cs], C16
        run     16
        nop
        at
        int     V
        fin
        fault   "INT through a 32-bit gate", V, 0, 2
        is      "pushes doublewords", [t_hesp], STACK0-12
        mov     dword [ctx_ss], D16
        mov     dword [ctx_esp], STACK16
        run     16
        int     V
        fin
        is16    "on a 16-bit stack", [t_hesp], STACK16-12
        run     16
        mov     esp, 12340000h+STACK16
        at
        int     V
        fin
        is      "the upper half of ESP stays", [t_hesp], 12340000h+STACK16-12
        run     16
        call    C16:.far
.far:   mov     bp, sp
        mov     ax, [bp+2]
        fin
        is16    "CALL FAR pushes words", [t_ebp], STACK16-4
        is16    "CS", [t_eax], C16
        run     16
        call    dword C32:.far32
        bits    32
.far32: mov     ebp, esp
        fin
        is16    "CALL FAR with a 32-bit operand pushes doublewords", [t_ebp], STACK16-8
        ring3
        mov     dword [ctx_cs], U_C16
        mov     dword [ctx_ss], U_D16
        mov     dword [ctx_esp], STACK16
        run     16
        nop
        at
        int     V
        fin
        fault   "level 3 to 0", V, 0, 2
        is16    "SP of level 3", [t_esp], STACK16
        ret

; Requests of the timer's counter through the PIC.
irqs:
        group   "IRQ"
        scene
        flags   IF
        call    irq0
        run
        nop
        nop
        fin
        fault   "taken as soon as IF is set", 20h, 0
        bits_are "IF is cleared", [t_hflags], IF, 0
        is      "pushes three doublewords", [t_hesp], STACK0-12
        call    no_irq0
        flags   0
        call    irq0
        run
        nop
        sti
        nop
        at
        nop
        fin
        fault   "not with IF clear; one instruction behind STI", 20h, 0
        call    no_irq0
        ring3
        flags   IF
        call    irq0
        run
        nop
        fin
        fault   "at level 3", 20h, 0
        is16    "on the inner stack", [t_hss], D32
        is      "with five doublewords", [t_hesp], TSS_STACK0-20
        call    no_irq0
        gate    20h, C32, stubs+20h*8, 8Eh
        ring3
        flags   IF
        call    irq0
        run
        nop
        fin
        fault   "DPL of the gate does not matter", 20h, 0
        call    no_irq0
        scene
        mov     byte [IDT+20h*8+5], 0Eh
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        fault   "gate not present: EXT is set", NP, 20h*8+3
        scene
        ring3
        mov     dword [ctx_cs], U_C16
        flags   IF
        call    irq0
        run     16
        nop
        fin
        fault   "out of 16-bit code", 20h, 0
        call    no_irq0
        scene
        gate    20h, CONF, conforming_irq, 8Eh
        ring3
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is16    "a conforming handler keeps level 3", [t_ebx], CONF+3
        ret
conforming_irq:
        mov     ebx, cs
        int     31h

%include "end.inc"
