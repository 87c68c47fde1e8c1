; AH=4Fh: VBE, on the display interface of the adapter in Bochs and QEMU.
;
; Sources: VESA BIOS Extension (VBE) Core Functions Standard 3.0, section 4, and 2.0 for
; the protected-mode interface; Bochs, "VBE Display API", for the registers; PCI BIOS
; Specification 2.1 (where the linear memory is).
;
; Not here: the CRTC information of 4F02h and the scheduled starts of 4F07h (the refresh
; rate does not change), the second palette of 4F09h.

DISPI_INDEX     equ 1CEh                ; the data register follows
DISPI_XRES      equ 1
DISPI_YRES      equ 2
DISPI_BPP       equ 3
DISPI_ENABLE    equ 4
DISPI_BANK      equ 5
DISPI_WIDTH     equ 6
DISPI_HEIGHT    equ 7
DISPI_X         equ 8
DISPI_Y         equ 9
DISPI_MEMORY    equ 0Ah                 ; in 64 KB
ENABLE_ON       equ 01h
ENABLE_DAC8     equ 20h
ENABLE_LINEAR   equ 40h
ENABLE_KEEP     equ 80h

VBE_MODE_NONE   equ 7Fh                 ; 40:49h in modes that have no number there

; The modes: number, width, height, bits.
        align 2, db 0
vbe_modes:
%macro VBEMODE 4
        dw %1, %2, %3, %4
%endmacro
%macro VBEMODES 0
        VBEMODE 100h, 640, 400, 8
        VBEMODE 101h, 640, 480, 8
        VBEMODE 102h, 800, 600, 4
        VBEMODE 103h, 800, 600, 8
        VBEMODE 104h, 1024, 768, 4
        VBEMODE 105h, 1024, 768, 8
        VBEMODE 106h, 1280, 1024, 4
        VBEMODE 107h, 1280, 1024, 8
        VBEMODE 10Dh, 320, 200, 15
        VBEMODE 10Eh, 320, 200, 16
        VBEMODE 10Fh, 320, 200, 24
        VBEMODE 110h, 640, 480, 15
        VBEMODE 111h, 640, 480, 16
        VBEMODE 112h, 640, 480, 24
        VBEMODE 113h, 800, 600, 15
        VBEMODE 114h, 800, 600, 16
        VBEMODE 115h, 800, 600, 24
        VBEMODE 116h, 1024, 768, 15
        VBEMODE 117h, 1024, 768, 16
        VBEMODE 118h, 1024, 768, 24
        VBEMODE 119h, 1280, 1024, 15
        VBEMODE 11Ah, 1280, 1024, 16
        VBEMODE 11Bh, 1280, 1024, 24
        VBEMODE 140h, 320, 200, 32      ; from here on as the VBE BIOS of Bochs numbers them
        VBEMODE 141h, 640, 400, 32
        VBEMODE 142h, 640, 480, 32
        VBEMODE 143h, 800, 600, 32
        VBEMODE 144h, 1024, 768, 32
        VBEMODE 145h, 1280, 1024, 32
        VBEMODE 146h, 320, 200, 8
        VBEMODE 147h, 1600, 1200, 32
        VBEMODE 148h, 1152, 864, 8
        VBEMODE 149h, 1152, 864, 15
        VBEMODE 14Ah, 1152, 864, 16
        VBEMODE 14Bh, 1152, 864, 24
        VBEMODE 14Ch, 1152, 864, 32
%endmacro
        VBEMODES
vbe_modes_end:
%unmacro VBEMODE 4
%macro VBEMODE 4
        dw %1
%endmacro
vbe_list:
        VBEMODES
        dw 0FFFFh

; By depth: memory model, planes, then size and place of red, green, blue and the rest.
vbe_depths:
        db 4,  3, 4, 0,0, 0,0, 0,0, 0,0
        db 8,  4, 1, 0,0, 0,0, 0,0, 0,0
        db 15, 6, 1, 5,10, 5,5, 5,0, 1,15
        db 16, 6, 1, 5,11, 6,5, 5,0, 0,0
        db 24, 6, 1, 8,16, 8,8, 8,0, 0,0
        db 32, 6, 1, 8,16, 8,8, 8,0, 8,24
