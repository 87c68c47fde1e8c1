; Paging (SDM volume 3, chapter 4; section 6.15, interrupt 14) and instructions
; that a page fault interrupts.
%include "boot.inc"
%include "frame32.inc"

P               equ 1
RW              equ 2
US              equ 4
A_BIT           equ 20h
D_BIT           equ 40h

; page n, bits: page n of the window is where it always is, with these bits.
%macro page 2
        pte     %1, (WIN_PHYS+(%1)*1000h)|(%2)
%endmacro
; reload: forgets all translations.
%macro reload 0
        mov     eax, cr3
        mov     cr3, eax
%endmacro

        bits    32
main:
        call    faults
        call    rights
        call    marks
        call    translations
        call    fetches
        call    stack_ops
        call    strings
        call    rmw
        call    system
        cmp     byte [model], MPENTIUM
        jb      .old
        call    large
.old:
        jmp     fault_in_delivery

faults:
        group   "#PF"
        scene
        paging
        page    0, 0
        page    1, RW|US
        run
        mov     eax, [WIN+123h]
        fin
        fault   "level 0 reads an absent page", PF, 0
        is      "CR2 is the linear address", [t_cr2], WIN+123h
        run
        mov     [WIN], al
        fin
        fault   "level 0 writes one", PF, 2
        ring3
        run
        mov     eax, [WIN]
        fin
        fault   "level 3 reads one", PF, 4
        run
        mov     [WIN+1000h], al
        fin
        fault   "level 3 writes one: only P counts", PF, 6
        mov     dword [PDIR+8], 0
        run
        mov     al, [800123h]
        fin
        fault   "no page table", PF, 4
        is      "CR2", [t_cr2], 800123h
        ring1
        run
        mov     eax, [WIN]
        fin
        fault   "level 1 is supervisor", PF, 0
        ring3
        page    0, P|RW
        reload
        run
        mov     eax, [WIN]
        fin
        fault   "level 3 reads a supervisor page", PF, 5
        run
        mov     [WIN], eax
        fin
        fault   "level 3 writes one", PF, 7
        page    0, P|US
        reload
        run
        mov     eax, [WIN]
        fin
        nofault "level 3 reads a read-only page"
        run
        mov     [WIN], eax
        fin
        fault   "level 3 writes a read-only page", PF, 7
        page    2, P|RW|US
        page    3, 0
        reload
        mov     dword [WIN+2FFCh], 0
        run
        mov     [WIN+2FFEh], eax
        fin
        fault   "a write across into an absent page", PF, 6
        is      "CR2 is the start of that page", [t_cr2], WIN+3000h
        is      "nothing is written to the other", [WIN+2FFCh], 0
        page    2, 0
        page    3, P|RW|US
        reload
        run
        mov     [WIN+2FFEh], eax
        fin
        fault   "a write across out of an absent page", PF, 6
        is      "CR2 is the operand's address", [t_cr2], WIN+2FFEh
        run
        mov     eax, 12345678h
        mov     eax, [WIN+2000h]
        fin
        is      "the register of a load that faults is as it was", [t_eax], 12345678h
        page    2, P|RW|US
        ret

rights:
        group   "rights"
        scene
        paging
        mov     dword [PDIR+4], PWIN|P|RW
        reload
        ring3
        run
        mov     eax, [WIN]
        fin
        fault   "supervisor directory entry, user page", PF, 5
        mov     dword [PDIR+4], PWIN|P|US
        reload
        run
        mov     eax, [WIN]
        fin
        nofault "read-only directory entry: reading"
        run
        mov     [WIN], eax
        fin
        fault   "read-only directory entry: writing", PF, 7
        mov     dword [PDIR+4], PWIN|P|US|RW
        page    0, P|US
        page    1, P
        reload
        ring0
        run
        mov     [WIN], eax
        mov     [WIN+1000h], eax
        fin
        nofault "level 0 writes read-only pages with WP = 0"
        since   M486
        mov     eax, cr0
        or      eax, 10000h
        mov     cr0, eax
        run
        mov     [WIN], eax
        fin
        fault   "level 0 writes a read-only user page with WP = 1", PF, 3
        run
        mov     [WIN+1000h], eax
        fin
        fault   "and a read-only supervisor page", PF, 3
        run
        mov     eax, [WIN]
        mov     [WIN+2000h], eax
        fin
        nofault "reading and other pages are as before"
        mov     eax, cr0
        and     eax, ~10000h
        mov     cr0, eax
        run
        mov     [WIN], eax
        fin
        nofault "WP = 0 again"
        end_since
        ring1
        run
        mov     eax, [WIN+1000h]
        fin
        nofault "level 1 reads a supervisor page"
        ret

