; System instructions and what the models differ in: CR0, CR4, MSRs, CPUID, TSC,
; SYSENTER (SDM volume 3, chapter 2; volume 2), alignment checks (volume 3,
; section 6.15, interrupt 17), LOCK (volume 2, LOCK; volume 3, section 8.1.2.2),
; lengths and invalid opcodes (volume 3, section 6.15, interrupts 6 and 13).
%include "boot.inc"
%include "frame32.inc"

EM              equ 4
TS_BIT          equ 8
MP              equ 2

%macro cr0_bits 2                       ; set, clear
        mov     eax, cr0
        or      eax, %1
        and     eax, ~(%2)
        mov     cr0, eax
%endmacro
; ud name, code: an invalid opcode.
%macro ud 2+
        run
        %2
        fin
        fault   %1, UD, 0
%endmacro
; runs name, code: no exception.
%macro runs 2+
        run
        %2
        fin
        nofault %1
%endmacro

        bits    32
main:
        call    coprocessor
        call    control
        call    msrs
        call    tsc
        call    identification
        call    sysenter_checks
        call    alignment
        call    locks
        call    lengths
        jmp     opcodes

coprocessor:
        group   "#NM"
        scene
        run
        cr0_bits TS_BIT, EM|MP
        at
        fnop
        fin
        fault   "TS: an x87 instruction", NM, 0
        run
        cr0_bits TS_BIT, EM|MP
        wait
        fin
        nofault "TS without MP: WAIT runs"
        run
        cr0_bits TS_BIT|MP, EM
        at
        wait
        fin
        fault   "TS and MP: WAIT", NM, 0
        run
        cr0_bits EM, TS_BIT|MP
        at
        fnop
        fin
        fault   "EM: an x87 instruction", NM, 0
        run
        cr0_bits EM|MP, TS_BIT
        wait
        fin
        nofault "EM without TS: WAIT runs"
        scene
        run
        cr0_bits TS_BIT, EM
        clts
        mov     eax, cr0
        fin
        bits_are "CLTS clears TS", [t_eax], TS_BIT, 0
        run
        cr0_bits TS_BIT, EM
        fnop
        fin
        bits_are "#NM leaves TS set", [t_cr0], TS_BIT, TS_BIT
        cr0_bits TS_BIT, EM|MP
        ring3
        run
        fnop
        fin
        fault   "at level 3", NM, 0
        v86     0
        cr0_bits TS_BIT, EM|MP
        run     16
        fnop
        fin
        fault   "in V86", NM, 0
        since   M486
        group   "x87 context"
        scene
        fninit
        fldpi
        fnsave  [SCRATCH+100h]          ; another program's
        fninit
        fld1
        gate    NM, C32, .switch, 8Eh
        run
        cr0_bits TS_BIT, EM|MP
        fstp    dword [SCRATCH]
        mov     eax, cr0
        fin
        nofault "the handler of #NM returns to the x87 instruction"
        is      "which sees the new context", [SCRATCH], 40490FDBh
        is      "the old one is saved: ST(0) high", [SCRATCH+200h+28+6], 3FFF8000h
        is16    "the old one is saved: tags", [SCRATCH+200h+8], 3FFFh
        bits_are "TS is clear", [t_eax], TS_BIT, 0
        fninit
        end_since
        ret
; Another program wants the x87 unit: changes contexts.
.switch:
        clts
        fnsave  [SCRATCH+200h]
        frstor  [SCRATCH+100h]
        iretd

control:
        group   "CR0"
        scene
        run
        xor     eax, eax
        lmsw    ax
        mov     ebx, cr0
        fin
        bits_are "LMSW does not clear PE", [t_ebx], 1, 1
        run
        mov     eax, 0Fh
        lmsw    ax
        mov     ebx, cr0
        smsw    ecx
        fin
        bits_are "LMSW sets MP, EM, TS", [t_ebx], 0Eh, 0Eh
        bits_are "SMSW shows them", [t_ecx], 0Fh, 0Fh
        scene
        ud      "MOV from CR1", db 0Fh, 20h, 0C8h
        ud      "MOV to CR5", db 0Fh, 22h, 0E8h
        since   M486
        run
        mov     eax, cr0
        and     eax, ~40000000h
        or      eax, 20000000h
        at
        mov     cr0, eax
        fin
        fault   "NW without CD", GP, 0
        end_since
        until   M486
        ud      "there is no CR4", mov eax, cr4
        end_since
        since   MPENTIUM
        group   "CR4"
        cmp     byte [host], 0          ; QEMU 7.2 never comes back
        je      .no_reserved
        run
        mov     eax, 80000000h
        at
        mov     cr4, eax
        fin
        fault   "a reserved bit", GP, 0
