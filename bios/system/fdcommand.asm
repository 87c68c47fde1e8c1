; Floppy disks: the commands that move sectors, and what came of them.
;
; Source: Intel 82077AA datasheet 290166, "Command set" and "Status register encoding".

; fd_setup: computes the length of the transfer and checks the DMA page. CF set with AL = status.
fd_setup:
        mov     al, 4
        call    fd_param
        mov     [bp+v_eot], al
        mov     al, 3
        call    fd_param
        and     al, 7
        mov     [bp+v_n], al
        cmp     byte [bp+v_op], 05h
        je      .format
        mov     cl, al
        add     cl, 7
        mov     al, [bp+F_AL]
        xor     ah, ah
        mov     dx, ax
        shl     ax, cl
        dec     ax
        mov     [bp+v_len], ax
        mov     ch, 16                  ; more than 64 KB?
        sub     ch, cl
        mov     cl, ch
        dec     dx
        shr     dx, cl
        jz      .page
        mov     al, 09h
        stc
        ret
.format:
        mov     al, [bp+v_eot]          ; four bytes of address mark a sector
        xor     ah, ah
        shl     ax, 1
        shl     ax, 1
        dec     ax
        mov     [bp+v_len], ax
.page:
        cmp     byte [bp+v_op], 04h     ; verify moves nothing
        je      .ok
        call    fd_address
        add     ax, [bp+v_len]
        mov     al, 09h
        ret                             ; CF: crosses a 64 KB boundary
.ok:
        clc
        ret

; fd_address: physical address of the caller's buffer. Out: CH = bits 16-19, AX = bits 0-15. Changes CL.
fd_address:
        mov     ax, [bp+F_ES]
        mov     cl, 4
        rol     ax, cl
        mov     ch, al
        and     ch, 0Fh
        and     al, 0F0h
        add     ax, [bp+F_BX]
        adc     ch, 0
        and     ch, 0Fh
        ret

; fd_dma: programs channel 2. Changes AX, CX.
fd_dma:
        call    fd_address
        push    ax
        mov     al, DMA_READ
        cmp     byte [bp+v_op], 02h
        je      .mode
        mov     al, DMA_VERIFY
        cmp     byte [bp+v_op], 04h
        je      .mode
        mov     al, DMA_WRITE
.mode:
        mov     cl, al
        pop     ax
        pushf
        cli
        push    ax
        mov     al, 06h
        out     DMA1_MASK, al
        out     DMA1_FF, al
        mov     al, cl
        out     DMA1_MODE, al
        pop     ax
        out     DMA1_ADDR2, al
        mov     al, ah
        out     DMA1_ADDR2, al
        mov     al, ch
        out     DMA_PAGE2, al
        mov     ax, [bp+v_len]
        out     DMA1_COUNT2, al
        mov     al, ah
        out     DMA1_COUNT2, al
        mov     al, 02h
        out     DMA1_MASK, al
        popf
        ret

; fd_command: the command of this function, nine bytes (six to format). CF set with AL = status.
fd_command:
        mov     al, FDC_READ
        mov     bl, [bp+v_op]
        cmp     bl, 02h
        je      .go
        cmp     bl, 04h
        je      .go
        mov     al, FDC_WRITE
        cmp     bl, 03h
        je      .go
        mov     al, FDC_FORMAT
        call    fd_out
        jc      .bad
        call    fd_out_unit
        mov     al, [bp+v_n]
        call    fd_out
        mov     al, [bp+v_eot]
        call    fd_out
        mov     al, 7                   ; gap
        call    fd_out_param
        mov     al, 8                   ; fill byte
        call    fd_out_param
        jc      .bad
        jmp     fd_finish
.go:
        mov     bl, [bp+F_CL]
        and     bl, 3Fh
        mov     [bp+v_sector], bl
        mov     bl, [bp+F_DH]
        mov     [bp+v_head], bl
        mov     bl, [bp+v_eot]
        call    fd_out_rw
        jc      .bad
        jmp     fd_finish
