; Task switches (SDM volume 3, chapter 7).
%include "boot.inc"
%include "frame32.inc"

; Offsets in a 32-bit TSS.
LINK            equ 0
T_CR3           equ 1Ch
T_EIP           equ 20h
T_FLAGS         equ 24h
T_EAX           equ 28h
T_ESP           equ 38h
T_ES            equ 48h
T_CS            equ 4Ch
T_SS            equ 50h
T_DS            equ 54h
T_FS            equ 58h
T_LDT           equ 60h
T_TRAP          equ 64h

%macro busy 3                           ; name, selector, rights
        bits_are %1, [GDT+(%2)+4], 0FF00h, (%3)<<8
%endmacro

        bits    32
main:
        call    jumps
        call    calls
        call    gates
        call    sixteen
        call    refusals
        call    new_task
        call    paged
        jmp     v86_task

jumps:
        group   "JMP"
        scene
        mov     dword [TSSB+T_EAX], 11112222h
        mov     dword [TSSB+T_FLAGS], DF|CF|2
        mov     dword [TSS+LINK], 0
        mov     dword [TSSB+LINK], 0
        run
        mov     eax, 33334444h
        mov     ebx, 0155h
        mov     dr7, ebx
        stc
        at
        jmp     S_TSSB:12345678h
.behind:
        ud2
        fin
        is16    "TR", [t_tr], S_TSSB
        is      "EIP of the TSS, not of the instruction", [t_eip], task_end
        is      "EAX is loaded", [t_eax], 11112222h
        is      "ESP is loaded", [t_hesp], TASK_STACK-12
        bits_are "EFLAGS are loaded", [t_flags], DF|CF|ZF, DF|CF
        bits_are "NT stays clear", [t_flags], NT, 0
        bits_are "CR0.TS is set", [t_cr0], 8, 8
        busy    "the new task becomes busy", S_TSSB, 8Bh
        busy    "the old one free", S_TSS, 89h
        is      "EIP behind JMP is saved", [TSS+T_EIP], .behind
        is      "EAX is saved", [TSS+T_EAX], 33334444h
        bits_are "EFLAGS are saved", [TSS+T_FLAGS], CF|NT, CF
        is      "ESP is saved", [TSS+T_ESP], STACK0
        is16    "CS is saved", [TSS+T_CS], C32
        is16    "SS is saved", [TSS+T_SS], D32
        is      "no back link", [TSSB+LINK], 0
        is      "ESP0 is not saved", [TSS+4], TSS_STACK0
        bits_are "local breakpoints are disabled", [t_dr7], 155h, 0
        bits_are "the accessed bit of CS's descriptor is set", [GDT+C32+4], 100h, 100h
        scene
        run
        mov     ebx, 2AAh
        mov     dr7, ebx
        jmp     S_TSSB:0
        fin
        bits_are "global ones are not", [t_dr7], 2AAh, 2AAh
        scene
        run
        jmp     S_TSS:0
        fin
        fault   "to the running task", GP, S_TSS
        scene
        mov     ax, S_LDT
        mov     [TSSB+T_LDT], ax
        ldesc   8, 0, 0FFFFFh, 92h, 0Ch
        mov     word [TSSB+T_FS], 0Ch
        run
        jmp     S_TSSB:0
        fin
        is16    "a segment of the new task's LDT", [t_fs], 0Ch
        bits_are "its accessed bit", [LDT+0Ch], 100h, 100h
        scene
        mov     dword [TSSB+T_CS], U_C32
        mov     dword [TSSB+T_SS], U_D32
        mov     dword [TSSB+T_ESP], STACK3
        mov     dword [TSSB+T_DS], U_D32
        mov     dword [TSSB+T_ES], U_D32
        run
        jmp     S_TSSB:0
        fin
        is16    "to a task of level 3", [t_cs], U_C32
        is      "whose traps use its own ESP0", [t_hesp], TSS_STACK0-20
        ret

calls:
        group   "CALL"
        scene
        run
        call    S_TSSB:0
.behind:
        ud2
        fin
        is16    "TR", [t_tr], S_TSSB
        bits_are "NT is set", [t_flags], NT, NT
        is16    "the back link", [TSSB+LINK], S_TSS
        busy    "the old task stays busy", S_TSS, 8Bh
        busy    "the new one becomes busy", S_TSSB, 8Bh
        is      "EIP behind CALL is saved", [TSS+T_EIP], .behind
        bits_are "NT of the old task is saved clear", [TSS+T_FLAGS], NT, 0
        is      "CALL pushes nothing", [TSS+T_ESP], STACK0
        group   "IRET"
        scene
        mov     dword [TSSB+T_EIP], .iret
        run
        mov     ebx, 55h
        call    S_TSSB:0
        pushfd
        pop     eax
        fin
        nofault "comes back behind CALL"
        is16    "TR", [t_tr], S_TSS
        is      "with the registers of the old task", [t_ebx], 55h
        busy    "the task it leaves is free", S_TSSB, 89h
        busy    "the one it returns to busy", S_TSS, 8Bh
        bits_are "NT of the old task", [t_eax], NT, 0
        bits_are "NT is saved clear", [TSSB+T_FLAGS], NT, 0
        is      "EIP behind IRET is saved", [TSSB+T_EIP], .behind_iret
        is      "and goes on there when it is called again", [TSSB+T_EAX], 77h
        scene
        mov     dword [TSSB+T_EIP], .nest
        mov     dword [TSSD+T_EIP], .iret
        run
        call    S_TSSB:0
        nop
        fin
        nofault "two nested calls return"
        is16    "back link of the inner one", [TSSD+LINK], S_TSSB
        is16    "back link of the outer one", [TSSB+LINK], S_TSS
        busy    "inner task", S_TSSD, 89h
        busy    "outer task", S_TSSB, 89h
        group   "IRET, bad back link"
        scene
        flags   NT
        mov     word [TSS+LINK], S_TSSB
        run
        iretd
        fin
        fault   "the task is not busy", TS, S_TSSB
        mov     word [TSS+LINK], 0
        run
        iretd
        fin
        fault   "null", TS, 0
        mov     word [TSS+LINK], S_TSSB+4
        run
        iretd
        fin
        fault   "in the LDT", TS, S_TSSB+4
        mov     word [TSS+LINK], 1F0h
        run
        iretd
        fin
        fault   "beyond the GDT", TS, 1F0h
        mov     word [TSS+LINK], C32
        run
        iretd
        fin
        fault   "code", TS, C32
        desc    T0, TSSB, 67h, 0Bh, 0
        mov     word [TSS+LINK], T0
        run
        iretd
        fin
        fault   "not present", NP, T0
        is16    "TR", [t_tr], S_TSS
        ret
.iret:
        mov     eax, 77h
        iretd
.behind_iret:
        ud2
.nest:
        call    S_TSSD:0
        iretd

; What runs as a task when an exception comes: EAX = error code, EBX = back link.
exception_task:
        pop     eax
        movzx   ebx, word [TSSD+LINK]
        pushfd
        pop     edi
        ud2

gates:
        group   "task gate"
        scene
        cgate   T0, S_TSSB, 0, 85h, 0
        run
        jmp     T0:0
        fin
        is16    "JMP", [t_tr], S_TSSB
        scene
        cgate   T0, S_TSSB, 0, 85h, 0
        run
        call    T0:0
        fin
        is16    "CALL", [t_tr], S_TSSB
        bits_are "NT", [t_flags], NT, NT
        scene
        cgate   T0, S_TSSB, 0, 0E5h, 0
        ring3
        run
        call    T0:0
        fin
        is16    "from level 3: the DPL of the TSS does not matter", [t_tr], S_TSSB
        is16    "level 3 is saved", [TSS+T_CS], U_C32
        scene
        cgate   T0, S_TSSB, 0, 85h, 0
        ring3
        run
        call    T0:0
        fin
        fault   "from level 3: that of the gate does", GP, T0
        run
        call    S_TSSB:0
        fin
        fault   "without a gate that of the TSS does", GP, S_TSSB
        ring0
        cgate   T0, S_TSSB, 0, 5, 0
        run
        call    T0:0
        fin
        fault   "not present", NP, T0
        cgate   T0, S_TSS, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "to a busy task", GP, S_TSS
        cgate   T0, 0, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "null selector", GP, 0
        cgate   T0, S_TSSB+4, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "selector in the LDT", GP, S_TSSB+4
        cgate   T0, 1F0h, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "selector beyond the GDT", GP, 1F0h
        cgate   T0, C32, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "code", GP, C32
        desc    T1, TSSB, 67h, 9, 0
        cgate   T0, T1, 0, 85h, 0
        run
        call    T0:0
        fin
        fault   "TSS not present", NP, T1

        group   "task gate, INT"
        scene
        gate    30h, S_TSSB, 0, 0E5h
        flags   IF
        run
        int     30h
.behind:
        ud2
        fin
        is16    "TR", [t_tr], S_TSSB
        bits_are "NT", [t_flags], NT, NT
        bits_are "IF is the new task's", [t_flags], IF, 0
        is16    "back link", [TSSB+LINK], S_TSS
        is      "EIP behind INT is saved", [TSS+T_EIP], .behind
        bits_are "EFLAGS are saved with IF", [TSS+T_FLAGS], IF, IF
        is      "no error code", [t_hesp], TASK_STACK-12
        scene
        ring3
        gate    30h, S_TSSB, 0, 85h
        run
        int     30h
        fin
        fault   "its DPL counts", GP, 30h*8+2
        scene
        gate    30h, S_TSSB, 0, 65h
        run
        int     30h
        fin
        fault   "not present", NP, 30h*8+2
        gate    30h, S_TSS, 0, 85h
        run
        int     30h
        fin
        fault   "to a busy task", GP, S_TSS
        scene
        gate    GP, S_TSSD, 0, 85h
        mov     dword [TSSD+T_EIP], exception_task
        run
.load:  mov     eax, 1F0h
        mov     ds, ax
        fin
        is      "an exception's error code is pushed in the new task", [t_eax], 1F0h
        is16    "back link of an exception", [t_ebx], S_TSS
        is      "EIP of a fault is that of the instruction", [TSS+T_EIP], .load+5
        bits_are "RF is saved", [TSS+T_FLAGS], RF, RF
        scene
        gate    DF_, S_TSSD, 0, 85h
        mov     byte [IDT+GP*8+5], 0Eh
        mov     dword [TSSD+T_EIP], exception_task
        run
        mov     eax, 1F0h
        mov     ds, ax
        fin
        is16    "a double fault's task", [t_tr], S_TSSD
        is      "its error code is 0", [t_eax], 0
        scene
        gate    20h, S_TSSB, 0, 85h
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is16    "an IRQ switches tasks", [t_tr], S_TSSB
        scene
        gate    20h, S_TSSB, 0, 85h
        mov     dword [TSSB+T_EIP], .irq_task
        flags   IF
        call    irq0
        run
        nop
        nop
        fin
        nofault "and the task of the IRQ returns"
        ret
.irq_task:
        mov     al, 20h
        out     20h, al
        mov     al, 0FFh
        out     21h, al
        iretd

; Offsets in a 16-bit TSS: 0E IP, 10 FLAGS, 12 AX, 1A SP, 22 ES, 24 CS.
sixteen:
        group   "16-bit TSS"
        scene
        mov     word [TSSC+12h], 1234h
        run
        mov     eax, 0AAAA5555h
        jmp     S_TSSC:0
.behind:
        ud2
        fin
        is16    "TR", [t_tr], S_TSSC
        is16    "AX", [t_eax], 1234h
        is16    "CS", [t_cs], C32
        is16    "SP", [t_hesp], STACK16-12
        busy    "becomes busy", S_TSSC, 83h
        is      "the 32-bit one is saved whole", [TSS+T_EAX], 0AAAA5555h
        scene
        run
        call    S_TSSC:0
        fin
        is16    "CALL: back link", [TSSC], S_TSS
        bits_are "CALL: NT", [t_flags], NT, NT
        scene
        mov     word [TSSC+0Eh], .iret
        run
        mov     esi, 0AAAA5555h
        call    S_TSSC:0
        nop
        fin
        nofault "IRET goes back to the 32-bit task"
        is      "with all of its registers", [t_esi], 0AAAA5555h
        is16    "AX is saved", [TSSC+12h], 7777h
        is16    "IP is saved", [TSSC+0Eh], .behind_iret
        is16    "CS is saved", [TSSC+24h], C32
        is16    "SP is saved", [TSSC+1Ah], STACK16
        busy    "becomes free", S_TSSC, 81h
        scene
        mov     word [TSSC+0Eh], .back
        run
        jmp     S_TSSC:0
        fin
        is16    "JMP to a 32-bit task", [t_tr], S_TSSB
        scene
        desc    T0, TSSC, 2Ah, 81h, 0
        run
        jmp     T0:0
        fin
        fault   "its limit is at least 2B", TS, T0
        scene
        mov     ax, S_TSSC
        ltr     ax
        mov     word [TSSC+2], TSS_STACK0&0FFFFh
        mov     word [TSSC+4], D16
        ring3
        run
        hlt
        fin
        is16    "inner stack: SS", [t_hss], D16
        is16    "inner stack: SP", [t_hesp], (TSS_STACK0&0FFFFh)-24
        ret