.no_reserved:
        run
        mov     eax, cr4
        fin
        is      "is 0 at first", [t_eax], 0
        ring3
        run
        mov     eax, cr4
        fin
        fault   "is privileged", GP, 0
        end_since
        scene
        group   "EFLAGS"
        run
        pushfd
        pop     eax
        mov     ebx, eax
        xor     eax, AC|ID
        push    eax
        popfd
        pushfd
        pop     eax
        push    ebx
        popfd
        xor     eax, ebx
        fin
        until   M386
        bits_are "the 80386 has no AC and no ID", [t_eax], AC|ID, 0
        end_since
        since   M486
        bits_are "AC can be changed", [t_eax], AC, AC
        end_since
        since   MPENTIUM
        bits_are "ID can be changed", [t_eax], ID, ID
        end_since
        run
        push    dword 0FFFFFFFFh&~TF&~NT
        popfd
        pushfd
        pop     eax
        push    dword 2
        popfd
        fin
        bits_are "bits 1, 3, 5, 15", [t_eax], 802Ah, 2
        bits_are "bits 22 to 31", [t_eax], 0FFC00000h, 0
        ret

msrs:
        group   "MSR"
        scene
        until   M486
        ud      "RDMSR", rdmsr
        ud      "WRMSR", wrmsr
        end_since
        since   MPENTIUM
        run
        mov     ecx, 12345678h
        at
        rdmsr
        fin
        fault   "RDMSR of one that is not there", GP, 0
        run
        mov     ecx, 12345678h
        at
        wrmsr
        fin
        fault   "WRMSR of one that is not there", GP, 0
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
        fault   "RDMSR in V86", GP, 0
        end_since
        since   MPRO
        ring0
        run
        mov     ecx, 175h
        mov     eax, 12345678h
        xor     edx, edx
        wrmsr
        xor     eax, eax
        rdmsr
        fin
        is      "one keeps what is written", [t_eax], 12345678h
        end_since
        ret

tsc:
        group   "TSC"
        scene
        until   M486
        ud      "RDTSC", rdtsc
        end_since
        since   MPENTIUM
        run
        rdtsc
        mov     ebx, eax
        mov     esi, edx
        mov     ecx, 100
        loop    $
        rdtsc
        sub     eax, ebx
        sbb     edx, esi
        fin
        is      "counts up", [t_edx], 0
        run
        mov     ecx, 10h
        xor     eax, eax
        xor     edx, edx
        wrmsr
        rdtsc
        fin
        is      "WRMSR sets it", [t_edx], 0
        run
        mov     ecx, 10h
        mov     eax, 7
        xor     edx, edx
        wrmsr
        rdmsr
        fin
        is      "RDMSR reads it", [t_edx], 0
        ring3
        run
        rdtsc
        fin
        nofault "RDTSC at level 3"
        mov     eax, cr4
        or      al, 4
        mov     cr4, eax
        run
        rdtsc
        fin
        fault   "RDTSC at level 3 with CR4.TSD", GP, 0
        ring0
        run
        rdtsc
        fin
        nofault "RDTSC at level 0 with CR4.TSD"
        end_since
        since   MPRO
        scene
        ring3
        run
        xor     ecx, ecx
        at
        rdpmc
        fin
        fault   "RDPMC at level 3 without CR4.PCE", GP, 0
        end_since
        ret