marks:
        group   "A and D"
        scene
        paging
        mov     dword [PDIR+4], PWIN|P|RW|US
        page    0, P|RW|US
        page    1, P|RW|US
        page    2, P|RW|US
        reload
        run
        mov     eax, [WIN]
        fin
        bits_are "reading sets A of the page", [PWIN], A_BIT|D_BIT, A_BIT
        bits_are "and A of the directory entry", [PDIR+4], A_BIT|D_BIT, A_BIT
        bits_are "but not of other pages", [PWIN+4], A_BIT|D_BIT, 0
        run
        mov     [WIN], eax
        fin
        bits_are "writing behind reading sets D", [PWIN], A_BIT|D_BIT, A_BIT|D_BIT
        run
        mov     [WIN+1000h], eax
        fin
        bits_are "writing sets A and D", [PWIN+4], A_BIT|D_BIT, A_BIT|D_BIT
        bits_are "D of the directory entry is not touched", [PDIR+4], D_BIT, 0
        run
        add     dword [WIN+2000h], 1
        fin
        bits_are "so does ADD to memory", [PWIN+8], A_BIT|D_BIT, A_BIT|D_BIT
        page    3, P|US
        reload
        ring3
        run
        mov     [WIN+3000h], al
        fin
        bits_are "a write that faults does not set D", [PWIN+12], D_BIT, 0
        page    3, P|RW|US
        mov     byte [WIN_PHYS+3000h], 0C3h
        reload
        ring3
        run
        call    WIN+3000h
        fin
        bits_are "a fetch sets A only", [PWIN+12], A_BIT|D_BIT, A_BIT
        ret

translations:
        group   "translations"
        scene
        paging
        mov     dword [WIN_PHYS], 1
        mov     dword [WIN_PHYS+1000h], 2
        run
        mov     eax, [WIN]
        mov     dword [PWIN], (WIN_PHYS+1000h)|7
        mov     ecx, cr3
        mov     cr3, ecx
        mov     ebx, [WIN]
        fin
        is      "before", [t_eax], 1
        is      "MOV CR3 makes a change seen", [t_ebx], 2
        since   M486
        run
        mov     dword [PWIN], WIN_PHYS|7
        invlpg  [WIN+5]
        mov     ebx, [WIN]
        fin
        is      "so does INVLPG, for all of the page", [t_ebx], 1
        run
        db      0Fh, 1, 0F8h            ; INVLPG EAX
        fin
        fault   "INVLPG of a register", UD, 0
        page    0, 0
        reload
        run
        invlpg  [WIN]
        fin
        nofault "INVLPG of an absent page"
        end_since
        page    5, P|RW|US
        pte     6, (WIN_PHYS+5000h)|7
        reload
        run
        mov     dword [WIN+5000h], 77h
        mov     eax, [WIN+6000h]
        mov     byte [WIN+6000h], 88h
        mov     ebx, [WIN+5000h]
        fin
        is      "two linear pages of one frame", [t_eax], 77h
        is      "both ways", [t_ebx], 88h
        run
        mov     byte [WIN+5000h], 0B0h  ; MOV AL, n; RET
        mov     byte [WIN+5001h], 1
        mov     byte [WIN+5002h], 0C3h
        call    WIN+5000h
        mov     bl, al
        mov     byte [WIN+6001h], 2
        call    WIN+5000h
        fin
        is8     "code, before it changes", [t_ebx], 1
        is8     "code changed through another page", [t_eax], 2
        page    0, P|RW|US
        reload
        since   MPRO
        group   "global pages"
        mov     eax, cr4
        or      eax, 80h
        mov     cr4, eax
        page    7, P|RW|US|100h
        mov     dword [WIN_PHYS+7000h], 7
        mov     dword [WIN_PHYS+8000h], 8
        run
        mov     eax, [WIN+7000h]
        mov     dword [PWIN+7*4], (WIN_PHYS+8000h)|107h
        invlpg  [WIN+7000h]
        mov     eax, [WIN+7000h]
        mov     dword [PWIN+7*4], (WIN_PHYS+7000h)|107h
        mov     ecx, cr4
        xor     ecx, 80h
        mov     cr4, ecx
        mov     ebx, [WIN+7000h]
        fin
        is      "INVLPG drops them", [t_eax], 8
        is      "a change of CR4.PGE, too", [t_ebx], 7
        end_since
        ret

