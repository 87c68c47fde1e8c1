; CMOS memory.
;
; Source: IBM PC AT Technical Reference, section 1, "CMOS RAM addresses". The index port also masks the
; NMI; reads and writes here leave the NMI enabled, as the AT's own routines do after POST.

; cmos_read: AL = index. Out: AL. All else kept.
cmos_read:
        pushf
        cli
        out     CMOS_INDEX, al
        jmp     short $+2
        in      al, CMOS_DATA
        popf
        ret

; cmos_write: AL = index, AH = value. All kept.
cmos_write:
        push    ax
        pushf
        cli
        out     CMOS_INDEX, al
        jmp     short $+2
        mov     al, ah
        out     CMOS_DATA, al
        popf
        pop     ax
        ret

; cmos_word: AL = index of the low byte. Out: AX.
cmos_word:
        push    bx
        mov     bl, al
        inc     al
        call    cmos_read
        mov     bh, al
        mov     al, bl
        call    cmos_read
        mov     ah, bh
        pop     bx
        ret

; cmos_seal: writes the checksum of 10h..2Dh. Changes AX, BX, CX.
cmos_seal:
        xor     bx, bx
        mov     cl, 10h
.next:
        mov     al, cl
        call    cmos_read
        xor     ah, ah
        add     bx, ax
        inc     cl
        cmp     cl, CMOS_SUM
        jb      .next
        mov     al, CMOS_SUM
        mov     ah, bh
        call    cmos_write
        mov     al, CMOS_SUM+1
        mov     ah, bl
        jmp     cmos_write

; have_cmos: ZF set when the board has no CMOS. All kept. DS = BIOS data area.
have_cmos:
        push    es
        ebda    es
        test    byte [es:eb_board], BOARD_CMOS
        pop     es
        ret

; cpu_at_least: AL = CPU_ value. CF set when the processor is older. DS = BIOS data area. All kept.
cpu_at_least:
        push    es
        ebda    es
        cmp     [es:eb_cpu], al
        pop     es
        ret