identification:
        group   "CPUID"
        scene
        until   M486
        ud      "is not there", cpuid
        end_since
        since   MPENTIUM
        run
        xor     eax, eax
        cpuid
        fin
        is      "GenuineIntel: EBX", [t_ebx], "Genu"
        is      "EDX", [t_edx], "ineI"
        is      "ECX", [t_ecx], "ntel"
        run
        mov     eax, 1
        cpuid
        shr     eax, 8
        and     eax, 0Fh
        fin
        movzx   edx, byte [model]
        is      "family", [t_eax], edx
        bits_are "FPU, VME, DE, PSE, TSC, MSR, CX8", [t_edx], 13Fh, 13Fh
        ring3
        run
        mov     eax, 1
        cpuid
        fin
        nofault "at level 3"
        end_since
        since   MPRO
        run
        mov     eax, 1
        cpuid
        fin
        bits_are "SEP, PGE, CMOV", [t_edx], 0A800h, 0A800h
        run
        mov     eax, 2
        cpuid
        fin
        bits_are "leaf 2: one call is enough", [t_eax], 0FFh, 1
        run
        mov     eax, 2
        cpuid
        mov     esi, edx
        mov     eax, 7FFFFFFFh
        cpuid
        xor     edx, esi
        fin
        is      "beyond the last leaf: as that one", [t_edx], 0
        end_since
        ret

; SYSENTER and SYSEXIT (SDM volume 2).
sysenter_checks:
        group   "SYSENTER"
        scene
        until   MPENTIUM
        ud      "is not there", sysenter
        ud      "nor SYSEXIT", sysexit
        end_since
        since   MPRO
%macro set_msr 2
        mov     ecx, %1
        mov     eax, %2
        xor     edx, edx
        wrmsr
%endmacro
        set_msr 174h, 0
        set_msr 175h, SCRATCH+100h
        set_msr 176h, .entry
        ring3
        run
        sysenter
        fin
        fault   "with a null IA32_SYSENTER_CS", GP, 0
        set_msr 174h, C32
        flags   IF
        run
        sysenter
        fin
        is      "goes to IA32_SYSENTER_EIP", [t_eip], .entry_end
        is16    "CS", [t_hcs], C32
        is16    "CS is level 0", [t_cs], C32
        is16    "SS is the next descriptor", [t_ebx], D32
        is      "ESP", [t_eax], SCRATCH+100h
        bits_are "clears IF", [t_flags], IF, 0
        v86     IF
        run     16
        sysenter
        fin
        is      "out of V86", [t_eip], .entry_end
        bits_are "clears VM", [t_flags], VM, 0
        ring0
        run
        sysenter
        fin
        is      "from level 0", [t_eip], .entry_end
        run_real
        sysenter
        fin
        fault   "in real mode", GP, 0
        group   "SYSEXIT"
        ring0
        run
        mov     ecx, STACK3
        mov     edx, .exit
        sysexit
        fin
        is      "goes to EDX", [t_eip], .exit_end
        is16    "CS", [t_cs], C32+16+3
        is16    "SS", [t_ss], C32+24+3
        is      "ESP is ECX", [t_esp], STACK3
        bits_are "IF stays", [t_flags], IF, 0
        ring3
        run
        sysexit
        fin
        fault   "at level 3", GP, 0
        set_msr 174h, 0
        ring0
        run
        sysexit
        fin
        fault   "with a null IA32_SYSENTER_CS", GP, 0
        end_since
        ret
.entry: mov     ebx, ss
        mov     eax, esp
.entry_end:
        ud2
.exit:  mov     ebx, ss
.exit_end:
        ud2

