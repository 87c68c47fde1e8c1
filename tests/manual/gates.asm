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

interrupts:
        group   "INT, same level"
        scene
        flags   IF
        run
        mov     eax, 12345678h
        at
        int     V
        fin
        fault   "32-bit interrupt gate: saved EIP is behind INT n", V, 0, 2
        is      "pushes three doublewords", [t_hesp], STACK0-12
        is16    "saved CS", [t_cs], C32
        bits_are "saved EFLAGS have IF", [t_flags], IF, IF
        bits_are "an interrupt gate clears IF", [t_hflags], IF, 0
        is      "general registers pass", [t_eax], 12345678h
        gate    V, C32, stubs+V*8, 8Fh
        run
        int     V
        fin
        bits_are "a trap gate leaves IF", [t_hflags], IF, IF
        flags   IF|NT
        run
        int     V
        fin
        bits_are "NT is saved", [t_flags], NT, NT
        bits_are "NT is cleared", [t_hflags], NT, 0
        flags   IF|DF
        run
        int     V
        fin
        bits_are "DF passes", [t_hflags], DF, DF
        since   M486
        flags   AC
        run
        int     V
        fin
        bits_are "AC passes", [t_hflags], AC, AC
        end_since
        flags   0
        run
        int3
        fin
        fault   "INT3 is one byte", BP_, 0, 1
        run
        db      0CDh, 3
        fin
        fault   "INT 3 is two", BP_, 0, 2
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
        fault   "INTO with overflow", OF_, 0, 1
        run
        mov     dword [SCRATCH], 1
        mov     dword [SCRATCH+4], 5
        mov     eax, 5
        bound   eax, [SCRATCH]
        mov     eax, 6
        at
        bound   eax, [SCRATCH]
        fin
        fault   "BOUND is a fault", BR_, 0
        gate    V, C32, trap_raw, 86h
        run
        int     V
        fin
        is      "a 16-bit gate pushes three words", [t_hesp], STACK0-6
        is16    "a 16-bit gate: CS", [t_stack+2], C32
        gate    V, C32, trap_raw, 87h
        flags   IF
        run
        int     V
        fin
        bits_are "a 16-bit trap gate leaves IF", [t_hflags], IF, IF
        ; conforming handler
        gate    V, CONF, stubs+V*8, 8Eh
        ring3
        run
        int     V
        fin
        is8     "a gate of DPL 0 for level 3 faults", [t_vec], GP
        gate    V, CONF, stubs_raw, 0EEh
        run
        int     V
        fin
        is8     "a conforming handler runs at the level of the program", [t_ebx], CONF+3
        ret
stubs_raw:                              ; at level 3: says which CS it has
        mov     ebx, cs
        int     31h                     ; DPL 0: a fault
        ud2

inter:
        group   "INT, inner level"
        scene
        ring3
        flags   IF
        run
        nop
        at
        int     V
        fin
        fault   "level 3 to 0", V, 0, 2
        is16    "CS in the handler", [t_hcs], C32
        is16    "SS of the TSS", [t_hss], D32
        is      "ESP of the TSS, less five doublewords", [t_hesp], TSS_STACK0-20
        is16    "saved CS", [t_cs], U_C32
        is16    "saved SS", [t_ss], U_D32
        is      "saved ESP", [t_esp], STACK3
        is16    "DS stays", [t_ds], U_D32
        bits_are "saved IF", [t_flags], IF, IF
        bits_are "IF in the handler", [t_hflags], IF, 0
        mov     dword [TSS+8], D32
        gate    V, R1_C32&~3, ring1_handler, 0EEh
        run
        int     V
        fin
        is16    "level 3 to 1: CS", [t_ebx], R1_C32
        is16    "level 3 to 1: SS", [t_ecx], R1_D32
        is      "level 3 to 1: ESP", [t_edx], TSS_STACK1-20
        gate    V, C32, stubs+V*8, 0EEh
        ring1
        run
        int     V
        fin
        is      "level 1 to 0: ESP", [t_hesp], TSS_STACK0-20
        is16    "level 1 to 0: saved CS", [t_cs], R1_C32
        gate    V, C32, trap_raw, 0E6h
        ring3
        run
        int     V
        fin
        is      "a 16-bit gate pushes five words", [t_hesp], TSS_STACK0-10
        is16    "a 16-bit gate: SP", [t_stack+6], STACK3&0FFFFh
        is16    "a 16-bit gate: SS", [t_stack+8], U_D32
        ; a fault of level 3 goes to level 0 whatever the DPL of the gate
        run
        hlt
        fin
        fault   "an exception does not look at the gate's DPL", GP, 0
        is      "and pushes its error code", [t_hesp], TSS_STACK0-24
        ret
