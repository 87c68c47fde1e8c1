package dma

import (
	"bytes"
	"hash/crc32"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// memory is 16 MB, all that a DMA address reaches.
type memory []byte

func (m memory) ReadPhys(addr uint32, p []byte)  { copy(p, m[addr:int(addr)+len(p)]) }
func (m memory) WritePhys(addr uint32, p []byte) { copy(m[addr:int(addr)+len(p)], p) }

type rig struct {
	*DMA
	t   *testing.T
	mem memory
}

// newRig returns the AT's controllers with the cascade open.
func newRig(t *testing.T) *rig {
	r := &rig{t: t, mem: make(memory, 1<<24)}
	r.DMA = New(Config{Name: "dma", Second: true}, r.mem)
	r.Second().Out(2*regMode, 0xc0)
	r.Second().Out(2*regMaskBit, 0x00)
	return r
}

// program sets up channel n: page, address and count (one less than the units),
// mode, and unmasks it.
func (r *rig) program(n int, page uint8, addr, count uint16, mode uint8) {
	h, scale := r.First(), uint16(1)
	if n >= 4 {
		h, scale = r.Second(), 2
	}
	c := uint16(n & 3)
	h.Out(scale*regClearFF, 0)
	h.Out(scale*2*c, uint8(addr))
	h.Out(scale*2*c, uint8(addr>>8))
	h.Out(scale*(2*c+1), uint8(count))
	h.Out(scale*(2*c+1), uint8(count>>8))
	h.Out(scale*regMode, mode|uint8(c))
	r.Pages().Out(uint16(pageOf[n]), page)
	h.Out(scale*regMaskBit, uint8(c))
}

func (r *rig) wantPut(n int, p string, want int, wantTC bool) {
	r.t.Helper()
	if got, tc := r.Channel(n).Put([]byte(p)); got != want || tc != wantTC {
		r.t.Errorf("Channel(%d).Put(%q) = %d, %v; want %d, %v", n, p, got, tc, want, wantTC)
	}
}

func (r *rig) wantMem(addr int, want string) {
	r.t.Helper()
	if got := r.mem[addr : addr+len(want)]; string(got) != want {
		r.t.Errorf("memory at %#x = %q; want %q", addr, got, want)
	}
}

func wantIn(t *testing.T, h bus.PortHandler, off uint16, want uint8) {
	t.Helper()
	if got := h.In(off); got != want {
		t.Errorf("In(%d) = %#02x; want %#02x", off, got, want)
	}
}

// The floppy's transfer: channel 2, single mode, to memory.
func TestWriteTransfer(t *testing.T) {
	r := newRig(t)
	r.program(2, 0x12, 0x3456, 5, 0x44)
	r.wantPut(2, "abcd", 4, false)
	r.wantMem(0x123456, "abcd\x00")
	f := r.First()
	wantIn(t, f, 4, 0x5a)
	wantIn(t, f, 4, 0x34)
	wantIn(t, f, 5, 0x01)
	wantIn(t, f, 5, 0x00)
	wantIn(t, f, regStatus, 0x00)
	r.wantPut(2, "efgh", 2, true)
	r.wantMem(0x123456, "abcdef\x00")
	wantIn(t, f, 5, 0xff)
	wantIn(t, f, 5, 0xff)
	wantIn(t, f, regStatus, 0x04)
	wantIn(t, f, regStatus, 0x00) // reading cleared it
	r.wantPut(2, "x", 0, false)   // TC masked the channel
}

func TestReadTransfer(t *testing.T) {
	r := newRig(t)
	copy(r.mem[0x0200fe:], "hello")
	r.program(1, 0x02, 0x00fe, 4, 0x48)
	p := make([]byte, 3)
	if n, tc := r.Channel(1).Get(p); n != 3 || tc || string(p) != "hel" {
		t.Errorf("Get = %d, %v, %q; want 3, false, \"hel\"", n, tc, p)
	}
	p = make([]byte, 9)
	if n, tc := r.Channel(1).Get(p); n != 2 || !tc || string(p[:2]) != "lo" {
		t.Errorf("Get = %d, %v, %q; want 2, true, \"lo\"", n, tc, p[:2])
	}
}

// Page registers of the AT, by port: 87h 83h 81h 82h for 0-3, 8Bh 89h 8Ah for 5-7.
func TestPages(t *testing.T) {
	for n, port := range map[int]int{0: 0x87, 1: 0x83, 2: 0x81, 3: 0x82, 5: 0x8b, 6: 0x89, 7: 0x8a} {
		r := newRig(t)
		r.program(n, 0, 0x0010, 1, 0x44)
		r.Pages().Out(uint16(port-0x81), 0x35)
		wantIn(t, r.Pages(), uint16(port-0x81), 0x35)
		r.wantPut(n, "pq", 2, n < 4)
		if n < 4 {
			r.wantMem(0x350010, "pq")
		} else {
			r.wantMem(0x340020, "pq") // A16 comes from the address register
		}
	}
}

func TestWordChannel(t *testing.T) {
	r := newRig(t)
	r.program(5, 0x04, 0x8000, 2, 0x44) // word address 8000h: A16 set
	r.wantPut(5, "abc", 2, false)       // whole words only
	r.wantPut(5, "cdefgh", 4, true)
	r.wantMem(0x050000, "abcdef\x00")
	wantIn(t, r.Second(), 2*regStatus, 0x02)
	wantIn(t, r.Second(), 2*regStatus+1, 0x00)
}

func TestAddressWrapsInItsPage(t *testing.T) {
	r := newRig(t)
	r.program(3, 0x07, 0xfffe, 3, 0x44)
	r.wantPut(3, "wxyz", 4, true)
	r.wantMem(0x07fffe, "wx")
	r.wantMem(0x070000, "yz")
	r.wantMem(0x080000, "\x00\x00")
}

func TestDecrement(t *testing.T) {
	r := newRig(t)
	r.program(1, 0x01, 0x0001, 3, 0x64)
	r.wantPut(1, "abcd", 4, true)
	r.wantMem(0x010000, "ba")
	r.wantMem(0x01fffe, "dc")
	wantIn(t, r.First(), 2, 0xfd)
	wantIn(t, r.First(), 2, 0xff)
	r.program(6, 0x02, 0x0001, 1, 0x64)
	r.wantPut(6, "abcd", 4, true)
	r.wantMem(0x020000, "cdab")
}

func TestAutoInit(t *testing.T) {
	r := newRig(t)
	r.program(1, 0x01, 0x0100, 2, 0x54)
	r.wantPut(1, "abcd", 3, true)
	r.wantPut(1, "defg", 3, true)
	r.wantMem(0x010100, "def\x00")
	r.wantPut(1, "x", 1, false)
	wantIn(t, r.First(), 2, 0x01)
	wantIn(t, r.First(), 2, 0x01)
	wantIn(t, r.First(), regStatus, 0x02)
}

// The BIOS verifies a floppy with a verify transfer: all happens but the write.
func TestVerify(t *testing.T) {
	r := newRig(t)
	r.program(2, 0x01, 0x0000, 2, 0x40)
	r.wantPut(2, "abc", 3, true)
	r.wantMem(0x010000, "\x00\x00\x00")
	wantIn(t, r.First(), regStatus, 0x04)
	r.program(2, 0x01, 0x0000, 2, 0x40)
	p := []byte("abc")
	if n, tc := r.Channel(2).Put(p); n != 3 || !tc || string(p) != "abc" {
		t.Errorf("Put = %d, %v, %q; want 3, true, the device's bytes as they were", n, tc, p)
	}
	r.program(2, 0x01, 0x0000, 2, 0x40)
	if n, tc := r.Channel(2).Get(p); n != 3 || !tc || string(p) != "\xff\xff\xff" {
		t.Errorf("Get = %d, %v, %q; want 3, true, all ones", n, tc, p)
	}
}

func TestNotReady(t *testing.T) {
	for _, tc := range []struct {
		name string
		stop func(r *rig)
	}{
		{"masked", func(r *rig) { r.First().Out(regMaskBit, 0x06) }},
		{"all masked", func(r *rig) { r.First().Out(regMaskAll, 0x0f) }},
		{"controller disabled", func(r *rig) { r.First().Out(regStatus, 0x04) }},
		{"DREQ active low", func(r *rig) { r.First().Out(regStatus, 0x40) }},
		{"DACK active high", func(r *rig) { r.First().Out(regStatus, 0x80) }},
		{"master clear", func(r *rig) { r.First().Out(regTemporary, 0) }},
		{"bus reset", func(r *rig) { r.Reset(bus.BusReset) }},
		{"cascade mode", func(r *rig) { r.First().Out(regMode, 0xc6) }},
		{"cascade channel masked", func(r *rig) { r.Second().Out(2*regMaskBit, 0x04) }},
		{"channel 4 not in cascade mode", func(r *rig) { r.Second().Out(2*regMode, 0x40) }},
		{"second controller disabled", func(r *rig) { r.Second().Out(2*regStatus, 0x04) }},
		{"other direction", func(r *rig) { r.First().Out(regMode, 0x4a) }},
		{"illegal transfer type", func(r *rig) { r.First().Out(regMode, 0x4e) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.program(2, 0x01, 0, 9, 0x44)
			if !r.Channel(2).Ready() {
				t.Fatal("channel 2 is not ready")
			}
			tc.stop(r)
			r.wantPut(2, "a", 0, false)
			r.wantMem(0x010000, "\x00")
		})
	}
}

func TestOneControllerNeedsNoCascade(t *testing.T) {
	mem := make(memory, 1<<24)
	r := &rig{DMA: New(Config{Name: "dma"}, mem), t: t, mem: mem}
	r.program(2, 0x01, 0, 9, 0x44)
	r.wantPut(2, "a", 1, false)
}

func TestFlipFlop(t *testing.T) {
	r := newRig(t)
	f := r.First()
	f.Out(regClearFF, 0)
	f.Out(0, 0x34)
	f.Out(0, 0x12)
	f.Out(1, 0x78) // low byte
	f.Out(regClearFF, 0)
	wantIn(t, f, 0, 0x34)
	wantIn(t, f, 1, 0x00) // high byte: one flip-flop for all
	wantIn(t, f, 1, 0x78)
	f.Out(regTemporary, 0) // master clear resets it
	wantIn(t, f, 0, 0x34)
	for _, off := range []uint16{regRequest, regMaskBit, regMode, regClearFF, regClearMask, regMaskAll} {
		wantIn(t, f, off, 0xff)
	}
}

func TestMaskRegister(t *testing.T) {
	r := newRig(t)
	for n := range 4 {
		r.program(n, 0, 0, 9, 0x44)
	}
	ready := func() (v uint8) {
		for n := range 4 {
			if r.Channel(n).Ready() {
				v |= 1 << n
			}
		}
		return v
	}
	f := r.First()
	for _, tc := range []struct {
		off  uint16
		v    uint8
		want uint8
	}{{regMaskAll, 0x05, 0x0a}, {regMaskBit, 0x07, 0x02}, {regMaskBit, 0x02, 0x06}, {regClearMask, 0, 0x0f}, {regMaskAll, 0x0f, 0x00}} {
		if f.Out(tc.off, tc.v); ready() != tc.want {
			t.Errorf("after Out(%d, %#02x) ready channels = %#02x; want %#02x", tc.off, tc.v, ready(), tc.want)
		}
	}
}

func TestStatusShowsRequests(t *testing.T) {
	r := newRig(t)
	r.Channel(3).DREQ(true)
	r.Channel(5).DREQ(true)
	wantIn(t, r.First(), regStatus, 0x80)
	wantIn(t, r.Second(), 2*regStatus, 0x20)
	r.First().Out(regRequest, 0x05) // not in block mode: stays
	wantIn(t, r.First(), regStatus, 0xa0)
	r.First().Out(regRequest, 0x01)
	r.Channel(3).DREQ(false)
	wantIn(t, r.First(), regStatus, 0x00)
	r.First().Out(regStatus, 0x40) // active low
	wantIn(t, r.First(), regStatus, 0xf0)
}

func TestSoftwareRequest(t *testing.T) {
	r := newRig(t)
	r.program(1, 0x01, 0x0000, 0x0fff, 0x84) // block mode, to memory
	r.First().Out(regMaskAll, 0x0f)          // a mask does not stop it
	r.First().Out(regRequest, 0x05)
	if want := bytes.Repeat([]byte{0xff}, 0x1000); !bytes.Equal(r.mem[0x10000:0x11000], want) || r.mem[0x11000] != 0 {
		t.Error("memory is not filled with the ones of an idle bus")
	}
	wantIn(t, r.First(), regStatus, 0x02)
}

func TestSoftwareRequestWaitsForCascade(t *testing.T) {
	r := newRig(t)
	r.program(1, 0x01, 0x0000, 0x000f, 0x80)
	r.Second().Out(2*regMaskBit, 0x04)
	r.First().Out(regRequest, 0x05)
	wantIn(t, r.First(), regStatus, 0x20)
	r.Second().Out(2*regMaskBit, 0x00)
	wantIn(t, r.First(), regStatus, 0x02)
}

func TestMemoryToMemory(t *testing.T) {
	r := newRig(t)
	copy(r.mem[0x020000:], "source data")
	r.program(0, 0x02, 0x0000, 10, 0x88)
	r.program(1, 0x03, 0x0010, 10, 0x84)
	r.First().Out(regStatus, 0x01)
	r.First().Out(regRequest, 0x04)
	r.wantMem(0x030010, "source data\x00")
	wantIn(t, r.First(), regTemporary, 'a')
	wantIn(t, r.First(), regStatus, 0x02)
	// With the source held, a block is filled.
	r.program(0, 0x02, 0x0002, 10, 0x88)
	r.program(1, 0x03, 0x0010, 3, 0x84)
	r.First().Out(regStatus, 0x03)
	r.First().Out(regRequest, 0x04)
	r.wantMem(0x030010, "uuuuce")
}

// Bit 0 of the command register makes a copy of a request for channel 0 alone,
// and on the byte controller alone.
func TestNoMemoryToMemory(t *testing.T) {
	for _, tc := range []struct {
		name    string
		channel int
		command uint8
	}{{"bit 0 clear", 0, 0x00}, {"channel 1", 1, 0x01}, {"word controller", 5, 0x01}} {
		r := newRig(t)
		copy(r.mem[0x020000:], "source")
		h, scale := r.First(), uint16(1)
		if tc.channel >= 4 {
			h, scale = r.Second(), 2
		}
		r.program(tc.channel&4|1, 0x04, 0x0000, 3, 0x84)
		if tc.channel == 0 {
			r.program(0, 0x02, 0x0000, 3, 0x84)
		}
		h.Out(scale*regStatus, tc.command)
		h.Out(scale*regRequest, 0x04|uint8(tc.channel&3))
		if got := h.In(scale * regTemporary); got != 0 {
			t.Errorf("%s: temporary register %#02x; want 0, nothing was copied", tc.name, got)
		}
		if got := h.In(scale * regStatus); got != 1<<(tc.channel&3) {
			t.Errorf("%s: status %#02x; want terminal count of channel %d", tc.name, got, tc.channel)
		}
	}
}

// Channel 0 is initialized anew at the end of a copy if its mode says so.
func TestMemoryToMemoryAutoInit(t *testing.T) {
	for mode, want := range map[uint8]uint8{0x98: 0x00, 0x88: 0x04} {
		r := newRig(t)
		r.program(0, 0x02, 0x0000, 3, mode)
		r.program(1, 0x03, 0x0000, 3, 0x84)
		r.First().Out(regStatus, 0x01)
		r.First().Out(regRequest, 0x04)
		r.First().Out(regClearFF, 0)
		wantIn(t, r.First(), 0, want)
	}
}

// Master clear (0Dh): command, status, request, temporary register and flip-flop
// are cleared, all channels masked.
func TestMasterClear(t *testing.T) {
	r := newRig(t)
	copy(r.mem[0x020000:], "x")
	r.program(0, 0x02, 0x0000, 0, 0x88)
	r.program(1, 0x03, 0x0000, 0, 0x84)
	r.First().Out(regStatus, 0x01)
	r.First().Out(regRequest, 0x04)
	r.First().Out(regStatus, 0x05)  // off
	r.First().Out(regRequest, 0x06) // waits
	wantIn(t, r.First(), regTemporary, 'x')
	r.First().In(1) // the flip-flop turns over
	r.First().Out(regTemporary, 0)
	r.First().Out(6, 0x78)
	r.First().Out(6, 0x56)
	wantIn(t, r.First(), 6, 0x78)
	wantIn(t, r.First(), 6, 0x56)
	wantIn(t, r.First(), regStatus, 0x00)
	wantIn(t, r.First(), regTemporary, 0x00)
	r.program(3, 0x01, 0x1234, 0, 0x44)
	if !r.Channel(3).Ready() || r.Channel(2).Ready() {
		t.Errorf("ready: channel 3 %v, 2 %v; want true (the controller is on), false (masked)", r.Channel(3).Ready(), r.Channel(2).Ready())
	}
}

// The request line of channel 4 is the second controller's.
func TestChannelFour(t *testing.T) {
	r := newRig(t)
	r.Channel(4).DREQ(true)
	wantIn(t, r.Second(), 2*regStatus, 0x10)
	wantIn(t, r.First(), regStatus, 0x00)
}

func TestSnapshot(t *testing.T) {
	r := newRig(t)
	r.program(2, 0x01, 0x0100, 5, 0x44)
	r.wantPut(2, "abc", 3, false)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := &rig{t: t, mem: make(memory, 1<<24)}
	c.DMA = New(Config{Name: "dma", Second: true}, c.mem)
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	c.wantPut(2, "def", 3, true)
	c.wantMem(0x010103, "def")
	if err := c.UnmarshalBinary(b[1:]); err == nil {
		t.Error("UnmarshalBinary of rubbish succeeded; want an error")
	}
}

func TestPowerOnClears(t *testing.T) {
	r := newRig(t)
	r.program(2, 0x01, 0x0100, 5, 0x44)
	r.Reset(bus.BusReset)
	wantIn(t, r.First(), 4, 0x00)
	wantIn(t, r.First(), 4, 0x01)
	wantIn(t, r.Pages(), 0, 0x01)
	r.Reset(bus.PowerOn)
	wantIn(t, r.First(), 4, 0x00)
	wantIn(t, r.First(), 4, 0x00)
	wantIn(t, r.Pages(), 0, 0x00)
}

func TestNoAllocation(t *testing.T) {
	r := newRig(t)
	r.program(2, 0x01, 0, 0xffff, 0x54)
	ch, p := r.Channel(2), make([]byte, 512)
	if n := testing.AllocsPerRun(100, func() {
		ch.DREQ(true)
		ch.Put(p)
		ch.DREQ(false)
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// small maps every address into 64 KB, so that the fuzzer can afford two.
type small []byte

func (m small) ReadPhys(addr uint32, p []byte) {
	for i := range p {
		p[i] = m[(addr+uint32(i))&0xffff]
	}
}

func (m small) WritePhys(addr uint32, p []byte) {
	for i, v := range p {
		m[(addr+uint32(i))&0xffff] = v
	}
}

// FuzzDMA runs the bytes as a program of accesses, transfers, resets and
// snapshots on two boards, one of which is replaced by its own snapshot at will:
// both must show the same. No transfer may leave 24 bits or report more than it
// was given.
func FuzzDMA(f *testing.F) {
	f.Add([]byte{0x2b, 0xc0, 0x2a, 0x00, 0x0b, 0x46, 0x04, 0x10, 0x04, 0x00, 0x05, 0x05, 0x05, 0x00, 0x0a, 0x02, 0x62, 9, 0x30, 0, 0x62, 9, 0x88, 0})
	f.Add([]byte{0x2b, 0xc0, 0x2a, 0x00, 0x08, 0x01, 0x0b, 0x88, 0x0b, 0x85, 0x01, 0x05, 0x03, 0x05, 0x09, 0x04, 0x88, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		if len(prog) > 200 {
			return
		}
		second := len(prog)%4 != 3 // else an XT's
		build := func() (*DMA, small) {
			m := make(small, 1<<16)
			return New(Config{Name: "dma", Second: second}, m), m
		}
		a, am := build()
		b, bm := build()
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 3 {
				s, _ := a.MarshalBinary()
				b, _ = build()
				b.first.mem, b.second.mem = bm, bm
				if err := b.UnmarshalBinary(s); err != nil {
					t.Fatal(err)
				}
			}
			var got [2]uint8
			for i, d := range []*DMA{a, b} {
				p := bytes.Repeat([]byte{v}, int(v))
				n := 0
				switch op >> 4 {
				case 0:
					d.First().Out(uint16(op&15), v)
				case 2:
					d.Second().Out(uint16(op&15)*2, v)
				case 4:
					d.Pages().Out(uint16(op&15), v)
				case 5:
					d.Channel(int(op & 7)).DREQ(v&1 != 0)
				case 6:
					n, _ = d.Channel(int(op & 7)).Put(p)
				case 7:
					n, _ = d.Channel(int(op & 7)).Get(p)
				case 8:
					got[i] = d.First().In(uint16(op & 15))
				case 9:
					got[i] = d.Second().In(uint16(op&15) * 2)
				case 10:
					got[i] = d.Pages().In(uint16(op & 15))
				case 11:
					d.Reset(bus.ResetKind(v & 1))
				}
				if n > len(p) {
					t.Fatalf("op %#02x %#02x: moved %d of %d", op, v, n, len(p))
				}
				got[i] ^= uint8(n) ^ uint8(crc32.ChecksumIEEE(p))
			}
			if got[0] != got[1] || !cmp.Equal(a.Inspect(), b.Inspect()) {
				t.Fatalf("op %#02x %#02x: %#02x; restored copy %#02x", op, v, got[0], got[1])
			}
		}
		if !bytes.Equal(am, bm) {
			t.Fatal("memory differs from the restored copy's")
		}
	})
}
