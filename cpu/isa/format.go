package isa

import (
	"strconv"
	"strings"
)

// Register names by size, in encoding order.
var (
	names8  = [8]string{"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"}
	names16 = [8]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}
	names32 = [8]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"}
	namesS  = [8]string{"es", "cs", "ss", "ds", "fs", "gs", "s6", "s7"}
)

// String returns the instruction as a line of Intel-syntax assembly. pc is the
// offset of the instruction in its code segment: branches show their target.
// It is for people, and allocates.
func (in *Inst) String(pc uint64) string {
	if in.Row == nil {
		return "(bad)"
	}
	var b strings.Builder
	if in.Lock {
		b.WriteString("lock ")
	}
	switch in.Rep {
	case Repne:
		b.WriteString("repne ")
	case Repe:
		b.WriteString("rep ")
	}
	implied := in.Row.Attr&String != 0 || in.Op == XLAT
	if implied {
		if in.HasSeg {
			b.WriteString(namesS[in.Seg] + " ")
		}
		if in.Prefix67 {
			b.WriteString("a" + strconv.Itoa(int(in.AddrSize)*8) + " ")
		}
	}
	b.WriteString(in.mnemonic())
	if implied {
		return b.String()
	}
	sep := " "
	for i := range in.Args {
		if in.Args[i].Kind == None {
			break
		}
		b.WriteString(sep)
		sep = ", "
		in.formatArg(&b, i, pc)
	}
	return b.String()
}

// mnemonic is the mnemonic with its size: of the operand, or for JCXZ of the
// address.
func (in *Inst) mnemonic() string {
	wide := func(size uint8, w16, w32 string) string {
		if size == 2 {
			return w16
		}
		return w32
	}
	name := strings.ToLower(in.Op.String())
	switch in.Op {
	case CBW:
		return wide(in.OpSize, name, "cwde")
	case CWD:
		return wide(in.OpSize, name, "cdq")
	case PUSHA, POPA, PUSHF, POPF, IRET:
		return wide(in.OpSize, name, name+"d")
	case JCXZ:
		return wide(in.AddrSize, name, "jecxz")
	case CALLF:
		return "call far"
	case JMPF:
		return "jmp far"
	case XLAT:
		return "xlatb"
	case POPCS:
		return "pop"
	case HINT_NOP:
		return "nop"
	}
	if in.Row.Attr&String != 0 {
		for _, o := range in.Args {
			if o.Kind == Mem {
				return name + map[uint8]string{1: "b", 2: "w", 4: "d"}[o.Size]
			}
		}
	}
	return name
}

func hexString(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

// truncate keeps the low size bytes of v.
func truncate(v uint64, size uint8) uint64 {
	if size >= 8 {
		return v
	}
	return v & (1<<(8*size) - 1)
}

func (in *Inst) formatArg(b *strings.Builder, i int, pc uint64) {
	o := in.Args[i]
	n := strconv.Itoa(int(o.Reg))
	switch o.Kind {
	case Reg:
		switch o.Size {
		case 1:
			b.WriteString(names8[o.Reg&7])
		case 2:
			b.WriteString(names16[o.Reg&7])
		default:
			b.WriteString(names32[o.Reg&7])
		}
	case Mem:
		in.formatMem(b, o.Size)
	case Imm:
		if in.Row.Args[i] == I2b {
			b.WriteString(hexString(uint64(in.Imm2)))
			break
		}
		b.WriteString(hexString(truncate(in.Imm, o.Size)))
	case Rel:
		b.WriteString(hexString(truncate(pc+uint64(in.Len)+in.Imm, in.OpSize)))
	case Far:
		b.WriteString(hexString(uint64(in.Imm2)) + ":" + hexString(in.Imm))
	case SReg:
		b.WriteString(namesS[o.Reg&7])
	case CReg:
		b.WriteString("cr" + n)
	case DReg:
		b.WriteString("dr" + n)
	case TReg:
		b.WriteString("tr" + n)
	case MMXReg:
		b.WriteString("mm" + n)
	case STReg:
		b.WriteString("st(" + n + ")")
	}
}

// formatMem writes a memory operand: size, override, registers, displacement.
func (in *Inst) formatMem(b *strings.Builder, size uint8) {
	switch size {
	case 1:
		b.WriteString("byte ptr ")
	case 2:
		b.WriteString("word ptr ")
	case 4:
		b.WriteString("dword ptr ")
	case 8:
		b.WriteString("qword ptr ")
	case 10:
		b.WriteString("tbyte ptr ")
	}
	if in.HasSeg {
		b.WriteString(namesS[in.Seg] + ":")
	}
	names := &names32
	if in.AddrSize == 2 {
		names = &names16
	}
	b.WriteByte('[')
	plus := ""
	if in.Base != ZeroReg {
		b.WriteString(names[in.Base&7])
		plus = "+"
	}
	if in.Index != ZeroReg {
		b.WriteString(plus + names[in.Index&7])
		if in.Scale > 0 {
			b.WriteString("*" + strconv.Itoa(1<<in.Scale))
		}
		plus = "+"
	}
	switch {
	case plus == "":
		b.WriteString(hexString(truncate(uint64(in.Disp), in.AddrSize)))
	case in.Disp < 0:
		b.WriteString("-" + hexString(uint64(-in.Disp)))
	case in.Disp > 0:
		b.WriteString("+" + hexString(uint64(in.Disp)))
	}
	b.WriteByte(']')
}
