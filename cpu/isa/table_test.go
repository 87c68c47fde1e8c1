package isa

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

const numLevels = int(LastLevel) + 1

// udEntry lists encodings without a row: opcodes first..last of a map on the
// levels since..until. form restricts the ModRM byte: "" all, "mem", "reg",
// digits "/1,4-7" with an optional "mem" or "reg" behind, or a range "C0-DF".
type udEntry struct {
	m            Map
	first, last  uint8
	form         string
	since, until Level
}

// undefinedEncodings is every encoding that is #UD, written down without
// looking at the table: from the opcode maps of the 80286 PRM, the 80386 PRM,
// the i486 PRM, the Pentium manual and the SDM (volume 2, appendix A).
func undefinedEncodings() []udEntry {
	const last = LastLevel
	one := func(opcode uint8, form string, since, until Level) udEntry {
		return udEntry{Map1, opcode, opcode, form, since, until}
	}
	two := func(first, last uint8, form string, since, until Level) udEntry {
		return udEntry{Map0F, first, last, form, since, until}
	}
	return []udEntry{
		one(0x0f, "", L80186, L80186),
		{Map1, 0x63, 0x67, "", L80186, L80186},
		{Map1, 0x64, 0x67, "", L80286, L80286},
		one(0xf1, "", L80186, L80186),
		one(0x62, "reg", L80186, last),
		one(0x8d, "reg", L80186, last),
		one(0xc4, "reg", L80186, last),
		one(0xc5, "reg", L80186, last),
		one(0x8c, "/4-7", L80186, L80286),
		one(0x8c, "/6-7", L80386, last),
		one(0x8e, "/1,4-7", L80186, L80286),
		one(0x8e, "/1,6-7", L80386, last),
		one(0x8f, "/1-7", L80186, last),
		one(0xc6, "/1-7", L80186, last),
		one(0xc7, "/1-7", L80186, last),
		one(0xfe, "/2-7", L80186, last),
		one(0xff, "/3,5 reg", L80186, last),
		one(0xff, "/7", L80186, last),

		one(0xd9, "/1 mem", L80486, last),
		one(0xd9, "D1-D7", L80486, last),
		one(0xd9, "E2-E3", L80486, last),
		one(0xd9, "E6-E7", L80486, last),
		one(0xd9, "EF-EF", L80486, last),
		one(0xda, "C0-DF", L80486, LPentium),
		one(0xda, "E0-E8", L80486, last),
		one(0xda, "EA-FF", L80486, last),
		one(0xdb, "/1,4,6 mem", L80486, last),
		one(0xdb, "C0-DF", L80486, LPentium),
		one(0xdb, "E5-E7", L80486, last),
		one(0xdb, "E8-F7", L80486, LPentium),
		one(0xdb, "F8-FF", L80486, last),
		one(0xdd, "/1,5 mem", L80486, last),
		one(0xdd, "F0-FF", L80486, last),
		one(0xde, "D8-D8", L80486, last),
		one(0xde, "DA-DF", L80486, last),
		one(0xdf, "/1 mem", L80486, last),
		one(0xdf, "E1-E7", L80486, last),
		one(0xdf, "E8-F7", L80486, LPentium),
		one(0xdf, "F8-FF", L80486, last),

		two(0x00, 0x00, "/6-7", L80286, last),
		two(0x01, 0x01, "/0-3 reg", L80286, last),
		two(0x01, 0x01, "/5", L80286, last),
		two(0x01, 0x01, "/7", L80286, L80386),
		two(0x01, 0x01, "/7 reg", L80486, last),
		two(0x04, 0x05, "", L80386, last),
		two(0x07, 0xff, "", L80286, L80286),
		two(0x07, 0x07, "", L80486, last),
		two(0x08, 0x09, "", L80386, L80386),
		two(0x0a, 0x0a, "", L80386, last),
		two(0x0b, 0x0b, "", L80386, LPentium),
		two(0x0c, 0x0c, "", L80386, last),
		two(0x0d, 0x0d, "", L80386, LPentium),
		two(0x0e, 0x0f, "", L80386, last),
		two(0x10, 0x13, "", LPentium, last),
		two(0x14, 0x17, "", L80386, last),
		two(0x18, 0x1f, "", L80386, LPentium),
		two(0x20, 0x20, "/1,5-7", L80386, last),
		two(0x20, 0x20, "/4", L80386, L80386),
		two(0x22, 0x22, "/1,5-7", L80386, last),
		two(0x22, 0x22, "/4", L80386, L80386),
		two(0x24, 0x24, "/0-5", L80386, L80386),
		two(0x24, 0x24, "/0-2", L80486, L80486),
		two(0x24, 0x24, "", LPentium, last),
		two(0x25, 0x25, "", L80386, last),
		two(0x26, 0x26, "/0-5", L80386, L80386),
		two(0x26, 0x26, "/0-2", L80486, L80486),
		two(0x26, 0x26, "", LPentium, last),
		two(0x27, 0x2f, "", L80386, last),
		two(0x30, 0x32, "", L80386, L80486),
		two(0x33, 0x35, "", L80386, LPentium),
		two(0x36, 0x3f, "", L80386, last),
		two(0x40, 0x4f, "", L80386, LPentium),
		two(0x50, 0x5f, "", L80386, last),
		two(0x60, 0x7f, "", L80386, LPentiumPro),
		two(0x6c, 0x6d, "", LPentiumII, last),
		two(0x70, 0x70, "", LPentiumII, last),
		two(0x71, 0x73, "mem", LPentiumII, last),
		two(0x71, 0x72, "/0-1,3,5,7 reg", LPentiumII, last),
		two(0x73, 0x73, "/0-1,3-5,7 reg", LPentiumII, last),
		two(0x78, 0x7d, "", LPentiumII, last),
		two(0xa2, 0xa2, "", L80386, L80386),
		two(0xa6, 0xa7, "", L80386, last), // XBTS, IBTS of the first 80386s only
		two(0xaa, 0xaa, "", L80386, L80486),
		two(0xae, 0xae, "", L80386, LPentium),
		two(0xae, 0xae, "reg", LPentiumPro, last),
		two(0xae, 0xae, "/2-7 mem", LPentiumPro, last),
		two(0xb0, 0xb1, "", L80386, L80386),
		two(0xb2, 0xb2, "reg", L80386, last),
		two(0xb4, 0xb5, "reg", L80386, last),
		two(0xb8, 0xb8, "", L80386, last),
		two(0xb9, 0xb9, "", L80386, LPentium),
		two(0xba, 0xba, "/0-3", L80386, last),
		two(0xc0, 0xc1, "", L80386, L80386),
		two(0xc2, 0xc6, "", L80386, last),
		two(0xc7, 0xc7, "", L80386, L80486),
		two(0xc7, 0xc7, "reg", LPentium, last),
		two(0xc7, 0xc7, "/0,2-7 mem", LPentium, last),
		two(0xc8, 0xcf, "", L80386, L80386),
		two(0xd0, 0xff, "", L80386, LPentiumPro),
		two(0xd0, 0xd0, "", LPentiumII, last),
		two(0xd4, 0xd4, "", LPentiumII, last),
		two(0xd6, 0xd7, "", LPentiumII, last),
		two(0xda, 0xda, "", LPentiumII, last),
		two(0xde, 0xde, "", LPentiumII, last),
		two(0xe0, 0xe0, "", LPentiumII, last),
		two(0xe3, 0xe4, "", LPentiumII, last),
		two(0xe6, 0xe7, "", LPentiumII, last),
		two(0xea, 0xea, "", LPentiumII, last),
		two(0xee, 0xee, "", LPentiumII, last),
		two(0xf0, 0xf0, "", LPentiumII, last),
		two(0xf4, 0xf4, "", LPentiumII, last),
		two(0xf6, 0xf7, "", LPentiumII, last),
		two(0xfb, 0xfb, "", LPentiumII, last),
		two(0xff, 0xff, "", LPentiumII, last),
	}
}

