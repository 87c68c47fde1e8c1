; INT 15h AH=C2h and IRQ 12: the PS/2 pointing device.
;
; Source: IBM PS/2 HITRC, INT 15h (AH) = C2h: functions, status codes, and the stack of the program's handler:
; status, X, Y, 0 as words, called far.

MS_BAD_FUNC     equ 01h
MS_BAD_INPUT    equ 02h
MS_INTERFACE    equ 03h
MS_NO_HANDLER   equ 05h
MS_TIMEOUT      equ 2000                ; refresh periods: 30 ms
MS_RESET_WAIT   equ 40000               ; 0.6 s

; mouse_send: AL to the mouse, waits for the acknowledge. CF set when none came. Changes AX, CX.
mouse_send:
        push    bx
        mov     bl, al
        mov     al, KBC_TO_MOUSE
        call    kbc_command
        jc      .done
        mov     al, bl
        call    kbc_data
        jc      .done
        call    mouse_get
        jc      .done
        cmp     al, 0FAh
        je      .done
        stc
.done:
        pop     bx
        ret

; mouse_get: AL = next byte from the mouse. CF set when none came. Changes AH, CX.
mouse_get:
        mov     cx, MS_TIMEOUT
mouse_get_slow:
        push    cx
        call    kbc_read
        pop     cx
        jc      .done
        test    ah, KBC_AUX
        jnz     .done                   ; CF is clear
        call    boot_early
        jmp     mouse_get_slow          ; a scan code that was under way
.done:
        ret

; mouse_open: keeps keyboard and mouse interrupts away while commands are exchanged. mouse_close: allows them again.
; All kept.
mouse_open:
        push    ax
        push    cx
        sti                             ; what waits already is the handlers'
        mov     cx, 2
        call    delay
        cli
        mov     al, KBC_KB_OFF
        call    kbc_command
        mov     ah, KBC_MODE_RUN|10h
        call    kbc_mode
        pop     cx
        pop     ax
        ret
mouse_close:
        push    ax
        mov     ah, KBC_MODE_MOUSE
        call    kbc_mode
        pop     ax
        sti
        ret

; mouse_port: CF set when the controller has no second port: the AT's, which gives the keyboard what is meant for the
; mouse. The others show in bit 5 of their mode whether it is off. The keyboard stays off. Changes AX, CX.
mouse_port:
        mov     al, KBC_KB_OFF
        call    kbc_command
        mov     cx, 2
        call    delay
        in      al, KBC_CMD
        test    al, KBC_OBF
        jz      .off
        in      al, KBC_DATA
        call    boot_early
.off:
        mov     al, KBC_AUX_OFF
        call    .mode
        jc      .done
        xor     al, 20h
        test    al, 20h
        jnz     .none
        mov     al, KBC_AUX_ON
        call    .mode
        jc      .done
        test    al, 20h
        jz      .done                   ; CF is clear
.none:
        stc
.done:
        ret
.mode:                                  ; command AL, and the mode behind it
        call    kbc_command
        mov     al, KBC_READ_MODE
        call    kbc_command
        mov     cx, KBC_TIMEOUT
        jmp     kbc_read

; mouse_detect: POST: asks the mouse for its identification; resets it to its defaults, not reporting.
mouse_detect:
        ebda    es
        call    mouse_port
        jc      .none
        mov     ah, KBC_MODE_POST & ~20h
        call    kbc_mode
        mov     al, 0F5h                ; stop reporting
        call    mouse_send
        jc      .none
        mov     al, 0F6h                ; defaults
        call    mouse_send
        jc      .none
        mov     al, 0F2h
        call    mouse_send
        jc      .none
        call    mouse_get
        jc      .none
        or      byte [es:eb_board], BOARD_MOUSE
        or      byte [bda_equip], 04h
        mov     byte [es:eb_mouse_flags], 2
        mov     al, 12
        jmp     irq_unmask
.none:
        mov     al, KBC_AUX_OFF
        jmp     kbc_command

mouse_service:
        ebda    es
        test    byte [es:eb_board], BOARD_MOUSE
        mov     ah, MS_INTERFACE
        jz      mouse_fail
        cmp     al, 8
        mov     ah, MS_BAD_FUNC
        jae     mouse_fail
        mov     si, ax
        and     si, 0FFh
        shl     si, 1
        jmp     [cs:mouse_table+si]
mouse_table:
        dw      mouse_enable, mouse_reset, mouse_rate, mouse_resolution, mouse_type, mouse_init, mouse_extended
        dw      mouse_handler

mouse_fail:
        jmp     int15_fail
; mouse_result: ends a command sequence: CF set means the interface failed.
mouse_result:
        pushf
        call    mouse_close
        popf
        mov     ah, MS_INTERFACE
        jc      mouse_fail
        jmp     int15_ok
mouse_input:
        mov     ah, MS_BAD_INPUT
        jmp     mouse_fail

