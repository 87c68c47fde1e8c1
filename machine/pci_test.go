package machine

import (
	"bytes"
	"context"
	"testing"

	"beige/devices/bus"
)

// TestShadowRAM: a ROM copies itself into shadow RAM, runs on there, changes its own
// code, and finds the old one again when the ROM is back. PAM0 is at 59h.
func TestShadowRAM(t *testing.T) {
	const sub, entry = 0x400, 0x800
	pam := func(v uint32) []byte { return config(0, 0x58, 0x10|v<<8) }
	call := func(at int, result uint16) []byte { // call sub; mov ss:[result], al
		code := []byte{0xe8, 0, 0, 0x36, 0xa2, byte(result), byte(result >> 8)}
		rel := sub - (at + 3)
		code[1], code[2] = byte(rel), byte(rel>>8)
		return code
	}
	patch := func(v uint8) []byte { return []byte{0xc6, 0x06, (sub + 1) & 0xff, (sub + 1) >> 8, v} } // mov byte [sub+1], v

	const jump = entry - 12 // behind what rom puts in front and the jump itself
	image := rom([]byte{0xe9, jump & 0xff, jump >> 8})
	copy(image[sub:], []byte{0xb0, 1, 0xc3}) // mov al, 1; ret
	at := entry
	add := func(code []byte) { at += copy(image[at:], code) }
	add([]byte{0x8c, 0xc8, 0x8e, 0xd8, 0x8e, 0xc0}) // mov ax, cs; mov ds, ax; mov es, ax
	add(call(at, 0x500))
	add(patch(9)) // lost
	add(pam(0x20))
	add([]byte{0x31, 0xf6, 0x31, 0xff, 0xb9, 0x00, 0x80, 0xf3, 0xa5}) // rep movsw onto itself
	add(patch(2))
	add(call(at, 0x501)) // still the ROM
	add(pam(0x30))
	add(call(at, 0x502))
	add(patch(3))
	add(call(at, 0x503))
	add(pam(0x10))
	add(patch(4)) // lost
	add(call(at, 0x504))
	add(pam(0x00))
	add(call(at, 0x505))
	add(out(0x501, 0))

	m := newMachine(t, Config{BIOS: image})
	m.After(bus.Second, func() { m.Stop(99, "still running") })
	if e := m.Run(context.Background()); e.Reason != DebugExit {
		t.Fatalf("Run = %+v; want the guest's end", e)
	}
	if got, want := m.mem.RAM()[0x500:0x506], []byte{1, 1, 2, 3, 3, 1}; !bytes.Equal(got, want) {
		t.Errorf("results % x; want % x", got, want)
	}
	m.reset()
	if got := m.mem.Read(0xf0000+sub+1, 1); got != 1 {
		t.Errorf("after the reset button the code reads %d; want the ROM's, 1", got)
	}
}

// TestBoardReset: CF9h resets the processor alone or the whole board.
func TestBoardReset(t *testing.T) {
	for _, tc := range []struct {
		name string
		code []byte
		kept bool // the configuration is
	}{
		{"processor", out(0xcf9, 4), true},
		{"board", out(0xcf9, 6), false},
	} {
		// A start with the word at 500h set is the one behind the reset.
		second := []byte{0xff, 0x06, 0x00, 0x05, 0x83, 0x3e, 0x00, 0x05, 0x02, 0x75, 0x06} // inc word [500h]; cmp word [500h], 2; jne over
		image := rom(second, out(0x501, 0), config(8, 0x60, 0x0b), tc.code, loop)
		m := newMachine(t, Config{BIOS: image})
		m.After(bus.Second, func() { m.Stop(99, "still running") })
		if e := m.Run(context.Background()); e.Reason != DebugExit {
			t.Fatalf("%s: Run = %+v; want a second start", tc.name, e)
		}
		m.ports.Out(0xcf8, 4, 0x80000860)
		if got, kept := m.ports.In(0xcfc, 1), tc.kept; (got == 0x0b) != kept {
			t.Errorf("%s: PIRQRCA = %#x; kept should be %v", tc.name, got, kept)
		}
	}
}

// TestPCIByProcessor: boards for processors before the 80486 have no PCI.
func TestPCIByProcessor(t *testing.T) {
	for cpu, want := range map[string]uint32{"80386": 0xffffffff, "80486": 0x12378086, "pentium-pro": 0x12378086} {
		m := newMachine(t, Config{CPU: cpu})
		m.ports.Out(0xcf8, 4, 0x80000000)
		if got := m.ports.In(0xcfc, 4); got != want {
			t.Errorf("%s: host bridge %#x; want %#x", cpu, got, want)
		}
	}
}

// TestPIRQReachesThePIC: a PCI function's interrupt and an ISA device's on the same
// input do not disturb each other.
func TestPIRQReachesThePIC(t *testing.T) {
	m := newMachine(t, Config{})
	requests := func() uint32 { // IRR of the slave
		m.ports.Out(0xa0, 1, 0x0a)
		return m.ports.In(0xa0, 1)
	}
	for _, w := range [][2]uint32{{0x20, 0x11}, {0x21, 8}, {0x21, 4}, {0x21, 1}, {0xa0, 0x11}, {0xa1, 0x70}, {0xa1, 2}, {0xa1, 1}, {0x4d1, 0x0c}} {
		m.ports.Out(uint16(w[0]), 1, w[1])
	}
	m.ports.Out(0xcf8, 4, 0x80000860)
	m.ports.Out(0xcfc, 1, 10) // PIRQA# to IRQ 10
	pm := m.devices[len(m.devices)-2].(interface{ Interrupt(bool) })
	pm.Interrupt(true)
	if got := requests(); got != 4 {
		t.Errorf("IRR of the slave = %#x; want 0x4, IRQ 10", got)
	}
	m.ports.Out(0xcfc, 1, 11)
	if got := requests(); got != 8 {
		t.Errorf("IRR after rerouting = %#x; want 0x8, IRQ 11", got)
	}
	pm.Interrupt(false)
	if got := requests(); got != 0 {
		t.Errorf("IRR = %#x; want 0", got)
	}
}

