; Cursor, pages, characters, scrolling and teletype: AH=01h-03h, 05h-0Ah, 0Eh, 13h.
;
; Source: IBM PS/2 BIOS Interface Technical Reference, "Interrupt 10h". What happens
; at the edge of the screen follows the PC AT BIOS listing (PC AT Technical Reference).

; AH=01h: cursor shape, CH start line and flags, CL end line.
set_cursor_shape:
        mov [SHAPE], cx
%ifndef VIDEO_6845
        call cursor_lines
%endif
%ifdef VIDEO_EGA
        mov al, cl                      ; its cursor ends above the end line
        inc ax
        cmp al, [HEIGHT]
        jb .end
        mov al, 0                       ; never: to the last line
.end:
        mov cl, al
        test ch, 20h                    ; there is no bit for no cursor: it starts below every cell
        jz .set
        mov cx, 1E00h
.set:
%endif
        mov dx, [CRTC]
        mov al, 0Ah
        mov ah, ch
        out dx, ax
        inc ax
        mov ah, cl
        out dx, ax
        ret

%ifndef VIDEO_6845
; Programs mean the CGA's eight lines. With emulation on, CX is turned into lines of
; the character height: an underline stays at the foot, a block becomes full height,
; anything else becomes the lower half. (BIOS Interface Technical Reference, (AH)=12h
; (BL)=34h; the rules are those of the EGA Technical Reference, cursor emulation.)
cursor_lines:
        test byte [INFO], 1
        jnz .out
        call get_class
        cmp dl, CLASS_TEXT
        jne .out
        mov al, [HEIGHT]
        cmp al, 8
        jbe .out
        test ch, 60h                    ; no cursor, or not the CGA's way of speaking
        jnz .out
        and cx, 1F1Fh
        cmp cl, 8                       ; lines that a CGA does not have: meant as given
        jae .out
        cmp cl, ch
        jb .out                         ; split cursor
        mov ah, cl
        sub ah, ch                      ; lines less one
        cmp cl, 3
        jbe .out                        ; at the top: keep
        cmp ah, 2
        jbe .underline
        cmp ch, 2
        jbe .block
        mov ch, al                      ; lower half
        shr ch, 1
        jmp short .foot
.block:
        mov ch, 0
.foot:
        mov cl, al
        dec cx
        ret
.underline:
        mov cl, al
        dec cx                          ; last line
        cmp al, 14
        jb .place
        dec cx                          ; tall characters have it one higher
.place:
        mov ch, cl
        sub ch, ah
.out:
        ret
%endif

; AH=02h: cursor of page BH to DH, DL.
set_cursor:
        and bx, 0700h
        mov bl, bh
        mov bh, 0
        shl bx, 1
        mov [CURSOR+bx], dx
        shr bx, 1
        cmp bl, [PAGE]
        jne none
; Shows the cursor of the active page at DX.
show_cursor:
        call text_class
        jne none
        mov al, dh
        mul byte [COLS]
        add al, dl
        adc ah, 0
        mov bx, [PAGESTART]
        shr bx, 1
        add bx, ax
        mov dx, [CRTC]
        mov al, 0Eh
        mov ah, bh
        out dx, ax
        inc ax
        mov ah, bl
        out dx, ax
        ret

; Zero flag: a text mode. Spoils nothing.
text_class:
        push dx
        call get_class
        cmp dl, CLASS_TEXT
        pop dx
        ret

; AH=03h: cursor of page BH and its shape.
get_cursor:
        call page_cursor
        mov [bp+R_DX], dx
        mov ax, [SHAPE]
        mov [bp+R_CX], ax
        ret

; In: BH = page. Out: DX = its cursor, BX = page (0 to 7).
page_cursor:
        mov bl, bh
        and bx, 7
        shl bx, 1
        mov dx, [CURSOR+bx]
        shr bx, 1
        ret

; AH=05h: show page AL.
select_page:
%ifdef VIDEO_VGA
        call vbe_class
        je none                         ; one page
%endif
        and ax, 7
        mov bl, [MODE]
        mov bh, 0
        cmp bl, LAST_MODE
        ja .do
        cmp al, [cs:mode_pages+bx]
        jae none
.do:
        mov [PAGE], al
        mov bx, ax
        mul word [PAGELEN]
        mov [PAGESTART], ax
        mov cx, ax
        call get_class
        cmp dl, CLASS_PLANAR            ; the CRTC counts words in the older modes
        jae .bytes
        shr cx, 1
.bytes:
        mov dx, [CRTC]
        mov al, 0Ch
        mov ah, ch
        out dx, ax
        inc ax
        mov ah, cl
        out dx, ax
        shl bx, 1
        mov dx, [CURSOR+bx]
        jmp show_cursor

