package cpu

import (
	"fmt"
	"slices"
	"testing"
)

// Offsets of 16 bits wrap, in translated code as in the interpreter.

// wrapping is a program of real mode in an endless loop: code at linear addresses.
type wrapping struct {
	name string
	cs   uint16
	ip   uint64
	code map[uint32][]byte
	regs [17]uint64
}

// wrappings have their data and stack from C080 on: offsets wrap within a page.
var wrappings = []wrapping{
	{"branches", 0x800, 0, map[uint32][]byte{
		0x8000: {0x40, 0xe9, 0xec, 0xff}, // inc ax; jmp fff0
		0x17ff0: {0x43, 0x41, // inc bx; inc cx
			0xf6, 0xc1, 1, 0x74, 9, // test cl,1; jz 0
			0xe2, 7, // loop 0
			0xe1, 5, // loope 0
			0xeb, 3}, // jmp 0
	}, [17]uint64{CX: 0xfffffff0}},
	{"calls", 0x800, 0xfff0, map[uint32][]byte{
		0x8010:  {0x40, 0xc3},                            // inc ax; ret
		0x17ff0: {0xe8, 0x1d, 0, 0x43, 0xe9, 0xf9, 0xff}, // call 10; inc bx; jmp fff0
	}, [17]uint64{SP: 0x100}},
	{"bytes up", 0, 0x8000, map[uint32][]byte{0x8000: {0xac, 0x34, 0x5a, 0xaa, 0x47, 0xae, 0xa4, 0xe2, 0xf7, 0xeb, 0xf5}}, // lodsb; xor al,5a; stosb; inc di; scasb; movsb; loop; jmp
		[17]uint64{SI: 0x1230f000, DI: 0xfffff800, CX: 0xabcd0002}},
	{"bytes down", 0, 0x8000, map[uint32][]byte{0x8000: {0xfd, 0xac, 0x34, 0x5a, 0xaa, 0x4f, 0xae, 0xa4, 0xe3, 0xf6, 0x49, 0xeb, 0xf4}}, // jcxz; dec cx
		[17]uint64{SI: 0x12300800, DI: 0xffff0400, CX: 0xabcd0080}},
	{"pushes", 0, 0x8000, map[uint32][]byte{0x8000: {0x50, 0x66, 0x50, 0x54, 0x9c, 0x40, 0x68, 1, 2, 0x06, 0xeb, 0xf4}}, // push ax; push eax; push sp; pushf; inc ax; push 201; push es
		[17]uint64{SP: 0x77770100, AX: 0x12345678}},
	{"pops", 0, 0x8000, map[uint32][]byte{0x8000: {0x58, 0x66, 0x5b, 0x0f, 0xa1, 0x61, 0xeb, 0xf8}}, // pop ax; pop ebx; pop fs; popa
		[17]uint64{SP: 0x7777ff00}},
	{"POP mem", 0, 0x8000, map[uint32][]byte{0x8000: {0x8f, 0x06, 0xfe, 0xff, 0x66, 0x8f, 0x46, 0x10, 0x03, 0x6e, 0x10, 0xff, 0x06, 0xfe, 0xff, 0x67, 0x8f, 0x44, 0x24, 0x04, 0x67, 0x8f, 0x04, 0x24, 0xeb, 0xe6}}, // pop word [fffe]; pop dword [bp+10]; add bp,[bp+10]; inc word [fffe]; pop word [esp+4]; pop word [esp]
		[17]uint64{SP: 0xfe00, BP: 0x55550100}},
	{"PUSHA", 0, 0x8000, map[uint32][]byte{0x8000: {0x60, 0x40, 0x66, 0x60, 0x41, 0xeb, 0xf9}},
		[17]uint64{SP: 0x77770104, AX: 0x12345678, BP: 0x9876fedc}},
	{"POPA", 0, 0x8000, map[uint32][]byte{0x8000: {0x61, 0x66, 0x61, 0xeb, 0xfb}},
		[17]uint64{SP: 0x7777ff06}},
	{"frames", 0, 0x8000, map[uint32][]byte{0x8000: {0x55, 0x89, 0xe5, 0x83, 0xec, 0x20, 0x89, 0x46, 0xf0, 0x01, 0x46, 0x02, 0xc9, 0x66, 0x55, 0x83, 0xec, 0x0c, 0xeb, 0xec}}, // push bp; mov bp,sp; sub sp,20; mov [bp-10],ax; add [bp+2],ax; leave; push ebp; sub sp,12
		[17]uint64{SP: 0x77770100, AX: 0x1235, BP: 0x99990000}},
	{"REP MOVS", 0, 0x8000, map[uint32][]byte{0x8000: {0xbe, 0xf0, 0xff, 0xbf, 0, 0x20, 0xb9, 0x40, 0, 0xf3, 0xa4, 0x41, 0xeb, 0xf2}},
		[17]uint64{SI: 0x12340000, DI: 0x43210000}},
	{"REP STOS", 0, 0x8000, map[uint32][]byte{0x8000: {0xbf, 0xe0, 0xff, 0xb9, 0x20, 0, 0xf3, 0xab, 0x40, 0xeb, 0xf5}},
		[17]uint64{DI: 0x12340000}},
	{"REP within a page, up to the end", 0, 0x8000, map[uint32][]byte{0x8000: {0xbf, 0xe0, 0xff, 0xbe, 0xff, 0x3f, 0x4e, 0xb9, 0x10, 0, 0xf3, 0xa5, 0x40, 0x89, 0x04, 0xeb, 0xef}},
		[17]uint64{DI: 0x12340000}},
	{"REP up to the limit", 0, 0x8000, map[uint32][]byte{0x8000: {0xb9, 8, 0, 0xf3, 0xaa, 0xeb, 0xf9}},
		[17]uint64{DI: 0xdd00, AX: 0x33}},
	{"REP with more than CX", 0, 0x8000, map[uint32][]byte{0x8000: {0xbf, 0, 1, 0xb9, 0x20, 0, 0xf3, 0xab, 0xe3, 0, 0x66, 0x41, 0xb9, 3, 0, 0xf3, 0xaa, 0x66, 0x49, 0xeb, 0xeb}},
		[17]uint64{CX: 0x12340000, AX: 0x5577}},
	{"far pointers", 0, 0x8000, map[uint32][]byte{0x8000: {0x0f, 0xb4, 0x1e, 0xfe, 0xff, 0x0f, 0xb5, 0x0e, 0xfc, 0xff, 0x83, 0x06, 0xfe, 0xff, 3, 0x83, 0x06, 0, 0, 7, 0x8c, 0xe0, 0x11, 0x06, 0x30, 0, 0x8c, 0xe8, 0x11, 0x06, 0x30, 0, 0xeb, 0xde}}, // lfs bx,[fffe]; lgs cx,[fffc]; add word [fffe],3; add word [0],7; mov ax,fs; adc [30],ax; mov ax,gs; adc [30],ax
		[17]uint64{}},
	{"x87 operands", 0, 0x8000, map[uint32][]byte{0x8000: {
		0xdb, 0xe3, 0xdf, 0x28, 0xdf, 0x38, 0xdf, 0x07, // fninit; fild qword [bx+si]; fistp qword [bx+si]; fild word [bx]
		0xd9, 0x57, 4, 0xdc, 0x47, 8, 0xdd, 0x18, // fst dword [bx+4]; fadd qword [bx+8]; fstp qword [bx+si]
		0xdd, 0x3f, 0xd9, 0x7f, 2, 0x67, 0xd9, 0x6b, 2, // fnstsw [bx]; fnstcw [bx+2]; fldcw [ebx+2]
		0x83, 0xc3, 0x13, 0x0f, 0xb7, 0xdb, 0x83, 0xc6, 6, 0xeb, 0xdb}}, // add bx,13; movzx bx,bx; add si,6
		[17]uint64{BX: 0xff00, SI: 0x56780000}},
	{"XLAT", 0, 0x8000, map[uint32][]byte{0x8000: {0xd7, 0x83, 0xc3, 0x35, 0xfe, 0x06, 0x20, 0, 0x00, 0x07, 0xeb, 0xf4}}, // xlat; add bx,35; inc byte [20]; add [bx],al
		[17]uint64{BX: 0x1234ff00}},
	{"addresses", 0, 0x8000, map[uint32][]byte{0x8000: {0x00, 0x40, 0x10, 0x01, 0x1a, 0x67, 0x01, 0x0c, 0x24, 0x83, 0xc3, 0x52, 0x83, 0xc6, 0x26, 0x8d, 0x7a, 0x7f, 0x66, 0x8d, 0x6a, 0x81, 0xeb, 0xe8}}, // add [bx+si+10],al; add [bp+si],bx; add [esp],cx; add bx,52; add si,26; lea di,[bp+si+7f]; lea ebp,[bp+si-7f]
		[17]uint64{BX: 0x1234ff00, SI: 0x5678f000, BP: 0x1110000, SP: 0x2000, CX: 3}},
}

