; What each model has: CPUID and what it promises, model-specific registers, fast
; system calls, instructions by generation (SDM volume 2; volume 3, sections 17.17
; and 5.8.7).
%include "boot.inc"
%include "frame32.inc"

AM              equ 40000h              ; CR0
TSD             equ 4                   ; CR4

        bits    32
main:
        call    identification
        call    promises
        call    generations
        call    time_stamp
        call    model_registers
        call    fast_calls
        jmp     exchange

; toggles flag: whether POPFD can change a bit of EFLAGS.
%macro toggles 1
        pushfd
        pop     ebx
        mov     eax, ebx
        xor     eax, %1
        push    eax
        popfd
        pushfd
        pop     eax
        push    ebx
        popfd
        xor     eax, ebx
        and     eax, %1
%endmacro

identification:
        group   "EFLAGS"
        scene
        toggles AC
        mov     [.found], eax
        until   M386
        is      "AC does not exist", [.found], 0
        end_since
        since   M486
        is      "AC exists", [.found], AC
        end_since
        toggles ID
        mov     [.found], eax
        until   M486
        is      "ID cannot be changed", [.found], 0
        end_since
        since   MPENTIUM
        is      "ID can be changed: there is CPUID", [.found], ID
        end_since
        toggles 8028h
        mov     [.found], eax
        is      "bits 3, 5, 15 are 0", [.found], 0
        group   "CPUID"
        until   M486
        run
        xor     eax, eax
        at
        cpuid
        fin
        fault   "is an invalid opcode", UD, 0
        end_since
        since   MPENTIUM
        run
        xor     eax, eax
        cpuid
        mov     [SCRATCH], eax
        mov     [SCRATCH+4], ebx
        mov     [SCRATCH+8], edx
        mov     [SCRATCH+12], ecx
        fin
        nofault "leaf 0"
        is      "vendor 1", [SCRATCH+4], 'Genu'
        is      "vendor 2", [SCRATCH+8], 'ineI'
        is      "vendor 3", [SCRATCH+12], 'ntel'
        ring3
        run
        mov     eax, 1
        cpuid
        fin
        nofault "at level 3"
        mov     eax, [t_edx]
        mov     [features], eax
        mov     eax, [t_eax]
        mov     [.found], eax
        ring0
        end_since
        cmp     byte [model], MPENTIUM
        jne     .not_5
        bits_are "family", [.found], 0F00h, 500h
.not_5:
        since   MPRO
        bits_are "family", [.found], 0F00h, 600h
        is      "highest leaf", [SCRATCH], 2
        run
        mov     eax, 2
        cpuid
        fin
        is8     "leaf 2: to be read once", [t_eax], 1
        run
        mov     eax, 3
        cpuid
        fin
        is8     "a leaf beyond the highest gives the highest", [t_eax], 1
        end_since
        since   MPENTIUM
        v86     2
        run     16
        mov     eax, 1
        cpuid
        fin
        nofault "in virtual-8086 mode"
        ring0
        bits_are "FPU", [features], 1, 1
        bits_are "VME, DE, PSE, TSC, MSR, CX8", [features], 13Eh, 13Eh
        end_since
        since   MPRO
        bits_are "SEP, PGE, CMOV", [features], 0A800h, 0A800h
        end_since
        ret
        align   4
.found: dd      0

; promise name, bit of leaf 1 EDX: the code works if and only if the bit is set.
%macro promise 2
        movzx   eax, byte [t_vec]
        cmp     al, NONE
        sete    al
        mov     edx, [features]
        shr     edx, %2
        and     edx, 1
        NAME    %1
        call    check
%endmacro
; cr4_promise name, bit of leaf 1 EDX, bits of CR4
%macro cr4_promise 3
        run
        mov     eax, %3
        mov     cr4, eax
        fin
        promise %1, %2
        xor     eax, eax
        mov     cr4, eax
%endmacro

