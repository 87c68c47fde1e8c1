; INT 15h AH=87h: moves memory anywhere; AH=89h: switches to protected mode.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 15h "Move block" and "Switch to virtual mode"; Intel 80286 and
; 80386 Programmer's Reference Manuals, initialization and mode switching.
;
; The caller's table at ES:SI: 00h dummy, 08h the table itself, 10h source, 18h destination, 20h BIOS code, 28h
; stack; the BIOS fills in 08h, 20h and 28h. A 386 comes back from protected mode by CR0. A 286 cannot: it is reset through
; the keyboard controller with shutdown code 09h in the CMOS and finds its stack at 40:67.

GDT_SELF        equ 08h
GDT_SOURCE      equ 10h
GDT_DEST        equ 18h
GDT_CODE        equ 20h
GDT_STACK       equ 28h
DESC_DATA       equ 93h
DESC_CODE       equ 9Bh
SHUTDOWN_MOVE   equ 09h

int15_move:
        mov     al, CPU_80286
        call    cpu_at_least
        jc      .unknown
        mov     ax, [bp+F_CX]
        test    ax, ax
        jz      .nothing
        cmp     ax, 8000h
        ja      .too_long
        mov     es, [bp+F_ES]
        mov     si, [bp+F_SI]
        call    move_table
        call    a20_state
        push    ax
        mov     ah, 1
        call    a20_gate
        pop     ax                      ; AL = gate as found
        jc      .gate
        push    ax
        mov     cx, [bp+F_CX]
        mov     di, move_words
        call    move_switched
        pop     ax
        test    al, al
        jnz     .nothing
        mov     ah, 0
        call    a20_gate
.nothing:
        jmp     int15_move_ok
.gate:
        mov     ah, 03h                 ; gate A20 failed
        jmp     short .fail
.too_long:
        mov     ah, 02h
.fail:
        and     byte [bp+F_FLAGS], 0FFh-FL_ZF
        jmp     int15_fail
.unknown:
        jmp     int15_unknown
int15_move_ok:
        or      byte [bp+F_FLAGS], FL_ZF
        jmp     int15_ok

; move_words: CX words from DS:0 to ES:0.
cpu 386
move_words_386:
        movzx   ecx, cx                 ; 32-bit counters: 8000h words end exactly at the limit
        shr     cx, 1
        rep movsd
        adc     cx, 0
cpu 286
move_words:
        rep movsw
        ret
cpu 8086

; move_table: fills in what is the BIOS's of the table ES:SI. Changes AX, BX, CX, DX, DI.
move_table:
        mov     di, si                  ; the table itself
        add     di, GDT_SELF
        mov     bx, es
        mov     dx, si
        mov     al, DESC_DATA
        call    descriptor
        mov     word [es:di], 2Fh
        mov     di, si                  ; code: this ROM
        add     di, GDT_CODE
        mov     bx, cs
        xor     dx, dx
        mov     al, DESC_CODE
        call    descriptor
        mov     di, si                  ; stack
        add     di, GDT_STACK
        mov     bx, ss
        xor     dx, dx
        mov     al, DESC_DATA
        jmp     descriptor

; descriptor: ES:DI = descriptor of 64 KB at BX:DX, access byte AL. Changes AX, BX, CX, DX.
descriptor:
        mov     ch, bh
        mov     cl, 4
        shr     ch, cl
        shl     bx, cl
        add     bx, dx
        adc     ch, 0
        mov     word [es:di], 0FFFFh
        mov     [es:di+2], bx
        mov     [es:di+4], ch
        mov     [es:di+5], al
        mov     word [es:di+6], 0
        ret

; move_switched: calls DI in protected mode: DS:SI = the source of the table ES:SI, ES:DI = its destination, CX and DX as
; they are here, DF clear, no interrupts. DS = BIOS data area. Changes everything but BP, DS.
move_switched:
        mov     al, CPU_80386
        call    cpu_at_least
        jc      move_286
cpu 386
        cmp     di, move_words
        jne     move_386
        mov     di, move_words_386
move_386:
        push    ds
        push    eax
        push    ebx
        push    ecx
        push    esi
        push    edi
        mov     bx, di                  ; SS stays as it is
        xor     eax, eax
        mov     ax, es
        shl     eax, 4
        movzx   esi, si
        add     eax, esi
        push    eax                     ; GDTR image: base, limit
        push    word 2Fh
        cli
        in      al, CMOS_INDEX          ; NMI off meanwhile: there is no IDT for it
        mov     al, 80h|CMOS_D
        out     CMOS_INDEX, al
        in      al, CMOS_DATA
        mov     di, sp
        lgdt    [ss:di]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     GDT_CODE:.protected
