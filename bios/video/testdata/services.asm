; A boot disk that checks the VGA BIOS: named checks of its services against values
; from the references. It reports on port E9h: a line "FAIL name: got want" for each
; check that failed, at the end "done: N checks, M failed".
;
; Sources: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h"; PS/2 Hardware
; Interface Technical Reference, "Video subsystem", register values by mode.

        cpu 8086
        bits 16
        org 7C00h

SECTORS         equ (program_end-program+511)/512

boot:
        cli
        xor ax, ax
        mov ss, ax
        mov sp, 7C00h
        mov ds, ax
        mov es, ax
        jmp 0:.start
.start:
        sti
        cld
        mov si, 1
        mov di, SECTORS
        mov bx, program
.next:
        mov ax, si
        mov cl, 8
        div cl
        mov ch, al
        mov cl, ah
        inc cx
        mov dx, 0
        mov ax, 0201h
        int 13h
        jc .next
        add bx, 512
        inc si
        dec di
        jnz .next
        jmp program
        times 510-($-$$) db 0
        dw 0AA55h

program:
        jmp main

; Prints the string DS:SI on port E9h.
puts:
        lodsb
        test al, al
        jz .done
        out 0E9h, al
        jmp puts
.done:
        ret

puthex:
        push ax
        mov al, ah
        call .byte
        pop ax
.byte:
        push ax
        mov cl, 4
        shr al, cl
        call .nibble
        pop ax
.nibble:
        and al, 0Fh
        add al, '0'
        cmp al, '9'
        jbe .out
        add al, 7
.out:
        out 0E9h, al
        ret

putdec:
        mov bx, 10
        xor cx, cx
.divide:
        xor dx, dx
        div bx
        push dx
        inc cx
        test ax, ax
        jnz .divide
.print:
        pop ax
        add al, '0'
        out 0E9h, al
        loop .print
        ret

; AX = got, BX = want, SI = name. Keeps all registers but the flags.
check:
        inc word [checks]
        cmp ax, bx
        je .out
        inc word [failed]
        push ax
        push bx
        push cx
        push dx
        push si
        push ax
        push si
        mov si, .fail
        call puts
        pop si
        call puts
        cmp byte [mode], 0FFh
        je .nomode
        mov si, .mode
        call puts
        mov al, [mode]
        mov ah, 0
        call puthex
.nomode:
        mov si, .got
        call puts
        pop ax
        call puthex
        mov si, .want
        call puts
        mov ax, bx
        call puthex
        mov al, 10
        out 0E9h, al
        pop si
        pop dx
        pop cx
        pop bx
        pop ax
.out:
        ret
.fail:  db "FAIL ", 0
.mode:  db " mode ", 0
.got:   db ": got ", 0
.want:  db " want ", 0

%macro NAME 1
        jmp short %%go
%%name: db %1, 0
%%go:
        mov si, %%name
%endmacro
; is16 name, got, want: got is anything that AX can be loaded from.
%macro is16 3
        push si
        push bx
        push ax
        mov ax, %2
        mov bx, %3
        NAME %1
        call check
        pop ax
        pop bx
        pop si
%endmacro
%macro is8 3
        push si
        push bx
        push ax
        mov al, %2
        mov ah, 0
        mov bx, %3
        mov bh, 0
        NAME %1
        call check
        pop ax
        pop bx
        pop si
%endmacro

; AL = register AL of the CRTC, sequencer, graphics, attribute controller.
crtc:
        push dx
        mov dx, [463h]
        jmp short indexed
seq:
        push dx
        mov dx, 3C4h
        jmp short indexed
gfx:
        push dx
        mov dx, 3CEh
indexed:
        out dx, al
        inc dx
        in al, dx
        pop dx
        ret
attr:
        push dx
        push ax
        mov dx, [463h]
        add dl, 6
        in al, dx
        pop ax
        mov dx, 3C0h
        out dx, al
        inc dx
        in al, dx
        push ax
        mov dx, [463h]
        add dl, 6
        in al, dx
        mov dx, 3C0h
        mov al, 20h
        out dx, al
        pop ax
        pop dx
        ret

; reg kind, index, want: a register of the mode under test.
%macro reg 4
        mov al, %3
        call %2
        is8 %1, al, %4
%endmacro

set_mode:
        mov ah, 0
        int 10h
        ret

main:
        call test_modes
        mov byte [mode], 0FFh
        call test_cursor
        call test_text
        call test_strings
        call test_scroll
        call test_teletype
        call test_graphics
        mov byte [mode], 0FFh
        call test_palette
        call test_dac
        call test_fonts
        call test_alternate
        call test_display
        call test_state
        mov ax, 3
        int 10h
        mov si, .done
        call puts
        mov ax, [checks]
        call putdec
        mov si, .checks
        call puts
        mov ax, [failed]
        call putdec
        mov si, .failed
        call puts
.stop:
        hlt
        jmp .stop
.done:  db "done: ", 0
.checks: db " checks, ", 0
.failed: db " failed", 10, 0

; Every mode: BIOS data area and registers.
test_modes:
        mov di, modes
.next:
        mov al, [di]
        mov [mode], al
        call set_mode
        is8 "40:49 mode", [449h], [di]
        is16 "40:4A columns", [44Ah], [di+1]
        is8 "40:84 rows less one", [484h], [di+3]
        is16 "40:85 height", [485h], [di+4]
        is16 "40:4C page length", [44Ch], [di+6]
        is16 "40:4E page start", [44Eh], 0
        is16 "40:63 CRTC", [463h], [di+8]
        is8 "40:62 page", [462h], 0
        mov ax, [450h]
        or ax, [452h]
        or ax, [45Eh]
        is16 "40:50 cursors", ax, 0
        mov ah, 0Fh
        mov bh, 55h
        int 10h
        is8 "0F columns", ah, [di+1]
        is8 "0F mode", al, [di]
        is8 "0F page", bh, 0
        mov bp, 0
