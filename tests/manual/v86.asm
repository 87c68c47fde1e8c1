; Virtual-8086 mode (SDM volume 3, chapter 20) and real mode of 32-bit processors.
%include "boot.inc"
%include "frame32.inc"

%macro vme 0
        mov     eax, cr4
        or      al, 1
        mov     cr4, eax
%endmacro
; redirect n: INT n goes to the vector table of the program.
%macro redirect 1
        and     byte [TSS+TSS_REDIRECT+(%1)/8], ~(1<<((%1)&7))&0FFh
%endmacro

        bits    32
main:
        mov     word [10000h], 0B0Fh    ; UD2: where a processor without limits ends
        call    enter_leave
        call    iopl0
        call    iopl3
        call    segments
        call    ports
        call    irqs
        cmp     byte [model], MPENTIUM
        jb      .no_vme
        call    vme_ints
        call    vme_flags
.no_vme:
        call    real
        jmp     unreal

enter_leave:
        group   "V86"
        scene
        v86     IF|CF
        mov     dword [ctx_ds], 1111h
        mov     dword [ctx_es], 2222h
        mov     dword [ctx_fs], 3333h
        mov     dword [ctx_gs], 4444h
        run     16
        nop
        at
        hlt
        fin
        fault   "HLT is privileged", GP, 0
        bits_are "EFLAGS.VM is saved", [t_flags], VM, VM
        bits_are "EFLAGS.VM is clear in the handler", [t_hflags], VM|IF|TF|NT, 0
        is16    "saved CS", [t_cs], 0
        is16    "saved SS", [t_ss], 2000h
        is      "saved ESP", [t_esp], V86_STACK&0FFFFh
        is16    "saved ES", [t_ves], 2222h
        is16    "saved DS", [t_vds], 1111h
        is16    "saved FS", [t_vfs], 3333h
        is16    "saved GS", [t_vgs], 4444h
        is16    "DS is null in the handler", [t_ds], 0
        is16    "ES is null", [t_es], 0
        is16    "FS is null", [t_fs], 0
        is16    "GS is null", [t_gs], 0
        is      "nine doublewords and an error code", [t_hesp], TSS_STACK0-40
        is16    "on the stack of the TSS", [t_hss], D32
        scene
        gate    UD, R1_C32&~3, stubs, 8Eh
        v86     0
        run     16
        ud2
        fin
        fault   "a handler of level 1 is refused", GP, (R1_C32&~3)+1, 0
        scene
        gate    UD, CONF, stubs, 8Eh
        v86     0
        run     16
        ud2
        fin
        fault   "so is a conforming one", GP, CONF+1
        scene
        v86     0
        gate    BP_, C32, trap_raw, 0E6h
        run     16
        int3
        fin
        is      "a 16-bit gate saves nine words", [t_hesp], TSS_STACK0-18
        is16    "SS among them", [t_stack+8], 2000h
        scene
        run
        push    dword 0
        push    dword 0
        push    dword 1234h
        push    dword 4321h
        push    dword 2000h
        push    dword V86_STACK&0FFFFh
        push    dword VM|2
        push    dword 0
        push    dword .in
        iretd
.in:    bits    16
        mov     ax, ds
        mov     bx, es
        pushad
        fin
        is16    "IRET enters: DS", [t_vds], 1234h
        is16    "IRET enters: ES", [t_ves], 4321h
        is16    "IRET enters: the stack", [t_esp], (V86_STACK-32)&0FFFFh
        ret

iopl0:
        group   "V86, IOPL 0"
        scene
        v86     IF
%macro sensitive 2+
        run     16
        %2
        fin
        fault   %1, GP, 0
%endmacro
        sensitive "CLI", cli
        sensitive "STI", sti
        sensitive "PUSHF", pushf
        sensitive "POPF", popf
        sensitive "INT n", int 30h
        sensitive "IRET", iret
        sensitive "PUSHFD", pushfd
        sensitive "IRETD", iretd
        run     16
        nop
        at
        int3
        fin
        fault   "INT3 is not IOPL-sensitive", BP_, 0, 1
        run     16
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "nor is INTO", OF_, 0, 1
        sensitive "MOV CR0", mov eax, cr0
        sensitive "CLTS", clts
        sensitive "LGDT", lgdt [SCRATCH&0FFFFh]
        sensitive "LMSW", lmsw ax
        sensitive "MOV DR7", mov eax, dr7
        run     16
        smsw    ax
        fin
        nofault "but SMSW"