.bad:
        mov     al, 20h
        stc
        ret

; fd_out_rw: AL = command, BL = last sector. The nine command bytes. CF set on failure.
fd_out_rw:
        call    fd_out
        jc      .done
        mov     al, [bp+v_head]
        shl     al, 1
        shl     al, 1
        or      al, [bp+v_drive]
        call    fd_out
        mov     al, [bp+F_CH]
        call    fd_out
        mov     al, [bp+v_head]
        call    fd_out
        mov     al, [bp+v_sector]
        call    fd_out
        mov     al, [bp+v_n]
        call    fd_out
        mov     al, bl
        call    fd_out
        mov     al, 5                   ; gap
        call    fd_out_param
        mov     al, 6                   ; length of short sectors
        call    fd_out_param
.done:
        ret

; fd_verify: the controller's own VERIFY, one side at a time. CF set with AL = status.
fd_verify:
        mov     al, [bp+F_AL]
        mov     [bp+v_left], al
        mov     al, [bp+F_CL]
        and     al, 3Fh
        mov     [bp+v_sector], al
        mov     al, [bp+F_DH]
        mov     [bp+v_head], al
.side:
        mov     bl, [bp+v_sector]
        add     bl, [bp+v_left]
        dec     bl                      ; last sector wanted
        mov     bh, [bp+v_eot]
        cmp     [bp+v_sector], bh
        ja      .last
        cmp     bl, bh
        jbe     .last
        mov     bl, bh
.last:
        mov     al, bl
        sub     al, [bp+v_sector]
        inc     al
        sub     [bp+v_left], al
        mov     al, FDC_VERIFY
        call    fd_out_rw
        mov     al, 20h
        jc      .done
        call    fd_finish
        jc      .done
        cmp     byte [bp+v_left], 0
        je      .done                   ; CF is clear
        mov     byte [bp+v_sector], 1
        xor     byte [bp+v_head], 1
        jnz     .side
        mov     al, 04h                 ; past side 1
        stc
.done:
        ret

; fd_finish: waits for the end of a command and reads its result. CF set with AL = status.
fd_finish:
        call    fd_wait
        jc      .done
        call    fd_result
        mov     al, 20h
        jc      .done
        call    fd_judge
.done:
        ret

; fd_judge: status from the result bytes. CF set with AL = status when it is an error.
fd_judge:
        mov     al, [bda_fd_result]
        and     al, 0C0h
        jz      .done                   ; CF is clear
        cmp     al, 40h
        mov     al, 20h
        jne     .fail
        mov     cl, [bda_fd_result+1]   ; ST1
        mov     si, fd_errors
.next:
        cs lodsw                        ; AL = bit of ST1, AH = status
        xchg    al, ah
        test    ah, ah
        jz      .fail
        test    cl, ah
        jz      .next
.fail:
        stc
.done:
        ret
; ST1 bit, status
fd_errors:
        db      80h, 04h                ; end of cylinder: sector not found
        db      20h, 10h                ; CRC
        db      10h, 08h                ; overrun
        db      04h, 04h                ; no data: sector not found
        db      02h, 03h                ; write protected
        db      01h, 02h                ; no address mark
        db      00h, 20h

; fd_sectors_done: Out: AL = sectors moved, from the address in the result. Changes AH.
fd_sectors_done:
        mov     al, [bda_fd_result+5]
        mov     ah, [bp+F_CL]
        and     ah, 3Fh
        sub     al, ah
        mov     ah, [bda_fd_result+4]
        cmp     ah, [bp+F_DH]
        jne     .side
        mov     ah, [bda_fd_result+3]
        cmp     ah, [bp+F_CH]
        je      .check
.side:
        add     al, [bp+v_eot]
.check:
        cmp     al, [bp+F_AL]           ; nonsense after a time-out
        jbe     .done
        xor     al, al
.done:
        ret