alignment:
        group   "#AC"
        scene
        until   M386
        ring3
        flags   AC
        runs    "the 80386 has none", mov eax, [SCRATCH+1]
        end_since
        since   M486
        cr0_bits 40000h, 0
        ring3
        flags   AC
        run
        mov     eax, [SCRATCH+1]
        fin
        fault   "a doubleword at an odd address", ACK, 0
        run
        mov     eax, [SCRATCH+2]
        fin
        fault   "a doubleword at an even one", ACK, 0
        run
        mov     ax, [SCRATCH+1]
        fin
        fault   "a word", ACK, 0
        run
        mov     [SCRATCH+3], eax
        fin
        fault   "writing", ACK, 0
        run
        mov     eax, [SCRATCH+4]
        mov     ax, [SCRATCH+2]
        mov     al, [SCRATCH+1]
        fin
        nofault "aligned ones"
        run
        lea     eax, [SCRATCH+1]
        fin
        nofault "LEA"
        mov     dword [ctx_esp], STACK3-2
        run
        push    eax
        fin
        fault   "PUSH", ACK, 0
        run
        push    ax
        fin
        nofault "PUSH of a word at an even address"
        mov     dword [ctx_esp], STACK3
        run
        mov     esi, SCRATCH+1
        mov     edi, SCRATCH+10h
        at
        movsd
        fin
        fault   "MOVS", ACK, 0
        run
        add     dword [SCRATCH+1], 1
        fin
        fault   "ADD to memory", ACK, 0
        flags   0
        runs    "not without EFLAGS.AC", mov eax, [SCRATCH+1]
        flags   AC
        ring0
        flags   AC
        runs    "not at level 0", mov eax, [SCRATCH+1]
        ring1
        flags   AC
        runs    "not at level 1", mov eax, [SCRATCH+1]
        v86     AC
        run     16
        mov     ax, [1]
        fin
        fault   "in V86", ACK, 0
        cr0_bits 0, 40000h
        ring3
        flags   AC
        runs    "not without CR0.AM", mov eax, [SCRATCH+1]
        end_since
        ret

locks:
        group   "LOCK"
        scene
        mov     dword [SCRATCH], 5
        runs    "ADD to memory", lock add dword [SCRATCH], 1
        is      "which is done", [SCRATCH], 6
        runs    "INC", lock inc dword [SCRATCH]
        runs    "NOT", lock not dword [SCRATCH]
        runs    "NEG", lock neg byte [SCRATCH]
        runs    "BTS", lock bts dword [SCRATCH], 1
        runs    "XCHG", lock xchg [SCRATCH], eax
        ud      "ADD to a register", db 0F0h, 1, 0C0h
        ud      "ADD from memory", db 0F0h, 3, 5, 0, 20h, 2, 0
        ud      "CMP", db 0F0h, 83h, 3Dh, 0, 20h, 2, 0, 0
        ud      "TEST", db 0F0h, 85h, 5, 0, 20h, 2, 0
        since   M486                    ; the 80386 allows it (80386 PRM, LOCK)
        ud      "BT", db 0F0h, 0Fh, 0BAh, 25h, 0, 20h, 2, 0, 1
        end_since
        ud      "MOV", db 0F0h, 89h, 5, 0, 20h, 2, 0
        ud      "NOP", db 0F0h, 90h
        ud      "PUSH", db 0F0h, 50h
        ud      "JMP", db 0F0h, 0EBh, 0
        ud      "MOVS", db 0F0h, 0A4h
        ud      "SHL", db 0F0h, 0D1h, 25h, 0, 20h, 2, 0
        ud      "CLI", db 0F0h, 0FAh
        ud      "IN", db 0F0h, 0E4h, 61h
        ud      "XCHG of registers", db 0F0h, 87h, 0C0h
        ud      "INC of a register", db 0F0h, 0FEh, 0C0h
        ud      "MOV CR0", db 0F0h, 0Fh, 20h, 0C0h
        since   M486
        runs    "XADD", lock xadd [SCRATCH], eax
        runs    "CMPXCHG", lock cmpxchg [SCRATCH], eax
        end_since
        since   MPENTIUM
        runs    "CMPXCHG8B", lock cmpxchg8b [SCRATCH]
        end_since
        scene
        ring3
        runs    "at level 3 with IOPL 0", lock inc dword [SCRATCH]
        ret

lengths:
        group   "length"
        scene
        run
        times 14 db 3Eh
        nop
        fin
        nofault "15 bytes"
        run
        times 15 db 3Eh
        nop
        fin
        fault   "16 bytes", GP, 0
        run
        times 11 db 66h
        mov     ax, 1234h
        fin
        nofault "15 bytes with an immediate"
        run
        times 12 db 66h
        mov     ax, 1234h
        fin
        fault   "16 bytes with an immediate", GP, 0
        run
        times 20 db 2Eh
        nop
        fin
        fault   "prefixes without an end", GP, 0
        run
        mov     byte [SCRATCH], 0
        times 7 db 67h
        db      66h
        times 4 db 2Eh
        nop
        fin
        nofault "any mixture"
        v86     0
        run     16
        times 15 db 3Eh
        nop
        fin
        fault   "16 bytes in V86", GP, 0
        run_real
        times 15 db 3Eh
        nop
        fin
        fault   "16 bytes in real mode", GP, 0
        ret

