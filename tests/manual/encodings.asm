; How single instructions may be written, and the exceptions that they raise by
; themselves: alignment checks, LOCK, lengths, invalid opcodes, divide errors, BOUND,
; INTO and INT3 (SDM volume 2; volume 3, chapter 6 and section 8.1.2).
%include "boot.inc"
%include "frame32.inc"

AM              equ 40000h              ; CR0

        bits    32
main:
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
; Alignment checks (SDM volume 3, table 6-7).
alignment:
        until   M386
        group   "alignment"
        scene
        ring3
        flags   AC
        run
        mov     eax, [SCRATCH+1]
        fin
        nofault "the 80386 checks none"
        end_since
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
        lea     eax, [SCRATCH+1]
        fin
        nofault "LEA"
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
        mov     dword [SCRATCH], 5
        lock_ok "INC at first", inc dword [edi]
        is      "which is done", [SCRATCH], 6
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
        ring3
        lock_ok "at level 3 with IOPL 0", inc dword [edi]
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
        lock_ud "JMP", jmp short $+2
        lock_ud "MOVS", movsb
        lock_ud "IN", in al, 61h
        lock_ud "MOV from CR0", mov eax, cr0
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
        run
        times 7 db 67h
        db      66h
        times 4 db 2Eh
        nop
        fin
        nofault "any mixture of prefixes"
        run
        times 20 db 2Eh
        nop
        fin
        fault   "prefixes without an end", GP, 0
        v86     0
        run     16
        times 15 db 3Eh
        nop
        fin
        fault   "in virtual-8086 mode", GP, 0
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
        undefined "0F 26", 0Fh, 26h, 0C0h
        undefined "0F 36", 0Fh, 36h
        undefined "0F AA, RSM outside of SMM", 0Fh, 0AAh
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
        run
        mov     eax, cr0
        db      0Fh, 20h, 3             ; MOV EBX, CR0 whatever mod is
        fin
        nofault "MOV from CR0 with mod = 0 is a register"
        mov     edx, [t_eax]
        is      "EBX has it", [t_ebx], edx
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
        undefined "MOV from segment register 7", 8Ch, 0F8h
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

%include "end.inc"