ring1_handler:
        mov     ebx, cs
        mov     ecx, ss
        mov     edx, esp
        int     31h
        ud2

idt_faults:
        group   "IDT"
        scene
        run
        int     7Fh
        fin
        fault   "no gate at all", GP, 7Fh*8+2
        run
        int     80h
        fin
        fault   "beyond the limit", GP, 80h*8+2
        gate    V, C32, stubs+V*8, 0Eh
        run
        int     V
        fin
        fault   "gate not present", NP, V*8+2
        gate    V, C32, stubs+V*8, 8Ch
        run
        int     V
        fin
        fault   "a call gate", GP, V*8+2
        gate    V, C32, stubs+V*8, 9Eh
        run
        int     V
        fin
        fault   "a code segment", GP, V*8+2
        gate    V, C32, stubs+V*8, 8Eh
        ring3
        run
        int     V
        fin
        fault   "DPL below CPL", GP, V*8+2
        gate    V, C32, stubs+V*8, 0Eh
        run
        int     V
        fin
        fault   "DPL counts before the present bit", GP, V*8+2
        mov     byte [IDT+3*8+5], 8Eh
        run
        int3
        fin
        fault   "INT3 looks at the DPL, too", GP, 3*8+2
        mov     byte [IDT+4*8+5], 8Eh
        run
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "and INTO", GP, 4*8+2
        ring0
        gate    V, 0, stubs+V*8, 8Eh
        run
        int     V
        fin
        fault   "null selector in the gate", GP, 0
        gate    V, 1F0h, stubs+V*8, 8Eh
        run
        int     V
        fin
        fault   "selector beyond the GDT", GP, 1F0h
        gate    V, D32, stubs+V*8, 8Eh
        run
        int     V
        fin
        fault   "data segment in the gate", GP, D32
        gate    V, U_C32&~3, stubs+V*8, 8Eh
        run
        int     V
        fin
        fault   "code of an outer level", GP, U_C32&~3
        desc    T0, 0, 0FFFFFh, 1Ah, 0Ch
        gate    V, T0, stubs+V*8, 8Eh
        run
        int     V
        fin
        fault   "code not present", NP, T0
        desc    T0, 0, 0FFFFFh, 9Ah, 0Ch
        gate    V, T0+3, stubs+V*8, 8Eh
        run
        int     V
        fin
        is16    "RPL in the gate does not matter", [t_hcs], T0
        desc    T0, 0, 100h, 9Ah, 4
        run
        int     V
        fin
        fault   "handler beyond its segment's limit", GP, 0
        lidt    [.short]
        run
        int     V
        fin
        fault   "a gate that is not all inside the limit", GP, V*8+2
        lidt    [idtr]
        ; faults while an exception is delivered: EXT is set
        gate    UD, 1F0h, stubs, 8Eh
        run
        db      0Fh, 0Bh
        fin
        fault   "#UD with a bad selector in its gate", GP, 1F1h
        ret
.short: dw      V*8+6
        dd      IDT

