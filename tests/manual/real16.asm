; The 80286 and what later processors do as it does: real mode, then 16-bit
; protected mode (80286 Programmer's Reference Manual, chapters 5 to 9; SDM volume
; 3, chapter 20). The order matters: an 80286 does not come back from protected
; mode.
%include "boot.inc"
        cpu     286

; Memory
GDT             equ 20000h              ; selectors 0-0FFh
IDT             equ 20400h              ; vectors 0-3Fh
TSS             equ 21000h
TSSB            equ 21100h
LDT             equ 21200h
LIVE            equ 2000h               ; segment of these tables
SCRATCH         equ 22000h
STACK0          equ 7A00h
STACK3          equ 7400h
TSS_STACK0      equ 7800h
RUN_STACK       equ 7C00h

C16             equ 08h
D16             equ 10h
U_C16           equ 1Bh
U_D16           equ 23h
S_LIVE          equ 28h                 ; the tables
S_NAMES         equ 30h
S_TSS           equ 38h
S_TSSB          equ 40h
S_LDT           equ 48h
CONF            equ 50h
T0              equ 58h
T1              equ 60h
R1_C16          equ 69h
R1_D16          equ 71h

TF              equ 100h
IF              equ 200h
IOPL3           equ 3000h
NT              equ 4000h

DE_             equ 0
DB_             equ 1
BP_             equ 3
OF_             equ 4
BR_             equ 5
UD              equ 6
NM              equ 7
DF_             equ 8
TS              equ 10
NP              equ 11
SS_             equ 12
GP              equ 13
NONE            equ 0FFh

%macro NAME 1
        [section .names]
%%name: db      %1, 0
        __?SECT?__
        mov     si, %%name-names
%endmacro
%macro group 1
        NAME    %1
        mov     [group_name], si
%endmacro
%macro scene 0
        call    fresh
%endmacro
%macro ring3 0
        mov     word [ctx_cs], U_C16
        mov     word [ctx_ss], U_D16
        mov     word [ctx_sp], STACK3
        mov     word [ctx_ds], U_D16
%endmacro
%macro flags 1
        mov     word [ctx_flags], (%1)|2
%endmacro
%macro run 0
%push run
        call    run_snippet
        dw      %$after
%endmacro
%macro at 0
%define %$marked
%$at:
%endmacro
%macro fin 0
        db      0Fh, 0Bh
%$after:
%ifdef %$marked
        mov     word [at_ip], %$at
%endif
%pop
%endmacro
; fault name, vector, error code [, distance]: compared are vector and distance,
; then the error code.
%macro fault 3-4 0
        mov     ax, %3
        mov     dx, (%2)<<8|((%4)&0FFh)
        NAME    %1
        call    check_fault
%endmacro
%macro nofault 1
        fault   %1, NONE, 0
%endmacro
%macro is 3
        mov     ax, %2
        mov     dx, %3
        NAME    %1
        call    check
%endmacro
%macro bits_are 4
        mov     ax, %2
        and     ax, %3
        mov     dx, %4
        NAME    %1
        call    check
%endmacro
%macro since 1
%push since
        cmp     byte [model], %1
        jae     %%go
        jmp     near %$skip
%%go:
%endmacro
%macro until 1
%push since
        cmp     byte [model], %1
        jbe     %%go
        jmp     near %$skip
%%go:
%endmacro
%macro end_since 0
%$skip:
%pop
%endmacro
; desc selector, base, limit, access byte
%macro desc 4
        mov     word [es:(%1)&0FFF8h], %3
        mov     word [es:((%1)&0FFF8h)+2], (%2)&0FFFFh
        mov     word [es:((%1)&0FFF8h)+4], (%4)<<8|(%2)>>16
        mov     word [es:((%1)&0FFF8h)+6], 0
%endmacro
; gate vector, selector, offset, access byte
%macro gate 4
        mov     word [es:IDT-GDT+(%1)*8], %3
        mov     word [es:IDT-GDT+(%1)*8+2], %2
        mov     word [es:IDT-GDT+(%1)*8+4], (%4)<<8
