package clocks

import (
	"testing"

	"beige/cpu/isa"
)

func decode(t *testing.T, chip Chip, code ...byte) *isa.Inst {
	t.Helper()
	level := [...]isa.Level{isa.L8086, isa.L8086, isa.L80186, isa.L80286}[chip]
	in := new(isa.Inst)
	if st := isa.NewDecoder(level).Decode(append(code, 0, 0, 0, 0, 0, 0), isa.Mode16, in); st != isa.OK {
		t.Fatalf("% x: status %d", code, st)
	}
	return in
}

// step is an instruction with a full queue and no refresh.
func step(t *testing.T, cfg Config, r *[17]uint64, jumped bool, code ...byte) int64 {
	t.Helper()
	u := New(cfg)
	st := State{Queue: u.queue}
	in := decode(t, cfg.Chip, code...)
	return u.End(&st, u.Begin(in, r, false), 0, jumped, false)
}

// Values of the manuals' tables. On the 8086 the longest instructions do not fit in
// the queue as a whole; these do.
func TestDocumentedClocks(t *testing.T) {
	const ax, cx, sp = 0, 1, 4
	for _, tc := range []struct {
		name   string
		code   []byte
		regs   map[int]uint64
		jumped bool
		want   [4]int64 // 8086, 8088, 80186, 80286; 0: not there, or not looked at
	}{
		{"mov ax,bx", []byte{0x89, 0xd8}, nil, false, [4]int64{2, 2, 2, 2}},
		{"mov al,[bx]", []byte{0x8a, 0x07}, nil, false, [4]int64{13, 13, 9, 5}},
		{"mov ax,[bx]", []byte{0x8b, 0x07}, nil, false, [4]int64{13, 17, 9, 5}},
		{"mov ax,[bx], odd", []byte{0x8b, 0x07}, map[int]uint64{3: 1}, false, [4]int64{17, 17, 13, 7}},
		{"mov [bx+si+5],al", []byte{0x88, 0x40, 5}, nil, false, [4]int64{20, 20, 12, 4}},
		{"mov al,[bp+si+5]", []byte{0x8a, 0x42, 5}, nil, false, [4]int64{20, 20, 9, 6}},
		{"mov ax,es:[di]", []byte{0x26, 0x8b, 0x05}, nil, false, [4]int64{15, 19, 11, 5}},
		{"mov ax,[moffs]", []byte{0xa1, 0, 2}, nil, false, [4]int64{10, 14, 9, 5}},
		{"mov [moffs],al", []byte{0xa2, 0, 2}, nil, false, [4]int64{10, 10, 8, 3}},
		{"mov ax,imm", []byte{0xb8, 1, 0}, nil, false, [4]int64{4, 4, 4, 2}},
		{"mov ds,ax", []byte{0x8e, 0xd8}, nil, false, [4]int64{2, 2, 2, 2}},
		{"push ax", []byte{0x50}, nil, false, [4]int64{11, 15, 10, 3}},
		{"push ds", []byte{0x1e}, nil, false, [4]int64{10, 14, 9, 3}},
		{"pop ax", []byte{0x58}, nil, false, [4]int64{8, 12, 10, 5}},
		{"pop ax, odd stack", []byte{0x58}, map[int]uint64{sp: 1}, false, [4]int64{12, 12, 14, 7}},
		{"xchg ax,bx", []byte{0x93}, nil, false, [4]int64{3, 3, 3, 3}},
		{"add ax,bx", []byte{0x01, 0xd8}, nil, false, [4]int64{3, 3, 3, 2}},
		{"add [bx],ax", []byte{0x01, 0x07}, nil, false, [4]int64{21, 29, 10, 7}},
		{"add [bx],al", []byte{0x00, 0x07}, nil, false, [4]int64{21, 21, 10, 7}},
		{"cmp al,imm", []byte{0x3c, 1}, nil, false, [4]int64{4, 4, 3, 3}},
		{"inc ax", []byte{0x40}, nil, false, [4]int64{2, 2, 3, 2}},
		{"inc al", []byte{0xfe, 0xc0}, nil, false, [4]int64{3, 3, 3, 2}},
		{"shl ax,1", []byte{0xd1, 0xe0}, nil, false, [4]int64{2, 2, 2, 2}},
		{"shl ax,cl", []byte{0xd3, 0xe0}, map[int]uint64{cx: 7}, false, [4]int64{36, 36, 12, 12}},
		{"shl ax,3", []byte{0xc1, 0xe0, 3}, nil, false, [4]int64{0, 0, 8, 8}},
		{"mul bl, 0", []byte{0xf6, 0xe3}, nil, false, [4]int64{70, 70, 27, 13}},
		{"mul bx, FFFF", []byte{0xf7, 0xe3}, map[int]uint64{ax: 0xffff}, false, [4]int64{133, 133, 36, 21}},
		{"div bx", []byte{0xf7, 0xf3}, nil, false, [4]int64{153, 153, 38, 22}},
		{"idiv bl", []byte{0xf6, 0xfb}, nil, false, [4]int64{106, 106, 48, 17}},
		{"aam", []byte{0xd4, 10}, nil, false, [4]int64{83, 83, 19, 16}},
		{"lodsb", []byte{0xac}, nil, false, [4]int64{12, 12, 12, 5}},
		{"movsw", []byte{0xa5}, nil, false, [4]int64{18, 26, 14, 5}},
		{"rep movsw, first of many", []byte{0xf3, 0xa5}, map[int]uint64{cx: 5}, false, [4]int64{26, 34, 16, 9}},
		{"rep movsw of none", []byte{0xf3, 0xa5}, nil, false, [4]int64{9, 9, 8, 5}},
		{"jz, taken", []byte{0x74, 5}, nil, true, [4]int64{16, 16, 13, 7}},
		{"jz, not taken", []byte{0x74, 5}, nil, false, [4]int64{4, 4, 4, 3}},
		{"loop, taken", []byte{0xe2, 0xfe}, nil, true, [4]int64{17, 17, 15, 8}},
		{"loop, done", []byte{0xe2, 0xfe}, nil, false, [4]int64{5, 5, 5, 4}},
		{"jmp short to the next", []byte{0xeb, 0}, nil, false, [4]int64{15, 15, 14, 7}},
		{"call near", []byte{0xe8, 0, 1}, nil, true, [4]int64{19, 23, 14, 7}},
		{"ret", []byte{0xc3}, nil, true, [4]int64{16, 20, 16, 11}},
		{"iret", []byte{0xcf}, nil, true, [4]int64{32, 44, 28, 17}},
		{"int 21h", []byte{0xcd, 0x21}, nil, true, [4]int64{51, 71, 47, 23}},
		{"in al,imm", []byte{0xe4, 0x60}, nil, false, [4]int64{10, 10, 10, 5}},
		{"out dx,al", []byte{0xee}, nil, false, [4]int64{8, 8, 7, 3}},
		{"fadd st,st(1)", []byte{0xd8, 0xc1}, nil, false, [4]int64{88, 88, 88, 88}},
	} {
		var r [17]uint64
		for n, v := range tc.regs {
			r[n] = v
		}
		for chip, want := range tc.want {
			if want == 0 {
				continue
			}
			if got := step(t, Config{Chip: Chip(chip)}, &r, tc.jumped, tc.code...); got != want {
				t.Errorf("%s on %s: %d clocks; want %d", tc.name, Names()[chip], got, want)
			}
		}
	}
}