%macro undefined 2+
        run     16
        %2
        fin
        fault   %1, UD, 0
%endmacro
        undefined "LLDT is not recognized", lldt ax
        undefined "LTR", ltr ax
        undefined "SLDT", sldt ax
        undefined "STR", str ax
        undefined "LAR", lar ax, ax
        undefined "LSL", lsl ax, ax
        undefined "VERR", verr ax
        undefined "VERW", verw ax
        undefined "ARPL", arpl ax, bx
        mov     byte [IDT+3*8+5], 8Eh
        run     16
        int3
        fin
        fault   "INT3 looks at the gate's DPL", GP, 3*8+2
        ret

iopl3:
        group   "V86, IOPL 3"
        scene
        v86     IF|IOPL3
        run     16
        cli
        pushf
        pop     ax
        sti
        pushf
        pop     bx
        fin
        nofault "CLI, STI, PUSHF run"
        bits_are "CLI clears IF", [t_eax], IF, 0
        bits_are "STI sets it", [t_ebx], IF, IF
        bits_are "PUSHF shows IOPL", [t_eax], IOPL3, IOPL3
        run     16
        push    word CF|2
        popf
        pushf
        pop     ax
        fin
        bits_are "POPF changes IF", [t_eax], IF|CF, CF
        bits_are "POPF does not change IOPL", [t_eax], IOPL3, IOPL3
        bits_are "nor VM", [t_flags], VM, VM
        run     16
        push    dword 2
        popfd
        fin
        bits_are "POPFD neither", [t_flags], VM|IOPL3, VM|IOPL3
        run     16
        nop
        at
        int     30h
        fin
        fault   "INT n goes through the IDT", 30h, 0, 2
        run     16
        int     31h
        fin
        fault   "if the gate has DPL 3", GP, 31h*8+2
        run     16
        push    word CF|2
        push    cs
        push    word .back
        iret
.back:  pushf
        pop     ax
        fin
        nofault "IRET runs"
        bits_are "IRET changes IF", [t_eax], IF|CF, CF
        bits_are "IRET does not change IOPL", [t_eax], IOPL3, IOPL3
        ret

segments:
        group   "V86, segments"
        scene
        v86     0
        mov     dword [SCRATCH], 12345678h
        run     16
        mov     ax, SCRATCH>>4
        mov     ds, ax
        mov     ebx, [0]
        fin
        is      "base is the selector by 16", [t_ebx], 12345678h
        run     16
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        run     16
        mov     ebx, 10000h
        at
        mov     al, [ebx]
        fin
        fault   "an offset beyond FFFF", GP, 0, 0
        run     16
        mov     bp, 0FFFFh
        at
        mov     ax, [bp]
        fin
        fault   "a word at SS:FFFF", SS_, 0
        run     16
        mov     ax, 0FFFFh
        mov     es, ax
        mov     dword [es:10h], 0
        fin
        nofault "above 1 MB without a wrap"
        scene
        mov     dword [100000h], 0CAFEF00Dh
        v86     0
        run     16
        mov     ax, 0FFFFh
        mov     es, ax
        mov     ebx, [es:10h]
        fin
        is      "linear addresses go to 10FFEF", [t_ebx], 0CAFEF00Dh
        run     16
        jmp     0:.far
.far:   call    0:.call
.call:  pop     ax
        pop     ax
        fin
        nofault "JMP and CALL FAR load segments"
        run     16
        jmp     dword 0:10000h
        fin
        fault   "EIP beyond FFFF", GP, 0
        paging
        v86     0
        mov     dword [PTAB+22h*4], 22003h      ; supervisor
        mov     eax, cr3
        mov     cr3, eax
        run     16
        mov     ax, SCRATCH>>4
        mov     es, ax
        at
        mov     al, [es:0]
        fin
        fault   "is level 3 to pages", PF, 5
        mov     dword [PTAB+22h*4], 22007h
        ret

