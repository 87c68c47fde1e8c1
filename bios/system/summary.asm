; The screen that POST shows: processor, memory, drives.

; summary: DS = BIOS data area. Changes everything but DS.
summary:
        mov     si, .title
        call    puts
        call    put_cpu
        mov     si, .comma
        call    puts
        mov     ax, [bda_base_kb]
        add     ax, EBDA_KB
        call    put_dec16
        mov     si, .base
        call    puts
        call    extended_kb
        mov     cx, ax
        or      cx, dx
        jz      .drives
        mov     si, .plus
        push    dx
        push    ax
        call    puts
        pop     ax
        pop     dx
        call    put_dec
        mov     si, .extended
        call    puts
.drives:
        call    put_crlf
        mov     dl, 0
        call    .floppy
        mov     dl, 1
        call    .floppy
        ebda    es
        mov     cl, [es:eb_disk_count]
        xor     ch, ch
        jcxz    .end
        mov     bx, eb_disks
        mov     al, '0'
.disk:
        mov     si, .disk_text
        call    puts
        call    putc
        push    ax
        push    cx
        mov     al, ':'
        call    putc
        mov     al, ' '
        call    putc
        mov     ax, [es:bx+dk_total+4]
        test    ax, ax
        jnz     .huge
        mov     ax, [es:bx+dk_total]    ; sectors / 2048 = MB
        mov     dx, [es:bx+dk_total+2]
        mov     cx, 11
.shift:
        shr     dx, 1
        rcr     ax, 1
        loop    .shift
        call    put_dec
        mov     si, .mb
        call    puts
        jmp     short .next
.huge:
        mov     si, .more
        call    puts
.next:
        pop     cx
        pop     ax
        inc     ax
        add     bx, dk_size
        loop    .disk
.end:
        call    put_crlf
        ret
; .floppy: DL = drive.
.floppy:
        call    fd_type
        test    al, al
        jz      .no_floppy
        cmp     al, 6
        ja      .no_floppy
        mov     si, .drive
        call    puts
        push    ax
        mov     al, dl
        add     al, 'A'
        call    putc
        mov     al, ':'
        call    putc
        mov     al, ' '
        call    putc
        pop     ax
        xor     ah, ah
        shl     ax, 1
        mov     si, ax
        mov     si, [cs:.types-2+si]
        call    puts
        call    put_crlf
.no_floppy:
        ret
.title: db      "beige BIOS", 13, 10, 0
.comma: db      ", ", 0
.base:  db      " KB base memory", 0
.plus:  db      ", ", 0
.extended:
        db      " KB extended memory", 0
.drive: db      "Drive ", 0
.disk_text:
        db      "Hard disk ", 0
.mb:    db      " MB", 13, 10, 0
.more:  db      "more than 2 TB", 13, 10, 0
.types: dw      .t1, .t2, .t3, .t4, .t5, .t6
.t1:    db      "360 KB", 0
.t2:    db      "1.2 MB", 0
.t3:    db      "720 KB", 0
.t4:    db      "1.44 MB", 0
.t5:
.t6:    db      "2.88 MB", 0

; extended_kb: Out: DX:AX = KB above 1 MB. DS = BIOS data area. Changes BX, CX.
extended_kb:
        xor     ax, ax
        xor     dx, dx
        call    have_cmos
        jz      .done
        mov     al, CPU_80286
        call    cpu_at_least
        mov     ax, 0
        jc      .done
        call    ext_sizes
        push    ax
        mov     ax, bx
        mov     cx, 64
        mul     cx
        pop     bx
        add     ax, bx
        adc     dx, 0
.done:
        ret
