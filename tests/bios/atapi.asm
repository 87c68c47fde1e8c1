; A boot disk that does what a CD-ROM driver and an extended memory manager of DOS
; do together: it drives the ATAPI drive at 170h through its registers, and moves
; what it reads through INT 15h 87h to extended memory and back, and over the A20
; gate to the high memory area. The disc is one of iso_test.go: sectors behind its
; images start and end with their number.
;
; Sources: SFF-8020i 2.6, sections 5 (protocol), 9 (registers), 10 (commands);
; ATA/ATAPI-4 (T13/1153D), 8.13 and 9.1; Extended Memory Specification 3.0.

%include "boot.inc"

BASE            equ 170h
CTRL            equ 376h
BUFFER_SEG      equ 3000h
BACK_SEG        equ 4000h
SECTOR          equ 32                  ; the first one that belongs to no image
LIMIT           equ 4096                ; bytes a block

main:
        ask     "hello"
        call    test_found
        call    test_packets
        call    test_read
        call    test_change
        cmp     byte [p_cpu], 2
        jb      .end
        call    test_extended
        call    test_high
.end:
        jmp     finish

; ready: waits until BSY is clear. Out: AL = alternate status. Changes DX.
ready:
        mov     dx, CTRL
        in      al, dx
        in      al, dx
.wait:
        in      al, dx
        test    al, 80h
        jnz     .wait
        ret

; command: AL to the drive. Out: AL = status. Changes DX.
command:
        mov     dx, BASE+7
        out     dx, al
        jmp     ready

; register n: AL = register n of the drive.
%macro register 1
        mov     dx, BASE+%1
        in      al, dx
%endmacro

test_found:
        mov     dx, BASE+6
        mov     al, 0A0h
        out     dx, al
        mov     al, 08h                 ; DEVICE RESET
        call    command
        register 4
        is8     "signature: LBA mid", al, 14h
        register 5
        is8     "signature: LBA high", al, 0EBh
        mov     al, 0ECh                ; IDENTIFY DEVICE
        call    command
        is8     "IDENTIFY DEVICE: ERR, no DRQ", al, 51h
        register 1
        is8     "IDENTIFY DEVICE: aborted", al, 04h
        register 5
        is8     "IDENTIFY DEVICE: signature", al, 0EBh
        mov     al, 0A1h                ; IDENTIFY PACKET DEVICE
        call    command
        and     al, 0C9h
        is8     "IDENTIFY PACKET DEVICE: DRDY, DRQ", al, 48h
        mov     dx, BASE
        in      ax, dx
        and     ax, 0DF9Fh
        is16    "IDENTIFY PACKET DEVICE: CD-ROM, removable, 12-byte packets", ax, 8580h
        mov     cx, 255
.rest:
        in      ax, dx
        loop    .rest
        call    ready
        and     al, 09h
        is8     "IDENTIFY PACKET DEVICE: 256 words", al, 0
        ret

; packet_is bytes: runs the packet, filled up with zeros.
%macro packet_is 1+
        jmp     short %%go
%%bytes: db     %1
        times 12-($-%%bytes) db 0
%%go:
        mov     si, %%bytes
        call    packet
%endmacro

; packet: the packet at SI; data go to BUFFER_SEG:0. Out: [moved] = bytes, [blocks], AL =
; status, AH = Error. Changes everything but BP, DS.
packet:
        mov     dx, BASE+1
        mov     al, 0
        out     dx, al
        mov     dx, BASE+4
        mov     al, LIMIT & 0FFh
        out     dx, al
        inc     dx
        mov     al, LIMIT >> 8
        out     dx, al
        mov     al, 0A0h
        call    command
        register 2
        and     al, 7
        cmp     al, 1                   ; CoD
        je      .send
        inc     word [odd]
.send:
        mov     dx, BASE
        mov     cx, 6
.word:
        lodsw
        out     dx, ax
        loop    .word
        mov     ax, BUFFER_SEG
        mov     es, ax
        xor     di, di
        mov     [blocks], di
.block:
        call    ready
        test    al, 08h
        jz      .end
        register 2
        and     al, 7
        cmp     al, 2                   ; IO
        je      .count
        inc     word [odd]