func TestTranslatedWraps(t *testing.T) {
	for _, limit := range []uint32{0xdffb, 0xffff, 0xffffffff} {
		for _, c := range wrappings {
			t.Run(c.name, func(t *testing.T) {
				e := newEngines(t, func() *rig {
					r := newRig(t, "pentium-ii")
					for at, code := range c.code {
						r.code(at, code...)
					}
					r.R = c.regs
					r.Seg[CS].Sel, r.Seg[CS].Base, r.IP = c.cs, uint64(c.cs)<<4, c.ip
					for _, i := range []uint8{DS, ES, SS} {
						r.Seg[i].Sel, r.Seg[i].Base, r.Seg[i].Limit = 0xc08, 0xc080, limit
					}
					r.Refresh()
					return r
				})
				e.what = c.name
				e.loops(60000, nil)
			})
		}
	}
}

// Running on beyond IP FFFF is a #GP, also where there is code that is known from
// another segment, in which its IP is 0 (80386 PRM, section 14.7, item 14).
func TestRunningOnBeyond64K(t *testing.T) {
	for _, interpreted := range []bool{true, false} {
		r := newRig(t, "80386", 0xb9, 3, 0, // mov cx,3
			0x9a, 0, 0, 0, 0x18, // call 1800:0
			0xe2, 0xf9, // loop
			0xea, 0xf8, 0xff, 0, 0x8) // jmp 0800:fff8
		r.code(0x18000, 0x40, 0xcb)                              // inc ax; retf
		r.mem.WritePhys(0x17ff8, slices.Repeat([]byte{0x43}, 8)) // inc bx
		r.mem.Write(13*4, 4, rigHandlers+13*4)
		if interpreted {
			r.interpreted()
		} else {
			needEngine(t)
			r.hot(codeSize)
		}
		r.wantVector(13)
		r.wantReg(AX, 3)
		r.wantReg(BX, 8)
	}
}

