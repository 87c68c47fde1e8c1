package pci

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
)

const bm = 0xc000 // where the bus masters are in these tests

// masterRig is a rig whose bus masters can work.
func masterRig() *rig {
	r := newRig()
	r.set(devfn(1, 1), 0x20, 4, bm)
	r.set(devfn(1, 1), 0x04, 2, 5)
	return r
}

// table stores entries of region, length and end mark at 100h.
func (r *rig) table(entries ...[3]uint32) {
	for i, e := range entries {
		p := r.ram[0x100+8*i:]
		binary.LittleEndian.PutUint32(p, e[0])
		binary.LittleEndian.PutUint32(p[4:], e[1]|e[2]<<31)
	}
}

func count(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = uint8(i + 1)
	}
	return p
}

// SFF 8038i, section 3.1: what active and interrupt say at the end of a transfer,
// by whether the regions were as long as the drive's transfer.
func TestMasterStatus(t *testing.T) {
	for _, c := range []struct {
		name    string
		regions uint32
		moved   int
		status  uint32
	}{
		{"regions longer", 1024, 512, bmActiveBit | bmInterruptBit},
		{"regions as long", 512, 512, bmInterruptBit},
		{"regions shorter", 256, 256, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := masterRig()
			m := r.ide.Master[0]
			r.table([3]uint32{0x1000, c.regions, 1})
			r.ports.Out(bm+4, 4, 0x100)
			r.ports.Out(bm, 1, 9)
			check(t, "status when started", r.ports.In(bm+2, 1), uint32(bmActiveBit))
			check(t, "bytes moved", m.ToMemory(count(512)), c.moved)
			if c.moved == 512 {
				m.Interrupt(true)
			}
			check(t, "status", r.ports.In(bm+2, 1), c.status)
			if !bytes.Equal(r.ram[0x1000:0x1000+c.moved], count(c.moved)) || r.ram[0x1000+c.moved] != 0 {
				t.Error("memory does not hold the bytes moved")
			}
			r.ports.Out(bm, 1, 0)
			check(t, "status when stopped", r.ports.In(bm+2, 1), c.status&^bmActiveBit)
			r.ports.Out(bm+2, 1, 4)
			check(t, "status after clearing", r.ports.In(bm+2, 1), uint32(0))
		})
	}
}

const (
	bmActiveBit    = 1
	bmInterruptBit = 4
)

// Regions in a row, in both directions, taken in pieces; a length of 0 is 64 KB.
func TestMasterRegions(t *testing.T) {
	r := masterRig()
	m := r.ide.Master[1]
	r.table([3]uint32{0x2000, 6, 0}, [3]uint32{0x3001, 4, 0}, [3]uint32{0x4000, 0, 1}) // addresses are even
	r.ports.Out(bm+12, 4, 0x102)                                                       // ... and tables on dwords
	check(t, "BMIDTP", hex(r.ports.In(bm+12, 4)), "0x100")
	starts := 0
	m.Started = func() { starts++ }
	r.ports.Out(bm+8, 1, 9)
	r.ports.Out(bm+8, 1, 9)
	check(t, "starts", starts, 1)
	data := count(14)
	check(t, "bytes moved", m.ToMemory(data[:5])+m.ToMemory(data[5:]), 14)
	for _, c := range []struct{ at, from, n int }{{0x2000, 0, 6}, {0x3000, 6, 4}, {0x4000, 10, 4}} {
		if got := r.ram[c.at : c.at+c.n]; !bytes.Equal(got, data[c.from:c.from+c.n]) {
			t.Errorf("memory at %#x = % x; want % x", c.at, got, data[c.from:c.from+c.n])
		}
	}
	check(t, "left of 64 KB", m.Left, uint32(0x10000-4))
	check(t, "bytes in the wrong direction", m.FromMemory(make([]byte, 2)), 0)

	r.ports.Out(bm+8, 1, 0)
	r.ports.Out(bm+8, 1, 1) // from the first entry again
	got := make([]byte, 14)
	check(t, "bytes fetched", m.FromMemory(got), 14)
	if !bytes.Equal(got, data) {
		t.Errorf("fetched % x; want % x", got, data)
	}
}

// What keeps a master from moving anything.
func TestMasterIdle(t *testing.T) {
	for name, prepare := range map[string]func(r *rig){
		"not started":         func(r *rig) {},
		"other direction":     func(r *rig) { r.ports.Out(bm, 1, 1) },
		"bus mastering off":   func(r *rig) { r.set(devfn(1, 1), 4, 2, 1); r.ports.Out(bm, 1, 9) },
		"stopped":             func(r *rig) { r.ports.Out(bm, 1, 9); r.ports.Out(bm, 1, 8) },
		"the other one":       func(r *rig) { r.ports.Out(bm+8, 1, 9) },
		"reset in the middle": func(r *rig) { r.ports.Out(bm, 1, 9); r.ide.Reset(0) },
	} {
		r := masterRig()
		r.table([3]uint32{0x1000, 512, 1})
		r.ports.Out(bm+4, 4, 0x100)
		r.ports.Out(bm+12, 4, 0x100)
		prepare(r)
		check(t, name+": bytes moved", r.ide.Master[0].ToMemory(count(2)), 0)
	}
}

// The interrupt bit notes a rise, not a level, and only writing 1 clears it; the
// bits for drives capable of DMA keep what is written.
func TestMasterInterrupt(t *testing.T) {
	r := masterRig()
	m := r.ide.Master[0]
	m.Interrupt(true)
	r.ports.Out(bm+2, 1, 0x60)
	check(t, "status", hex(r.ports.In(bm+2, 1)), "0x64")
	r.ports.Out(bm+2, 1, 0x24)
	m.Interrupt(true)
	check(t, "status while INTRQ stays", hex(r.ports.In(bm+2, 1)), "0x20")
	m.Interrupt(false)
	m.Interrupt(true)
	check(t, "status after the next rise", hex(r.ports.In(bm+2, 1)), "0x24")
	r.ports.Out(bm, 4, 0xffffffff)
	check(t, "registers without a meaning", fmt.Sprint(r.ports.In(bm+1, 1), r.ports.In(bm+3, 1)), "0 0")
}
