package fwcfg

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"beige/devices/bus"
)

type memory [1 << 16]byte

func (m *memory) ReadPhys(addr uint32, p []byte) {
	clear(p)
	if int(addr) < len(m) {
		copy(p, m[addr:])
	}
}

func (m *memory) WritePhys(addr uint32, p []byte) {
	if int(addr) < len(m) {
		copy(m[addr:], p)
	}
}

// rig is the device at 510h.
type rig struct {
	bus.Ports
	dev *FwCfg
	mem memory
}

func newRig(t testing.TB) *rig {
	r := &rig{}
	var err error
	r.dev, err = New("fwcfg", &r.mem, []Item{{KeyRAMSize, []byte{0, 0, 0, 1, 0, 0, 0, 0}}},
		[]File{{"vgaroms/x.bin", []byte("video")}, {"etc/e820", bytes.Repeat([]byte{7}, 300)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Map("fwcfg", 0x510, Ports, r.dev); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) item(key uint16, n int) []byte {
	r.Out(0x510, 2, uint32(key))
	p := make([]byte, n)
	for i := range p {
		p[i] = r.In8(0x511)
	}
	return p
}

// What the specification fixes: signature, features, directory.
func TestItems(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name string
		key  uint16
		want string
	}{
		{"signature", 0, "QEMU\x00\x00"},
		{"features", 1, "\x03\x00\x00\x00\x00"},
		{"RAM size", 3, "\x00\x00\x00\x01\x00\x00\x00\x00"},
		{"no item", 0x1234, "\x00\x00"},
		{"file 0", 0x20, "\x07\x07"},
		{"file 1", 0x21, "video\x00"},
		{"file 1, asked for writing as in QEMU 2.3", 0x4021, "video"},
		{"no file 1 among those of the architecture", 0x8021, "\x00\x00"},
	} {
		if got := string(r.item(c.key, len(c.want))); got != c.want {
			t.Errorf("%s = %q; want %q", c.name, got, c.want)
		}
	}
	dir := r.item(0x19, 4+2*64)
	want := "\x00\x00\x00\x02" +
		"\x00\x00\x01\x2c\x00\x20\x00\x00" + "etc/e820" + strings.Repeat("\x00", 48) +
		"\x00\x00\x00\x05\x00\x21\x00\x00" + "vgaroms/x.bin" + strings.Repeat("\x00", 43)
	if string(dir) != want {
		t.Errorf("directory = %q; want %q", dir, want)
	}
	if _, err := New("fwcfg", &r.mem, nil, []File{{strings.Repeat("x", 56), nil}}); err == nil {
		t.Error("a name of 56 bytes was taken")
	}
}

func TestBlocks(t *testing.T) {
	r := newRig(t)
	r.Out(0x510, 2, 0x21)
	p := []byte("12345678")
	if n := r.InBlock(0x511, 1, p[:2]) + r.InBlock(0x511, 1, p[2:]); n != 8 || string(p) != "video\x00\x00\x00" {
		t.Errorf("InBlock = %d, %q; want 8, video and zeros", n, p)
	}
	if n := r.OutBlock(0x511, 1, p); n != 0 {
		t.Errorf("OutBlock took %d bytes", n)
	}
	if got := r.In(0x511, 2); got != 0xff00 {
		t.Errorf("a word of data = %#x; want 0xff00: the register has 8 bits", got)
	}
	r.Out(0x510, 1, 0x20) // bytes do not select
	if r.dev.Key != 0x21 {
		t.Errorf("key %#x after a byte write; want 0x21", r.dev.Key)
	}
}

// dma describes a transfer at 100h, starts it, and returns control as it is then.
func (r *rig) dma(control, length uint32, addr uint64) uint32 {
	binary.BigEndian.PutUint32(r.mem[0x100:], control)
	binary.BigEndian.PutUint32(r.mem[0x104:], length)
	binary.BigEndian.PutUint64(r.mem[0x108:], addr)
	r.Out(0x514, 4, 0)
	r.Out(0x518, 4, 0x00010000) // 100h, big endian
	return binary.BigEndian.Uint32(r.mem[0x100:])
}

func TestDMA(t *testing.T) {
	r := newRig(t)
	if hi, lo := r.In(0x514, 4), r.In(0x518, 4); hi != 0x554d4551 || lo != 0x47464320 {
		t.Errorf("signature %#x %#x; want QEMU CFG", hi, lo)
	}
	copy(r.mem[0x1000:], "________")
	for _, c := range []struct {
		name    string
		control uint32
		length  uint32
		addr    uint64
		want    uint32
		mem     string
	}{
		{"select and read", 0x21<<16 | dmaSelect | dmaRead, 3, 0x1000, 0, "vid_____"},
		{"go on, beyond the end", dmaRead, 4, 0x1004, 0, "vid_eo\x00\x00"},
		{"select and skip", 0x21<<16 | dmaSelect | dmaSkip, 2, 0, 0, "vid_eo\x00\x00"},
		{"read behind what was skipped", dmaRead, 2, 0x1000, 0, "ded_eo\x00\x00"},
		{"select", 0x21<<16 | dmaSelect, 0, 0, 0, "ded_eo\x00\x00"},
		{"write", dmaWrite, 2, 0x1000, dmaError, "ded_eo\x00\x00"},
		{"nothing", 0, 2, 0x1000, 0, "ded_eo\x00\x00"},
		{"far too much", dmaRead, 0xffffffff, 0x1000, dmaError, "ded_eo\x00\x00"},
		{"beyond 4 GB", dmaRead, 2, 1 << 32, dmaError, "ded_eo\x00\x00"},
		{"over 4 GB", dmaRead, 2, 1<<32 - 1, dmaError, "ded_eo\x00\x00"},
		{"far beyond", dmaRead, 2, ^uint64(0), dmaError, "ded_eo\x00\x00"},
	} {
		if got := r.dma(c.control, c.length, c.addr); got != c.want {
			t.Errorf("%s: control %#x; want %#x", c.name, got, c.want)
		}
		if got := string(r.mem[0x1000:0x1008]); got != c.mem {
			t.Errorf("%s: memory %q; want %q", c.name, got, c.mem)
		}
	}
}

func TestSnapshot(t *testing.T) {
	r := newRig(t)
	r.item(0x21, 2)
	b, err := r.dev.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	s := newRig(t)
	if err := s.dev.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if got := s.In8(0x511); got != 'd' {
		t.Errorf("next byte %q; want 'd'", got)
	}
	s.dev.Reset(bus.BusReset)
	if got := s.In8(0x511); got != 'Q' {
		t.Errorf("first byte after a reset %q; want 'Q'", got)
	}
}

// FuzzFwCfg runs bytes as a program of accesses.
func FuzzFwCfg(f *testing.F) {
	f.Add([]byte{0, 0x21, 0, 1, 2, 3, 0x21, 0, 0, 10, 0, 0, 0, 2, 0, 5})
	f.Fuzz(func(t *testing.T, program []byte) {
		r := newRig(t)
		next := func() uint32 {
			if len(program) == 0 {
				return 0
			}
			v := program[0]
			program = program[1:]
			return uint32(v)
		}
		dword := func() uint32 { return next() | next()<<8 | next()<<16 | next()<<24 }
		for n := 0; len(program) > 0 && n < 1000; n++ {
			switch next() % 5 {
			case 0:
				r.Out(0x510+uint16(next()%12), 1<<(next()%3), dword())
			case 1:
				r.In(0x510+uint16(next()%12), 1<<(next()%3))
			case 2:
				r.InBlock(0x511, 1, make([]byte, next()))
			case 3:
				r.dma(dword(), dword(), uint64(dword())<<(next()%33))
			case 4:
				b, _ := r.dev.MarshalBinary()
				s := newRig(t)
				if err := s.dev.UnmarshalBinary(b); err != nil || s.dev.state != r.dev.state {
					t.Fatalf("snapshot: %v", err)
				}
			}
		}
	})
}