fetches:
        group   "fetch"
        scene
        paging
        mov     byte [WIN_PHYS+0FFFh], 0B8h     ; MOV EAX, n
        mov     dword [WIN_PHYS+1000h], 12345678h
        mov     word [WIN_PHYS+1004h], 0B0Fh
        page    1, 0
        reload
        run
        jmp     C32:WIN+0FFFh
        fin
        is8     "across into an absent page: vector", [t_vec], PF
        is      "error code", [t_err], 0
        is      "EIP is the instruction's start", [t_eip], WIN+0FFFh
        is      "CR2 is the start of the page", [t_cr2], WIN+1000h
        page    1, P|RW|US
        run
        jmp     C32:WIN+0FFFh
        fin
        is      "across into a page that is there", [t_eax], 12345678h
        page    1, P|RW
        reload
        ring3
        run
        jmp     near WIN+1004h
        fin
        is8     "level 3 in a supervisor page: vector", [t_vec], PF
        is      "level 3 in a supervisor page: error code", [t_err], 5
        is      "level 3 in a supervisor page: EIP", [t_eip], WIN+1004h
        page    1, 0
        reload
        run
        call    near WIN+1000h
        fin
        is      "CALL into an absent page is done", [t_esp], STACK3-4
        is      "and the fault is the target's", [t_eip], WIN+1000h
        is      "user, read", [t_err], 4
        page    0, P|RW|US
        page    1, P|RW|US
        ret

