; INT 10h: from the interrupt to the services.
;
; Every service gets the caller's AX, BX, CX, DX in the registers, DS = the BIOS data
; area, the direction flag clear, and the caller's registers at [bp+R_xx] to change;
; it may spoil all registers but DS, BP and SS:SP.

int10:
        sti
        cld
        push es
        push ds
        push bp
        push di
        push si
        push dx
        push cx
        push bx
        push ax
        mov bp, sp
        mov si, BDA
        mov ds, si
%ifdef VIDEO_6845
        cmp word [CRTC], 0
        je .later                       ; there is no display
%endif
        cmp ah, (services_end-services)/2
        jae .later
        mov si, ax
        xchg al, ah
        mov ah, 0
        shl ax, 1
        xchg si, ax                     ; AX as called, SI = index
        call [cs:services+si]
.out:
        pop ax
        pop bx
        pop cx
        pop dx
        pop si
        pop di
        pop bp
        pop ds
        pop es
        iret

.later:
%ifdef VIDEO_6845
        call crt_absent
%else
%ifdef VIDEO_VGA
        cmp ah, 4Fh
        jne .out
        call vbe
%endif
%endif
        jmp .out

none:
        ret

%ifndef VIDEO_6845
; AH=04h: no light pen was pressed.
light_pen:
        mov byte [bp+R_AH], 0
        ret

; AH=0Fh.
get_mode:
        mov al, [INFO]
        and al, 80h
        or al, [MODE]
        mov [bp+R_AL], al
        mov al, [COLS]
        mov [bp+R_AH], al
        mov al, [PAGE]
        mov [bp+R_BH], al
        ret
%endif
