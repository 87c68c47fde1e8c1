package main

import (
	"bytes"
	"fmt"
	"strings"
)

// A pair is one handler for two instructions in a row: half the calls, and half
// the indirect jumps that the host has to guess the targets of.

// half is an instruction that can be one of a pair: the name of its handler, and
// what that does with the op; "" where the pair shall call the handler itself.
// Operands in memory are flat ones; what does not take the fast path is left to the
// handler of all kinds, after which the second op's own handler follows.
type half struct {
	name, body string
}

// The most frequent accesses to memory.
var (
	loadReg32  = inRAM(flatAddress, "R", 4, "opMovRegMem32") + "\nc.setReg(op.dst, load32(c.mem, la+e.D))"
	loadReg8   = inRAM(flatAddress, "R", 1, "opMovzxReg32Mem8") + "\nc.setReg(op.dst, uint32(c.mem[la+e.D]))"
	storeReg32 = inRAM(flatAddress, "W", 4, "opMovMemReg32") + "\nstore32(c.mem, la+e.D, c.reg(op.src))"
	storeImm32 = inRAM(flatAddress, "W", 4, "opMovMemImm32") + "\nstore32(c.mem, la+e.D, op.imm)"
	pushReg32  = inRAM("c.reg(SP) - 4", "W", 4, "opPushReg32") + "\nstore32(c.mem, la+e.D, c.reg(op.dst))\nc.R[SP] = la"
	pushImm32  = inRAM("c.reg(SP) - 4", "W", 4, "opPushImm32") + "\nstore32(c.mem, la+e.D, op.imm)\nc.R[SP] = la"
	popReg32   = inRAM("c.reg(SP)", "R", 4, "opPopReg32") + "\nc.setReg(SP, uint32(la) + 4)\nc.setReg(op.dst, load32(c.mem, la+e.D))"
)

// firsts are the halves that may stand in front. What they do cannot change the
// code behind them: a store that does not take the fast path, which no page with
// code has, is left to its own handler.
var firsts = []half{
	{"MovRegReg32", "c.setReg(op.dst, c.reg(op.src))"},
	{"MovRegImm32", "c.setReg(op.dst, op.imm)"},
	{"Lea32Flat", "c.setReg(op.dst, " + flatAddress + ")"},
	{"Lea32", "c.setReg(op.dst, c.ea(op))"},
	{"AddRegReg32NF", "c.setReg(op.dst, c.reg(op.dst)+c.reg(op.src))"},
	{"AddRegImm32NF", "c.setReg(op.dst, c.reg(op.dst)+op.imm)"},
	{"SubRegReg32NF", "c.setReg(op.dst, c.reg(op.dst)-c.reg(op.src))"},
	{"SubRegImm32NF", "c.setReg(op.dst, c.reg(op.dst)-op.imm)"},
	{"AndRegImm32NF", "c.setReg(op.dst, c.reg(op.dst)&op.imm)"},
	{"OrRegReg32NF", "c.setReg(op.dst, c.reg(op.dst)|c.reg(op.src))"},
	{"XorRegReg32NF", "c.setReg(op.dst, c.reg(op.dst)^c.reg(op.src))"},
	{"IncReg32NF", "c.setReg(op.dst, c.reg(op.dst)+1)"},
	{"DecReg32NF", "c.setReg(op.dst, c.reg(op.dst)-1)"},
	{"ShlRegImm32NF", "c.setReg(op.dst, c.reg(op.dst)<<(op.imm&31))"},
	{"ShrRegImm32NF", "c.setReg(op.dst, c.reg(op.dst)>>(op.imm&31))"},
	{"AddRegImm32", "a, b := c.reg(op.dst), op.imm\nr := a + b\nc.flags32(r, " + addVector + ")\nc.setReg(op.dst, r)"},
	{"SubRegImm32", "a, b := c.reg(op.dst), op.imm\nr := a - b\nc.flags32(r, " + subVector + ")\nc.setReg(op.dst, r)"},
	{"XorRegReg32", "r := c.reg(op.dst) ^ c.reg(op.src)\nc.logic32(r)\nc.setReg(op.dst, r)"},
	{"MovRegMem32Flat", loadReg32},
	{"MovzxReg32Mem8Flat", loadReg8},
	{"MovMemReg32Flat", storeReg32},
	{"MovMemImm32Flat", storeImm32},
	{"PushReg32Flat", pushReg32},
	{"PushImm32Flat", pushImm32},
	{"PopReg32Flat", popReg32},
}

// seconds may stand behind.
var seconds = append(firsts[:len(firsts):len(firsts)],
	half{"Ret32Flat", ""},
	half{"Call32Flat", ""},
	half{"AddRegReg32", ""},
	half{"SubRegReg32", ""},
	half{"AndRegImm32", ""},
	half{"OrRegReg32", ""},
	half{"IncReg32", ""},
	half{"DecReg32", ""},
	half{"ShlRegImm32", ""},
	half{"ShrRegImm32", ""},
	half{"AdcRegReg32", ""},
	half{"ImulRegReg32", ""},
	half{"RolRegImm32", ""},
	half{"NegReg32", ""},
	half{"AddMemReg32Flat", ""},
	half{"AddRegMem32Flat", ""},
	half{"SubRegMem32Flat", ""},
)

// maxRun is how many registers in a row one handler pushes or pops.
const maxRun = 5

// genPairs writes a handler for every pair, the numbers of the halves, and the
// table of the pairs.
func genPairs(w *bytes.Buffer) {
	fmt.Fprint(w, "// half numbers an instruction that can be one of a pair.\ntype half uint8\n\nconst (\nhalfNone half = iota\n")
	for _, h := range seconds {
		fmt.Fprintf(w, "half%s\n", h.name)
	}
	fmt.Fprintf(w, "\nnumHalves\nlastFirst = half%s\n)\n\n", firsts[len(firsts)-1].name)
	for _, h := range firsts {
		switch h.name {
		case "MovzxReg32Mem8Flat", "PushReg32Flat", "PushImm32Flat", "PopReg32Flat", "Lea32Flat":
			fmt.Fprintf(w, "func op%s(c *CPU, op *Op) *Op {\n%s\nreturn next(c, op)\n}\n\n", h.name, h.body)
		}
	}
	genRuns(w)
	for _, a := range firsts {
		for _, b := range seconds {
			fmt.Fprintf(w, "func op%s_%s(c *CPU, op *Op) *Op {\n", a.name, b.name)
			if strings.Contains(a.body, ":=") {
				fmt.Fprintf(w, "{\n%s\n}\n", a.body)
			} else {
				fmt.Fprintln(w, a.body)
			}
			if b.body == "" {
				fmt.Fprintf(w, "return op%s(c, nextOp(op))\n}\n\n", b.name)
			} else {
				fmt.Fprintf(w, "op = nextOp(op)\n%s\nreturn next(c, op)\n}\n\n", b.body)
			}
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
	fmt.Fprint(w, "}\n")
	for _, t := range []struct{ table, name string }{{"pushes", "opPush%d"}, {"pops", "opPop%d"}, {"popsRet", "opPop%dRet"}} {
		fmt.Fprintf(w, "h.%s = [maxRun + 1]handler{\n", t.table)
		for n := 1; n <= maxRun; n++ {
			if n > 1 || t.table == "popsRet" {
				fmt.Fprintf(w, "%d: "+t.name+",\n", n, n)
			}
		}
		fmt.Fprint(w, "}\n")
	}
	fmt.Fprint(w, "}\n")
}

// genRuns writes the handlers of PUSH and POP of several registers in a row, and of
// the RET behind: one look at the TLB. SP is none of the registers. Where not all
// lies in one page of RAM, the first goes its own way, and the op behind it has a
// handler for the rest.
func genRuns(w *bytes.Buffer) {
	fmt.Fprintf(w, "// maxRun is how many registers in a row one handler pushes or pops.\nconst maxRun = %d\n\n", maxRun)
	register := func(i int) string {
		if i == 0 {
			return "op.dst"
		}
		return fmt.Sprintf("opAfter(op, %d).dst", i)
	}
	for n := 2; n <= maxRun; n++ {
		fmt.Fprintf(w, "func opPush%d(c *CPU, op *Op) *Op {\n%s\np := unsafe.Pointer(&c.mem[la+e.D])\n", n, inRAM(fmt.Sprintf("c.reg(SP)-%d", 4*n), "W", 4*n, "opPushReg32"))
		for i := range n {
			fmt.Fprintf(w, "*(*uint32)(unsafe.Add(p, %d)) = c.reg(%s)\n", 4*(n-1-i), register(i))
		}
		fmt.Fprintf(w, "c.R[SP] = la\nreturn next(c, opAfter(op, %d))\n}\n\n", n-1)
	}
	for n := 1; n <= maxRun; n++ {
		pops := ""
		for i := range n {
			pops += fmt.Sprintf("c.setReg(%s, *(*uint32)(unsafe.Add(p, %d)))\n", register(i), 4*i)
		}
		if n > 1 {
			fmt.Fprintf(w, "func opPop%d(c *CPU, op *Op) *Op {\n%s\np := unsafe.Pointer(&c.mem[la+e.D])\n%sc.setReg(SP, uint32(la)+%d)\nreturn next(c, opAfter(op, %d))\n}\n\n",
				n, inRAM("c.reg(SP)", "R", 4*n, "opPopReg32"), pops, 4*n, n-1)
		}
		fmt.Fprintf(w, "func opPop%dRet(c *CPU, op *Op) *Op {\n%s\np := unsafe.Pointer(&c.mem[la+e.D])\n%sop = opAfter(op, %d)\nc.setReg(SP, uint32(la)+%d+op.imm)\nreturn c.ret(op, *(*uint32)(unsafe.Add(p, %d)))\n}\n\n",
			n, inRAM("c.reg(SP)", "R", 4*n+4, "opPopReg32"), pops, n, 4*n+4, 4*n)
	}
}
