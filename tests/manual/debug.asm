; Debug exceptions (SDM volume 3, chapter 17), interrupt shadows, NMI and HLT
; (section 6.6 to 6.8), interrupted and self-modified code (section 8.1.3).
%include "boot.inc"
%include "frame32.inc"

BS              equ 4000h
BD              equ 2000h
; DR7: breakpoint 0, global, for execution; written; ports; read or written
EXEC0           equ 2
WRITE0          equ 10002h
IO0             equ 20002h
RW0             equ 30002h
LEN2            equ 40000h
LEN4            equ 0C0000h

; break n, address, control: a breakpoint, from the next piece of code on.
%macro break 3
        mov     eax, %2
        mov     dr%1, eax
        mov     eax, %3
        mov     dr7, eax
%endmacro

        bits    32
main:
        call    single_step
        call    execute
        call    data
        call    registers
        call    icebp
        call    shadows
        call    halt
        call    repeated
        call    modified
        cmp     byte [host], 0
        je      .no_nmi
        call    nmi
.no_nmi:
        ret

single_step:
        group   "TF"
        scene
        flags   TF
        run
        nop
        nop
        nop
        fin
        fault   "IRET that sets TF: behind the next instruction", DB_, 0, 1
        bits_are "DR6.BS", [t_dr6], 0E00Fh, BS
        bits_are "TF is saved", [t_flags], TF, TF
        bits_are "TF is clear in the handler", [t_hflags], TF, 0
        bits_are "RF is saved clear", [t_flags], RF, 0
        flags   0
        run
        push    dword TF|2
        popfd
        at
        nop
        nop
        fin
        fault   "POPF that sets TF: behind the next instruction", DB_, 0, 1
        flags   TF
        run
        push    dword 2
        fin
        fault   "PUSH", DB_, 0, 2
        flags   TF
        run
        jmp     .there
        nop
.there: nop
        fin
        fault   "JMP: at its target", DB_, 0, 3
        flags   TF
        run
        int     30h
        fin
        fault   "INT n: no trap, its handler runs", 30h, 0, 2
        bits_are "with TF saved", [t_flags], TF, TF
        gate    31h, C32, .iret, 8Eh
        flags   TF
        run
        int     31h
        nop
        nop
        fin
        fault   "behind its IRET one instruction runs", DB_, 0, 3
        flags   TF
        run
        ud2
        nop
        fin
        fault   "an instruction that faults does not trap", UD, 0
        cmp     byte [host], 0          ; elsewhere it may halt for ever
        je      .no_hlt
        flags   TF
        run
        hlt
        nop
        fin
        fault   "HLT", DB_, 0, 1
.no_hlt:
        flags   0
        run
        mov     ecx, 5
        mov     edi, SCRATCH
        push    dword TF|2
        popfd
        at
        rep     stosb
        nop
        fin
        fault   "REP STOS: behind each iteration", DB_, 0
        is      "ECX of REP STOS", [t_ecx], 4
        run
        mov     ecx, 1
        mov     edi, SCRATCH
        push    dword TF|2
        popfd
        at
        rep     stosb
        nop
        fin
        fault   "REP STOS: the last iteration", DB_, 0, 2
        run
        mov     eax, ss
        push    dword TF|2
        popfd
        at
        mov     ss, ax
        nop
        nop
        fin
        fault   "MOV SS holds the trap off for one instruction", DB_, 0, 3
        run
        push    ss
        push    dword TF|2
        popfd
        at
        pop     ss
        nop
        nop
        fin
        fault   "POP SS, too", DB_, 0, 2
        run
        push    dword 2
        push    dword TF|2
        popfd
        at
        popfd
        nop
        fin
        fault   "POPF that clears TF still traps", DB_, 0, 1
        bits_are "with TF saved clear", [t_flags], TF, 0
        ring3
        flags   TF
        run
        nop
        nop
        fin
        fault   "level 3", DB_, 0, 1
        is16    "level 3: CS", [t_cs], U_C32
        cgate   T1, C32, task_end, 0ECh, 0
        run
        call    T1:0
        fin
        is      "a call gate to level 0: at its target", [t_eip], task_end
        is8     "a call gate to level 0: vector", [t_vec], DB_
        v86     TF
        run     16
        nop
        nop
        fin
        fault   "V86", DB_, 0, 1
        scene
        mov     dword [TSSB+24h], TF|2
        mov     dword [TSSB+20h], .task
        run
        jmp     S_TSSB:0
        fin
        is      "TF of a new task: behind its first instruction", [t_eip], .task+1
        scene
        flags   TF
        run_real
        nop
        nop
        fin
        fault   "real mode", DB_, 0, 1
        bits_are "real mode: DR6", [t_dr6], 0E00Fh, BS
        ret
