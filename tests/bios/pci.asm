; A boot disk that checks what the BIOS does with PCI on a board with an i440FX, PIIX3
; with IDE, PIIX4 power management and a display: INT 1Ah B1xx, the same through the
; 32-bit service directory, the routing table, and what POST has given out.
;
; Sources: PCI BIOS Specification 2.1; Standard BIOS 32-bit Service Directory Proposal
; 0.4; PCI IRQ Routing Table Specification 1.0; PCI Local Bus Specification 2.1, 6.2.

%include "boot.inc"

HOST    equ 0000h
ISA     equ 0008h
IDE     equ 0009h
PM      equ 000Bh
DISPLAY equ 0010h

; config name, function, register, want: a word of configuration space.
%macro config 4
        mov     bx, %2
        mov     di, %3
        mov     ax, 0B109h
        svc     1Ah
        is16    %1, [r_cx], %4
%endmacro
; find name, device, vendor, index, want BX
%macro find 5
        mov     cx, %2
        mov     dx, %3
        mov     si, %4
        mov     ax, 0B102h
        svc     1Ah
        is16    %1, [r_bx], %5
%endmacro
; fails name, want: the last service gave an error.
%macro fails 2
        is8     %1, [r_ah], %2
        carry   %1, 1
%endmacro

        cpu     386
main:
        call    test_present
        call    test_find
        call    test_config
        call    test_post
        call    test_routing
        call    test_table
        call    test_bios32
        jmp     finish

test_present:
        mov     edx, 0
        mov     ax, 0B101h
        svc     1Ah
        shr     edx, 16
        is8     "present, AH", [r_ah], 0
        carry   "present", 0
        is16    "present, EDX low", [r_dx], 4350h
        is16    "present, EDX high", dx, 2049h
        is8     "present, mechanism 1 alone", [r_al], 1
        is16    "present, version 2.1", [r_bx], 0210h
        is8     "present, last bus", [r_cl], 0
        mov     ax, 0B104h
        svc     1Ah
        fails   "no function 04h", 81h
        mov     ax, 0B110h
        svc     1Ah
        fails   "no function 10h", 81h
        ret

test_find:
        find    "82441FX", 1237h, 8086h, 0, HOST
        find    "PIIX3", 7000h, 8086h, 0, ISA
        find    "PIIX3 IDE", 7010h, 8086h, 0, IDE
        find    "PIIX4 power management", 7113h, 8086h, 0, PM
        find    "display", 1111h, 1234h, 0, DISPLAY
        mov     cx, 7000h
        mov     dx, 8086h
        mov     si, 1
        mov     ax, 0B102h
        svc     1Ah
        fails   "a second PIIX3", 86h
        mov     dx, 0FFFFh
        xor     si, si
        mov     ax, 0B102h
        svc     1Ah
        fails   "vendor FFFF", 83h
        mov     ecx, 030000h
        xor     si, si
        mov     ax, 0B103h
        svc     1Ah
        is16    "class VGA", [r_bx], DISPLAY
        mov     ecx, 010180h
        xor     si, si
        mov     ax, 0B103h
        svc     1Ah
        is16    "class IDE", [r_bx], IDE
        mov     ecx, 060000h
        mov     si, 1
        mov     ax, 0B103h
        svc     1Ah
        fails   "a second host bridge", 86h
        ret

test_config:
        mov     bx, ISA
        xor     di, di
        mov     ax, 0B10Ah
        svc     1Ah
        shr     ecx, 16
        is16    "dword, low", [r_cx], 8086h
        is16    "dword, high", cx, 7000h
        mov     di, 3
        mov     ax, 0B108h
        svc     1Ah
        is8     "byte 3", [r_cl], 70h
        mov     di, 1
        mov     ax, 0B109h
        svc     1Ah
        fails   "word 1", 87h
        mov     di, 2
        mov     ax, 0B10Ah
        svc     1Ah
        fails   "dword 2", 87h
        mov     di, 100h
        mov     ax, 0B108h
        svc     1Ah
        fails   "byte 100h", 87h
        mov     bx, HOST                ; DRAM row boundaries keep what is written
        mov     di, 64h
        mov     ecx, 44332211h
        mov     ax, 0B10Dh
        svc     1Ah
        is8     "write dword", [r_ah], 0
        mov     di, 65h
        mov     cl, 0AAh
        mov     ax, 0B10Bh
        svc     1Ah
        mov     di, 66h
        mov     cx, 0CCBBh
        mov     ax, 0B10Ch
        svc     1Ah
        config  "written low", HOST, 64h, 0AA11h
        config  "written high", HOST, 66h, 0CCBBh
        config  "no device", 00F8h, 0, 0FFFFh
        ret