exceptions:
        group   "exceptions"
        scene
        run
        xor     eax, eax
        div     al
        fin
        is8     "DIV by 0: vector", [t_vec], DE_
        run
        mov     eax, 1000h
        mov     bl, 1
        at
        div     bl
        fin
        fault   "quotient too large: EIP is the instruction's", DE_, 0
        is      "and EAX as it was", [t_eax], 1000h
        bits_are "faults save RF", [t_flags], RF, RF
        run
        at
        int     V
        fin
        bits_are "INT n saves RF clear", [t_flags], RF, 0
        run
        mov     eax, 80000000h
        mov     edx, -1
        mov     ebx, -1
        cdq
        at
        idiv    ebx
        fin
        fault   "IDIV of the least number by -1", DE_, 0
        run
        at
        aam     0
        fin
        fault   "AAM 0", DE_, 0

        group   "double fault"
        mov     byte [IDT+GP*8+5], 0Eh  ; #GP not present: #GP, #NP = #DF
        run
        at
        mov     eax, 1F0h
        mov     ds, ax
        fin
        fault   "#NP while delivering #GP", DF_, 0, 5
        scene
        mov     byte [IDT+DE_*8+5], 0Ah
        run
        xor     ebx, ebx
        at
        div     ebx
        fin
        fault   "#GP while delivering #DE is delivered as #DF", DF_, 0
        scene
        mov     byte [IDT+UD*8+5], 0Eh
        run
        at
        ud2
        nop
        fin
        fault   "#NP while delivering #UD is #NP", NP, UD*8+3
        scene
        mov     byte [IDT+BP_*8+5], 0Eh
        run
        int3
        fin
        fault   "#NP of INT3 is #NP", NP, 3*8+2
        scene
        paging
        ; vectors 0-8 on a page that is not there, the others on the next
        mov     esi, IDT+9*8
        mov     edi, WIN_PHYS+1000h
        mov     ecx, 60h
        rep     movsd
        pte     0, 0
        lidt    [.idtr]
        run
        xor     ebx, ebx
        at
        div     ebx
        fin
        lidt    [idtr]
        fault   "#PF while delivering #DE is #PF", PF, 0
        is      "with the address of the gate", [t_cr2], WIN+1000h-8*9
        ret
.idtr:  dw      IDT_LIMIT
        dd      WIN+1000h-8*9

; The stack of the inner level (SDM volume 3, section 5.8.5; volume 2, INT n).
stack_faults:
        group   "inner stack"
        scene
        ring3
        mov     dword [TSS+10h], 0
        gate    V, R1_C32&~3, ring1_handler, 0EEh
        run
        int     V
        fin
        fault   "SS1 is null", TS, 0
        mov     dword [TSS+10h], 1F0h
        run
        int     V
        fin
        fault   "SS1 beyond the GDT", TS, 1F0h
        mov     dword [TSS+10h], R1_D32&~3
        run
        int     V
        fin
        fault   "RPL of SS1 is not the level", TS, R1_D32&~3
        mov     dword [TSS+10h], D32+1
        run
        int     V
        fin
        fault   "DPL of SS1 is not the level", TS, D32
        mov     dword [TSS+10h], R1_C32
        run
        int     V
        fin
        fault   "SS1 is code", TS, R1_C32&~3
        desc    T0, 0, 0FFFFFh, 0B0h, 0Ch
        mov     dword [TSS+10h], T0+1
        run
        int     V
        fin
        fault   "SS1 is read-only", TS, T0
        desc    T0, 0, 0FFFFFh, 32h, 0Ch
        run
        int     V
        fin
        fault   "SS1 is not present", SS_, T0
        desc    T0, SCRATCH, 0FFFh, 0B2h, 4
        mov     dword [TSS+0Ch], 8
        run
        int     V
        fin
        fault   "no room on the inner stack", SS_, T0
        is      "the outer stack is in place", [t_esp], STACK3
        scene
        ring3
        desc    S_TSS, TSS, 0Fh, 8Bh, 0
        mov     dword [GDT+S_TSS+4], HI(TSS,0Fh,89h,0)
        mov     ax, S_TSS
        ltr     ax
        gate    V, R1_C32&~3, ring1_handler, 0EEh
        run
        int     V
        fin
        fault   "the TSS is too short for SS1", TS, S_TSS
        scene
        ring3
        mov     dword [TSS+10h], 0
        gate    UD, R1_C32&~3, ring1_handler, 8Eh
        run
        db      0Fh, 0Bh
        fin
        fault   "an exception sets EXT", TS, 1
        scene
        desc    T0, SCRATCH, 0FFFh, 92h, 4
        mov     dword [ctx_ss], T0
        mov     dword [ctx_esp], 800h
        run
        nop
        at
        int     V
        fin
        is16    "at the same level the stack stays", [t_hss], T0
        is      "and takes the frame", [t_hesp], 800h-12
        ret

