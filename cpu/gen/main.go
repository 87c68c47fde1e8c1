// Command gen writes the instruction handlers that exist once a form and size:
// arithmetic and logic, moves, and compare-and-branch pairs. The kernels are the
// few lines in the tables below; Go's generics cannot make these handlers
// without an extra call each, since function values of generic functions go
// through a wrapper.
//
// Usage: go run ./cpu/gen (in the module's root), or go generate ./cpu
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
)

type size struct {
	bits   int
	typ    string
	signed string
}

var sizes = []size{{8, "uint8", "int8"}, {16, "uint16", "int16"}, {32, "uint32", "int32"}}

func (s size) index() int             { return s.bits / 16 }
func (s size) get(r string) string    { return fmt.Sprintf("c.get%d(%s)", s.bits, r) }
func (s size) set(r, v string) string { return fmt.Sprintf("c.set%d(%s, %s)", s.bits, r, v) }

// form is an operand form: how a (the destination) and b are had, and how the
// result r goes back.
type form struct {
	name, index string
}

var forms = []form{{"RegReg", "formRR"}, {"RegImm", "formRI"}, {"RegMem", "formRM"}, {"MemReg", "formMR"}, {"MemImm", "formMI"}}

// memory reports whether one of the operands is in memory.
func (f form) memory() bool { return f.name != "RegReg" && f.name != "RegImm" }

// inRAM is the text of the way to a flat operand; where it cannot be gone, the
// handler of all kinds of operands is called.
func inRAM(address, tag string, bytes int, general string) string {
	last := ""
	if bytes > 1 {
		last = fmt.Sprintf("(la + %d)", bytes-1)
	} else {
		last = "la"
	}
	return fmt.Sprintf("la := uint64(%s)\ne := c.entry(la)\nif e.%s != %s&^pageMask {\nreturn %s(c, op)\n}", address, tag, last, general)
}

// ram is the text of an element of RAM.
func (s size) ram(i string) string {
	if s.bits == 8 {
		return "c.mem[" + i + "]"
	}
	return fmt.Sprintf("load%d(c.mem, %s)", s.bits, i)
}

func (s size) putRAM(i, v string) string {
	if s.bits == 8 {
		return fmt.Sprintf("c.mem[%s] = %s", i, v)
	}
	return fmt.Sprintf("store%d(c.mem, %s, %s)", s.bits, i, v)
}

// flatAddress is the offset of a flat operand.
const flatAddress = "c.reg(op.base)+op.disp"

// loadFlat is load for a flat operand of the handler with the given name.
func (f form) loadFlat(s size, rmw bool, name string) string {
	tag := "R"
	if rmw && f.name != "RegMem" {
		tag = "W"
	}
	out := inRAM(flatAddress, tag, s.bits/8, name) + "\ni := la + e.D\n"
	if f.name == "RegMem" {
		return out + "a, b := " + s.get("op.dst") + ", " + s.ram("i")
	}
	b := s.get("op.src")
	if f.name == "MemImm" {
		b = s.typ + "(op.imm)"
	}
	return out + "a, b := " + s.ram("i") + ", " + b
}

// storeFlat is store for what loadFlat has loaded.
func (f form) storeFlat(s size) string {
	if f.name[0] == 'M' {
		return s.putRAM("i", "r")
	}
	return s.set("op.dst", "r")
}

// load writes a and b; rmw says that a will be written back.
func (f form) load(s size, rmw bool) string {
	var out string
	switch f.name {
	case "RegReg":
		out = "a, b := " + s.get("op.dst") + ", " + s.get("op.src")
	case "RegImm":
		out = "a, b := " + s.get("op.dst") + ", " + s.typ + "(op.imm)"
	case "RegMem":
		out = fmt.Sprintf("a, b := %s, c.ld%d(op, op.seg, c.ea(op))", s.get("op.dst"), s.bits)
	case "MemReg", "MemImm":
		b := s.get("op.src")
		if f.name == "MemImm" {
			b = s.typ + "(op.imm)"
		}
		if rmw {
			return fmt.Sprintf("a, i := c.rmw%d(op, op.seg, c.ea(op))\nb := %s", s.bits, b)
		}
		out = fmt.Sprintf("a := c.ld%d(op, op.seg, c.ea(op))\nb := %s", s.bits, b)
	}
	return out
}

func (f form) store(s size) string {
	if f.name[0] == 'M' {
		return fmt.Sprintf("c.put%d(i, r)", s.bits)
	}
	return s.set("op.dst", "r")
}

const (
	addVector = "a&b | (a|b)&^r"
	subVector = "^a&b | (^a|b)&r"
)

type alu struct {
	name   string
	r      string // expression; carry is the type-converted CF
	vector string // "": logic
	keep   bool   // result is stored
}

var alus = []alu{
	{"Add", "a + b", addVector, true},
	{"Or", "a | b", "", true},
	{"Adc", "a + b + %s(c.carry())", addVector, true},
	{"Sbb", "a - b - %s(c.carry())", subVector, true},
	{"And", "a & b", "", true},
	{"Sub", "a - b", subVector, true},
	{"Xor", "a ^ b", "", true},
	{"Cmp", "a - b", subVector, false},
	{"Test", "a & b", "", false},
}