; What POST has given out.
test_post:
        config  "IDE BMIBA", IDE, 20h, 0C001h
        config  "IDE command: I/O, master", IDE, 04h, 0005h
        config  "IDE primary decoded", IDE, 40h, 8000h
        config  "IDE secondary decoded", IDE, 42h, 8000h
        config  "PMBA", PM, 40h, 0601h
        config  "PMIOSE", PM, 80h, 0001h
        config  "SCI", PM, 3Ch, 0109h
        config  "display memory, high", DISPLAY, 12h, 0E000h
        config  "display command: memory", DISPLAY, 04h, 0002h
        config  "display ROM is closed", DISPLAY, 30h, 0
        config  "PIRQA, PIRQB", ISA, 60h, 0B0Ah
        config  "PIRQC, PIRQD", ISA, 62h, 0B0Ah
        mov     dx, 4D1h
        in      al, dx
        is8     "ELCR: IRQ 10 and 11 are levels", al, 0Ch
        config  "video BIOS in shadow RAM, write-protected", HOST, 5Ah, 0011h
        mov     ax, 0C000h
        mov     es, ax
        is16    "video BIOS", [es:0], 0AA55h
        mov     byte [es:0], 0
        is16    "video BIOS stays", [es:0], 0AA55h
        mov     dx, 608h                ; the PM timer runs
        in      eax, dx
        mov     ebx, eax
        mov     cx, 1000
.wait:
        loop    .wait
        in      eax, dx
        cmp     eax, ebx
        setne   al
        is8     "PM timer", al, 1
        mov     dx, 0C004h              ; the bus master is there
        mov     eax, 12345678h
        out     dx, eax
        in      ax, dx
        is16    "BMIDTP", ax, 5678h
        ret

; AL = link that the table has for slot BL, pin CL from 0: a slot is turned by one.
link:
        mov     al, bl
        dec     al
        add     al, cl
        and     al, 3
        add     al, 60h
        ret

test_routing:
        push    ds
        pop     es
        mov     word [route_size], 16
        mov     word [route_size+2], buffer
        mov     [route_size+4], ds
        xor     bx, bx
        mov     di, route_size
        mov     ax, 0B10Eh
        svc     1Ah
        fails   "small buffer", 89h
        is16    "size wanted", [route_size], 128
        mov     di, route_size
        mov     ax, 0B10Eh
        svc     1Ah
        is8     "routing options, AH", [r_ah], 0
        carry   "routing options", 0
        is16    "no exclusive interrupts", [r_bx], 0
        is16    "size", [route_size], 128
        mov     si, buffer
        mov     bl, 1
.slot:
        mov     [number], bl
        is8     "bus", [si], 0
        mov     al, [si+1]
        shr     al, 3
        mov     dl, al
        mov     al, bl
        is8     "slot", dl, al
        mov     cl, 0
        mov     di, si
.pin:
        call    link
        is8     "link", [di+2], al
        is16    "interrupts", [di+3], 0E20h
        add     di, 3
        inc     cl
        cmp     cl, 4
        jb      .pin
        add     si, 16
        inc     bl
        cmp     bl, 8
        jbe     .slot
        mov     byte [number], 0FFh
        ; routes pin B of slot 3 (PIRQD) to 5, and back
        mov     bx, 3<<3
        mov     cx, 050Bh
        mov     ax, 0B10Fh
        svc     1Ah
        is8     "set interrupt, AH", [r_ah], 0
        carry   "set interrupt", 0
        config  "PIRQC and D after it", ISA, 62h, 050Ah
        mov     dx, 4D0h
        in      al, dx
        is8     "ELCR: IRQ 5 is a level", al, 20h
        mov     bx, 3<<3
        mov     cx, 0B0Bh
        mov     ax, 0B10Fh
        svc     1Ah
        config  "PIRQC and D as before", ISA, 62h, 0B0Ah
        mov     bx, 3<<3
        mov     cx, 0E0Bh
        mov     ax, 0B10Fh
        svc     1Ah
        fails   "the disk's interrupt", 88h
        mov     cx, 0A09h
        mov     ax, 0B10Fh
        svc     1Ah
        fails   "no such pin", 88h
        mov     bx, 9<<3
        mov     cx, 0A0Ah
        mov     ax, 0B10Fh
        svc     1Ah
        fails   "no such slot", 88h
        ret

; The routing table in the ROM: its sum, its router, and the entries of B10Eh.
test_table:
        mov     ax, 0F000h
        mov     es, ax
        xor     di, di
.look:
        cmp     dword [es:di], "$PIR"
        je      .found
        add     di, 16
        jnz     .look
        is16    "$PIR", di, 1
        ret
