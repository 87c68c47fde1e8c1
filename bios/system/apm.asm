; INT 15h AH=53h: advanced power management, and the protected-mode entries.
;
; Source: Advanced Power Management BIOS Interface Specification 1.2 (Intel, Microsoft), section 4. The only devices that
; can be switched are "all": off through the sleep-enable bit of the ACPI power control register.

APM_VERSION     equ 0102h
APM_FLAGS       equ 0003h               ; 16-bit and 32-bit entries
PM_S5           equ 2000h               ; SLP_EN, sleep type 0: soft off
APM_ALL         equ 0001h

; Errors.
APM_CONNECTED   equ 02h
APM_NOT_CONN    equ 03h
APM_BAD_DEVICE  equ 09h
APM_BAD_VALUE   equ 0Ah
APM_NO_FUNC     equ 0Ch
APM_NO_STATE    equ 60h
APM_NO_EVENT    equ 80h

apm_service:
        ebda    es
        mov     cx, [bp+F_CX]
        mov     dx, [bp+F_DX]
        mov     ah, APM_NO_FUNC
        cmp     al, 11h                 ; no timer wakes what is never asleep
        jae     apm_fail
        mov     si, ax
        and     si, 0FFh
        shl     si, 1
        jmp     [cs:apm_table+si]
.unknown:
        jmp     int15_unknown
apm_table:
        dw      apm_check, apm_connect_real, apm_connect_16, apm_connect_32, apm_disconnect
        dw      apm_idle, apm_busy, apm_state, apm_enable, apm_done, apm_power, apm_event, apm_get_state
        dw      apm_done, apm_driver, apm_engage, apm_capabilities

apm_done:
        jmp     int15_ok
apm_fail:
        jmp     int15_fail

; 5300h: installation check.
apm_check:
        test    bx, bx
        jnz     apm_bad_device
        mov     word [bp+F_AX], APM_VERSION
        mov     word [bp+F_BX], 504Dh   ; "PM"
        mov     cx, APM_FLAGS
        mov     al, CPU_80386
        call    cpu_at_least
        jnc     .flags
        mov     cx, 0001h
.flags:
        mov     [bp+F_CX], cx
        jmp     int15_done
apm_bad_device:
        mov     ah, APM_BAD_DEVICE
        jmp     apm_fail

; 5301h real mode, 5302h 16-bit, 5303h 32-bit protected mode.
apm_connect_real:
        call    apm_connect
        jmp     apm_done
apm_connect_16:
        call    apm_connect
        mov     word [bp+F_AX], 0F000h
        mov     word [bp+F_BX], apm_entry16
        mov     word [bp+F_CX], 0F000h
        mov     word [bp+F_SI], 0FFFFh
        mov     word [bp+F_DI], 0FFFFh
        jmp     int15_done
apm_connect_32:
        mov     al, CPU_80386
        call    cpu_at_least
        jc      apm_service.unknown
        call    apm_connect
        mov     word [bp+F_AX], 0F000h
        mov     word [bp+F_CX], 0F000h
        mov     word [bp+F_DX], 0F000h
cpu 386
        mov     ebx, apm_entry32
        mov     esi, 0FFFFFFFFh
        mov     edi, 0000FFFFh
cpu 8086
        mov     [bp+F_BX], bx
        mov     [bp+F_SI], si
        mov     [bp+F_DI], di
        jmp     int15_done
; apm_connect: notes the connection, or leaves the service with an error.
apm_connect:
        test    bx, bx
        jnz     .device
        test    byte [es:eb_apm], 01h
        jnz     .already
        or      byte [es:eb_apm], 03h
        ret
.device:
        add     sp, 2
        jmp     apm_bad_device
.already:
        add     sp, 2
        mov     ah, APM_CONNECTED
        jmp     apm_fail

; 5304h: disconnect.
apm_disconnect:
        test    byte [es:eb_apm], 01h
        mov     ah, APM_NOT_CONN
        jz      apm_fail
        and     byte [es:eb_apm], 0FEh
        jmp     apm_done

; 5305h: processor idle: until the next interrupt.
apm_idle:
        sti
        hlt
        jmp     apm_done
; 5306h: processor busy: it always runs at full speed.
apm_busy:
        jmp     apm_done

; 5307h: BX = device, CX = state: 1 standby, 2 suspend, 3 off.
apm_state:
        call    apm_set_state
        mov     ah, al
        test    al, al
        jz      apm_done
        jmp     apm_fail

