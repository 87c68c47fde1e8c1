; How much memory there is, and the extended BIOS data area at its end.
;
; Base memory is looked at; what lies above 1 MB is told by the CMOS, where the board's set-up has put it.

; memory_size: Out: AX = KB of base memory, at most 640. No stack is needed before: returns to BP. Changes AX, BX, CX,
; DX, SI, ES. The first 64 KB are taken for granted.
memory_size:
        mov     bx, 1000h               ; segment looked at
.next:
        mov     es, bx
        mov     ax, [es:0]              ; a warm boot keeps what is there
        mov     si, [es:2]
        mov     cx, 55AAh
        mov     [es:0], cx
        mov     dx, 0AA55h              ; leaves something else on the bus
        mov     [es:2], dx
        cmp     [es:0], cx
        jne     .end
        cmp     [es:2], dx
        jne     .end
        mov     [es:0], ax
        mov     [es:2], si
        add     bx, 40h                 ; 1 KB
        cmp     bx, 0A000h
        jb      .next
.end:
        mov     ax, bx
        mov     cl, 6
        shr     ax, cl
        jmp     bp

; ebda_init: takes the last KB of base memory. AX = KB. DS = BIOS data area. Changes AX, CX, DI, ES.
ebda_init:
        sub     ax, EBDA_KB
        mov     [bda_base_kb], ax
        mov     cl, 6
        shl     ax, cl
        mov     [bda_ebda], ax
        mov     es, ax
        xor     di, di
        xor     ax, ax
        mov     cx, EBDA_KB*512
        cld
        rep stosw
        mov     byte [es:eb_size], EBDA_KB
        ret

; cmos_check: set-up values that do not add up (an empty battery) are replaced by a PC with one 1.44 MB drive and the
; memory that is there; without any sum they hold if they tell the truth of the base memory. Out: CF set when they were
; replaced. DS = BIOS data area. Changes AX, BX, CX, DX.
cmos_check:
        call    have_cmos
        jz      .good
        xor     bx, bx
        mov     cl, 10h
.sum:
        mov     al, cl
        call    cmos_read
        xor     ah, ah
        add     bx, ax
        inc     cl
        cmp     cl, CMOS_SUM
        jb      .sum
        mov     al, CMOS_SUM
        call    cmos_read
        mov     ah, al
        mov     al, CMOS_SUM+1
        call    cmos_read
        cmp     ax, bx
        je      .good
        test    ax, ax                  ; a board may fill in the values and leave the sum to us: the base memory tells
        jnz     .lost
        mov     al, CMOS_BASE
        call    cmos_word
        sub     ax, EBDA_KB
        cmp     ax, [bda_base_kb]
        jne     .lost
        call    cmos_seal
        clc
        ret
.lost:
        mov     cl, 10h
.clear:
        mov     al, cl
        mov     ah, 0
        call    cmos_write
        inc     cl
        cmp     cl, CMOS_SUM
        jb      .clear
        mov     ax, 4000h|CMOS_FLOPPY
        call    cmos_write
        mov     ax, 0D00h|CMOS_EQUIP
        call    cmos_write
        mov     dx, [bda_base_kb]
        add     dx, EBDA_KB
        mov     al, CMOS_BASE
        call    .word
        mov     al, CMOS_EXT_FOUND
        call    cmos_word
        mov     dx, ax
        mov     al, CMOS_EXT
        call    .word
        call    cmos_seal
        stc
        ret
.good:
        clc
        ret
.word:                                  ; DX to AL, AL + 1
        mov     ah, dl
        call    cmos_write
        inc     al
        mov     ah, dh
        jmp     cmos_write