.iret:  iretd
.task:  nop
        nop
        ud2

execute:
        group   "execution breakpoint"
        scene
        break   0, .first, EXEC0
        run
        nop
        jmp     .first
        fin
        is8     "is a #DB", [t_vec], DB_
        is      "before the instruction", [t_eip], .first
        bits_are "DR6.B0", [t_dr6], 0E00Fh, 1
        bits_are "RF is saved as it was, not set as with other faults", [t_flags], RF, 0
        break   0, .first, EXEC0
        flags   RF
        run
        jmp     .first
        fin
        is8     "RF lasts for one instruction: JMP was it", [t_vec], DB_
        break   0, .first, EXEC0
        run
        push    dword RF|2
        push    dword C32
        push    dword .first
        iretd
        fin
        is8     "IRET with RF passes it", [t_vec], UD
        is      "and goes on", [t_eip], .first+2
        break   0, .loop, EXEC0
        run
        mov     ecx, 3
        push    dword RF|2
        push    dword C32
        push    dword .loop
        iretd
        fin
        is8     "behind it RF is clear", [t_vec], DB_
        is      "so the second pass hits", [t_ecx], 2
        break   0, .first, EXEC0
        run
        push    dword RF|2
        popfd
        pushfd
        pop     eax
        jmp     .first
        fin
        is8     "POPF does not set RF", [t_vec], DB_
        bits_are "PUSHF does not show it", [t_eax], RF, 0
        mov     eax, .first
        mov     dr3, eax
        break   1, .first, 88h
        run
        jmp     .first
        fin
        bits_are "two at one address", [t_dr6], 0Ah, 0Ah
        break   2, .first, 10h
        run
        jmp     .first
        fin
        bits_are "a local one", [t_dr6], 4, 4
        break   0, .first, 0
        run
        jmp     .first
        fin
        is8     "not enabled", [t_vec], UD
        break   0, .first+1, EXEC0
        run
        jmp     .first
        fin
        is8     "not in the middle of an instruction", [t_vec], UD
        break   0, .shadow, EXEC0
        run
        mov     eax, ss
        jmp     .ss
        fin
        is8     "not behind MOV SS", [t_vec], UD
        break   0, .first, EXEC0
        ring3
        run
        jmp     .first
        fin
        is16    "at level 3", [t_cs], U_C32
        break   0, .first, EXEC0
        v86     0
        run     16
        jmp     .first
        fin
        is8     "in V86", [t_vec], DB_
        ring0
        break   0, .faults, EXEC0
        run
        push    dword RF|2
        push    dword C32
        push    dword .faults
        iretd
        fin
        is      "one that faults behind IRET with RF: EIP", [t_eip], .faults
        bits_are "one that faults behind IRET with RF: RF is saved", [t_flags], RF, RF
        ret
.first: mov     al, 1
        ud2
.loop:  dec     ecx
        jnz     .loop
        ud2
.ss:    mov     ss, ax
.shadow: nop
        ud2
.faults: ud2

