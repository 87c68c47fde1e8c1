; PCI BIOS: INT 1Ah AH=B1h, the same through BIOS32 for protected mode, and what POST does with PCI.
;
; Sources: PCI BIOS Specification 2.1 (functions, return codes); Standard BIOS 32-bit Service Directory Proposal 0.4
; (Phoenix, 1993); PCI Local Bus Specification 2.1, 3.2.2.3 (configuration mechanism 1).

PCI_SET_FAILED  equ 88h
PCI_TOO_SMALL   equ 89h
PCI_BAD_FUNC    equ 81h
PCI_BAD_VENDOR  equ 83h
PCI_NOT_FOUND   equ 86h
PCI_BAD_REG     equ 87h
PCI_BUSES       equ 1                   ; buses that the functions 02h and 03h look at

; One body for both modes: registers and ports only, no data, no absolute address. Function in AL, parameters as in the
; specification. Out: AH = code, CF. All registers that are not results are kept.
cpu 386
%macro pci_body 1
        cmp     al, 01h
        je      %%present
        cmp     al, 02h
        je      %%find_device
        cmp     al, 03h
        je      %%find_class
        cmp     al, 0Eh
        je      %%routing
        cmp     al, 0Fh
        je      %%route
        cmp     al, 08h
        jb      %%bad
        cmp     al, 0Dh
        ja      %%bad
        ; 08h-0Ah read, 0Bh-0Dh write byte, word, dword: BX = bus and device, DI = register
        cmp     di, 255
        ja      %%bad_reg
        push    edx
        call    %%address
        mov     dx, di
        and     dx, 3
        add     dx, PCI_DATA
        cmp     al, 08h
        je      %%read_byte
        cmp     al, 0Bh
        je      %%write_byte
        test    dl, 1
        jnz     %%bad_reg_pop
        cmp     al, 09h
        je      %%read_word
        cmp     al, 0Ch
        je      %%write_word
        test    dl, 2
        jnz     %%bad_reg_pop
        cmp     al, 0Ah
        je      %%read_dword
        push    eax
        mov     eax, ecx
        out     dx, eax
        pop     eax
        jmp     %%done
%%read_byte:
        push    eax
        in      al, dx
        mov     cl, al
        pop     eax
        jmp     %%done
%%read_word:
        push    eax
        in      ax, dx
        mov     cx, ax
        pop     eax
        jmp     %%done
%%read_dword:
        push    eax
        in      eax, dx
        mov     ecx, eax
        pop     eax
        jmp     %%done
%%write_byte:
        push    eax
        mov     al, cl
        out     dx, al
        pop     eax
        jmp     %%done
%%write_word:
        push    eax
        mov     ax, cx
        out     dx, ax
        pop     eax
%%done:
        pop     edx
        mov     ah, 0
        clc
        ret
%%bad_reg_pop:
        pop     edx
%%bad_reg:
        mov     ah, PCI_BAD_REG
        stc
        ret
%%bad:
        mov     ah, PCI_BAD_FUNC
        stc
        ret
%%present:
        mov     edx, 20494350h          ; "PCI "
        mov     al, 01h                 ; mechanism 1
        mov     bx, 0210h
        mov     cl, PCI_BUSES-1
        mov     ah, 0
        clc
        ret
%%find_device:                          ; CX device, DX vendor, SI index
        cmp     dx, 0FFFFh
        mov     ah, PCI_BAD_VENDOR
        stc
        je      %%return
        push    edi
        push    ecx
        shl     ecx, 16
        mov     cx, dx
        mov     edi, 0                  ; register
        call    %%search
        pop     ecx
        pop     edi
        ret
%%find_class:                           ; ECX class, SI index
        push    edi
        push    ecx
        shl     ecx, 8
        mov     edi, 8
        call    %%search
        pop     ecx
        pop     edi
        ret
%%return:
        ret
; ES:(E)DI = size of a buffer and far pointer to it: gets the slots of the routing table
%%routing:
%if %1 == 16
        cmp     word [es:di], 16*PIR_SLOTS
        mov     word [es:di], 16*PIR_SLOTS
%else
        cmp     word [es:edi], 16*PIR_SLOTS
        mov     word [es:edi], 16*PIR_SLOTS
%endif
        mov     ah, PCI_TOO_SMALL
        jb      %%return
        push    es
        push    ecx
        push    esi
        push    edi
%if %1 == 16
        les     di, [es:di+2]
        mov     si, pir_entries
        mov     cx, 16*PIR_SLOTS
%else
        les     edi, [es:edi+2]
        mov     esi, pir_entries
        mov     ecx, 16*PIR_SLOTS
%endif
        cld
        rep cs movsb
        pop     edi
        pop     esi
        pop     ecx
        pop     es
        mov     bx, 0                   ; no interrupt is for PCI alone
        mov     ah, 0
        clc
        ret