iret_faults:
        group   "IRET"
        scene
        run
        push    dword 2
        push    dword 0
        push    dword task_end
        at
        iretd
        fin
        fault   "null CS", GP, 0
        run
        push    dword 2
        push    dword 1F0h
        push    dword task_end
        at
        iretd
        fin
        fault   "CS beyond the GDT", GP, 1F0h
        is      "ESP is as before IRET", [t_hesp], STACK0-28
        run
        push    dword 2
        push    dword D32
        push    dword task_end
        at
        iretd
        fin
        fault   "CS is data", GP, D32
        run
        push    dword 2
        push    dword U_C32&~3
        push    dword task_end
        at
        iretd
        fin
        fault   "RPL 0, DPL 3", GP, U_C32&~3
        run
        push    dword 2
        push    dword C32+3
        push    dword task_end
        at
        iretd
        fin
        fault   "RPL 3, DPL 0", GP, C32
        desc    T0, 0, 0FFFFFh, 1Ah, 0Ch
        run
        push    dword 2
        push    dword T0
        push    dword task_end
        at
        iretd
        fin
        fault   "CS not present", NP, T0
        run
        push    dword 2
        push    dword C16
        push    dword 10000h
        at
        iretd
        fin
        fault   "EIP beyond the limit", GP, 0
        run
        push    dword IF|DF|CF|2
        push    dword C32
        push    dword .back
        iretd
        align   16
.back:  pushfd
        pop     eax
        fin
        bits_are "loads EFLAGS", [t_eax], IF|DF|CF, IF|DF|CF
        is      "takes three doublewords", [t_hesp], STACK0-12
        run
        pushf
        push    cs
        push    word 0
        mov     eax, .back16
        mov     word [esp], ax
        mov     dword [esp], 0
        mov     [esp], ax
        mov     word [esp+2], C32
        mov     word [esp+4], 2
        o16 iret
.back16: nop
        fin
        nofault "with a 16-bit operand"
        ring3
        run
        push    dword 2
        push    dword C32
        push    dword task_end
        at
        iretd
        fin
        fault   "not to an inner level", GP, C32
        flags   0
        run
        push    dword IF|IOPL3|2
        push    dword U_C32
        push    dword .user
        iretd
.user:  pushfd
        pop     eax
        fin
        bits_are "level 3 changes neither IF nor IOPL", [t_eax], IF|IOPL3, 0
        flags   IOPL3
        run
        push    dword IF|2
        push    dword U_C32
        push    dword .user2
        iretd
.user2: pushfd
        pop     eax
        fin
        bits_are "with IOPL 3 it changes IF, but not IOPL", [t_eax], IF|IOPL3, IF|IOPL3
        run
        push    dword VM|2
        push    dword U_C32
        push    dword .user3
        iretd
.user3: pushfd
        pop     eax
        fin
        nofault "level 3 cannot set VM"
        run
        pushfd
        or      dword [esp], VM
        popfd
        pushfd
        pop     eax
        fin
        bits_are "nor with POPFD", [t_flags], VM, 0
        ret

; To an outer level.
%macro outer 4                          ; SS, ESP, CS, EIP
        push    dword %1
        push    dword %2
        push    dword 2
        push    dword %3
        push    dword %4
%endmacro
iret_outer:
        group   "IRET, outer level"
        scene
        run
        outer   U_D32, STACK3, U_C32, .user
        iretd
.user:  nop
        int     30h
        fin
        is16    "CS", [t_cs], U_C32
        is16    "SS", [t_ss], U_D32
        is      "ESP", [t_esp], STACK3
        is16    "DS of DPL 0 becomes null", [t_ds], 0
        run
        mov     eax, CONF
        mov     es, ax
        mov     eax, U_D32
        mov     fs, ax
        outer   U_D32, STACK3, U_C32, .user2
        iretd
.user2: nop
        int     30h
        fin
        is16    "FS of DPL 3 stays", [t_fs], U_D32
        is16    "ES of conforming code stays", [t_es], CONF
        run
        outer   0, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "SS null", GP, 0
        run
        outer   D32, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "RPL of SS", GP, D32
        run
        outer   D32+3, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "DPL of SS", GP, D32
        run
        outer   U_C32, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "SS is code", GP, U_C32&~3
        desc    T0, 0, 0FFFFFh, 72h, 0Ch
        run
        outer   T0+3, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "SS not present", SS_, T0
        run
        outer   1F3h, STACK3, U_C32, task_end
        at
        iretd
        fin
        fault   "SS beyond the GDT", GP, 1F0h
        desc    T0, 0, 100h, 0FAh, 4
        run
        outer   U_D32, STACK3, T0+3, 1000h
        at
        iretd
        fin
        fault   "EIP beyond the limit", GP, 0
        ret

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