; Stacks that end on page 1 of the window; page 0 is absent.
stack_ops:
        group   "stack"
        scene
        paging
        page    0, 0
        reload
        ring3
        mov     dword [ctx_esp], WIN+1000h
        run
        push    eax
        fin
        fault   "PUSH", PF, 6
        is      "PUSH: CR2", [t_cr2], WIN+0FFCh
        is      "PUSH: ESP as it was", [t_esp], WIN+1000h
        run
        call    near .here
        fin
        fault   "CALL", PF, 6
        is      "CALL: ESP as it was", [t_esp], WIN+1000h
        run
        call    U_C32:.here
        fin
        fault   "CALL FAR", PF, 6
        is      "CALL FAR: ESP as it was", [t_esp], WIN+1000h
        mov     dword [ctx_esp], WIN+1004h
        run
        call    U_C32:.here
        fin
        fault   "CALL FAR, its second push", PF, 6
        is      "its ESP as it was", [t_esp], WIN+1004h
        is16    "its CS", [t_cs], U_C32
        mov     dword [ctx_esp], WIN+1010h
        run
        mov     eax, 1
        mov     ecx, 2
        mov     edx, 3
        mov     ebx, 4
        at
        pushad
        fin
        fault   "PUSHAD in its middle", PF, 6
        is      "PUSHAD: ESP as it was", [t_esp], WIN+1010h
        is      "PUSHAD: CR2", [t_cr2], WIN+0FFCh
        page    0, P|RW|US
        run
        mov     eax, 1
        pushad
        mov     ebx, [esp+28]
        mov     ecx, esp
        fin
        is      "PUSHAD with the page there", [t_ecx], WIN+1010h-32
        is      "PUSHAD: EAX", [t_ebx], 1
        page    0, 0
        reload
        mov     dword [ctx_esp], WIN+1010h
        run
        mov     ebp, 12345678h
        at
        enter   40h, 0
        fin
        fault   "ENTER whose frame ends on an absent page", PF, 6
        is      "ENTER: ESP as it was", [t_esp], WIN+1010h
        is      "ENTER: EBP as it was", [t_ebp], 12345678h
        mov     dword [ctx_esp], WIN+1008h
        run
        mov     ebp, WIN+1100h
        at
        enter   0, 4
        fin
        fault   "ENTER in the middle of its display", PF, 6
        is      "its ESP as it was", [t_esp], WIN+1008h
        is      "its EBP as it was", [t_ebp], WIN+1100h
        mov     dword [ctx_esp], WIN+1100h
        run
        mov     ebp, WIN+1004h
        at
        enter   0, 4
        fin
        fault   "ENTER that reads an absent page", PF, 4
        is      "ENTER: CR2", [t_cr2], WIN+0FFCh
        mov     dword [ctx_esp], WIN+0FFCh
        run
        pop     eax
        fin
        fault   "POP", PF, 4
        is      "POP: ESP as it was", [t_esp], WIN+0FFCh
        mov     dword [ctx_esp], WIN+1100h
        run
        pop     dword [WIN]
        fin
        fault   "POP to an absent page", PF, 6
        is      "ESP as before POP", [t_esp], WIN+1100h
        run
        mov     ebp, WIN+0FFCh
        at
        leave
        fin
        fault   "LEAVE", PF, 4
        is      "LEAVE: ESP as it was", [t_esp], WIN+1100h
        page    2, 0
        reload
        mov     dword [ctx_esp], WIN+1FF0h
        run
        mov     eax, 77h
        at
        popad
        fin
        fault   "POPAD in its middle", PF, 4
        is      "POPAD: registers as they were", [t_eax], 77h
        is      "POPAD: ESP as it was", [t_esp], WIN+1FF0h
        mov     dword [WIN_PHYS+1FF8h], task_end
        mov     dword [WIN_PHYS+1FFCh], U_C32
        mov     dword [ctx_esp], WIN+1FF8h
        run
        iretd
        fin
        fault   "IRETD in its middle", PF, 4
        mov     dword [ctx_esp], WIN+1FFCh
        run
        retf
        fin
        fault   "RETF in its middle", PF, 4
        is      "RETF: ESP as it was", [t_esp], WIN+1FFCh
        page    2, P|RW|US
        page    0, P|RW|US
        ret
.here:
        ud2

strings:
        group   "strings"
        scene
        paging
        page    1, 0
        reload
        mov     esi, WIN_PHYS
        mov     ecx, 1000h
