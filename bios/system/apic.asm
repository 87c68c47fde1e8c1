; The local APIC of a Pentium and later: after a reset the request line of the interrupt controllers ends at its input
; LINT0, which is masked. POST connects it through ("virtual wire mode").
;
; Sources: Intel MultiProcessor Specification 1.4, 3.6.2.2 and appendix A; Pentium Pro Family Developer's Manual,
; volume 3, 7.4 (registers).

APIC_SVR        equ 0FEE000F0h          ; spurious interrupt vector
APIC_LINT0      equ 0FEE00350h
APIC_LINT1      equ 0FEE00360h
APIC_ENABLED    equ 10Fh                ; on; a spurious interrupt counts as one on IRQ 7
LVT_NMI         equ 400h
LVT_EXTINT      equ 700h                ; the vector comes from the 8259A
CPUID_APIC      equ 200h                ; EDX of leaf 1; clear while the APIC is switched off

; apic_init: DS = BIOS data area. Changes everything but DS.
apic_init:
        ebda    es
        test    byte [es:eb_board], BOARD_CPUID
        jz      .none
cpu 586
        mov     eax, 1
        cpuid
        test    edx, CPUID_APIC
        jz      .none
        mov     eax, APIC_SVR
        mov     ebx, APIC_ENABLED
        call    .write
        mov     eax, APIC_LINT0
        mov     ebx, LVT_EXTINT
        call    .write
        mov     eax, APIC_LINT1
        mov     ebx, LVT_NMI
; .write: EBX to the register EAX, as a block move: real mode does not reach it. Changes AX, CX, DX, SI, DI, ES.
.write:
        push    ebx
        mov     dx, sp                  ; SS is 0: a physical address
        mov     cx, 30h/2
.clear:
        push    word 0
        loop    .clear
        mov     si, sp
        mov     word [ss:si+GDT_SOURCE], 0FFFFh
        mov     [ss:si+GDT_SOURCE+2], dx
        mov     byte [ss:si+GDT_SOURCE+5], DESC_DATA
        mov     word [ss:si+GDT_DEST], 0FFFFh
        mov     [ss:si+GDT_DEST+2], eax ; base 23-0, and the access byte in place of 31-24
        mov     byte [ss:si+GDT_DEST+5], DESC_DATA
        shr     eax, 24
        mov     [ss:si+GDT_DEST+7], al
        push    ss
        pop     es
        mov     cx, 2
        mov     ah, 87h
        int     15h
        cli
        add     sp, 30h+4
.none:
        ret
cpu 8086
