; Segments in protected mode (SDM volume 3, chapters 3 and 5; volume 2, MOV, LAR,
; LSL, VERR, ARPL): loads, types, limits.
%include "boot.inc"
%include "frame32.inc"

; load name, register, selector, vector, error code: MOV to a segment register.
%macro load 5
        run
        mov     eax, %3
        at
        mov     %2, ax
        fin
        fault   %1, %4, %5
%endmacro

        bits    32
main:
        call    loads
        call    stack_loads
        call    tables
        call    access
        call    expand_down
        call    fetch
        call    stacks
        jmp     inspect

loads:
        group   "load DS"
        scene
        load    "a null selector may be loaded", ds, 0, NONE, 0
        load    "so may one with an RPL", ds, 3, NONE, 0
        is16    "and it stays as it was written", [t_ds], 3
        run
        xor     eax, eax
        mov     ds, ax
        at
        mov     al, [0]
        fin
        fault   "reading through a null DS", GP, 0
        run
        xor     eax, eax
        mov     es, ax
        mov     edi, SCRATCH
        at
        stosb
        fin
        fault   "writing through a null ES", GP, 0
        run
        mov     al, [fs:0]
        fin
        fault   "reading through a null FS", GP, 0
        load    "beyond the limit of the GDT", ds, 100h, GP, 100h
        load    "the last descriptor counts if all of it is inside", ds, 0F8h, GP, 0F8h
        mov     word [.gdtr], GDT_LIMIT-1
        lgdt    [.gdtr]
        desc    0F8h, 0, 0FFFFh, 92h, 0
        load    "a descriptor that is not all inside the GDT", ds, 0F8h, GP, 0F8h
        lgdt    [gdtr]
        load    "all inside", ds, 0F8h, NONE, 0
        load    "RPL is not part of the error code", ds, 103h, GP, 100h
        load    "a TSS", ds, S_TSSB, GP, S_TSSB
        load    "an LDT", ds, S_LDT, GP, S_LDT
        cgate   T0, C32, task_end, 8Ch, 0
        load    "a call gate", ds, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 98h, 0Ch
        load    "code that cannot be read", ds, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 9Ah, 0Ch
        load    "code that can be read", ds, T0, NONE, 0
        desc    T0, 0, 0FFFFFh, 90h, 0Ch
        load    "read-only data", ds, T0, NONE, 0
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        load    "not present", ds, T0, NP, T0
        is16    "a load that faults leaves the register alone", [t_ds], D32
        desc    T0, 0, 0FFFFFh, 18h, 0Ch
        load    "the type counts before the present bit", ds, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 92h, 0Ch
        load    "data with RPL 3 from level 0", ds, T0+3, GP, T0
        desc    T0, 0, 0FFFFFh, 0F2h, 0Ch
        load    "data of DPL 3 with RPL 3 from level 0", ds, T0+3, NONE, 0
        bits_are "a load sets the accessed bit", [GDT+T0+4], 0FF00h, 0F300h
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        run
        mov     eax, T0
        mov     ds, ax
        fin
        bits_are "but not one that faults", [GDT+T0+4], 0FF00h, 1200h

        desc    T0, 0, 0FFFFFh, 92h, 0Ch
        ring3
        load    "data of DPL 0 from level 3", ds, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 0D2h, 0Ch
        load    "data of DPL 2 from level 3", ds, T0+3, GP, T0
        desc    T0, 0, 0FFFFFh, 9Ah, 0Ch
        load    "nonconforming code of DPL 0 from level 3", ds, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 9Eh, 0Ch
        load    "conforming code of DPL 0 from level 3", ds, T0+3, NONE, 0
        desc    T0, 0, 0FFFFFh, 9Ch, 0Ch
        load    "conforming code that cannot be read", ds, T0+3, GP, T0
        ring1
        desc    T0, 0, 0FFFFFh, 0B2h, 0Ch
        load    "data of DPL 1 with RPL 1 from level 1", ds, T0+1, NONE, 0
        load    "data of DPL 1 with RPL 2 from level 1", ds, T0+2, GP, T0
        load    "data of DPL 1 with RPL 0 from level 1", ds, T0, NONE, 0
        ring0
        group   "load others"
        load    "ES beyond the GDT", es, 1F0h, GP, 1F0h
        load    "FS beyond the GDT", fs, 1F0h, GP, 1F0h
        load    "GS beyond the GDT", gs, 1F0h, GP, 1F0h
        run
        mov     eax, D32
        at
        db      8Eh, 0C8h               ; mov cs, ax
        fin
        fault   "MOV CS is an invalid opcode", UD, 0
        run
        mov     eax, D32
        at
        db      8Eh, 0F0h               ; mov ?, ax: register 6
        fin
        fault   "so is segment register 6", UD, 0
        run
        push    dword 1F0h
        at
        pop     fs
        fin
        fault   "POP FS", GP, 1F0h
        mov     dword [SCRATCH], 12345678h
        mov     word [SCRATCH+4], 1F0h
        run
        mov     eax, 1
        at
        les     eax, [SCRATCH]
        fin
        fault   "LES", GP, 1F0h
        is      "LES that faults leaves its register alone", [t_eax], 1
        mov     word [SCRATCH+4], 3
        run
        lfs     eax, [SCRATCH]
        fin
        is      "LFS with a null selector loads its register", [t_eax], 12345678h
        run
        lss     eax, [SCRATCH]
        fin
        fault   "LSS with a null selector", GP, 0
        run
        mov     eax, 1F0h
        at
        mov     ds, ax
        fin
        is      "EAX is as it was behind a fault", [t_eax], 1F0h
        run
        mov     eax, 0FFFFFFFFh
        mov     eax, ds
        fin
        since   MPRO
        is      "MOV r32 from a segment register clears the upper half", [t_eax], D32
        end_since
        ret
