package isa

// How an instruction is laid out (SDM volume 2, chapter 2):
//
//	prefixes | opcode, 0F opcode | ModRM | SIB | displacement | immediate
//
//	16-bit addresses                     32-bit addresses
//	r/m 0 BX+SI   4 SI                   r/m 4: SIB follows (base, index<<scale)
//	    1 BX+DI   5 DI                   mod 0 r/m 5: disp32, no base
//	    2 BP+SI   6 BP; mod 0: disp16    SIB index 4: none
//	    3 BP+DI   7 BX                   SIB base 5, mod 0: disp32, no base
//	mod 0 none, 1 disp8, 2 disp16        mod 0 none, 1 disp8, 2 disp32
//	BP as base: SS                       ESP or EBP as base: SS

// Lengths. The manuals give the limits of 10 (80286 PRM, appendix on
// compatibility) and 15 (80386 PRM, section 14.7) bytes. Older models have none:
// a run of prefixes is followed for as long as oldLimit, which no program
// reaches on purpose.
const (
	limit286 = 10
	limit386 = 15
	oldLimit = 64
)

// Classes of bytes before the opcode.
const (
	notPrefix uint8 = iota
	preSeg          // the segment is in Decoder.prefixArg
	preLock
	preRep
	preOpSize
	preAddrSize
	pre0F
	preNone // counts towards the length, else ignored
)

// Shapes of an opcode.
const (
	shapeNone  uint8 = iota // #UD
	shapePlain              // one row, no ModRM
	shapeOne                // one row, ModRM
	shapeDigit              // table of 16: mod == 3, reg
	shapeExact              // table of 256: ModRM
)

// noRow marks a combination without a row in Decoder.sel.
const noRow = 0xffff

type slot struct {
	shape uint8
	regs  bool   // r/m is a register whatever mod says
	imm   Code   // the immediate of a ModRM byte without a row, which is read before #UD
	at    uint16 // row number, or start in Decoder.sel
}

// Decoder decodes instructions for one level. It does not change after
// NewDecoder and can be shared.
type Decoder struct {
	rows       []Row
	sel        []uint16
	slots      [2][256]slot
	prefix     [256]uint8
	prefixArg  [256]uint8
	limit      int
	tooLong    Status
	lockStrict bool
	sregMask   uint8
	level      Level
}

// NewDecoder builds the decoder of a level. A level above LastLevel counts as
// LastLevel.
func NewDecoder(level Level) *Decoder {
	level = min(level, LastLevel)
	d := &Decoder{rows: Rows(), level: level, sregMask: 7}
	for b, s := range map[uint8]uint8{0x26: ES, 0x2e: CS, 0x36: SS, 0x3e: DS} {
		d.prefix[b], d.prefixArg[b] = preSeg, s
	}
	d.prefix[0xf0] = preLock
	d.prefix[0xf2], d.prefix[0xf3] = preRep, preRep
	switch {
	case level <= L80186:
		d.limit, d.tooLong, d.sregMask = oldLimit, Invalid, 3
	case level == L80286:
		d.limit, d.tooLong = limit286, TooLong
	default:
		d.limit, d.tooLong, d.lockStrict = limit386, TooLong, true
		d.prefix[0x64], d.prefixArg[0x64] = preSeg, FS
		d.prefix[0x65], d.prefixArg[0x65] = preSeg, GS
		d.prefix[0x66], d.prefix[0x67] = preOpSize, preAddrSize
	}
	if level == L8086 {
		d.prefix[0xf1] = preLock // bit 0 is not decoded
	}
	if level == L80286 {
		d.prefix[0xf1] = preNone // has a meaning for in-circuit emulators only
	}
	if level >= L80286 {
		d.prefix[0x0f] = pre0F
	}
	for m := range d.slots {
		for op := range d.slots[m] {
			d.slots[m][op] = d.newSlot(Map(m), uint8(op))
		}
	}
	return d
}

