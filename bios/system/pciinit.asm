; What POST does with PCI: gives the functions of bus 0 their windows and interrupts, and copies the video BIOS of a display
; adapter into shadow RAM.
;
; Sources: PCI Local Bus Specification 2.1, 6.2.5 (base addresses), 6.3 (expansion ROMs); Intel 82371SB (PIIX3) datasheet
; (290550), 2.2.6 (PIRQ routing), 2.3 (IDE timing); 82371AB (PIIX4; 290562), 7.1; 82440FX data sheet (290549), 3.2.15
; (PAM).

PCI_ID          equ 00h
PCI_COMMAND     equ 04h
PCI_CLASS       equ 08h
PCI_HEADER      equ 0Ch
PCI_BAR         equ 10h
PCI_BAR_END     equ 28h
PCI_ROM         equ 30h
PCI_INT         equ 3Ch                 ; interrupt line, and pin in the next byte
CMD_IO          equ 1
CMD_MEMORY      equ 2
CMD_MASTER      equ 4
PCI_IO          equ 0C000h              ; windows are given out from here on
PCI_MEM         equ 0E0000000h
PCI_MEM_END     equ 0FEC00000h
PIIX3_ID        equ 70008086h
PIIX3_IDE_ID    equ 70108086h
PIIX4_IDE_ID    equ 71118086h
PIIX4_PM_ID     equ 71138086h
ISA_BRIDGE      equ 0008h               ; 00:01.0
PIRQ_ROUTE      equ 60h                 ; of four
ELCR2           equ 4D1h                ; IRQ 8-15: 1 level, 0 edge
PCI_IRQ_A       equ 10                  ; PIRQA# and PIRQC#
PCI_IRQ_B       equ 11                  ; PIRQB# and PIRQD#
PCI_IRQS        equ 0E20h               ; those that a PIRQ may be routed to here: 5, 9, 10, 11
SCI_IRQ         equ 9                   ; where PIIX4's interrupt goes, whatever is routed
PAM_C000        equ 5Ah                 ; PAM1: C0000-C3FFF, C4000-C7FFF in the high nibble

pci_commands    equ eb_scratch          ; bits to be set in a command register

cpu 386
; pci_get, pci_put, pci_put_word, pci_put_byte: ECX, CX or CL is register DI of function BX. Nothing else is changed.
pci_get:
        push    ax
        mov     al, 0Ah
        jmp     short pci_call
pci_put:
        push    ax
        mov     al, 0Dh
        jmp     short pci_call
pci_put_word:
        push    ax
        mov     al, 0Ch
        jmp     short pci_call
pci_put_byte:
        push    ax
        mov     al, 0Bh
pci_call:
        call    pci_core16
        pop     ax
        ret

; pci_assign: DS = BIOS data area. Changes everything but DS.
pci_assign:
        ebda    es
        call    pci_router
        mov     ebp, PCI_MEM            ; next free address
        mov     si, PCI_IO              ; next free port
        xor     bx, bx
.function:
        mov     di, PCI_ID
        call    pci_get
        inc     cx
        jz      .absent
        call    pci_windows
        call    pci_interrupt
        test    bl, 7
        jnz     .next
        mov     di, PCI_HEADER
        call    pci_get
        test    ecx, 00800000h          ; more than one function
        jnz     .next
.single:
        or      bl, 7
        jmp     short .next
.absent:
        test    bl, 7
        jz      .single
.next:
        inc     bx
        cmp     bx, PCI_BUSES<<8
        jb      .function
        jmp     pci_video

; pci_windows: the base addresses of function BX, and its command register. ES = EBDA. Changes EAX, ECX, EDX, SI, DI, EBP.
pci_windows:
        mov     di, PCI_CLASS
        call    pci_get
        shr     ecx, 16
        mov     dx, cx                  ; class and subclass
        cmp     dh, 06h                 ; bridges have none, and work as they are
        je      .done
        mov     di, PCI_HEADER
        call    pci_get
        test    ecx, 007F0000h
        jnz     .done
        mov     di, PCI_COMMAND         ; closed while it is looked at
        call    pci_get
        and     cl, ~(CMD_IO|CMD_MEMORY) & 0FFh
        call    pci_put_word
        mov     byte [es:pci_commands], 0
        cmp     dx, 0101h               ; IDE
        jne     .bars
        call    pci_ide