.gdtr:  dw      0
        dd      GDT

stack_loads:
        group   "load SS"
        scene
        load    "a null selector", ss, 0, GP, 0
        load    "RPL is not CPL", ss, D32+1, GP, D32
        desc    T0, 0, 0FFFFFh, 0F2h, 0Ch
        load    "DPL is not CPL", ss, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 90h, 0Ch
        load    "read-only data", ss, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 9Ah, 0Ch
        load    "code", ss, T0, GP, T0
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        load    "not present is a stack fault", ss, T0, SS_, T0
        load    "beyond the GDT", ss, 1F0h, GP, 1F0h
        load    "a system segment", ss, S_LDT, GP, S_LDT
        desc    T0, 0, 0, 96h, 0Ch
        load    "expand-down data", ss, T0, NONE, 0
        run
        push    dword 0
        at
        pop     ss
        fin
        fault   "POP SS, null", GP, 0
        ring3
        load    "DPL 0 from level 3", ss, D32+3, GP, D32
        load    "RPL 0 from level 3", ss, U_D32&0FFF8h, GP, U_D32&0FFF8h
        load    "DPL 3, RPL 3 from level 3", ss, U_D32, NONE, 0
        ret

tables:
        group   "LDT"
        scene
        load    "without an LDT", ds, 7, GP, 4
        mov     ax, S_LDT
        lldt    ax
        ldesc   0, 0, 0FFFFFh, 92h, 0Ch
        load    "its first descriptor is not a null one", ds, 4, NONE, 0
        ldesc   8, 0, 0FFFFFh, 12h, 0Ch
        load    "not present: the error code has the table bit", ds, 0Ch, NP, 0Ch
        load    "beyond its limit", ds, 44h, GP, 44h
        load    "stack not present", ss, 0Ch, SS_, 0Ch
        ldesc   8, 1000h, 0FFFFFh, 92h, 0Ch
        mov     dword [SCRATCH+10h], 12345678h
        run
        mov     eax, 0Ch
        mov     es, ax
        mov     ebx, [es:SCRATCH+10h-1000h]
        fin
        is      "base of a descriptor in it", [t_ebx], 12345678h
        run
        xor     eax, eax
        lldt    ax
        mov     ebx, [es:SCRATCH+10h]
        at
        mov     eax, 4
        mov     ds, ax
        fin
        fault   "LLDT with a null selector makes it invalid", GP, 4, 5
        run
        mov     eax, C32
        at
        lldt    ax
        fin
        fault   "LLDT of a code segment", GP, C32
        run
        mov     eax, S_TSSB
        at
        lldt    ax
        fin
        fault   "LLDT of a TSS", GP, S_TSSB
        run
        mov     eax, S_LDT+4
        at
        lldt    ax
        fin
        fault   "LLDT of a selector in the LDT", GP, S_LDT+4
        desc    T0, LDT, 3Fh, 02h, 0
        run
        mov     eax, T0
        at
        lldt    ax
        fin
        fault   "LLDT not present", NP, T0
        run
        mov     eax, 1F0h
        at
        lldt    ax
        fin
        fault   "LLDT beyond the GDT", GP, 1F0h

        group   "LTR"
        scene
        bits_are "sets the busy bit", [GDT+S_TSS+4], 0FF00h, 8B00h
        run
        mov     eax, S_TSS
        at
        ltr     ax
        fin
        fault   "of a busy TSS", GP, S_TSS
        run
        xor     eax, eax
        at
        ltr     ax
        fin
        fault   "of a null selector", GP, 0
        run
        mov     eax, C32
        at
        ltr     ax
        fin
        fault   "of a code segment", GP, C32
        run
        mov     eax, 64h
        at
        ltr     ax
        fin
        fault   "of a selector in the LDT", GP, 64h
        desc    T0, TSSB, 67h, 9, 0
        run
        mov     eax, T0
        at
        ltr     ax
        fin
        fault   "not present", NP, T0
        run
        mov     eax, S_TSSC
        ltr     ax
        fin
        nofault "a 16-bit TSS"
        bits_are "16-bit becomes busy", [GDT+S_TSSC+4], 0FF00h, 8300h

        group   "privileged"
        scene
        ring3
        run
        lgdt    [gdtr]
        fin
        fault   "LGDT", GP, 0
        run
        lidt    [idtr]
        fin
        fault   "LIDT", GP, 0
        run
        lldt    ax
        fin
        fault   "LLDT", GP, 0
        run
        ltr     ax
        fin
        fault   "LTR", GP, 0
        run
        lmsw    ax
        fin
        fault   "LMSW", GP, 0
        run
        clts
        fin
        fault   "CLTS", GP, 0
        run
        hlt
        fin
        fault   "HLT", GP, 0
        run
        mov     eax, cr0
        fin
        fault   "MOV from CR0", GP, 0
        run
        mov     cr3, eax
        fin
        fault   "MOV to CR3", GP, 0
        run
        mov     eax, dr0
        fin
        fault   "MOV from DR0", GP, 0
        run
        mov     dr7, eax
        fin
        fault   "MOV to DR7", GP, 0
        since   M486
        run
        invd
        fin
        fault   "INVD", GP, 0
        run
        wbinvd
        fin
        fault   "WBINVD", GP, 0
        run
        invlpg  [0]
        fin
        fault   "INVLPG", GP, 0
        end_since
        run
        sgdt    [SCRATCH]
        sidt    [SCRATCH+8]
        sldt    [SCRATCH+10h]
        str     [SCRATCH+12h]
        smsw    [SCRATCH+14h]
        fin
        nofault "but not SGDT, SIDT, SLDT, STR, SMSW"
        is16    "SGDT stores the limit", [SCRATCH], GDT_LIMIT
        is      "SGDT stores the base", [SCRATCH+2], GDT
        is      "SIDT stores the base", [SCRATCH+0Ah], IDT
        is16    "STR stores the selector", [SCRATCH+12h], S_TSS
        ring1
        run
        clts
        fin
        fault   "CLTS at level 1", GP, 0
        ret

