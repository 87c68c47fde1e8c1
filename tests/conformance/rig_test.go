package conformance

import (
	"bytes"
	"fmt"
	"strings"

	"beige/cpu"
	"beige/cpu/isa"
	"beige/mmu"
)

// rig is a processor with memory, used for one test after the other. got is the
// memory under test, want what it should be at the end; both are all zero
// between tests.
type rig struct {
	cpu  *cpu.CPU
	st   *cpu.State
	phys *mmu.Physical
	dec  *isa.Decoder

	base      uint32 // physical address of got[0]
	got, want []byte
	touched   []area // what is not zero, relative to base

	onException func(cpu.Exception) bool
	exceptions  int
}

// noPorts is an empty I/O space: reads are all ones.
type noPorts struct{}

func (noPorts) In(_ uint16, size int) uint32           { return uint32(uint64(1)<<(8*size) - 1) }
func (noPorts) Out(uint16, int, uint32)                {}
func (noPorts) InBlock(uint16, int, []byte) int        { return 0 }
func (noPorts) OutBlock(_ uint16, _ int, _ []byte) int { return 0 }

// newRig returns a rig with ram bytes of memory of which [base, base+size) is
// under test.
func newRig(m *cpu.Model, ram uint64, base, size uint32) (*rig, error) {
	return newRigAt(-1, m, ram, base, size)
}

// newRigAt is newRig with the execution at which code is translated (cpu.Config.HotAt).
func newRigAt(hotAt int, m *cpu.Model, ram uint64, base, size uint32) (*rig, error) {
	phys, err := mmu.NewPhysical(ram)
	if err != nil {
		return nil, err
	}
	phys.MapRAM(0xa0000, 0x60000)
	r := &rig{phys: phys, dec: isa.NewDecoder(m.Level), base: base, want: make([]byte, size)}
	r.cpu, err = cpu.New(cpu.Config{Model: m, Memory: phys, Ports: noPorts{}, Acknowledge: func() uint8 { return 0xff }, HotAt: hotAt})
	if err != nil {
		return nil, err
	}
	r.st = r.cpu.Registers()
	r.got = phys.Mem()[base : base+size]
	r.cpu.SetExceptionHook(func(e cpu.Exception) bool {
		r.exceptions++
		return r.onException(e)
	})
	return r, nil
}

// clip cuts b to the memory under test.
func (r *rig) clip(at uint32, b []byte) []byte {
	if at >= uint32(len(r.want)) {
		return nil
	}
	return b[:min(len(b), len(r.want)-int(at))]
}

// poke stores bytes in both memories, before the run.
func (r *rig) poke(at uint32, b []byte) {
	b = r.clip(at, b)
	r.phys.WritePhys(r.base+at, b)
	r.expect(at, b)
}

// expect says what memory should hold after the run.
func (r *rig) expect(at uint32, b []byte) {
	b = r.clip(at, b)
	copy(r.want[min(int(at), len(r.want)):], b)
	r.touched = append(r.touched, area{at, len(b)})
}

// ignore accepts whatever n bytes hold.
func (r *rig) ignore(at uint32, n int) {
	if at < uint32(len(r.got)) {
		r.expect(at, r.got[at:min(int(at)+n, len(r.got))])
	}
}

// memory describes how memory differs from what it should be.
func (r *rig) memory() string {
	if bytes.Equal(r.got, r.want) {
		return ""
	}
	var s strings.Builder
	n := 0
	for i := range r.got {
		if r.got[i] != r.want[i] {
			if n++; n > 6 {
				s.WriteString(" ...")
				break
			}
			fmt.Fprintf(&s, " [+%x]=%02x want %02x", i, r.got[i], r.want[i])
		}
	}
	return s.String()
}

// clear makes both memories zero again; clean says that they agree.
func (r *rig) clear(clean bool) {
	if !clean {
		r.touched = append(r.touched[:0], area{0, len(r.got)})
	}
	for _, t := range r.touched {
		if t.n > 0 {
			z := r.want[t.addr : int(t.addr)+t.n]
			clear(z)
			r.phys.WritePhys(r.base+t.addr, z)
		}
	}
	r.touched = r.touched[:0]
	r.exceptions = 0
}

// one executes one instruction, a repeated string instruction to its end. It
// reports whether the run ended as it should.
func (r *rig) one(code []byte, mode isa.Mode) bool {
	var in isa.Inst
	if r.dec.Decode(code, mode, &in) != isa.OK || in.Row.Attr&isa.String == 0 || in.Rep == isa.NoRep {
		r.cpu.Run(1)
		return true
	}
	count := r.st.R[cpu.CX] & 0xffff
	if in.AddrSize == 4 {
		count = r.st.R[cpu.CX] & 0xffffffff
	}
	if in.Row.Read&isa.ZF == 0 && in.Row.Written&isa.ZF == 0 {
		// The number of iterations is known: let them run together.
		r.cpu.Run(int64(max(count, 1)))
		return true
	}
	ip := r.st.IP
	for range max(count, 1) {
		r.cpu.Run(1)
		if r.st.IP != ip || r.exceptions > 0 {
			return true
		}
	}
	return false
}
