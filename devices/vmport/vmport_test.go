package vmport

import (
	"bytes"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// rig is a port with the registers of a processor.
type rig struct {
	*VMPort
	reg       [6]uint32
	cpl, iopl uint8
	announced int
}

func (r *rig) Register(n Register) uint32       { return r.reg[n] }
func (r *rig) SetRegister(n Register, v uint32) { r.reg[n] = v }
func (r *rig) Privilege() (cpl, iopl uint8)     { return r.cpl, r.iopl }

func newRig() *rig {
	r := &rig{}
	r.VMPort = New(Config{Name: "vmport", TSC: 5_000_000_000, Local: 66_666_667, Announce: func() { r.announced++ }}, r)
	return r
}

// ask makes a request as the drivers do, and returns EAX to EDI.
func (r *rig) ask(command, arg uint32) [6]uint32 {
	r.reg = [6]uint32{0x564d5868, arg, command, 0x5658, 0x51515151, 0xd1d1d1d1}
	r.reg[0] = r.InWide(0, 4)
	return r.reg
}

// on enables the mouse and takes its version.
func (r *rig) on(mode uint32) *rig {
	r.ask(41, 0x45414552)
	r.ask(39, 1)
	r.ask(41, mode)
	return r
}

func TestVersionAndFrequencies(t *testing.T) {
	r := newRig()
	want := [6]uint32{6, 0x564d5868, 4, 0x5658, 0x51515151, 0xd1d1d1d1}
	if got := r.ask(10, 0); got != want {
		t.Errorf("GETVERSION = %x; want %x", got, want)
	}
	want = [6]uint32{0x2a05f200, 1, 66_666_667, 0x5658, 0x51515151, 0xd1d1d1d1}
	if got := r.ask(45, 0xffffffff); got != want {
		t.Errorf("GETHZ = %x; want %x", got, want)
	}
	want = [6]uint32{0xffffffff, 7, 0x1234, 0x5658, 0x51515151, 0xd1d1d1d1}
	if got := r.ask(0x1234, 7); got != want {
		t.Errorf("an unknown command = %x; want %x", got, want)
	}
	// The upper half of ECX is not the command's.
	if got := r.ask(0xabcd000a, 0); got[0] != 6 {
		t.Errorf("GETVERSION with a channel = %x; want 6", got[0])
	}
}

// What is no request changes no register.
func TestNoRequest(t *testing.T) {
	r := newRig()
	before := [6]uint32{0x564d5869, 1, 10, 0x5658, 2, 3}
	r.reg = before
	if v := r.InWide(0, 4); v != 0xffffffff || r.reg != before {
		t.Errorf("without the magic number: %x, registers %x; want all ones, %x", v, r.reg, before)
	}
	before[0] = 0x564d5868
	r.reg = before
	if v := r.InWide(0, 2); v != 0xffffffff || r.reg != before {
		t.Errorf("16 bits: %x, registers %x; want all ones, %x", v, r.reg, before)
	}
	if v := r.In(0); v != 0xff || r.reg != before {
		t.Errorf("8 bits: %x; want ff", v)
	}
	r.Out(0, 0x68)
	r.OutWide(0, 2, 0x5868)
	if r.reg != before {
		t.Errorf("writes of 8 and 16 bits: registers %x; want %x", r.reg, before)
	}
	r.OutWide(0, 4, 0x564d5868) // but OUT DX, EAX is one
	if r.reg[0] != 6 || r.reg[1] != 0x564d5868 {
		t.Errorf("GETVERSION by OUT: %x", r.reg)
	}
}

// The way of Linux and X.Org to the first packet, and out again.
func TestAbsolutePointer(t *testing.T) {
	r := newRig()
	status := func(want uint32) {
		t.Helper()
		if got := r.ask(40, 0)[0]; got != want {
			t.Errorf("STATUS = %08x; want %08x", got, want)
		}
	}
	status(0xffff0000)
	if r.ask(41, 0x53424152); r.Enabled() || r.Absolute() {
		t.Error("absolute positions without enabling")
	}
	if got := r.ask(41, 0x45414552)[0]; got != 0 {
		t.Errorf("ENABLE = %08x; want 0", got)
	}
	status(1)
	if got := r.ask(39, 1)[0]; got != 0x3442554a {
		t.Errorf("version %08x; want 3442554a", got)
	}
	status(0)
	if r.Absolute() || !r.Enabled() {
		t.Error("after enabling: want relative movements")
	}
	r.ask(41, 0x53424152)
	if !r.Absolute() {
		t.Error("after the request: want absolute positions")
	}
	r.Point(0x8000, 0x1234, 0, 0)
	r.Point(-1, 0x10000, 1, ButtonLeft)
	r.Point(0, 0, -1, ButtonRight|ButtonMiddle)
	status(12)
	for _, want := range [][4]uint32{
		{0, 0x8000, 0x1234, 0},
		{0x20, 0, 0xffff, 1},
		{0x18, 0, 0, 0xff},
	} {
		if got := r.ask(39, 4); [4]uint32(got[:4]) != want || got[4] != 0x51515151 {
			t.Errorf("packet %x; want %x", got, want)
		}
	}
	status(0)
	if r.announced != 3 {
		t.Errorf("announced %d times; want 3", r.announced)
	}
	r.ask(41, 0xf5)
	status(0xffff0000)
	if r.Enabled() {
		t.Error("still enabled after DISABLE")
	}
	if got := r.ask(41, 0x11111111)[0]; got != 0xffffffff {
		t.Errorf("an unknown ABSPOINTER_COMMAND = %08x; want all ones", got)
	}
}

func TestRelativePackets(t *testing.T) {
	r := newRig().on(0x4c455252)
	r.Move(3, 4, 2, ButtonLeft)
	r.Move(-3, -4, -2, 0)
	r.Move(1<<40, -1<<40, 1000, 0)
	for _, want := range [][4]uint32{
		{0x10020, 3, 0xfffffffc, 2},
		{0x10000, 0xfffffffd, 4, 0xfe},
		{0x10000, 4096, 4096, 127},
	} {
		if got := r.ask(39, 4); [4]uint32(got[:4]) != want {
			t.Errorf("packet %x; want %x", got, want)
		}
	}
}

// Six dwords at most come at a time, and never more than there are.
func TestDataSizes(t *testing.T) {
	r := newRig().on(0x53424152)
	for i := range 2 {
		r.Point(16+i, 32+i, 0, 0)
	}
	want := [6]uint32{0, 16, 32, 0, 0, 17}
	if got := r.ask(39, 6); got != want {
		t.Errorf("6 dwords: %x; want %x", got, want)
	}
	if got := r.ask(39, 2); got[0] != 33 || got[1] != 0 || got[2] != 39 {
		t.Errorf("2 dwords: %x; want 21 0, and ECX as it was", got)
	}
	for _, n := range []uint32{0, 1, 7, 0xffffffff} {
		r := newRig().on(0x53424152)
		if n != 1 {
			r.Point(1, 1, 0, 0)
			r.Point(2, 2, 0, 0)
		}
		if got := r.ask(39, n)[0]; got != 0xffffffff {
			t.Errorf("%d dwords: %x; want all ones", n, got)
		}
		if got := r.ask(40, 0)[0]; got != 0xffff0000 || r.Enabled() {
			t.Errorf("STATUS after asking for %d dwords = %08x; want ffff0000", n, got)
		}
		if r.on(0x53424152); !r.Absolute() {
			t.Error("enabling does not end the error")
		}
	}
}

// A driver that does not read loses the ways between, not the end.
func TestFullQueue(t *testing.T) {
	r := newRig().on(0x53424152)
	for i := range 1000 {
		r.Point(i, 0, 0, uint8(i&1))
	}
	if got := r.ask(40, 0)[0]; got != 255*4 {
		t.Fatalf("STATUS = %d; want %d", got, 255*4)
	}
	var last [6]uint32
	for range 255 {
		last = r.ask(39, 4)
	}
	if want := [4]uint32{0x20, 999, 0, 0}; [4]uint32(last[:4]) != want {
		t.Errorf("last packet %x; want %x", last[:4], want)
	}
}

func TestRestrict(t *testing.T) {
	for _, tc := range []struct {
		to        uint32
		cpl, iopl uint8
		want      bool
	}{{0, 3, 0, true}, {1, 0, 0, true}, {1, 1, 3, false}, {2, 2, 2, true}, {2, 3, 2, false}} {
		r := newRig().on(0x53424152)
		if got := r.ask(86, tc.to)[0]; got != 0 {
			t.Errorf("RESTRICT %d = %08x; want 0", tc.to, got)
		}
		r.cpl, r.iopl = tc.cpl, tc.iopl
		for _, c := range [][2]uint32{{40, 0}, {39, 1}, {41, 0xf5}, {86, 0}} {
			got := r.ask(c[0], c[1])
			if refused := got[0] == 0xffffffff; !tc.want && !refused {
				t.Errorf("restricted to %d, level %d with IOPL %d: command %d = %x; want all ones", tc.to, tc.cpl, tc.iopl, c[0], got[0])
			}
		}
		if r.Enabled() == tc.want {
			t.Errorf("restricted to %d, level %d with IOPL %d: DISABLE works: %v; want %v", tc.to, tc.cpl, tc.iopl, !r.Enabled(), tc.want)
		}
		if r.ask(10, 0)[0] != 6 {
			t.Error("GETVERSION is for everybody")
		}
	}
	if got := newRig().ask(86, 3)[0]; got != 0xffffffff {
		t.Errorf("RESTRICT 3 = %08x; want all ones", got)
	}
}

// restored is a port with the state of another.
func (r *rig) restored(t *testing.T) *rig {
	t.Helper()
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	n := newRig()
	if err := n.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r.Inspect(), n.Inspect()); d != "" {
		t.Fatalf("Inspect after restore (-want +got):\n%s", d)
	}
	n.cpl, n.iopl = r.cpl, r.iopl
	return n
}

