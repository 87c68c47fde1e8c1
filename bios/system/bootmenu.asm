; The boot menu: F12, pressed at any time during POST, or a bit of the CMOS asks for it.
;
; Source: BIOS Boot Specification 1.01, section 5 (the user chooses the device for this start only). The drive chosen
; becomes the first of its kind, since boot loaders of hard disks expect to be on drive 80h.

KEY_F12         equ 8600h               ; INT 16h AH = 10h
SCAN_F12        equ 58h
KEY_ESC         equ 011Bh
BOOT_KEY_TICKS  equ 9                   ; half a second from the prompt to the start
CMOS_BOOT_MENU  equ 02h                 ; CMOS_BOOT2: the menu at once

; boot_prompt: POST: tells of the key. DS = BIOS data area. Changes SI, ES.
boot_prompt:
        ebda    es
        mov     si, [bda_ticks]
        mov     [es:eb_boot_prompt], si
        mov     si, .text
        jmp     puts
.text:  db      "Press F12 for the boot menu", 13, 10, 0

; boot_early: AL = a byte from the keyboard that no interrupt took. DS = BIOS data area. All kept.
boot_early:
        cmp     al, SCAN_F12
        jne     .other
        push    es
        ebda    es
        mov     byte [es:eb_boot_key], 1
        pop     es
.other:
        ret

; boot_asked: the end of POST: shows the menu if somebody wants it. DS = BIOS data area. Changes everything but DS.
boot_asked:
        call    have_cmos
        jz      .wait
        mov     al, CMOS_BOOT2
        call    cmos_read
        test    al, CMOS_BOOT_MENU
        jnz     boot_menu
.wait:
        cli
        call    boot_pressed
        je      .menu
        mov     ax, [bda_ticks]
        ebda    es
        sub     ax, [es:eb_boot_prompt]
        cmp     ax, BOOT_KEY_TICKS
        jae     .go
        sti
        hlt
        jmp     .wait
.go:
        sti
        ret
.menu:
        mov     ax, [bda_kb_tail]       ; what was typed was meant for us
        mov     [bda_kb_head], ax
        sti
        jmp     boot_menu

; boot_pressed: ZF set when F12 is among the keys. Changes BX, ES.
boot_pressed:
        ebda    es
        cmp     byte [es:eb_boot_key], 1
        je      .done
        mov     bx, [bda_kb_head]
.next:
        cmp     bx, [bda_kb_tail]
        je      .none
        cmp     word [bx], KEY_F12
        je      .done
        inc     bx
        inc     bx
        cmp     bx, [bda_kb_end]
        jb      .next
        mov     bx, [bda_kb_start]
        jmp     .next
.none:
        test    bx, bx                  ; an address in the data area: never 0
.done:
        ret

; boot_menu: lists what there is and waits for a choice, which INT 19h starts. DS = BIOS data area. Changes everything
; but DS.
boot_menu:
        mov     si, .title
        call    puts
        mov     bl, 0                   ; lines so far
        mov     dl, 0
        call    fd_type
        test    al, al
        jz      .disks
        mov     al, BOOT_FLOPPY
        call    .line
        call    put_floppy
.disks:
        xor     cx, cx
        ebda    es
.disk:
        cmp     cl, [es:eb_disk_count]
        jae     .cds
        mov     al, cl
        push    cx
        mov     cl, 4
        shl     al, cl
        pop     cx
        or      al, BOOT_DISK
        call    .line
        mov     al, cl
        call    put_disk
        inc     cx
        jmp     .disk
.cds:
        xor     cx, cx
.cd:
        ebda    es
        cmp     cl, [es:eb_cd_count]
        jae     .ask
        mov     al, cl
        push    cx
        mov     cl, 4
        shl     al, cl
        pop     cx
        or      al, BOOT_CD
        call    .line
        mov     al, cl
        call    put_cd
        inc     cx
        jmp     .cd
.ask:
        mov     si, .keys
        call    puts
.key:
        mov     ah, 10h
        int     16h
        cmp     ax, KEY_ESC
        je      .escape
        cmp     al, '1'
        jb      .key
        sub     al, '1'
        cmp     al, bl
        jae     .key
        mov     bl, al
        add     al, '1'
        call    putc
        call    put_crlf
        call    put_crlf
        xor     bh, bh
        ebda    es
        mov     al, [es:eb_boot_lines+bx]
        mov     [es:eb_boot_choice], al
        ret
.escape:
        call    put_crlf
        jmp     put_crlf
; .line: AL = the choice of the next line. BL = lines so far, counted up. Changes AX, SI.
.line:
        push    es
        ebda    es
        xor     bh, bh
        mov     [es:eb_boot_lines+bx], al
        pop     es
        inc     bx
        mov     al, ' '
        call    putc
        call    putc
        mov     al, bl
        add     al, '0'
        call    putc
        mov     al, ' '
        call    putc
        jmp     putc
.title: db      13, 10, "Boot menu", 13, 10, 0
.keys:  db      "Press a number, or ESC to start as set up: ", 0

; boot_chosen: INT 19h: starts what the menu chose; if that cannot be, the menu comes again. DS = BIOS data area.
boot_chosen:
        ebda    es
        xor     ax, ax
        xchg    al, [es:eb_boot_choice]
        test    al, al
        jnz     .choice
        ret
.choice:
        mov     ah, al
        and     al, 0Fh
        mov     cl, 4
        shr     ah, cl
        xchg    ah, al                  ; AL = index, AH = kind
        cmp     ah, BOOT_CD
        je      .cd
        mov     dl, 0
        cmp     ah, BOOT_FLOPPY
        je      .sector
        mov     dl, 80h
        push    ax
        call    boot_swap
        call    boot_sector
        pop     ax
        call    boot_swap
        jmp     short .failed
.sector:
        call    boot_sector
        jmp     short .failed
.cd:
        call    boot_cd_drive
.failed:
        mov     ds, [cs:seg_bda]
        mov     si, .text
        call    puts
        call    boot_menu
        jmp     boot_chosen
.text:  db      "It cannot be started from.", 13, 10, 0

; boot_swap: hard disk AL and the first one change places. DS = BIOS data area. Changes AX, BX, CX, DI, SI, ES.
boot_swap:
        test    al, al
        jz      .done
        push    ds
        push    dx
        ebda    ds
        xor     ah, ah
        mov     bx, ax
        mov     cl, 4
        shl     bx, cl
        mov     si, eb_dpte
        add     bx, si
        mov     cx, 16
        call    .exchange
        mov     bx, ax
        mov     cl, 5                   ; dk_size = 32
        shl     bx, cl
        mov     si, eb_disks
        add     bx, si
        mov     cx, dk_size
        call    .exchange
        mov     si, eb_disks
        call    disk_table
        cmp     byte [eb_disk_count], 2
        jb      .tables
        mov     si, eb_disks+dk_size
        call    disk_table
.tables:
        pop     dx
        pop     ds
.done:
        ret
.exchange:                              ; CX bytes at SI and BX
        mov     dl, [si]
        xchg    dl, [bx]
        mov     [si], dl
        inc     si
        inc     bx
        loop    .exchange
        ret