// matchForm reports whether a ModRM byte is of a udEntry form.
func matchForm(t *testing.T, f string, modrm int) bool {
	t.Helper()
	between := func(s string, base, v int) bool {
		lo, hi, ok := strings.Cut(s, "-")
		if !ok {
			hi = lo
		}
		a, err1 := strconv.ParseUint(lo, base, 8)
		b, err2 := strconv.ParseUint(hi, base, 8)
		if err1 != nil || err2 != nil {
			t.Fatalf("bad form %q", f)
		}
		return v >= int(a) && v <= int(b)
	}
	ok := true
	for _, w := range strings.Fields(f) {
		switch {
		case w == "mem":
			ok = ok && modrm < 0xc0
		case w == "reg":
			ok = ok && modrm >= 0xc0
		case w[0] == '/':
			any := false
			for _, r := range strings.Split(w[1:], ",") {
				any = any || between(r, 10, modrm>>3&7)
			}
			ok = ok && any
		default:
			ok = ok && between(w, 16, modrm)
		}
	}
	return ok
}

// TestComplete checks that on every level every encoding of both maps has
// exactly one row or is listed as undefined, and never both.
func TestComplete(t *testing.T) {
	rows := Rows()
	ud := undefinedEncodings()
	for level := L8086; level <= LastLevel; level++ {
		d := NewDecoder(level)
		for n := range 512 {
			m, opcode := Map(n>>8), uint8(n)
			if m == Map1 && d.prefix[opcode] != notPrefix || m == Map0F && level < L80286 {
				continue
			}
			var candidates []*Row
			for i := range rows {
				if r := &rows[i]; r.Map == m && r.Opcode == opcode && r.On(level) {
					candidates = append(candidates, r)
				}
			}
			for modrm := range 256 {
				name := fmt.Sprintf("level %d map %d opcode %02x modrm %02x", level, m, opcode, modrm)
				found := 0
				for _, r := range candidates {
					if r.matches(uint8(modrm)) {
						found++
					}
				}
				listed := false
				for _, u := range ud {
					if u.m == m && opcode >= u.first && opcode <= u.last && level >= u.since && level <= u.until && matchForm(t, u.form, modrm) {
						listed = true
					}
				}
				switch {
				case found > 1:
					t.Errorf("%s: %d rows", name, found)
				case found == 0 && !listed:
					t.Errorf("%s: no row, and not listed as undefined", name)
				case found == 1 && listed:
					t.Errorf("%s: has a row, and is listed as undefined", name)
				}

				// The decoder picks that row.
				code := []byte{opcode, uint8(modrm), 0, 0, 0, 0, 0, 0, 0, 0}
				if m == Map0F {
					code = append([]byte{0x0f}, code...)
				}
				var in Inst
				st := d.Decode(code, Mode16, &in)
				if found == 0 && st != Invalid || found == 1 && st != OK {
					t.Errorf("%s: Decode = %v with %d rows", name, st, found)
				}
				if st == OK && (in.Row.Opcode != opcode || !in.Row.matches(uint8(modrm)) || !in.Row.On(level)) {
					t.Errorf("%s: Decode picked row %d (%v)", name, in.Row.ID, in.Op)
				}
			}
		}
	}
}

