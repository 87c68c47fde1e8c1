; CR0, CR4 and EFLAGS: the coprocessor bits and what they do, LMSW, reserved bits (SDM
; volume 3, chapter 2).
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

        bits    32
main:
        call    coprocessor
        jmp     control

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

%include "end.inc"
