; Paging on: 32 MB of linear space over 8 MB of memory, walked with a stride
; that visits 8192 pages a pass (more than any TLB holds), with a few stores
; and loads a page; CR3 is reloaded each pass and one page is remapped with
; INVLPG, as an operating system does.
%include "boot.inc"
%include "pm32.inc"
dir     equ 0x100000            ; page directory, then tables
tables  equ 0x101000
window  equ 0x02000000          ; linear 32 MB
backing equ 0x200000            ; memory 2..10 MB
main:   mov edi, dir
        mov ecx, 1024
        xor eax, eax
        rep stosd
        mov edi, tables         ; first table: 0..4 MB as is
        mov eax, 3
        mov ecx, 1024
.low:   mov [edi], eax
        add eax, 0x1000
        add edi, 4
        dec ecx
        jnz .low
        xor ecx, ecx            ; eight tables: the window
.high:  mov eax, ecx
        imul eax, eax, 5
        and eax, 2047           ; which of the 2048 pages of backing
        shl eax, 12
        add eax, backing + 3
        mov [edi], eax
        add edi, 4
        inc ecx
        cmp ecx, 8192
        jb .high
        mov dword [dir], tables + 3
        mov eax, tables + 0x1000 + 3
        mov ecx, window >> 22
.dir:   mov [dir + ecx*4], eax
        add eax, 0x1000
        inc ecx
        cmp ecx, (window >> 22) + 8
        jb .dir
        mov eax, dir
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp .on
.on:    mov ebp, 300
        xor edx, edx
.pass:  mov ecx, 8192
        mov esi, window
        xor ebx, ebx
.page:  mov eax, [esi + ebx]
        add eax, ecx
        mov [esi + ebx], eax
        add edx, eax
        add edx, [esi + ebx + 64]
        inc dword [esi + ebx + 128]
        add ebx, 0x1000 * 37 + 4
        and ebx, 0x1ffff7c
        dec ecx
        jnz .page
        mov eax, [tables + 0x1000 + 4*5]
        xor eax, 0x1000
        mov [tables + 0x1000 + 4*5], eax
        invlpg [window + 0x5000]
        mov eax, cr3
        mov cr3, eax
        dec ebp
        jnz .pass
        mov eax, cr0
        and eax, 0x7fffffff
        mov cr0, eax
        mov eax, edx
        ret
%include "end.inc"