// What a V86 monitor must see, from translated code: instructions that IOPL guards.
func TestTranslatedV86Sensitive(t *testing.T) {
	for _, code := range [][]byte{{0x9c}, {0x66, 0x9c}, {0xfa}, {0xfb}, {0x9d}} {
		for iopl := range uint32(4) {
			e := newEngines(t, func() *rig {
				return newProt(t, "pentium-ii", append(code, 0x83, 0xc4, 2, 0x40, 0x83, 0xec, 2, 0xeb, byte(-9-len(code)))...).virtual(3)
			})
			e.run(100) // the TLB has the stack
			e.both(func(r *rig) { r.Flags = r.Flags&^FlagIOPL | iopl<<12 })
			for range 4 {
				if e.run(100) != StopBudget {
					break
				}
			}
			e.ran()
			if vec := int(e.want.Seg[CS].Base+e.want.IP-1-rigHandlers) / 4; (vec == vecGP) != (iopl < 3) {
				t.Errorf("% x at IOPL %d: vector %d", code, iopl, vec)
			}
		}
	}
}

// Code, data and stack on one page: stores beside code are translated, those that hit its
// first or last byte are noticed, wherever in the map of the code these are.
func TestTranslatedBesideCode(t *testing.T) {
	for size := 1; size <= 4; size *= 2 {
		for off := range 70 {
			if off > 3 && off < 55 {
				continue // words of the map have 64 bits
			}
			p := 0x8100 + off
			e := newEngines(t, func() *rig {
				r := newRig(t, "pentium-ii")
				jump := func(from, to int) []byte { return []byte{0xe9, byte(to - from - 3), byte((to - from - 3) >> 8)} }
				var code []byte
				for _, store := range [][2]int{
					{p - size + 1, 3 << (8 * (size - 1))}, // inc ax and inc bx in turn
					{p + 2, 8},                            // the one target and the other
					{p - size, 0x11}, {p + 3, 0x22},       // beside it
				} {
					op := [...][]byte{1: {0x80}, 2: {0x81}, 4: {0x66, 0x81}}[size]
					code = append(append(code, op...), 0x36, byte(store[0]), byte(store[0]>>8)) // xor [place], value
					code = append(code, le32(uint32(store[1]))[:size]...)
					code = append(code, 0x60, 0x61) // pusha; popa
				}
				r.code(rigCode, append(code, jump(rigCode+len(code), p)...)...)
				r.mem.WritePhys(uint32(p), []byte{0x40, 0xeb, 5})
				r.mem.WritePhys(uint32(p+8), append([]byte{0x41}, jump(p+9, rigCode)...))
				r.mem.WritePhys(uint32(p+16), append([]byte{0x42}, jump(p+17, rigCode)...))
				r.R[SP] = 0x8f80
				return r
			})
			e.what = fmt.Sprintf("%d bytes, %d", size, off)
			e.loops(3000, nil)
			if x := e.got.engine.count; off == 0 && (x.Dropped < 100 || x.Exits[0]+x.Exits[1] > 1800) {
				t.Errorf("%s: %+v; want code that is dropped at half of the stores", e.what, x)
			}
		}
	}
}