; T0 is a data segment at SCRATCH of 16 bytes.
access:
        group   "limits"
        scene
        desc    T0, SCRATCH, 0Fh, 92h, 4
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:0Fh]
        fin
        nofault "a byte at the limit"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:10h]
        fin
        fault   "a byte beyond it", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     ax, [es:0Fh]
        fin
        fault   "a word across it", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     [es:0Dh], eax
        fin
        fault   "a doubleword across it", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        mov     [es:0Ch], eax
        fin
        nofault "a doubleword up to it"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     eax, [es:0FFFFFFFFh]
        fin
        fault   "a doubleword across 4 GB", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        mov     edi, 8
        mov     ecx, 3
        at
        rep     stosd
        fin
        fault   "REP STOSD beyond it", GP, 0
        is      "REP STOSD has done what fits", [t_ecx], 1
        is      "REP STOSD stands at what does not", [t_edi], 10h
        run
        mov     eax, T0
        mov     es, ax
        lea     eax, [es:1000h]
        fin
        nofault "LEA accesses nothing"
        desc    T0, SCRATCH, 0, 92h, 0Ch
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:0FFFh]
        fin
        nofault "with G the low 12 bits of an offset are not checked"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:1000h]
        fin
        fault   "with G, limit 0 is a page", GP, 0
        group   "types"
        scene
        desc    T0, SCRATCH, 0FFFh, 90h, 4
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:0]
        at
        mov     [es:0], al
        fin
        fault   "writing read-only data", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        inc     byte [es:0]
        fin
        fault   "INC of read-only data", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        mov     edi, 0
        mov     esi, SCRATCH
        at
        movsb
        fin
        fault   "MOVS to read-only data", GP, 0
        desc    T0, SCRATCH, 0FFFh, 9Ah, 4
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:0]
        at
        mov     [es:0], al
        fin
        fault   "writing code", GP, 0
        run
        mov     [cs:SCRATCH], al
        fin
        fault   "writing through CS", GP, 0
        run
        mov     al, [cs:SCRATCH]
        fin
        nofault "reading through CS"
        desc    T0, 0, 0FFFFFh, 98h, 0Ch
        mov     dword [ctx_cs], T0
        run
        mov     al, [cs:SCRATCH]
        fin
        fault   "reading through CS without R", GP, 0
        run
        nop
        fin
        nofault "running it is all that it is for"
        ret

