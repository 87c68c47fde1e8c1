; Debug exceptions (SDM volume 3, chapter 17; 80386 PRM, chapter 12): single
; step, RF, breakpoints, DR6 and DR7.
%include "boot.inc"
%include "frame32.inc"

; Bits of DR7 and DR6
L0              equ 1
G0              equ 2
L1              equ 4
G1              equ 8
GD              equ 2000h
B0              equ 1
B1              equ 2
BD              equ 2000h
BS              equ 4000h
DR6_BITS        equ 0E00Fh
; Condition and length of breakpoint 0
W1              equ 10000h
W2              equ 50000h
W4              equ 0D0000h
IO1             equ 20000h
IO2             equ 60000h
IO4             equ 0E0000h
RW1             equ 30000h
RW2             equ 70000h
RW4             equ 0F0000h

; setdr register, value: EAX changes.
%macro setdr 2
        mov     eax, %2
        mov     dr%1, eax
%endmacro
; watch address, DR7: breakpoint 0.
%macro watch 2
        setdr   0, %1
        setdr   7, %2
%endmacro
; ours ... end_since: not on QEMU, which does not come back from it.
%macro ours 0
%push since
        cmp     byte [host], 1
        jne     near %$skip
%endmacro
; step_is name, number, address: where the debug exception of that number was.
%macro step_is 3
        is      %1, [steps+(%2)*4], %3
%endmacro
%macro steps_are 2
        is      %1, [step_n], %2
%endmacro

        bits    32
main:
        call    single_step
        call    step_special
        call    resume_flag
        call    execution
        call    data
        call    data_more
        call    registers
        jmp     ports

; stepping: debug exceptions go to a handler that notes them and returns with RF
; set, so that instruction breakpoints let the instruction pass.
stepping:
        gate    1, C32, step, 8Eh
        gate    30h, C32, only_iret, 8Eh
        mov     dword [step_n], 0
        mov     edi, steps
        mov     ecx, 3*MAX_STEPS
        xor     eax, eax
        rep     stosd
        ret
step:
        push    eax
        push    ebx
        mov     ebx, [step_n]
        cmp     ebx, MAX_STEPS
        jae     .full
        mov     eax, [esp+8]
        mov     [steps+ebx*4], eax
        mov     eax, [esp+16]
        mov     [step_flags+ebx*4], eax
        mov     eax, dr6
        mov     [step_dr6+ebx*4], eax
.full:
        inc     dword [step_n]
        xor     eax, eax
        mov     dr6, eax
        or      dword [esp+16], RF
        pop     ebx
        pop     eax
only_iret:
        iretd

single_step:
        group   "TF"
        scene
        flags   TF
        run
        nop
        at
        nop
        fin
        fault   "traps behind the first instruction after IRET", DB_, 0
        bits_are "DR6 says BS", [t_dr6], DR6_BITS, BS
        bits_are "is set in the image", [t_flags], TF, TF
        bits_are "RF is clear in the image", [t_flags], RF, 0
        bits_are "is clear in the handler", [t_hflags], TF, 0
        run
        jmp     .there
        nop
.there:
        nop
        fin
        is      "a jump traps at its target", [t_eip], .there
        run
        xor     ecx, ecx
        fin
        call    stepping
        flags   2
        run
        pushfd
        or      dword [esp], TF
        popfd
        nop
.behind_popf:
        fin
        steps_are "POPF that sets it: one instruction later", 1
        step_is "POPF that sets it: where", 0, .behind_popf
        call    stepping
        flags   TF
        run
        push    dword 2
.a1:
        popfd
.a2:
        nop
        nop
        fin
        steps_are "POPF that clears it still traps", 2
        step_is "behind the POPF", 1, .a2
        call    stepping
        flags   TF
        run
        pushfd
.b1:
        push    cs
.b2:
        push    dword .b4
.b3:
        iretd
        nop
.b4:
        fin
        steps_are "IRET is stepped too", 4
        step_is "at its target", 3, .b4
        call    stepping
        flags   TF
        run
        int     30h
        nop
