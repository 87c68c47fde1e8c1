; What happens between instructions: interrupt shadows, repeated instructions and
; interrupts, code that changes code (SDM volume 3, sections 6.8, 8.1.3, 11.6),
; and what the mode bits of CR0 and the A20 gate do to them.
%include "boot.inc"
%include "frame32.inc"

IRQ0            equ 20h
BIG             equ 200000h             ; two blocks of a megabyte
BIG_SIZE        equ 100000h

; ours ... end_since: not on QEMU, which does not come back from it.
%macro ours 0
%push since
        cmp     byte [host], 1
        jne     near %$skip
%endmacro

        bits    32
main:
        call    shadow
        call    repeat
        call    modify
        call    modify_paged
        call    unreal
        call    a20
        call    coprocessor
        call    status_word
        jmp     control

shadow:
        group   "STI"
        scene
        call    irq0
        run
        sti
        nop
        at
        nop
        nop
        fin
        fault   "interrupts one instruction later", IRQ0, 0
        bits_are "the image has IF", [t_flags], IF, IF
        bits_are "an interrupt gate clears it", [t_hflags], IF, 0
        call    no_irq0
        call    irq0
        run
        sti
        sti
        at
        nop
        nop
        fin
        fault   "a second one does not hold off any more", IRQ0, 0
        call    no_irq0
        group   "IF"
        call    irq0
        run
        pushfd
        or      dword [esp], IF
        popfd
        at
        nop
        fin
        fault   "POPF interrupts at once", IRQ0, 0
        call    no_irq0
        call    irq0
        flags   IF
        run
        nop
        fin
        fault   "IRET interrupts at once", IRQ0, 0
        flags   2
        call    no_irq0
        call    irq0
        ring3
        flags   IF
        run
        nop
        fin
        fault   "at level 3", IRQ0, 0
        call    no_irq0
        call    irq0
        v86     IF
        run     16
        nop
        fin
        fault   "in virtual-8086 mode", IRQ0, 0
        ring0
        call    no_irq0
        call    irq0
        run_real
        sti
        nop
        at
        nop
        fin
        fault   "STI in real mode", IRQ0, 0
        call    no_irq0

        group   "MOV SS"
        scene
        call    irq0
        run
        mov     eax, ss
        sti
        mov     ss, ax
        nop
        at
        nop
        nop
        fin
        fault   "interrupts one instruction later", IRQ0, 0
        call    no_irq0
        call    irq0
        run
        push    ss
        sti
        pop     ss
        nop
        at
        nop
        nop
        fin
        fault   "POP SS too", IRQ0, 0
        call    no_irq0
        call    irq0
        mov     [SCRATCH+4], ss
        run
        mov     [SCRATCH], esp
        sti
        lss     esp, [SCRATCH]
        at
        nop
        nop
        fin
        fault   "LSS does not need it", IRQ0, 0
        call    no_irq0
        call    irq0
        run
        mov     eax, ds
        sti
        mov     ds, ax
        at
        nop
        nop
        fin
        fault   "other segment registers do not", IRQ0, 0
        call    no_irq0
        call    irq0
        v86     IOPL3
        run     16
        mov     ax, ss
        sti
        mov     ss, ax
        nop
        at
        nop
        fin
        fault   "in virtual-8086 mode", IRQ0, 0
        ring0
        jmp     no_irq0

; soon: an interrupt request in about a millisecond. Changes EAX.
soon:
        mov     ecx, 1200
; request: an interrupt request in ECX ticks of 1.193182 MHz. Changes EAX.
request:
        mov     al, 30h
        out     43h, al
        mov     al, cl
        out     40h, al
        mov     al, 0FEh
        out     21h, al
        mov     al, ch
        out     40h, al
        ret

; A repeated instruction that an interrupt stops between two iterations.
repeat:
        group   "REP and interrupts"
        scene
        gate    IRQ0, C32, rep_handler, 8Eh
        mov     edi, BIG
        mov     ecx, BIG_SIZE/4
        xor     eax, eax
.fill:
        stosd
        add     eax, 12345679h
        loop    .fill
        mov     dword [rep_stops], 0
        flags   IF
        run
        mov     ecx, 60
        call    request
        mov     esi, BIG
        mov     edi, BIG+BIG_SIZE
        mov     ecx, BIG_SIZE
        mov     [rep_ip], dword .movsb
        cld
.movsb:
        rep     movsb
        fin
        cmp     dword [rep_stops], 0
        setne   [SCRATCH]
        is8     "MOVSB is interrupted", [SCRATCH], 1
        is      "ECX, ESI and EDI agree", [rep_bad_regs], 0
        is      "RF is set in the image", [rep_bad_rf], 0
        is      "ECX is 0 at the end", [t_ecx], 0
        is      "ESI at the end", [t_esi], BIG+BIG_SIZE
        is      "EDI at the end", [t_edi], BIG+2*BIG_SIZE
        mov     esi, BIG
        mov     edi, BIG+BIG_SIZE
        mov     ecx, BIG_SIZE/4
        repe    cmpsd
        mov     [SCRATCH], ecx
        sete    [SCRATCH+4]
        is8     "all is copied", [SCRATCH+4], 1
        call    no_irq0
        mov     edi, BIG+BIG_SIZE
        mov     ecx, BIG_SIZE/4
        xor     eax, eax
        rep     stosd
        mov     dword [rep_stops], 0
        run
        mov     ecx, 60
        call    request
        mov     [rep_ip], dword .scasb
        cld
        mov     al, 1
        mov     edi, BIG+BIG_SIZE
        mov     esi, BIG
        mov     ecx, BIG_SIZE
.scasb:
        repne   scasb
        fin
        is      "SCASB goes on to its end", [t_edi], BIG+2*BIG_SIZE
        is      "SCASB: ECX", [t_ecx], 0
        call    no_irq0
        scene
        ret
rep_handler:
        push    eax
        push    ebx
        mov     al, 20h
        out     20h, al
        mov     eax, [esp+8]
        cmp     eax, [rep_ip]
        jne     .out                    ; before or behind it
        inc     dword [rep_stops]
        mov     eax, esi
        add     eax, ecx
        sub     eax, BIG+BIG_SIZE
        cmp     dword [rep_ip], repeat.scasb
        je      .no_si
        or      [rep_bad_regs], eax
.no_si:
        mov     eax, edi
        add     eax, ecx
        sub     eax, BIG+2*BIG_SIZE
        or      [rep_bad_regs], eax
        cmp     ecx, BIG_SIZE           ; none done yet: an ordinary boundary
        je      .out
        test    dword [esp+16], RF
        jnz     .out
        or      byte [rep_bad_rf], 1
.out:
        push    ecx
        mov     ecx, 60
        call    request
        pop     ecx
        pop     ebx
        pop     eax
        iretd

; On P6 and Pentium a store is seen by the very next instruction; before, only a
; jump made it so (SDM volume 3, 11.6).
modify:
        group   "self-modifying code"
        scene
        since   MPENTIUM
        run
        mov     dword [.b1], 40404040h  ; INC EAX
        xor     eax, eax
        mov     byte [.b1+1], 90h
.b1:
        nop
        nop
        nop
        nop
        fin
        is      "a store to the second next", [t_eax], 3
        run
        xor     ebx, ebx
        mov     ecx, 10
.e1:
        mov     al, 0
        movzx   eax, al
        add     ebx, eax
        inc     byte [.e1+1]
        loop    .e1
        fin
        is      "a loop that counts in its own immediate", [t_ebx], 45
        run
        xor     eax, eax
        mov     esp, .g1+4
        push    dword 40404040h         ; four times INC EAX
.g1:
        nop
        nop
        nop
        nop
        mov     esp, STACK0
        fin
        is      "PUSH to what follows", [t_eax], 4
        run
        mov     ecx, 3
.h1:
        add     byte [.h1+6], 1         ; to the 1 itself
        loop    .h1
        movzx   eax, byte [.h1+6]
        fin
        is      "an instruction that changes itself", [t_eax], 8
        run
        call    .i1
        mov     byte [.i1+1], 2
        call    .i1
        jmp     short .i2
.i1:
        mov     bl, 1
        ret
.i2:
        fin
        is8     "a procedure called again", [t_ebx], 2
        end_since
        ret

