; What each model has: CPUID and what it promises, model-specific registers, fast
; system calls, instructions by generation; alignment checks, LOCK, invalid opcodes
; and the exceptions of single instructions (SDM volume 2; volume 3, chapters 6,
; 8.1.2, 17.17, 19).
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
        call    exchange
        call    alignment
        call    lock_allowed
        call    lock_refused
        call    lengths
        call    invalid
        call    invalid_registers
        call    invalid_real
        jmp     arithmetic

; ours ... end_since: not on QEMU, which does not come back from it.
%macro ours 0
%push since
        cmp     byte [host], 1
        jne     near %$skip
%endmacro
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
        since   MPRO
        group   "SYSENTER"
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

; Alignment checks (SDM volume 3, table 6-7).
alignment:
        since   M486
        group   "alignment"
        scene
        mov     eax, cr0
        or      eax, AM
        mov     cr0, eax
        ring3
        flags   AC
        run
        mov     eax, [SCRATCH+2]
        fin
        fault   "a doubleword at 2", ACK, 0
        bits_are "AC is set in the image", [t_flags], AC, AC
        run
        mov     [SCRATCH+1], ax
        fin
        fault   "a word at 1", ACK, 0
        run
        mov     eax, [SCRATCH+4]
        mov     ax, [SCRATCH+2]
        mov     al, [SCRATCH+1]
        fin
        nofault "aligned ones, and any byte"
        run
        mov     ax, [SCRATCH+3]
        fin
        fault   "a word at 3", ACK, 0
        run
        inc     dword [SCRATCH+3]
        fin
        fault   "INC", ACK, 0
        run
        sub     esp, 2
        at
        push    eax
        fin
        fault   "PUSH", ACK, 0
        run
        mov     esi, SCRATCH+1
        mov     edi, SCRATCH+80h
        mov     ecx, 2
        cld
        at
        rep     movsd
        fin
        fault   "MOVS", ACK, 0
        is      "MOVS: the count", [t_ecx], 2
        run
        bt      [SCRATCH+1], eax
        fin
        fault   "BT", ACK, 0
        run
        fld     qword [SCRATCH+4]
        fin
        fault   "a quadword at 4", ACK, 0
        run
        fld     dword [SCRATCH+2]
        fin
        fault   "a single at 2", ACK, 0
        run
        fld     tword [SCRATCH+4]
        fin
        fault   "an extended real at 4", ACK, 0
        run
        fild    qword [SCRATCH+4]
        fin
        fault   "a long integer at 4", ACK, 0
        run
        fninit
        at
        fnsave  [SCRATCH+2]
        fin
        fault   "FNSAVE at 2", ACK, 0
        run
        fninit
        fnsave  [SCRATCH+4]
        fnstenv [SCRATCH+4]
        fin
        nofault "FNSAVE and FNSTENV at 4"
        mov     word [SCRATCH+6], U_D32
        mov     word [SCRATCH+8], U_D32
        run
        les     eax, [SCRATCH+2]
        fin
        fault   "a far pointer of 48 bits at 2", ACK, 0
        run
        les     eax, [SCRATCH+4]
        fin
        nofault "a far pointer of 48 bits at 4"
        run
        les     ax, [SCRATCH+6]
        fin
        nofault "a far pointer of 32 bits at 2"
        run
        mov     es, [SCRATCH+5]
        fin
        fault   "a selector at 1", ACK, 0
        run
        cmpxchg [SCRATCH+2], eax
        fin
        fault   "CMPXCHG", ACK, 0
        run
        mov     esp, STACK3-2
        at
        ret
        fin
        fault   "RET", ACK, 0
        run
        mov     esp, STACK3-2
        at
        call    .nowhere