// Wait states and refreshes add what they do.
func TestBus(t *testing.T) {
	var r [17]uint64
	if got := step(t, Config{Chip: I80286, Wait: 1}, &r, false, 0x8b, 0x07); got != 6 {
		t.Errorf("mov ax,[bx] with a wait state: %d clocks; want 6", got)
	}
	if got := step(t, Config{Chip: I8088, IOWait: 1}, &r, false, 0xed); got != 8+1+5 {
		t.Errorf("in ax,dx: %d clocks; want 14: two I/O cycles with a wait state each", got)
	}
	u := New(Config{Chip: I8088, Refresh: 72})
	st := State{Refresh: 72}
	total := int64(0)
	for range 1000 {
		total += u.End(&st, u.Begin(decode(t, I8088, 0xd1, 0xe0), &r, false), 0, false, false)
	}
	if total < 8500 || total > 8640 { // 8 clocks of fetching each, 5 of 72 lost
		t.Errorf("1000 shifts: %d clocks; want about 8560", total)
	}
}

// Every instruction of a chip has a time, but those of the 8086 with a register
// where the manuals have only memory.
func TestTablesAreWhole(t *testing.T) {
	for chip := I8086; chip <= I80286; chip++ {
		u := New(Config{Chip: chip})
		level := [...]isa.Level{isa.L8086, isa.L8086, isa.L80186, isa.L80286}[chip]
		d := isa.NewDecoder(level)
		for op := range 512 {
			for modrm := range 256 {
				code := []byte{byte(op), byte(modrm), 0, 0, 0, 0, 0, 0}
				if op >= 256 {
					code = append([]byte{0x0f}, code...)
				}
				var in isa.Inst
				if d.Decode(code, isa.Mode16, &in) != isa.OK || in.Op == isa.ESC {
					continue
				}
				f, _ := shape(&in)
				switch {
				case u.column == 0 && f == fRR && (in.Op == isa.LEA || in.Op == isa.LDS || in.Op == isa.LES), u.column == 0 && f == fR && (in.Op == isa.CALLF || in.Op == isa.JMPF):
					continue
				case in.Row.Attr&isa.X87 != 0, in.Op == isa.MUL, in.Op == isa.IMUL, in.Op == isa.DIV, in.Op == isa.IDIV:
					continue
				case u.table[key{in.Op, fixedForm(&in, f)}].n == 0:
					t.Errorf("%s: %v, form %d (% x) has no time", Names()[chip], in.Op, f, code[:3])
				}
			}
		}
	}
}