ports:
        group   "I/O bitmap"
        scene
        v86     IOPL3
        run     16
        in      al, 61h
        fin
        fault   "V86 with IOPL 3: a set bit", GP, 0
        mov     byte [TSS+TSS_IOMAP+61h/8], ~2&0FFh
        run     16
        in      al, 61h
        fin
        nofault "V86: a clear bit"
        v86     0
        run     16
        in      al, 61h
        fin
        nofault "V86 with IOPL 0: a clear bit"
        run     16
        in      ax, 61h
        fin
        fault   "a word needs two bits", GP, 0
        mov     byte [TSS+TSS_IOMAP+61h/8], ~6&0FFh
        run     16
        in      ax, 61h
        fin
        nofault "and has them"
        ring3
        run
        in      al, 61h
        fin
        nofault "level 3: a clear bit"
        run
        in      al, 60h
        fin
        fault   "level 3: a set bit", GP, 0
        flags   IOPL3
        run
        in      al, 64h
        fin
        nofault "IOPL 3: the bitmap does not count"
        flags   0
        run
        mov     dx, 3FFh
        at
        in      al, dx
        fin
        fault   "the last byte", GP, 0
        mov     byte [TSS+TSS_IOMAP+7Fh], 7Fh
        run
        mov     dx, 3FFh
        in      al, dx
        fin
        nofault "a bit in the last byte"
        run
        mov     dx, 3FFh
        at
        in      ax, dx
        fin
        fault   "a word that goes over the end", GP, 0
        run
        mov     dx, 408h
        at
        in      al, dx
        fin
        fault   "beyond the limit of the TSS", GP, 0
        mov     word [TSS+66h], TSS_LIMIT+1
        run
        in      al, 61h
        fin
        fault   "a map base beyond the limit", GP, 0
        mov     word [TSS+66h], TSS_IOMAP
        run
        mov     edx, 60h
        mov     edi, SCRATCH
        at
        insb
        fin
        fault   "INS", GP, 0
        run
        mov     edx, 60h
        mov     esi, SCRATCH
        mov     ecx, 1
        at
        rep outsb
        fin
        fault   "REP OUTS", GP, 0
        run
        cli
        fin
        fault   "CLI needs IOPL", GP, 0
        flags   IOPL3
        run
        cli
        fin
        nofault "CLI with IOPL 3"
        ring1
        flags   1000h
        run
        cli
        in      al, 64h
        fin
        nofault "level 1 with IOPL 1"
        scene
        mov     ax, S_TSSC
        ltr     ax
        ring3
        run
        in      al, 61h
        fin
        fault   "a 16-bit TSS has none", GP, 0
        ret

irqs:
        group   "V86, IRQ"
        scene
        v86     IF
        call    irq0
        run     16
        nop
        fin
        call    no_irq0
        fault   "goes through the IDT", 20h, 0
        bits_are "VM is saved", [t_flags], VM|IF, VM|IF
        is      "nine doublewords", [t_hesp], TSS_STACK0-36
        ret

; The vector table of the program: vectors 0-3Fh go to handlers for real mode,
; which would fail here; 60h and 61h are ours.
vme_ints:
        group   "VME, INT n"
        scene
        vme
        mov     word [60h*4], .handler
        mov     word [60h*4+2], 0
        mov     word [TSS+66h], TSS_IOMAP
        redirect 60h
        v86     0
        run     16
        nop
        at
        int     60h
.back:  nop
        fin
        is16    "a clear bit: through the program's vectors", [t_eax], 6060h
        is16    "three words on its stack", [t_ebx], (V86_STACK-6)&0FFFFh
        is16    "IP", [V86_STACK-6], .back
        bits_are "FLAGS with IOPL 3", [V86_STACK-2], IOPL3, IOPL3
        bits_are "FLAGS with IF as VIF", [V86_STACK-2], IF, 0
        bits_are "still in V86", [t_flags], VM, VM
        run     16
        int     61h
        fin
        fault   "a set bit and IOPL 0", GP, 0
        v86     VIF
        run     16
        int     60h
        fin
        bits_are "VIF is pushed as IF", [V86_STACK-2], IF, IF
        bits_are "and cleared", [t_flags], VIF, 0
        v86     IF|IOPL3
        redirect 30h
        mov     word [30h*4], .handler
        run     16
        int     30h
        fin
        is16    "IOPL 3 and a clear bit", [t_eax], 6060h
        bits_are "clears IF", [t_flags], IF, 0
        or      byte [TSS+TSS_REDIRECT+6], 1
        run     16
        nop
        at
        int     30h
        fin
        fault   "IOPL 3 and a set bit: through the IDT", 30h, 0, 2
        mov     word [30h*4], real_stubs+30h*8
        v86     0
        run     16
        nop
        at
        int3
        fin
        fault   "INT3 always goes through the IDT", BP_, 0, 1
        ret
