; VBE: the display: its power and its identity, the services 10h and 15h.
;
; Sources: VESA BIOS Extensions/Power Management Functions Standard 1.0, section 3; VBE
; Display Data Channel Standard 1.1, section 2.

; 10h: BL = 0 capabilities, 1 state = BH, 2 gives it. States are 0 on, 1 standby, 2 suspend,
; 4 off, which all but the first are a dark screen here.
vbe_dpms:
        mov word [bp+R_AX], 004Fh
        mov dx, VGA_SEQ
        mov al, 1
        out dx, al
        inc dx
        cmp bl, 1
        jb .capabilities
        je .set
        cmp bl, 2
        jne .fail
        in al, dx
        mov ah, 0
        test al, 20h
        jz .answer
        mov ah, [DPMS_NOW]
        test ah, ah
        jnz .answer
        mov ah, 4                       ; whoever darkened it
.answer:
        mov [bp+R_BH], ah
        ret
.capabilities:
        mov word [bp+R_BX], 0710h       ; version 1.0; standby, suspend and off
        ret
.set:
        cmp bh, 4
        ja .fail
        cmp bh, 3
        je .fail
        mov [DPMS_NOW], bh
        in al, dx
        and al, 0DFh
        test bh, bh
        jz .write
        or al, 20h
.write:
        out dx, al
        ret
.fail:
        jmp vbe_fail

; 15h: controller CX = 0: BL = 0: BL = DDC levels, BH = seconds for a block; 1: block DX of the
; EDID to ES:DI.
vbe_ddc:
        mov word [bp+R_AX], 004Fh
        test cx, cx
        jnz .fail
        cmp bl, 1
        ja .fail
        je .read
        mov word [bp+R_BX], 0102h       ; DDC2, the screen stays on
        ret
.read:
        test dx, dx
        jnz .fail                       ; there is one block
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        mov si, vbe_edid
        mov cx, 128/2
        push ds
        push cs
        pop ds
        rep movsw
        pop ds
        ret
.fail:
        jmp vbe_fail

vbe_edid:
        incbin "edid.bin"