.bars:
        mov     di, PCI_BAR
.bar:
        or      ecx, -1
        call    pci_put
        call    pci_get
        test    ecx, ecx
        jz      .next
        test    cl, 1
        jz      .memory
        and     ecx, 0FFFCh
        mov     ax, cx                  ; a mask; the upper half may be missing
        neg     cx                      ; the size
        add     si, cx
        dec     si
        and     si, ax
        cmp     si, PCI_IO
        jb      .full                   ; come round
        push    cx
        movzx   ecx, si
        call    pci_put
        pop     cx
        add     si, cx
        or      byte [es:pci_commands], CMD_IO
        jmp     short .next
.memory:
        push    cx                      ; bits 2-1: 64 bits
        and     cl, 0F0h
        mov     eax, ecx
        neg     ecx
        lea     edx, [ebp+ecx-1]
        and     edx, eax
        mov     eax, edx
        add     eax, ecx                ; its end
        pop     ax
        jc      .no_room
        push    ax
        mov     eax, edx
        add     eax, ecx
        cmp     eax, PCI_MEM_END
        ja      .too_high
        cmp     edx, PCI_MEM
        jb      .too_high
        mov     ebp, eax
        mov     ecx, edx
        call    pci_put
        or      byte [es:pci_commands], CMD_MEMORY
        pop     ax
.upper:
        and     al, 6
        cmp     al, 4
        jne     .next
        add     di, 4
        xor     ecx, ecx
        call    pci_put
.next:
        add     di, 4
        cmp     di, PCI_BAR_END
        jb      .bar
        mov     di, PCI_COMMAND
        call    pci_get
        or      cl, [es:pci_commands]
        call    pci_put_word
.done:
        ret
.full:
        xor     ecx, ecx
        call    pci_put
        mov     si, PCI_IO-1            ; no room for others either
        jmp     short .next
.too_high:
        pop     ax
.no_room:
        xor     ecx, ecx
        call    pci_put
        jmp     short .upper

; pci_ide: PIIX3 and PIIX4 decode a channel only when told. Bus masters may work. Changes ECX, DI.
pci_ide:
        or      byte [es:pci_commands], CMD_IO|CMD_MASTER
        mov     di, PCI_ID
        call    pci_get
        cmp     ecx, PIIX3_IDE_ID
        je      .piix
        cmp     ecx, PIIX4_IDE_ID
        jne     .done
.piix:
        mov     di, 40h
        mov     ecx, 80008000h
        call    pci_put
.done:
        ret

; pci_interrupt: tells function BX the interrupt of its pin. Changes ECX, DI, AX.
pci_interrupt:
        mov     di, PCI_INT
        call    pci_get
        test    ch, ch
        jz      .done
        mov     ah, ch                  ; pin from 1
        mov     di, PCI_ID
        call    pci_get
        cmp     ecx, PIIX4_PM_ID
        mov     cl, SCI_IRQ
        je      .set
        mov     cl, bl
        shr     cl, 3
        add     cl, ah
        mov     al, PCI_IRQ_A           ; slot - 1 + pin - 1: even
        test    cl, 1
        jz      .even
        mov     al, PCI_IRQ_B
.even:
        mov     cl, al
.set:
        mov     di, PCI_INT
        call    pci_put_byte
.done:
        ret

; pci_router: routes the PIRQs of a PIIX3. Changes ECX, AX, BX, DX, DI.
pci_router:
        mov     bx, ISA_BRIDGE
        mov     di, PCI_ID
        call    pci_get
        cmp     ecx, PIIX3_ID
        jne     .done
        mov     di, PIRQ_ROUTE
        mov     ecx, PCI_IRQ_A|PCI_IRQ_B<<8|PCI_IRQ_A<<16|PCI_IRQ_B<<24
        call    pci_put
        mov     dx, ELCR2
        in      al, dx
        or      al, 1<<(PCI_IRQ_A-8)|1<<(PCI_IRQ_B-8)
        out     dx, al