.found:
        is16    "version", [es:di+4], 0100h
        is16    "table size", [es:di+6], 32+128
        is16    "router", [es:di+8], ISA<<8
        is16    "compatible, vendor", [es:di+12], 8086h
        is16    "compatible, device", [es:di+14], 7000h
        mov     cx, [es:di+6]
        mov     si, di
        mov     al, 0
.sum:
        add     al, [es:si]
        inc     si
        loop    .sum
        is8     "sum", al, 0
        add     di, 32
        mov     si, buffer
        mov     cx, 128
        cld
        repe    cmpsb
        is16    "differences from B10Eh", cx, 0
        ret

; The 32-bit services, called from protected mode as an operating system does.
test_bios32:
        mov     ax, 0F000h
        mov     es, ax
        xor     di, di
.look:
        cmp     dword [es:di], "_32_"
        je      .found
        add     di, 16
        jnz     .look
        is16    "_32_", di, 1
        ret
.found:
        mov     cx, 16
        mov     si, di
        mov     al, 0
.sum:
        add     al, [es:si]
        inc     si
        loop    .sum
        is8     "directory, sum", al, 0
        mov     ebx, [es:di+4]
        sub     ebx, 0F0000h
        mov     [entry32], ebx
        mov     eax, "$PCI"
        xor     ebx, ebx
        call    call32
        is8     "directory, AL", [p_eax], 0
        is16    "service, base low", [p_ebx], 0
        is16    "service, base high", [p_ebx+2], 000Fh
        mov     eax, "$XYZ"
        xor     ebx, ebx
        push    dword [p_edx]
        call    call32
        is8     "unknown service", [p_eax], 80h
        mov     eax, "$PCI"
        mov     ebx, 1
        call    call32
        is8     "unknown function", [p_eax], 81h
        pop     dword [entry32]
        mov     eax, 0B101h
        call    call32
        is16    "32-bit present", [p_edx], 4350h
        mov     eax, 0B102h
        mov     ecx, 7010h
        mov     edx, 8086h
        mov     esi, 0
        call    call32
        is16    "32-bit find", [p_ebx], IDE
        mov     eax, 0B10Ah
        mov     ebx, DISPLAY
        mov     edi, 0
        call    call32
        is16    "32-bit read, low", [p_ecx], 1234h
        is16    "32-bit read, high", [p_ecx+2], 1111h
        mov     word [route_size], 128
        mov     dword [route_size+2], buffer
        mov     word [route_size+6], FLAT_DATA
        mov     dword [buffer+16], 0
        mov     eax, 0B10Eh
        xor     ebx, ebx
        mov     edi, route_size
        call    call32
        is8     "32-bit routing options", [p_eax+1], 0
        is16    "32-bit entry of slot 2", [buffer+16], 1000h
        mov     eax, 0B106h
        call    call32
        is8     "32-bit, no special cycles", [p_eax+1], 81h
        ret

; call32: a far call to [entry32] in flat protected mode with the registers as they
; are; EAX, EBX, ECX, EDX come back in p_eax...
call32:
        cli
        lgdt    [gdt_pointer]
        mov     [p_eax], eax
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword FLAT_CODE:.in
        bits    32
.in:
        mov     ax, FLAT_DATA
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        movzx   esp, sp
        mov     eax, [p_eax]
        call    far [entry32]
        mov     [p_eax], eax
        mov     [p_ebx], ebx
        mov     [p_ecx], ecx
        mov     [p_edx], edx
        jmp     CODE16:.back
        bits    16
.back:
        mov     ax, DATA16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, 0FEh
        mov     cr0, eax
        jmp     0:.real
.real:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        sti
        cld
        ret

        align   8, db 0
gdt:
        dq      0
        dq      00CF9B000000FFFFh       ; flat code
        dq      00CF93000000FFFFh       ; flat data
        dq      000F9B000000FFFFh       ; 16-bit code
        dq      000F93000000FFFFh       ; 16-bit data
        dq      004F9B0F0000FFFFh       ; the BIOS: 32-bit code at F0000h
gdt_end:
FLAT_CODE equ 8
FLAT_DATA equ 10h
CODE16  equ 18h
DATA16  equ 20h
FLAT_ROM equ 28h
gdt_pointer:
        dw      gdt_end-gdt-1
        dd      gdt
entry32: dd     0                       ; within the BIOS
        dw      FLAT_ROM
route_size: times 8 db 0
p_eax:  dd      0
p_ebx:  dd      0
p_ecx:  dd      0
p_edx:  dd      0


        align 512, db 0
program_end:
buffer  equ program_end