.c2:
        fin
        steps_are "INT n is not stepped into", 1
        step_is "INT n: the next one is behind what follows", 0, .c2
        flags   TF
        run
        int3
        at
        fin
        fault   "INT3 is not stepped", BP_, 0
        bits_are "INT3 saves it", [t_flags], TF, TF
        bits_are "and clears it", [t_hflags], TF, 0
        scene
        flags   TF
        ring3
        flags   TF
        ring3
        run
        pushfd
        or      dword [esp], TF
        popfd
        nop
        at
        fin
        fault   "POPF at level 3 may set it", DB_, 0
        v86     TF|IOPL3
        ring0
        flags   TF
        ret

step_special:
        group   "TF special"
        scene
        call    stepping
        flags   TF
        run
        mov     eax, ss
.a1:
        mov     ss, ax
        nop
.a2:
        nop
        fin
        step_is "no trap between MOV SS and the next instruction", 1, .a2
        call    stepping
        flags   TF
        call    stepping
        mov     [SCRATCH], esp
        mov     [SCRATCH+4], ss
        flags   TF
        run
        lss     eax, [SCRATCH]
.c1:
        nop
        fin
        step_is "LSS is stepped", 0, .c1
        call    stepping
        flags   TF
        run
        sti
.d1:
        cli
        nop
        fin
        step_is "STI is stepped", 0, .d1
        call    stepping
        flags   2
        run
        mov     edi, SCRATCH
        mov     ecx, 3
        xor     eax, eax
        cld
        pushfd
        or      dword [esp], TF
        popfd
.e1:
        rep     stosb
.e2:
        nop
        fin
        steps_are "REP traps behind each iteration", 4
        step_is "REP: at the instruction while it goes on", 0, .e1
        step_is "REP: before the last iteration too", 1, .e1
        step_is "REP: behind it at the end", 2, .e2
        bits_are "REP: RF is set in the image before the last iteration", [step_flags], RF, RF
        bits_are "REP: RF is clear behind the last", [step_flags+8], RF, 0
        call    stepping
        flags   2
        run
        xor     ecx, ecx
        pushfd
        or      dword [esp], TF
        popfd
        rep     stosb
.f1:
        nop
        fin
        step_is "REP with a count of 0 traps once", 0, .f1
        ours                            ; QEMU sleeps for ever
        call    stepping
        flags   TF
        run
        hlt
        at
        fin
        step_is "HLT is stepped: the trap ends it", 0, [at_ip]
        end_since
        call    stepping
        flags   TF
        run
        mov     eax, SCRATCH
        mov     ecx, [eax]
        push    ecx
        pop     ecx
        call    .g1
.g1:    pop     ecx
        mov     ecx, 2
.g2:    loop    .g2
        fin
        steps_are "every instruction once", 9
        call    stepping
        flags   TF
        run
        mov     eax, ss
        mov     ss, ax
        int     30h
        nop
.h1:
        fin
        steps_are "the trap of MOV SS in front of INT n is lost", 2
        step_is "MOV SS, INT n: where the second is", 1, .h1

        group   "INT1"
        scene
        ring3
        v86     2
        ring0
        flags   TF
        run
        db      0F1h
        at
        nop
        fin
        fault   "is not stepped", DB_, 0
        bits_are "is not stepped: DR6", [t_dr6], DR6_BITS, 0
        ret

resume_flag:
        group   "RF"
        scene
        watch   .a1, L0
        run
        nop
.a1:
        inc     ecx
        fin
        is8     "an instruction breakpoint: vector", [t_vec], DB_
        is      "is a fault: EIP", [t_eip], .a1
        bits_are "RF is clear in its image", [t_flags], RF, 0
        bits_are "DR6", [t_dr6], DR6_BITS, B0
        call    stepping
        watch   .b1, L0
        run
        xor     ecx, ecx
        nop
.b1:
        inc     ecx
        nop
        fin
        steps_are "IRET with RF passes the breakpoint", 1
        is      "and runs the instruction once", [t_ecx], 1
        call    stepping
        watch   .c1, L0
        run
        xor     ecx, ecx
.c1:
        inc     ecx
        cmp     ecx, 3
        jb      .c1
        fin
        steps_are "RF lasts for one instruction", 3
        scene
        watch   .d1, L0
        flags   RF
        run
.d1:
        nop
        pushfd
        pop     eax
        fin
        nofault "IRET with RF to the breakpoint itself"
        bits_are "PUSHF shows it clear", [t_eax], RF, 0
        flags   2
        call    stepping
        watch   .f1, L0
        run
        mov     edi, SCRATCH
        mov     ecx, 5
        xor     eax, eax