.protected:
        mov     ax, GDT_SOURCE
        mov     ds, ax
        mov     ax, GDT_DEST
        mov     es, ax
        xor     si, si
        xor     di, di
        cld
        call    bx
        mov     ax, GDT_STACK           ; segments with the limit of real mode
        mov     ds, ax
        mov     es, ax
        mov     eax, cr0
        and     al, 0FEh
        mov     cr0, eax
        jmp     0F000h:.real
.real:
        mov     al, CMOS_D
        out     CMOS_INDEX, al
        in      al, CMOS_DATA
        add     sp, 6
        pop     edi
        pop     esi
        pop     ecx
        pop     ebx
        pop     eax
        pop     ds
        sti
        ret

; move_286: the same, and back through a reset.
cpu 286
move_286:
        push    ds
        push    bp
        mov     [bda_reset_vec], sp
        mov     [bda_reset_vec+2], ss
        mov     bx, di
        cli
        call    kbc_ready               ; it will have to reset us
        mov     al, CMOS_NMI_OFF|CMOS_SHUTDOWN
        out     CMOS_INDEX, al
        jmp     short $+2
        mov     al, SHUTDOWN_MOVE
        out     CMOS_DATA, al
        in      al, PIC1_MASK
        mov     ah, al
        in      al, PIC2_MASK
        push    ds
        mov     ds, [bda_ebda]
        mov     [eb_save_mask], ax
        pop     ds
        mov     di, si
        add     di, GDT_SELF
        mov     al, [es:di+4]           ; GDTR image on the stack: limit, base
        mov     ah, 0
        push    ax
        push    word [es:di+2]
        push    word 2Fh
        mov     di, sp
        lgdt    [ss:di]
        smsw    ax
        or      al, 1
        lmsw    ax
        jmp     GDT_CODE:.protected
.protected:
        mov     ax, GDT_SOURCE
        mov     ds, ax
        mov     ax, GDT_DEST
        mov     es, ax
        xor     si, si
        xor     di, di
        cld
        call    bx
        mov     al, KBC_RESET_CPU       ; the controller was idle before
        out     KBC_CMD, al
.wait:
        hlt
        jmp     .wait
; shutdown code 09h: SS:SP from 40:67, A20 still open, interrupts off.
move_286_back:
        mov     ax, BDA_SEG
        mov     ds, ax
        mov     ss, [bda_reset_vec+2]
        mov     sp, [bda_reset_vec]
        mov     ds, [bda_ebda]
        mov     ax, [eb_save_mask]
        out     PIC2_MASK, al
        mov     al, ah
        out     PIC1_MASK, al
        mov     al, CMOS_D              ; NMI on
        out     CMOS_INDEX, al
        in      al, CMOS_DATA
        pop     bp
        pop     ds
        sti
        ret

; AH = 89h: to protected mode for good. ES:SI = table: 08h GDT, 10h IDT, 18h DS, 20h ES, 28h SS, 30h CS, 38h BIOS code (filled
; in here); BH, BL = first vectors of IRQ 0 and IRQ 8. Returns to the caller's IP with CS = 30h; all IRQs masked.
int15_protected:
        mov     al, CPU_80286
        call    cpu_at_least
        jc      .unknown
        mov     ah, 1
        call    a20_gate
        mov     ah, 0FFh
        jc      .fail
        cli
        mov     es, [bp+F_ES]
        mov     si, [bp+F_SI]
        mov     di, si
        add     di, 38h
        mov     bx, cs
        xor     dx, dx
        mov     al, DESC_CODE
        call    descriptor
        mov     bx, [bp+F_BX]
        mov     al, 11h
        out     PIC1, al
        out     PIC2, al
        mov     al, bh
        out     PIC1_MASK, al
        mov     al, bl
        out     PIC2_MASK, al
        mov     al, 04h
        out     PIC1_MASK, al
        mov     al, 02h
        out     PIC2_MASK, al
        mov     al, 01h
        out     PIC1_MASK, al
        out     PIC2_MASK, al
        mov     al, 0FFh
        out     PIC1_MASK, al
        out     PIC2_MASK, al
        lgdt    [es:si+08h]             ; the descriptors start like the register images: limit, base
        lidt    [es:si+10h]
        smsw    ax
        or      al, 1
        lmsw    ax
        jmp     38h:.protected
.protected:
        mov     ax, 18h
        mov     ds, ax
        mov     ax, 20h
        mov     es, ax
        mov     ax, 28h
        mov     ss, ax
        mov     sp, bp
        pop     ax
        pop     bx
        pop     cx
        pop     dx
        pop     si
        pop     di
        pop     bp
        add     sp, 4                   ; ES, DS
        mov     ah, 0
        pop     bx                      ; IP; BX is free by definition
        add     sp, 4                   ; CS, flags
        push    word 30h
        push    bx
        clc
        retf
.fail:
        jmp     int15_fail
.unknown:
        jmp     int15_unknown
cpu 8086
