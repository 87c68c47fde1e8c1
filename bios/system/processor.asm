; Which processor this is. Each test is safe on every processor before the one it looks for.
;
; Sources: Intel AP-485 (processor identification); 80286 and 386 Programmer's Reference Manuals (PUSH SP, flag bits
; 12-15); iAPX 186 data sheet (shift counts).

; cpu_detect: fills eb_cpu, sets BOARD_CPUID and BOARD_FPU. DS = BIOS data area. Changes AX, BX, CX, DX, ES.
cpu_detect:
        ebda    es
        mov     bl, CPU_8086
        push    sp                      ; up to the 80186 the value pushed is the new one
        pop     ax
        cmp     ax, sp
        je      .newer
        mov     ax, 1                   ; the 80186 takes shift counts modulo 32
        mov     cl, 32
        shl     ax, cl
        test    ax, ax
        jz      .set
        inc     bx
        jmp     short .set
.newer:
        mov     bl, CPU_80286
        pushf
        pop     cx
        mov     ax, cx
        or      ax, 7000h               ; always clear on a 286 in real mode
        push    ax
        popf
        pushf
        pop     ax
        push    cx
        popf
        test    ax, 7000h
        jz      .set
        inc     bx
cpu 386
        pushfd
        pop     ecx
        mov     eax, ecx
        xor     eax, 240000h            ; AC from the 486 on; ID: CPUID is there
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        test    eax, 40000h
        jz      .set
        inc     bx
        test    eax, 200000h
        jz      .set
        or      byte [es:eb_board], BOARD_CPUID
cpu 8086
.set:
        mov     [es:eb_cpu], bl
        ; A coprocessor answers FNINIT and FNSTSW; without one the word stays as it is.
        fninit
        mov     word [es:eb_scratch], 5A5Ah
        fnstsw  [es:eb_scratch]
        mov     cx, 30                  ; an 8087 takes its time
.store:
        loop    .store
        cmp     byte [es:eb_scratch], 0
        jne     .done
        or      byte [es:eb_board], BOARD_FPU
        or      byte [bda_equip], 02h
.done:
        ret

; put_cpu: prints the processor's name. DS = BIOS data area. Changes AX, BX, CX, DX, SI, ES.
put_cpu:
        call    cpu_name
        call    puts
        test    byte [es:eb_board], BOARD_FPU
        jz      .done
        mov     si, .fpu
        call    puts
.done:
        ret
.fpu:   db      " with coprocessor", 0

; cpu_name: Out: CS:SI = the processor's name, BX = 0 for the 8086, counted up to 7 for the Pentium II, ES = EBDA.
; DS = BIOS data area. Changes CX, DX.
cpu_name:
        ebda    es
        mov     bl, [es:eb_cpu]
        test    byte [es:eb_board], BOARD_CPUID
        jz      .name
cpu 586
        push    eax
        push    ebx
        push    ecx
        push    edx
        mov     eax, 1
        cpuid
        mov     cl, ah                  ; family
        shr     edx, 23
        and     dl, 1                   ; MMX
        mov     ch, dl
        pop     edx
        pop     ebx                     ; ECX and EBX hold nothing that is needed
        pop     ebx
        pop     eax
cpu 8086
        and     cl, 0Fh
        mov     bl, CPU_80486
        sub     cl, 4
        jbe     .name
        inc     bx
        dec     cx
        test    cl, cl
        jz      .name
        inc     bx                      ; 6 and above
        add     bl, ch
.name:
        xor     bh, bh
        shl     bx, 1
        mov     si, [cs:.names+bx]
        shr     bx, 1
        ret
.names:
        dw      .n0, .n1, .n2, .n3, .n4, .n5, .n6, .n7
.n0:    db      "8086", 0
.n1:    db      "80186", 0
.n2:    db      "80286", 0
.n3:    db      "80386", 0
.n4:    db      "80486", 0
.n5:    db      "Pentium", 0
.n6:    db      "Pentium Pro", 0
.n7:    db      "Pentium II", 0
