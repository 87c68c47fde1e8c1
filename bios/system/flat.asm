; INT 13h, functions 42h and 43h with a flat address: buffers anywhere below 4 GB.
;
; Source: BIOS Enhanced Disk Drive Specification 3.0 (Phoenix, 1998), device address packet: a buffer of FFFF:FFFF
; stands for the 64-bit address at offset 10h.
;
; What lies below 1 MB is a segment and an offset to every processor. Above, each block of a drive goes from or to its
; port in protected mode (blockmove.asm): a 286 reaches 16 MB, a 386 4 GB. In virtual-8086 mode it is not ours to switch.

; edd_buffer: the buffer of the caller's packet for rq_count blocks of 2^AL bytes: to rq_off and rq_seg, or with rq_flat
; set to both as one address. CF set with AL = status when it cannot be reached. Changes AX, BX, CX, DX, DI, ES.
edd_buffer:
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        mov     bx, [es:di+4]
        mov     [eb_rq+rq_off], bx
        mov     cx, [es:di+6]
        mov     [eb_rq+rq_seg], cx
        and     bx, cx
        inc     bx
        jz      .flat
.ok:
        xor     al, al                  ; CF clear
        ret
.bad:
        mov     al, 01h
        stc
        ret
.flat:
        cmp     byte [es:di], 18h       ; is it there?
        jb      .bad
        mov     bx, [eb_rq+rq_count]
        test    bx, bx
        jz      .ok
        mov     cx, [es:di+14h]
        or      cx, [es:di+16h]
        jnz     .bad
        xor     dx, dx
.bytes:
        shl     bx, 1
        rcl     dx, 1
        dec     al
        jnz     .bytes
        mov     ax, [es:di+10h]
        mov     [eb_rq+rq_off], ax
        mov     cx, [es:di+12h]
        mov     [eb_rq+rq_seg], cx
        add     bx, ax                  ; DX:BX = end
        adc     dx, cx
        jc      .bad
        sub     bx, 1                   ; the last byte tells who reaches it
        sbb     dx, 0
        cmp     dx, 10h
        jb      .low
        mov     al, [eb_cpu]
        cmp     al, CPU_80286
        jb      .bad
        ja      .wide
        test    dh, dh                  ; 16 MB
        jnz     .bad
.wide:
cpu 286
        smsw    ax
cpu 8086
        test    al, 1
        jnz     .bad
        mov     byte [eb_rq+rq_flat], 1
        jmp     .ok
.low:
        mov     ax, [eb_rq+rq_off]
        and     word [eb_rq+rq_off], 000Fh
        mov     bx, cx
        mov     cl, 4
        shr     ax, cl
        mov     cl, 12
        shl     bx, cl
        or      ax, bx
        mov     [eb_rq+rq_seg], ax
        jmp     .ok

; edd_run: AX = ata_run or cd_run, with the A20 gate open where the buffer needs it. Results as theirs.
edd_run:
        cmp     byte [eb_rq+rq_flat], 0
        jne     .flat
        jmp     ax
.flat:
        mov     bx, ax
        call    a20_state
        push    ax                      ; AL = gate as found
        test    al, al
        jnz     .open
        mov     ah, 1
        call    .gate
        mov     al, 0BBh                ; undefined error
        jc      .closed
.open:
        call    bx
.closed:
        mov     byte [eb_rq+rq_flat], 0
        pop     cx
        pushf
        test    cl, cl
        jnz     .done
        push    ax
        mov     ah, 0
        call    .gate
        pop     ax
.done:
        popf
        ret
.gate:
        push    ds
        mov     ds, [cs:seg_bda]
        call    a20_gate
        pop     ds
        ret

; flat_move: CX words, 4000h at most, between port DX and the flat address, which is advanced. Changes AX, CX, DI, ES.
flat_move:
        jcxz    .none
        push    si
        push    bx
        push    cx
        push    dx
        push    ds
        pop     es
        mov     si, eb_scratch
        mov     di, eb_scratch+GDT_SOURCE
        call    .descriptor
        call    .descriptor
        push    cx
        push    dx
        call    move_table
        pop     dx
        pop     cx
        mov     di, .in
        cmp     byte [eb_rq+rq_op], RQ_WRITE
        jne     .way
        mov     di, .out
.way:
        push    ds
        mov     ds, [cs:seg_bda]
        call    move_switched
        pop     ds
        pop     dx
        pop     cx
        pop     bx
        pop     si
        shl     cx, 1
        add     [eb_rq+rq_off], cx
        adc     word [eb_rq+rq_seg], 0
.none:
        ret
.descriptor:
        mov     ax, 0FFFFh
        stosw
        mov     ax, [eb_rq+rq_off]
        stosw
        mov     ax, [eb_rq+rq_seg]
        stosb
        mov     al, DESC_DATA
        stosb
        mov     al, 0                   ; AH = bits 24-31
        stosw
        ret
cpu 286
.in:
        rep insw
        ret
.out:
        rep outsw
        ret
cpu 8086