.crtc:                                  ; CRTC
        mov bx, bp
        mov al, [crtc_checked+bx]
        cmp al, 0FFh
        je .others
        call crtc
        mov ah, 0
        mov bl, [di+bx+10]
        mov bh, 0
        mov si, name_crtc
        call check
        inc bp
        jmp .crtc
.others:
        mov al, 1
        call seq
        mov ah, 0
        mov bl, [di+18]
        mov bh, 0
        mov si, name_seq1
        call check
        mov al, 4
        call seq
        mov bl, [di+19]
        mov si, name_seq4
        call check
        mov al, 5
        call gfx
        mov bl, [di+20]
        mov si, name_gfx5
        call check
        mov al, 6
        call gfx
        mov bl, [di+21]
        mov si, name_gfx6
        call check
        mov al, 10h
        call attr
        mov bl, [di+22]
        mov si, name_attr10
        call check
        mov dx, 3CCh
        in al, dx
        mov bl, [di+23]
        mov si, name_misc
        call check
        mov al, [410h]
        and al, 30h
        mov bl, 20h
        cmp word [463h], 3B4h
        jne .colour
        mov bl, 30h
.colour:
        mov si, name_equip
        call check
        ; memory was cleared
        mov ax, [di+24]
        mov es, ax
        mov ax, [es:1000h]
        mov bx, [di+26]
        mov si, name_clear
        call check
        add di, 28
        cmp di, modes_end
        jb .next
        ; a mode that is none changes nothing; bit 7 keeps the memory
        mov byte [mode], 0FFh
        mov ax, 0008h
        int 10h
        is8 "mode 8 refused", [449h], 13h
        mov ax, 0003h
        int 10h
        mov ax, 0B800h
        mov es, ax
        mov word [es:100h], 1234h
        mov ax, 0083h
        int 10h
        is16 "mode 83h keeps memory", [es:100h], 1234h
        mov ah, 0Fh
        int 10h
        is8 "0F with bit 7", al, 83h
        is8 "40:87 bit 7", [487h], 0E0h
        mov ax, 0003h
        int 10h
        is8 "40:87 after mode 3", [487h], 60h
        ret
crtc_checked:
        db 01h, 09h, 12h, 13h, 14h, 17h, 07h, 0Ah, 0FFh
name_crtc: db "CRTC 1, 9, 12, 13, 14, 17, 7 or 0A", 0
name_seq1: db "sequencer 1", 0
name_seq4: db "sequencer 4", 0
name_gfx5: db "graphics 5", 0
name_gfx6: db "graphics 6", 0
name_attr10: db "attribute 10", 0
name_misc: db "misc", 0
name_equip: db "40:10 display", 0
name_clear: db "cleared memory", 0

; mode, columns, rows-1, height, page length, CRTC | CRTC 1 9 12 13 14 17 7 0A |
; sequencer 1 4, graphics 5 6, attribute 10, misc | segment, word there
%macro MODE 22
        db %1
        dw %2
        db %3
        dw %4, %5, %6
        db %7, %8, %9, %10, %11, %12, %13, %14
        db %15, %16, %17, %18, %19, %20
        dw %21, %22
%endmacro
modes:
        MODE 0,40,24,16,0800h,3D4h, 27h,4Fh,8Fh,14h,1Fh,0A3h,1Fh,0Dh, 08h,02h,10h,0Eh,0Ch,67h, 0B800h,0720h
        MODE 1,40,24,16,0800h,3D4h, 27h,4Fh,8Fh,14h,1Fh,0A3h,1Fh,0Dh, 08h,02h,10h,0Eh,0Ch,67h, 0B800h,0720h
        MODE 2,80,24,16,1000h,3D4h, 4Fh,4Fh,8Fh,28h,1Fh,0A3h,1Fh,0Dh, 00h,02h,10h,0Eh,0Ch,67h, 0B800h,0720h
        MODE 3,80,24,16,1000h,3D4h, 4Fh,4Fh,8Fh,28h,1Fh,0A3h,1Fh,0Dh, 00h,02h,10h,0Eh,0Ch,67h, 0B800h,0720h
        MODE 4,40,24,8,4000h,3D4h, 27h,0C1h,8Fh,14h,00h,0A2h,1Fh,00h, 09h,02h,30h,0Fh,01h,63h, 0B800h,0
        MODE 5,40,24,8,4000h,3D4h, 27h,0C1h,8Fh,14h,00h,0A2h,1Fh,00h, 09h,02h,30h,0Fh,01h,63h, 0B800h,0
        MODE 6,80,24,8,4000h,3D4h, 4Fh,0C1h,8Fh,28h,00h,0C2h,1Fh,00h, 01h,06h,00h,0Dh,01h,63h, 0B800h,0
        MODE 7,80,24,16,1000h,3B4h, 4Fh,4Fh,8Fh,28h,0Fh,0A3h,1Fh,0Dh, 00h,02h,10h,0Ah,0Eh,66h, 0B000h,0720h
        MODE 0Dh,40,24,8,2000h,3D4h, 27h,0C0h,8Fh,14h,00h,0E3h,1Fh,00h, 09h,06h,00h,05h,01h,63h, 0A000h,0
        MODE 0Eh,80,24,8,4000h,3D4h, 4Fh,0C0h,8Fh,28h,00h,0E3h,1Fh,00h, 01h,06h,00h,05h,01h,63h, 0A000h,0
        MODE 0Fh,80,24,14,8000h,3B4h, 4Fh,40h,5Dh,28h,0Fh,0E3h,1Fh,00h, 01h,06h,00h,05h,0Bh,0A2h, 0A000h,0
        MODE 10h,80,24,14,8000h,3D4h, 4Fh,40h,5Dh,28h,0Fh,0E3h,1Fh,00h, 01h,06h,00h,05h,01h,0A3h, 0A000h,0
        MODE 11h,80,29,16,0A000h,3D4h, 4Fh,40h,0DFh,28h,00h,0C3h,3Eh,00h, 01h,06h,00h,05h,01h,0E3h, 0A000h,0
        MODE 12h,80,29,16,0A000h,3D4h, 4Fh,40h,0DFh,28h,00h,0E3h,3Eh,00h, 01h,06h,00h,05h,01h,0E3h, 0A000h,0
        MODE 13h,40,24,8,2000h,3D4h, 4Fh,41h,8Fh,28h,40h,0A3h,1Fh,00h, 01h,0Eh,40h,05h,41h,63h, 0A000h,0
