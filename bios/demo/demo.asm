; The demo disk of beige: a boot sector that loads the rest of this program behind
; itself, a screen of facts that the machine tells about itself through its BIOS, and a
; prompt with a few commands.
;
; It runs on an 8086 with 64 KB and any BIOS; what a newer processor adds is asked only
; after the processor was told apart. It lies on the disk as the file BEIGE.SYS of a
; FAT12 volume, in one piece from the first cluster on; the builder (demo.go) takes
; the first 512 bytes as the boot sector and the rest as that file.
;
; Sources: PC AT Technical Reference, "BIOS interface"; Microsoft FAT specification
; 1.03, "Boot sector and BPB"; Intel AP-485, "Processor identification"; APM BIOS
; Interface Specification 1.2, chapter 4.

        cpu 8086
        bits 16
        org 7C00h

FIRST_SECTOR    equ 7                   ; of the file: behind the boot sector, FATs and root
SECTORS         equ (program_end-program+511)/512
TRACK           equ 8                   ; sectors

        jmp short boot
        nop
        db "BEIGE   "
        dw 512                          ; bytes a sector
        db 1                            ; sectors a cluster
        dw 1                            ; reserved
        db 2                            ; FATs
        dw 64                           ; root entries
        dw 320                          ; sectors: 160 KB
        db 0FEh                         ; media
        dw 1                            ; sectors a FAT
        dw TRACK
        dw 1                            ; heads
        dd 0                            ; hidden
        dd 0
        db 0, 0
        db 29h
        dd 0BE16E001h                   ; serial number
        db "BEIGE DEMO "
        db "FAT12   "

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
        mov [boot_drive], dl
        mov di, SECTORS
        mov si, FIRST_SECTOR
        mov bx, program
.next:
        mov bp, 4                       ; tries: a real drive needs time to start
.try:
        mov ax, si
        mov dl, TRACK
        div dl
        mov ch, al                      ; track
        mov cl, ah
        inc cx                          ; sector
        mov dh, 0
        mov dl, [boot_drive]
        mov ax, 0201h
        int 13h
        jnc .read
        mov ah, 0
        mov dl, [boot_drive]
        int 13h
        dec bp
        jnz .try
        mov si, .failed
.print:
        lodsb
        test al, al
        jz .stop
        mov ah, 0Eh
        mov bx, 7
        int 10h
        jmp .print
.stop:
        mov ah, 0
        int 16h
        int 19h
.read:
        add bx, 512
        inc si
        dec di
        jnz .next
        jmp program
.failed:
        db "The demo disk cannot be read. A key tries again.", 13, 10, 0
boot_drive:
        db 0
        times 510-($-$$) db 0
        dw 0AA55h

program:
        jmp main

%include "console.asm"
%include "machine.asm"
%include "screen.asm"
%include "commands.asm"

        align 2, db 0
program_end:

; Not on the disk.
absolute program_end
LINE_MAX        equ 60
line:           resb LINE_MAX+1
last_line:      resb LINE_MAX+1
vendor:         resb 13
cpu_class:      resb 1                  ; 0 8086, 1 80186, 2, 3, 4, 5, 6
cpu_signature:  resd 1                  ; CPUID leaf 1, 0: no CPUID
cpu_features:   resd 1
attr:           resb 1
clock_tick:     resw 1
dump_seg:       resw 1
dump_off:       resw 1
cursor:         resw 1                  ; while the clock is drawn
