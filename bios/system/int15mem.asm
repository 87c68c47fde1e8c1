; INT 15h: memory sizes and the memory map.
;
; Sources: IBM PC AT Technical Reference, section 5, INT 15h (88h); ACPI Specification 1.0b, section 14 (E820h); E801h,
; E881h, 8Ah and DA88h as Ralf Brown's Interrupt List describes them.

; AH = 88h: Out: AX = KB above 1 MB, as CMOS 30h says.
int15_ext_size:
        xor     ax, ax
        call    have_cmos
        jz      .set
        mov     al, CPU_80286
        call    cpu_at_least
        mov     ax, 0
        jc      .set
        mov     al, CMOS_EXT_FOUND
        call    cmos_word
.set:
        mov     [bp+F_AX], ax
        jmp     int15_done

; AH = 8Ah: Out: DX:AX = KB above 1 MB, all of them. AX = DA88h: the same in CL:BX.
int15_big_size:
        call    .size
        mov     [bp+F_AX], ax
        mov     [bp+F_DX], dx
        jmp     int15_done
.size:
        push    ax
        mov     al, CPU_80286
        call    cpu_at_least
        pop     ax
        jnc     extended_kb
        add     sp, 2
        jmp     int15_unknown
int15_da:
        cmp     al, 88h
        jne     int15_big_size.unknown
        call    int15_big_size.size
        mov     [bp+F_BX], ax
        mov     [bp+F_CL], dl
        jmp     int15_ok
int15_big_size.unknown:
        jmp     int15_unknown

; AX = E801h, E881h: memory in KB to 16 MB and in 64 KB above. AX = E820h: memory map.
int15_e8:
        call    have_cmos
        jz      .unknown
        push    ax
        mov     al, CPU_80286
        call    cpu_at_least
        pop     ax
        jc      .unknown
        cmp     al, 01h
        je      .e801
        push    ax
        mov     al, CPU_80386
        call    cpu_at_least
        pop     ax
        jc      .unknown
        cmp     al, 81h
        je      .e881
        cmp     al, 20h
        je      int15_e820
.unknown:
        jmp     int15_unknown
.e801:
        call    ext_sizes
        mov     [bp+F_AX], ax
        mov     [bp+F_CX], ax
        mov     [bp+F_BX], bx
        mov     [bp+F_DX], bx
        jmp     int15_done
.e881:
        call    ext_sizes
cpu 386
        movzx   eax, ax                 ; the upper halves are results too
        movzx   ebx, bx
        mov     ecx, eax
        mov     edx, ebx
cpu 8086
        mov     [bp+F_AX], ax
        mov     [bp+F_CX], ax
        mov     [bp+F_BX], bx
        mov     [bp+F_DX], bx
        jmp     int15_done

; ext_sizes: Out: AX = KB from 1 MB to 16 MB, BX = 64 KB blocks above 16 MB.
ext_sizes:
        mov     al, CMOS_MEM16
        call    cmos_word
        mov     bx, ax
        mov     al, CMOS_EXT_FOUND
        call    cmos_word
        cmp     ax, 15*1024
        jbe     .done
        test    bx, bx
        jnz     .cap
        push    ax                      ; a board that fills in 30h only
        sub     ax, 15*1024
        mov     cl, 6
        shr     ax, cl
        mov     bx, ax
        pop     ax
.cap:
        mov     ax, 15*1024
.done:
        ret

; E820h: EBX = 0 or the last answer's EBX, ECX = room, EDX = 'SMAP', ES:DI = buffer. Out: EAX = 'SMAP', EBX = next or
; 0, ECX = 20, one range. The ranges: base memory to the EBDA, EBDA to 640 KB, ROM, memory from 1 MB, ROM below 4 GB.
cpu 386
SMAP            equ 534D4150h
int15_e820:
        cmp     edx, SMAP
        jne     .bad
        cmp     ecx, 20
        jb      .bad
        cmp     ebx, 5                  ; the dispatcher left the caller's BX there; the upper half is untouched
        jae     .bad
        mov     es, [bp+F_ES]
        mov     di, [bp+F_DI]
.range:
        xor     eax, eax
        push    bx
        shl     bx, 1
        call    [cs:.ranges+bx]
        pop     bx
        test    ecx, ecx
        jnz     .some
        inc     bx                      ; nothing above 1 MB; never the last range
        jmp     .range
.some:
        mov     [es:di], eax            ; EAX start, ECX length, SI type
        mov     dword [es:di+4], 0
        mov     [es:di+8], ecx
        mov     dword [es:di+12], 0
        mov     [es:di+16], si
        mov     word [es:di+18], 0
        inc     bx
        cmp     bx, 5
        jb      .more
        xor     bx, bx
.more:
        mov     eax, SMAP
        mov     ecx, 20
        mov     [bp+F_BX], bx
        mov     [bp+F_AX], ax
        mov     [bp+F_CX], cx
        jmp     int15_done
.bad:
        jmp     int15_unknown
.ranges:
        dw      .base, .ebda, .rom, .high, .top
.base:
        mov     si, 1
        movzx   ecx, word [bda_base_kb]
        shl     ecx, 10
        ret
.ebda:
        mov     si, 2
        movzx   eax, word [bda_base_kb]
        shl     eax, 10
        mov     ecx, 0A0000h
        sub     ecx, eax
        ret
.rom:
        mov     si, 2
        mov     eax, 0F0000h
        mov     ecx, 10000h
        ret
.high:
        push    ebx
        call    ext_sizes
        movzx   ecx, ax
        shl     ecx, 10
        test    bx, bx
        jz      .below16
        movzx   ecx, bx
        shl     ecx, 16
        add     ecx, 0F00000h
.below16:
        pop     ebx
        mov     si, 1
        mov     eax, 100000h
        ret
.top:
        mov     si, 2
        mov     eax, 0FFFF0000h
        mov     ecx, 10000h
        ret
cpu 8086