modes_end:

test_cursor:
        mov ax, 3
        int 10h
        reg "cursor start after mode 3", crtc, 0Ah, 0Dh
        reg "cursor end after mode 3", crtc, 0Bh, 0Eh
        mov ah, 3
        mov bh, 0
        int 10h
        is16 "03 shape", cx, 0607h
        mov ah, 1
        mov cx, 0007h
        int 10h
        reg "block start", crtc, 0Ah, 0
        reg "block end", crtc, 0Bh, 0Fh
        is16 "40:60 shape", [460h], 0007h
        mov ah, 1
        mov cx, 0407h
        int 10h
        reg "half start", crtc, 0Ah, 8
        reg "half end", crtc, 0Bh, 0Fh
        mov ah, 1
        mov cx, 2000h
        int 10h
        mov al, 0Ah
        call crtc
        and al, 20h
        is8 "no cursor", al, 20h
        mov ax, 1201h                   ; emulation off
        mov bl, 34h
        int 10h
        is8 "12/34", al, 12h
        mov ah, 1
        mov cx, 0607h
        int 10h
        reg "start as given", crtc, 0Ah, 6
        reg "end as given", crtc, 0Bh, 7
        mov ax, 1200h
        mov bl, 34h
        int 10h
        mov ah, 1
        mov cx, 0607h
        int 10h
        reg "underline start", crtc, 0Ah, 0Dh
        mov ah, 2
        mov bh, 0
        mov dx, 0A14h
        int 10h
        mov bp, 10*80+20
        call .position
        mov ah, 2
        mov bh, 1
        mov dx, 0305h
        int 10h
        call .position                  ; another page: the picture's cursor stays
        mov ah, 3
        mov bh, 1
        int 10h
        is16 "03 page 1", dx, 0305h
        mov ax, 0501h
        int 10h
        is16 "40:4E page 1", [44Eh], 1000h
        reg "start address high", crtc, 0Ch, 08h
        reg "start address low", crtc, 0Dh, 00h
        mov bp, 0800h+3*80+5
        call .position
        mov ax, 0500h
        int 10h
        mov bp, 10*80+20
        jmp .position
.position:
        mov al, 0Eh
        call crtc
        mov ah, al
        mov al, 0Fh
        call crtc
        is16 "cursor position", ax, bp
        ret

test_text:
        mov ax, 3
        int 10h
        mov ax, 0B800h
        mov es, ax
        mov ah, 2
        mov bh, 0
        mov dx, 0203h
        int 10h
        mov ax, 0941h
        mov bx, 001Eh
        mov cx, 3
        int 10h
        is16 "09 first", [es:(2*80+3)*2], 1E41h
        is16 "09 last", [es:(2*80+5)*2], 1E41h
        is16 "09 behind", [es:(2*80+6)*2], 0720h
        mov ax, 0A42h
        mov bx, 0070h
        mov cx, 2
        int 10h
        is16 "0A keeps attributes", [es:(2*80+4)*2], 1E42h
        mov ah, 8
        mov bh, 0
        int 10h
        is16 "08", ax, 1E42h
        mov ax, 0943h                   ; page 1
        mov bx, 014Fh
        mov cx, 1
        int 10h
        is16 "09 page 1", [es:1000h], 4F43h
        mov ax, 0944h
        mov bx, 0012h
        mov cx, 0
        int 10h
        is16 "09 no characters", [es:(2*80+3)*2], 1E42h
        mov ax, 0007h
        int 10h
        mov ax, 0B000h
        mov es, ax
        mov ax, 0941h
        mov bx, 0070h
        mov cx, 1
        int 10h
        is16 "09 in mode 7", [es:0], 7041h
        ret

test_strings:
        mov ax, 3
        int 10h
        mov ax, 0
        mov es, ax
        mov bp, .plain
        mov ax, 1300h
        mov bx, 002Fh
        mov cx, 5
        mov dx, 0405h
        int 10h
        mov ah, 3
        mov bh, 0
        int 10h
        is16 "13/0 cursor stays", dx, 0
        mov ax, 1303h
        mov bx, 0
        mov bp, .coloured
        mov cx, 2
        mov dx, 0500h
        int 10h
        mov ah, 3
        mov bh, 0
        int 10h
        is16 "13/3 cursor moves", dx, 0502h
        mov ax, 1301h
        mov bx, 0031h
        mov bp, .control
        mov cx, 4
        mov dx, 0600h
        int 10h
        mov ah, 3
        mov bh, 0
        int 10h
        is16 "13/1 obeys CR and LF", dx, 0701h
        mov ax, 0B800h
        mov es, ax
        is16 "13/0 first", [es:(4*80+5)*2], 2F00h+'h'
        is16 "13/0 last", [es:(4*80+9)*2], 2F00h+'o'
        is16 "13/3 first", [es:5*160], 1E00h+'X'
        is16 "13/3 second", [es:5*160+2], 4F00h+'Y'
        is16 "13/1 next line", [es:7*160], 3100h+'q'
        ret