VBE_DEPTH_SIZE  equ 11

vbe_oem:
        db "beige VBE", 0
vbe_vendor:
        db "beige", 0
vbe_product:
        db "VGA with linear memory", 0
vbe_revision:
        db "1", 0

; In: AL = register. Out: AX = its value.
dispi_read:
        push dx
        mov dx, DISPI_INDEX
        mov ah, 0
        out dx, ax
        inc dx
        in ax, dx
        pop dx
        ret

; In: AL = register, BX = value. Spoils AX.
dispi_write:
        push dx
        mov dx, DISPI_INDEX
        mov ah, 0
        out dx, ax
        inc dx
        mov ax, bx
        out dx, ax
        pop dx
        ret

; Carry: there is no display interface. Spoils AX.
dispi_there:
        mov al, 0
        call dispi_read
        cmp ax, 0B0C0h
        jb .out
        cmp ax, 0B0CFh+1
        cmc
.out:
        ret

; Ends a VBE mode, if there is one. Keeps all registers.
vbe_end:
        push ax
        push bx
        mov word [VBEMODE_NOW], 0
        call dispi_there
        jc .out
        mov al, DISPI_ENABLE
        xor bx, bx
        call dispi_write
.out:
        pop bx
        pop ax
        ret

; The services.
vbe:
        push ax
        call dispi_there
        pop ax
        jc .none
        cmp al, (vbe_table_end-vbe_table)/2
        jae .dpms
        mov word [bp+R_AX], 004Fh       ; unless it fails
        mov si, ax
        and si, 0FFh
        shl si, 1
        jmp [cs:vbe_table+si]
.dpms:
        cmp al, 10h
        je vbe_dpms
.none:
        ret

vbe_table:
        dw vbe_info                     ; 00h
        dw vbe_mode_info                ; 01h
        dw vbe_set_mode                 ; 02h
        dw vbe_get_mode                 ; 03h
        dw vbe_state                    ; 04h
        dw vbe_window                   ; 05h
        dw vbe_pitch                    ; 06h
        dw vbe_start                    ; 07h
        dw vbe_dac                      ; 08h
        dw vbe_palette                  ; 09h
        dw vbe_protected                ; 0Ah
        dw none                         ; 0Bh: any pixel clock in ECX will do
vbe_table_end:

vbe_fail:
        mov word [bp+R_AX], 014Fh
        ret

; Not in this mode.
vbe_invalid:
        mov word [bp+R_AX], 034Fh
        ret

; 00h: information to ES:DI.
vbe_info:
        mov es, [bp+R_ES]
        mov bx, [bp+R_DI]
        mov dx, 0
        cmp word [es:bx], "VB"
        jne .clear
        cmp word [es:bx+2], "E2"
        jne .clear
        inc dx                          ; the caller knows VBE 2.0
.clear:
        mov di, bx
        xor ax, ax
        mov cx, 128
        rep stosw
        mov word [es:bx], "VE"
        mov word [es:bx+2], "SA"
        mov word [es:bx+4], 0300h
        mov word [es:bx+6], vbe_oem
        mov [es:bx+8], cs
        mov word [es:bx+0Ah], 1         ; the DAC can have eight bits
        mov word [es:bx+0Eh], vbe_list
        mov [es:bx+10h], cs
        mov al, DISPI_MEMORY
        call dispi_read
        mov [es:bx+12h], ax
        test dx, dx
        jz .out
        mov word [es:bx+14h], 0100h
        mov word [es:bx+16h], vbe_vendor
        mov [es:bx+18h], cs
        mov word [es:bx+1Ah], vbe_product
        mov [es:bx+1Ch], cs
        mov word [es:bx+1Eh], vbe_revision
        mov [es:bx+20h], cs
.out:
        ret

; In: AX = mode. Out: SI = its entry; carry: there is none, or it does not fit the
; memory. Spoils AX, CX, DX.
vbe_find:
        mov si, vbe_modes