.fill:
        mov     [esi], cl
        inc     esi
        loop    .fill
        ring3
        run
        mov     esi, WIN+0FF8h
        mov     edi, SCRATCH
        mov     ecx, 10h
        at
        rep     movsb
        fin
        fault   "REP MOVSB reads into an absent page", PF, 4
        is      "ECX: what is left", [t_ecx], 8
        is      "ESI: the first byte that is not there", [t_esi], WIN+1000h
        is      "EDI: behind the last written", [t_edi], SCRATCH+8
        is      "CR2", [t_cr2], WIN+1000h
        run
        mov     esi, SCRATCH
        mov     edi, WIN+0FF8h
        mov     ecx, 10h
        at
        rep     movsd
        fin
        fault   "REP MOVSD writes into one", PF, 6
        is      "ECX", [t_ecx], 0Eh
        is      "ESI", [t_esi], SCRATCH+8
        run
        mov     esi, SCRATCH
        mov     edi, WIN+0FFEh
        mov     ecx, 2
        at
        rep     movsd
        fin
        fault   "an element that crosses into one", PF, 6
        is      "is not counted", [t_ecx], 2
        run
        mov     edi, WIN+0FF0h
        mov     ecx, 100h
        mov     eax, 0AAh
        at
        rep     stosb
        fin
        fault   "REP STOSB", PF, 6
        is      "EDI", [t_edi], WIN+1000h
        is      "ECX of STOSB", [t_ecx], 0F0h
        run
        mov     edi, WIN+0FFFh
        mov     ecx, 10h
        mov     al, 0AAh
        at
        repe    scasb
        fin
        fault   "REPE SCASB", PF, 4
        is      "ECX of SCASB", [t_ecx], 0Fh
        bits_are "flags of the comparison before", [t_flags], ZF, ZF
        run
        mov     esi, WIN+1000h
        mov     edi, WIN+0FF0h
        mov     ecx, 0
        rep     movsb
        fin
        nofault "with ECX = 0 nothing is accessed"
        flags   DF
        run
        mov     esi, WIN+2001h
        mov     edi, SCRATCH+10h
        mov     ecx, 4
        at
        rep     movsb
        fin
        fault   "downwards", PF, 4
        is      "downwards: ECX", [t_ecx], 2
        is      "downwards: CR2", [t_cr2], WIN+1FFFh
        page    1, P|RW|US
        ret

rmw:
        group   "read-modify-write"
        scene
        paging
        page    0, P|US
        reload
        ring3
        run
        add     dword [WIN], 1
        fin
        fault   "ADD to a read-only page is a write", PF, 7
        run
        xchg    [WIN], eax
        fin
        fault   "XCHG", PF, 7
        run
        bts     dword [WIN], 0
        fin
        fault   "BTS", PF, 7
        run
        bt      dword [WIN], 0
        fin
        nofault "BT reads"
        run
        cmp     dword [WIN], 0
        test    [WIN], eax
        fin
        nofault "CMP and TEST read"
        run
        shl     dword [WIN], 1
        fin
        fault   "SHL", PF, 7
        since   M486
        run
        mov     eax, 0FFFFFFFFh
        mov     dword [WIN+1000h], 0
        at
        cmpxchg [WIN], ebx
        fin
        fault   "CMPXCHG writes even if it is not equal", PF, 7
        run
        xadd    [WIN], ebx
        fin
        fault   "XADD", PF, 7
        end_since
        page    1, 0
        reload
        run
        mov     eax, 8000h
        at
        bt      [WIN], eax
        fin
        fault   "BT with an index beyond the page", PF, 4
        is      "CR2 is where the bit is", [t_cr2], WIN+1000h
        page    0, P|RW|US
        page    1, P|RW|US
        ret

system:
        group   "tables"
        scene
        paging
        mov     esi, GDT                ; a GDT that only the supervisor can read
        mov     edi, WIN_PHYS
        mov     ecx, 40h
        rep     movsd
        page    0, P|RW
        reload
        lgdt    [.gdtr]
        ring3
        run
        mov     eax, U_D32
        mov     es, ax
        fin
        nofault "descriptors are read as supervisor"
        page    0, P
        reload
        desc    T0, 0, 0FFFFFh, 0F2h, 0Ch
        mov     dword [WIN_PHYS+T0], LO(0,0FFFFFh)
        mov     dword [WIN_PHYS+T0+4], HI(0,0FFFFFh,0F2h,0Ch)
        since   M486
        mov     eax, cr0
        or      eax, 10000h
        mov     cr0, eax
        run
        mov     eax, T0
        at
        mov     es, ax
        fin
        mov     eax, cr0
        and     eax, ~10000h
        mov     cr0, eax
        fault   "the accessed bit in a read-only page with WP", PF, 3
        bits_are "CR2 is in the descriptor", [t_cr2], ~7, WIN+T0
        end_since
        lgdt    [gdtr]
        page    0, 0
        reload
        ring0
        cmp     byte [host], 0          ; elsewhere it may go to real mode, and nobody comes back
        je      .no_pg
        run
        mov     eax, cr0
        and     eax, 7FFFFFFEh
        or      eax, 80000000h
        at
        mov     cr0, eax
        fin
        fault   "PG without PE", GP, 0