.plain: db "hello"
.coloured: db "X", 1Eh, "Y", 4Fh
.control: db "p", 13, 10, "q"

; Fills the text page: each cell is row*100h + column.
fill:
        mov ax, 0B800h
        mov es, ax
        xor di, di
        mov dx, 0
.next:
        mov ax, dx
        stosw
        inc dl
        cmp dl, 80
        jb .next
        mov dl, 0
        inc dh
        cmp dh, 25
        jb .next
        ret

test_scroll:
        mov ax, 3
        int 10h
        call fill
        mov ax, 0601h
        mov bh, 17h
        mov cx, 0
        mov dx, 184Fh
        int 10h
        is16 "06 top line", [es:0], 0100h
        is16 "06 last moved", [es:23*160+158], 184Fh
        is16 "06 new line", [es:24*160], 1720h
        is16 "06 new line's end", [es:24*160+158], 1720h
        call fill
        mov ax, 0602h                   ; a window
        mov bh, 20h
        mov cx, 0505h
        mov dx, 0A0Ah
        int 10h
        is16 "06 window first", [es:(5*80+5)*2], 0705h
        is16 "06 window last moved", [es:(8*80+10)*2], 0A0Ah
        is16 "06 window filled", [es:(9*80+5)*2], 2020h
        is16 "06 window filled to", [es:(10*80+10)*2], 2020h
        is16 "06 window left of", [es:(7*80+4)*2], 0704h
        is16 "06 window right of", [es:(7*80+11)*2], 070Bh
        is16 "06 window above", [es:(4*80+7)*2], 0407h
        is16 "06 window below", [es:(11*80+7)*2], 0B07h
        call fill
        mov ax, 0702h
        mov bh, 30h
        mov cx, 0505h
        mov dx, 0A0Ah
        int 10h
        is16 "07 window last", [es:(10*80+10)*2], 080Ah
        is16 "07 window first moved", [es:(7*80+5)*2], 0505h
        is16 "07 window filled", [es:(5*80+5)*2], 3020h
        is16 "07 window filled to", [es:(6*80+10)*2], 3020h
        is16 "07 window above", [es:(4*80+7)*2], 0407h
        is16 "07 window below", [es:(11*80+7)*2], 0B07h
        call fill
        mov ax, 0600h                   ; all of it, larger than the screen
        mov bh, 41h
        mov cx, 0
        mov dx, 0FFFFh
        int 10h
        is16 "06 clears first", [es:0], 4120h
        is16 "06 clears last", [es:24*160+158], 4120h
        is16 "06 stays on the page", [es:25*160], 0720h
        call fill
        mov ax, 0601h                   ; upside down: nothing
        mov bh, 41h
        mov cx, 0A0Ah
        mov dx, 0505h
        int 10h
        is16 "06 empty window", [es:(5*80+5)*2], 0505h
        ret

; AL to the teletype.
tty:
        mov ah, 0Eh
        mov bx, 7
        int 10h
        ret

test_teletype:
        mov ax, 3
        int 10h
        mov ax, 0B800h
        mov es, ax
        mov word [es:0], 5520h
        mov al, 'A'
        call tty
        is16 "0E keeps attributes", [es:0], 5541h
        is16 "0E moves", [450h], 0001h
        mov al, 8
        call tty
        is16 "0E backspace", [450h], 0000h
        mov al, 8
        call tty
        is16 "0E backspace at the edge", [450h], 0000h
        is16 "0E backspace erases not", [es:0], 5541h
        mov al, 10
        call tty
        is16 "0E line feed", [450h], 0100h
        mov ah, 2
        mov bh, 0
        mov dx, 014Fh
        int 10h
        mov al, 'B'
        call tty
        is16 "0E wraps", [450h], 0200h
        mov al, 'C'
        call tty
        mov al, 13
        call tty
        is16 "0E carriage return", [450h], 0200h
        mov al, 7
        call tty
        is16 "0E bell", [450h], 0200h
        mov ah, 2
        mov bh, 0
        mov dx, 184Fh
        int 10h
        mov word [es:24*160+158], 3F20h
        mov word [es:24*160], 4E20h
        mov al, 'D'
        call tty
        is16 "0E scrolls", [es:23*160+158], 3F44h
        is16 "0E scrolled cursor", [450h], 1800h
        is16 "0E new line's attribute", [es:24*160+10], 4E20h
        mov word [es:24*160], 6D20h
        mov al, 10
        call tty
        is16 "0E feeds at the foot", [450h], 1800h
        is16 "0E feed's attribute", [es:24*160+158], 6D20h
        ret

; Graphics modes: dots, characters, scrolling.
test_graphics:
        mov di, .modes
.next:
        mov al, [di]
        mov [mode], al
        call set_mode
        ; dots
        mov bh, 0
        mov cx, 100
        mov dx, 50
        mov al, [di+1]
        mov ah, 0Ch
        int 10h
        mov ah, 0Dh
        mov bh, 0
        int 10h
        is8 "0D reads what 0C wrote", al, [di+1]
        mov ah, 0Dh
        inc cx
        int 10h
        is8 "0D right neighbour", al, 0
        sub cx, 2
        mov ah, 0Dh
        int 10h
        is8 "0D left neighbour", al, 0
        inc cx
        inc dx
        mov ah, 0Dh
        int 10h
        is8 "0D lower neighbour", al, 0
        dec dx
        cmp byte [di], 13h
        je .noxor
        mov al, [di+1]
        or al, 80h
        mov ah, 0Ch
        int 10h
        mov ah, 0Dh
        int 10h
        is8 "0C exclusive or", al, 0