func (o alu) expr(s size) string {
	if o.name == "Adc" || o.name == "Sbb" {
		return fmt.Sprintf(o.r, s.typ)
	}
	return o.r
}

func (o alu) flags(s size) string {
	if o.vector == "" {
		return fmt.Sprintf("c.logic%d(r)", s.bits)
	}
	return fmt.Sprintf("c.flags%d(r, %s)", s.bits, o.vector)
}

func genALU(w *bytes.Buffer) {
	handler := func(name, load string, o alu, s size, flags bool, store string) {
		fmt.Fprintf(w, "func %s(c *CPU, op *Op) *Op {\n%s\nr := %s\n", name, load, o.expr(s))
		if flags {
			fmt.Fprintln(w, o.flags(s))
		}
		if o.keep {
			// The store cannot fault: the load checked it.
			fmt.Fprintln(w, store)
		}
		fmt.Fprint(w, "return next(c, op)\n}\n\n")
	}
	for _, o := range alus {
		for _, f := range forms {
			for _, s := range sizes {
				name := fmt.Sprintf("op%s%s%d", o.name, f.name, s.bits)
				handler(name, f.load(s, o.keep), o, s, true, f.store(s))
				if f.memory() {
					handler(name+"Flat", f.loadFlat(s, o.keep, name), o, s, true, f.storeFlat(s))
				}
				if o.keep && f.name[0] == 'R' {
					// The same for where nobody looks at the flags.
					handler(name+"NF", f.load(s, o.keep), o, s, false, f.store(s))
					if f.memory() {
						handler(name+"FlatNF", f.loadFlat(s, o.keep, name+"NF"), o, s, false, f.storeFlat(s))
					}
				}
			}
		}
	}
	fmt.Fprint(w, "func (h *handlers) initALUTable() {\n")
	for _, t := range []struct {
		name, suffix string
		has          func(alu, form) bool
	}{
		{"alu", "", func(alu, form) bool { return true }},
		{"aluFlat", "Flat", func(_ alu, f form) bool { return f.memory() }},
		{"aluNF", "NF", func(o alu, f form) bool { return o.keep && f.name[0] == 'R' }},
		{"aluFlatNF", "FlatNF", func(o alu, f form) bool { return o.keep && f.name == "RegMem" }},
	} {
		fmt.Fprintf(w, "h.%s = [9][numForms][3]handler{\n", t.name)
		for _, o := range alus {
			fmt.Fprint(w, "{\n")
			for _, f := range forms {
				if t.has(o, f) {
					fmt.Fprintf(w, "%s: {op%s%s8%s, op%s%s16%s, op%s%s32%s},\n", f.index, o.name, f.name, t.suffix, o.name, f.name, t.suffix, o.name, f.name, t.suffix)
				}
			}
			fmt.Fprint(w, "},\n")
		}
		fmt.Fprint(w, "}\n")
	}
	fmt.Fprint(w, "}\n")
}

func genMove(w *bytes.Buffer) {
	for _, f := range forms {
		for _, s := range sizes {
			name := fmt.Sprintf("opMov%s%d", f.name, s.bits)
			body := ""
			switch f.name {
			case "RegReg":
				body = s.set("op.dst", s.get("op.src"))
			case "RegImm":
				body = s.set("op.dst", s.typ+"(op.imm)")
			case "RegMem":
				body = s.set("op.dst", fmt.Sprintf("c.ld%d(op, op.seg, c.ea(op))", s.bits))
			case "MemReg":
				body = fmt.Sprintf("c.st%d(op, op.seg, c.ea(op), %s)", s.bits, s.get("op.src"))
			case "MemImm":
				body = fmt.Sprintf("c.st%d(op, op.seg, c.ea(op), %s(op.imm))", s.bits, s.typ)
			}
			switch name {
			case "opMovRegMem32":
				body = loadAny32
			case "opMovMemReg32":
				body = storeAny32
			}
			fmt.Fprintf(w, "func %s(c *CPU, op *Op) *Op {\n%s\nreturn next(c, op)\n}\n\n", name, body)
			if f.memory() {
				fmt.Fprintf(w, "func %sFlat(c *CPU, op *Op) *Op {\n%s\nreturn next(c, op)\n}\n\n", name, f.moveFlat(s))
			}
		}
	}
	for _, t := range []string{"", "Flat"} {
		fmt.Fprintf(w, "func (h *handlers) initMove%sTable() {\nh.mov%s = [numForms][3]handler{\n", t, t)
		for _, f := range forms {
			if t == "" || f.memory() {
				fmt.Fprintf(w, "%s: {opMov%s8%s, opMov%s16%s, opMov%s32%s},\n", f.index, f.name, t, f.name, t, f.name, t)
			}
		}
		fmt.Fprint(w, "}\n}\n")
	}
}