// TestRows checks that rows are well formed.
func TestRows(t *testing.T) {
	rows := Rows()
	used := map[Op]bool{}
	for i, r := range rows {
		name := fmt.Sprintf("row %d (map %d %02x %v %v)", i, r.Map, r.Opcode, r.Op, r.Args)
		used[r.Op] = true
		if int(r.ID) != i {
			t.Errorf("%s: ID = %d", name, r.ID)
		}
		if r.Op == BadOp || r.Op >= NumOps || r.Since > r.Until || r.Until > LastLevel {
			t.Errorf("%s: bad Op or levels %d..%d", name, r.Since, r.Until)
		}
		if r.Map == Map0F && r.Since < L80286 {
			t.Errorf("%s: in the 0F map since level %d", name, r.Since)
		}
		if !r.HasModRM && (r.Digit >= 0 || r.ModRM >= 0 || r.Mod != ModAny) {
			t.Errorf("%s: restricts ModRM without having it", name)
		}
		if r.Attr&Lockable != 0 && codeInfo[r.Args[0]].how != howRM {
			t.Errorf("%s: lockable, and the destination cannot be memory", name)
		}
		if strings.HasPrefix(r.Op.String(), "F") != (r.Attr&X87 != 0) && r.Op != ESC && r.Op != WAIT {
			t.Errorf("%s: X87 attribute = %v", name, r.Attr&X87 != 0)
		}
		for j := 1; j < 3; j++ {
			if r.Args[j] != NoArg && r.Args[j-1] == NoArg {
				t.Errorf("%s: gap in the operands", name)
			}
		}
	}
	for op := BadOp + 1; op < NumOps; op++ {
		// The first 80386s had these two; models of the table do not.
		if unused := op == XBTS || op == IBTS; used[op] == unused {
			t.Errorf("%v: has a row: %v", op, used[op])
		}
	}
	for c := NoArg + 1; c < NumCodes; c++ {
		if codeInfo[c].how == howNone {
			t.Errorf("operand code %v does not decode", c)
		}
	}
}