.nowhere:
        fin
        fault   "CALL", ACK, 0
        run
        mov     esp, STACK3-2
        at
        pusha
        fin
        fault   "PUSHA", ACK, 0
        flags   2
        run
        mov     eax, [SCRATCH+1]
        fin
        nofault "without AC"
        ring0
        flags   AC
        run
        mov     eax, [SCRATCH+1]
        fin
        nofault "at level 0"
        ring1
        flags   AC
        run
        mov     eax, [SCRATCH+1]
        fin
        nofault "at level 1"
        v86     AC|IOPL3
        run     16
        mov     bx, 101h
        at
        mov     ax, [bx]
        fin
        fault   "in virtual-8086 mode", ACK, 0
        mov     eax, cr0
        and     eax, ~AM
        mov     cr0, eax
        ring3
        flags   AC
        run
        mov     eax, [SCRATCH+1]
        fin
        nofault "without AM"
        mov     eax, cr0
        or      eax, AM
        mov     cr0, eax
        ring3
        flags   AC
        gate    31h, C32, stubs+31h*8, 0EEh
        mov     dword [TSS+4], TSS_STACK0-2
        run
        int     31h
        at
        fin
        fault   "the processor's own stores at level 0 are not checked", 31h, 0
        scene
        end_since
        ret

; lock_ok name, instruction; lock_ud name, instruction
%macro lock_ok 2+
        run
        mov     edi, SCRATCH
        xor     eax, eax
        db      0F0h
        %2
        fin
        nofault %1
%endmacro
%macro lock_ud 2+
        run
        mov     edi, SCRATCH
        xor     eax, eax
        at
        db      0F0h
        %2
        fin
        fault   %1, UD, 0
%endmacro

lock_allowed:
        group   "LOCK allowed"
        scene
        lock_ok "ADD", add [edi], eax
        lock_ok "ADC", adc [edi], al
        lock_ok "SUB", sub word [edi], 1
        lock_ok "SBB", sbb [edi], eax
        lock_ok "AND", and [edi], eax
        lock_ok "OR", or [edi], eax
        lock_ok "XOR", xor [edi], eax
        lock_ok "INC", inc dword [edi]
        lock_ok "DEC", dec byte [edi]
        lock_ok "NOT", not dword [edi]
        lock_ok "NEG", neg dword [edi]
        lock_ok "BTS", bts [edi], eax
        lock_ok "BTR", btr dword [edi], 3
        lock_ok "BTC", btc [edi], eax
        lock_ok "XCHG", xchg [edi], eax
        until   M386
        lock_ok "BT", bt [edi], eax     ; 80386 PRM, LOCK; the others do not list it
        end_since
        since   M486
        lock_ok "XADD", xadd [edi], eax
        lock_ok "CMPXCHG", cmpxchg [edi], eax
        end_since
        since   MPENTIUM
        lock_ok "CMPXCHG8B", cmpxchg8b [edi]
        end_since
        ret

lock_refused:
        group   "LOCK refused"
        scene
        lock_ud "ADD to a register", add eax, [edi]
        lock_ud "ADD of registers", add eax, ecx
        lock_ud "ADD to EAX", add eax, 12345678h
        lock_ud "INC of a register", inc ecx
        lock_ud "NOT of a register", not ecx
        ours                            ; QEMU 7.2 crashes
        lock_ud "BTS of a register", bts ecx, eax
        end_since
        lock_ud "XCHG of registers", xchg ecx, edx
        lock_ud "CMP", cmp [edi], eax
        lock_ud "TEST", test [edi], eax
        since   M486
        lock_ud "BT", bt [edi], eax
        end_since
        lock_ud "MOV", mov [edi], eax
        lock_ud "MOV from memory", mov eax, [edi]
        lock_ud "SHL", shl dword [edi], 1
        lock_ud "MUL", mul dword [edi]
        lock_ud "PUSH", push dword [edi]
        lock_ud "POP", pop dword [edi]
        ours                            ; QEMU does it
        lock_ud "CALL", call [edi]
        end_since
        lock_ud "NOP", nop
        lock_ud "STOSD", stosd
        lock_ud "BSF", bsf eax, [edi]
        lock_ud "SHLD", shld [edi], eax, 1
        ours                            ; QEMU does it
        lock_ud "LGDT", lgdt [edi]
        end_since
        lock_ud "ESC", fninit
        lock_ud "CLI", cli
        lock_ud "INT3", int3
        ours
        lock_ud "HLT", hlt
        end_since
        ring3
        lock_ud "HLT at level 3", hlt
        ret