.done:
        ret

; pci_video: the expansion ROM of a display adapter goes to C0000h, where the scan for option ROMs finds it; what is there
; already stays if the adapter has none. EBP = free memory addresses. DS = BIOS data area. Changes everything but DS.
pci_video:
        xor     bx, bx
        mov     di, PCI_ID
        call    pci_get
        cmp     ecx, I440FX
        jne     .done
        mov     ax, 0B103h
        mov     ecx, 030000h
        xor     si, si
        call    pci_core16
        jc      .done
        mov     di, PCI_ROM
        mov     ecx, 0FFFFF800h
        call    pci_put
        call    pci_get
        and     ecx, 0FFFFF800h
        jz      .done
        mov     eax, ecx
        neg     ecx
        lea     edx, [ebp+ecx-1]
        and     edx, eax                ; where it is read
        mov     ecx, edx
        or      cl, 1
        call    pci_put
        push    edx
        push    bx
        mov     cx, 3333h               ; shadow RAM, C0000-CFFFF
        call    pci_pam
        pop     bx
        pop     edx
        mov     cx, 512/2
        call    .copy
        mov     ax, 0C000h
        mov     es, ax
        xor     cx, cx
        cmp     word [es:0], 0AA55h
        jne     .close
        mov     ah, [es:2]
        cmp     ah, 128                 ; 64 KB
        ja      .close
        mov     ch, ah                  ; words in AH blocks
        call    .copy
        mov     cl, 1                   ; there is one
.close:
        push    cx
        mov     di, PCI_ROM
        xor     ecx, ecx
        call    pci_put
        pop     cx
        test    cl, cl
        jz      pci_pam                 ; CX = 0: what was there
.done:
        ret
; .copy: CX words from EDX to C0000h. Changes AX, CX, SI, ES.
.copy:
        push    edx
        push    bx
        mov     bx, cx
        mov     cx, 30h/2
.clear:
        push    word 0
        loop    .clear
        mov     si, sp
        mov     word [ss:si+GDT_SOURCE], 0FFFFh
        mov     [ss:si+GDT_SOURCE+2], edx
        rol     edx, 8
        mov     [ss:si+GDT_SOURCE+7], dl
        mov     byte [ss:si+GDT_SOURCE+5], DESC_DATA
        mov     word [ss:si+GDT_DEST], 0FFFFh
        mov     word [ss:si+GDT_DEST+4], DESC_DATA<<8|0Ch
        push    ss
        pop     es
        mov     cx, bx
        mov     ah, 87h
        int     15h
        cli
        add     sp, 30h
        pop     bx
        pop     edx
        ret

; pci_pam: shadow RAM from C0000h to CFFFFh: CL = its lower, CH = its upper half. Changes AX, BX, DI.
pci_pam:
        xor     bx, bx
        mov     di, PAM_C000
        jmp     pci_put_word

; pci_video_lock: after the video BIOS has initialised itself its copy is for reading. DS = BIOS data area. Changes AX, BX,
; CX, DI, ES.
pci_video_lock:
        ebda    es
        test    byte [es:eb_board], BOARD_PCI
        jz      .done
        xor     bx, bx
        mov     di, PCI_ID
        call    pci_get
        cmp     ecx, I440FX
        jne     .done
        mov     ax, 0C000h
        mov     es, ax
        mov     cl, [es:2]
        add     cl, 31
        and     cl, 0E0h
        shr     cl, 3                   ; four bits for each 16 KB
        mov     eax, 1
        shl     eax, cl
        dec     eax
        and     ax, 1111h
        mov     di, PAM_C000 & ~3
        call    pci_get
        shr     ecx, 16
        and     cx, ax
        jmp     pci_pam
.done:
        ret
cpu 8086
