package isa

import (
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// xNames are the mnemonics of x86asm that differ from the table's.
var xNames = map[string]Op{
	"CWDE": CBW, "CDQ": CWD, "LCALL": CALLF, "LJMP": JMPF, "LRET": RETF, "IRETD": IRET, "XLATB": XLAT,
	"PUSHAD": PUSHA, "POPAD": POPA, "PUSHFD": PUSHF, "POPFD": POPF, "ICEBP": INT1, "FWAIT": WAIT, "JECXZ": JCXZ,
	"JAE": JNB, "JE": JZ, "JNE": JNZ, "JA": JNBE, "JGE": JNL, "JG": JNLE,
	"SETAE": SETNB, "SETE": SETZ, "SETNE": SETNZ, "SETA": SETNBE, "SETGE": SETNL, "SETG": SETNLE,
	"CMOVAE": CMOVNB, "CMOVE": CMOVZ, "CMOVNE": CMOVNZ, "CMOVA": CMOVNBE, "CMOVGE": CMOVNL, "CMOVG": CMOVNLE,
}

func xOp(op x86asm.Op) (Op, bool) {
	name := op.String()
	if o, ok := xNames[name]; ok {
		return o, true
	}
	switch name { // SSE names that the string instructions share
	case "MOVSD_XMM", "CMPSD_XMM":
		return BadOp, false
	}
	for _, s := range []string{"MOVS", "CMPS", "STOS", "LODS", "SCAS", "INS", "OUTS"} {
		if rest, ok := strings.CutPrefix(name, s); ok && len(rest) == 1 && strings.Contains("BWD", rest) {
			return ByName(s)
		}
	}
	return ByName(name)
}

// form is an opcode and its ModRM byte, prefixes aside.
type form struct {
	m      Map
	opcode byte
	modrm  byte
}

func (f form) digit() int { return int(f.modrm >> 3 & 7) }

// xMissing are the encodings that x86asm does not know or takes for an error:
// undocumented repetitions, wide NOPs, UD1 with a 16-bit operand size.
func (f form) xMissing() bool {
	if f.m == Map0F {
		return f.opcode == 0x0d || f.opcode >= 0x18 && f.opcode <= 0x1f || f.opcode == 0xb9
	}
	reg := func(lo, hi byte) bool { return f.modrm >= lo && f.modrm <= hi }
	switch f.opcode {
	case 0x82, 0xd6:
		return true
	case 0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3:
		return f.digit() == 6
	case 0xf6, 0xf7:
		return f.digit() == 1
	case 0xd9:
		return reg(0xd8, 0xdf) // FSTP1
	case 0xdb:
		return reg(0xe0, 0xe1) || reg(0xe4, 0xe4) // FENI, FDISI, FSETPM
	case 0xdc:
		return reg(0xd0, 0xdf) // FCOM2, FCOMP3
	case 0xdd:
		return reg(0xc8, 0xcf) // FXCH4
	case 0xde:
		return reg(0xd0, 0xd7) // FCOMP5
	case 0xdf:
		return reg(0xc8, 0xdf) // FXCH7, FSTP8, FSTP9
	}
	return false
}

// xExtra are the encodings that x86asm decodes and a Pentium II does not have:
// test registers, control registers that do not exist, MOV to CS, the MOVQ of SSE2.
func (f form) xExtra() bool {
	if f.m == Map0F {
		return f.opcode >= 0x20 && f.opcode <= 0x26 || f.opcode == 0xd6
	}
	return f.opcode == 0x8e && f.digit() == 1
}

// xRenamed reports whether x86asm gives a Pentium Pro's instruction a name that
// came later, or another one.
func xRenamed(op Op, name string) bool {
	switch op {
	case INT3:
		return name == "INT"
	case NOP:
		return name == "PAUSE"
	case HINT_NOP:
		return name == "NOP" || strings.HasPrefix(name, "PREFETCH")
	case BSF:
		return name == "TZCNT"
	case BSR:
		return name == "LZCNT"
	}
	return false
}

// TestAgainstX86asm compares mnemonic and length of every opcode with every
// ModRM byte, several SIB bytes and prefixes, in both modes.
func TestAgainstX86asm(t *testing.T) {
	d := NewDecoder(LastLevel)
	c := tally{t: t}
	prefixes := [][]byte{{}, {0x66}, {0x67}, {0x66, 0x67}, {0x2e}, {0xf3}, {0xf2}, {0xf0}}
	if testing.Short() {
		prefixes = prefixes[:2]
	}
	for mode, bits := range map[Mode]int{Mode16: 16, Mode32: 32} {
		for _, prefix := range prefixes {
			for n := range 512 {
				f := form{m: Map(n >> 8), opcode: byte(n)}
				if f.m == Map1 && d.prefix[f.opcode] != notPrefix {
					continue
				}
				for modrm := range 256 {
					f.modrm = byte(modrm)
					sibs := []byte{0x24}
					if modrm < 0xc0 && modrm&7 == 4 {
						sibs = []byte{0x24, 0x65, 0x8d, 0xe0}
					}
					for _, sib := range sibs {
						code := append([]byte{}, prefix...)
						if f.m == Map0F {
							code = append(code, 0x0f)
						}
						code = append(code, f.opcode, f.modrm, sib, 0x12, 0xf4, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0)
						c.tests++
						compareX86asm(&c, d, f, code, mode, bits)
					}
				}
			}
		}
	}
	c.report()
}

func compareX86asm(c *tally, d *Decoder, f form, code []byte, mode Mode, bits int) {
	var in Inst
	got := d.Decode(code, mode, &in)
	if got == Invalid && in.Lock {
		return // x86asm lets LOCK pass: TestLock looks at it
	}
	if got == OK && in.Row.Attr&MMX != 0 && (in.Prefix66 || in.Rep != NoRep) {
		return // SSE2 gave the prefixes a meaning
	}
	want, err := x86asm.Decode(code, bits)
	if err != nil || want.Op == 0 {
		if got == OK && !f.xMissing() {
			c.fail("only ours", "%d bits: % x = %v, length %d; x86asm: %v", bits, code, in.String(0), in.Len, err)
		}
		return
	}
	op, known := xOp(want.Op)
	switch {
	case got != OK:
		if known && !f.xExtra() {
			c.fail("only x86asm", "%d bits: % x = %v; x86asm: %v", bits, code, got, want)
		}
	case (!known || op != in.Op) && !xRenamed(in.Op, want.Op.String()):
		c.fail("mnemonic", "%d bits: % x = %v; x86asm: %v", bits, code, in.String(0), want)
	case want.Len != int(in.Len):
		special := f.m == Map0F && f.opcode >= 0x20 && f.opcode <= 0x23 && f.modrm < 0xc0 // mod is ignored
		if ud1 := in.Op == UD1; !special && !ud1 {
			c.fail("length", "%d bits: % x = %v, length %d; x86asm: %v, length %d", bits, code, in.String(0), in.Len, want, want.Len)
		}
	}
}