.next:
        cmp [cs:si], ax
        je .found
        add si, 8
        cmp si, vbe_modes_end
        jb .next
        stc
        ret
.found:
        mov ax, [cs:si+2]
        mov cl, [cs:si+6]
        call vbe_bytes
        cmp cl, 4
        jne .size
        shl ax, 1                       ; all four planes
        shl ax, 1
.size:
        mul word [cs:si+4]              ; DX:AX = bytes of the picture
        test ax, ax
        jz .whole
        inc dx
.whole:
        mov cx, dx                      ; in 64 KB
        mov al, DISPI_MEMORY
        call dispi_read
        cmp ax, cx
        ret

; In: AX = pixels, CL = bits. Out: AX = bytes, of each plane with 4 bits. Keeps the rest.
vbe_bytes:
        push dx
        cmp cl, 8
        je .out
        ja .direct
        shr ax, 1
        shr ax, 1
        shr ax, 1
        jmp short .out
.direct:
        mov dx, ax
        shl ax, 1
        cmp cl, 16
        jbe .out
        add ax, dx
        cmp cl, 24
        je .out
        add ax, dx
.out:
        pop dx
        ret

; Out: CX:DX = address of the linear memory, carry: there is none. Spoils AX, BX, SI, DI.
vbe_linear:
        push es
        mov ax, 0B102h                  ; find the adapter
        mov cx, 1111h
        mov dx, 1234h
        xor si, si
        stc
        int 1Ah
        jc .none
        test ah, ah
        jnz .none
        mov ax, 0B109h
        mov di, 12h
        int 1Ah
        jc .none
        push cx
        mov ax, 0B109h
        mov di, 10h
        int 1Ah
        mov dx, cx
        pop cx
        jc .none
        and dl, 0F0h
        test cx, cx
        jnz .done                       ; clears the carry
.none:
        stc
.done:
        pop es
        ret

; 01h: information on mode CX to ES:DI.
vbe_mode_info:
        mov ax, cx
        and ax, 3FFFh
        call vbe_find
        jc .fail
        mov es, [bp+R_ES]
        mov di, [bp+R_DI]
        xor ax, ax
        mov cx, 128
        rep stosw
        push si
        mov cx, 0
        mov dx, 0
        cmp byte [cs:si+6], 4
        je .nolinear
        call vbe_linear
        jnc .linear
.nolinear:
        xor cx, cx
        xor dx, dx
.linear:
        pop si
        mov bx, [bp+R_DI]
        mov [es:bx+28h], dx
        mov [es:bx+2Ah], cx
        mov ax, 1Bh                     ; there, with all fields, colour, graphics
        or dx, cx
        jz .attributes
        or al, 80h                      ; linear
.attributes:
        mov [es:bx], ax
        mov byte [es:bx+2], 7           ; window A: there, read, written
        mov ax, 64
        mov [es:bx+4], ax
        mov [es:bx+6], ax
        mov word [es:bx+8], 0A000h
        mov word [es:bx+0Ch], vbe_window_far
        mov [es:bx+0Eh], cs
        mov ax, [cs:si+2]
        mov [es:bx+12h], ax
        mov cl, [cs:si+6]
        call vbe_bytes
        mov [es:bx+10h], ax
        mov [es:bx+32h], ax
        mov ax, [cs:si+4]
        mov [es:bx+14h], ax
        mov word [es:bx+16h], 1008h     ; characters of 8 by 16
        mov [es:bx+19h], cl
        mov byte [es:bx+1Ah], 1         ; one bank
        mov byte [es:bx+1Eh], 1
        call vbe_pages
        mov [es:bx+1Dh], al
        mov [es:bx+34h], al
        mov [es:bx+35h], al
        mov di, vbe_depths
.depth:
        cmp [cs:di], cl
        je .found
        add di, VBE_DEPTH_SIZE
        jmp .depth
.found:
        mov al, [cs:di+1]
        mov [es:bx+1Bh], al
        mov al, [cs:di+2]
        mov [es:bx+18h], al
        xor si, si