.count:
        register 5
        mov     ah, al
        register 4
        cmp     ax, LIMIT
        jbe     .size
        inc     word [odd]
.size:
        inc     word [blocks]
        mov     cx, ax
        inc     cx
        shr     cx, 1
        mov     dx, BASE
.data:
        in      ax, dx
        stosw
        loop    .data
        jmp     .block
.end:
        register 2
        and     al, 7
        cmp     al, 3                   ; CoD and IO
        je      .done
        inc     word [odd]
.done:
        mov     [moved], di
        register 1
        mov     ah, al
        register 7
        ret
moved:  dw      0
blocks: dw      0
odd:    dw      0                       ; what the protocol does not have

; sense: REQUEST SENSE. Out: AH = key, AL = additional code.
sense:
        packet_is 03h, 0, 0, 0, 18
        mov     ah, [es:2]
        mov     al, [es:12]
        ret

test_packets:
        packet_is 12h, 0, 0, 0, 36      ; INQUIRY
        is8     "INQUIRY: status", al, 50h
        is16    "INQUIRY: bytes", [moved], 36
        mov     ax, [es:0]
        is16    "INQUIRY: removable CD-ROM", ax, 8005h
        packet_is 00h                   ; the reset of power-on may wait
        call    sense
        packet_is 00h
        is8     "TEST UNIT READY: status", al, 50h
        packet_is 25h                   ; READ CAPACITY
        mov     ax, [es:2]
        xchg    al, ah
        inc     ax
        is16    "READ CAPACITY: sectors", ax, [p_total]
        mov     ax, [es:6]
        is16    "READ CAPACITY: bytes a sector", ax, 0008h
        packet_is 43h, 2, 0, 0, 0, 0, 0, 0, 40 ; READ TOC, MSF
        is16    "READ TOC: bytes", [moved], 20
        mov     ax, [es:0]
        is16    "READ TOC: length", ax, 1200h
        mov     ax, [es:2]
        is16    "READ TOC: tracks", ax, 0101h
        mov     al, [es:5]
        is8     "READ TOC: data track", al, 14h
        mov     ax, [es:10]
        is16    "READ TOC: 00:02:00", ax, 0002h
        mov     al, [es:14]
        is8     "READ TOC: lead-out", al, 0AAh
        packet_is 5Ah, 0, 2Ah, 0, 0, 0, 0, 0, 40 ; MODE SENSE
        mov     al, [es:8]
        is8     "MODE SENSE: page 2Ah", al, 2Ah
        packet_is 0A5h                  ; PLAY AUDIO(12)
        is16    "no such command: CHECK CONDITION", ax, 5451h
        call    sense
        is16    "no such command: 5/20h", ax, 0520h
        is16    "protocol", [odd], 0
        ret

; read: READ(10) of AL sectors from SECTOR on.
read:
        mov     [.count], al
        mov     si, .cdb
        jmp     packet
.cdb:   db      28h, 0, 0, 0, 0, SECTOR, 0, 0
.count: db      0, 0, 0, 0

; numbers: CX sectors at ES:0 from SECTOR on. Out: AX = how many are wrong. Changes BX, DI.
numbers:
        xor     di, di
        xor     ax, ax
        mov     bx, SECTOR
.next:
        cmp     [es:di], bx
        jne     .bad
        cmp     [es:di+2046], bx
        je      .good
.bad:
        inc     ax
.good:
        inc     bx
        add     di, 2048
        loop    .next
        ret

test_read:
        mov     al, 9
        call    read
        is8     "READ(10): status", al, 50h
        is16    "READ(10): bytes", [moved], 9*2048
        within  "READ(10): blocks", [blocks], 5, 9
        mov     cx, 9
        call    numbers
        is16    "READ(10): wrong sectors", ax, 0
        packet_is 0A8h, 0, 0, 0, 0, SECTOR, 0, 0, 0, 3 ; READ(12)
        is16    "READ(12): bytes", [moved], 3*2048
        mov     cx, 3
        call    numbers
        is16    "READ(12): wrong sectors", ax, 0
        packet_is 28h, 0, 0FFh, 0, 0, 0, 0, 0, 1
        is16    "READ(10) outside", ax, 5451h
        call    sense
        is16    "READ(10) outside: 5/21h", ax, 0521h
        is16    "protocol", [odd], 0
        ret