%endmacro
%macro cgate 5
        mov     word [es:%1], %3
        mov     word [es:%1+2], %2
        mov     word [es:%1+4], (%4)<<8|(%5)
%endmacro

program:
        jmp     start

puts:                                   ; DS:SI
        lodsb
        test    al, al
        jz      .done
        out     0E9h, al
        jmp     puts
.done:
        ret
puts_name:                              ; SI in the names
        push    ds
        mov     ds, [names_seg]
        call    puts
        pop     ds
        ret
puthex:                                 ; AX
        mov     dx, ax
        mov     cx, 4
.digit:
        rol     dx, 4
        mov     al, dl
        and     al, 0Fh
        add     al, '0'
        cmp     al, '9'
        jbe     .out
        add     al, 7
.out:
        out     0E9h, al
        loop    .digit
        ret
check:                                  ; AX = got, DX = want, SI = name
        mov     bx, ax
        mov     bp, dx
        mov     di, si
        mov     si, .ok
        cmp     ax, dx
        je      .line
        mov     si, .fail
.line:
        call    puts
        mov     si, [group_name]
        call    puts_name
        mov     si, .colon
        call    puts
        mov     si, di
        call    puts_name
        cmp     bx, bp
        je      .end
        mov     si, .got
        call    puts
        mov     ax, bx
        call    puthex
        mov     si, .want
        call    puts
        mov     ax, bp
        call    puthex
.end:
        mov     al, 10
        out     0E9h, al
        ret
.ok:    db      "ok ", 0
.fail:  db      "FAIL ", 0
.colon: db      ": ", 0
.got:   db      " | got ", 0
.want:  db      " want ", 0
check_fault:                            ; AX = error code, DX = vector and distance
        mov     bh, [t_vec]
        mov     bl, 0
        cmp     bh, NONE
        je      .whole
        mov     bl, [t_ip]
        sub     bl, [at_ip]
        cmp     bx, dx
        jne     .whole
        mov     bx, [t_err]             ; the rest is right: compare error codes
        mov     dx, ax
.whole:
        mov     ax, bx
        jmp     check

start:
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, RUN_STACK
        mov     al, 0FFh
        out     21h, al
        out     0A1h, al
        in      al, 92h
        or      al, 2
        and     al, 0FEh
        out     92h, al
        mov     ax, names_segment
        mov     [names_seg], ax
        ; the vectors of real mode
        mov     es, [zero]
        xor     di, di
        mov     ax, stubs
        mov     cx, 40h
        cld
.vector:
        stosw
        mov     word [es:di], 0
        inc     di
        inc     di
        add     ax, 8
        loop    .vector
        mov     ax, LIVE
        mov     es, ax
        call    real
        ; to protected mode
        xor     di, di
        mov     cx, 200h
        xor     ax, ax
        rep     stosw
        mov     si, gdt
        xor     di, di
        mov     cx, (gdt_end-gdt)/2
        rep     movsw
        lgdt    [gdtr]
        lidt    [idtr]
        smsw    ax
        or      ax, 1
        lmsw    ax
        jmp     C16:.protected
.protected:
        mov     ax, D16
        mov     ds, ax
        mov     ss, ax
        mov     sp, RUN_STACK
        mov     word [flat_ds], D16
        mov     word [live_es], S_LIVE
        mov     word [names_seg], S_NAMES
        mov     byte [protected], 1
        call    fresh
        call    protect
        mov     si, .done
        call    puts
        mov     dx, 501h
        mov     al, 0
        out     dx, al
        hlt
.done:  db      "done", 10, 0

; fresh: tables, task and context as at the start; ES = the tables.
fresh:
        cld
        mov     es, [live_es]
        cmp     byte [protected], 0
        je      .real
        xor     di, di
        mov     cx, 1000h
        xor     ax, ax
        rep     stosw
        mov     si, gdt
        xor     di, di
        mov     cx, (gdt_end-gdt)/2
        rep     movsw
        mov     di, IDT-GDT
        mov     ax, stubs
        mov     cx, 40h
.gate:
        stosw
        mov     word [es:di], C16
        mov     word [es:di+2], 8600h
        mov     word [es:di+4], 0
        add     di, 6
        add     ax, 8
        loop    .gate
        mov     byte [es:IDT-GDT+30h*8+5], 0E6h
        mov     byte [es:IDT-GDT+3*8+5], 0E6h
        mov     byte [es:IDT-GDT+4*8+5], 0E6h
        mov     word [es:TSS-GDT+2], TSS_STACK0
        mov     word [es:TSS-GDT+4], D16
        mov     word [es:TSSB-GDT+0Eh], task_end
        mov     word [es:TSSB-GDT+10h], 2
        mov     word [es:TSSB-GDT+1Ah], STACK3
        mov     word [es:TSSB-GDT+22h], D16
        mov     word [es:TSSB-GDT+24h], C16
        mov     word [es:TSSB-GDT+26h], D16
        mov     word [es:TSSB-GDT+28h], D16
        mov     ax, S_TSS
        ltr     ax
        xor     ax, ax
        lldt    ax
.real:
        mov     ax, [flat_ds]
        mov     [ctx_ss], ax
        mov     [ctx_ds], ax
        mov     word [ctx_sp], STACK0
        mov     word [ctx_flags], 2
        mov     word [ctx_cs], 0
        cmp     byte [protected], 0
        je      .out
        mov     word [ctx_cs], C16
.out:
        ret

run_snippet:
        pop     bx
        mov     ax, [bx]
        mov     [resume_ip], ax
        add     bx, 2
        mov     [run_ip], bx
        mov     [at_ip], bx
        mov     [resume_sp], sp
        mov     byte [t_vec], 0FEh
        mov     word [t_err], 0
        test    byte [ctx_cs], 3
        jnz     .outer
        mov     ss, [ctx_ss]
        mov     sp, [ctx_sp]
        jmp     .inner
.outer:
        push    word [ctx_ss]
        push    word [ctx_sp]
.inner:
        push    word [ctx_flags]
        push    word [ctx_cs]
        push    word [run_ip]
        mov     ds, [ctx_ds]
        iret

        align   8
stubs:
%assign vector 0
%rep 40h
        push    byte vector
        jmp     near trap
        align   8
%assign vector vector+1
%endrep
trap:
        push    ds
        push    ax
        pushf
        mov     ax, [cs:flat_ds]        ; the code can be read
        mov     ds, ax
        pop     word [t_hflags]
        pop     word [t_ax]
        pop     word [t_ds]
        pop     word [t_vec]
        mov     [t_hsp], sp
        mov     [t_hss], ss
        mov     [t_bx], bx
        mov     [t_cx], cx
        mov     [t_dx], dx
        mov     [t_si], si
        mov     [t_di], di
        mov     [t_bp], bp
        mov     [t_es], es
        cmp     byte [protected], 0
        je      .pop
        mov     bx, [t_vec]
        cmp     bx, 8
        je      .error
        cmp     bx, 10
        jb      .pop
        cmp     bx, 13
        ja      .pop
.error:
        pop     word [t_err]
.pop:
        pop     word [t_ip]
        pop     word [t_cs]
        pop     word [t_flags]
        test    byte [t_cs], 3
        jz      .same
        pop     word [t_sp]
        pop     word [t_ss]
.same:
        cmp     byte [t_vec], 6
        jne     .out
        mov     ax, [resume_ip]
        sub     ax, 2
        cmp     ax, [t_ip]
        jne     .out
        mov     byte [t_vec], NONE
        mov     word [t_err], 0
.out:
        mov     ss, [flat_ds]
        mov     sp, [resume_sp]
        push    word 2
        popf
        cld
        mov     es, [live_es]
        cmp     byte [protected], 0
        je      .go
        clts
.go:
        jmp     [resume_ip]
task_end:
        db      0Fh, 0Bh

        align   8