.handler:
        bits    16
        mov     bx, sp
        mov     ax, 6060h
        ud2
        bits    32

vme_flags:
        group   "VME, flags"
        scene
        vme
        v86     0
        run     16
        sti
        fin
        nofault "STI with IOPL 0"
        bits_are "sets VIF", [t_flags], VIF|IF, VIF
        v86     VIF|IF
        run     16
        cli
        fin
        bits_are "CLI clears VIF, not IF", [t_flags], VIF|IF, IF
        v86     VIP
        run     16
        sti
        fin
        fault   "STI with VIP", GP, 0
        v86     VIF
        run     16
        pushf
        pop     ax
        fin
        bits_are "PUSHF shows VIF as IF, IOPL 3", [t_eax], IF|IOPL3, IF|IOPL3
        v86     IF
        run     16
        pushf
        pop     ax
        fin
        bits_are "PUSHF does not show IF", [t_eax], IF, 0
        run     16
        push    word IF|2
        popf
        fin
        bits_are "POPF sets VIF", [t_flags], VIF|IF, VIF|IF
        v86     VIF
        run     16
        push    word 2
        popf
        fin
        bits_are "POPF clears VIF", [t_flags], VIF, 0
        run     16
        push    word TF|2
        at
        popf
        fin
        fault   "POPF with TF", GP, 0
        v86     VIP
        run     16
        push    word IF|2
        at
        popf
        fin
        fault   "POPF with IF and VIP", GP, 0
        v86     0
        run     16
        pushfd
        fin
        fault   "PUSHFD needs IOPL 3", GP, 0
        run     16
        popfd
        fin
        fault   "POPFD, too", GP, 0
        run     16
        push    word IF|2
        push    cs
        push    word .iret
        iret
.iret:  nop
        fin
        nofault "IRET with IOPL 0"
        bits_are "sets VIF from IF", [t_flags], VIF|IF, VIF
        run     16
        push    word TF|2
        push    cs
        push    word .iret
        at
        iret
        fin
        fault   "IRET with TF", GP, 0
        v86     VIP
        run     16
        push    word IF|2
        push    cs
        push    word .iret
        at
        iret
        fin
        fault   "IRET with IF and VIP", GP, 0
        run     16
        iretd
        fin
        fault   "IRETD needs IOPL 3", GP, 0
        group   "PVI"
        scene
        mov     eax, cr4
        or      al, 2
        mov     cr4, eax
        ring3
        run
        sti
        fin
        bits_are "STI at level 3 sets VIF", [t_flags], VIF|IF, VIF
        flags   VIF
        run
        cli
        fin
        bits_are "CLI clears it", [t_flags], VIF, 0
        flags   VIP
        run
        sti
        fin
        fault   "STI with VIP", GP, 0
        flags   IF
        run
        push    dword 2
        popfd
        fin
        bits_are "POPFD is not affected", [t_flags], IF|VIF, IF
        ret

