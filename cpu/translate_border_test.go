package cpu

import (
	"fmt"
	"slices"
	"testing"
)

// borderForm is an access at (E)BX, which (E)SP is too.
type borderForm struct {
	name   string
	before string // what comes before the instruction
	code   string // the last byte of it is ModRM 03+8*n: [EBX], for which 16-bit addresses have 07
	rm     bool
	far    bool // what it loads are selectors
}

// borderForms are of all sizes.
var borderForms = []borderForm{
	{name: "MOV", code: "\x8b\x03", rm: true}, {name: "ADD", code: "\x01\x0b", rm: true}, {name: "XCHG", code: "\x87\x0b", rm: true},
	{name: "FLD m32", code: "\xd9\x03", rm: true}, {name: "FLD m64", code: "\xdd\x03", rm: true}, {name: "FLD m80", code: "\xdb\x2b", rm: true},
	{name: "FST m32", code: "\xd9\x13", rm: true}, {name: "FST m64", code: "\xdd\x13", rm: true},
	{name: "FSTP m32", code: "\xd9\x1b", rm: true}, {name: "FSTP m64", code: "\xdd\x1b", rm: true}, {name: "FSTP m80", code: "\xdb\x3b", rm: true},
	{name: "FILD m16", code: "\xdf\x03", rm: true}, {name: "FILD m32", code: "\xdb\x03", rm: true}, {name: "FILD m64", code: "\xdf\x2b", rm: true},
	{name: "FIST m16", code: "\xdf\x13", rm: true}, {name: "FIST m32", code: "\xdb\x13", rm: true}, {name: "FISTP m64", code: "\xdf\x3b", rm: true},
	{name: "FADD m32", code: "\xd8\x03", rm: true}, {name: "FMUL m64", code: "\xdc\x0b", rm: true},
	{name: "FISUB m16", code: "\xde\x23", rm: true}, {name: "FIADD m32", code: "\xda\x03", rm: true},
	{name: "FCOM m32", code: "\xd8\x13", rm: true}, {name: "FCOM m64", code: "\xdc\x13", rm: true},
	{name: "FNSTSW", code: "\xdd\x3b", rm: true}, {name: "FNSTCW", code: "\xd9\x3b", rm: true},
	{name: "FLDCW", before: "\x66\xc7\xc0\x7f\x03", code: "\xd9\x2b", rm: true}, // mov eax,37f or mov ax,37f
	{name: "PUSH", code: "\x50"}, {name: "PUSH m", code: "\xff\x33", rm: true}, {name: "PUSH ES", code: "\x06"}, {name: "PUSHF", code: "\x9c"},
	{name: "PUSHA", code: "\x60"}, {name: "POP", code: "\x58"}, {name: "POPA", code: "\x61"},
	{name: "LEAVE", before: "\x89\xe5", code: "\xc9"},                            // mov ebp,esp
	{name: "MOVS", before: "\x89\xde\x89\xdf\x83\xc7\x03", code: "\xa5"},         // mov esi,ebx; mov edi,ebx; add edi,3
	{name: "STOS", before: "\x89\xdf", code: "\xab"},                             // mov edi,ebx
	{name: "LODS", before: "\x89\xde", code: "\xad"},                             // mov esi,ebx
	{name: "SCAS", before: "\x89\xdf", code: "\xaf"},                             // mov edi,ebx
	{name: "REP STOS", before: "\x89\xdf\x31\xc9\xb1\x09\x90", code: "\xf3\xab"}, // mov edi,ebx; xor ecx,ecx; mov cl,9
	{name: "REP MOVS", before: "\x89\xde\x89\xdf\x83\xc7\x80\x31\xc9\xb1\x09", code: "\xf3\xa5"},
	{name: "LFS", code: "\x0f\xb4\x0b", rm: true, far: true}, {name: "LGS", code: "\x0f\xb5\x0b", rm: true, far: true},
}

// TestTranslatedBorders moves operands across the border of two pages that lie apart in
// memory.
func TestTranslatedBorders(t *testing.T) {
	const border, from = 0xd000, 0xcfd8
	for _, w := range []struct {
		name   string
		code16 bool
		far    bool // any selector can be loaded
		enter  func(r *rig)
	}{
		{"flat 32-bit code", false, false, func(r *rig) {}},
		{"16-bit protected mode", true, false, func(r *rig) {
			r.Seg[CS] = r.loaded(selCode16)
			for _, i := range []uint8{DS, ES, SS} {
				r.Seg[i] = r.loaded(selData16)
			}
		}},
		{"virtual-8086 mode", true, true, func(r *rig) {
			r.virtual(3)
			for i := range r.Seg[:6] {
				r.Seg[i] = v86Segment(0)
			}
			r.IP = rigCode
		}},
	} {
		for _, f := range borderForms {
			for _, prefix := range []string{"", "\x66"} {
				if f.far && (!w.far || prefix != "") {
					continue
				}
				form := []byte(f.code)
				if w.code16 && f.rm {
					form[len(form)-1] |= 7
				}
				var after []byte
				if f.name == "POPA" { // mov ebx,esp; sub ebx,20 or 10
					after = []byte{0x89, 0xe3, 0x83, 0xeb, 0x20}
					if w.code16 == (prefix == "") {
						after[4] = 0x10
					}
				}
				if f.far { // add ax,cx; mov cx,fs; add ax,cx; mov cx,gs
					after = []byte{0x01, 0xc8, 0x8c, 0xe1, 0x01, 0xc8, 0x8c, 0xe9}
				}
				code := slices.Concat([]byte{0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0xeb, 0x89, 0xdc}, []byte(f.before+prefix), form, after, // fninit; fld1; fldpi; mov esp,ebx
					[]byte{0x43, 0x11, 0xc8}) // inc ebx; adc eax,ecx
				e := newEngines(t, func() *rig {
					r := newProt(t, "pentium-ii").page()
					r.setPTE(border>>12, 0x16007)
					for i := range uint32(0x100) {
						r.mem.Write(border-0x80+i, 1, uint64(i*37+11))
						r.mem.Write(0x16000+i, 1, uint64(i*91+5))
					}
					at := uint32(rigCode)
					for range 0x50 {
						r.mem.WritePhys(at, code)
						at += uint32(len(code))
					}
					r.mem.WritePhys(at, []byte{0xf4})
					w.enter(r)
					r.R[BX] = from
					return r
				})
				e.what = fmt.Sprintf("%s, % x%s", w.name, prefix, f.name)
				start := e.want.State
				for _, n := range []int64{9000, 9000, 150, 67} {
					e.both(func(r *rig) {
						retired := r.Retired
						r.State = start
						r.Retired = retired
						r.Refresh()
					})
					for e.run(n) == StopBudget {
					}
					if end := uint16(e.want.R[BX]); end != from+0x50 {
						t.Errorf("%s: ends at %x", e.what, end)
					}
				}
				e.ran()
			}
		}
	}
}
