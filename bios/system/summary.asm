; The screen that POST shows: processor, memory (memcount.asm), drives, ports.

; banner: the lines above the memory count: who this is, the processor, the key for the boot menu. DS = BIOS data area.
; Changes everything but DS.
banner:
        mov     si, .title
        call    puts
        call    put_cpu
        call    put_crlf
        jmp     boot_prompt
.title: db      "beige BIOS", 13, 10, 0

; summary: the drives and ports found. DS = BIOS data area. Changes everything but DS.
summary:
        mov     dl, 0
        call    .floppy
        mov     dl, 1
        call    .floppy
        xor     cx, cx
.disk:
        ebda    es
        cmp     cl, [es:eb_disk_count]
        jae     .cds
        mov     al, cl
        call    put_disk
        inc     cx
        jmp     .disk
.cds:
        xor     cx, cx
.cd:
        ebda    es
        cmp     cl, [es:eb_cd_count]
        jae     .ports
        mov     al, cl
        call    put_cd
        inc     cx
        jmp     .cd
.ports:
        mov     si, .serial
        mov     di, bda_com
        mov     cx, 4
        call    .addresses
        mov     si, .parallel
        mov     di, bda_lpt
        mov     cx, 3
        call    .addresses
        ebda    es
        test    byte [es:eb_board], BOARD_KBC|BOARD_KEYS
        jz      .end
        mov     si, .keyboard
        call    puts
        test    byte [es:eb_board], BOARD_MOUSE
        jz      .line
        mov     si, .mouse
        call    puts
.line:
        call    put_crlf
.end:
        jmp     put_crlf
.serial:
        db      "Serial ports:", 0
.parallel:
        db      "Parallel ports:", 0
.keyboard:
        db      "Keyboard", 0
.mouse: db      ", mouse", 0
; .addresses: SI = name, DI = list of CX port addresses. Nothing is printed of an empty list.
.addresses:
        cmp     word [di], 0
        je      .no_ports
        call    puts
.address:
        mov     ax, [di]
        test    ax, ax
        jz      .last
        push    ax
        mov     al, ' '
        call    putc
        pop     ax
        call    put_hex
.last:
        inc     di
        inc     di
        loop    .address
        call    put_crlf
.no_ports:
        ret
.floppy:
        call    fd_type
        test    al, al
        jz      .no_ports
        ; on to print it

; put_floppy: drive DL, a line. DS = BIOS data area. Changes AX, SI.
put_floppy:
        mov     si, .drive
        call    puts
        mov     al, dl
        add     al, 'A'
        call    putc
        call    put_colon
        call    fd_type
        cmp     al, 6
        ja      .end
        xor     ah, ah
        shl     ax, 1
        mov     si, ax
        mov     si, [cs:.types+si]
        call    puts
.end:
        jmp     put_crlf
.drive: db      "Drive ", 0
.types: dw      .none, .t1, .t2, .t3, .t4, .t5, .t5
.none:  db      "none", 0
.t1:    db      "360 KB", 0
.t2:    db      "1.2 MB", 0
.t3:    db      "720 KB", 0
.t4:    db      "1.44 MB", 0
.t5:    db      "2.88 MB", 0

; put_disk: hard disk AL, a line. DS = BIOS data area. Changes AX, DX, SI, ES.
put_disk:
        push    bx
        push    cx
        ebda    es
        mov     si, .text
        call    puts
        xor     ah, ah
        mov     bx, ax
        add     al, '0'
        call    putc
        call    put_colon
        mov     cl, 5                   ; dk_size = 32
        shl     bx, cl
        add     bx, eb_disks
        cmp     word [es:bx+dk_total+4], 0
        jne     .huge
        mov     ax, [es:bx+dk_total]    ; sectors / 2048 = MB
        mov     dx, [es:bx+dk_total+2]
        mov     cx, 11
.shift:
        shr     dx, 1
        rcr     ax, 1
        loop    .shift
        call    put_dec
        mov     si, .mb
        jmp     short .size
.huge:
        mov     si, .more
.size:
        call    puts
        pop     cx
        pop     bx
        ret
.text:  db      "Hard disk ", 0
.mb:    db      " MB", 13, 10, 0
.more:  db      "more than 2 TB", 13, 10, 0

; put_cd: CD-ROM drive AL, a line. Changes AX, SI.
put_cd:
        mov     si, .text
        call    puts
        add     al, '0'
        call    putc
        jmp     put_crlf
.text:  db      "CD-ROM drive ", 0

put_colon:
        mov     al, ':'
        call    putc
        mov     al, ' '
        jmp     putc

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