; AH=06h and 07h: scroll the window CX-DX by AL lines, fill with BH.
scroll_up:
scroll_down:
; In: AH = 06h up, 07h down; AL = lines, 0 all; BH = attribute; CH, CL upper left,
; DH, DL lower right. Keeps BP, DS.
scroll_window:
        push bp
        mov bp, ax                      ; the window, cut to the screen
        mov al, [COLS]
        dec ax
        cmp dl, al
        jbe .right
        mov dl, al
.right:
        mov al, [ROWS]
        cmp dh, al
        jbe .bottom
        mov dh, al
.bottom:
        mov ax, bp
        sub dl, cl
        jb .none
        sub dh, ch
        jb .none
        mov bl, dh                      ; height less one
        inc dx
        inc dh
        cmp al, 0
        je .all
        cmp al, dh
        jbe .some
.all:
        mov al, dh
.some:
        sub dh, al
        ; AL lines to fill, DH to move, DL wide, CH, CL corner, BL height less one, BH fill
        cmp ah, 7
        jne .up
        add ch, bl                      ; downwards starts at the last line
.up:
        call text_class
        jne .graphics
        call scroll_text
        pop bp
        ret
.graphics:
        call scroll_graphics
.none:
        pop bp
        ret

scroll_text:
        push ax
        mov al, ch
        mul byte [COLS]
        mov ch, 0
        add ax, cx
        shl ax, 1
        add ax, [PAGESTART]
        mov di, ax
        pop ax
        mov bp, [COLS]
        shl bp, 1
        push ax
        mul byte [COLS]
        shl ax, 1
        mov si, ax
        pop ax
        cmp ah, 7
        jne .up
        neg bp
        neg si
.up:
        add si, di
        push ax
        push dx
        call video_segment
        mov es, ax
        pop dx
        pop ax
        push ds
        push es
        pop ds
        mov ch, 0
        test dh, dh
        jz .fill
        push ax
        mov al, dl                      ; a window of full lines going up moves at once
        mov ah, 0
        shl ax, 1
        cmp ax, bp
        pop ax
        je .whole
.move:
        push si
        push di
        mov cl, dl
        rep movsw
        pop di
        pop si
        add si, bp
        add di, bp
        dec dh
        jnz .move
        jmp short .fill
.whole:
        push ax
        mov al, dh
        mul dl
        mov cx, ax
        pop ax
        rep movsw
.fill:
        mov dh, al
        mov ah, bh
        mov al, ' '
        mov ch, 0
.line:
        push di
        mov cl, dl
        rep stosw
        pop di
        add di, bp
        dec dh
        jnz .line
        pop ds
        ret

; In: BH = page. Out: ES:DI = the cell at that page's cursor. Text modes only.
; Spoils AX, BX, DX.
cursor_cell:
        call page_cursor
; In: BX = page, DX = row and column. Out: ES:DI. Spoils AX, DX.
text_cell:
        mov al, dh
        mul byte [COLS]
        mov dh, 0
        add ax, dx
        shl ax, 1
        mov di, ax
        mov ax, [PAGELEN]
        mul bx
        add di, ax
        call video_segment
        mov es, ax
        ret

; AH=08h: character (AL) and attribute (AH) at the cursor of page BH.
read_char:
        call text_class
        jne .graphics
        call cursor_cell
        mov ax, [es:di]
        mov [bp+R_AX], ax
        ret
.graphics:
        call page_cursor
        call read_glyph
        mov [bp+R_AX], ax
        ret

; AH=09h: CX times character AL with attribute BL at the cursor of page BH.
write_char_attr:
        call text_class
        jne graphics_chars
        push ax
        push bx
        call cursor_cell
        pop bx
        pop ax
        mov ah, bl
        rep stosw
        ret

; AH=0Ah: the same, attributes stay.
write_char:
        call text_class
        jne graphics_chars
        push ax
        call cursor_cell
        pop ax
        jcxz .out
.next:
        stosb
        inc di
        loop .next
.out:
        ret

; Both in graphics modes: BL is the colour. In mode 13h and those of VBE, which have one
; page, BH is the colour behind the character. Goes on in the next line at the right edge.
graphics_chars:
        jcxz .out
        cmp byte [MODE], 13h            ; and all above
        mov si, bx
        jb .page
        mov bh, 0
.page:
        call page_cursor                ; DX = cursor, BX = page
        xchg si, bx
        cmp byte [MODE], 13h
        jae .next
        mov bh, 0
