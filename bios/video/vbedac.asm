; VBE: colours and the protected-mode interface: the services 08h to 0Ah.
; Sources: see vbe.asm.

; 08h: the DAC has BH bits a colour (BL = 0); 1 gives it.
vbe_dac:
        mov al, DISPI_BPP
        call dispi_read
        call vbe_graphics
        jc .width
        cmp al, 8
        ja .invalid
.width:
        mov al, DISPI_ENABLE
        call dispi_read
        cmp bl, 1
        ja .fail
        je .get
        call vbe_graphics
        jc .get                         ; the VGA has six bits
        or al, ENABLE_KEEP|ENABLE_DAC8
        cmp bh, 8
        jae .set
        and al, ~ENABLE_DAC8 & 0FFh
.set:
        mov bx, ax
        mov al, DISPI_ENABLE
        call dispi_write
        mov al, DISPI_ENABLE
        call dispi_read
.get:
        mov ah, 6
        test al, ENABLE_DAC8
        jz .answer
        mov ah, 8
.answer:
        mov [bp+R_BH], ah
        ret
.fail:
        jmp vbe_fail
.invalid:
        jmp vbe_invalid

; 09h: CX colours from DX on at ES:DI, four bytes each: blue, green, red, nothing. BL = 0
; sets them, 80h at the next vertical retrace; 1 gives them.
vbe_palette:
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        test dh, dh
        jnz .fail
        mov ax, dx
        add ax, cx
        jc .fail
        cmp ax, 256
        ja .fail
        jcxz .out
        cmp bl, 1
        je .get
        test bl, 7Fh
        jnz .second
        test bl, bl
        jz .set
        call vbe_retrace
.set:
        mov al, dl
        mov dx, VGA_DAC_WRITE
        out dx, al
        inc dx
.next:
        mov al, [es:di+2]
        out dx, al
        mov al, [es:di+1]
        out dx, al
        mov al, [es:di]
        out dx, al
        add di, 4
        loop .next
.out:
        ret
.get:
        mov al, dl
        mov dx, VGA_DAC_READ
        out dx, al
        mov dl, VGA_DAC_DATA & 0FFh
.read:
        in al, dx
        mov [es:di+2], al
        in al, dx
        mov [es:di+1], al
        in al, dx
        mov ah, 0
        xchg al, ah
        mov [es:di+3], al
        mov [es:di], ah
        add di, 4
        loop .read
        ret
.second:
        cmp bl, 3
        ja .fail
        mov word [bp+R_AX], 024Fh       ; there is no second palette
        ret
.fail:
        jmp vbe_fail

; 0Ah: the protected-mode interface.
vbe_protected:
        test bl, bl
        jnz .fail
        mov [bp+R_ES], cs
        mov word [bp+R_DI], vbe_pm
        mov word [bp+R_CX], vbe_pm_end-vbe_pm
        ret
.fail:
        jmp vbe_fail

%include "vbeddc.asm"
%include "vbepm.asm"