gdt:
        dw      0, 0, 0, 0
        dw      0FFFFh, 0, 9A00h, 0                     ; C16
        dw      0FFFFh, 0, 9200h, 0                     ; D16
        dw      0FFFFh, 0, 0FA00h, 0                    ; U_C16
        dw      0FFFFh, 0, 0F200h, 0                    ; U_D16
        dw      0FFFFh, GDT&0FFFFh, 9200h|GDT>>16, 0    ; S_LIVE
        dw      0FFFFh, NAMES_AT&0FFFFh, 9200h|NAMES_AT>>16, 0
        dw      2Bh, TSS&0FFFFh, 8100h|TSS>>16, 0
        dw      2Bh, TSSB&0FFFFh, 8100h|TSSB>>16, 0
        dw      3Fh, LDT&0FFFFh, 8200h|LDT>>16, 0
        dw      0FFFFh, 0, 9E00h, 0                     ; CONF
        dw      0, 0, 0, 0                              ; T0
        dw      0, 0, 0, 0                              ; T1
        dw      0FFFFh, 0, 0BA00h, 0                    ; R1_C16
        dw      0FFFFh, 0, 0B200h, 0                    ; R1_D16
gdt_end:
gdtr:   dw      0FFh
        dd      GDT
idtr:   dw      1FFh
        dd      IDT
zero:   dw      0
group_name: dw  0
names_seg: dw   0
flat_ds: dw     0
live_es: dw     LIVE
protected: db   0
        align   2
run_ip: dw      0
at_ip:  dw      0
resume_ip: dw   0
resume_sp: dw   0
ctx_cs: dw      0
ctx_ss: dw      0
ctx_sp: dw      STACK0
ctx_flags: dw   2
ctx_ds: dw      0
t_vec:  dw      0
t_err:  dw      0
t_ip:   dw      0
t_cs:   dw      0
t_flags: dw     0
t_sp:   dw      0
t_ss:   dw      0
t_hsp:  dw      0
t_hss:  dw      0
t_hflags: dw    0
t_ax:   dw      0
t_bx:   dw      0
t_cx:   dw      0
t_dx:   dw      0
t_si:   dw      0
t_di:   dw      0
t_bp:   dw      0
t_ds:   dw      0
t_es:   dw      0