promises:
        group   "as CPUID says"
        scene
        run
        rdtsc
        fin
        promise "RDTSC", 4
        run
        mov     ecx, 10h
        rdmsr
        fin
        promise "RDMSR", 5
        run
        mov     ecx, 10h
        xor     eax, eax
        xor     edx, edx
        wrmsr
        fin
        promise "WRMSR", 5
        run
        cmpxchg8b [SCRATCH]
        fin
        promise "CMPXCHG8B", 8
        run
        cmovz   eax, ebx
        fin
        promise "CMOV", 15
        since   M486                    ; a 387 does what it does with ESC codes it has not
        run
        fcmovb  st0
        fin
        promise "FCMOV", 15
        run
        fcomi   st0
        fin
        promise "FCOMI", 15
        end_since
        run
        fninit
        at
        emms
        fin
        promise "MMX", 23
        run
        fxsave  [SCRATCH]
        fin
        promise "FXSAVE", 24
        since   MPENTIUM
        cr4_promise "CR4.VME", 1, 1
        cr4_promise "CR4.PVI", 1, 2
        cr4_promise "CR4.TSD", 4, TSD
        cr4_promise "CR4.DE", 2, 8
        cr4_promise "CR4.PSE", 3, 10h
        cr4_promise "CR4.PAE", 6, 20h
        cr4_promise "CR4.MCE", 7, 40h
        cr4_promise "CR4.PGE", 13, 80h
        cr4_promise "CR4.OSFXSR", 24, 200h
        end_since
        run
        mov     ecx, 174h
        rdmsr
        fin
        promise "SYSENTER_CS", 11
        run
        mov     ecx, 1Bh
        rdmsr
        fin
        promise "APIC_BASE", 9
        run
        mov     ecx, 0FEh
        rdmsr
        fin
        promise "MTRRcap", 12
        ret

; generation name, first model: the code works from that model on.
%macro generation 2
        movzx   eax, byte [t_vec]
        cmp     byte [model], %2
        mov     edx, NONE
        jae     %%since
        mov     edx, UD
%%since:
        NAME    %1
        call    check
%endmacro

generations:
        group   "generations"
        scene
        run
        bswap   eax
        fin
        generation "BSWAP", M486
        run
        xadd    [SCRATCH], eax
        fin
        generation "XADD", M486
        run
        cmpxchg [SCRATCH], eax
        fin
        generation "CMPXCHG", M486
        run
        invlpg  [SCRATCH]
        fin
        generation "INVLPG", M486
        run
        wbinvd
        fin
        generation "WBINVD", M486
        run
        invd
        fin
        generation "INVD", M486
        run
        mov     eax, cr4
        fin
        generation "CR4", MPENTIUM
        run
        xor     ecx, ecx
        rdpmc
        fin
        generation "RDPMC", MPRO
        since   M486
        run
        mov     eax, 12345678h
        bswap   eax
        fin
        is      "what BSWAP does", [t_eax], 78563412h
        run
        invlpg  [SCRATCH]
        db      0Fh, 01h, 0F8h          ; invlpg eax
        fin
        is8     "INVLPG of a register", [t_vec], UD
        mov     dword [SCRATCH], 5
        run
        mov     eax, 3
        xadd    [SCRATCH], eax
        fin
        is      "XADD: the sum", [SCRATCH], 8
        is      "XADD: what was there", [t_eax], 5
        run
        mov     eax, 8
        mov     ecx, 9
        cmpxchg [SCRATCH], ecx
        setz    bl
        fin
        is      "CMPXCHG stores if equal", [SCRATCH], 9
        is8     "CMPXCHG: ZF", [t_ebx], 1
        run
        mov     eax, 7
        cmpxchg [SCRATCH], ecx
        setz    bl
        fin
        is      "CMPXCHG loads EAX if not", [t_eax], 9
        is8     "CMPXCHG: ZF clear", [t_ebx], 0
        paging
        pte     1, WIN_PHYS+1000h|5
        mov     dword [WIN_PHYS+1000h], 1
        mov     eax, cr0
        or      eax, 10000h             ; WP
        mov     cr0, eax
        run
        xor     eax, eax
        at
        cmpxchg [WIN+1000h], ecx
        fin
        fault   "CMPXCHG writes always: a read-only page", PF, 3
        is      "CMPXCHG that faults leaves EAX alone", [t_eax], 0
        scene
        end_since
        until   M486
        run
        mov     eax, tr6
        fin
        nofault "test registers"
        end_since
        since   MPENTIUM
        run
        db      0Fh, 24h, 0F0h          ; mov eax, tr6
        fin
        fault   "no test registers any more", UD, 0
        end_since
        ret

time_stamp:
        since   MPENTIUM
        group   "time stamp"
        scene
        run
        rdtsc
        mov     esi, eax
        mov     edi, edx
        mov     ecx, 100
.wait:
        loop    .wait
        rdtsc
        sub     eax, esi
        sbb     edx, edi
        setc    bl
        mov     ecx, eax
        fin
        is8     "does not go back", [t_ebx], 0
        cmp     dword [t_ecx], 0
        setne   [SCRATCH]
        is8     "goes on", [SCRATCH], 1
        mov     eax, TSD
        mov     cr4, eax
        run
        rdtsc
        fin
        nofault "CR4.TSD at level 0"
        ring3
        run
        rdtsc
        fin
        fault   "CR4.TSD at level 3", GP, 0
        v86     IOPL3
        run     16
        rdtsc
        fin
        fault   "CR4.TSD in virtual-8086 mode", GP, 0
        xor     eax, eax
        mov     cr4, eax
        ring3
        run
        rdtsc
        fin
        nofault "without it at level 3"
        since   MPRO
        run
        xor     ecx, ecx
        at
        rdpmc
        fin
        fault   "RDPMC at level 3 without CR4.PCE", GP, 0
        end_since
        ring0
        run_real
        rdtsc
        fin
        nofault "in real mode"
        run
        mov     ecx, 10h
        xor     edx, edx
        mov     eax, 1000h
        wrmsr
        rdmsr
        fin
        bits_are "WRMSR sets it", [t_eax], 0FFFE0000h, 0
        is      "WRMSR sets it: EDX", [t_edx], 0
        end_since
        since   MPRO
        run
        mov     ecx, 10h
        mov     edx, 1
        mov     eax, 1000h
        wrmsr
        rdmsr
        fin
        is      "WRMSR clears its upper half", [t_edx], 0
        end_since
        ret

model_registers:
        since   MPENTIUM
        group   "MSR"
        scene
        run
        mov     ecx, 0C0001234h
        at
        rdmsr
        fin
        fault   "RDMSR of what does not exist", GP, 0
        run
        mov     ecx, 0C0001234h
        at
        wrmsr
        fin
        fault   "WRMSR of what does not exist", GP, 0
        ring3
        run
        mov     ecx, 10h
        at
        rdmsr
        fin
        fault   "RDMSR at level 3", GP, 0
        run
        mov     ecx, 10h
        at
        wrmsr
        fin
        fault   "WRMSR at level 3", GP, 0
        v86     IOPL3
        run     16
        mov     ecx, 10h
        at
        rdmsr
        fin
        fault   "RDMSR in virtual-8086 mode", GP, 0
        ring0
        end_since
        ret

; SYSENTER and SYSEXIT. C32, D32 are 8, 10h; level 3 gets 1Bh, 23h.
%macro msr 2
        mov     ecx, %1
        mov     eax, %2
        xor     edx, edx
        wrmsr
%endmacro

fast_calls:
        group   "SYSENTER"
        until   MPENTIUM
        scene
        run
        sysenter
        fin
        fault   "is not there", UD, 0
        run
        sysexit
        fin
        fault   "nor is SYSEXIT", UD, 0
        end_since
        since   MPRO
        scene
        msr     174h, 0
        run
        sysenter
        fin
        fault   "without a code selector", GP, 0
        msr     174h, C32
        mov     ecx, 175h
        mov     eax, STACK0-100h
        mov     edx, 1                  ; there is no upper half
        wrmsr
        msr     176h, .entered
        mov     ecx, 175h
        rdmsr
        mov     [SCRATCH], eax
        is      "the MSRs keep their values", [SCRATCH], STACK0-100h
        run_real
        sysenter
        fin
        fault   "in real mode", GP, 0
        ring3
        flags   IF
        run
        at
        sysenter
        jmp     .out
