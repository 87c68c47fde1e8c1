; Writes numbered records to the first hard disk, a sector each from sector 1 on,
; and tells on port E9h which of them the drive has stored: the number of the last
; one in eight hexadecimal digits and a line feed, after the command that makes
; that sure has ended. "!" and the status of the drive or the code of INT 13h
; report an error. Ends in a loop when p_count records are written.
;
; A record: "BGRC", its number, 125 words of 32 bits that follow from the number
; (x = x*1664525 + 1013904223, beginning with it), and the sum of all before.

        cpu     386
        bits    16
        org     7C00h

BUFFER  equ     8000h
BLOCK   equ     16                      ; sectors that WRITE MULTIPLE takes at once

start:
        jmp     short begin
        nop
p_mode: db      0                       ; 0 INT 13h, then FLUSH CACHE; 1 WRITE MULTIPLE, then
                                        ; FLUSH CACHE EXT; 2 WRITE SECTORS with the cache off
p_every: db     8                       ; writes between two flushes
p_count: dd     100000
begin:
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 7C00h
        sti
        cld
        xor     ebp, ebp                ; records written
        mov     al, 10h                 ; for SET MULTIPLE MODE
        mov     ah, 0C6h
        cmp     byte [p_mode], 1
        jb      next
        je      .set
        mov     dx, 1F1h                ; SET FEATURES: disable the write cache
        mov     al, 82h
        out     dx, al
        mov     ax, 0EF00h
.set:
        xor     ebx, ebx
        call    command

next:
        movzx   cx, byte [p_every]
.write:
        push    cx
        call    write
        pop     cx
        cmp     byte [p_mode], 2
        je      .stored
        loop    .write
        mov     ah, 0E7h                ; FLUSH CACHE
        add     ah, [p_mode]
        cmp     ah, 0E7h
        je      .flush
        mov     ah, 0EAh                ; FLUSH CACHE EXT
.flush:
        mov     al, 0
        xor     ebx, ebx
        call    command
.stored:
        lea     eax, [ebp-1]
        mov     cx, 8
.digit:
        rol     eax, 4
        push    ax
        and     al, 0Fh
        add     al, 90h                 ; the classic: 0-9 and A-F by decimal adjustment
        daa
        adc     al, 40h
        daa
        out     0E9h, al
        pop     ax
        loop    .digit
        mov     al, 10
        out     0E9h, al
        mov     ecx, 30000              ; leave a while in which a kill finds just what was told
        a32 loop $
        cmp     ebp, [p_count]
        jb      next
        jmp     short $

; write: the next record, or block of records.
write:
        mov     di, BUFFER
        mov     cx, 1
        cmp     byte [p_mode], 1
        jne     .record
        mov     cx, BLOCK
.record:
        push    cx
        mov     eax, 'BGRC'
        mov     edx, eax                ; sum
        stosd
        mov     eax, ebp
        add     edx, eax
        stosd
        mov     cx, 125
.word:
        imul    eax, eax, 1664525
        add     eax, 1013904223
        add     edx, eax
        stosd
        loop    .word
        mov     eax, edx
        stosd
        inc     ebp
        pop     cx
        loop    .record
        mov     si, BUFFER
        mov     ebx, ebp                ; sector 1 holds record 0
        mov     ax, 3001h               ; WRITE SECTORS
        cmp     byte [p_mode], 1
        ja      command
        jb      .bios
        sub     ebx, BLOCK-1
        mov     ax, 0C500h+BLOCK        ; WRITE MULTIPLE
        jmp     short command
.bios:
        mov     [packet.lba], ebx
        mov     si, packet
        mov     ax, 4300h
        mov     dl, 80h
        int     13h
        mov     al, ah
        jc      error
        ret

; command: AH with AL sectors at EBX from DS:SI to the drive, and waits for its
; end. Data go out as the drive asks for them.
command:
        mov     dx, 1F2h
        out     dx, al
        mov     cx, 3
.address:
        inc     dx
        mov     al, bl
        out     dx, al
        shr     ebx, 8
        loop    .address
        inc     dx
        mov     al, 0E0h
        out     dx, al
        inc     dx
        mov     al, ah
        out     dx, al
.wait:
        in      al, dx
        test    al, 80h
        jnz     .wait
        test    al, 21h
        jnz     error
        test    al, 8
        jz      .done
        mov     cx, 256
        cmp     byte [p_mode], 1
        jne     .data
        mov     cx, 256*BLOCK
.data:
        mov     dl, 0F0h
        rep     outsw
        mov     dl, 0F7h
        jmp     short .wait
.done:
        ret

error:
        push    ax
        mov     al, '!'
        out     0E9h, al
        pop     ax
        out     0E9h, al
        jmp     short $

        align   4, db 0
packet: db      16, 0
        dw      1
        dw      BUFFER, 0
.lba:   dd      0, 0

        times 510-($-$$) db 0
        dw      0AA55h