real:
        group   "real mode"
        scene
        flags   IF
        run_real
        nop
        at
        int     30h
        fin
        fault   "INT n", 30h, 0, 2
        is16    "pushes three words", [t_hesp], STACK16-6
        bits_are "clears IF", [t_hflags], IF, 0
        bits_are "saves IF", [t_flags], IF, IF
        run_real
        xor     ax, ax
        at
        div     al
        fin
        fault   "DIV by 0 is a fault", DE_, 0
        run_real
        int3
        fin
        fault   "INT3", BP_, 0, 1
        run_real
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "INTO", OF_, 0, 1
        run_real
        mov     eax, 6
        bound   ax, [.bounds]
        mov     ax, 9
        at
        bound   ax, [.bounds]
        fin
        fault   "BOUND", BR_, 0
        run_real
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        run_real
        mov     bp, 0FFFFh
        at
        mov     ax, [bp]
        fin
        fault   "a word at SS:FFFF", SS_, 0
        run_real
        mov     ebx, 10000h
        at
        mov     al, [ebx]
        fin
        fault   "an offset beyond FFFF", GP, 0
        run_real
        jmp     dword 0:10000h
        fin
        fault   "JMP beyond FFFF", GP, 0
        run_real
        lldt    ax
        fin
        fault   "LLDT is not recognized", UD, 0
        run_real
        arpl    ax, ax
        fin
        fault   "nor ARPL", UD, 0
        run_real
        db      8Eh, 0C8h
        fin
        fault   "nor MOV CS", UD, 0
        run_real
        sgdt    [7000h]
        smsw    ax
        mov     ebx, cr0
        fin
        nofault "SGDT, SMSW, MOV CR0 run"
        bits_are "PE is clear", [t_ebx], 1, 0
        run_real
        lidt    [.short]
        mov     ax, 1
        at
        int     30h
        fin
        ; with the limit below vector 30h
        fault   "INT n beyond the limit of the IDT", GP, 0
        run_real
        push    word IOPL3|NT|2
        popf
        pushf
        pop     ax
        fin
        bits_are "IOPL and NT can be set", [t_eax], IOPL3|NT, IOPL3|NT
        run_real
        mov     ax, 0FFFFh
        mov     es, ax
        mov     ebx, [es:10h]
        fin
        is      "FFFF:0010 is 100000 with A20", [t_ebx], 0CAFEF00Dh
        mov     dword [0], 0
        mov     word [0], real_stubs
        run_real
        in      al, 92h
        and     al, 0FCh
        out     92h, al
        mov     ax, 0FFFFh
        mov     es, ax
        mov     ebx, [es:10h]
        mov     ecx, [0]
        in      al, 92h
        or      al, 2
        out     92h, al
        fin
        mov     edx, [t_ecx]
        is      "and 0 without", [t_ebx], edx
        group   "real mode, IRQ"
        flags   IF
        call    irq0
        run_real
        nop
        fin
        call    no_irq0
        fault   "through the vector table", 20h, 0
        is16    "pushes three words", [t_hesp], STACK16-6
        bits_are "IF is saved", [t_flags], IF, IF
        bits_are "and cleared", [t_hflags], IF, 0
        flags   0
        call    irq0
        run_real
        nop
        sti
        nop
        at
        nop
        fin
        call    no_irq0
        fault   "one instruction behind STI", 20h, 0
        call    irq0
        run_real
        nop
        nop
        fin
        call    no_irq0
        nofault "not with IF clear"
        call    irq0
        run_real
        push    word IF|2
        push    cs
        push    word .iret
        iret
.iret:
        at
        nop
        fin
        call    no_irq0
        fault   "at once behind an IRET that sets IF", 20h, 0
        ret
.short: dw      20h*4-1
        dd      0
.bounds: dw     5, 8

; The hidden limit of a segment register outlives CR0.PE (SDM volume 3, section
; 9.9.2: load segments of 64 KB before leaving protected mode).
unreal:
        group   "4 GB segments in real mode"
        scene
        mov     word [real_segs], D32
        mov     dword [100000h], 0CAFEF00Dh
        mov     dword [SCRATCH], 11223344h
        run_real
        mov     esi, 100000h
        mov     ebx, [esi]
        fin
        is      "an offset beyond FFFF", [t_ebx], 0CAFEF00Dh
        run_real
        mov     ax, 1000h
        mov     ds, ax
        mov     esi, SCRATCH-10000h
        mov     ebx, [esi]
        mov     esi, 0F0000h
        mov     edx, [esi]
        fin
        is      "a load of DS changes its base", [t_ebx], 11223344h
        is      "and keeps its limit", [t_edx], 0CAFEF00Dh
        mov     word [real_segs], D16
        run_real
        mov     esi, 100000h
        at
        mov     ebx, [esi]
        fin
        fault   "not with a limit of 64 KB", GP, 0
        ret

%include "end.inc"