data:
        group   "data breakpoint"
        scene
        break   0, SCRATCH, WRITE0
        run
        mov     eax, 77h
        at
        mov     [SCRATCH], al
        nop
        fin
        fault   "writing traps behind the instruction", DB_, 0, 5
        bits_are "DR6.B0", [t_dr6], 0E00Fh, 1
        is8     "which is done", [SCRATCH], 77h
        bits_are "RF is saved clear", [t_flags], RF, 0
        break   0, SCRATCH, WRITE0
        run
        mov     eax, [SCRATCH]
        fin
        nofault "reading does not trap"
        break   0, SCRATCH, RW0
        run
        mov     al, [SCRATCH]
        nop
        fin
        fault   "reading with R/W = 3", DB_, 0, 5
        break   0, SCRATCH, RW0
        run
        mov     [SCRATCH], al
        nop
        fin
        fault   "writing with R/W = 3", DB_, 0, 5
        break   0, SCRATCH+4, WRITE0
        run
        mov     [SCRATCH+1], eax
        nop
        fin
        fault   "one byte in the operand is enough", DB_, 0, 5
        break   0, SCRATCH+4, WRITE0
        run
        mov     [SCRATCH], eax
        mov     [SCRATCH+5], al
        fin
        nofault "the neighbours do not trap"
        break   0, SCRATCH+5, WRITE0|LEN4
        run
        mov     [SCRATCH+4], al
        nop
        fin
        fault   "LEN 4 is aligned down", DB_, 0, 5
        break   0, SCRATCH+4, WRITE0|LEN4
        run
        mov     [SCRATCH+7], al
        nop
        fin
        fault   "to its last byte", DB_, 0, 5
        break   0, SCRATCH+4, WRITE0|LEN4
        run
        mov     [SCRATCH+3], al
        mov     [SCRATCH+8], al
        fin
        nofault "and no farther"
        break   0, SCRATCH+7, WRITE0|LEN2
        run
        mov     [SCRATCH+6], al
        nop
        fin
        fault   "LEN 2 is aligned down", DB_, 0, 5
        mov     eax, SCRATCH
        mov     dr2, eax
        break   3, SCRATCH+1, 0110000A0h
        run
        mov     [SCRATCH], ax
        nop
        fin
        bits_are "two by one instruction", [t_dr6], 0Ch, 0Ch
        ring3
        break   0, STACK3-4, WRITE0
        run
        push    eax
        nop
        fin
        ring0
        fault   "PUSH writes", DB_, 0, 1
        break   0, SCRATCH, WRITE0
        run
        inc     byte [SCRATCH]
        nop
        fin
        fault   "INC writes", DB_, 0, 6
        break   0, SCRATCH+2, WRITE0
        run
        mov     edi, SCRATCH
        mov     ecx, 8
        at
        rep     stosb
        nop
        fin
        fault   "REP STOS stops behind the iteration", DB_, 0
        is      "ECX of REP STOS", [t_ecx], 5
        break   0, .selector, RW0
        run
        mov     ss, [.selector]
        nop
        nop
        fin
        fault   "MOV SS from there: one instruction later", DB_, 0, 7
        break   0, SCRATCH, WRITE0
        ring3
        run
        mov     [SCRATCH], al
        nop
        fin
        is16    "at level 3", [t_cs], U_C32
        bits_are "at level 3: DR6", [t_dr6], 0Fh, 1
        ring0
        break   0, WIN, WRITE0
        paging
        pte     0, 0
        run
        mov     [WIN], al
        fin
        fault   "an access that faults does not trap", PF, 2
        scene
        since   MPENTIUM
        group   "I/O breakpoint"
        mov     eax, cr4
        or      al, 8
        mov     cr4, eax
        break   0, 61h, IO0
        run
        in      al, 61h
        nop
        fin
        fault   "IN traps behind it", DB_, 0, 2
        bits_are "DR6.B0", [t_dr6], 0E00Fh, 1
        break   0, 80h, IO0
        run
        out     80h, al
        nop
        fin
        fault   "OUT", DB_, 0, 2
        break   0, 61h, IO0
        run
        in      al, 64h
        fin
        nofault "another port"
        break   0, 61h, IO0
        run
        mov     al, [61h]
        fin
        nofault "memory at that address"
        mov     eax, cr4
        and     al, ~8
        mov     cr4, eax
        end_since
        ret
.selector:
        dw      D32