.noxor:
        mov cx, [di+2]                  ; the last dot
        mov dx, [di+4]
        mov al, 1
        mov ah, 0Ch
        int 10h
        mov ah, 0Dh
        int 10h
        is8 "0C last dot", al, 1
        ; characters
        mov ah, 2
        mov bh, 0
        mov dx, 0203h
        int 10h
        mov al, 'Q'
        mov ah, 9
        mov bh, 0
        mov bl, [di+1]
        mov cx, 3
        int 10h
        mov ah, 8
        mov bh, 0
        int 10h
        is8 "08 reads what 09 wrote", al, 'Q'
        mov ah, 2
        mov dx, 0205h
        int 10h
        mov ah, 8
        int 10h
        is8 "08 reads the third", al, 'Q'
        mov ah, 2
        mov dx, 0206h
        int 10h
        mov ah, 8
        int 10h
        is8 "08 behind them", al, 0
        mov al, 0E1h
        mov ah, 0Ah
        mov bl, 1
        mov cx, 1
        int 10h
        mov ah, 8
        int 10h
        is8 "08 upper half", al, 0E1h
        cmp byte [di], 13h
        je .noflip
        mov al, 0E1h
        mov ah, 9
        mov bl, 81h
        int 10h
        mov ah, 8
        int 10h
        is8 "09 exclusive or erases", al, 0
.noflip:
        mov ah, 2                       ; scrolling a window with the Q in it
        mov dx, 0205h
        int 10h
        mov ax, 0601h
        mov bh, 0
        mov cx, 0102h
        mov dx, 0908h
        int 10h
        mov ah, 8
        mov bh, 0
        int 10h
        is8 "06 moved the character away", al, 0
        mov ah, 2
        mov dx, 0105h
        int 10h
        mov ah, 8
        int 10h
        is8 "06 moved the character to", al, 'Q'
        mov ax, 0703h
        mov bh, 0
        mov cx, 0102h
        mov dx, 0908h
        int 10h
        mov ah, 2
        mov bh, 0
        mov dx, 0405h
        int 10h
        mov ah, 8
        int 10h
        is8 "07 moved the character to", al, 'Q'
        mov ah, 2
        mov dx, 0105h
        int 10h
        mov ah, 8
        int 10h
        is8 "07 cleared above", al, 0
        mov ah, 0Dh                     ; the dot outside survived
        mov cx, [di+2]
        mov dx, [di+4]
        int 10h
        is8 "06, 07 outside the window", al, 1
        mov ax, 0600h                   ; fill with a colour
        mov bh, 0FFh
        cmp byte [di], 7
        jb .fillbyte
        mov bh, [di+1]
.fillbyte:
        mov cx, 0
        mov dx, 0101h
        int 10h
        mov ah, 0Dh
        mov bh, 0
        mov cx, 15
        mov dx, 2
        int 10h
        is8 "06 fills with the colour", al, [di+1]
        mov ah, 0Dh
        mov cx, 16
        int 10h
        is8 "06 fills no further", al, 0
        ; teletype down to the foot and beyond
        mov ah, 2
        mov bh, 0
        mov dh, [484h]
        mov dl, 0
        int 10h
        mov ax, 0E5Ah
        mov bl, [di+1]
        int 10h
        mov ax, 0E0Ah
        int 10h
        mov ah, 2
        mov bh, 0
        mov dh, [484h]
        dec dh
        mov dl, 0
        int 10h
        mov ah, 8
        int 10h
        is8 "0E scrolls graphics", al, 'Z'
        add di, 6
        cmp di, .modes_end
        jae .out
        jmp .next
.out:
        mov byte [mode], 0FFh
        mov ax, 0013h                   ; the background in mode 13h
        int 10h
        mov ax, 0920h
        mov bx, 2A17h
        mov cx, 1
        int 10h
        mov ax, 0A000h
        mov es, ax
        is8 "09 background in mode 13h", [es:0], 2Ah
        mov ax, 000Dh                   ; pages in graphics
        int 10h
        mov ax, 0501h
        int 10h
        is16 "05 page 1 of mode 0Dh", [44Eh], 2000h
        reg "05 start address", crtc, 0Ch, 20h
        mov ax, 0C03h
        mov bh, 1
        mov cx, 0
        mov dx, 0
        int 10h
        mov ax, 0D00h
        int 10h
        is8 "0D page 1", al, 3
        mov ax, 0D00h
        mov bh, 0
        int 10h
        is8 "0D page 0", al, 0
        mov ax, 0004h                   ; CGA colours
        int 10h
        mov ah, 0Bh
        mov bx, 0100h
        int 10h
        reg "0B palette 0", attr, 1, 12h
        reg "0B palette 0 last", attr, 3, 16h
        mov ah, 0Bh
        mov bx, 0101h
        int 10h
        reg "0B palette 1", attr, 1, 13h
        mov ah, 0Bh
        mov bx, 0001h
        int 10h
        reg "0B dim palette 1", attr, 2, 05h
        reg "0B background", attr, 0, 01h
        reg "0B border", attr, 11h, 01h
        mov ah, 0Bh
        mov bx, 001Fh
        int 10h
        reg "0B bright palette 1", attr, 2, 15h
        reg "0B bright background", attr, 0, 17h
        ret
; mode, colour, last dot
.modes:
        db 4, 3
        dw 319, 199
        db 5, 3
        dw 319, 199
        db 6, 1
        dw 639, 199
        db 0Dh, 9
        dw 319, 199
        db 0Eh, 0Ch
        dw 639, 199
        db 0Fh, 5
        dw 639, 349
        db 10h, 0Ah
        dw 639, 349
        db 11h, 0Fh
        dw 639, 479
        db 12h, 7
        dw 639, 479
        db 13h, 0C5h
        dw 319, 199
.modes_end:

test_palette:
        mov ax, 3
        int 10h
        reg "palette 6 is brown", attr, 6, 14h
        reg "palette 8", attr, 8, 38h
        mov ax, 1000h
        mov bx, 2A03h
        int 10h
        reg "10/00", attr, 3, 2Ah
        mov ax, 1007h
        mov bx, 0003h
        int 10h
        is8 "10/07", bh, 2Ah
        mov ax, 1001h
        mov bh, 15h
        int 10h
        mov ax, 1008h
        mov bh, 0
        int 10h
        is8 "10/08", bh, 15h
        mov ax, 0
        mov es, ax
        mov ax, 1002h
        mov dx, .colours
        int 10h
        reg "10/02 first", attr, 0, 1
        reg "10/02 last", attr, 0Fh, 10h
        reg "10/02 border", attr, 11h, 11h
        reg "10/02 spares the mode", attr, 10h, 0Ch
        mov ax, 1009h
        mov dx, buffer
        int 10h
        is8 "10/09 first", [buffer], 1
        is8 "10/09 border", [buffer+16], 11h
        mov ax, 1003h
        mov bl, 0
        int 10h
        reg "10/03 intensity", attr, 10h, 04h
        is8 "40:65 intensity", [465h], 09h
        mov ax, 1003h
        mov bl, 1
        int 10h
        reg "10/03 blink", attr, 10h, 0Ch
        is8 "40:65 blink", [465h], 29h
        ret
.colours:
        db 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17

; dac index, red, green, blue
%macro dac 5
        mov ax, 1015h
        mov bx, %2
        int 10h
        is8 %1, dh, %3
        is8 %1, ch, %4
        is8 %1, cl, %5
%endmacro

test_dac:
        mov ax, 3
        int 10h
        dac "colour 1", 1, 0, 0, 2Ah
        dac "colour 14h", 14h, 2Ah, 15h, 0
        dac "colour 38h", 38h, 15h, 15h, 15h
        dac "colour 3Fh", 3Fh, 3Fh, 3Fh, 3Fh
        dac "colour 0Ch", 0Ch, 2Ah, 0, 15h
        mov ax, 000Eh
        int 10h
        dac "CGA brown", 6, 2Ah, 15h, 0
        dac "CGA bright blue", 11h, 15h, 15h, 3Fh
        dac "CGA yellow", 16h, 3Fh, 3Fh, 15h
        mov ax, 0007h
        int 10h
        dac "mono", 8, 2Ah, 2Ah, 2Ah
        dac "mono bright", 18h, 3Fh, 3Fh, 3Fh
        dac "mono dark", 10h, 0, 0, 0
        mov ax, 0013h
        int 10h
        dac "256 brown", 6, 2Ah, 15h, 0
        dac "256 white", 15, 3Fh, 3Fh, 3Fh
        dac "256 grey", 17, 5, 5, 5
        dac "256 blue", 32, 0, 0, 3Fh
        dac "256 magenta", 36, 3Fh, 0, 3Fh
        dac "256 red", 40, 3Fh, 0, 0
        dac "256 orange", 42, 3Fh, 1Fh, 0
        dac "256 yellow", 44, 3Fh, 3Fh, 0
        dac "256 green", 48, 0, 3Fh, 0
        dac "256 cyan", 52, 0, 3Fh, 3Fh
        dac "256 pale blue", 56, 1Fh, 1Fh, 3Fh
        dac "256 dark", 104, 0, 0, 1Ch
        dac "256 darkest last", 247, 0Bh, 0Ch, 10h
        dac "256 end", 248, 0, 0, 0
        mov ax, 1010h
        mov bx, 200
        mov dh, 1
        mov cx, 0203h
        int 10h
        dac "10/10", 200, 1, 2, 3
        mov ax, 0
        mov es, ax
        mov ax, 1012h
        mov bx, 201
        mov cx, 2
        mov dx, .rgb
        int 10h
        dac "10/12 first", 201, 4, 5, 6
        dac "10/12 last", 202, 7, 8, 9
        mov ax, 1017h
        mov bx, 200
        mov cx, 3
        mov dx, buffer
        int 10h
        is8 "10/17 first", [buffer], 1
        is8 "10/17 last", [buffer+8], 9
        mov ax, 1010h
        mov bx, 203
        mov dh, 3Fh
        mov cx, 0000h
        int 10h
        mov ax, 101Bh
        mov bx, 203
        mov cx, 1
        int 10h
        dac "10/1B red is 30 %", 203, 13h, 13h, 13h
        mov ax, 1018h
        mov bl, 3Fh
        int 10h
        mov ax, 1019h
        mov bl, 0
        int 10h
        is8 "10/19", bl, 3Fh
        mov ax, 3
        int 10h
        mov ax, 1019h
        int 10h
        is8 "mask after mode set", bl, 0FFh
        mov ax, 1013h
        mov bx, 0100h
        int 10h
        mov ax, 1013h
        mov bx, 0501h
        int 10h
        mov ax, 101Ah
        int 10h
        is16 "10/1A 16 pages", bx, 0501h
        reg "10/13 register 14", attr, 14h, 5
        mov ax, 1013h
        mov bx, 0000h
        int 10h
        mov ax, 1013h
        mov bx, 0201h
        int 10h
        reg "10/13 four pages", attr, 14h, 8
        mov ax, 101Ah
        int 10h
        is16 "10/1A four pages", bx, 0200h
        mov ax, 3
        int 10h
        reg "page after mode set", attr, 14h, 0
        ; grey summing and no palette loading
        mov ax, 1200h
        mov bl, 33h
        int 10h
        mov ax, 3
        int 10h
        dac "grey summing", 1, 05h, 05h, 05h
        mov ax, 1201h
        mov bl, 33h
        int 10h
        mov ax, 1201h
        mov bl, 31h
        int 10h
        mov ax, 3
        int 10h
        dac "12/31 keeps the colours", 1, 05h, 05h, 05h
        mov ax, 1200h
        mov bl, 31h
        int 10h
        mov ax, 3
        int 10h
        dac "12/31 loads the colours", 1, 0, 0, 2Ah
        ret