real:
        group   "real mode"
        scene
        flags   IF
        run
        nop
        at
        int     30h
        fin
        fault   "INT n", 30h, 0, 2
        is      "pushes three words", [t_hsp], STACK0-6
        bits_are "IF is saved", [t_flags], IF, IF
        bits_are "IF and TF are cleared", [t_hflags], IF|TF, 0
        flags   0
        run
        int3
        fin
        fault   "INT3", BP_, 0, 1
        run
        into
        fin
        nofault "INTO without overflow"
        run
        mov     al, 7Fh
        inc     al
        at
        into
        fin
        fault   "INTO", OF_, 0, 1
        run
        xor     ax, ax
        at
        div     al
        fin
        fault   "DIV by 0: IP is the instruction's", DE_, 0
        run
        mov     ax, 9
        at
        bound   ax, [bounds]
        fin
        fault   "BOUND: IP is the instruction's", BR_, 0
        run
        mov     ax, 7
        bound   ax, [bounds]
        fin
        nofault "BOUND inside"
        run
        db      0Fh, 0FFh
        fin
        fault   "an undefined opcode", UD, 0
        run
        lldt    ax
        fin
        fault   "LLDT is not recognized in real mode", UD, 0
        run
        ltr     ax
        fin
        fault   "LTR", UD, 0
        run
        lar     ax, ax
        fin
        fault   "LAR", UD, 0
        run
        arpl    ax, ax
        fin
        fault   "ARPL", UD, 0
        run
        db      8Eh, 0C8h
        fin
        fault   "MOV CS", UD, 0
        run
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        run
        mov     bp, 0FFFFh
        at
        mov     ax, [bp]
        fin
        until   M286
        fault   "a word at SS:FFFF is 13 on the 80286", GP, 0
        end_since
        since   M386
        fault   "a word at SS:FFFF is 12", SS_, 0
        end_since
        run
        mov     di, 0FFFFh
        at
        stosw
        fin
        is      "STOSW at FFFF: vector", [t_vec], GP
        flags   TF
        run
        nop
        nop
        fin
        fault   "TF", DB_, 0, 1
        flags   TF
        run
        int     30h
        fin
        fault   "INT n clears TF", 30h, 0, 2
        flags   0
        run
        mov     ax, ss
        push    word TF|2
        popf
        at
        mov     ss, ax
        nop
        nop
        fin
        fault   "MOV SS holds the trap off for one instruction", DB_, 0, 3
        run
        pushf
        pop     ax
        fin
        until   M286
        bits_are "bits 12 to 15 are 0 in real mode", [t_ax], 0F000h, 0
        end_since
        run
        push    word 0F002h
        popf
        pushf
        pop     ax
        push    word 2
        popf
        fin
        until   M286
        bits_are "and cannot be set", [t_ax], 0F000h, 0
        end_since
        since   M386
        bits_are "bits 12 to 14 can be set", [t_ax], 0F000h, 7000h
        end_since
        run
        push    sp
        pop     ax
        fin
        is      "PUSH SP pushes SP as it was", [t_ax], STACK0
        run
        mov     cl, 33
        mov     ax, 1
        shl     ax, cl
        fin
        is      "shift counts are taken by 32", [t_ax], 2
        run
        smsw    ax
        sgdt    [SCRATCH_LOW]
        fin
        nofault "SMSW and SGDT run"
        bits_are "PE is clear", [t_ax], 1, 0
        run
        mov     ax, 0Ah
        lmsw    ax
        at
        wait
        fin
        fault   "WAIT with TS and MP", NM, 0
        run
        db      0D9h, 0D0h
        fin
        fault   "ESC with TS", NM, 0
        run
        clts
        smsw    ax
        fin
        bits_are "CLTS", [t_ax], 8, 0
        run
        mov     ax, 4
        lmsw    ax
        at
        db      0D9h, 0D0h
        fin
        fault   "ESC with EM", NM, 0
        run
        xor     ax, ax
        lmsw    ax
        fin
        run
        times 9 db 3Eh
        nop
        fin
        nofault "10 bytes"
        until   M286
        run
        times 10 db 3Eh
        nop
        fin
        fault   "11 bytes are too many for the 80286", GP, 0
        end_since
        run
        lidt    [short_idtr]
        int     30h
        fin
        lidt    [real_idtr]
        is      "INT n beyond the limit of the IDT: vector", [t_vec], GP
        mov     ax, 0FFFFh
        push    es
        mov     es, ax
        mov     word [es:10h], 1234h
        pop     es
        run
        mov     ax, 0FFFFh
        mov     es, ax
        mov     bx, [es:10h]
        fin
        is      "FFFF:0010 is at 1 MB", [t_bx], 1234h
        group   "real mode, IRQ"
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        fault   "through the vector table", 8, 0
        is      "pushes three words", [t_hsp], STACK0-6
        flags   0
        call    irq0
        run
        nop
        sti
        nop
        at
        nop
        fin
        call    no_irq0
        fault   "one instruction behind STI", 8, 0
        ret
; The timer's interrupt waits at the PIC, as the BIOS has set it up: vector 8.
irq0:
        mov     al, 30h                 ; counter 0, mode 0: one edge
        out     43h, al
        mov     al, 8
        out     40h, al
        mov     al, 0
        out     40h, al
        mov     al, 0FEh
        out     21h, al
        mov     al, 0Ah                 ; read the request register
        out     20h, al
.wait:
        in      al, 20h
        test    al, 1
        jz      .wait
        ret
no_irq0:
        mov     al, 20h
        out     20h, al
        mov     al, 0FFh
        out     21h, al
        ret
bounds: dw      5, 8
short_idtr: dw  20h*4-1
        dd      0
real_idtr: dw   3FFh
        dd      0
SCRATCH_LOW     equ 7000h

protect:
        group   "segments"
        scene
%macro load 5
        run
        mov     ax, %3
        at
        mov     %2, ax
        fin
        fault   %1, %4, %5