; CL = pin (0Ah-0Dh), CH = interrupt, BX = a device that it is for
%%route:
        push    edx
        push    ecx
        push    ebx
        push    edi
        push    eax
        sub     cl, 0Ah
        cmp     cl, 3
        ja      %%no_route
        cmp     ch, 15
        ja      %%no_route
        movzx   edx, ch
        mov     eax, PCI_IRQS
        bt      eax, edx
        jnc     %%no_route
        test    bh, bh
        jnz     %%no_route
        shr     bl, 3                   ; slot
        cmp     bl, 1
        jb      %%no_route
        cmp     bl, PIR_SLOTS
        ja      %%no_route
        add     bl, cl
        dec     bl
        and     bl, 3
        add     bl, PIRQ_ROUTE
        movzx   edi, bl
        mov     bx, ISA_BRIDGE
        call    %%address
        mov     dx, di
        and     dx, 3
        add     dx, PCI_DATA
        mov     al, ch
        out     dx, al
        movzx   dx, ch                  ; such an interrupt is a level
        mov     cl, dl
        and     cl, 7
        shr     dx, 3
        add     dx, ELCR2-1
        mov     ah, 1
        shl     ah, cl
        in      al, dx
        or      al, ah
        out     dx, al
        pop     eax
        mov     ah, 0
        clc
        jmp     %%routed
%%no_route:
        pop     eax
        mov     ah, PCI_SET_FAILED
        stc
%%routed:
        pop     edi
        pop     ebx
        pop     ecx
        pop     edx
        ret
; search: register DI of all devices for ECX (class: the low byte does not count); the SI-th hit. Out: BX, AH, CF.
%%search:
        push    edx
        push    esi
        push    ebx
        mov     bx, 0
%%device:
        test    bl, 7
        jz      %%look
        push    eax                     ; functions 1-7 only of multi-function devices
        push    ebx
        push    edi
        and     bl, 0F8h
        mov     di, 0Ch
        call    %%address
        mov     dx, PCI_DATA
        in      eax, dx
        test    eax, 00800000h
        pop     edi
        pop     ebx
        pop     eax
        jz      %%skip
%%look:
        push    eax
        call    %%address
        mov     dx, PCI_DATA
        in      eax, dx
        test    di, di
        jz      %%compare
        mov     al, 0
%%compare:
        cmp     eax, ecx
        pop     eax
        jne     %%next
        cmp     si, 0
        je      %%found
        dec     si
        jmp     %%next
%%skip:
        or      bl, 7
%%next:
        inc     bx
        cmp     bx, PCI_BUSES<<8
        jb      %%device
        pop     ebx
        mov     ah, PCI_NOT_FOUND
        stc
        jmp     %%searched
%%found:
        mov     dx, bx
        pop     ebx
        mov     bx, dx
        mov     ah, 0
        clc
%%searched:
        pop     esi
        pop     edx
        ret
; address: selects register DI of BX. All kept.
%%address:
        push    eax
        push    edx
        movzx   eax, bx
        shl     eax, 8
        mov     dx, di
        and     dx, 00FCh
        mov     al, dl
        or      eax, 80000000h
        mov     dx, PCI_ADDR
        out     dx, eax
        pop     edx
        pop     eax
        ret
%endmacro

pci_core16:
        pci_body 16
bits 32
pci_core32:
        pci_body 32
; Far entry of the PCI service in protected mode.
pci_entry32:
        call    pci_core32
        retf
; The service directory: EAX = service, EBX = 0. Out: AL = 0, EBX base, ECX length, EDX entry; AL = 80h unknown.
bios32_entry:
        cmp     eax, 49435024h          ; "$PCI"
        mov     al, 80h
        jne     .done
        test    ebx, ebx
        mov     al, 81h
        jnz     .done
        mov     ebx, 0F0000h
        mov     ecx, 10000h
        mov     edx, pci_entry32
        mov     al, 0
.done:
        retf
bits 16
cpu 8086

; From INT 1Ah.
pci_service:
        push    ds
        push    es
        mov     ds, [cs:seg_bda]
        ebda    es
        test    byte [es:eb_board], BOARD_PCI
        pop     es
        pop     ds
        jz      .none
        call    pci_core16
        jmp     short .flags
.none:
        stc
        mov     ah, PCI_BAD_FUNC
.flags:
        push    bp
        mov     bp, sp
        jc      .carry
        and     byte [bp+6], 0FFh-FL_CF
        pop     bp
        iret
.carry:
        or      byte [bp+6], FL_CF
        pop     bp
        iret

; pci_init: POST: looks for configuration mechanism 1; sets up the bus; gives the power management function of a PIIX4 its
; port, where APM power-off finds it.
cpu 386
pci_init:
        mov     al, CPU_80386
        call    cpu_at_least
        jc      .none
        mov     dx, PCI_ADDR
        mov     eax, 80000000h
        out     dx, eax
        in      eax, dx
        cmp     eax, 80000000h
        jne     .none
        mov     dx, PCI_DATA
        in      ax, dx
        inc     ax                      ; no host bridge
        jz      .none
        ebda    es
        or      byte [es:eb_board], BOARD_PCI
        call    pci_assign
        mov     ax, 0B102h
        mov     cx, 7113h               ; PIIX4 power management
        mov     dx, 8086h
        xor     si, si
        call    pci_core16
        jc      .none
        mov     di, 40h                 ; PMBA
        mov     ecx, (PM1A_CNT & ~3Fh)|1
        mov     al, 0Dh
        call    pci_core16
        mov     di, 80h                 ; PMREGMISC: decode it
        mov     cl, 1
        mov     al, 0Bh
        call    pci_core16
.none:
        ret
cpu 8086