.rgb:   db 4, 5, 6, 7, 8, 9

test_fonts:
        mov ax, 3
        int 10h
        mov ax, 1112h
        mov bl, 0
        int 10h
        is8 "11/12 rows", [484h], 49
        is16 "11/12 height", [485h], 8
        reg "11/12 scan lines", crtc, 9, 47h
        reg "11/12 last line", crtc, 12h, 8Fh
        reg "11/12 cursor start", crtc, 0Ah, 6
        reg "11/12 cursor end", crtc, 0Bh, 7
        mov ax, 1111h
        mov bl, 0
        int 10h
        is8 "11/11 rows", [484h], 27
        is16 "11/11 height", [485h], 14
        reg "11/11 last line", crtc, 12h, 87h
        reg "11/11 cursor start", crtc, 0Ah, 0Bh
        mov ax, 1114h
        mov bl, 0
        int 10h
        is8 "11/14 rows", [484h], 24
        is16 "11/14 height", [485h], 16
        is16 "11/14 page", [44Ch], 1000h
        reg "11/14 last line", crtc, 12h, 8Fh
        mov ax, 0
        mov es, ax
        mov ax, 1100h                   ; two characters of our own in block 1
        mov bx, 1001h
        mov cx, 2
        mov dx, 41h
        mov bp, .glyphs
        int 10h
        is16 "11/00 keeps the height", [485h], 16
        mov al, 41h
        mov bx, 4000h
        call plane2
        is8 "11/00 first", ah, 11h
        mov al, 42h
        mov bx, 4000h
        call plane2
        is8 "11/00 second", ah, 22h
        mov al, 41h
        mov bx, 0
        call plane2
        is8 "11/00 not in block 0", ah, 3Ch
        reg "graphics 5 after a font", gfx, 5, 10h
        reg "graphics 6 after a font", gfx, 6, 0Eh
        reg "map mask after a font", seq, 2, 3
        reg "memory mode after a font", seq, 4, 2
        mov ax, 1103h
        mov bl, 04h
        int 10h
        reg "11/03", seq, 3, 04h
        mov ax, 1103h
        mov bl, 0
        int 10h
        mov ax, 1102h                   ; block 7
        mov bl, 7
        int 10h
        mov al, 41h
        mov bx, 0E000h
        call plane2
        is8 "11/02 block 7", ah, 66h
        mov ax, 1130h
        mov bh, 6
        int 10h
        is16 "11/30 height", cx, 16
        is8 "11/30 rows", dl, 24
        is8 "11/30 8x16", [es:bp+'A'*16+3], 3Ch
        mov ax, 1130h
        mov bh, 3
        int 10h
        is8 "11/30 8x8", [es:bp+'A'*8+1], 3Ch
        mov di, bp
        mov ax, 1130h
        mov bh, 4
        int 10h
        sub bp, di
        is16 "11/30 upper 8x8", bp, 1024
        mov ax, 1130h
        mov bh, 2
        int 10h
        is8 "11/30 8x14", [es:bp+'A'*14+3], 3Ch
        mov ax, 1130h
        mov bh, 5
        int 10h
        is8 "11/30 9x14", [es:bp], 0
        mov ax, 1130h
        mov bh, 7
        int 10h
        is8 "11/30 9x16", [es:bp], 0
        mov ax, 0010h                   ; graphics fonts
        int 10h
        mov ax, 1123h
        mov bl, 3
        int 10h
        is16 "11/23 height", [485h], 8
        is8 "11/23 rows", [484h], 42
        mov ax, 1124h
        mov bx, 0
        mov dl, 20
        int 10h
        is16 "11/24 height", [485h], 16
        is8 "11/24 rows", [484h], 19
        mov ax, 0
        mov es, ax
        mov ax, 1121h
        mov bl, 2
        mov cx, 16
        mov bp, .glyphs
        int 10h
        is16 "11/21 vector", [43h*4], .glyphs
        mov ax, 1130h
        mov bh, 1
        int 10h
        is16 "11/30 vector 43h", bp, .glyphs
        mov ax, 0
        mov es, ax
        mov ax, 1120h
        mov bp, .glyphs
        int 10h
        is16 "11/20 vector", [1Fh*4], .glyphs
        mov ax, 1130h                   ; give it back
        mov bh, 4
        int 10h
        mov ax, 1120h
        int 10h
        mov ax, 3
        int 10h
        is16 "mode 3 has its rows again", [484h], 1018h
        ret
.glyphs:
        times 16 db 11h
        times 16 db 22h
        times 224 db 0

; AH = row 3 of character AL in the font at offset BX of plane 2.
plane2:
        push ax
        mov dx, 3CEh
        mov ax, 0204h
        out dx, ax
        mov ax, 0005h
        out dx, ax
        mov ax, 0406h
        out dx, ax
        mov dx, 3C4h
        mov ax, 0604h
        out dx, ax
        pop ax
        push es
        mov ah, 0
        mov cl, 5
        shl ax, cl
        add bx, ax
        mov ax, 0A000h
        mov es, ax
        mov al, [es:bx+3]
        pop es
        push ax
        mov ax, 0204h
        out dx, ax
        mov dx, 3CEh
        mov ax, 0004h
        out dx, ax
        mov ax, 1005h
        out dx, ax
        mov ax, 0E06h
        out dx, ax
        pop ax
        mov ah, al
        ret

