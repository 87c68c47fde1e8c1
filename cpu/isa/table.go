package isa

// The table is written as one call a row: opcode, mnemonic and operand codes
// as in the opcode map, then what deviates from the default (all models, no
// digit, no flags) in chained methods.

// Rows returns the whole instruction table, one row per encoding, in a fresh
// slice. Row i has ID i, in every process and on every host.
func Rows() []Row {
	var t []Row
	t = append(t, arithRows()...)
	t = append(t, shiftRows()...)
	t = append(t, moveRows()...)
	t = append(t, branchRows()...)
	t = append(t, stringRows()...)
	t = append(t, controlRows()...)
	t = append(t, rows8086()...)
	t = append(t, systemRows()...)
	t = append(t, rows0F()...)
	t = append(t, x87Rows()...)
	t = append(t, escRows()...)
	t = append(t, mmxRows()...)
	for i := range t {
		t[i].ID = uint16(i)
	}
	return t
}

// one is a row of the one-byte map, present on all models.
func one(opcode uint8, op Op, args ...Code) Row {
	r := Row{Map: Map1, Opcode: opcode, Digit: -1, ModRM: -1, Op: op, Since: L8086, Until: LastLevel}
	for i, a := range args {
		r.Args[i] = a
		switch codeInfo[a].how {
		case howRM, howRMReg, howReg, howSreg, howCreg, howDreg, howTreg, howSTi, howMM, howRMMM, howRegMM:
			r.HasModRM = true
		}
	}
	return r
}

// two is a row of the 0F map, present from the given level.
func two(since Level, opcode uint8, op Op, args ...Code) Row {
	r := one(opcode, op, args...)
	r.Map, r.Since = Map0F, since
	return r
}

func (r Row) digit(n int) Row {
	r.Digit, r.HasModRM = int8(n), true
	return r
}

func (r Row) exact(modrm uint8) Row {
	r.ModRM, r.HasModRM = int16(modrm), true
	return r
}

func (r Row) mem() Row {
	r.Mod, r.HasModRM = ModMem, true
	return r
}

func (r Row) reg() Row {
	r.Mod, r.HasModRM = ModReg, true
	return r
}

func (r Row) since(l Level) Row {
	r.Since = l
	return r
}

func (r Row) until(l Level) Row {
	r.Until = l
	return r
}

// reads, writes and undef add flags.
func (r Row) reads(f Flags) Row {
	r.Read |= f
	return r
}

func (r Row) writes(f Flags) Row {
	r.Written |= f
	return r
}

func (r Row) undef(f Flags) Row {
	r.Undefined |= f
	return r
}

func (r Row) attr(a Attr) Row {
	r.Attr |= a
	return r
}

// lock marks the row as one that accepts LOCK with a memory destination.
func (r Row) lock() Row { return r.attr(Lockable) }

// matches reports whether the row covers an opcode with the given ModRM byte.
// Rows without ModRM match any.
func (r *Row) matches(modrm uint8) bool {
	switch {
	case !r.HasModRM:
		return true
	case r.ModRM >= 0:
		return uint8(r.ModRM) == modrm
	case r.Digit >= 0 && uint8(r.Digit) != modrm>>3&7:
		return false
	case r.Mod == ModMem:
		return modrm < 0xc0
	case r.Mod == ModReg:
		return modrm >= 0xc0
	}
	return true
}

// On reports whether the row belongs to the model.
func (r *Row) On(l Level) bool { return l >= r.Since && l <= r.Until }

// each builds one row for every value of 0..n-1.
func each(n int, f func(i int) Row) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = f(i)
	}
	return rows
}