; The disc is locked, ejected, changed.
test_change:
        packet_is 1Eh, 0, 0, 0, 1       ; PREVENT
        ask     "press refuses"
        packet_is 4Ah, 1, 0, 0, 10h, 0, 0, 0, 8
        mov     al, [es:4]
        is8     "the button of a locked drive: event", al, 1
        packet_is 1Eh                   ; ALLOW
        ask     "press opens"
        packet_is 00h
        is16    "no disc: NOT READY", ax, 2051h
        call    sense
        is16    "no disc: 2/3Ah", ax, 023Ah
        ask     "disc other"
        packet_is 00h
        is16    "another disc: UNIT ATTENTION", ax, 6051h
        call    sense
        is16    "another disc: 6/28h", ax, 0628h
        packet_is 00h
        is8     "another disc: ready", al, 50h
        packet_is 25h
        mov     ax, [es:2]
        xchg    al, ah
        is16    "another disc: READ CAPACITY", ax, 49
        ask     "disc first"
        packet_is 00h
        call    sense
        is16    "the first disc: 6/28h", ax, 0628h
        packet_is 1Bh, 0, 0, 0, 2       ; eject
        packet_is 00h
        call    sense
        is16    "ejected: 2/3Ah", ax, 023Ah
        packet_is 1Bh, 0, 0, 0, 3       ; load
        packet_is 00h
        call    sense
        is16    "loaded: 6/28h", ax, 0628h
        is16    "protocol", [odd], 0
        ret

; The table that INT 15h 87h takes.
gdt:    times 16 db 0
gdt_source: dw  0FFFFh, 0
        db      0, 93h, 0, 0
gdt_target: dw  0FFFFh, 0
        db      0, 93h, 0, 0
        times 16 db 0

; move: 32 KB from gdt_source to gdt_target.
move:
        push    ds
        pop     es
        mov     si, gdt
        mov     cx, 16*1024             ; 32 KB
        mov     ah, 87h
        svc     15h
        ret

; What was read goes to 2 MB, the buffer is cleared, and it comes back elsewhere.
test_extended:
        mov     al, 16
        call    read
        is16    "16 sectors", [moved], 8000h
        mov     word [gdt_source+2], 0
        mov     byte [gdt_source+4], BUFFER_SEG >> 12
        mov     word [gdt_target+2], 0
        mov     byte [gdt_target+4], 18h ; 1.5 MB
        call    move
        carry   "INT 15h 87h: up", 0
        mov     ax, BUFFER_SEG
        mov     es, ax
        xor     di, di
        xor     ax, ax
        mov     cx, 4000h
        rep stosw
        mov     byte [gdt_source+4], 18h
        mov     byte [gdt_target+4], BACK_SEG >> 12
        call    move
        carry   "INT 15h 87h: down", 0
        mov     ax, BACK_SEG
        mov     es, ax
        mov     cx, 16
        call    numbers
        is16    "INT 15h 87h: wrong sectors", ax, 0
        ret

; The same with the A20 gate, into the high memory area at FFFF:0010.
test_high:
        mov     ax, 2401h
        svc     15h
        carry   "A20 on", 0
        mov     ax, BUFFER_SEG
        mov     es, ax
        mov     al, 1
        call    read
        push    ds
        mov     ax, BUFFER_SEG
        mov     ds, ax
        mov     ax, 0FFFFh
        mov     es, ax
        xor     si, si
        mov     di, 10h
        mov     cx, 1024
        rep movsw
        pop     ds
        mov     ax, [es:10h]
        is16    "high memory: first word", ax, SECTOR
        mov     ax, [es:10h+2046]
        is16    "high memory: last word", ax, SECTOR
        mov     word [es:10h+500h], 1234h ; 0000:0500 is the same place without A20
        mov     word [500h], 5678h
        mov     ax, [es:10h+500h]
        is16    "high memory is not low memory", ax, 1234h
        mov     ax, 2400h
        svc     15h
        carry   "A20 off", 0
        mov     ax, 0FFFFh
        mov     es, ax
        mov     ax, [es:10h+500h]
        is16    "without A20 it is", ax, 5678h
        ret

        align   512, db 0
program_end:
