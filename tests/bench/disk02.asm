; 64 MB by cylinder, head and sector: INT 13h AH=02h, 64 KB a call.
%include "boot.inc"
%include "disk.inc"

prepare:
        mov ah, 8
        mov dl, 0x80
        int 0x13
        and cx, 63
        mov [sectors], cx
        movzx dx, dh
        inc dx
        mov [heads], dx
        push ds
        pop es
        ret
read:   mov eax, [lba]
        xor edx, edx
        movzx ecx, word [sectors]
        div ecx
        mov cl, dl
        inc cx                          ; sector
        xor edx, edx
        movzx ebx, word [heads]
        div ebx
        mov dh, dl                      ; head
        mov ch, al                      ; cylinder
        shl ah, 6
        or cl, ah
        push es
        mov ax, buffer
        mov es, ax
        xor bx, bx
        mov dl, 0x80
        mov ax, 0x0200 + 128
        int 0x13
        pop es
        add dword [lba], 128
        neg ah                          ; carry: AH is an error
        ret
        align 4
lba:    dd 0
sectors: dw 0
heads:  dw 0

%include "end.inc"
