package pci

import (
	"encoding"
	"fmt"
	"maps"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// Values after reset, from the datasheets' register tables.
func TestDefaults(t *testing.T) {
	r := newRig()
	for _, c := range []struct {
		name        string
		slot, fn    uint32
		reg, size   int
		want        uint32
		afterOnes   uint32 // what is read after all ones were written
		whatChanges string
	}{
		{"82441FX id", 0, 0, 0x00, 4, 0x12378086, 0x12378086, "nothing"},
		{"82441FX command", 0, 0, 0x04, 2, 0x0006, 0x0106, "SERRE"},
		{"82441FX status", 0, 0, 0x06, 2, 0x0280, 0x0280, "nothing"},
		{"82441FX class", 0, 0, 0x08, 4, 0x06000002, 0x06000002, "nothing"},
		{"82441FX header", 0, 0, 0x0e, 1, 0, 0, "nothing"},
		{"subsystem", 0, 0, 0x2c, 4, 0x11001af4, 0x11001af4, "nothing"},
		{"PAM0", 0, 0, 0x59, 1, 0, 0x70, "F0000-FFFFF"},
		{"PAM3", 0, 0, 0x5c, 1, 0, 0x77, "both halves"},
		{"DRB7", 0, 0, 0x67, 1, 1, 0xff, "all"},
		{"SMRAM", 0, 0, 0x72, 1, 0x02, 0x3a, "all but the segment; the lock closes the memory"},
		{"PIIX3 id", 1, 0, 0x00, 4, 0x70008086, 0x70008086, "nothing"},
		{"PIIX3 command", 1, 0, 0x04, 2, 0x0007, 0x000f, "special cycles"},
		{"PIIX3 class", 1, 0, 0x08, 4, 0x06010000, 0x06010000, "nothing"},
		{"PIIX3 header", 1, 0, 0x0e, 1, 0x80, 0x80, "nothing"},
		{"PIIX3 IORT", 1, 0, 0x4c, 1, 0x4d, 0x7f, "seven bits"},
		{"PIIX3 XBCS", 1, 0, 0x4e, 2, 0x0003, 0x01ff, "nine bits"},
		{"PIIX3 PIRQRCA", 1, 0, 0x60, 1, 0x80, 0x8f, "route"},
		{"PIIX3 PIRQRCD", 1, 0, 0x63, 1, 0x80, 0x8f, "route"},
		{"PIIX3 TOM", 1, 0, 0x69, 1, 0x02, 0xfe, "seven bits"},
		{"IDE id", 1, 1, 0x00, 4, 0x70108086, 0x70108086, "nothing"},
		{"IDE command", 1, 1, 0x04, 2, 0, 0x0005, "I/O, master"},
		{"IDE class", 1, 1, 0x08, 4, 0x01018000, 0x01018000, "nothing"},
		{"IDE BMIBA", 1, 1, 0x20, 4, 0x00000001, 0xfffffff1, "16 ports"},
		{"IDE BAR 0", 1, 1, 0x10, 4, 0, 0, "nothing"},
		{"IDE IDETIM", 1, 1, 0x40, 2, 0, 0xf3ff, "all but the reserved bits"},
		{"PIIX4 id", 1, 3, 0x00, 4, 0x71138086, 0x71138086, "nothing"},
		{"PIIX4 class", 1, 3, 0x08, 4, 0x06800003, 0x06800003, "nothing"},
		{"PIIX4 interrupt pin", 1, 3, 0x3d, 1, 1, 1, "nothing"},
		{"PIIX4 interrupt line", 1, 3, 0x3c, 1, 0, 0xff, "all"},
		{"PIIX4 PMBA", 1, 3, 0x40, 4, 1, 0xffc1, "64 ports"},
		{"PIIX4 PMREGMISC", 1, 3, 0x80, 1, 0, 1, "PMIOSE"},
		{"display id", 2, 0, 0x00, 4, 0x11111234, 0x11111234, "nothing"},
		{"display class", 2, 0, 0x08, 4, 0x03000002, 0x03000002, "nothing"},
		{"display BAR 0", 2, 0, 0x10, 4, 8, 0xfffc0008, "256 KB"},
		{"display registers", 2, 0, 0x18, 4, 0, 0xfffff000, "4 KB, not prefetchable"},
		{"display ROM", 2, 0, 0x30, 4, 0, 0xffff0001, "64 KB"},
		{"no function 2", 1, 2, 0x00, 4, 0xffffffff, 0xffffffff, "nothing"},
		{"no function 1 of slot 0", 0, 1, 0x00, 4, 0xffffffff, 0xffffffff, "nothing"},
		{"no slot 3", 3, 0, 0x00, 2, 0xffff, 0xffff, "nothing"},
	} {
		d := devfn(c.slot, c.fn)
		check(t, c.name, hex(r.get(d, c.reg, c.size)), hex(c.want))
		r.set(d, c.reg, c.size, 0xffffffff)
		check(t, c.name+" after all ones ("+c.whatChanges+")", hex(r.get(d, c.reg, c.size)), hex(c.afterOnes))
		r.reset(bus.BusReset)
		check(t, c.name+" after reset", hex(r.get(d, c.reg, c.size)), hex(c.want))
	}
}

// Configuration mechanism 1 (PCI 2.1, 3.2.2.3.2; 82441FX, 3.1).
func TestMechanism1(t *testing.T) {
	r := newRig()
	check(t, "CONFADD after reset", hex(r.ports.In(0xcf8, 4)), "0x0")
	check(t, "CONFDATA while closed", hex(r.ports.In(0xcfc, 4)), "0xffffffff")
	r.ports.Out(0xcf8, 4, 0xffffffff)
	check(t, "CONFADD after all ones", hex(r.ports.In(0xcf8, 4)), "0x80fffffc")
	r.ports.Out(0xcf8, 4, addressEnable)
	for _, c := range []struct {
		port uint16
		size int
		want uint32
	}{
		{0xcfc, 1, 0x86}, {0xcfd, 1, 0x80}, {0xcfe, 1, 0x37}, {0xcff, 1, 0x12},
		{0xcfc, 2, 0x8086}, {0xcfd, 2, 0x3780}, {0xcfe, 2, 0x1237}, {0xcff, 2, 0xff12},
		{0xcfc, 4, 0x12378086}, {0xcfe, 4, 0xffff1237},
		{0xcf8, 1, 0xff}, {0xcf8, 2, 0xffff}, {0xcfa, 1, 0xff}, {0xcfb, 1, 0xff},
	} {
		check(t, fmt.Sprintf("In(%#x, %d)", c.port, c.size), hex(r.ports.In(c.port, c.size)), hex(c.want))
	}
	r.ports.Out(0xcf8, 4, addressEnable|1<<16)
	check(t, "bus 1", hex(r.ports.In(0xcfc, 4)), "0xffffffff")
	r.set(0, 0x64, 4, 0x44332211)
	r.selectReg(0, 0x64)
	r.ports.Out(0xcfd, 2, 0xbbaa)
	r.ports.Out(0xcff, 4, 0xcc) // only the first byte is inside
	check(t, "DRB4-7 after writes of words and bytes", hex(r.get(0, 0x64, 4)), "0xccbbaa11")
}

// Mechanism 2 is refused: its ports, bytes at CF8h and CFAh, do not answer, and
// its probe leaves CONFADD alone (Linux and others tell the mechanisms apart so).
func TestMechanism2IsRefused(t *testing.T) {
	r := newRig()
	r.ports.Out(0xcf8, 4, 0x80000040)
	for _, p := range []uint16{0xcfb, 0xcf8, 0xcfa} {
		r.ports.Out(p, 1, 0)
	}
	check(t, "CSE", hex(r.ports.In(0xcf8, 1)), "0xff")
	check(t, "forward register", hex(r.ports.In(0xcfa, 1)), "0xff")
	check(t, "CONFADD", hex(r.ports.In(0xcf8, 4)), "0x80000040")
}

// Reset control register at CF9h (82371SB, 2.5.6.1): a rise of bit 2 resets.
func TestResetControl(t *testing.T) {
	for _, c := range []struct {
		writes []uint8
		want   string
	}{
		{[]uint8{0x02}, ""}, {[]uint8{0x04}, "s"}, {[]uint8{0x06}, "h"}, {[]uint8{0x02, 0x06}, "h"},
		{[]uint8{0x04, 0x06}, "s"}, {[]uint8{0x06, 0x02, 0x06}, "hh"}, {[]uint8{0xf9}, ""},
	} {
		r := newRig()
		for _, v := range c.writes {
			r.ports.Out(0xcf9, 1, uint32(v))
		}
		check(t, fmt.Sprintf("resets after % x", c.writes), r.resets, c.want)
		check(t, "CF9h", hex(r.ports.In(0xcf9, 1)), hex(uint32(c.writes[len(c.writes)-1]&6)))
	}
}

// Areas of the programmable attribute map (82441FX, table 3-5).
func TestPAM(t *testing.T) {
	for _, c := range []struct {
		reg        int
		v          uint8
		start, end uint32
		want       string
	}{
		{0x59, 0x10, 0xf0000, 0xfffff, "r"}, {0x59, 0x20, 0xf0000, 0xfffff, "w"}, {0x59, 0x30, 0xf0000, 0xfffff, "rw"},
		{0x5a, 0x01, 0xc0000, 0xc3fff, "r"}, {0x5a, 0x30, 0xc4000, 0xc7fff, "rw"}, {0x5b, 0x02, 0xc8000, 0xcbfff, "w"},
		{0x5b, 0x70, 0xcc000, 0xcffff, "rw"}, {0x5c, 0x03, 0xd0000, 0xd3fff, "rw"}, {0x5c, 0x30, 0xd4000, 0xd7fff, "rw"},
		{0x5d, 0x03, 0xd8000, 0xdbfff, "rw"}, {0x5d, 0x30, 0xdc000, 0xdffff, "rw"}, {0x5e, 0x03, 0xe0000, 0xe3fff, "rw"},
		{0x5e, 0x30, 0xe4000, 0xe7fff, "rw"}, {0x5f, 0x03, 0xe8000, 0xebfff, "rw"}, {0x5f, 0x30, 0xec000, 0xeffff, "rw"},
		{0x72, 0x4a, 0xa0000, 0xbffff, "rw"}, // SMRAM: D_OPEN
	} {
		r := newRig()
		r.set(0, c.reg, 1, uint32(c.v))
		for a := uint32(0xa0000); a < 0x100000; a += 4 << 10 {
			want := ""
			if a >= c.start && a <= c.end {
				want = c.want
			}
			if r.shadow[a] != want {
				t.Errorf("%#x = %#x: page %#x is %q; want %q", c.reg, c.v, a, r.shadow[a], want)
			}
		}
		r.reset(bus.BusReset)
		for a, v := range r.shadow {
			if v != "" {
				t.Errorf("%#x: page %#x is %q after a reset", c.reg, a, v)
			}
		}
	}
}

func TestSMRAMLock(t *testing.T) {
	r := newRig()
	r.set(0, 0x72, 1, 0x4a)
	r.set(0, 0x72, 1, 0x5a)
	check(t, "SMRAM with D_LCK", hex(r.get(0, 0x72, 1)), "0x1a")
	check(t, "page A0000", r.shadow[0xa0000], "")
	r.set(0, 0x72, 1, 0x4a)
	check(t, "SMRAM, written when locked", hex(r.get(0, 0x72, 1)), "0x1a")
	r.reset(bus.BusReset)
	r.set(0, 0x72, 1, 0x4a)
	check(t, "SMRAM after a reset", hex(r.get(0, 0x72, 1)), "0x4a")
}

// Sizing and moving of windows (PCI 2.1, 6.2.5.1).
func TestWindows(t *testing.T) {
	r := newRig()
	ide := devfn(1, 1)
	r.set(ide, 0x20, 4, 0xc001)
	check(t, "owner of C000h with I/O off", r.ports.Owner(0xc000), "")
	r.set(ide, 0x04, 2, 1)
	check(t, "owner of C000h", r.ports.Owner(0xc000), "ide")
	check(t, "owner of C00Fh", r.ports.Owner(0xc00f), "ide")
	check(t, "owner of C010h", r.ports.Owner(0xc010), "")
	r.set(ide, 0x20, 4, 0xffffffff) // sizing with I/O on
	check(t, "owner of C000h while sizing", r.ports.Owner(0xc000), "")
	check(t, "size", hex(-(r.get(ide, 0x20, 4) &^ 3)), "0x10")
	r.set(ide, 0x20, 4, 0xd000)
	check(t, "owner of D000h", r.ports.Owner(0xd000), "ide")
	r.set(ide, 0x20, 4, 0xcf0) // what the board has comes first
	check(t, "owner of CF0h", r.ports.Owner(0xcf0), "ide")
	check(t, "owner of CF8h", r.ports.Owner(0xcf8), "pci")
	r.set(ide, 0x20, 4, 0)
	check(t, "owner of CF8h", r.ports.Owner(0xcf8), "pci")
	check(t, "owner of 0", r.ports.Owner(0), "")

	pm := devfn(1, 3)
	r.set(pm, 0x40, 4, 0xb000)
	check(t, "owner of B000h before PMIOSE", r.ports.Owner(0xb000), "")
	r.set(pm, 0x80, 1, 1)
	check(t, "owner of B03Fh", r.ports.Owner(0xb03f), "power")
	r.set(ide, 0x20, 4, 0xb000)
	check(t, "owner of B000h: the first function", r.ports.Owner(0xb000), "ide")
	r.set(ide, 0x04, 2, 0)
	check(t, "owner of B000h: the one left", r.ports.Owner(0xb000), "power")

	display := devfn(2, 0)
	r.set(display, 0x10, 4, 0xe0000000)
	r.set(display, 0x30, 4, 0xe0100000)
	r.set(display, 0x04, 2, 2)
	want := map[string][2]uint32{"display e0000000": {0xe0000000, 1 << 18}}
	if diff := cmp.Diff(want, r.mem); diff != "" {
		t.Errorf("memory windows (-want +got):\n%s", diff)
	}
	r.set(display, 0x30, 4, 0xe0100001)
	r.set(display, 0x04, 2, 0) // does not close the ROM
	check(t, "memory windows with memory space off", len(r.mem), 1)
	r.set(display, 0x04, 2, 2)
	want["display e0100000"] = [2]uint32{0xe0100000, 1 << 16}
	if diff := cmp.Diff(want, r.mem); diff != "" {
		t.Errorf("memory windows with the ROM open (-want +got):\n%s", diff)
	}
	r.reset(bus.BusReset)
	check(t, "memory windows after a reset", len(r.mem), 0)
	check(t, "owner of B000h after a reset", r.ports.Owner(0xb000), "")
}

// Interrupt routing: slot s pin p to PIRQ (s - 1 + p - 1) mod 4, PIRQRC to IRQ.
func TestInterrupts(t *testing.T) {
	r := newRig()
	var cards []*Function
	for slot := uint8(3); slot < 7; slot++ {
		for pin := uint8(1); pin <= 4; pin++ {
			f := newFunction(fmt.Sprintf("card%d.%d", slot, pin), slot, pin-1, identity{Vendor: 0x1af4, Pin: pin})
			r.plug(f)
			cards = append(cards, f)
		}
	}
	routes := [4]uint32{10, 11, 5, 9}
	for i, irq := range routes {
		r.set(devfn(1, 0), 0x60+i, 1, irq)
	}
	for _, f := range cards {
		f.Interrupt(true)
		want := [16]bool{}
		want[routes[(int(f.slot)-1+int(f.initial[regIntPin])-1)%4]] = true
		check(t, f.name, r.level, want)
		f.Interrupt(false)
		check(t, f.name+" released", r.level, [16]bool{})
	}
	a, b := cards[0], cards[7] // slot 3 INTA#, slot 4 INTD#: both PIRQC#
	a.Interrupt(true)
	b.Interrupt(true)
	a.Interrupt(false)
	check(t, "a line that another one holds", r.level[5], true)
	r.set(devfn(1, 0), 0x62, 1, 7)
	check(t, "IRQ 5 after the route moved", r.level[5], false)
	check(t, "IRQ 7 after the route moved", r.level[7], true)
	r.set(devfn(1, 0), 0x62, 1, 0x87)
	check(t, "lines with the route off", r.level, [16]bool{})
	for _, irq := range []uint32{0, 1, 2, 8, 13} { // reserved
		r.set(devfn(1, 0), 0x62, 1, irq)
		check(t, fmt.Sprintf("lines with the route to %d", irq), r.level, [16]bool{})
	}
}

// A snapshot brings back the windows, shadow RAM and interrupts on another board.
func TestSnapshot(t *testing.T) {
	r := newRig()
	r.set(0, 0x59, 4, 0x77330010)
	r.set(devfn(1, 0), 0x60, 4, 0x0b800a05)
	r.set(devfn(1, 1), 0x20, 4, 0xc000)
	r.set(devfn(1, 1), 0x04, 2, 5)
	r.set(devfn(1, 3), 0x40, 4, 0x600)
	r.set(devfn(1, 3), 0x80, 1, 1)
	r.set(devfn(2, 0), 0x10, 4, 0xe0000000)
	r.set(devfn(2, 0), 0x04, 2, 3)
	r.ports.Out(0xcf9, 1, 2)
	r.ports.Out(0xc004, 4, 0x1234)
	r.ports.Out(0xc008, 1, 8)
	r.pm.Interrupt(true)
	s := newRig()
	for i, d := range r.devices() {
		b, err := d.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		to := s.devices()[i].(encoding.BinaryUnmarshaler)
		if err := to.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if err := to.UnmarshalBinary(b[1:]); err == nil {
			t.Errorf("%s: a short snapshot was taken", d.Name())
		}
	}
	check(t, "CONFADD", r.ports.In(0xcf8, 4), s.ports.In(0xcf8, 4))
	for _, d := range []uint32{devfn(0, 0), devfn(1, 0), devfn(1, 1), devfn(1, 3), devfn(2, 0)} {
		for reg := 0; reg < 256; reg += 4 {
			check(t, fmt.Sprintf("function %#x, register %#x", d, reg), hex(s.get(d, reg, 4)), hex(r.get(d, reg, 4)))
		}
	}
	check(t, "CF9h", s.ports.In(0xcf9, 1), uint32(2))
	check(t, "BMIDTP", hex(s.ports.In(0xc004, 4)), "0x1234")
	check(t, "BMICOM of the secondary channel", hex(s.ports.In(0xc008, 1)), "0x8")
	check(t, "owner of 604h", s.ports.Owner(0x604), "power")
	check(t, "interrupts", s.level, r.level)
	if !maps.Equal(s.shadow, r.shadow) || !maps.Equal(s.mem, r.mem) {
		t.Error("shadow RAM or memory windows differ")
	}
}