; Expand-down segments (SDM volume 3, section 5.3).
expand_down:
        group   "expand-down"
        scene
        desc    T0, SCRATCH-0F000h, 0EFFFh, 96h, 0
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:0F000h]
        fin
        nofault "the first byte above the limit"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:0EFFFh]
        fin
        fault   "the byte at the limit", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     ax, [es:0EFFFh]
        fin
        fault   "a word across the limit", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:0]
        fin
        fault   "offset 0", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        mov     ax, [es:0FFFEh]
        fin
        nofault "the top word"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     ax, [es:0FFFFh]
        fin
        fault   "without B the top is FFFF", GP, 0
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:10000h]
        fin
        fault   "without B nothing is above it", GP, 0
        desc    T0, SCRATCH-10000h, 0EFFFh, 96h, 4
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:10000h]
        fin
        nofault "with B the top is 4 GB"
        desc    T0, SCRATCH-2000h, 0, 96h, 0Ch
        run
        mov     eax, T0
        mov     es, ax
        mov     al, [es:1000h+1000h]
        fin
        nofault "with G the limit ends with FFF"
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:0FFFh]
        fin
        fault   "which is outside", GP, 0
        desc    T0, SCRATCH-1000h, 0FFFFFh, 96h, 0Ch
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     al, [es:1000h]
        fin
        fault   "limit FFFFFFFF leaves nothing", GP, 0
        desc    T0, SCRATCH-1000h, 0FFFh, 94h, 0Ch
        run
        mov     eax, T0
        mov     es, ax
        at
        mov     [es:2000000h], al
        fin
        fault   "a read-only one cannot be written", GP, 0
        ret

; Limits of code segments. T1 is code that ends behind .last.
fetch:
        group   "fetch"
        scene
        mov     word [fetch+100000h], 0B0Fh     ; UD2: where a processor without limits ends
        mov     word [100000h], 0B0Fh
        desc    T1, 0, 0, 9Ah, 4
        mov     word [GDT+T1], .end-1
        run
        jmp     T1:.last
        nop
        fin
        is8     "behind the last byte: vector", [t_vec], GP
        is      "behind the last byte: EIP is that of what is not there", [t_eip], .end
        run
        at
        jmp     T1:.end
        fin
        fault   "JMP FAR beyond the limit", GP, 0
        run
        jmp     T1:.near
        fin
        is8     "JMP NEAR beyond the limit: vector", [t_vec], GP
        is      "JMP NEAR beyond the limit: EIP is the jump's", [t_eip], .near
        run
        mov     eax, 100000h
        jmp     T1:.indirect
        fin
        is8     "JMP EAX beyond the limit: vector", [t_vec], GP
        is      "JMP EAX beyond the limit: EIP is the jump's", [t_eip], .indirect
        run
        push    dword 100000h
        jmp     T1:.return
        fin
        is8     "RET beyond the limit: vector", [t_vec], GP
        is      "RET beyond the limit: EIP is the return's", [t_eip], .return
        run
        mov     eax, STACK0
        jmp     T1:.call
        fin
        is8     "CALL beyond the limit: vector", [t_vec], GP
        is      "CALL beyond the limit: ESP is as it was", [t_hesp], STACK0-16
        mov     word [GDT+T1], .across
        run
        jmp     T1:.across
        fin
        is8     "an instruction across the limit: vector", [t_vec], GP
        is      "an instruction across the limit: EIP is its start", [t_eip], .across
        ret
.near:
        jmp     near fetch+100000h
.indirect:
        jmp     eax
.return:
        ret
.call:
        call    fetch+100000h
.across:
        mov     eax, 12345678h
.last:
        nop
.end:
        ud2

; Stack limits at level 3, whose handlers have another stack. T2 is a stack of
; 16 bytes at SCRATCH.
stacks:
        group   "stack"
        scene
        desc    T2, SCRATCH, 0Fh, 0F2h, 4
        ring3
        mov     dword [ctx_ss], T2+3
        mov     dword [ctx_esp], 2
        run
        push    eax
        fin
        fault   "PUSH below 0", SS_, 0
        is      "a PUSH that faults leaves ESP alone", [t_esp], 2
        mov     dword [ctx_esp], 0Eh
        run
        pop     eax
        fin
        fault   "POP across the limit", SS_, 0
        is      "a POP that faults leaves ESP alone", [t_esp], 0Eh
        run
        pop     ax
        fin
        nofault "POP up to the limit"
        mov     dword [ctx_esp], 10h
        run
        mov     ebp, 0Dh
        at
        mov     eax, [ebp]
        fin
        fault   "EBP means SS", SS_, 0
        run
        mov     eax, [ds:ebp]
        fin
        nofault "but not with an override"
        run
        mov     al, [esp]
        fin
        fault   "ESP means SS", SS_, 0
        run
        mov     al, [ss:10h]
        fin
        fault   "an SS override", SS_, 0
        mov     dword [ctx_esp], 0Ch
        run
        pusha
        fin
        fault   "PUSHA over the end", SS_, 0
        is      "PUSHA that faults leaves ESP alone", [t_esp], 0Ch
        run
        popa
        fin
        fault   "POPA over the end", SS_, 0
        mov     dword [ctx_esp], 8
        run
        mov     ebp, 10h
        at
        enter   8, 0
        fin
        fault   "ENTER without room for its frame", SS_, 0
        is      "ENTER that faults leaves ESP alone", [t_esp], 8
        is      "ENTER that faults leaves EBP alone", [t_ebp], 10h
        run
        mov     ebp, 10h
        at
        leave
        fin
        fault   "LEAVE", SS_, 0
        is      "LEAVE that faults leaves ESP alone", [t_esp], 8
        mov     dword [ctx_esp], 2
        run
        call    $+5
        fin
        fault   "CALL without room", SS_, 0
        run
        call    U_C32:task_end
        fin
        fault   "CALL FAR without room", SS_, 0
        mov     dword [ctx_esp], 0Eh
        mov     dword [SCRATCH+0Eh], task_end   ; where a processor without limits goes
        run
        ret
        fin
        fault   "RET", SS_, 0
        mov     dword [ctx_esp], 0Ch
        run
        retf
        fin
        fault   "RETF", SS_, 0
        mov     dword [ctx_esp], 8
        run
        iretd
        fin
        fault   "IRETD", SS_, 0
        desc    T2, SCRATCH, 0FFFFh, 0F2h, 0
        mov     dword [ctx_ss], T2+3
        mov     dword [ctx_esp], 0
        mov     dword [SCRATCH+0FFFCh], 0
        run
        push    dword 12345678h
        fin
        nofault "a 16-bit stack wraps from 0"
        is      "to the top", [SCRATCH+0FFFCh], 12345678h
        is16    "SP", [t_esp], 0FFFCh
        mov     dword [ctx_esp], 12340002h
        run
        push    dword 0
        fin
        fault   "but no operand does", SS_, 0
        desc    T2, SCRATCH-0F000h, 0EFFFh, 0F6h, 0
        mov     dword [ctx_esp], 0F002h
        run
        push    ax
        at
        push    ax
        fin
        fault   "an expand-down stack ends above its limit", SS_, 0
        is16    "with what fits done", [t_esp], 0F000h
        ; B of SS decides between SP and ESP, not the operand size
        scene
        ring3
        mov     dword [ctx_ss], U_D16
        mov     dword [ctx_esp], STACK16
        run
        mov     esp, 12340000h+STACK16
        push    eax
        mov     ebx, esp
        fin
        is      "a 16-bit stack leaves the upper half of ESP", [t_ebx], 12340000h+STACK16-4
        ret

inspect:
        group   "LAR"
        scene
        run
        mov     eax, C32
        lar     ebx, eax
        setz    cl
        fin
        is8     "code: ZF", [t_ecx], 1
        bits_are "code: rights", [t_ebx], 0F0FF00h, 0C09B00h
        run
        mov     eax, S_TSSB
        xor     ebx, ebx
        lar     bx, ax
        fin
        bits_are "TSS: rights with a 16-bit operand", [t_ebx], 0FFFFFFh, 8900h
        cgate   T0, C32, 0, 8Eh, 0
        run
        mov     eax, T0
        mov     ebx, 77h
        lar     ebx, eax
        setz    cl
        fin
        is8     "not of an interrupt gate", [t_ecx], 0
        is      "and the register stays", [t_ebx], 77h
        cgate   T0, C32, 0, 8Ch, 0
        run
        mov     eax, T0
        lar     ebx, eax
        setz    cl
        fin
        is8     "of a call gate", [t_ecx], 1
        cgate   T0, S_TSSB, 0, 85h, 0
        run
        mov     eax, T0
        lar     ebx, eax
        setz    cl
        fin
        is8     "of a task gate", [t_ecx], 1
        run
        xor     eax, eax
        lar     ebx, eax
        setz    cl
        fin
        is8     "not of a null selector", [t_ecx], 0
        run
        mov     eax, 1F0h
        lar     ebx, eax
        setz    cl
        fin
        nofault "beyond the GDT is no fault"
        is8     "but ZF = 0", [t_ecx], 0
        desc    T0, 0, 0FFFFFh, 12h, 0Ch
        run
        mov     eax, T0
        lar     ebx, eax
        setz    cl
        fin
        is8     "of a segment that is not present", [t_ecx], 1
        ring3
        run
        mov     eax, C32
        lar     ebx, eax
        setz    cl
        fin
        is8     "not of DPL 0 from level 3", [t_ecx], 0
        run
        mov     eax, CONF
        lar     ebx, eax
        setz    cl
        fin
        is8     "but of conforming code", [t_ecx], 1
        ring0
        run
        mov     eax, D32+3
        lar     ebx, eax
        setz    cl
        fin
        is8     "RPL counts", [t_ecx], 0
        group   "LSL"
        run
        mov     eax, C16
        lsl     ebx, eax
        fin
        is      "of a limit in bytes", [t_ebx], 0FFFFh
        run
        mov     eax, C32
        lsl     ebx, eax
        fin
        is      "of a limit in pages", [t_ebx], 0FFFFFFFFh
        run
        mov     eax, S_TSSB
        lsl     ebx, eax
        setz    cl
        fin
        is      "of a TSS", [t_ebx], 67h
        cgate   T0, C32, 0, 8Ch, 0
        run
        mov     eax, T0
        lsl     ebx, eax
        setz    cl
        fin
        is8     "not of a gate", [t_ecx], 0
        group   "VERR, VERW"
        run
        mov     eax, D32
        verr    ax
        setz    cl
        verw    ax
        setz    ch
        fin
        is16    "data", [t_ecx], 101h
        run
        mov     eax, C32
        verr    ax
        setz    cl
        verw    ax
        setz    ch
        fin
        is16    "code can be read, not written", [t_ecx], 1
        desc    T0, 0, 0FFFFFh, 90h, 0Ch
        run
        mov     eax, T0
        verr    ax
        setz    cl
        verw    ax
        setz    ch
        fin
        is16    "read-only data", [t_ecx], 1
        desc    T0, 0, 0FFFFFh, 98h, 0Ch
        run
        mov     eax, T0
        verr    ax
        setz    cl
        fin
        is8     "code that cannot be read", [t_ecx], 0
        run
        mov     eax, S_LDT
        verr    ax
        setz    cl
        fin
        is8     "no system segment", [t_ecx], 0
        ring3
        run
        mov     eax, D32
        verr    ax
        setz    cl
        fin
        is8     "not DPL 0 from level 3", [t_ecx], 0
        run
        mov     eax, CONF
        verr    ax
        setz    cl
        fin
        is8     "but conforming code", [t_ecx], 1
        group   "ARPL"
        run
        mov     eax, 10h
        mov     ebx, 3
        arpl    ax, bx
        setz    cl
        fin
        is16    "raises the RPL", [t_eax], 13h
        is8     "and says so", [t_ecx], 1
        run
        mov     eax, 13h
        mov     ebx, 1
        arpl    ax, bx
        setz    cl
        fin
        is16    "never lowers it", [t_eax], 13h
        is8     "and says that", [t_ecx], 0
        ret

%include "end.inc"