.iret:
        mov     ax, 7777h
        iretd
.behind_iret:
        ud2
.back:
        jmp     S_TSSB:0

refusals:
        group   "refused"
        scene
        desc    T0, TSSB, 67h, 9, 0
        run
        jmp     T0:0
        fin
        fault   "TSS not present", NP, T0
        desc    T0, TSSB, 66h, 89h, 0
        run
        jmp     T0:0
        fin
        fault   "limit below 67", TS, T0
        run
        call    T0:0
        fin
        fault   "limit below 67, CALL", TS, T0
        is16    "in the old task", [t_tr], S_TSS
        busy    "which stays busy", S_TSS, 8Bh
        busy    "the other one does not become busy", T0, 89h
        run
        call    S_TSS:0
        fin
        fault   "CALL of a busy task", GP, S_TSS
        ring3
        run
        jmp     S_TSSB+3:0
        fin
        fault   "level 3", GP, S_TSSB
        desc    T0, TSSB, 67h, 0E9h, 0
        run
        jmp     T0+3:0
        fin
        bits_are "TSS of DPL 3 from level 3", [t_tr], 0FFF8h, T0
        ret

; Faults that belong to the new task: all of its state is loaded but the
; descriptor that is bad (SDM volume 3, section 7.3, step 13).
%macro gate_fault 3                     ; vector, error code; name
        gate    %1, S_TSSD, 0, 85h
        mov     dword [TSSD+T_EIP], exception_task
        run
        jmp     S_TSSB:0
        fin
        mov     eax, [t_eax]
        mov     ah, [t_ebx]
        movzx   eax, ax
        NAME    %3
        mov     edx, (S_TSSB<<8)|(%2)
        call    check
%endmacro
new_task:
        group   "bad state, in the new task"
        scene
        mov     word [TSSB+T_CS], 0
        gate_fault TS, 0, "CS null: #TS(0)"
        scene
        mov     word [TSSB+T_CS], D32
        gate_fault TS, D32, "CS is data: #TS"
        scene
        mov     word [TSSB+T_CS], 0F0h
        gate_fault TS, 0F0h, "CS is a null descriptor: #TS"
        scene
        mov     word [TSSB+T_CS], U_C32&~3
        gate_fault TS, U_C32&~3, "CS with RPL 0, DPL 3: #TS"
        scene
        desc    T0, 0, 0FFFFFh, 1Ah, 0Ch
        mov     word [TSSB+T_CS], T0
        gate_fault NP, T0, "CS not present: #NP"
        scene
        mov     word [TSSB+T_SS], 0
        gate_fault TS, 0, "SS null: #TS(0)"
        scene
        mov     word [TSSB+T_SS], U_D32
        gate_fault TS, U_D32&~3, "SS with another DPL: #TS"
        scene
        mov     word [TSSB+T_SS], C32
        gate_fault TS, C32, "SS is code: #TS"
        scene
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        mov     word [TSSB+T_SS], T0
        gate    NP, S_TSSC, 0, 85h      ; elsewhere #NP may come, without a stack
        gate_fault SS_, T0, "SS not present: #SS"
        scene
        mov     word [TSSB+T_LDT], C32
        gate_fault TS, C32, "LDT is code: #TS"
        scene
        desc    T0, LDT, LDT_LIMIT, 2, 0
        mov     word [TSSB+T_LDT], T0
        gate_fault TS, T0, "LDT not present: #TS"
        scene
        mov     word [TSSB+T_LDT], S_LDT+4
        gate_fault TS, S_LDT+4, "LDT in an LDT: #TS"
        scene
        mov     word [TSSB+T_DS], S_LDT
        gate_fault TS, S_LDT, "DS is an LDT: #TS"
        scene
        desc    T0, 0, 0FFFFFh, 98h, 0Ch
        mov     word [TSSB+T_ES], T0
        gate_fault TS, T0, "ES is code that cannot be read: #TS"
        scene
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        mov     word [TSSB+T_FS], T0
        gate_fault NP, T0, "FS not present: #NP"
        scene
        mov     word [TSSB+T_DS], 0F0h+4
        gate_fault TS, 0F4h, "DS in an LDT that is not there: #TS"
        scene
        mov     dword [TSSB+T_CS], C16
        mov     dword [TSSB+T_EIP], 10000h
        gate_fault GP, 0, "EIP beyond the limit: #GP(0)"
        scene
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        mov     word [TSSB+T_DS], T0
        run
        call    S_TSSB:0
        fin
        is8     "through an interrupt gate: vector", [t_vec], NP
        is      "through an interrupt gate: error code", [t_err], T0
        is      "through an interrupt gate: EIP is the first instruction's", [t_eip], task_end
        is16    "TR is loaded by then", [t_tr], S_TSSB
        busy    "and the task busy", S_TSSB, 8Bh
        bits_are "with NT", [t_flags], NT, NT
        is16    "and its back link", [TSSB+LINK], S_TSS

        group   "T bit"
        scene
        mov     byte [TSSB+T_TRAP], 1
        run
        jmp     S_TSSB:0
        fin
        is8     "#DB", [t_vec], DB_
        is      "before the first instruction", [t_eip], task_end
        bits_are "DR6.BT", [t_dr6], 0E00Fh, 8000h
        is16    "in the new task", [t_tr], S_TSSB
        ret