.no_pg:
        page    0, P|RW|US
        ret
.gdtr:  dw      GDT_LIMIT
        dd      WIN

large:
        group   "4 MB pages"
        scene
        paging
        mov     dword [WIN_PHYS], 55h
        mov     dword [PDIR+8], 80h|P|RW|US
        mov     eax, cr4
        or      al, 10h
        mov     cr4, eax
        run
        mov     eax, [800000h+WIN_PHYS]
        fin
        is      "the directory entry maps them", [t_eax], 55h
        bits_are "reading sets A", [PDIR+8], A_BIT|D_BIT, A_BIT
        run
        mov     [800000h+WIN_PHYS], eax
        fin
        bits_are "writing sets D", [PDIR+8], A_BIT|D_BIT, A_BIT|D_BIT
        mov     dword [PDIR+8], 80h|P|RW
        reload
        ring3
        run
        mov     eax, [800000h]
        fin
        fault   "a supervisor one", PF, 5
        mov     dword [PDIR+8], 80h|P|US
        reload
        run
        mov     [800000h], eax
        fin
        fault   "a read-only one", PF, 7
        mov     dword [PDIR+8], 200000h|80h|P|RW|US
        reload
        run
        mov     eax, [800000h]
        fin
        fault   "with a reserved bit", PF, 0Dh
        ring0
        mov     eax, cr4
        and     al, ~10h
        mov     cr4, eax
        mov     dword [PDIR+8], PWIN|80h|P|RW|US
        mov     dword [WIN_PHYS], 55h
        run
        mov     eax, [800000h]
        fin
        is      "without CR4.PSE the bit is ignored", [t_eax], 55h
        mov     dword [PDIR+8], 0
        ret

; The exceptions' own stack or table is on an absent page.
fault_in_delivery:
        group   "#PF in delivery"
        scene
        paging
        page    0, 0
        reload
        mov     dword [TSS+4], WIN+1000h
        gate    PF, S_TSSD, 0, 85h
        mov     dword [TSSD+20h], .task
        mov     eax, cr3
        mov     [TSSD+1Ch], eax
        ring3
        run
        nop
        at
        int     30h
        fin
        is16    "the inner stack is absent", [t_tr], S_TSSD
        is      "error code: a supervisor's write", [t_eax], 2
        is      "CR2", [t_cr2], WIN+0FFCh
        scene
        paging
        page    0, 0
        reload
        mov     dword [TSS+4], WIN+1000h
        gate    DF_, S_TSSD, 0, 85h
        mov     dword [TSSD+20h], .task
        mov     eax, cr3
        mov     [TSSD+1Ch], eax
        ring3
        run
        mov     eax, [WIN+123h]
        fin
        is16    "#PF while delivering #PF is #DF", [t_tr], S_TSSD
        is      "with error code 0", [t_eax], 0
        is      "CR2 is that of the second", [t_cr2], WIN+0FFCh
        scene
        paging
        page    0, 0
        reload
        mov     dword [TSS+4], WIN+1000h
        gate    DF_, S_TSSD, 0, 85h
        mov     dword [TSSD+20h], .task
        mov     eax, cr3
        mov     [TSSD+1Ch], eax
        ring3
        mov     byte [IDT+PF*8+5], 0Eh
        run
        mov     eax, [WIN+123h]
        fin
        is16    "#NP while delivering #PF is #DF", [t_tr], S_TSSD
        ret
.task:
        pop     eax
        ud2

%include "end.inc"