; Instructions are at most 15 bytes long.
lengths:
        group   "length"
        scene
        run
        times 14 db 3Eh
        nop
        fin
        nofault "14 prefixes"
        run
        times 15 db 3Eh
        nop
        fin
        fault   "15 prefixes", GP, 0
        run
        times 5 db 3Eh
        mov     dword [SCRATCH], 12345678h
        fin
        nofault "15 bytes with an immediate"
        run
        times 6 db 3Eh
        mov     dword [SCRATCH], 12345678h
        fin
        fault   "16 bytes with an immediate", GP, 0
        run
        times 15 db 3Eh
        db      0Fh, 0Bh
        fin
        fault   "comes before an invalid opcode", GP, 0
        run
        times 16 db 66h
        nop
        fin
        fault   "operand size prefixes", GP, 0
        run_real
        times 15 db 3Eh
        nop
        fin
        fault   "in real mode", GP, 0
        ret

; undefined name, bytes
%macro undefined 2+
        run
        mov     eax, SCRATCH
        at
        db      %2
        times 4 nop
        fin
        fault   %1, UD, 0
%endmacro
%macro defined 2+
        run
        mov     eax, SCRATCH
        db      %2
        fin
        nofault %1
%endmacro

invalid:
        group   "invalid opcodes"
        scene
        undefined "0F 0B, UD2", 0Fh, 0Bh
        undefined "0F B9, UD1", 0Fh, 0B9h, 0
        undefined "0F FF", 0Fh, 0FFh, 0C0h
        undefined "0F 04", 0Fh, 04h
        undefined "0F 0A", 0Fh, 0Ah
        undefined "0F 0C", 0Fh, 0Ch
        undefined "0F 36", 0Fh, 36h
        undefined "0F A6 (80386 on)", 0Fh, 0A6h, 0
        undefined "0F 00 /6", 0Fh, 00h, 30h
        undefined "0F 00 /7", 0Fh, 00h, 38h
        undefined "0F 01 /5", 0Fh, 01h, 28h
        undefined "0F BA /0", 0Fh, 0BAh, 00h, 0
        undefined "0F BA /3", 0Fh, 0BAh, 18h, 0
        undefined "FE /2", 0FEh, 10h
        undefined "FE /7", 0FEh, 38h
        undefined "FF /7", 0FFh, 38h
        undefined "8F /1", 8Fh, 08h
        undefined "C6 /1", 0C6h, 08h, 0
        undefined "C7 /7 of memory", 0C7h, 38h, 0, 0, 0, 0
        since   MPRO
        defined "0F 1F, NOP r/m", 0Fh, 1Fh, 0
        end_since
        until   MPENTIUM
        undefined "0F 1F", 0Fh, 1Fh, 0
        end_since
        defined "82 is 80", 82h, 0C0h, 0
        defined "D0 /6 is SHL", 0D0h, 0F0h
        defined "F6 /1 is TEST", 0F6h, 0C8h, 0
        defined "D6, SALC", 0D6h
        ring3
        undefined "0F 0B at level 3", 0Fh, 0Bh, 90h
        ring0
        ret

invalid_registers:
        group   "register operands"
        scene
        undefined "LEA", 8Dh, 0C0h
        undefined "LES", 0C4h, 0C0h
        undefined "LDS", 0C5h, 0C0h
        undefined "LSS", 0Fh, 0B2h, 0C0h
        undefined "LFS", 0Fh, 0B4h, 0C0h
        undefined "LGS", 0Fh, 0B5h, 0C0h
        undefined "BOUND", 62h, 0C0h
        undefined "CALL FAR", 0FFh, 0D8h
        undefined "JMP FAR", 0FFh, 0E8h
        undefined "SGDT", 0Fh, 01h, 0C7h
        undefined "SIDT", 0Fh, 01h, 0CFh
        undefined "LGDT", 0Fh, 01h, 0D7h
        undefined "LIDT", 0Fh, 01h, 0DFh
        undefined "MOV to CS", 8Eh, 0C8h
        undefined "MOV to segment register 6", 8Eh, 0F0h
        undefined "MOV to segment register 7", 8Eh, 0F8h
        undefined "MOV from segment register 6", 8Ch, 0F0h
        undefined "MOV from CR1", 0Fh, 20h, 0C8h
        undefined "MOV to CR7", 0Fh, 22h, 0F8h
        ret

