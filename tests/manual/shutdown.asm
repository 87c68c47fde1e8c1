; Faults that a processor cannot deliver: shutdown (SDM volume 3, section 6.15,
; interrupt 8). The option byte says which; a line on port E9h if it goes on.
%include "boot.inc"
%include "frame32.inc"

        bits    32
main:
        scene
        mov     esi, before
        call    puts
        movzx   eax, byte [option]
        call    [.cases+eax*4]
        mov     esi, alive
        jmp     puts
.cases: dd      no_idt, no_double, bad_double, no_stack, no_stack_paged, real_idt
        [section .names]
before: db "before", 10, 0
alive:  db  "alive", 10, 0
        __?SECT?__

; The IDT is empty: #GP, #DF, and no gate for that.
no_idt:
        lidt    [.idtr]
        run
        int3
        fin
        ret
.idtr:  dw      0
        dd      IDT

; #GP, whose gate is not present, and the same for #DF.
no_double:
        mov     byte [IDT+GP*8+5], 0Eh
        mov     byte [IDT+DF_*8+5], 0Eh
        run
        mov     eax, 1F0h
        mov     ds, ax
        fin
        ret

; The gate of #DF has a selector that is not code.
bad_double:
        mov     byte [IDT+GP*8+5], 0Eh
        gate    DF_, D32, stubs, 8Eh
        run
        mov     eax, 1F0h
        mov     ds, ax
        fin
        ret

; Level 0 without room on its stack.
no_stack:
        desc    T0, SCRATCH, 0Fh, 92h, 4
        mov     dword [ctx_ss], T0
        run
        mov     esp, 4
        push    eax
        push    eax
        fin
        ret

; The same with a stack on an absent page: #PF, #PF, #DF, #PF.
no_stack_paged:
        paging
        pte     0, 0
        mov     dword [ctx_esp], WIN+2000h
        run
        mov     esp, WIN+1000h
        push    eax
        fin
        ret

; Real mode: INT n and #DF beyond the limit of the vector table.
real_idt:
        run_real
        lidt    [no_idt.idtr]
        int     30h
        fin
        ret

%include "end.inc"