; C200h: BH = 0 off, 1 on.
mouse_enable:
        cmp     bh, 1
        ja      mouse_input
        jb      .off
        test    byte [es:eb_mouse_flags], 80h
        mov     ah, MS_NO_HANDLER
        jz      mouse_fail
        mov     byte [es:eb_mouse_idx], 0
        call    mouse_open
        mov     al, 0F4h
        call    mouse_send
        jmp     mouse_result
.off:
        call    mouse_open
        mov     al, 0F5h
        call    mouse_send
        jmp     mouse_result

; C201h: reset. Out: BH = identification, BL = AAh. C205h: BH = packet size; then the same.
mouse_init:
        dec     bh
        cmp     bh, 8
        jae     mouse_input
        mov     al, [es:eb_mouse_flags]
        and     al, 80h
        or      al, bh
        mov     [es:eb_mouse_flags], al
mouse_reset:
        mov     byte [es:eb_mouse_idx], 0
        call    mouse_open
        mov     al, 0FFh
        call    mouse_send
        jc      mouse_result
        mov     cx, MS_RESET_WAIT
        call    mouse_get_slow
        jc      mouse_result
        mov     bl, al
        call    mouse_get
        jc      mouse_result
        mov     bh, al
        mov     [bp+F_BX], bx
        clc
        jmp     mouse_result

; C202h: BH = sample rate: 10, 20, 40, 60, 80, 100, 200 a second.
mouse_rate:
        cmp     bh, 7
        jae     mouse_input
        mov     bl, bh
        xor     bh, bh
        mov     bl, [cs:.rates+bx]
        mov     al, 0F3h
mouse_two_bytes:
        call    mouse_open
        call    mouse_send
        jc      .out
        mov     al, bl
        call    mouse_send
.out:
        jmp     mouse_result
mouse_rate.rates:
        db      10, 20, 40, 60, 80, 100, 200

; C203h: BH = resolution: 1, 2, 4, 8 counts a millimetre.
mouse_resolution:
        cmp     bh, 4
        jae     mouse_input
        mov     bl, bh
        mov     al, 0E8h
        jmp     mouse_two_bytes

; C204h: Out: BH = identification.
mouse_type:
        call    mouse_open
        mov     al, 0F2h
        call    mouse_send
        jc      .out
        call    mouse_get
        jc      .out
        mov     [bp+F_BH], al
.out:
        jmp     mouse_result

; C206h: BH = 0 status to BL, CL, DL; 1 scaling 1:1; 2 scaling 2:1.
mouse_extended:
        cmp     bh, 2
        ja      mouse_input
        call    mouse_open
        test    bh, bh
        jz      .status
        mov     al, 0E6h                ; 1:1
        cmp     bh, 1
        je      .send
        mov     al, 0E7h                ; 2:1
.send:
        call    mouse_send
        jmp     mouse_result
.status:
        mov     al, 0E9h
        call    mouse_send
        jc      .out
        call    mouse_get
        jc      .out
        mov     [bp+F_BL], al
        call    mouse_get
        jc      .out
        mov     [bp+F_CL], al
        call    mouse_get
        jc      .out
        mov     [bp+F_DL], al
.out:
        jmp     mouse_result

; C207h: ES:BX = handler, 0:0 = none.
mouse_handler:
        mov     ax, [bp+F_ES]
        cli
        mov     [es:eb_mouse_proc], bx
        mov     [es:eb_mouse_proc+2], ax
        or      ax, bx
        mov     al, [es:eb_mouse_flags]
        jz      .none
        or      al, 80h
        jmp     short .set
.none:
        and     al, 7Fh
.set:
        mov     [es:eb_mouse_flags], al
        sti
        jmp     int15_ok

; INT 74h: IRQ 12.
int74:
        irq_enter
        in      al, KBC_CMD
        and     al, KBC_OBF|KBC_AUX
        cmp     al, KBC_OBF|KBC_AUX
        jne     .eoi
        in      al, KBC_DATA
        ebda    es
        mov     bl, [es:eb_mouse_idx]
        and     bx, 0007h
        test    bl, bl                  ; bit 3 of the first byte is always set: in step again after a lost byte
        jnz     .store
        test    al, 08h
        jz      .eoi
.store:
        mov     [es:eb_mouse_data+bx], al
        inc     bl
        mov     al, [es:eb_mouse_flags]
        test    al, 80h
        jz      .discard
        and     al, 07h
        cmp     bl, al
        ja      .packet
        mov     [es:eb_mouse_idx], bl
.eoi:
        call    eoi_both
        irq_leave
.discard:
        mov     byte [es:eb_mouse_idx], 0
        jmp     .eoi
.packet:
        mov     byte [es:eb_mouse_idx], 0
        call    eoi_both
        xor     ah, ah
        mov     al, [es:eb_mouse_data]
        push    ax
        mov     al, [es:eb_mouse_data+1]
        push    ax
        mov     al, [es:eb_mouse_data+2]
        push    ax
        xor     al, al
        cmp     bl, 4
        jb      .third
        mov     al, [es:eb_mouse_data+3]
.third:
        push    ax
        call    far [es:eb_mouse_proc]
        cld
        add     sp, 8
        irq_leave