.next:
        push ax
        push bx
        push cx
        push dx
        push si
        mov cx, si
        call draw_glyph
        pop si
        pop dx
        pop cx
        pop bx
        pop ax
        inc dx
        cmp dl, [COLS]
        jb .more
        mov dl, 0
        inc dh
        cmp dh, [ROWS]
        ja .out
.more:
        loop .next
.out:
        ret

; AH=0Eh: AL on the active page, BL the colour in graphics modes.
teletype:
        mov bh, [PAGE]
        mov cl, 0                       ; attributes stay

; Writes AL at the cursor of page BH and moves the cursor, scrolling at the end.
; CL=1: text modes get attribute BL. Keeps BP, DS.
type_char:
        mov si, bx
        call page_cursor                ; DX = cursor
        xchg si, bx                     ; SI = page, BL = attribute
        cmp al, 0Dh
        ja .print
        je .return
        cmp al, 0Ah
        je .feed
        cmp al, 08h
        je .back
        cmp al, 07h
        je bell
.print:
        push dx
        push si
        call text_class
        jne .draw
        push ax
        push bx
        mov bx, si
        call text_cell
        pop bx
        pop ax
        test cl, cl
        jz .char
        mov ah, bl
        stosw
        jmp short .step
.char:
        stosb
        jmp short .step
.draw:
        mov bh, 0
        mov cx, si
        call draw_glyph
.step:
        pop si
        pop dx
        inc dx
        cmp dl, [COLS]
        jb .move
        mov dl, 0
.feed:
        inc dh
        cmp dh, [ROWS]
        jbe .move
        mov dh, [ROWS]
        call feed_line
        jmp short .move
.return:
        mov dl, 0
        jmp short .move
.back:
        test dl, dl
        jz .out
        dec dx
.move:
        mov bx, si
        mov bh, bl
        jmp set_cursor
.out:
        ret

; Scrolls page SI up one line; the new line has the attribute at DX, the cursor.
; Keeps DX, SI, BP, DS.
feed_line:
        push dx
        push si
        push word [PAGESTART]
        push dx
        mov ax, [PAGELEN]
        mul si
        mov [PAGESTART], ax
        pop dx
        mov bh, 0
        call text_class
        jne .scroll
        mov bx, si
        call text_cell
        mov bh, [es:di+1]
.scroll:
        mov ax, 0601h
        xor cx, cx
        mov dl, [COLS]
        dec dx
        mov dh, [ROWS]
        call scroll_window
        pop word [PAGESTART]
        pop si
        pop dx
        ret

; AH=13h: string ES:BP of CX characters at DH, DL of page BH. AL bit 0: the cursor
; moves along; bit 1: each character is followed by its attribute, else BL is.
write_string:
        cmp al, 3
        ja .out
        jcxz .out
        mov ch, 0
        mov cl, bh
        and cl, 7
        mov si, cx
        shl si, 1
        push word [CURSOR+si]
        push si
        call set_cursor                 ; BH, DX
        mov si, [bp+R_BP]
        mov cx, [bp+R_CX]
        mov bx, [bp+R_BX]
.next:
        mov es, [bp+R_ES]
        es lodsb
        test byte [bp+R_AL], 2
        jz .plain
        mov bl, [es:si]
        inc si
.plain:
        push bx
        push cx
        push si
        mov cl, 1
        call type_char
        pop si
        pop cx
        pop bx
        loop .next
        pop si
        pop dx
        test byte [bp+R_AL], 1
        jnz .out
        mov bh, [bp+R_BH]
        jmp set_cursor
.out:
        ret

; The beep: 896 Hz for an eighth of a second. The length is counted on the sound
; timer itself, so it needs neither interrupts nor a processor of known speed: in
; mode 3 the counter jumps up twice a period (Intel 8254 data sheet, mode 3).
BELL_DIVISOR    equ 1331
BELL_HALVES     equ 224                 ; half periods of 0.56 ms
bell:
        push cx
        mov al, 0B6h                    ; counter 2, both bytes, mode 3
        out 43h, al
        mov ax, BELL_DIVISOR
        out 42h, al
        mov al, ah
        out 42h, al
        in al, 61h
        mov ch, al
        or al, 3
        out 61h, al
        mov bx, BELL_HALVES
        mov si, 0                       ; a bound, should the counter stand still
        mov dx, 0FFFFh
.wait:
        mov al, 80h                     ; latch counter 2
        out 43h, al
        in al, 42h
        mov ah, al
        in al, 42h
        xchg al, ah
        cmp ax, dx
        mov dx, ax
        ja .jump
        dec si
        jnz .wait
        jmp short .off
.jump:
        mov si, 0
        dec bx
        jnz .wait
.off:
        mov al, ch
        out 61h, al
        pop cx
        ret