func TestSnapshot(t *testing.T) {
	r := newRig().on(0x53424152)
	r.Point(7, 8, 1, ButtonRight)
	n := r.restored(t)
	if want := [4]uint32{0x10, 7, 8, 1}; [4]uint32(sub4(n.ask(39, 4))) != want {
		t.Errorf("packet after restore %x; want %x", n.reg, want)
	}
	good, _ := r.MarshalBinary()
	bad := [][]byte{nil, good[:9], append([]byte{9}, good[1:]...), append([]byte{stateVersion}, bytes.Repeat([]byte{0xff}, len(good)-1)...)}
	for _, spoil := range []func(*state){
		func(s *state) { s.M.Len = queueLen + 1 }, func(s *state) { s.M.Restrict = 3 }, func(s *state) { s.M.On = false }, func(s *state) { s.M.Error = true },
	} {
		s := r.state
		spoil(&s)
		b, _ := bus.MarshalState(stateVersion, s)
		bad = append(bad, b)
	}
	for i, b := range bad {
		if err := r.UnmarshalBinary(b); err == nil {
			t.Errorf("bad snapshot %d: no error", i)
		}
	}
	if after, _ := r.MarshalBinary(); !bytes.Equal(after, good) {
		t.Error("a failed restore changed the state")
	}
	if r.Reset(bus.BusReset); r.Enabled() || r.ask(40, 0)[0] != 0xffff0000 {
		t.Error("a reset leaves the mouse on")
	}
}

func sub4(r [6]uint32) []uint32 { return r[:4] }

// FuzzVMPort runs a program of steps of four bytes: what to do, and with what. Two
// ports of which one is restored from the other at will must answer the same.
func FuzzVMPort(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, 1, 0, 0, 3, 1, 0, 0, 5, 9, 9, 1, 6, 3, 3, 2, 0, 40, 0, 0, 8, 0, 0, 0, 2, 4, 0, 0, 7, 1, 0, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		modes := [...]uint32{0x45414552, 0x53424152, 0x4c455252, 0xf5}
		r := newRig()
		for n := 0; len(prog) >= 4 && n < 4000; prog, n = prog[4:], n+1 {
			a, b, c := prog[1], prog[2], prog[3]
			switch prog[0] % 10 {
			case 0:
				r.ask(uint32(a)|uint32(b)<<16, uint32(c))
			case 1:
				r.ask(41, modes[0])
			case 2:
				r.ask(39, uint32(a))
			case 3:
				r.ask(41, modes[a&3])
			case 4:
				r.OutWide(0, 1<<(a%3), uint32(b))
			case 5:
				if r.Absolute() {
					r.Point(int(int8(a))<<10, int(b)<<9, int(int8(c)), c)
				}
			case 6:
				if r.Enabled() {
					r.Move(int(int8(a))<<10, int(int8(b)), int(int8(c)), c)
				}
			case 7:
				r.cpl, r.iopl = a&3, b&3
			case 8:
				r = r.restored(t)
			case 9:
				r.Reset(bus.ResetKind(a & 1))
			}
			if !r.M.valid() {
				t.Fatalf("impossible state %+v", r.M)
			}
			cpl := r.cpl
			r.cpl = 0
			s := r.ask(40, 0)[0]
			if r.cpl = cpl; s&0xffff > 1020 || (s>>16 != 0) == r.Enabled() {
				t.Fatalf("STATUS = %08x, enabled %v", s, r.Enabled())
			}
		}
	})
}

var (
	_ bus.Device          = (*VMPort)(nil)
	_ bus.Inspector       = (*VMPort)(nil)
	_ bus.WidePortHandler = (*VMPort)(nil)
	_ bus.PortHandler     = (*VMPort)(nil)
)
