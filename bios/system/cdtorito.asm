; INT 13h 4Ah to 4Dh: what a boot CD emulates.
;
; Source: "El Torito" Bootable CD-ROM Format Specification 1.0, section 4. The specification packet:
;
;       +00 size (13h)          +08 device: bit 0 slave     +10 CH of INT 13h 08h
;       +01 media type          +0A user buffer segment     +11 CL
;       +02 drive number        +0C load segment            +12 DH
;       +03 controller          +0E blocks to load
;       +04 first sector of the image

SP_SIZE         equ 13h
SP_ATAPI        equ 40h                 ; media type: the device field is about an IDE interface

cd_torito:
        svc_enter
        ebda    ds
        cmp     byte [eb_cd_count], 0
        je      cd_t_bad
        mov     es, [bp+F_DS]
        mov     di, [bp+F_SI]
        sub     ah, 4Ah
        svc_dispatch cd_torito_table, 4, cd_t_bad
cd_torito_table:
        dw      cd_4a, cd_4b, cd_4c, cd_4d
cd_t_bad:
        jmp     cd_bad

; 4Ah: emulates what the packet says.
cd_4a:
        call    cd_specified
        jc      cd_t_fail
        call    cd_emulate
        jmp     cd_ok
cd_t_fail:
        mov     word [eb_emul+em_load_count], 0
        jmp     hd_exit

; 4Ch: ... and boots it. Returns only when that fails.
cd_4c:
        call    cd_specified
        jc      cd_t_fail
        call    cd_load
        jc      cd_t_fail
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, BOOT_OFF
        sti
        jmp     boot_cd_loaded

; cd_specified: the packet at ES:DI to eb_emul, any emulation ended. Out: SI = drive; CF set with AL = status.
cd_specified:
        cmp     byte [bp+F_AL], 0
        jne     .bad
        mov     ch, [es:di+3]           ; controller
        mov     cl, [es:di+8]
        and     cl, 1
        xor     ax, ax
.drive:
        cmp     al, [eb_cd_count]
        jae     .bad
        call    cd_entry
        call    cd_place
        cmp     bx, cx
        je      .found
        inc     ax
        jmp     .drive
.found:
        call    cd_release_ebda
        mov     [eb_emul+em_cd], al
        push    es
        push    di
        call    cd_ready
        pop     di
        pop     es
        jc      .out
        mov     al, [es:di+1]
        mov     dx, [es:di+0Ch]
        mov     cx, [es:di+0Eh]
        mov     bx, [es:di+4]
        mov     di, [es:di+6]
        call    cd_image
        jc      .bad
.out:
        ret
.bad:
        mov     al, 01h
        stc
        ret

; cd_place: drive SI as BH = controller, BL = device.
cd_place:
        mov     bx, 0
        cmp     word [si+dk_base], 1F0h
        je      .first
        inc     bh
.first:
        test    byte [si+dk_select], 10h
        jz      .master
        inc     bx
.master:
        ret

; 4Bh: AL = 0 ends the emulation, 1 only asks. DL = the drive, or 7Fh. Out: specification packet at DS:SI.
cd_4b:
        cmp     byte [bp+F_AL], 1
        ja      cd_t_bad
        cmp     word [eb_emul+em_load_count], 0
        je      cd_t_bad
        cmp     dl, 7Fh
        je      .tell
        cmp     dl, [eb_emul+em_drive]
        jne     cd_t_bad
        cmp     byte [eb_emul+em_media], EM_NO_EMUL
        je      .tell
        cmp     byte [eb_emul+em_active], 0
        je      cd_t_bad
.tell:
        mov     al, [eb_emul+em_cd]
        call    cd_entry
        call    cd_place
        mov     al, SP_SIZE
        stosb
        mov     al, [eb_emul+em_media]
        or      al, SP_ATAPI
        stosb
        mov     al, [eb_emul+em_drive]
        stosb
        mov     al, bh
        stosb
        mov     ax, [eb_emul+em_lba]
        stosw
        mov     ax, [eb_emul+em_lba+2]
        stosw
        mov     al, bl
        xor     ah, ah
        stosw
        xor     ax, ax                  ; no user buffer
        stosw
        mov     ax, [eb_emul+em_load_seg]
        stosw
        mov     ax, [eb_emul+em_load_count]
        stosw
        mov     ax, [eb_emul+em_cyls]
        test    ax, ax
        jz      .geometry               ; no emulation: three zeros
        dec     ax
.geometry:
        stosb
        mov     cl, 6
        shl     ah, cl
        or      ah, [eb_emul+em_secs]
        mov     al, ah
        stosb
        mov     al, [eb_emul+em_heads]
        cmp     al, 1
        cmc
        sbb     al, 0
        stosb
        cmp     byte [bp+F_AL], 0
        jne     .out
        call    cd_release_ebda
.out:
        jmp     cd_ok

; 4Dh: reads the boot catalogue. Command packet at DS:SI: +00 size (8), +01 sectors, +02 buffer, +06 first sector.
cd_4d:
        cmp     byte [bp+F_AL], 0
        jne     cd_4d_bad
        mov     al, [eb_emul+em_cd]
        call    cd_entry
        push    es
        push    di
        call    cd_ready
        jc      .popped
        call    cd_catalog
        mov     al, 01h                 ; not a boot disc
.popped:
        pop     di
        pop     es
        jc      .out
        mov     al, [es:di+1]
        xor     ah, ah
        mov     [eb_rq+rq_count], ax
        mov     ax, [es:di+2]
        mov     [eb_rq+rq_off], ax
        mov     ax, [es:di+4]
        mov     [eb_rq+rq_seg], ax
        mov     ax, [es:di+6]
        xor     dx, dx
        add     ax, [eb_emul+em_catalog]
        adc     dx, [eb_emul+em_catalog+2]
        mov     [eb_rq+rq_lba], ax
        mov     [eb_rq+rq_lba+2], dx
        call    cd_run
.out:
        jmp     hd_exit
cd_4d_bad:
        jmp     cd_bad