.masks:
        mov al, [cs:di+3]
        mov [es:bx+si+1Fh], al
        mov [es:bx+si+36h], al
        inc di
        inc si
        cmp si, 8
        jb .masks
        cmp cl, 32
        jne .clock
        mov byte [es:bx+27h], 2         ; the rest of a pixel is the program's
.clock:
        mov word [es:bx+3Eh], 0E100h    ; 230 MHz
        mov word [es:bx+40h], 0DB5h
        ret
.fail:
        jmp vbe_fail

; In: SI = entry of a mode. Out: AL = pictures that fit the memory, less one. Spoils AH.
vbe_pages:
        push bx
        push cx
        push dx
        mov ax, [cs:si+2]
        mov cl, [cs:si+6]
        call vbe_bytes
        cmp cl, 4
        jne .size
        shl ax, 1
        shl ax, 1
.size:
        mul word [cs:si+4]
        add ax, 0FFFFh
        adc dx, 0
        mov cx, dx                      ; 64 KB each takes
        mov al, DISPI_MEMORY
        call dispi_read
        xor dx, dx
        div cx
        dec ax
        test ah, ah
        jz .out
        mov al, 0FFh
.out:
        pop dx
        pop cx
        pop bx
        ret

; 02h: sets mode BX; bit 14: linear, bit 15: the memory stays as it is.
vbe_set_mode:
        mov ax, bx
        and ax, 01FFh
        test ah, ah
        jnz .extended
        and bh, 80h
        or al, bh
        push ax
        and al, 7Fh
        call mode_entry
        pop ax
        jc .fail
        jmp set_mode
.extended:
        call vbe_find
        jc .fail
        test bh, 40h
        jz .set
        cmp byte [cs:si+6], 4
        je .fail
        push bx
        push si
        call vbe_linear
        pop si
        pop bx
        jc .fail
.set:
        push bx
        push si
        mov al, 13h|80h
        cmp byte [cs:si+6], 4
        jne .base
        mov al, 12h|80h
.base:
        call set_mode
        pop si
        mov al, DISPI_XRES
        mov bx, [cs:si+2]
        call dispi_write
        mov cl, 3
        shr bx, cl
        mov [COLS], bx
        mov al, DISPI_YRES
        mov bx, [cs:si+4]
        call dispi_write
        inc cx
        shr bx, cl
        dec bx
        mov [ROWS], bl
        mov word [HEIGHT], 16
        mov al, DISPI_BPP
        mov bx, [cs:si+6]
        call dispi_write
        pop cx                          ; the mode as it was asked for
        mov bx, ENABLE_ON
        and byte [INFO], 7Fh
        test ch, 80h
        jz .clear
        or byte [INFO], 80h
        or bl, ENABLE_KEEP
.clear:
        test ch, 40h
        jz .enable
        or bl, ENABLE_LINEAR
.enable:
        mov al, DISPI_ENABLE
        call dispi_write
        mov byte [MODE], VBE_MODE_NONE
        and ch, 0C1h
        mov [VBEMODE_NOW], cx
        ret
.fail:
        jmp vbe_fail

; 03h: BX = mode.
vbe_get_mode:
        mov ax, [VBEMODE_NOW]
        test ax, ax
        jnz .out
        mov al, [INFO]
        and al, 80h
        mov ah, al
        mov al, [MODE]
.out:
        mov [bp+R_BX], ax
        ret

; 04h: DL = 0 size, 1 save to ES:BX, 2 restore from it; CX as of AH=1Ch, bit 3: what is
; here. Size in BX, in blocks of 64 bytes.
vbe_state:
        cmp dl, 2
        ja .fail
        test cx, 0FFF0h
        jnz .fail
        push cx
        push dx
        mov al, dl
        and cx, 7
        jz .own
        call save_restore
        mov word [bp+R_AX], 004Fh
.own:
        pop dx
        pop cx
        test cl, 8
        jz .out
        mov ax, 0                       ; blocks before ours
        test cl, 1
        jz .no1
        add al, SAVE_BLOCKS_REGS
.no1:
        test cl, 2
        jz .no2
        add al, SAVE_BLOCKS_DATA