.f1:
        rep     stosb
        fin
        steps_are "a repeated instruction hits once", 1
        is      "a repeated instruction runs to its end", [t_ecx], 0
        scene
        run
        at
        mov     eax, 1F0h
        mov     ds, ax
        fin
        fault   "a general protection fault", GP, 1F0h, 5
        bits_are "is set in the image of a fault", [t_flags], RF, RF
        bits_are "but not in the handler", [t_hflags], RF, 0
        run
        int3
        fin
        bits_are "is clear in the image of INT3", [t_flags], RF, 0
        ret

execution:
        group   "execution breakpoints"
        scene
        watch   .b1, G0
        run
        nop
.b1:
        nop
        fin
        is      "enabled by G", [t_eip], .b1
        watch   .d1, L0
        run
        nop
.d1:
        db      2Eh                     ; a CS prefix
        mov     eax, [0]
        fin
        is      "at its first prefix", [t_eip], .d1
        watch   .e1+1, L0
        run
        nop
.e1:
        db      2Eh
        mov     eax, [0]
        fin
        nofault "behind its prefix"
        watch   .f1, L0
        run
        nop
.f1:
        db      0Fh, 0Ah
        fin
        is8     "comes before an invalid opcode", [t_vec], DB_
        setdr   0, .h1
        setdr   1, .h1
        setdr   3, .h1
        setdr   7, L0|G1|40h
        run
        nop
.h1:
        nop
        fin
        bits_are "three at one address", [t_dr6], DR6_BITS, 0Bh
        watch   .i1, L0
        ring3
        run
        nop
.i1:
        nop
        fin
        is      "at level 3", [t_eip], .i1
        ring0
        ours                            ; QEMU 7.2 crashes
        desc    T0, 1000h, 0FFFFFh, 9Ah, 0Ch
        watch   .j1, L0
        run
        jmp     T0:.j1-1000h
        nop
.j1:
        nop
        fin
        is      "the address is a linear one", [t_eip], .j1-1000h
        end_since
        watch   .k1, L0
        run
        jmp     .k1
        nop
.k1:
        nop
        fin
        is      "at the target of a jump", [t_eip], .k1
        watch   .l1, L0
        run_real
        nop
.l1:
        nop
        fin
        is16    "in real mode", [t_eip], .l1
        call    stepping
        watch   .m1, L0
        flags   TF
        run
        nop
.m1:
        nop
        nop
        fin
        bits_are "the single-step trap of the instruction before comes first", [step_dr6], DR6_BITS&~1, BS
        ret

data:
        group   "data breakpoints"
        scene
        mov     dword [SCRATCH], 12345678h
        watch   SCRATCH, L0|W1
        run
        mov     al, [SCRATCH]
        cmp     byte [SCRATCH], 3
        fin
        nofault "a read does not hit a write breakpoint"
        watch   .fetched, L0|RW4
        run
        times 8 nop
.fetched:
        nop
        nop
        fin
        nofault "instruction fetch does not"
        watch   SCRATCH, W1
        run
        mov     [SCRATCH], al
        fin
        nofault "not enabled"
        watch   SCRATCH, L0|W1
        run
        mov     [SCRATCH-1], ax
        at
        fin
        fault   "one byte: a word that has it as its second", DB_, 0
        watch   SCRATCH, L0|W1
        run
        mov     [SCRATCH-3], eax
        at
        fin
        fault   "one byte: the last one of a doubleword", DB_, 0
        watch   SCRATCH, L0|W1
        run
        mov     [SCRATCH-4], eax
        fin
        nofault "one byte: a doubleword in front of it"
        watch   SCRATCH, L0|W2
        run
        mov     [SCRATCH+1], al
        at
        fin
        fault   "two bytes: the second", DB_, 0
        watch   SCRATCH, L0|W2
        run
        mov     [SCRATCH+2], al
        fin
        nofault "two bytes: the third"
        watch   SCRATCH, L0|W4
        run
        mov     [SCRATCH+3], al
        at
        fin
        fault   "four bytes: the fourth", DB_, 0
        watch   SCRATCH, L0|W4
        run
        mov     [SCRATCH+4], al
        fin
        nofault "four bytes: the fifth"
        watch   SCRATCH+3, L0|W4
        run
        mov     [SCRATCH], al
        at
        fin
        fault   "four bytes: low bits of the address do not count", DB_, 0
        watch   SCRATCH+3, L0|W4
        run
        mov     [SCRATCH+4], al
        fin
        nofault "four bytes: it does not begin at an unaligned address"
        watch   SCRATCH+1, L0|W2
        run
        mov     [SCRATCH], al
        at
        fin
        fault   "two bytes: bit 0 of the address does not count", DB_, 0
        ret

