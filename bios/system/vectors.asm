; The interrupt vectors.
;
; Source: IBM PC AT Technical Reference, section 5, "Interrupt vectors".

; vectors_init: fills 0000:0000 to 0000:03FF. Changes AX, CX, SI, DI, ES.
vectors_init:
        xor     ax, ax
        mov     es, ax
        xor     di, di
        cld
        mov     si, vector_table
        mov     cx, 20h                 ; 00h-1Fh
        call    .rom
        mov     ax, irq_stray
        mov     cx, 40h                 ; 20h-5Fh
.stray:
        stosw
        mov     word [es:di], 0F000h
        inc     di
        inc     di
        loop    .stray
        xor     ax, ax                  ; 60h-67h are the user's: 0
        mov     cx, 8*2
        rep stosw
        mov     ax, irq_stray
        mov     cx, 8                   ; 68h-6Fh
.stray2:
        stosw
        mov     word [es:di], 0F000h
        inc     di
        inc     di
        loop    .stray2
        mov     si, vector_table_irq
        mov     cx, 8                   ; 70h-77h
        call    .rom
        xor     ax, ax                  ; 78h-FFh
        mov     cx, 88h*2
        rep stosw
        mov     word [es:4*40h], int40
        mov     word [es:4*42h], int10
        mov     word [es:4*4Ah], int_nothing
        mov     ax, [es:400h+bda_ebda]  ; INT 41h, INT 46h: parameter tables of the hard disks
        mov     word [es:4*41h], eb_fdpt0
        mov     [es:4*41h+2], ax
        mov     word [es:4*46h], eb_fdpt1
        mov     [es:4*46h+2], ax
        ret
.rom:
        cs lodsw
        stosw
        mov     ax, 0F000h
        stosw
        loop    .rom
        ret

vector_table:
        dw      irq_stray, irq_stray, int02, irq_stray, irq_stray, int05, irq_stray, irq_stray
        dw      int08, int09, irq_stray, irq_stray, irq_stray, irq_stray, int0e, irq_stray
        dw      int10, int11, int12, int13, int14, int15, int16, int17
        dw      int18, int19, int1a, int_nothing, int_nothing, crt_parameters, dpt_default, font_upper
vector_table_irq:
        dw      int70, int71, irq_stray, irq_stray, int74, int75, int76, int76