func TestOpNames(t *testing.T) {
	seen := map[string]Op{}
	for op := BadOp; op < NumOps; op++ {
		s := op.String()
		if s == "" {
			t.Errorf("Op %d has no name", op)
		}
		if other, ok := seen[s]; ok {
			t.Errorf("Ops %d and %d are both %s", other, op, s)
		}
		seen[s] = op
		if op == BadOp {
			continue
		}
		if got, ok := ByName(strings.ToLower(s)); !ok || got != op {
			t.Errorf("ByName(%q) = %v, %v; want %v", strings.ToLower(s), got, ok, op)
		}
	}
	if op, ok := ByName("no such"); ok {
		t.Errorf("ByName of nonsense = %v", op)
	}
	if got := Op(9999).String(); got != "Op(9999)" {
		t.Errorf("Op(9999).String() = %q", got)
	}
	// Condition-code order.
	for cc, names := range []string{"O", "NO", "B", "NB", "Z", "NZ", "BE", "NBE", "S", "NS", "P", "NP", "L", "NL", "LE", "NLE"} {
		for _, base := range []struct {
			prefix string
			op     Op
		}{{"J", JO}, {"SET", SETO}, {"CMOV", CMOVO}} {
			op := base.op + Op(cc)
			if op.String() != base.prefix+names {
				t.Errorf("%v + %d = %v; want %s", base.op, cc, op, base.prefix+names)
			}
			if got, ok := op.Cond(); !ok || int(got) != cc {
				t.Errorf("%v.Cond() = %d, %v; want %d", op, got, ok, cc)
			}
		}
	}
	if _, ok := ADD.Cond(); ok {
		t.Error("ADD has a condition code")
	}
}

// TestCondFlags checks the flags that conditions read (SDM volume 1, appendix B).
func TestCondFlags(t *testing.T) {
	want := map[Op]Flags{
		JO: OF, JNO: OF, JB: CF, JNB: CF, JZ: ZF, JNZ: ZF, JBE: CF | ZF, JNBE: CF | ZF,
		JS: SF, JNS: SF, JP: PF, JNP: PF, JL: SF | OF, JNL: SF | OF, JLE: SF | OF | ZF, JNLE: SF | OF | ZF,
	}
	for _, r := range Rows() {
		if cc, ok := r.Op.Cond(); ok && r.Read != want[JO+Op(cc)] {
			t.Errorf("%v reads %#x; want %#x", r.Op, r.Read, want[JO+Op(cc)])
		}
	}
}

// TestAttributes compares attributes with the manuals' lists (SDM volume 3,
// section 6.9; volume 1, section 19.5.1).
func TestAttributes(t *testing.T) {
	set := func(ops ...Op) map[Op]bool {
		m := map[Op]bool{}
		for _, op := range ops {
			m[op] = true
		}
		return m
	}
	for _, c := range []struct {
		name string
		attr Attr
		ops  map[Op]bool
	}{
		{"Privileged", Privileged, set(LGDT, LLDT, LTR, LIDT, LMSW, CLTS, INVD, WBINVD, INVLPG, HLT, RDMSR, WRMSR, SYSEXIT, LOADALL, STOREALL)},
		{"IOPL", IOPL, set(CLI, STI, IN, OUT, INS, OUTS, PUSHF, POPF, INT, IRET)},
		{"IO", IO, set(IN, OUT, INS, OUTS)},
		{"String", String, set(MOVS, CMPS, SCAS, LODS, STOS, INS, OUTS)},
		{"ProtOnly", ProtOnly, set(ARPL, LAR, LSL, VERR, VERW, SLDT, STR, LLDT, LTR)},
		{"Stack", Stack, set(PUSH, POP, POPCS, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE, CALL, CALLF, RET, RETF, INT, INT1, INT3, INTO, IRET)},
	} {
		for _, r := range Rows() {
			special := r.Op == MOV && r.Map == Map0F // MOV CR, DR, TR
			want := c.ops[r.Op] || special && c.attr == Privileged
			if got := r.Attr&c.attr != 0; got != want {
				t.Errorf("%s of row %d (%v %v) = %v; want %v", c.name, r.ID, r.Op, r.Args, got, want)
			}
		}
	}
	// What leaves the straight line for certain, or changes the mode.
	ends := set(CALL, CALLF, JMP, JMPF, RET, RETF, INT, INT1, INT3, INTO, IRET, POPCS, HLT, STI, POPF, LMSW, CLTS, INVLPG, WRMSR,
		LOADALL, STOREALL, RSM, SYSENTER, SYSEXIT, UD1, UD2, LSS)
	for _, r := range Rows() {
		want := ends[r.Op]
		switch {
		case r.Op == POP:
			want = r.Args[0] == SegSS
		case r.Op == MOV && r.Args[0] == Sw:
			want = r.Digit == 1 || r.Digit == 2 || r.Until == L8086 && (r.Digit == 5 || r.Digit == 6)
		case r.Op == MOV && (r.Args[0] == Cd || r.Args[0] == Dd):
			want = true
		}
		if got := r.Attr&EndsTrace != 0; got != want {
			t.Errorf("EndsTrace of row %d (%v %v) = %v; want %v", r.ID, r.Op, r.Args, got, want)
		}
	}
}