.no2:
        test cl, 4
        jz .no4
        add al, SAVE_BLOCKS_DAC
.no4:
        cmp dl, 1
        jb .size
        mov cl, 6
        shl ax, cl
        mov es, [bp+R_ES]
        mov di, [bp+R_BX]
        add di, ax
        cmp dl, 2
        je .restore
        mov cl, DISPI_XRES
.save:
        mov al, cl
        call dispi_read
        stosw
        inc cx
        cmp cl, DISPI_Y
        jbe .save
        mov ax, [VBEMODE_NOW]
        stosw
.out:
        ret
.size:
        inc ax
        mov [bp+R_BX], ax
        ret
.fail:
        jmp vbe_fail
.restore:
        mov al, DISPI_ENABLE
        xor bx, bx
        call dispi_write
        mov si, 0
.next:
        mov al, [cs:.order+si]
        mov cl, al
        mov ch, 0
        mov bx, cx
        shl bx, 1
        mov bx, [es:di+bx-2]
        cmp al, DISPI_ENABLE
        jne .write
        or bl, ENABLE_KEEP
.write:
        call dispi_write
        inc si
        cmp si, .order_end-.order
        jb .next
        mov ax, [es:di+2*DISPI_Y]
        mov [VBEMODE_NOW], ax
        ret
.order: db DISPI_XRES, DISPI_YRES, DISPI_BPP, DISPI_ENABLE, DISPI_BANK, DISPI_WIDTH, DISPI_X, DISPI_Y
.order_end:

; 05h: window BL = 0: BH = 0 moves it to bank DX, 1 gives it.
vbe_window:
        cmp word [VBEMODE_NOW], 0
        je .invalid
        test bl, bl
        jnz .fail
        cmp bh, 1
        ja .fail
        je .get
        mov al, DISPI_MEMORY
        call dispi_read
        cmp dx, ax
        jae .fail
        mov bx, dx
        mov al, DISPI_BANK
        jmp dispi_write
.get:
        mov al, DISPI_BANK
        call dispi_read
        mov [bp+R_DX], ax
        ret
.fail:
        jmp vbe_fail
.invalid:
        jmp vbe_invalid

; The same for far calls, which spoil AX and DX.
vbe_window_far:
        test bx, 0FEFFh                 ; another window
        jnz .out
        mov al, DISPI_BANK
        test bh, bh
        jnz .get
        push bx
        mov bx, dx
        call dispi_write
        pop bx
.out:
        retf
.get:
        call dispi_read
        mov dx, ax
        retf

; 06h: length of a line: BL = 0 CX pixels, 2 CX bytes, 1 as it is, 3 the most. Out: BX
; bytes, CX pixels, DX lines.
vbe_pitch:
        cmp word [VBEMODE_NOW], 0
        je vbe_window.invalid
        mov di, cx
        mov al, DISPI_BPP
        call dispi_read
        mov cl, al                      ; CL = bits from here on
        cmp bl, 1
        je .answer
        ja .bytes
        mov ax, di
        jmp short .set
.bytes:
        cmp bl, 3
        ja vbe_window.fail
        mov ax, di
        jb .pixels
        call .longest
        jmp short .most
.pixels:
        call vbe_width
.set:
        add ax, 7
        jc .toolong
        and al, 0F8h
        mov di, ax
        call .longest                   ; QEMU takes any width and shows fewer lines then
        cmp di, ax
        ja .toolong
        mov bx, di
        mov al, DISPI_WIDTH
        call dispi_write
        mov al, DISPI_WIDTH
        call dispi_read
        cmp ax, di
        jne .toolong
.answer:
        mov al, DISPI_HEIGHT
        call dispi_read
        mov [bp+R_DX], ax
        mov al, DISPI_WIDTH
        call dispi_read
.length:
        mov [bp+R_CX], ax
        call vbe_bytes
        mov [bp+R_BX], ax
        ret
.longest:                               ; Out: AX = pixels. Spoils DX.
        call vbe_longest
        call vbe_width
        and al, 0F8h
        ret