// The most frequent ways to an operand that is not flat, without a call.
const (
	loadAny32 = `off := c.ea(op)
	if i, ok := c.canRead(op.seg, off, 4); ok {
		c.set32(op.dst, load32(c.mem, i))
	} else {
		c.set32(op.dst, uint32(c.slowRead(op, op.seg, off, 4)))
	}`
	storeAny32 = `off := c.ea(op)
	if i, ok := c.canWrite(op.seg, off, 4); ok {
		store32(c.mem, i, c.get32(op.src))
	} else {
		c.slowWrite(op, op.seg, off, 4, uint64(c.get32(op.src)))
	}`
)

// moveFlat is the work of MOV with a flat operand.
func (f form) moveFlat(s size) string {
	general := fmt.Sprintf("opMov%s%d", f.name, s.bits)
	switch f.name {
	case "RegMem":
		return inRAM(flatAddress, "R", s.bits/8, general) + "\n" + s.set("op.dst", s.ram("la+e.D"))
	case "MemReg":
		return inRAM(flatAddress, "W", s.bits/8, general) + "\n" + s.putRAM("la+e.D", s.get("op.src"))
	}
	return inRAM(flatAddress, "W", s.bits/8, general) + "\n" + s.putRAM("la+e.D", s.typ+"(op.imm)")
}

// conds are the condition codes that are fused, with their tests on a and b of
// CMP and on the result r of TEST. Overflow and parity stay with the plain Jcc.
var conds = []struct {
	cc        int
	name      string
	cmp, test string
}{
	{2, "B", "a < b", "false"},
	{3, "NB", "a >= b", "true"},
	{4, "Z", "a == b", "r == 0"},
	{5, "NZ", "a != b", "r != 0"},
	{6, "BE", "a <= b", "r == 0"},
	{7, "NBE", "a > b", "r != 0"},
	{8, "S", "S(r) < 0", "S(r) < 0"},
	{9, "NS", "S(r) >= 0", "S(r) >= 0"},
	{12, "L", "S(a) < S(b)", "S(r) < 0"},
	{13, "NL", "S(a) >= S(b)", "S(r) >= 0"},
	{14, "LE", "S(a) <= S(b)", "S(r) <= 0"},
	{15, "NLE", "S(a) > S(b)", "S(r) > 0"},
}

func signed(e string, s size) string {
	return string(bytes.ReplaceAll([]byte(e), []byte("S("), []byte(s.signed+"(")))
}

func genCmpJcc(w *bytes.Buffer) {
	type entry struct {
		k       int
		f       form
		s       size
		handler [16]string
	}
	var table []entry
	for k, o := range []alu{alus[7], alus[8]} {
		for _, f := range forms {
			if o.name == "Test" && f.name == "RegMem" {
				continue // TEST has no such encoding
			}
			for _, s := range sizes {
				e := entry{k: k, f: f, s: s}
				for _, cc := range conds {
					test := cc.cmp
					if k == 1 {
						test = cc.test
					}
					if test == "true" || test == "false" {
						continue // CF is 0 after TEST: nobody writes these
					}
					name := fmt.Sprintf("op%s%s%dJ%s", o.name, f.name, s.bits, cc.name)
					e.handler[cc.cc] = name
					write := func(name, load string) {
						fmt.Fprintf(w, "func %s(c *CPU, op *Op) *Op {\n%s\nr := %s\n%s\n", name, load, o.expr(s), o.flags(s))
						fmt.Fprintf(w, "j := nextOp(op)\nif %s {\nreturn c.branch(j)\n}\nreturn next(c, j)\n}\n\n", signed(test, s))
					}
					write(name, f.load(s, false))
					if f.memory() {
						write(name+"Flat", f.loadFlat(s, false, name))
					}
				}
				table = append(table, e)
			}
		}
	}
	fmt.Fprint(w, "func (h *handlers) initCmpJccTable() {\n")
	for _, t := range []string{"", "Flat"} {
		for _, e := range table {
			if t != "" && !e.f.memory() {
				continue
			}
			fmt.Fprintf(w, "h.cmpJcc%s[%d][%s][%d] = [16]handler{", t, e.k, e.f.index, e.s.index())
			for cc, name := range e.handler {
				if name != "" {
					fmt.Fprintf(w, "%d: %s%s, ", cc, name, t)
				}
			}
			fmt.Fprint(w, "}\n")
		}
	}
	fmt.Fprint(w, "}\n")
}

func main() {
	for _, f := range []struct {
		name, imports string
		gen           func(*bytes.Buffer)
	}{
		{"alu_gen.go", "", genALU},
		{"move_gen.go", "", genMove},
		{"cmpjcc_gen.go", "", genCmpJcc},
		{"pair_gen.go", "import \"unsafe\"\n\n", genPairs},
	} {
		var w bytes.Buffer
		fmt.Fprint(&w, "// Code generated by cpu/gen; DO NOT EDIT.\n\npackage cpu\n\n"+f.imports)
		f.gen(&w)
		src, err := format.Source(w.Bytes())
		if err == nil {
			err = os.WriteFile("cpu/"+f.name, src, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}
