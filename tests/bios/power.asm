; A boot disk that switches the machine off by APM: byte 3 of the boot sector chooses
; the real-mode (1), 16-bit (2) or 32-bit (3) interface.

%include "boot.inc"
%include "apm_protected.inc"

main:
        mov     bl, [p_cpu]
        cmp     bl, 1
        jne     .protected
        mov     ax, 5301h
        xor     bx, bx
        svc     15h
        carry   "5301", 0
        mov     ax, 5307h
        mov     bx, 1
        mov     cx, 3
        svc     15h
        jmp     .still
.protected:
        call    apm_connect
        carry   "5302 or 5303", 0
        mov     ax, 5307h
        mov     bx, 1
        mov     cx, 3
        call    apm_call
.still:
        is16    "still there", 1, 0
        jmp     finish

        align   512, db 0
program_end:
