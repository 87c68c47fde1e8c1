; The protected-mode interface of VBE: 32-bit code that a program copies anywhere and
; calls near, with the registers of the services 4F05h, 4F07h and 4F09h.
;
; Source: VBE Core Functions Standard 3.0, "Function 0Ah", and 2.0.

        align 4, db 0
        cpu 386
        bits 32
vbe_pm:
        dw pm_window-vbe_pm
        dw pm_start-vbe_pm
        dw pm_palette-vbe_pm
        dw pm_ports-vbe_pm
pm_ports:
        dw DISPI_INDEX, DISPI_INDEX+1, DISPI_INDEX+2, VGA_DAC_WRITE, VGA_DAC_DATA, 3DAh, 0FFFFh
        dw 0FFFFh                       ; no memory

; In: AL = register. Out: EAX = its value. Keeps the rest.
pm_read:
        push edx
        mov edx, DISPI_INDEX
        movzx eax, al
        out dx, ax
        inc edx
        xor eax, eax
        in ax, dx
        pop edx
        ret

; In: AL = register, CX = value. Spoils EAX.
pm_write:
        push edx
        mov edx, DISPI_INDEX
        movzx eax, al
        out dx, ax
        inc edx
        mov eax, ecx
        out dx, ax
        pop edx
        ret

; Window BL = 0 to bank DX, or with BH = 1 gives it.
pm_window:
        test bl, bl
        jnz .fail
        mov al, DISPI_BANK
        cmp bh, 1
        ja .fail
        je .get
        push ecx
        mov ecx, edx
        call pm_write
        pop ecx
        mov ax, 004Fh
        ret
.get:
        call pm_read
        mov edx, eax
        mov ax, 004Fh
        ret
.fail:
        mov ax, 014Fh
        ret

; The display starts at DX:CX, in doublewords, or bytes of a plane. BL = 80h: at the next
; vertical retrace.
pm_start:
        push ebx
        push ecx
        push edx
        push esi
        test bl, 7Fh
        jnz .fail
        test bl, bl
        jns .now
        push edx
        mov edx, 3DAh
        mov esi, 100000h                ; not for ever
.display:
        dec esi
        jz .blank
        in al, dx
        test al, 8
        jnz .display
.blank:
        dec esi
        js .waited
        in al, dx
        test al, 8
        jz .blank
.waited:
        pop edx
.now:
        shl edx, 16
        movzx ecx, cx
        or ecx, edx                     ; ECX = start
        mov al, DISPI_BPP
        call pm_read
        mov ebx, eax
        mov al, DISPI_WIDTH
        call pm_read
        cmp bl, 4
        jne .packed
        shr eax, 3                      ; bytes a line, and a pixel is an eighth
        mov esi, eax
        mov eax, ecx
        xor edx, edx
        div esi
        shl edx, 3
        jmp short .set
.packed:
        add ebx, 7
        shr ebx, 3                      ; bytes a pixel
        imul eax, ebx
        mov esi, eax
        mov eax, ecx
        shl eax, 2
        xor edx, edx
        div esi                         ; EAX = line, EDX = bytes behind its start
        push eax
        mov eax, edx
        xor edx, edx
        div ebx
        mov edx, eax
        pop eax
.set:
        push eax
        mov ecx, edx
        mov al, DISPI_X
        call pm_write
        pop ecx
        mov al, DISPI_Y
        call pm_write
        mov ax, 004Fh
        jmp short .out
.fail:
        mov ax, 014Fh
.out:
        pop esi
        pop edx
        pop ecx
        pop ebx
        ret

; CX colours from DX on at ES:EDI.
pm_palette:
        push ecx
        push edx
        push edi
        test bl, 7Fh
        jnz .fail
        movzx ecx, cx
        jecxz .done
        mov al, dl
        mov edx, VGA_DAC_WRITE
        out dx, al
        inc edx
.next:
        mov al, [es:edi+2]
        out dx, al
        mov al, [es:edi+1]
        out dx, al
        mov al, [es:edi]
        out dx, al
        add edi, 4
        loop .next
.done:
        mov ax, 004Fh
        jmp short .out
.fail:
        mov ax, 024Fh
.out:
        pop edi
        pop edx
        pop ecx
        ret
vbe_pm_end:
        bits 16
        cpu 8086
