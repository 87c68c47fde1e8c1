; The memory count of POST: what lies above 1 MB is looked at, a word at the end of each MB, while the number on the
; screen grows. Memory that the set-up tells of but that does not answer is taken out of the CMOS again.
;
; Sources: IBM PC AT Technical Reference, section 5, "POST" (test of the memory above 1 MB, size found in CMOS 30h); a
; warm boot (40:72 = 1234h) leaves the test out.

mc_total        equ eb_scratch+30h      ; KB above 1 MB, dword; 00h-2Fh: descriptors of the move
mc_done         equ eb_scratch+34h      ; KB counted, dword
mc_cursor       equ eb_scratch+38h
mc_word         equ eb_scratch+3Ah      ; what is moved
mc_kept         equ eb_scratch+3Ch      ; what was in memory

; memory_count: prints and counts. DS = BIOS data area. Changes everything but DS, BP.
memory_count:
        mov     ax, [bda_base_kb]
        add     ax, EBDA_KB
        call    put_dec16
        mov     si, .base
        call    puts
        call    extended_kb
        mov     cx, ax
        or      cx, dx
        jz      .crlf
        mov     si, .plus
        call    puts
        ebda    es
        mov     [es:mc_total], ax
        mov     [es:mc_total+2], dx
        mov     word [es:mc_done], 0
        mov     word [es:mc_done+2], 0
        mov     ah, 03h
        mov     bh, 0
        int     10h
        mov     [es:mc_cursor], dx
        cmp     word [bda_reset_flag], 1234h
        je      .all
.next:
        mov     ax, [es:mc_total]       ; the next MB, or what is left
        mov     dx, [es:mc_total+2]
        sub     ax, [es:mc_done]
        sbb     dx, [es:mc_done+2]
        jnz     .whole
        test    ax, ax
        jz      .end
        cmp     ax, 1024
        jbe     .add
.whole:
        mov     ax, 1024
.add:
        push    ax
        add     [es:mc_done], ax
        adc     word [es:mc_done+2], 0
        call    .probe
        pop     ax
        jne     .missing
        mov     al, [es:mc_done+1]      ; more than 64 MB: every 16 MB are shown
        cmp     word [es:mc_total+2], 0
        je      .show
        test    al, 3Fh
        jnz     .next
.show:
        call    .print
        jmp     .next
.missing:
        sub     [es:mc_done], ax
        sbb     word [es:mc_done+2], 0
        call    .print
        mov     si, .less
        call    puts
        jmp     memory_found
.all:
        mov     ax, [es:mc_total]
        mov     [es:mc_done], ax
        mov     ax, [es:mc_total+2]
        mov     [es:mc_done+2], ax
.end:
        call    .print
.crlf:
        jmp     put_crlf
.base:  db      " KB base memory", 0
.plus:  db      ", ", 0
.extended:
        db      " KB extended memory", 0
.less:  db      13, 10, "The memory above does not answer; the set-up was corrected.", 13, 10, 0

; .print: the number so far, in its place. Where a teletype is all there is, the numbers would pile up.
.print:
        push    es
        xor     ax, ax
        mov     es, ax
        cmp     word [es:4*10h+2], 0F000h
        pop     es
        jne     .place
        mov     ax, [es:mc_done]
        cmp     ax, [es:mc_total]
        jne     .printed
        mov     ax, [es:mc_done+2]
        cmp     ax, [es:mc_total+2]
        jne     .printed
.place:
        mov     dx, [es:mc_cursor]
        mov     ah, 02h
        mov     bh, 0
        int     10h
        mov     ax, [es:mc_done]
        mov     dx, [es:mc_done+2]
        call    put_dec
        mov     si, .extended
        call    puts
.printed:
        ret

; .probe: ZF set when the last word of what is counted holds what is written to it. It keeps what is there.
.probe:
        call    .from
        mov     ax, [es:mc_word]
        mov     [es:mc_kept], ax
        mov     ax, [es:mc_done]
        xor     ax, 0A55Ah
        mov     [es:mc_word], ax
        call    .to
        mov     word [es:mc_word], 0
        call    .from
        mov     ax, [es:mc_kept]
        xchg    ax, [es:mc_word]
        push    ax
        call    .to
        pop     ax
        xor     ax, 0A55Ah
        cmp     ax, [es:mc_done]
        ret
.from:
        mov     si, eb_scratch+GDT_SOURCE
        mov     di, eb_scratch+GDT_DEST
        jmp     short .move
.to:
        mov     si, eb_scratch+GDT_DEST
        mov     di, eb_scratch+GDT_SOURCE
; .move: one word from or to the end of what is counted, with its descriptor at SI and that of mc_word at DI.
.move:
        push    di
        mov     di, eb_scratch
        xor     ax, ax
        mov     cx, 30h/2
        rep stosw
        pop     di
        mov     ax, [es:mc_done]
        mov     dx, [es:mc_done+2]
        add     ax, 1024                ; they start at 1 MB
        adc     dx, 0
        mov     cx, 10
.bytes:
        shl     ax, 1
        rcl     dx, 1
        loop    .bytes
        sub     ax, 2
        sbb     dx, 0
        call    .descriptor
        mov     si, di
        mov     ax, es
        mov     dx, ax
        mov     cl, 4
        shl     ax, cl
        mov     cl, 12
        shr     dx, cl
        add     ax, mc_word
        adc     dx, 0
        call    .descriptor
        mov     si, eb_scratch
        mov     cx, 1
        mov     ah, 87h
        int     15h
        ret
; .descriptor: ES:SI = 64 KB of data at DX:AX.
.descriptor:
        mov     word [es:si], 0FFFFh
        mov     [es:si+2], ax
        mov     [es:si+4], dl
        mov     byte [es:si+5], DESC_DATA
        mov     [es:si+7], dh
        ret

; memory_found: what was counted, to the CMOS. ES = EBDA. Changes AX, BX, CX, DX.
memory_found:
        mov     ax, [es:mc_done]
        mov     dx, [es:mc_done+2]
        mov     bx, 0FC00h              ; 63 MB, the most that INT 15h 88h tells
        test    dx, dx
        jnz     .found
        cmp     ax, bx
        ja      .found
        mov     bx, ax
.found:
        push    ax
        mov     al, CMOS_EXT_FOUND
        mov     ah, bl
        call    cmos_write
        mov     al, CMOS_EXT_FOUND+1
        mov     ah, bh
        call    cmos_write
        pop     ax
        sub     ax, 15*1024             ; above 16 MB, in 64 KB
        sbb     dx, 0
        jnc     .above
        xor     ax, ax
        xor     dx, dx
.above:
        mov     cx, 6
.units:
        shr     dx, 1
        rcr     ax, 1
        loop    .units
        mov     dx, ax
        mov     al, CMOS_MEM16
        mov     ah, dl
        call    cmos_write
        mov     al, CMOS_MEM16+1
        mov     ah, dh
        jmp     cmos_write