paged:
        group   "paging"
        scene
        paging
        mov     esi, PDIR               ; another directory, whose window has other pages
        mov     edi, 33000h
        mov     ecx, 400h
        rep     movsd
        mov     dword [33004h], 34000h|7
        mov     esi, PWIN
        mov     edi, 34000h
        mov     ecx, 400h
        rep     movsd
        mov     dword [34000h], (WIN_PHYS+5000h)|7
        mov     dword [WIN_PHYS], 1111h
        mov     dword [WIN_PHYS+5000h], 5555h
        mov     dword [TSSB+T_CR3], 33000h
        mov     dword [TSSB+T_EIP], .read
        run
        mov     eax, [WIN]
        jmp     S_TSSB:0
        fin
        is      "CR3 is loaded", [t_eax], 5555h
        is      "but not saved", [TSS+T_CR3], 0
        mov     eax, PDIR
        mov     cr3, eax
        scene
        paging
        desc    T0, WIN, 67h, 89h, 0
        pte     0, 0
        run
        jmp     T0:0
        fin
        fault   "new TSS not present: #PF", PF, 0
        bits_are "its page", [t_cr2], ~0FFFh, WIN
        is16    "in the old task", [t_tr], S_TSS
        busy    "which stays busy", S_TSS, 8Bh
        scene
        paging
        mov     esi, TSSB
        mov     edi, WIN_PHYS+0FC0h
        mov     ecx, 1Ah
        rep     movsd
        desc    T0, WIN+0FC0h, 67h, 89h, 0
        pte     1, 0
        run
        jmp     T0:0
        fin
        is8     "second page of the new TSS not present: #PF", [t_vec], PF
        is16    "in the old task again", [t_tr], S_TSS
        is      "on the second page", [t_cr2], WIN+1000h
        ret
.read:
        mov     eax, [WIN]
        ud2

v86_task:
        group   "V86 task"
        scene
        mov     dword [TSSB+T_FLAGS], VM|2
        mov     dword [TSSB+T_CS], 0
        mov     dword [TSSB+T_SS], 2000h
        mov     dword [TSSB+T_ESP], V86_STACK&0FFFFh
        mov     dword [TSSB+T_DS], 1234h
        run
        jmp     S_TSSB:0
        fin
        bits_are "EFLAGS.VM of the TSS enters it", [t_flags], VM, VM
        is16    "CS is a segment", [t_cs], 0
        is16    "so is DS", [t_vds], 1234h
        is16    "SS", [t_ss], 2000h
        is      "traps use ESP0", [t_hesp], TSS_STACK0-36
        ret

%include "end.inc"