.entered:
        mov     [SCRATCH], esp
        mov     [SCRATCH+4], cs
        mov     [SCRATCH+8], ss
        pushfd
        pop     eax
.out:
        fin
        nofault "from level 3"
        is      "ESP", [SCRATCH], STACK0-100h
        is16    "CS", [SCRATCH+4], C32
        is16    "SS", [SCRATCH+8], D32
        bits_are "IF is clear", [t_eax], IF, 0
        v86     IOPL3
        msr     176h, .from_v86
        run     16
        sysenter
        bits    32
.from_v86:
        pushfd
        pop     eax
        fin
        bits_are "VM is clear", [t_eax], VM, 0
        ring0
        mov     dword [GDT+C32], 0      ; its descriptors are not looked at
        msr     176h, .no_gdt
        run
        sysenter
.no_gdt:
        mov     dword [GDT+C32], 0FFFFh
        nop
        fin
        nofault "does not read the descriptor"
        group   "SYSEXIT"
        scene
        ring3
        run
        sysexit
        fin
        fault   "at level 3", GP, 0
        ring0
        msr     174h, 0
        run
        sysexit
        fin
        fault   "without a code selector", GP, 0
        msr     174h, C32
        run
        mov     edx, .left
        mov     ecx, STACK3
        sysexit
        nop
.left:
        mov     [SCRATCH], esp
        mov     eax, cs
        mov     ebx, ss
        at
        hlt
        fin
        fault   "goes to level 3", GP, 0
        is      "ESP is ECX", [SCRATCH], STACK3
        is16    "CS", [t_eax], 1Bh
        is16    "SS", [t_ebx], 23h
        bits_are "IF stays", [t_flags], IF, 0
        msr     174h, 0
        end_since
        ret

exchange:
        since   MPENTIUM
        group   "CMPXCHG8B"
        scene
        mov     dword [SCRATCH], 11111111h
        mov     dword [SCRATCH+4], 22222222h
        run
        mov     eax, 11111111h
        mov     edx, 22222222h
        mov     ebx, 33333333h
        mov     ecx, 44444444h
        cmpxchg8b [SCRATCH]
        setz    al
        fin
        is      "equal: stores EBX", [SCRATCH], 33333333h
        is      "equal: stores ECX", [SCRATCH+4], 44444444h
        is8     "equal: ZF", [t_eax], 1
        run
        mov     eax, 33333333h
        xor     edx, edx
        mov     ebx, 1
        cmpxchg8b [SCRATCH]
        setz    bl
        fin
        is      "different: loads EAX", [t_eax], 33333333h
        is      "different: loads EDX", [t_edx], 44444444h
        is8     "different: ZF", [t_ebx], 0
        run
        stc
        cmpxchg8b [SCRATCH]
        setc    bl
        fin
        is8     "other flags stay", [t_ebx], 1
        mov     eax, cr0
        or      eax, AM
        mov     cr0, eax
        ring3
        flags   AC
        run
        cmpxchg8b [SCRATCH+4]
        fin
        fault   "alignment at 4", ACK, 0
        scene
        run
        db      0Fh, 0C7h, 0C8h         ; cmpxchg8b eax
        fin
        fault   "of a register", UD, 0
        run
        db      0Fh, 0C7h, 05h
        dd      SCRATCH                 ; 0F C7 /0
        fin
        fault   "other /digits", UD, 0
        paging
        pte     1, WIN_PHYS+1000h|5
        mov     eax, cr0
        or      eax, 10000h
        mov     cr0, eax
        run
        mov     eax, 12345678h
        at
        cmpxchg8b [WIN+1000h]
        fin
        fault   "writes always: a read-only page", PF, 3
        scene
        end_since
        ret

        align   4
features: dd    0

%include "end.inc"