; Instructions that exist in protected mode only.
%macro undefined_real 2+
        run_real
        at
        %2
        fin
        fault   %1, UD, 0
%endmacro
invalid_real:
        group   "real mode"
        scene
        undefined_real "LLDT", lldt ax
        undefined_real "LTR", ltr ax
        undefined_real "SLDT", sldt ax
        undefined_real "STR", str ax
        undefined_real "VERR", verr ax
        undefined_real "VERW", verw ax
        undefined_real "LAR", lar ax, bx
        undefined_real "LSL", lsl ax, bx
        undefined_real "ARPL", arpl ax, bx
        bits    32
        group   "virtual-8086 mode"
        v86     IOPL3
        run     16
        arpl    ax, bx
        fin
        fault   "ARPL", UD, 0
        run     16
        lar     ax, bx
        fin
        fault   "LAR", UD, 0
        run     16
        sldt    ax
        fin
        fault   "SLDT", UD, 0
        scene
        ret

arithmetic:
        group   "divide error"
        scene
        run
        mov     eax, 5
        mov     edx, 6
        xor     ecx, ecx
        at
        div     ecx
        fin
        fault   "DIV by 0: the address of the DIV", DE_, 0
        is      "DIV by 0: EAX stays", [t_eax], 5
        is      "DIV by 0: EDX stays", [t_edx], 6
        bits_are "is a fault: RF is set in the image", [t_flags], RF, RF
        run
        mov     eax, 0FFFFh
        mov     ecx, 1
        at
        div     cl
        fin
        fault   "DIV r8, quotient of more than 8 bits", DE_, 0
        run
        mov     edx, 1
        mov     ecx, 1
        at
        div     ecx
        fin
        fault   "DIV r32, quotient of more than 32 bits", DE_, 0
        run
        mov     eax, 80000000h
        cdq
        mov     ecx, -1
        at
        idiv    ecx
        fin
        fault   "IDIV of the least number by -1", DE_, 0
        run
        mov     eax, -128
        mov     ecx, 1
        idiv    cl
        fin
        nofault "IDIV r8: -128 is a quotient"
        run
        mov     eax, -128
        mov     ecx, -1
        at
        idiv    cl
        fin
        fault   "IDIV r8: +128 is not", DE_, 0
        run
        db      0D4h, 0                 ; AAM 0
        fin
        fault   "AAM 0", DE_, 0
        run
        xor     ecx, ecx
        at
        db      3Eh
        div     dword [ds:SCRATCH+100h]
        fin
        fault   "the address is that of the prefix", DE_, 0
        run_real
        xor     cx, cx
        at
        div     cx
        fin
        fault   "in real mode", DE_, 0
        group   "BOUND"
        mov     dword [SCRATCH], 10
        mov     dword [SCRATCH+4], 20
        run
        mov     eax, 10
        bound   eax, [SCRATCH]
        mov     eax, 20
        bound   eax, [SCRATCH]
        fin
        nofault "the bounds are inside"
        run
        mov     eax, 21
        at
        bound   eax, [SCRATCH]
        fin
        fault   "above: a fault", BR_, 0
        run
        mov     eax, 9
        at
        bound   eax, [SCRATCH]
        fin
        fault   "below", BR_, 0
        run
        mov     eax, -1
        at
        bound   eax, [SCRATCH]
        fin
        fault   "is signed", BR_, 0
        ring3
        run
        mov     eax, 9
        at
        bound   eax, [SCRATCH]
        fin
        fault   "the DPL of the gate does not count", BR_, 0
        ring0
        group   "INTO"
        run
        mov     al, 7Fh
        inc     al
        into
        at
        fin
        fault   "with OF: a trap behind it", OF_, 0
        run
        xor     eax, eax
        into
        fin
        nofault "without OF"
        gate    OF_, C32, stubs+OF_*8, 8Eh
        ring3
        run
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "the DPL of the gate counts", GP, OF_*8+2
        scene
        ring0
        group   "INT3"
        run
        int3
        at
        fin
        fault   "a trap behind it", BP_, 0
        run
        db      0CDh, 3
        at
        fin
        fault   "INT 3 in two bytes", BP_, 0
        ret

        align   4
features: dd    0

%include "end.inc"
