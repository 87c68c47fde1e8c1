; 64 MB by linear addresses: INT 13h AH=42h, 64 KB a call.
%include "boot.inc"
%include "disk.inc"

prepare:
        ret
read:   mov word [chunk + 2], 128       ; some firmware counts it down
        mov ah, 0x42
        mov dl, 0x80
        mov si, chunk
        int 0x13
        add dword [chunk + 8], 128
        jmp short outcome
        align 4
chunk:  db 16, 0
        dw 128
        dw 0, buffer
        dd 0, 0
; Carry: AH is an error.
outcome:
        neg ah
        ret

%include "end.inc"