opcodes:
        group   "invalid opcode"
        scene
        ud      "UD2", db 0Fh, 0Bh
        ud      "UD1", db 0Fh, 0B9h, 0C0h
        ud      "0F 04", db 0Fh, 4
        ud      "0F 0A", db 0Fh, 0Ah
        ud      "0F FF", db 0Fh, 0FFh, 0C0h
        ud      "FE /2", db 0FEh, 0D0h
        ud      "FE /7", db 0FEh, 0F8h
        ud      "FF /7", db 0FFh, 0F8h
        ud      "CALL FAR of a register", db 0FFh, 0D8h
        ud      "JMP FAR of a register", db 0FFh, 0E8h
        ud      "8F /1", db 8Fh, 0C8h
        ud      "C6 /1", db 0C6h, 0C8h, 0
        ud      "C7 /7", db 0C7h, 0F8h, 0, 0, 0, 0
        ud      "LEA of a register", db 8Dh, 0C0h
        ud      "LES of a register", db 0C4h, 0C0h
        ud      "LDS of a register", db 0C5h, 0C0h
        ud      "LSS of a register", db 0Fh, 0B2h, 0C0h
        ud      "LFS of a register", db 0Fh, 0B4h, 0C0h
        ud      "BOUND of a register", db 62h, 0C0h
        ud      "MOV from segment register 6", db 8Ch, 0F0h
        ud      "MOV from segment register 7", db 8Ch, 0F8h
        ud      "LGDT of a register", db 0Fh, 1, 0D0h
        ud      "LIDT of a register", db 0Fh, 1, 0D8h
        ud      "SIDT of a register", db 0Fh, 1, 0C8h
        ud      "0F 00 /6", db 0Fh, 0, 0F0h
        ud      "0F 00 /7", db 0Fh, 0, 0F8h
        ud      "0F 01 /5", db 0Fh, 1, 0E8h
        ud      "0F BA /0", db 0Fh, 0BAh, 0C0h, 1
        ud      "0F BA /3", db 0Fh, 0BAh, 0D8h, 1
        ud      "0F 26", db 0Fh, 26h, 0C0h
        until   M386
        ud      "80386: BSWAP", bswap eax
        ud      "80386: CMPXCHG", cmpxchg [SCRATCH], eax
        ud      "80386: XADD", xadd [SCRATCH], eax
        ud      "80386: INVD", invd
        ud      "80386: WBINVD", wbinvd
        ud      "80386: INVLPG", invlpg [SCRATCH]
        end_since
        until   M486
        ud      "80486: CMPXCHG8B", cmpxchg8b [SCRATCH]
        end_since
        until   MPENTIUM
        ud      "Pentium: CMOV", cmovz eax, ebx
        since   M486                    ; a processor without x87 ignores it
        ud      "Pentium: FCMOV", fcmove st0, st1
        end_since
        ud      "Pentium: RDPMC", rdpmc
        end_since
        since   MPENTIUM
        ud      "MOV from TR3 is gone", db 0Fh, 24h, 0D8h
        ud      "CMPXCHG8B of a register", db 0Fh, 0C7h, 0C8h
        ud      "0F C7 /0", db 0Fh, 0C7h, 5, 0, 20h, 2, 0
        ud      "RSM outside of SMM", db 0Fh, 0AAh
        end_since
        since   MPRO
        runs    "CMOV", cmovz eax, ebx
        end_since
        runs    "SALC", db 0D6h
        runs    "82 is 80", db 82h, 0C0h, 1
        runs    "D0 /6 is SHL", db 0D0h, 0F0h
        runs    "F6 /1 is TEST", db 0F6h, 0C8h, 1
        run
        mov     eax, cr0
        db      0Fh, 20h, 3             ; MOV EBX, CR0 whatever mod is
        fin
        nofault "MOV CR0 with mod = 0 is a register"
        mov     edx, [t_eax]
        is      "EBX", [t_ebx], edx
        ret

%include "end.inc"