modify_paged:
        group   "code through other addresses"
        scene
        paging
        ; two pages of one memory
        pte     1, WIN_PHYS|7
        mov     eax, cr3
        mov     cr3, eax
        mov     dword [WIN], 0C300B0h   ; mov al, 0 / ret
        since   MPENTIUM
        run
        mov     ecx, WIN
        call    ecx
        mov     byte [WIN+1000h+1], 7
        call    ecx
        fin
        is8     "written through an alias", [t_eax], 7
        run
        mov     ecx, WIN
        mov     byte [WIN_PHYS+1], 8
        call    ecx
        fin
        is8     "written at its physical address", [t_eax], 8
        end_since
        mov     dword [WIN_PHYS+2000h], 0C309B0h
        run
        mov     ecx, WIN
        call    ecx
        mov     bl, al
        mov     dword [PWIN], WIN_PHYS+2000h|7
        mov     eax, cr3
        mov     cr3, eax
        call    ecx
        fin
        is8     "another page behind the same address", [t_eax], 9
        since   M486
        mov     byte [WIN_PHYS+1], 8
        run
        mov     dword [PWIN], WIN_PHYS|7
        invlpg  [WIN]
        mov     ecx, WIN
        call    ecx
        fin
        is8     "the first page again, by INVLPG", [t_eax], 8
        end_since
        ; an instruction across two pages that do not follow each other
        pte     0, WIN_PHYS+3000h|7
        pte     1, WIN_PHYS+5000h|7
        mov     eax, cr3
        mov     cr3, eax
        mov     byte [WIN_PHYS+3FFFh], 0B8h     ; mov eax, 12345678h
        mov     dword [WIN_PHYS+5000h], 12345678h
        mov     byte [WIN_PHYS+5004h], 0C3h
        run
        mov     ecx, WIN+0FFFh
        call    ecx
        fin
        is      "an instruction in two pages", [t_eax], 12345678h
        since   MPENTIUM
        run
        mov     ecx, WIN+0FFFh
        call    ecx
        mov     ebx, eax
        mov     byte [WIN+1003h], 0AAh
        call    ecx
        fin
        is      "a store to its second page", [t_eax], 0AA345678h
        end_since
        scene
        ret

; Real mode with the limits that protected mode left (SDM volume 3, 9.9.2).
unreal:
        group   "real mode limits"
        scene
        mov     dword [BIG], 12345678h
        mov     word [real_segs], D32
        run_real
        mov     ebx, BIG
        mov     eax, [ebx]
        fin
        nofault "a big segment stays big"
        is      "what is read there", [t_eax], 12345678h
        run_real
        mov     ax, 1000h
        mov     ds, ax
        mov     ebx, BIG-10000h
        mov     eax, [ebx]
        fin
        is      "a load in real mode changes only the base", [t_eax], 12345678h
        run_real
        mov     ebx, 0FFFFh
        mov     eax, [ebx]
        fin
        nofault "a doubleword across 64 KB"
        mov     word [real_segs], D16
        run_real
        mov     ebx, 10000h
        at
        mov     eax, [ebx]
        fin
        fault   "64 KB is the limit otherwise", GP, 0
        run_real
        mov     ebx, 0FFFFh
        at
        mov     ax, [ebx]
        fin
        fault   "a word at FFFF", GP, 0
        run_real
        mov     al, [0FFFFh]
        fin
        nofault "a byte at FFFF"
        run_real
        mov     ebp, 0FFFFh
        at
        mov     ax, [bp]
        fin
        fault   "a word at SS:FFFF", SS_, 0
        run_real
        mov     bx, 0FFFFh
        mov     al, [bx+2]
        fin
        nofault "16-bit addresses wrap"
        ret

