; AH=4Fh: VBE, on the display interface of the adapter in Bochs and QEMU.
;
; Sources: VESA BIOS Extension (VBE) Core Functions Standard 3.0, section 4, and 2.0 for
; the protected-mode interface; Bochs, "VBE Display API", for the registers; PCI BIOS
; Specification 2.1 (where the linear memory is).
;
; Not here: scheduled starts and stereo of 4F07h and the second palette of 4F09h, which
; the attributes of the modes leave out; the protected-mode entry point of VBE 3.0.

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
VBE_TEXT        equ 108h                ; the first text mode, and how many there are
VBE_TEXTS       equ 5

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
        dw 108h, 109h, 10Ah, 10Bh, 10Ch ; text
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

; Carry: this is no graphics mode of VBE. Keeps all registers.
vbe_graphics:
        push ax
        mov ax, [VBEMODE_NOW]
        and ax, 01FFh
        sub ax, 1
        jb .out
        sub ax, VBE_TEXT-1
        cmp ax, VBE_TEXTS
        jb .out
        clc
.out:
        pop ax
        ret

; Zero flag: the mode is one of these. Keeps all registers.
vbe_class:
        push dx
        call get_class
        cmp dl, CLASS_VBE
        pop dx
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
        cmp al, 15h
        je vbe_ddc
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
