; INT 13h, functions 08h and 15h-18h: what floppy drives and disks there are.
;
; Source: IBM PC AT Technical Reference, section 5, INT 13h "Diskette".

; AH = 08h: drive parameters. Out: BL type, CH/CL last cylinder and sector, DH last head, DL drives,
; ES:DI parameter table, AX = 0.
fd_params:
        mov     dl, 0
        call    fd_type
        mov     bl, 0
        cmp     al, 1
        cmc
        adc     bl, 0
        mov     dl, 1
        call    fd_type
        cmp     al, 1
        cmc
        adc     bl, 0                   ; BL = drives
        mov     dl, [bp+v_drive]
        cmp     dl, 2
        jb      .valid
        jmp     fd_bad
.valid:
        xor     ax, ax
        mov     [bp+F_AX], ax
        mov     [bp+F_BX], ax
        mov     [bp+F_CX], ax
        mov     [bp+F_DX], ax
        mov     [bp+F_DL], bl
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], ax
        mov     al, [bp+v_type]
        test    al, al
        jz      .done
        mov     [bp+F_BL], al
        mov     byte [bp+F_DH], 1
        call    fd_type_row
        mov     ax, [cs:si+fr_cyl]      ; cylinder, sectors
        mov     [bp+F_CH], al
        mov     [bp+F_CL], ah
        mov     ax, [cs:si+fr_dpt]
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], cs
.done:
        mov     byte [bda_fd_status], 0
        clear_cf
        jmp     fd_leave

; AH = 15h: Out: AH = 0 no drive, 1 drive without, 2 drive with change line.
fd_drive_type:
        mov     al, [bp+v_type]
        mov     ah, al
        cmp     al, 1
        jbe     .have
        call    fd_has_line
        mov     ah, 1
        jz      .have
        mov     ah, 2
.have:
        mov     [bp+F_AH], ah
        mov     byte [bda_fd_status], 0
        clear_cf
        jmp     fd_leave

; AH = 16h: change line. Out: AH = 0, or 06h and CF when it is active.
fd_change:
        mov     al, 80h
        cmp     byte [bp+v_type], 0
        je      .out
        call    fd_motor_on
        call    fd_line
        mov     al, 06h
        jc      .out
        mov     al, 0
.out:
        jmp     fd_exit

; AH = 17h: AL = 1 360 KB in a 360 KB drive, 2 360 KB in a 1.2 MB drive, 3 1.2 MB, 4 720 KB.
fd_set_type:
        cmp     byte [bp+v_type], 0
        je      fd_no_drive
        mov     bl, [bp+F_AL]
        dec     bl
        cmp     bl, 4
        jae     fd_type_bad
        xor     bh, bh
        mov     cl, [cs:fd_type_states+bx]
        jmp     fd_format_state
fd_type_bad:
        jmp     fd_bad
fd_type_states:
        db      93h, 74h, 15h, 97h

; AH = 18h: CH = last cylinder, CL = sectors: the medium to be formatted. Out: ES:DI = its parameter table.
fd_set_media:
        cmp     byte [bp+v_type], 0
        je      fd_no_drive
        mov     ax, [bp+F_CX]
        and     al, 3Fh
        xchg    al, ah                  ; AL = cylinder, AH = sectors
        mov     si, fd_media_table
.next:
        mov     bl, [cs:si]
        test    bl, bl
        jz      .unknown
        cmp     bl, [bp+v_type]
        jne     .skip
        cmp     ax, [cs:si+fr_cyl]
        je      .found
.skip:
        add     si, fr_size
        jmp     .next
.unknown:
        cmp     si, fd_format_table     ; the end of the first table or of the second?
        ja      .none
        mov     si, fd_format_table
        jmp     .next
.none:
        mov     al, 0Ch
        jmp     fd_exit
.found:
        mov     ax, [cs:si+fr_dpt]
        mov     [bp+F_DI], ax
        mov     [bp+F_ES], cs
        mov     cl, [cs:si+fr_state]
fd_format_state:
        push    cx
        call    fd_motor_on
        call    fd_specify
        call    fd_check_change         ; a new disk is fine, no disk is not
        pop     cx
        jnc     .set
        cmp     al, 06h
        jne     .out
.set:
        mov     bl, [bp+v_drive]
        xor     bh, bh
        mov     [bda_fd_media+bx], cl
        mov     al, 0
.out:
        jmp     fd_exit
fd_no_drive:
        mov     al, 80h
        jmp     fd_exit
