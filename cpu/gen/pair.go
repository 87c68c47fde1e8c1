package main

import (
	"bytes"
	"fmt"
)

// A pair is one handler for two instructions in a row: half the calls, and half
// the indirect jumps that the host has to guess the targets of.

// half is an instruction that can be one of a pair: the name of its handler, and
// what that does with the op; "" where the pair shall call the handler itself.
type half struct {
	name, body string
}

// The most frequent memory accesses, with their fast paths in the handler.
const (
	loadReg32 = `{
	off := c.ea(op)
	if i, ok := c.canRead(op.seg, off, 4); ok {
		c.set32(op.dst, load32(c.mem, i))
	} else {
		c.set32(op.dst, uint32(c.slowRead(op, op.seg, off, 4)))
	}
	}`
	popReg32 = `{
	sp := uint32(c.R[SP]) & c.spMask
	var v uint32
	if i, ok := c.canRead(SS, sp, 4); ok {
		v = load32(c.mem, i)
	} else {
		v = uint32(c.slowRead(op, SS, sp, 4))
	}
	c.setSP(sp + 4)
	c.set32(op.dst, v)
	}`
	pushReg32 = `{
	sp := (uint32(c.R[SP]) - 4) & c.spMask
	if i, ok := c.canWrite(SS, sp, 4); ok {
		store32(c.mem, i, c.get32(op.dst))
	} else {
		c.slowWrite(op, SS, sp, 4, uint64(c.get32(op.dst)))
	}
	c.setSP(sp)
	}`
	fastPushReg32 = `{
	sp := (uint32(c.R[SP]) - 4) & c.spMask
	i, ok := c.canWrite(SS, sp, 4)
	if !ok {
		return opPushReg32(c, op)
	}
	store32(c.mem, i, c.get32(op.dst))
	c.setSP(sp)
	}`
	fastStoreReg32 = `{
	i, ok := c.canWrite(op.seg, c.ea(op), 4)
	if !ok {
		return opMovMemReg32(c, op)
	}
	store32(c.mem, i, c.get32(op.src))
	}`
	storeReg32 = `{
	off := c.ea(op)
	if i, ok := c.canWrite(op.seg, off, 4); ok {
		store32(c.mem, i, c.get32(op.src))
	} else {
		c.slowWrite(op, op.seg, off, 4, uint64(c.get32(op.src)))
	}
	}`
)

// firsts are the halves that may stand in front. What they do cannot change the
// code behind them: a store that does not take the fast path, which no page with
// code has, is left to its own handler. And nobody looks at their flags.
var firsts = []half{
	{"MovRegReg32", "c.set32(op.dst, c.get32(op.src))"},
	{"MovRegImm32", "c.set32(op.dst, op.imm)"},
	{"MovRegMem32", loadReg32},
	{"MovzxReg32Mem8", "c.set32(op.dst, uint32(c.ld8(op, op.seg, c.ea(op))))"},
	{"Lea32", "c.set32(op.dst, c.ea(op))"},
	{"AddRegReg32NF", "c.set32(op.dst, c.get32(op.dst)+c.get32(op.src))"},
	{"AddRegImm32NF", "c.set32(op.dst, c.get32(op.dst)+op.imm)"},
	{"SubRegReg32NF", "c.set32(op.dst, c.get32(op.dst)-c.get32(op.src))"},
	{"SubRegImm32NF", "c.set32(op.dst, c.get32(op.dst)-op.imm)"},
	{"AndRegImm32NF", "c.set32(op.dst, c.get32(op.dst)&op.imm)"},
	{"OrRegReg32NF", "c.set32(op.dst, c.get32(op.dst)|c.get32(op.src))"},
	{"XorRegReg32NF", "c.set32(op.dst, c.get32(op.dst)^c.get32(op.src))"},
	{"IncReg32NF", "c.set32(op.dst, c.get32(op.dst)+1)"},
	{"DecReg32NF", "c.set32(op.dst, c.get32(op.dst)-1)"},
	{"ShlRegImm32NF", "c.set32(op.dst, c.get32(op.dst)<<(op.imm&31))"},
	{"ShrRegImm32NF", "c.set32(op.dst, c.get32(op.dst)>>(op.imm&31))"},
	{"PopReg32", popReg32},
	{"MovMemReg32", fastStoreReg32},
	{"PushReg32", fastPushReg32},
}

// seconds may stand behind.
var seconds = append(firsts[:len(firsts)-2:len(firsts)-2],
	half{"MovMemReg32", storeReg32},
	half{"PushReg32", pushReg32},
	half{"Ret32", ""},
	half{"Call32", ""},
	half{"AddRegReg32", ""},
	half{"AddRegImm32", ""},
	half{"SubRegReg32", ""},
	half{"SubRegImm32", ""},
	half{"AndRegImm32", ""},
	half{"OrRegReg32", ""},
	half{"XorRegReg32", ""},
	half{"IncReg32", ""},
	half{"DecReg32", ""},
	half{"ShlRegImm32", ""},
	half{"ShrRegImm32", ""},
	half{"AdcRegReg32", ""},
	half{"ImulRegReg32", ""},
	half{"RolRegImm32", ""},
	half{"NegReg32", ""},
	half{"AddMemReg32", ""},
	half{"AddRegMem32", ""},
)

// genPairs writes a handler for every pair, the numbers of the halves, and the
// table of the pairs.
func genPairs(w *bytes.Buffer) {
	fmt.Fprint(w, "// half numbers an instruction that can be one of a pair.\ntype half uint8\n\nconst (\nhalfNone half = iota\n")
	for _, h := range seconds {
		fmt.Fprintf(w, "half%s\n", h.name)
	}
	fmt.Fprintf(w, "\nnumHalves\nlastFirst = half%s\n)\n\n", firsts[len(firsts)-1].name)
	genStack(w)
	for _, a := range firsts {
		for _, b := range seconds {
			if b.body == "" {
				fmt.Fprintf(w, "func op%s_%s(c *CPU, op *Op) *Op {\n%s\nreturn op%s(c, nextOp(op))\n}\n\n", a.name, b.name, a.body, b.name)
				continue
			}
			fmt.Fprintf(w, "func op%s_%s(c *CPU, op *Op) *Op {\n%s\nop = nextOp(op)\n%s\nreturn next(c, op)\n}\n\n", a.name, b.name, a.body, b.body)
		}
	}
	fmt.Fprint(w, "func (h *handlers) initPairTable() {\nh.pairs = [lastFirst + 1][numHalves]handler{\n")
	for _, a := range firsts {
		fmt.Fprintf(w, "half%s: {\n", a.name)
		for _, b := range seconds {
			fmt.Fprintf(w, "half%s: op%s_%s,\n", b.name, a.name, b.name)
		}
		fmt.Fprint(w, "},\n")
	}
	fmt.Fprint(w, "}\n}\n")
}

// genStack writes the handlers of PUSH and POP of a register.
func genStack(w *bytes.Buffer) {
	for _, h := range []half{{"PushReg32", pushReg32}, {"PopReg32", popReg32}} {
		fmt.Fprintf(w, "func op%s(c *CPU, op *Op) *Op {\n%s\nreturn next(c, op)\n}\n\n", h.name, h.body)
	}
}