registers:
        group   "debug registers"
        scene
        run
        mov     eax, 12345678h
        mov     dr0, eax
        mov     ebx, dr0
        xor     eax, eax
        mov     dr0, eax
        mov     dr7, eax
        mov     ecx, dr7
        mov     dr6, eax
        mov     edx, dr6
        fin
        is      "DR0 keeps an address", [t_ebx], 12345678h
        bits_are "DR7 bit 10 is 1", [t_ecx], 0FFFFFFFFh, 400h
        is      "DR6 bits that are 1", [t_edx], 0FFFF0FF0h
        run
        mov     eax, 400h
        mov     dr7, eax
        db      0Fh, 21h, 0E8h          ; mov eax, dr5
        mov     ebx, dr7
        fin
        nofault "DR5 is there without CR4.DE"
        mov     edx, [t_ebx]
        is      "it is DR7", [t_eax], edx
        since   MPENTIUM
        mov     eax, cr4
        or      al, 8
        mov     cr4, eax
        run
        db      0Fh, 21h, 0E8h
        fin
        fault   "DR5 is undefined with CR4.DE", UD, 0
        run
        db      0Fh, 23h, 0E0h          ; mov dr4, eax
        fin
        fault   "so is DR4", UD, 0
        mov     eax, cr4
        and     al, ~8
        mov     cr4, eax
        end_since
        run
        mov     eax, 2000h
        mov     dr7, eax
        at
        mov     ebx, dr0
        fin
        fault   "general detect: MOV from DR0 faults", DB_, 0
        bits_are "DR6.BD", [t_dr6], 0E00Fh, BD
        bits_are "GD is clear in the handler", [t_dr7], 2000h, 0
        run
        mov     eax, 2000h
        mov     dr7, eax
        at
        mov     dr7, ebx
        fin
        fault   "general detect: MOV to DR7", DB_, 0
        run
        mov     eax, 8000h
        mov     dr6, eax
        push    dword TF|2
        popfd
        nop
        nop
        fin
        bits_are "BT stays until a program clears it", [t_dr6], 0E00Fh, BS|8000h
        ret

icebp:
        group   "INT1"
        scene
        run
        db      0F1h
        nop
        fin
        fault   "is a trap", DB_, 0, 1
        bits_are "sets no bit of DR6", [t_dr6], 0E00Fh, 0
        ring3
        run
        db      0F1h
        nop
        fin
        fault   "the DPL of the gate does not count", DB_, 0, 1
        v86     0
        run     16
        db      0F1h
        fin
        fault   "nor does IOPL in V86", DB_, 0, 1
        ring3
        run
        int     1
        fin
        fault   "INT 1 is another matter", GP, 1*8+2
        ret

shadows:
        group   "shadow"
        scene
        call    irq0
        run
        nop
        at
        sti
        nop
        nop
        fin
        call    no_irq0
        fault   "STI: the next instruction runs", 20h, 0, 2
        call    irq0
        run
        sti
        cli
        nop
        fin
        call    no_irq0
        nofault "STI, CLI: no interrupt"
        call    irq0
        run
        push    dword IF|2
        at
        popfd
        nop
        nop
        fin
        call    no_irq0
        fault   "POPF has none", 20h, 0, 1
        call    irq0
        run
        push    dword IF|2
        push    dword C32
        push    dword .iret
        iretd
.iret:
        at
        nop
        fin
        call    no_irq0
        fault   "IRET has none", 20h, 0
        call    irq0
        run
        at
        sti
        ud2
        fin
        call    no_irq0
        fault   "STI, then a fault: the fault", UD, 0, 1
        call    irq0
        run
        push    dword IF|TF|2
        at
        popfd
        nop
        nop
        fin
        call    no_irq0
        is8     "POPF with IF and TF: the interrupt", [t_vec], 20h
        bits_are "saves TF", [t_flags], TF, TF
        ret

; later: the timer's interrupt in AX/1193182 s. Changes EAX.
later:
        push    eax
        mov     al, 30h
        out     43h, al
        pop     eax
        out     40h, al
        mov     al, ah
        out     40h, al
        mov     al, 0FEh
        out     21h, al
        ret

halt:
        group   "HLT"
        scene
        mov     eax, 2000
        call    later
        run
        nop
        at
        sti
        hlt
        nop
        fin
        call    no_irq0
        fault   "wakes up behind it", 20h, 0, 2
        gate    20h, C32, .irq, 8Eh
        mov     eax, 2000
        call    later
        flags   IF
        run
        mov     ebx, 1
        hlt
        mov     ebx, 2
        fin
        nofault "goes on when the handler returns"
        is      "with the next instruction", [t_ebx], 2
        gate    20h, C32, stubs+20h*8, 8Eh
        flags   0
        call    irq0
        run
        sti
        at
        hlt
        nop
        fin
        call    no_irq0
        fault   "STI, HLT with a request waiting", 20h, 0, 1
        ret
