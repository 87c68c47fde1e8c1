; A master boot record: moves itself to 0600h, loads the first sector of the
; active partition to 7C00h, by linear address where INT 13h has that, else by
; cylinder, head and sector, and starts it with DL the drive and DS:SI the entry.
; 8086 code.
        cpu 8086
        org 0x600
        bits 16
        cli
        xor ax, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        cld
        mov ds, ax
        mov es, ax
        mov si, 0x7c00
        mov di, 0x600
        mov cx, 256
        rep movsw
        jmp 0:moved
moved:  mov si, 0x7be
.look:  test byte [si], 0x80
        jnz active
        add si, 16
        cmp si, 0x7fe
        jb .look
        mov si, none
        jmp short say
active: push dx
        mov ah, 0x41
        mov bx, 0x55aa
        int 0x13
        pop dx
        jc .chs
        cmp bx, 0xaa55
        jne .chs
        test cl, 1
        jz .chs
        mov ax, [si + 8]
        mov [block], ax
        mov ax, [si + 10]
        mov [block + 2], ax
        push si
        mov si, packet
        mov ah, 0x42
        int 0x13
        pop si
        jmp short .loaded
.chs:   mov cx, [si + 2]
        mov dh, [si + 1]
        mov bx, 0x7c00
        mov ax, 0x201
        int 0x13
.loaded:
        mov bp, si
        mov si, failed
        jc say
        cmp word [0x7dfe], 0xaa55
        jne say
        mov si, bp
        jmp 0:0x7c00
say:    lodsb
        test al, al
        jz .stop
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp say
.stop:  hlt
        jmp .stop
none:   db "No active partition.", 0
failed: db "The active partition cannot be loaded.", 0
        align 2
packet: db 16, 0
        dw 1
        dw 0x7c00, 0
block:  dd 0, 0
        times 446 - ($ - $$) db 0