// newSlot finds the smallest selection table for an opcode.
func (d *Decoder) newSlot(m Map, opcode uint8) slot {
	var sel [256]uint16
	for i := range sel {
		sel[i] = noRow
	}
	found, modrm, regs, imm := false, false, false, NoArg
	for i := range d.rows {
		r := &d.rows[i]
		if r.Map != m || r.Opcode != opcode || !r.On(d.level) {
			continue
		}
		found = true
		modrm = modrm || r.HasModRM
		regs = regs || r.Args[0] == Rd || r.Args[1] == Rd
		if codeInfo[r.Args[1]].how == howImm {
			imm = r.Args[1]
		}
		for b := range sel {
			if r.matches(uint8(b)) {
				sel[b] = r.ID
			}
		}
	}
	switch {
	case !found:
		return slot{shape: shapeNone}
	case !modrm:
		return slot{shape: shapePlain, at: sel[0]}
	}
	same, byDigit := true, true
	for b, id := range sel {
		same = same && id == sel[0]
		byDigit = byDigit && id == sel[b&0x38|modBit(b)]
	}
	if same {
		return slot{shape: shapeOne, regs: regs, at: sel[0]}
	}
	s := slot{shape: shapeExact, regs: regs, imm: imm, at: uint16(len(d.sel))}
	if !byDigit {
		d.sel = append(d.sel, sel[:]...)
		return s
	}
	s.shape = shapeDigit
	for i := range 16 {
		d.sel = append(d.sel, sel[i&7<<3|i>>3*0xc0])
	}
	return s
}

// modBit is C0 for a ModRM byte with mod = 3, else 0.
func modBit(modrm int) int {
	if modrm >= 0xc0 {
		return 0xc0
	}
	return 0
}

// Level returns the level the decoder was built for.
func (d *Decoder) Level() Level { return d.level }

// Row returns the table row with the given ID.
func (d *Decoder) Row(id uint16) *Row { return &d.rows[id] }

// Decode decodes the instruction at the start of code for a code segment of the
// given mode and fills in. After OK, in.Len is the length in bytes; after any
// other status only in.Len (bytes looked at), the prefixes and, if it was
// reached, in.Opcode mean anything, and in.Row is nil. Decode never reads past
// the length limit of the level, so 15 bytes of code are enough from the 80286
// on, and 64 before.
func (d *Decoder) Decode(code []byte, mode Mode, in *Inst) Status {
	*in = Inst{Base: ZeroReg, Index: ZeroReg, Seg: DS, OpSize: 2, AddrSize: 2}
	if mode == Mode32 {
		in.OpSize, in.AddrSize = 4, 4
	}
	if len(code) > d.limit {
		code = code[:d.limit]
	}
	slots := &d.slots[Map1]
	pos := 0
	for {
		if pos >= len(code) {
			return d.end(in, pos)
		}
		b := code[pos]
		pos++
		class := d.prefix[b]
		if class == notPrefix {
			in.Opcode = b
			break
		}
		switch class {
		case preSeg:
			in.Seg, in.HasSeg = d.prefixArg[b], true
		case preLock:
			in.Lock = true
		case preRep:
			in.Rep = Rep(b)
		case preOpSize:
			in.Prefix66 = true
			in.OpSize = 2
			if mode == Mode16 {
				in.OpSize = 4
			}
		case preAddrSize:
			in.Prefix67 = true
			in.AddrSize = 2
			if mode == Mode16 {
				in.AddrSize = 4
			}
		case pre0F:
			if pos >= len(code) {
				return d.end(in, pos)
			}
			in.Opcode = code[pos]
			pos++
			slots = &d.slots[Map0F]
		}
		if class == pre0F {
			break
		}
	}

	s := slots[in.Opcode]
	id := s.at
	if s.shape != shapePlain {
		if s.shape == shapeNone {
			in.Len = uint8(pos)
			return Invalid
		}
		if pos >= len(code) {
			return d.end(in, pos)
		}
		m := code[pos]
		pos++
		in.ModRM = m
		switch s.shape {
		case shapeDigit:
			id += uint16(m >> 3 & 7)
			if m >= 0xc0 {
				id += 8
			}
			id = d.sel[id]
		case shapeExact:
			id = d.sel[id+uint16(m)]
		}
		if m < 0xc0 && !s.regs {
			n := 0
			if in.AddrSize == 2 {
				n = in.mem16(code[pos:], m)
			} else {
				n = in.mem32(code[pos:], m)
			}
			if n < 0 {
				return d.end(in, len(code))
			}
			pos += n
		}
	}
	if id == noRow {
		return d.undefined(in, s.imm, code, pos)
	}
	row := &d.rows[id]
	for i, c := range row.Args {
		if c == NoArg {
			break
		}
		n := d.operand(in, row, i, code[pos:])
		if n < 0 {
			return d.end(in, len(code))
		}
		pos += n
	}
	in.Len = uint8(pos)
	if in.Lock && d.lockStrict && (row.Attr&Lockable == 0 || in.ModRM >= 0xc0) {
		return Invalid
	}
	in.Row, in.Op = row, row.Op
	return OK
}