%endmacro
        load    "null DS", ds, 0, NONE, 0
        load    "beyond the GDT", ds, 100h, GP, 100h
        load    "a TSS in DS", ds, S_TSSB, GP, S_TSSB
        desc    T0, 0, 0FFFFh, 12h
        load    "not present", ds, T0, NP, T0
        load    "stack not present", ss, T0, SS_, T0
        load    "null SS", ss, 0, GP, 0
        load    "RPL of SS", ss, D16+1, GP, D16
        load    "without an LDT", ds, 4, GP, 4
        run
        xor     ax, ax
        mov     es, ax
        at
        mov     al, [es:0]
        fin
        fault   "through a null ES", GP, 0
        desc    T0, SCRATCH, 0Fh, 92h
        run
        mov     ax, T0
        mov     es, ax
        mov     al, [es:0Fh]
        at
        mov     al, [es:10h]
        fin
        fault   "beyond the limit", GP, 0
        run
        mov     ax, T0
        mov     es, ax
        at
        mov     ax, [es:0Fh]
        fin
        fault   "across it", GP, 0
        desc    T0, SCRATCH, 0FFFh, 90h
        run
        mov     ax, T0
        mov     es, ax
        at
        mov     [es:0], al
        fin
        fault   "writing read-only data", GP, 0
        run
        mov     [cs:SCRATCH_LOW], al
        fin
        fault   "writing code", GP, 0
        desc    T0, SCRATCH-0F000h, 0EFFFh, 96h
        run
        mov     ax, T0
        mov     es, ax
        mov     al, [es:0F000h]
        at
        mov     al, [es:0EFFFh]
        fin
        fault   "expand-down", GP, 0
        run
        mov     ax, [0FFFFh]
        fin
        fault   "a word at FFFF", GP, 0
        until   M286
        desc    T0, 0, 0FFFFh, 92h
        mov     word [es:T0+6], 12C0h   ; reserved on the 80286
        mov     word [7000h], 4321h
        run
        mov     ax, T0
        mov     es, ax
        mov     bx, [es:7000h]
        fin
        is      "the fourth word of a descriptor is ignored", [t_bx], 4321h
        end_since
        group   "levels"
        ring3
        run
        hlt
        fin
        fault   "HLT at level 3", GP, 0
        is      "SP of the TSS: five words and an error code", [t_hsp], TSS_STACK0-12
        is      "saved SS", [t_ss], U_D16
        is      "saved SP", [t_sp], STACK3
        run
        cli
        fin
        fault   "CLI", GP, 0
        run
        in      al, 61h
        fin
        fault   "IN with IOPL 0", GP, 0
        flags   IOPL3
        run
        in      al, 61h
        cli
        fin
        nofault "IN and CLI with IOPL 3"
        flags   0
        run
        lmsw    ax
        fin
        fault   "LMSW", GP, 0
        run
        mov     ax, D16
        at
        mov     ds, ax
        fin
        fault   "data of level 0", GP, D16
        run
        int     30h
        fin
        fault   "INT through a gate of DPL 3", 30h, 0, 2
        run
        int     31h
        fin
        fault   "INT through a gate of DPL 0", GP, 31h*8+2
        run
        push    word 0F002h
        popf
        pushf
        pop     ax
        fin
        bits_are "POPF at level 3 keeps IOPL", [t_ax], IOPL3, 0
        scene
        run
        push    word IOPL3|NT|2
        popf
        pushf
        pop     ax
        push    word 2
        popf
        fin
        bits_are "POPF at level 0 sets IOPL and NT", [t_ax], IOPL3|NT, IOPL3|NT
        group   "gates"
        scene
        cgate   T1, C16, gate_target, 0E4h, 1
        ring3
        run
        push    word 1234h
        at
        call    T1:0
        fin
        is      "inner level: SS, SP, a parameter, CS, IP", [t_bp], TSS_STACK0-10
        is      "the parameter", [TSS_STACK0-6], 1234h
        is      "SP as it was at CALL", [TSS_STACK0-4], STACK3-2
        cgate   T1, C16, gate_return, 0E4h, 1
        run
        push    word 1234h
        call    T1:0
        mov     bx, sp
        fin
        is      "RETF n goes back out", [t_bx], STACK3
        cgate   T1, C16, gate_target, 84h, 0
        run
        call    T1:0
        fin
        fault   "DPL of the gate", GP, T1
        cgate   T1, C16, gate_target, 64h, 0
        run
        call    T1:0
        fin
        fault   "not present", NP, T1
        cgate   T1, C16, gate_target, 0E4h, 0
        run
        jmp     T1:0
        fin
        fault   "JMP to an inner level", GP, C16
        cgate   T1, R1_C16, gate_target, 0E4h, 0
        mov     word [es:TSS-GDT+8], 0
        run
        call    T1:0
        fin
        fault   "no stack for level 1", TS, 0
        scene
        run
        int     3Fh
        fin
        fault   "INT", 3Fh, 0, 2
        run
        int     40h
        fin
        fault   "beyond the IDT", GP, 202h
        gate    30h, C16, stubs, 6
        run
        int     30h
        fin
        fault   "interrupt gate not present", NP, 182h
        gate    30h, 0, stubs, 86h
        run
        int     30h
        fin
        fault   "null selector", GP, 0
        mov     byte [es:IDT-GDT+5], 0
        run
        xor     ax, ax
        at
        div     al
        fin
        fault   "#GP while delivering #DE: double fault", DF_, 0
        until   M286
        gate    30h, C16, stubs, 8Eh
        run
        int     30h
        fin
        fault   "a 32-bit gate", GP, 182h
        end_since
        run
        push    word 2
        push    word D16
        push    word 0
        at
        iret
        fin
        fault   "IRET to data", GP, D16
        ring3
        run
        push    word 2
        push    word C16
        push    word 0
        at
        iret
        fin
        fault   "IRET to an inner level", GP, C16
        group   "tasks"
        scene
        mov     word [es:TSSB-GDT+12h], 5678h
        run
        mov     ax, 1234h
        jmp     S_TSSB:0
