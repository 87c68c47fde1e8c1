; Interrupt controllers, timer and DMA controllers: start-up, and the handlers of interrupts that have no
; owner.
;
; Sources: Intel 8259A, 8254 and 8237A datasheets; IBM PC AT Technical Reference, section 5.

; pic_init: vectors 08h and 70h, everything masked.
pic_init:
        xt_board
        jne     .two
        mov     al, 13h                 ; ICW1: edge triggered, alone, ICW4 follows
        out     PIC1, al
        mov     al, 08h                 ; ICW2
        out     PIC1_MASK, al
        mov     al, 09h                 ; ICW4: buffered, 8086 mode
        out     PIC1_MASK, al
        mov     al, 0FFh
        out     PIC1_MASK, al
        ret
.two:
        mov     al, 11h                 ; ICW1: edge triggered, cascade, ICW4 follows
        out     PIC1, al
        out     PIC2, al
        mov     al, 08h                 ; ICW2
        out     PIC1_MASK, al
        mov     al, 70h
        out     PIC2_MASK, al
        mov     al, 04h                 ; ICW3: slave on IR2
        out     PIC1_MASK, al
        mov     al, 02h
        out     PIC2_MASK, al
        mov     al, 01h                 ; ICW4: 8086 mode
        out     PIC1_MASK, al
        out     PIC2_MASK, al
        mov     al, 0FFh
        out     PIC1_MASK, al
        out     PIC2_MASK, al
        ret

; irq_unmask: AL = IRQ number. Changes AX, CX.
irq_unmask:
        mov     cl, al
        and     cl, 7
        mov     ah, 0FEh
        rol     ah, cl
        cmp     al, 8
        jae     .slave
        in      al, PIC1_MASK
        and     al, ah
        out     PIC1_MASK, al
        ret
.slave:
        in      al, PIC2_MASK
        and     al, ah
        out     PIC2_MASK, al
        in      al, PIC1_MASK
        and     al, 0FBh                ; and the cascade
        out     PIC1_MASK, al
        ret

eoi_both:
        mov     al, EOI
        out     PIC2, al
        out     PIC1, al
        ret

; chips_init: the timer's three channels, the DMA controllers, the speaker.
chips_init:
        mov     al, 54h                 ; channel 1, low byte, mode 2: refresh every 15 us
        out     PIT_CMD, al
        mov     al, 12h
        out     PIT1, al
        mov     al, 36h                 ; channel 0, both bytes, mode 3, 65536: 18.2 Hz
        out     PIT_CMD, al
        xor     al, al
        out     PIT0, al
        out     PIT0, al
        mov     al, 0B6h                ; channel 2: speaker tone of about 1 kHz, gate off
        out     PIT_CMD, al
        mov     al, 33h
        out     PIT2, al
        mov     al, 05h
        out     PIT2, al
        in      al, SYSB
        and     al, 0FCh
        out     SYSB, al
        out     DMA1_MCLR, al
        out     DMA2_MCLR, al
        mov     al, 0C0h                ; channel 4 is the cascade
        out     DMA2_MODE, al
        xor     al, al
        out     DMA2_MASK, al
        mov     al, 41h                 ; single transfers on 1, 2, 3
        out     DMA1_MODE, al
        inc     al
        out     DMA1_MODE, al
        inc     al
        out     DMA1_MODE, al
        ret

; irq_stray: handler of every interrupt without an owner. An interrupt that came from a controller is
; acknowledged and its level masked, so that a device nobody serves cannot stall the machine; the
; level is left in 40:6B (FFh for a software interrupt). As in the AT's BIOS.
irq_stray:
        push    ds
        push    ax
        push    bx
        mov     ds, [cs:seg_bda]
        mov     al, 0Bh                 ; OCW3: read the in-service register
        out     PIC1, al
        jmp     short $+2
        in      al, PIC1
        mov     bl, 0FFh
        test    al, al
        jz      .done
        mov     bl, al
        mov     bh, al
        xt_board
        je      .mask
        mov     al, 0Bh
        out     PIC2, al
        jmp     short $+2
        in      al, PIC2
        test    al, al
        jz      .master
        test    bl, 04h
        jz      .master
        mov     bl, al
        in      al, PIC2_MASK
        or      al, bl
        out     PIC2_MASK, al
        mov     al, EOI
        out     PIC2, al
        jmp     short .ack
.master:
        mov     bh, bl
        and     bh, 0FBh                ; never the cascade
.mask:
        in      al, PIC1_MASK
        or      al, bh
        out     PIC1_MASK, al
.ack:
        mov     al, EOI
        out     PIC1, al
.done:
        mov     [bda_int_level], bl
        pop     bx
        pop     ax
        pop     ds
        iret

; INT 71h: IRQ 9 takes the place of the PC's IRQ 2 and is passed on to its vector.
int71:
        push    ax
        mov     al, EOI
        out     PIC2, al
        pop     ax
        int     0Ah
        iret

; INT 75h: coprocessor error on IRQ 13, passed on to the NMI where 8087 programs expect it.
int75:
        push    ax
        xor     al, al
        out     FPU_CLEAR, al
        call    eoi_both
        pop     ax
        int     02h
        iret

; INT 02h: NMI. A parity error of the board or of a card stops the machine; anything else is a
; coprocessor error (8087, or passed on from IRQ 13) that nobody handles and is ignored.
int02:
        push    ax
        xt_board
        jne     .at
        call    int02_xt
        jc      .error
        jmp     short .none
.at:
        in      al, SYSB
        test    al, 0C0h
        jz      .none
        cmp     al, 0FFh                ; no such port
        je      .none
.error:
        mov     si, .text
        call    puts
.stop:
        cli
        hlt
        jmp     .stop
.none:
        pop     ax
        iret
.text:
        db      13, 10, "Memory parity error. The machine is stopped.", 13, 10, 0