data_more:
        group   "data breakpoints 2"
        scene
        ours                            ; QEMU 7.2 crashes
        watch   SCRATCH, L0|W4
        run
        xchg    eax, [SCRATCH]
        at
        fin
        fault   "XCHG", DB_, 0
        end_since
        ours
        watch   STACK0-4, L0|RW4
        mov     dword [ctx_esp], STACK0-4
        run
        pop     eax
        at
        fin
        fault   "POP", DB_, 0
        ring0
        run
        watch   STACK0-4, L0|W4
        call    .called
        nop
.called:
        nop
        fin
        is8     "CALL: vector", [t_vec], DB_
        is      "CALL: EIP is its target", [t_eip], .called
        end_since
        desc    T0, SCRATCH, 0FFh, 92h, 4
        watch   SCRATCH+8, L0|W1
        run
        mov     eax, T0
        mov     es, ax
        mov     [es:8], al
        at
        fin
        fault   "the address is a linear one", DB_, 0
        setdr   0, SCRATCH
        setdr   1, SCRATCH+2
        setdr   2, SCRATCH+4
        setdr   3, SCRATCH+3
        setdr   7, L0|G1|10h|11110000h
        run
        mov     [SCRATCH+1], eax
        at
        fin
        fault   "two of four in one write", DB_, 0
        bits_are "two of four: DR6", [t_dr6], 7, 6
        watch   SCRATCH+2, L0|W1
        run
        mov     edi, SCRATCH
        mov     ecx, 5
        xor     eax, eax
        cld
.rep:
        rep     stosb
        fin
        is8     "REP STOSB: vector", [t_vec], DB_
        is      "REP STOSB: behind the iteration", [t_ecx], 2
        is      "REP STOSB: EIP is its own", [t_eip], .rep
        watch   SCRATCH, L0|W1
        flags   TF
        run
        mov     [SCRATCH], al
        at
        fin
        fault   "with a single step", DB_, 0
        bits_are "with a single step: both bits", [t_dr6], DR6_BITS, BS|B0
        ring0
        mov     word [SCRATCH], D32
        call    stepping
        watch   SCRATCH, L0|RW2
        run
        mov     ss, [SCRATCH]
        int     30h
        fin
        step_is "MOV SS from there, then INT n: in its handler", 0, only_iret
        scene
        setdr   6, BS
        watch   SCRATCH, L0|W1
        run
        mov     [SCRATCH], al
        fin
        bits_are "DR6.BS stays until it is cleared", [t_dr6], DR6_BITS, BS|B0
        watch   SCRATCH, L0|W1
        ring3
        ring0
        watch   SCRATCH, L0|RW4
        run
        lea     eax, [SCRATCH]
        fin
        nofault "LEA accesses nothing"
        watch   SCRATCH, L0|RW4
        run
        mov     al, [SCRATCH]
        mov     ecx, 1
        fin
        is      "at once, not instructions later", [t_ecx], 0
        paging
        watch   WIN, L0|W4
        run
        mov     [WIN_PHYS], eax
        fin
        nofault "not by another linear address of the same memory"
        watch   WIN, L0|W4
        run
        mov     [WIN], eax
        at
        fin
        fault   "but by its own", DB_, 0
        ret