.most:
        push ax
        mov al, DISPI_YRES
        call dispi_read
        mov [bp+R_DX], ax
        pop ax
        jmp .length
.toolong:
        mov word [bp+R_AX], 024Fh
        ret

; In: CL = bits. Out: AX = bytes of the longest line, of each plane with 4 bits. Spoils DX.
vbe_longest:
        push bx
        mov al, DISPI_YRES
        call dispi_read
        mov bx, ax
        mov al, DISPI_MEMORY
        call dispi_read
        cmp cl, 4
        jne .planes
        shr ax, 1
        shr ax, 1
.planes:
        mov dx, ax
        mov ax, 0FFFFh
        cmp dx, bx
        jae .out
        xor ax, ax
        div bx
.out:
        pop bx
        ret

; In: AX = bytes, CL = bits. Out: AX = pixels. Spoils DX.
vbe_width:
        cmp cl, 8
        je .out
        ja .direct
        cmp ax, 1FFFh
        jbe .eight
        mov ax, 1FFFh
.eight:
        shl ax, 1
        shl ax, 1
        shl ax, 1
        ret
.direct:
        cmp cl, 24
        je .three
        shr ax, 1
        cmp cl, 16
        jbe .out
        shr ax, 1
.out:
        ret
.three:
        push bx
        xor dx, dx
        mov bx, 3
        div bx
        pop bx
        ret

; 07h: the display starts at pixel CX of line DX: BL = 0, or 80h at the next vertical
; retrace; 1 gives it.
vbe_start:
        cmp word [VBEMODE_NOW], 0
        je .invalid
        cmp bl, 1
        je .get
        test bl, 7Fh
        jnz .fail
        test bl, bl
        pushf
        mov al, DISPI_XRES
        mov bx, cx
        mov si, DISPI_WIDTH
        call .inside
        ja .popfail
        mov al, DISPI_YRES
        mov bx, dx
        mov si, DISPI_HEIGHT
        call .inside
        ja .popfail
        popf
        jz .set
        call vbe_retrace
.set:
        mov bx, cx
        mov al, DISPI_X
        call dispi_write
        mov bx, dx
        mov al, DISPI_Y
        jmp dispi_write
.inside:                                ; above: AL's register and BX are more than SI's
        call dispi_read
        add bx, ax
        jc .beyond
        mov ax, si
        call dispi_read
        cmp bx, ax
        ret
.beyond:
        or al, 1                        ; neither carry nor zero: above
        ret
.popfail:
        popf
        jmp short .fail
.get:
        mov byte [bp+R_BH], 0
        mov al, DISPI_X
        call dispi_read
        mov [bp+R_CX], ax
        mov al, DISPI_Y
        call dispi_read
        mov [bp+R_DX], ax
        ret
.fail:
        jmp vbe_fail
.invalid:
        jmp vbe_invalid

; Waits for the start of a vertical retrace, not for ever. Spoils AX.
vbe_retrace:
        push cx
        push dx
        mov dx, [CRTC]
        add dl, 6
        xor cx, cx
.in:
        in al, dx
        test al, 8
        loopnz .in
        xor cx, cx
.out:
        in al, dx
        test al, 8
        loopz .out
        pop dx
        pop cx
        ret

; 08h: the DAC has BH bits a colour (BL = 0); 1 gives it.
vbe_dac:
        mov al, DISPI_BPP
        call dispi_read
        cmp word [VBEMODE_NOW], 0
        je .width
        cmp al, 8
        ja .invalid
.width:
        mov al, DISPI_ENABLE
        call dispi_read
        cmp bl, 1
        ja .fail
        je .get
        cmp word [VBEMODE_NOW], 0
        je .get                         ; the VGA has six bits
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

; 10h: display power management (VBE/PM 1.0): BL = 0 capabilities, 1 state = BH, 2 gives it.
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
        mov ah, 4
.answer:
        mov [bp+R_BH], ah
        ret
.capabilities:
        mov word [bp+R_BX], 0710h       ; version 1.0; standby, suspend and off
        ret
.set:
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

%include "vbepm.asm"
