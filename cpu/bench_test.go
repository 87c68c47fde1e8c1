package cpu

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/mmu"
)

// benchPorts is the debug console and the debug exit, all a benchmark program
// needs of a board.
type benchPorts struct {
	c   *CPU
	mem *mmu.Physical
	out strings.Builder
	end bool
}

func (p *benchPorts) In(port uint16, size int) uint32 {
	if port == 0xe9 {
		return 0xe9
	}
	return 0
}

func (p *benchPorts) Out(port uint16, size int, v uint32) {
	switch port {
	case 0xe9:
		p.out.WriteByte(uint8(v))
	case 0x501:
		p.end = true
		p.c.RequestStop()
	}
}

func (p *benchPorts) InBlock(uint16, int, []byte) int  { return 0 }
func (p *benchPorts) OutBlock(uint16, int, []byte) int { return 0 }

// newBare returns a processor with ram bytes of memory and an image at 7C00h,
// about to run it at 0000:ip.
func newBare(t testing.TB, model string, image []byte, ip uint64) (*CPU, *benchPorts) {
	t.Helper()
	mem, err := mmu.NewPhysical(16 << 20)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := ModelByName(model)
	if !ok {
		t.Fatalf("no model %s", model)
	}
	p := &benchPorts{mem: mem}
	c, err := New(Config{Model: m, Memory: mem, Ports: p, Acknowledge: func() uint8 { return 8 }})
	if err != nil {
		t.Fatal(err)
	}
	p.c = c
	mem.WritePhys(0x7c00, image)
	s := c.Registers()
	for i := range s.Seg[:6] {
		s.Seg[i].Sel, s.Seg[i].Base = 0, 0
	}
	s.R[SP] = 0x7c00
	s.IP = ip
	c.Refresh()
	return c, p
}

// BenchmarkGuest runs the guest programs of tests/bench on a bare processor.
func BenchmarkGuest(b *testing.B) {
	files, _ := filepath.Glob("../tests/bench/images/*")
	if len(files) == 0 {
		b.Skip("skipped: no images in tests/bench/images")
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
		b.Run(name, func(b *testing.B) {
			image, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			var count uint64
			for range b.N {
				c, p := newBare(b, "pentium-pro", image, 0x7e00)
				for !p.end {
					if _, why := c.Run(100000); why == StopHalted || why == StopShutdown {
						b.Fatalf("stopped: %v at %04x:%08x, output %q", why, c.Seg[CS].Sel, c.IP, p.out.String())
					}
				}
				count += c.Count()
				if b.N == 1 {
					b.Logf("output %q, %d instructions, %+v", p.out.String(), c.Count(), c.Counters())
				}
			}
			b.ReportMetric(float64(count)/b.Elapsed().Seconds()/1e6, "MIPS")
		})
	}
}