; The A20 gate, by port 92h: with it off, bit 20 of physical addresses is 0.
a20:
        group   "A20"
        scene
        mov     dword [SCRATCH], 11111111h
        mov     dword [SCRATCH+100000h], 22222222h
        mov     eax, [SCRATCH]
        mov     [.low], eax
        is      "on: two memories", [.low], 11111111h
        call    .off
        mov     eax, [SCRATCH+100000h]
        mov     dword [SCRATCH+100004h], 33333333h
        call    .on
        mov     [.low], eax
        is      "off: reads wrap", [.low], 11111111h
        is      "off: writes wrap", [SCRATCH+4], 33333333h
        mov     eax, [SCRATCH+100000h]
        mov     [.low], eax
        is      "the memory above kept its own", [.low], 22222222h
        mov     dword [SCRATCH+200000h], 44444444h
        call    .off
        mov     ebx, [SCRATCH+200000h]
        mov     ecx, [SCRATCH+300000h]
        call    .on
        mov     [.low], ebx
        mov     [.high], ecx
        is      "off: the third megabyte is itself", [.low], 44444444h
        is      "off: the fourth is the third", [.high], 44444444h
        ; code
        mov     dword [SCRATCH+10h], 0C301B0h   ; mov al, 1 / ret
        mov     dword [SCRATCH+100010h], 0C302B0h
        run
        mov     ecx, SCRATCH+100010h
        call    ecx
        mov     bl, al
        call    .off
        call    ecx
        mov     bh, al
        call    .on
        call    ecx
        fin
        is8     "on: code", [t_ebx], 2
        is8     "off: code", [t_ebx+1], 1
        is8     "on again: code", [t_eax], 2
        ; behind paging
        paging
        pte     0, SCRATCH+100000h|7
        mov     eax, cr3
        mov     cr3, eax
        mov     eax, [WIN]
        call    .off
        mov     ebx, [WIN]
        call    .on
        mov     [.low], ebx
        is      "off: it is the physical address that wraps", [.low], 11111111h
        scene
        mov     dword [100000h+SCRATCH-20000h], 55555555h
        run_real
        mov     ax, 0FFFFh
        mov     ds, ax
        mov     eax, [10h+SCRATCH-20000h]
        fin
        is      "on: FFFF:0010 is 1 MB", [t_eax], 55555555h
        ret
.off:
        push    eax
        in      al, 92h
        and     al, 0FCh
        out     92h, al
        pop     eax
        ret
.on:
        push    eax
        in      al, 92h
        and     al, 0FEh
        or      al, 2
        out     92h, al
        pop     eax
        ret
        align   4
.low:   dd      0
.high:  dd      0

; Device not available (SDM volume 3, 2.5, table 2-2).
MP              equ 2
EM              equ 4
TS_             equ 8
; esc_is and wait_is CR0 bits, name, vector
%macro esc_is 3
        mov     eax, [base_cr0]
        and     eax, ~(MP|EM|TS_)
        or      eax, %1
        mov     cr0, eax
        run
        nop
        at
        fnstsw  ax
        fin
        fault   %2, %3, 0
%endmacro
%macro wait_is 3
        mov     eax, [base_cr0]
        and     eax, ~(MP|EM|TS_)
        or      eax, %1
        mov     cr0, eax
        run
        nop
        at
        wait
        fin
        fault   %2, %3, 0
%endmacro

coprocessor:
        scene
        and     dword [base_cr0], ~(MP|EM|TS_)
        fninit
        group   "ESC"
        esc_is  0, "no bit", NONE
        esc_is  MP, "MP", NONE
        esc_is  TS_, "TS", NM
        esc_is  TS_|MP, "TS, MP", NM
        esc_is  EM, "EM", NM
        esc_is  EM|MP, "EM, MP", NM
        esc_is  EM|TS_, "EM, TS", NM
        esc_is  EM|TS_|MP, "EM, TS, MP", NM
        group   "WAIT"
        wait_is 0, "no bit", NONE
        wait_is MP, "MP", NONE
        wait_is TS_, "TS", NONE
        wait_is TS_|MP, "TS, MP", NM
        wait_is EM, "EM", NONE
        wait_is EM|MP, "EM, MP", NONE
        wait_is EM|TS_, "EM, TS", NONE
        wait_is EM|TS_|MP, "EM, TS, MP", NM
        group   "#NM"
        mov     eax, [base_cr0]
        or      eax, TS_
        mov     cr0, eax
        run
        at
        db      3Eh
        fld     dword [SCRATCH]
        fin
        fault   "the address is that of the first prefix", NM, 0
        mov     eax, cr0
        or      eax, TS_
        mov     cr0, eax
        run
        fninit
        fin
        fault   "FNINIT too", NM, 0
        mov     eax, cr0
        or      eax, TS_
        mov     cr0, eax
        run
        fld     dword [ds:12345678h]
        fin
        fault   "before the operand is looked at", NM, 0
        mov     eax, cr0
        or      eax, TS_
        mov     cr0, eax
        ring3
        run
        fnop
        fin
        fault   "at level 3", NM, 0
        ring0
        mov     eax, cr0
        or      eax, TS_|MP
        mov     cr0, eax
        run
        clts
        fnop
        wait
        mov     eax, cr0
        fin
        nofault "CLTS clears TS"
        bits_are "and nothing else", [t_eax], MP|EM|TS_, MP
        scene
        run
        call    S_TSSB:0
        fin
        bits_are "a task switch sets TS", [t_cr0], TS_, TS_
        ret

