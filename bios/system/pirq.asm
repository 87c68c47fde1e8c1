; $PIR, the table of what is wired to what: slots 1 to 8, each turned by one against the one before.
;
; Source: PCI IRQ Routing Table Specification 1.0 (Microsoft).

%assign pir_sum 0
%macro pir 1-*
%rep %0
        db      (%1) & 0FFh
%assign pir_sum pir_sum+((%1) & 0FFh)
%rotate 1
%endrep
%endmacro
PIR_SLOTS       equ 8
PIR_SIZE        equ 32+16*PIR_SLOTS
        align   16, db 0FFh
pir_table:
        pir     '$', 'P', 'I', 'R', 0, 1        ; version 1.0
        pir     PIR_SIZE, PIR_SIZE>>8
        pir     0, ISA_BRIDGE                   ; the router
        pir     0, 0                            ; no interrupt is for PCI alone
        pir     86h, 80h, 00h, 70h              ; compatible with PIIX3
        pir     0, 0, 0, 0                      ; miniport data
        times 11 db 0
        db      -PIR_SUM & 0FFh
%assign pir_slot 1
pir_entries:
%rep PIR_SLOTS
        pir     0, pir_slot<<3
%assign pir_pin 0
%rep 4
        pir     PIRQ_ROUTE+((pir_slot-1+pir_pin) & 3), PCI_IRQS, PCI_IRQS>>8
%assign pir_pin pir_pin+1
%endrep
%if pir_slot < 3
        pir     0, 0                            ; on the board
%else
        pir     pir_slot-2, 0
%endif
%assign pir_slot pir_slot+1
%endrep
PIR_SUM         equ pir_sum             ; of all other bytes