// undefined ends a decode that found no row for the ModRM byte. The processor
// asks for the whole instruction, as long as the opcode's defined forms, before
// it raises #UD: a limit or page fault on its last byte comes first (recorded
// silicon). An opcode without any row is #UD at once.
func (d *Decoder) undefined(in *Inst, imm Code, code []byte, pos int) Status {
	size := int(codeInfo[imm].size)
	if size == byOpSize {
		size = int(in.OpSize)
	}
	if pos+size > len(code) {
		return d.end(in, len(code))
	}
	in.Len = uint8(pos + size)
	return Invalid
}

// end is the status when the code ran out after n bytes.
func (d *Decoder) end(in *Inst, n int) Status {
	in.Len = uint8(n)
	if n >= d.limit {
		return d.tooLong
	}
	return Short
}

// base16 and index16 are the registers of the 16-bit address forms, by r/m.
var (
	base16  = [8]uint8{3, 3, 5, 5, 6, 7, 5, 3}
	index16 = [8]uint8{6, 7, 6, 7, ZeroReg, ZeroReg, ZeroReg, ZeroReg}
)

// mem16 decodes the rest of a 16-bit address form and returns its length, or -1
// if the code is too short.
func (in *Inst) mem16(code []byte, modrm uint8) int {
	rm := modrm & 7
	in.Base, in.Index = base16[rm], index16[rm]
	n := 0
	switch modrm >> 6 {
	case 0:
		if rm != 6 {
			break
		}
		in.Base = ZeroReg
		fallthrough
	case 2:
		if len(code) < 2 {
			return -1
		}
		in.Disp = int64(int16(uint16(code[0]) | uint16(code[1])<<8))
		n = 2
	case 1:
		if len(code) < 1 {
			return -1
		}
		in.Disp = int64(int8(code[0]))
		n = 1
	}
	if in.Base == 5 && !in.HasSeg {
		in.Seg = SS
	}
	return n
}

// mem32 is mem16 for the 32-bit address forms.
func (in *Inst) mem32(code []byte, modrm uint8) int {
	mod, base, n := modrm>>6, modrm&7, 0
	if base == 4 {
		if len(code) < 1 {
			return -1
		}
		sib := code[0]
		n = 1
		base = sib & 7
		if index := sib >> 3 & 7; index != 4 {
			in.Index, in.Scale = index, sib>>6
		}
	}
	if mod == 0 && base == 5 {
		base, mod = ZeroReg, 2
	}
	in.Base = base
	switch mod {
	case 1:
		if len(code) < n+1 {
			return -1
		}
		in.Disp = int64(int8(code[n]))
		n++
	case 2:
		if len(code) < n+4 {
			return -1
		}
		in.Disp = int64(int32(le32(code[n:])))
		n += 4
	}
	if base|1 == 5 && !in.HasSeg {
		in.Seg = SS
	}
	return n
}

func le32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
