package fpu

import "testing"

// benchUnit is a unit with eight ordinary numbers.
func benchUnit() *Unit {
	u := &Unit{}
	u.Init()
	for _, v := range []uint64{
		0x3FF0000000000001, 0x3FF3C0CA428C59FB, 0x4005BF0A8B145769, 0x400921FB54442D18,
		0x3FE62E42FEFA39EF, 0x3FD34413509F79FF, 0x3FF6A09E667F3BCD, 0x3FE921FB54442D18,
	} {
		u.LoadF64(v)
	}
	return u
}

func BenchmarkAdd(b *testing.B) {
	u := benchUnit()
	for b.Loop() {
		u.ArithST(OpAdd, 1)
	}
}

func BenchmarkSub(b *testing.B) {
	u := benchUnit()
	for b.Loop() {
		u.ArithST(OpSub, 1)
	}
}

func BenchmarkMul(b *testing.B) {
	u := benchUnit()
	u.LoadF64(0x3FF0000000000001)
	for b.Loop() {
		u.ArithSTi(OpMul, 1)
		u.R[(u.Top+1)&7].SE = bias
	}
}

func BenchmarkDiv(b *testing.B) {
	u := benchUnit()
	for b.Loop() {
		u.ArithSTi(OpDiv, 1)
	}
}

func BenchmarkAddM64(b *testing.B) {
	u := benchUnit()
	for b.Loop() {
		u.ArithM64(OpAdd, 0x3FF3C0CA428C59FB)
	}
}

func BenchmarkLoadStore64(b *testing.B) {
	u := benchUnit()
	u.Use = 0
	var v uint64 = 0x3FF3C0CA428C59FB
	for b.Loop() {
		u.LoadF64(v)
		w, p := u.StoreF64()
		u.Commit(p, true)
		v = w
	}
}

func BenchmarkCompare(b *testing.B) {
	u := benchUnit()
	for b.Loop() {
		u.Com(1, 0)
	}
}

func benchApply(b *testing.B, fn func(u *Unit)) {
	u := benchUnit()
	v := u.ST(0)
	for b.Loop() {
		u.R[u.Top&7] = v
		fn(u)
	}
}

func BenchmarkSqrt(b *testing.B)   { benchApply(b, (*Unit).Sqrt) }
func BenchmarkSin(b *testing.B)    { benchApply(b, (*Unit).Sin) }
func BenchmarkExp2M1(b *testing.B) { benchApply(b, (*Unit).Exp2M1) }
func BenchmarkPrem(b *testing.B)   { benchApply(b, (*Unit).Prem) }

func BenchmarkTan(b *testing.B) {
	benchApply(b, func(u *Unit) {
		u.Use = 0x7F << u.Top >> 0 &^ 0
		u.Use = ^(1 << ((u.Top - 1) & 7))
		u.Tan()
		u.Top = (u.Top + 1) & 7
	})
}

// bench2 runs a function of two operands that pops.
func bench2(b *testing.B, fn func(u *Unit)) {
	u := benchUnit()
	top, x, y := u.Top, u.ST(0), u.ST(1)
	for b.Loop() {
		u.Top, u.Use = top, 0xFF
		u.SetST(0, x)
		u.SetST(1, y)
		fn(u)
	}
}

func BenchmarkAtan(b *testing.B)   { bench2(b, (*Unit).Atan) }
func BenchmarkYLog2X(b *testing.B) { bench2(b, (*Unit).YLog2X) }