.irq:   push    eax
        call    no_irq0
        pop     eax
        iretd

repeated:
        group   "REP interrupted"
        scene
        mov     eax, 1000
        call    later
        flags   IF
        run
        mov     edi, 100000h
        mov     ecx, 200000h
        mov     al, 5Ah
        at
        rep     stosb
        fin
        call    no_irq0
        fault   "EIP is the instruction's", 20h, 0
        mov     eax, [t_edi]
        add     eax, [t_ecx]
        is      "EDI and ECX agree", eax, 300000h
        mov     eax, [t_edi]
        mov     al, [eax-1]
        movzx   eax, al
        is      "what is counted is done", eax, 5Ah
        gate    20h, C32, halt.irq, 8Eh
        mov     eax, 1000
        call    later
        flags   IF
        run
        mov     edi, 100000h
        mov     ecx, 200000h
        mov     al, 0A5h
        rep     stosb
        fin
        nofault "goes on when the handler returns"
        is      "ECX ends at 0", [t_ecx], 0
        is      "EDI at the end", [t_edi], 300000h
        mov     edi, 100000h
        mov     ecx, 200000h
        mov     al, 0A5h
        repe    scasb
        setz    al
        movzx   eax, al
        is      "everything is there", eax, 1
        ret

modified:
        group   "self-modifying code"
        scene
        run
        mov     byte [.imm1-1], 2
        jmp     .first
.first: mov     al, 1
.imm1:  nop
        fin
        is8     "behind a jump", [t_eax], 2
        since   MPRO
        run
        mov     byte [.imm2-1], 2
        mov     bl, 1
.imm2:  nop
        fin
        is8     "the next instruction", [t_ebx], 2
        run
        mov     ecx, 3
        xor     eax, eax
.again: add     al, 1
.imm3:  add     byte [.imm3-1], 1
        dec     ecx
        jnz     .again
        fin
        is8     "in a loop: 1 + 2 + 3", [t_eax], 6
        run
        mov     esi, .new
        mov     edi, .old
        mov     ecx, 3
        rep     movsb
.old:   mov     bl, 1
        nop
        fin
        is8     "by REP MOVS", [t_ebx], 9
        end_since
        run
        mov     byte [.back], 0B0h      ; MOV AL, n over two NOPs
        mov     byte [.back+1], 77h
        jmp     .back
.back:  nop
        nop
        fin
        is8     "another instruction", [t_eax], 77h
        ret
.new:   mov     bl, 9
        nop

; NMIs come from the harness.
ask_nmi:
        [section .names]
.text:  db      10, "@nmi", 10, 0
        __?SECT?__
        mov     esi, .text
        jmp     puts
nmi:
        group   "NMI"
        scene
        run
        call    ask_nmi
        jmp     $
        fin
        is8     "comes with IF clear", [t_vec], 2
        bits_are "clears IF", [t_hflags], IF, 0
        is16    "pushes no error code", [t_cs], C32
        call    ask_nmi                 ; the handler has not executed IRET
        mov     ecx, 10000
        loop    $
        run                             ; begins with an IRET
        nop
        nop
        fin
        fault   "is held until IRET", 2, 0
        gate    2, C32, .iret, 8Eh
        run
        xor     ebx, ebx
        call    ask_nmi
.spin:  test    bl, bl
        jz      .spin
        fin
        nofault "IRET returns from it"
        run
        xor     ebx, ebx
        call    ask_nmi
        hlt
        mov     ecx, 55h
        fin
        is      "ends HLT", [t_ecx], 55h
        gate    2, C32, .asks, 8Eh
        run
        xor     ebx, ebx
        call    ask_nmi
.spin2: cmp     ebx, 2
        jb      .spin2
        fin
        is      "one that comes in the handler waits for its IRET", [t_edx], 1
        ret
.iret:  mov     bl, 1
        iretd
; The first time, asks for another and looks whether it comes in between.
.asks:  inc     ebx
        cmp     ebx, 1
        jne     .second
        push    esi
        call    ask_nmi
        mov     ecx, 10000
        loop    $
        pop     esi
        mov     edx, ebx
.second:
        iretd

%include "end.inc"