// FuzzUnit: no code, registers or state stops the clock or turns it back.
func FuzzUnit(f *testing.F) {
	f.Add(uint8(1), []byte{0xf3, 0xa5, 0x74, 0xfc, 0xf7, 0xe0}, uint64(0x123456789abcdef), int16(3), int16(2), int32(70))
	f.Fuzz(func(t *testing.T, chip uint8, code []byte, seed uint64, queue, spare int16, refresh int32) {
		cfg := Config{Chip: Chip(chip & 3), Wait: int(chip >> 2 & 1), IOWait: 1, Refresh: int(chip>>3) * 9}
		u := New(cfg)
		level := [...]isa.Level{isa.L8086, isa.L8086, isa.L80186, isa.L80286}[cfg.Chip]
		d := isa.NewDecoder(level)
		st := State{Queue: max(queue%(u.queue+1), -1), Spare: max(spare%int16(u.bus), -1), Refresh: refresh}
		var r [17]uint64
		for len(code) > 0 {
			var in isa.Inst
			if d.Decode(code, isa.Mode16, &in) != isa.OK {
				code = code[1:]
				continue
			}
			for i := range 16 {
				r[i] = seed >> i & 0xffff
			}
			jumped, more := seed&1 != 0, seed&3 == 3
			if n := u.End(&st, u.Begin(&in, &r, seed&4 != 0), uint16(seed), jumped, more); n < 0 || n > 2000 {
				t.Fatalf("%v takes %d clocks", in.Op, n)
			}
			if st.Queue < -1 || st.Queue > u.queue || st.Spare < -1 || int(st.Spare) >= u.bus {
				t.Fatalf("%v leaves %+v", in.Op, st)
			}
			code = code[in.Len:]
			seed = seed*6364136223846793005 + 1442695040888963407
		}
		if n := u.Interrupt(&st); n < 20 || n > 100 {
			t.Fatalf("an interrupt takes %d clocks", n)
		}
	})
}