// numbered is a disk whose sectors hold their number.
type numbered struct{}

func (numbered) Sectors() uint64                   { return 10000 }
func (numbered) WriteSectors(uint64, []byte) error { return nil }
func (numbered) Flush() error                      { return nil }
func (numbered) ReadOnly() bool                    { return false }
func (numbered) ReadSectors(lba uint64, p []byte) error {
	for i := range p {
		p[i] = uint8(lba + uint64(i/512))
	}
	return nil
}

// TestBusMaster reads 9 sectors by DMA into two regions, on both channels; the
// master is started before the command or behind it.
func TestBusMaster(t *testing.T) {
	for channel, base := range []uint16{0x1f0, 0x170} {
		for _, late := range []bool{false, true} {
			m := newMachine(t, Config{BIOS: rom(loop), Disks: [4]Disk{numbered{}, nil, numbered{}, nil}})
			run := func() {
				m.After(bus.Millisecond, func() { m.Stop(0, "") })
				m.Run(context.Background())
			}
			out := func(port uint16, size int, v uint32) { m.ports.Out(port, size, v) }
			run()
			master := uint16(0xc000 + 8*channel)
			out(0xcf8, 4, 0x80000920)
			out(0xcfc, 4, 0xc000)
			out(0xcf8, 4, 0x80000904)
			out(0xcfc, 2, 5)
			m.mem.WritePhys(0x8000, []byte{0x00, 0x00, 0x01, 0, 0x00, 0x02, 0, 0, 0x00, 0x00, 0x02, 0, 0x00, 0x10, 0, 0x80}) // 512 bytes to 10000h, 4096 to 20000h
			out(master+4, 4, 0x8000)
			if !late {
				out(master, 1, 9)
			}
			for i, v := range []uint32{9, 100, 0, 0, 0xe0, 0xc8} { // count, LBA, LBA mode, READ DMA
				out(base+2+uint16(i), 1, v)
			}
			run()
			if late {
				if got := m.mem.RAM()[0x10000]; got != 0 {
					t.Errorf("channel %d: memory changed before the master was started", channel)
				}
				out(master, 1, 9)
				run()
			}
			if got := m.ports.In(master+2, 1); got != 4 {
				t.Errorf("channel %d: BMISTA = %#x; want 0x4, interrupt and not active", channel, got)
			}
			for i := range 9 {
				at := 0x10000
				if i > 0 {
					at = 0x20000 + 512*(i-1)
				}
				if got := m.mem.RAM()[at+511]; got != uint8(100+i) {
					t.Errorf("channel %d: sector %d at %#x is number %d; want %d", channel, i, at, got, 100+i)
				}
			}
			if got := m.ports.In(base+7, 1); got != 0x50 {
				t.Errorf("channel %d: status %#x; want 0x50", channel, got)
			}
		}
	}
}

// TestHostileBusMaster: tables in ROM, in the display's memory, in nothing, in the
// region that they describe, across 4 GB. The drive's command ends or waits, and the
// machine goes on.
func TestHostileBusMaster(t *testing.T) {
	for name, table := range map[string]struct {
		at    uint32
		entry []byte
	}{
		"ROM":     {0xfffffff0, nil},
		"display": {0xb8000, []byte{0, 0x80, 0x0b, 0, 0, 2, 0, 0}},
		"nothing": {0x50000000, nil},
		"itself":  {0x8000, []byte{0, 0x80, 0, 0, 0, 2, 0, 0}},
		"4 GB":    {0x8000, []byte{0, 0xfe, 0xff, 0xff, 0, 0, 0, 0}},
		"no end":  {0x8000, nil},
	} {
		m := newMachine(t, Config{BIOS: rom(incWord(0x500), []byte{0xeb, 0xfa}), Disks: [4]Disk{numbered{}}})
		run := func() {
			m.After(20*bus.Millisecond, func() { m.Stop(0, "") })
			m.Run(context.Background())
		}
		run()
		for _, w := range [][3]uint32{{0xcf8, 4, 0x80000920}, {0xcfc, 4, 0xc000}, {0xcf8, 4, 0x80000904}, {0xcfc, 2, 5}} {
			m.ports.Out(uint16(w[0]), int(w[1]), w[2])
		}
		m.mem.WritePhys(table.at, table.entry)
		for _, cmd := range []uint32{0xc8, 0xca} { // READ DMA, WRITE DMA
			m.ports.Out(0xc000, 1, 0)
			m.ports.Out(0xc004, 4, table.at)
			for i, v := range []uint32{0, 0, 0, 0, 0xe0, cmd} { // 256 sectors from 0
				m.ports.Out(0x1f2+uint16(i), 1, v)
			}
			m.ports.Out(0xc000, 1, 1|(0xca-cmd)<<2)
			before := word(m, 0x500)
			run()
			if word(m, 0x500) == before {
				t.Errorf("%s, command %#x: the processor stands still", name, cmd)
			}
		}
		m.ports.Out(0xc000, 1, 0)
		m.ports.Out(0x3f6, 1, 4)
		m.ports.Out(0x3f6, 1, 0)
		run()
		if got := m.ports.In(0x1f7, 1); got != 0x50 {
			t.Errorf("%s: status after a soft reset %#x; want 0x50", name, got)
		}
	}
}
