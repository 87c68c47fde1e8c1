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
	for _, o := range alus {
		for _, f := range forms {
			for _, s := range sizes {
				fmt.Fprintf(w, "func op%s%s%d(c *CPU, op *Op) *Op {\n%s\nr := %s\n", o.name, f.name, s.bits, f.load(s, o.keep), o.expr(s))
				fmt.Fprintln(w, o.flags(s))
				if o.keep {
					// The store cannot fault: rmw checked it.
					fmt.Fprintln(w, f.store(s))
				}
				fmt.Fprint(w, "return next(c, op)\n}\n\n")
				if o.keep && f.name[0] == 'R' {
					// The same for where nobody looks at the flags.
					fmt.Fprintf(w, "func op%s%s%dNF(c *CPU, op *Op) *Op {\n%s\nr := %s\n%s\nreturn next(c, op)\n}\n\n",
						o.name, f.name, s.bits, f.load(s, o.keep), o.expr(s), f.store(s))
				}
			}
		}
	}
	fmt.Fprint(w, "func (h *handlers) initALUTable() {\nh.aluNF = [9][numForms][3]handler{\n")
	for _, o := range alus {
		fmt.Fprint(w, "{\n")
		for _, f := range forms {
			if o.keep && f.name[0] == 'R' {
				fmt.Fprintf(w, "%s: {op%s%s8NF, op%s%s16NF, op%s%s32NF},\n", f.index, o.name, f.name, o.name, f.name, o.name, f.name)
			}
		}
		fmt.Fprint(w, "},\n")
	}
	fmt.Fprint(w, "}\nh.alu = [9][numForms][3]handler{\n")
	for _, o := range alus {
		fmt.Fprint(w, "{\n")
		for _, f := range forms {
			fmt.Fprintf(w, "%s: {op%s%s8, op%s%s16, op%s%s32},\n", f.index, o.name, f.name, o.name, f.name, o.name, f.name)
		}
		fmt.Fprint(w, "},\n")
	}
	fmt.Fprint(w, "}\n}\n")
}

func genMove(w *bytes.Buffer) {
	for _, f := range forms {
		for _, s := range sizes {
			fmt.Fprintf(w, "func opMov%s%d(c *CPU, op *Op) *Op {\n", f.name, s.bits)
			switch f.name {
			case "RegReg":
				fmt.Fprintln(w, s.set("op.dst", s.get("op.src")))
			case "RegImm":
				fmt.Fprintln(w, s.set("op.dst", s.typ+"(op.imm)"))
			case "RegMem":
				if s.bits == 32 {
					fmt.Fprintln(w, loadReg32)
					break
				}
				fmt.Fprintln(w, s.set("op.dst", fmt.Sprintf("c.ld%d(op, op.seg, c.ea(op))", s.bits)))
			case "MemReg":
				if s.bits == 32 {
					fmt.Fprintln(w, storeReg32)
					break
				}
				fmt.Fprintf(w, "c.st%d(op, op.seg, c.ea(op), %s)\n", s.bits, s.get("op.src"))
			case "MemImm":
				fmt.Fprintf(w, "c.st%d(op, op.seg, c.ea(op), %s(op.imm))\n", s.bits, s.typ)
			}
			fmt.Fprint(w, "return next(c, op)\n}\n\n")
		}
	}
	fmt.Fprint(w, "func (h *handlers) initMoveTable() {\nh.mov = [numForms][3]handler{\n")
	for _, f := range forms {
		fmt.Fprintf(w, "%s: {opMov%s8, opMov%s16, opMov%s32},\n", f.index, f.name, f.name, f.name)
	}
	fmt.Fprint(w, "}\n}\n")
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
					fmt.Fprintf(w, "func %s(c *CPU, op *Op) *Op {\n%s\nr := %s\n%s\n", name, f.load(s, false), o.expr(s), o.flags(s))
					fmt.Fprintf(w, "j := nextOp(op)\nif %s {\nreturn c.branch(j)\n}\nreturn next(c, j)\n}\n\n", signed(test, s))
				}
				table = append(table, e)
			}
		}
	}
	fmt.Fprint(w, "func (h *handlers) initCmpJccTable() {\n")
	for _, e := range table {
		fmt.Fprintf(w, "h.cmpJcc[%d][%s][%d] = [16]handler{", e.k, e.f.index, e.s.index())
		for cc, name := range e.handler {
			if name != "" {
				fmt.Fprintf(w, "%d: %s, ", cc, name)
			}
		}
		fmt.Fprint(w, "}\n")
	}
	fmt.Fprint(w, "}\n")
}

func main() {
	for _, f := range []struct {
		name string
		gen  func(*bytes.Buffer)
	}{
		{"alu_gen.go", genALU},
		{"move_gen.go", genMove},
		{"cmpjcc_gen.go", genCmpJcc},
		{"pair_gen.go", genPairs},
	} {
		var w bytes.Buffer
		fmt.Fprint(&w, "// Code generated by cpu/gen; DO NOT EDIT.\n\npackage cpu\n\n")
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