; 530Fh: power management by us or by the system, BX = 1, CX = 0 or 1: there is nothing to manage.
apm_engage:
        cmp     bx, APM_ALL
        jne     apm_bad_device
        cmp     cx, 1
        jbe     apm_done
        mov     ah, APM_BAD_VALUE
        jmp     apm_fail

; 5310h: no batteries, no standby or suspend that lasts, no timer.
apm_capabilities:
        test    bx, bx
        jnz     apm_bad_device
        mov     [bp+F_BL], bl
        mov     [bp+F_CX], bx
        jmp     apm_done

; 5308h: power management on or off, BX = 1 or FFFFh, CX = 0 or 1.
apm_enable:
        cmp     bx, 0FFFFh
        je      .all
        cmp     bx, APM_ALL
        jne     apm_bad_device
.all:
        cmp     cx, 1
        mov     ah, APM_BAD_VALUE
        ja      apm_fail
        mov     al, [es:eb_apm]
        and     al, 0FDh
        shl     cx, 1
        or      al, cl
        mov     [es:eb_apm], al
        jmp     apm_done

; 530Ah: power status: on line, no battery.
apm_power:
        cmp     bx, APM_ALL
        jne     apm_bad_device
        mov     word [bp+F_BX], 01FFh
        mov     word [bp+F_CX], 80FFh
        mov     word [bp+F_DX], 0FFFFh
        jmp     apm_done

; 530Bh: no event is pending, ever.
apm_event:
        mov     ah, APM_NO_EVENT
        jmp     apm_fail

; 530Ch: state of a device: on.
apm_get_state:
        mov     word [bp+F_CX], 0
        jmp     apm_done

; 530Eh: driver version CX. Out: AX = connection version.
apm_driver:
        cmp     cx, APM_VERSION
        jbe     .version
        mov     cx, APM_VERSION
.version:
        mov     [bp+F_AX], cx
        jmp     int15_done

; apm_set_state: BX = device, CX = state. Out: AL = error or 0. Changes AX, DX.
apm_set_state:
        cmp     bx, APM_ALL
        jne     .device
        cmp     cx, 3
        je      .off
        mov     al, 0
        jb      .done                   ; standby and suspend: resumed at once
        mov     al, APM_BAD_VALUE
.done:
        ret
.device:
        mov     al, APM_BAD_DEVICE
        ret
.off:
        mov     dx, PM1A_CNT
        mov     ax, PM_S5
        out     dx, ax
        mov     al, APM_NO_STATE        ; still here
        ret

; The protected-mode entries: far call, function in AX as above, device in BX. They use registers and ports only.
%macro apm_body 0
        cmp     al, 05h
        je      %%ok                    ; idle: HLT needs privilege; the caller may halt itself
        cmp     al, 06h
        je      %%ok
        cmp     al, 07h
        je      %%state
        cmp     al, 0Ah
        je      %%power
        cmp     al, 0Bh
        je      %%event
        cmp     al, 0Eh
        je      %%version
        cmp     al, 04h
        je      %%ok
        cmp     al, 08h
        je      %%ok
        cmp     al, 09h
        je      %%ok
        cmp     al, 0Ch
        je      %%get
        cmp     al, 0Dh
        je      %%ok
        cmp     al, 0Fh
        je      %%ok
        cmp     al, 10h
        je      %%capabilities
        mov     ah, APM_NO_FUNC
        stc
        retf
%%capabilities:
        mov     bl, 0
%%get:
        xor     cx, cx
%%ok:
        mov     ah, 0
        clc
        retf
%%event:
        mov     ah, APM_NO_EVENT
        stc
        retf
%%version:
        mov     ax, APM_VERSION
        clc
        retf
%%power:
        mov     bx, 01FFh
        mov     cx, 80FFh
        mov     dx, 0FFFFh
        jmp     %%ok
%%state:
        cmp     bx, APM_ALL
        jne     %%device
        cmp     cx, 3
        ja      %%value
        jb      %%ok
        push    dx
        mov     dx, PM1A_CNT
        mov     ax, PM_S5
        out     dx, ax
        pop     dx
        mov     ah, APM_NO_STATE
        stc
        retf
%%device:
        mov     ah, APM_BAD_DEVICE
        stc
        retf
%%value:
        mov     ah, APM_BAD_VALUE
        stc
        retf
%endmacro
apm_entry16:
        apm_body
cpu 386
bits 32
apm_entry32:
        apm_body
bits 16
cpu 8086