.behind:
        nop
        fin
        is      "JMP: AX of the new task", [t_ax], 5678h
        is      "AX of the old one", [es:TSS-GDT+12h], 1234h
        is      "IP of the old one", [es:TSS-GDT+0Eh], .behind
        bits_are "new task busy", [es:S_TSSB+4], 0FF00h, 8300h
        bits_are "old task free", [es:S_TSS+4], 0FF00h, 8100h
        scene
        run
        call    S_TSSB:0
        fin
        is      "CALL: back link", [es:TSSB-GDT], S_TSS
        bits_are "NT", [t_flags], NT, NT
        scene
        mov     word [es:TSSB-GDT+0Eh], task_return
        run
        mov     bx, 77h
        call    S_TSSB:0
        nop
        fin
        nofault "IRET returns"
        is      "with its registers", [t_bx], 77h
        bits_are "nested task free again", [es:S_TSSB+4], 0FF00h, 8100h
        scene
        run
        jmp     S_TSS:0
        fin
        fault   "busy", GP, S_TSS
        desc    T0, TSSB, 2Ah, 81h
        run
        jmp     T0:0
        fin
        fault   "limit below 2B", TS, T0
        desc    T0, TSSB, 2Bh, 1
        run
        jmp     T0:0
        fin
        fault   "not present", NP, T0
        until   M286
        desc    T0, TSSB, 67h, 89h
        run
        jmp     T0:0
        fin
        fault   "a 32-bit TSS", GP, T0
        end_since
        scene
        gate    30h, S_TSSB, 0, 85h
        run
        int     30h
        fin
        is      "task gate in the IDT", [es:TSSB-GDT], S_TSS
        group   "IRQ"
        scene
        gate    8, C16, irq_stub, 86h   ; vector 8 would be taken for a double fault
        ring3
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is      "at level 3: vector", [t_vec], 3Fh
        is      "at level 3: five words on the inner stack", [t_hsp], TSS_STACK0-10
        scene
        gate    8, S_TSSB, 0, 85h
        flags   IF
        call    irq0
        run
        nop
        fin
        call    no_irq0
        is      "through a task gate", [es:TSSB-GDT], S_TSS
        ret
irq_stub:
        push    byte 3Fh
        jmp     trap
gate_target:
        mov     bp, sp
        db      0Fh, 0Bh
gate_return:
        retf    2
task_return:
        iret

text_end:
NAMES_AT        equ 7C00h+(text_end-boot+15)/16*16
names_segment   equ NAMES_AT>>4
%include "end.inc"