// A repeated store that begins beside code and reaches it.
func TestTranslatedRepOntoCode(t *testing.T) {
	e := newEngines(t, func() *rig {
		r := newRig(t, "pentium-ii",
			0xbf, 0xf8, 0x80, 0xb9, 9, 0, // mov di,80f8; mov cx,9
			0xb0, 0x40, // mov al,40: inc ax and inc bx in turn
			0x80, 0x36, 0x07, 0x80, 3, // xor byte [8007],3
			0xf3, 0xaa, // rep stosb
			0xe9, 0xee, 0) // jmp 8100
		r.code(0x8100, 0x40, 0xe9, 0xfc, 0xfe) // inc ax; jmp 8000
		return r
	})
	e.what = "REP STOSB"
	e.loops(20000, nil)
}

// A page with code that becomes read-only: stores beside the code fault.
func TestTranslatedBesideCodeReadOnly(t *testing.T) {
	e := newEngines(t, func() *rig {
		return newProt(t, "pentium-ii", 0x41, 0x89, 0x0e, 0, 2, 0xeb, 0xf9).page().virtual(3) // inc cx; mov [200],cx; jmp
	})
	e.what = "a store beside code"
	e.both(func(r *rig) { r.Seg[DS] = v86Segment(rigCode >> 4); r.Refresh() })
	e.run(1000)
	e.ran()
	e.both(func(r *rig) {
		r.CR0 |= CR0WP
		r.setPTE(rigCode>>12, rigCode|5)
		r.Refresh()
	})
	e.run(1000)
	if at := uint32(e.got.Seg[CS].Base + e.got.IP); at != rigHandlers+vecPF*4+1 {
		t.Errorf("at %x; want the handler of #PF", at)
	}
}