registers:
        group   "debug registers"
        scene
        setdr   0, 12345678h
        setdr   3, 9ABCDEF0h
        xor     eax, eax
        mov     ebx, dr0
        mov     [SCRATCH], ebx
        mov     ebx, dr3
        mov     [SCRATCH+4], ebx
        is      "DR0 keeps 32 bits", [SCRATCH], 12345678h
        is      "DR3 keeps 32 bits", [SCRATCH+4], 9ABCDEF0h
        since   MPENTIUM
        setdr   6, 0
        mov     eax, dr6
        mov     [SCRATCH], eax
        is      "bits of DR6 that are 1 always", [SCRATCH], 0FFFF0FF0h
        setdr   6, 0FFFFFFFFh
        mov     eax, dr6
        mov     [SCRATCH], eax
        setdr   6, 0
        is      "DR6 bit 12 is 0 always", [SCRATCH], 0FFFFEFFFh
        end_since
        setdr   7, 0
        mov     eax, dr7
        mov     [SCRATCH], eax
        bits_are "DR7 bit 10 is 1 always", [SCRATCH], 0FC00h, 400h
        setdr   7, 0D800h
        mov     eax, dr7
        mov     [SCRATCH], eax
        setdr   7, 0
        bits_are "bits 11, 12, 14, 15 are 0 always", [SCRATCH], 0FC00h, 400h
        setdr   7, 11110300h
        mov     eax, dr7
        mov     [SCRATCH], eax
        setdr   7, 0
        is      "DR7 keeps the others", [SCRATCH], 11110700h
        db      0Fh, 21h, 38h           ; mov eax, dr7 with a memory form's ModRM
        mov     [SCRATCH], eax
        is      "the mod field does not count", [SCRATCH], 400h
        setdr   6, BS
        run
        mov     eax, dr4
        fin
        bits_are "DR4 is DR6 without CR4.DE", [t_eax], DR6_BITS, BS
        setdr   7, G1
        run
        mov     eax, dr5
        fin
        is      "DR5 is DR7 without CR4.DE", [t_eax], 400h|G1
        setdr   7, 0
        since   MPENTIUM
        mov     eax, 8
        mov     cr4, eax
        run
        mov     eax, dr4
        fin
        fault   "DR4 with CR4.DE", UD, 0
        run
        mov     dr5, eax
        fin
        fault   "DR5 with CR4.DE", UD, 0
        end_since
        scene
        group   "general detect"
        run
        setdr   7, GD
        at
        mov     eax, dr0
        fin
        fault   "MOV from a debug register", DB_, 0
        bits_are "DR6", [t_dr6], DR6_BITS, BD
        bits_are "GD is clear in the handler", [t_dr7], GD, 0
        bits_are "it is a fault: RF is set in the image", [t_flags], RF, RF
        run
        setdr   7, GD
        at
        mov     dr3, eax
        fin
        fault   "MOV to a debug register", DB_, 0
        run
        setdr   7, GD
        at
        mov     eax, dr5
        fin
        fault   "MOV from DR5", DB_, 0
        setdr   0, SCRATCH
        run
        setdr   7, GD|L0|W1
        mov     [SCRATCH], al
        fin
        bits_are "any debug exception clears it", [t_dr7], GD, 0

        group   "task switch"
        scene
        setdr   0, SCRATCH
        setdr   7, 355h|G1
        run
        call    S_TSSB:0
        fin
        is      "clears L0 to L3 and LE", [t_dr7], 600h|G1
        ret

; I/O breakpoints exist with CR4.DE.
ports:
        group   "I/O breakpoints"
        since   MPENTIUM
        scene
        mov     eax, 8
        mov     cr4, eax
        watch   80h, L0|IO4
        run
        in      al, 83h
        at
        fin
        fault   "four ports: the fourth", DB_, 0
        watch   80h, L0|IO2
        run
        in      al, 82h
        fin
        nofault "two ports: the third"
        watch   82h, L0|IO1
        run
        mov     edx, 80h
        in      eax, dx
        at
        fin
        fault   "a doubleword that has it inside", DB_, 0
        watch   80h, L0|W1
        run
        out     80h, al
        fin
        nofault "a port at a data breakpoint's address"
        watch   80h, L0|IO1
        run
        mov     edx, 80h
        mov     esi, SCRATCH
        outsb
        at
        fin
        fault   "OUTS", DB_, 0
        watch   80h, L0|IO1
        run
        mov     edx, 80h
        mov     esi, SCRATCH
        mov     ecx, 3
.rep:
        rep     outsb
        fin
        is      "REP OUTS: behind the first iteration", [t_ecx], 2
        end_since
        ret

MAX_STEPS       equ 16
        align   4
step_n: dd      0
steps:  times MAX_STEPS dd 0
step_flags: times MAX_STEPS dd 0
step_dr6: times MAX_STEPS dd 0

%include "end.inc"