test_alternate:
        mov ax, 3
        int 10h
        mov ax, 1200h
        mov bx, 0FF10h
        int 10h
        is16 "12/10 colour, 256 KB", bx, 0003h
        is8 "12/10 switches", cl, 9
        mov ax, 1201h                   ; 350 lines
        mov bl, 30h
        int 10h
        is8 "12/30", al, 12h
        mov ax, 3
        int 10h
        is16 "350 lines height", [485h], 14
        reg "350 lines end", crtc, 12h, 5Dh
        mov dx, 3CCh
        in al, dx
        is8 "350 lines misc", al, 0A3h
        mov ax, 1112h
        mov bl, 0
        int 10h
        is8 "43 lines", [484h], 42
        reg "43 lines end", crtc, 12h, 57h
        mov ax, 1200h                   ; 200 lines
        mov bl, 30h
        int 10h
        mov ax, 3
        int 10h
        is16 "200 lines height", [485h], 8
        reg "200 lines double", crtc, 9, 0C7h
        reg "200 lines cursor", crtc, 0Ah, 6
        dac "200 lines brown", 6, 2Ah, 15h, 0
        mov ax, 1202h                   ; 400 lines
        mov bl, 30h
        int 10h
        mov ax, 3
        int 10h
        is16 "400 lines height", [485h], 16
        mov ax, 1203h
        mov bl, 30h
        int 10h
        is8 "12/30 refuses 3", al, 3
        mov ax, 1201h
        mov bl, 36h
        int 10h
        reg "12/36 off", seq, 1, 20h
        mov ax, 1200h
        mov bl, 36h
        int 10h
        reg "12/36 on", seq, 1, 0
        mov ax, 1201h
        mov bl, 32h
        int 10h
        mov dx, 3CCh
        in al, dx
        is8 "12/32 off", al, 65h
        mov ax, 1200h
        mov bl, 32h
        int 10h
        in al, dx
        is8 "12/32 on", al, 67h
        mov ax, 12FFh
        mov bl, 55h
        int 10h
        is16 "12/55 unknown", ax, 12FFh
        ret

test_display:
        mov ax, 1A00h
        mov bx, 0
        int 10h
        is8 "1A", al, 1Ah
        is16 "1A/00 VGA", bx, 0008h
        mov ax, 1A01h
        mov bx, 0007h
        int 10h
        mov ax, 1A00h
        int 10h
        is16 "1A/01", bx, 0007h
        mov ax, 1A01h
        mov bx, 0008h
        int 10h
        is8 "40:8A", [48Ah], 0Bh
        mov ax, 1C77h                   ; a service that is none
        mov ah, 7Fh
        mov bx, 1234h
        int 10h
        is16 "7F changes nothing", ax, 7F77h
        is16 "7F changes not BX", bx, 1234h
        mov ah, 4
        int 10h
        is8 "04 light pen", ah, 0
        ret

test_state:
        mov ax, 3
        int 10h
        mov ax, 0501h
        int 10h
        mov ax, 0
        mov es, ax
        mov ax, 1B00h
        mov bx, 0
        mov di, buffer
        int 10h
        is8 "1B", al, 1Bh
        is8 "1B mode", [buffer+4], 3
        is16 "1B columns", [buffer+5], 80
        is16 "1B page start", [buffer+9], 1000h
        is8 "1B page", [buffer+1Dh], 1
        is16 "1B CRTC", [buffer+1Eh], 3D4h
        is8 "1B rows", [buffer+22h], 25
        is16 "1B height", [buffer+23h], 16
        is16 "1B displays", [buffer+25h], 0008h
        is16 "1B colours", [buffer+27h], 16
        is8 "1B pages", [buffer+29h], 8
        is8 "1B 400 lines", [buffer+2Ah], 2
        is16 "1B fonts", [buffer+2Bh], 0
        is8 "1B flags", [buffer+2Dh], 31h
        is8 "1B memory", [buffer+31h], 3
        is8 "1B save pointers", [buffer+32h], 20h
        les bx, [buffer]
        is8 "1B static modes 0-7", [es:bx], 0FFh
        is8 "1B static modes 8-F", [es:bx+1], 0E0h
        is8 "1B static modes 10-13", [es:bx+2], 0Fh
        is8 "1B static lines", [es:bx+7], 7
        mov ax, 1C00h
        mov cx, 7
        int 10h
        is8 "1C", al, 1Ch
        is16 "1C size", bx, 16
        mov ax, 000Dh                   ; save one state, spoil it, get it back
        int 10h
        mov ax, 1010h
        mov bx, 77
        mov dh, 9
        mov cx, 0A0Bh
        int 10h
        mov ax, 1000h
        mov bx, 2505h
        int 10h
        mov ah, 2
        mov bh, 0
        mov dx, 0708h
        int 10h
        mov ax, 0
        mov es, ax
        mov ax, 1C01h
        mov cx, 7
        mov bx, buffer
        int 10h
        mov ax, 0007h
        int 10h
        mov ax, 1010h
        mov bx, 77
        mov dh, 0
        mov cx, 0
        int 10h
        mov ax, 1C02h
        mov cx, 7
        mov bx, buffer
        int 10h
        is8 "1C mode", [449h], 0Dh
        is16 "1C CRTC", [463h], 3D4h
        is16 "1C cursor", [450h], 0708h
        reg "1C CRTC 13", crtc, 13h, 14h
        reg "1C sequencer 4", seq, 4, 6
        reg "1C graphics 6", gfx, 6, 5
        reg "1C attribute 10", attr, 10h, 1
        reg "1C palette", attr, 5, 25h
        dac "1C colour", 77, 9, 0Ah, 0Bh
        mov dx, 3CCh
        in al, dx
        is8 "1C misc", al, 63h
        mov ax, 0C05h
        mov bh, 0
        mov cx, 9
        mov dx, 9
        int 10h
        mov ah, 0Dh
        int 10h
        is8 "1C mode works", al, 5
        ret

checks: dw 0
failed: dw 0
mode:   db 0FFh
        align 512, db 0
program_end:
buffer  equ program_end