status_word:
        group   "SMSW"
        scene
        mov     dword [SCRATCH], 0FFFFFFFFh
        smsw    [SCRATCH]
        mov     eax, cr0
        mov     [SCRATCH+4], ax
        mov     word [SCRATCH+6], 0FFFFh
        is      "stores 16 bits to memory", [SCRATCH], [SCRATCH+4]
        ring3
        run
        smsw    ax
        fin
        nofault "at any level"
        bits_are "shows PE", [t_eax], 1, 1
        v86     2
        run     16
        smsw    ax
        fin
        nofault "in virtual-8086 mode"
        group   "LMSW"
        scene
        run
        mov     ax, 0Fh
        lmsw    ax
        mov     ebx, cr0
        fin
        bits_are "sets MP, EM, TS", [t_ebx], 0Fh, 0Fh
        run
        xor     eax, eax
        lmsw    ax
        mov     ebx, cr0
        fin
        bits_are "clears MP, EM, TS but not PE", [t_ebx], 0Fh, 1
        run
        mov     ebx, cr0
        mov     eax, 0FFF1h
        lmsw    ax
        mov     ecx, cr0
        xor     ecx, ebx
        and     ecx, ~0Eh
        fin
        is      "leaves bits 31-4 alone", [t_ecx], 0
        mov     word [SCRATCH], 0Bh
        run
        lmsw    [SCRATCH]
        mov     ebx, cr0
        fin
        bits_are "from memory", [t_ebx], 0Fh, 0Bh
        v86     IOPL3
        run     16
        lmsw    ax
        fin
        fault   "not in virtual-8086 mode", GP, 0
        run     16
        clts
        fin
        fault   "nor CLTS", GP, 0
        scene
        run_real
        smsw    bx
        or      bl, 8
        lmsw    bx
        clts
        smsw    cx
        fin
        nofault "in real mode"
        bits_are "CLTS in real mode", [t_ecx], 8, 0
        ret

control:
        group   "CR0"
        scene
        ours                            ; QEMU does it
        run
        mov     eax, cr0
        and     al, 0FEh
        or      eax, 80000000h
        at
        mov     cr0, eax
        fin
        fault   "PG without PE", GP, 0
        end_since
        since   M486
        run
        mov     eax, cr0
        and     eax, ~40000000h
        or      eax, 20000000h
        at
        mov     cr0, eax
        fin
        fault   "NW without CD", GP, 0
        run
        mov     eax, cr0
        and     al, 0EFh
        mov     cr0, eax
        mov     eax, cr0
        fin
        bits_are "ET is 1 always", [t_eax], 10h, 10h
        run
        mov     eax, cr0
        or      eax, 50021h
        mov     cr0, eax
        mov     eax, cr0
        fin
        bits_are "AM, WP, NE", [t_eax], 50020h, 50020h
        end_since
        scene
        run
        mov     eax, cr0
        mov     ebx, eax
        or      eax, 0FFC0h
        mov     cr0, eax
        mov     eax, cr0
        xor     eax, ebx
        fin
        bits_are "bits 15-6 stay 0", [t_eax], 0FFC0h, 0
        run
        at
        db      0Fh, 20h, 0C8h          ; mov eax, cr1
        fin
        fault   "CR1 is an invalid opcode", UD, 0
        run
        at
        db      0Fh, 22h, 0E8h          ; mov cr5, eax
        fin
        fault   "CR5 is an invalid opcode", UD, 0
        run
        db      0Fh, 20h, 0             ; mov eax, cr0 with the ModRM of a memory operand
        fin
        nofault "the mod field does not count"
        bits_are "it is CR0 all the same", [t_eax], 1, 1
        since   MPENTIUM
        ours                            ; QEMU sets them
        run
        mov     eax, 80000000h
        at
        mov     cr4, eax
        fin
        fault   "reserved bits of CR4", GP, 0
        end_since
        end_since
        ring3
        run
        mov     eax, cr0
        fin
        fault   "at level 3", GP, 0
        run
        at
        db      0Fh, 20h, 0C8h
        fin
        fault   "CR1 at level 3 is an invalid opcode still", UD, 0
        scene
        ret

        align   4
rep_ip: dd      0
rep_stops: dd   0
rep_bad_regs: dd 0
rep_bad_rf: dd  0

%include "end.inc"
