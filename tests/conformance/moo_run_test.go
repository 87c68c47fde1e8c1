package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"beige/cpu"
	"beige/cpu/isa"
)

// FLAGS bits.
const (
	fCF = 1 << 0
	fPF = 1 << 2
	fAF = 1 << 4
	fZF = 1 << 6
	fSF = 1 << 7
	fOF = 1 << 11
)

// undefinedFlags returns the FLAGS bits that are undefined after the form: the
// masks published with the 8086 suite.
func undefinedFlags(form string) uint16 {
	op := form
	digit := -1
	if i := strings.IndexByte(form, '.'); i >= 0 {
		op = form[:i]
		fmt.Sscanf(form[i+1:], "%d", &digit)
	}
	switch op {
	case "08", "09", "0A", "0B", "0C", "0D", "20", "21", "22", "23", "24", "25",
		"30", "31", "32", "33", "34", "35", "84", "85", "A8", "A9":
		return fAF
	case "80", "81", "82", "83":
		if digit == 1 || digit == 4 || digit == 6 {
			return fAF
		}
	case "27", "2F":
		return fOF
	case "37", "3F":
		return fOF | fSF | fZF | fPF
	case "69", "6B":
		return fSF | fZF | fAF | fPF
	case "C0", "C1", "D0", "D1", "D2", "D3":
		if digit >= 4 {
			return fAF
		}
	case "F6", "F7":
		switch digit {
		case 0, 1:
			return fAF
		case 4, 5:
			return fSF | fZF | fAF | fPF
		case 6, 7:
			return fOF | fSF | fZF | fAF | fPF | fCF
		}
	}
	return 0
}

// mooSet is how one of the MOO sets is run.
type mooSet struct {
	name   string
	model  string
	ram    uint64
	size   uint32
	a20    bool
	untilH bool   // run to the HLT behind the instruction
	clear  uint16 // FLAGS bits to clear in initial values
}

func mooSets() []mooSet {
	return []mooSet{
		{name: "8086", model: "8086", ram: 1 << 20, size: 1 << 20},
		{name: "80286", model: "80286", ram: 0x110000, size: 0x110000, a20: true, untilH: true, clear: 0xf000},
	}
}

func TestMOO(t *testing.T) {
	for _, set := range mooSets() {
		t.Run(set.name, func(t *testing.T) { runMOOSet(t, set) })
	}
}

func runMOOSet(t *testing.T, set mooSet) {
	dir := filepath.Join(vectorDir(), set.name)
	var files []string
	for _, p := range []string{"*.MOO.gz", "*.MOO", "*.moo.gz", "*.moo"} {
		f, _ := filepath.Glob(filepath.Join(dir, p))
		files = append(files, f...)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: no recorded vectors in %s (set BEIGE_VECTORS)", dir)
	}
	sort.Strings(files)
	re := formFilter(t)
	var tb table
	pool := &pool{make: func() (*rig, error) {
		m, ok := cpu.ModelByName(set.model)
		if !ok {
			return nil, fmt.Errorf("no model %s", set.model)
		}
		m.HasFPU = false // recorded without a coprocessor
		r, err := newRig(m, set.ram, 0, set.size)
		if err == nil {
			r.phys.SetA20(set.a20)
		}
		return r, err
	}}
	t.Run("forms", func(t *testing.T) {
		for _, file := range files {
			form := filepath.Base(file)
			form = form[:strings.Index(strings.ToUpper(form), ".MOO")]
			if re != nil && !re.MatchString(form) {
				continue
			}
			t.Run(form, func(t *testing.T) {
				t.Parallel()
				f, err := ReadMOOFile(file)
				if err != nil {
					t.Fatal(err)
				}
				r := pool.get(t)
				defer pool.put(r)
				rep := &report{t: t, limit: showLimit()}
				var sum result
				step := 10
				if everything() {
					step = 1
				}
				for i := 0; i < len(f.Tests); i += step {
					sum.add(r.mooTest(&set, form, &f.Tests[i], rep))
				}
				rep.end()
				tb.add(form, sum)
			})
		}
	})
	tb.print(t, set.name)
}

// mooReg is the place of a MOO register in the processor's state.
func mooReg(st *cpu.State, c *cpu.CPU, i int) uint16 {
	switch i {
	case mooIP:
		return uint16(st.IP)
	case mooFlags:
		return uint16(c.EFLAGS())
	case mooCS, mooSS, mooDS, mooES:
		return st.Seg[mooSeg[i-mooCS]].Sel
	}
	return uint16(st.R[mooGeneral[i]])
}

var (
	mooSeg     = [4]uint8{cpu.CS, cpu.SS, cpu.DS, cpu.ES}
	mooGeneral = [mooRegs]int{mooAX: cpu.AX, mooBX: cpu.BX, mooCX: cpu.CX, mooDX: cpu.DX,
		mooSP: cpu.SP, mooBP: cpu.BP, mooSI: cpu.SI, mooDI: cpu.DI}
)

// mooTest runs one test.
func (r *rig) mooTest(set *mooSet, form string, t *MOOTest, rep *report) result {
	r.cpu.Reset()
	flags := uint16(0)
	for i, v := range t.Init.Regs {
		switch i {
		case mooIP:
			r.st.IP = uint64(v)
		case mooFlags:
			flags = v &^ set.clear
		case mooCS, mooSS, mooDS, mooES:
			s := &r.st.Seg[mooSeg[i-mooCS]]
			s.Sel, s.Base = v, uint64(v)<<4
		default:
			r.st.R[mooGeneral[i]] = uint64(v)
		}
	}
	r.cpu.SetFlags(uint32(flags))
	for _, c := range t.Init.RAM {
		r.poke(c.Addr, []byte{c.V})
	}
	r.cpu.Refresh()

	first := -1
	r.onException = func(e cpu.Exception) bool {
		if first < 0 {
			first = int(e.Vector)
		}
		r.cpu.RequestStop() // at the handler's first instruction
		return true
	}
	halted := true
	if set.untilH {
		halted = false
		if _, why := r.cpu.Run(1 << 16); why == cpu.StopHalted {
			halted = true
		} else if why == cpu.StopRequested {
			halted = true
			r.st.IP = uint64(uint16(r.st.IP + 1)) // the HLT that was injected
		}
	} else {
		r.one(t.Code, isa.Mode16)
	}

	want := t.Init.Regs
	want[mooFlags] = flags
	for i, v := range t.End.Regs {
		if t.End.Has>>i&1 != 0 {
			want[i] = v
		}
	}
	for _, c := range t.End.RAM {
		r.expect(c.Addr, []byte{c.V})
	}
	undef := undefinedFlags(form)

	var diff strings.Builder
	flagDiff := uint16(0)
	for i := range want {
		got := mooReg(r.st, r.cpu, i)
		if i == mooFlags {
			flagDiff |= got ^ want[i]
			if got != want[i] {
				fmt.Fprintf(&diff, " flags=%04x want %04x (differ %04x)", got, want[i], got^want[i])
			}
			continue
		}
		if got != want[i] {
			fmt.Fprintf(&diff, " %s=%04x want %04x", mooNames[i], got, want[i])
			flagDiff |= 1 << 1 // never undefined
		}
	}
	if !halted {
		diff.WriteString(" did not end")
		flagDiff |= 1 << 1
	}
	if mem := r.memory(); mem != "" {
		diff.WriteString(mem)
		if at := t.flagsImage() % len(r.got); at >= 0 && at+1 < len(r.got) {
			flagDiff |= uint16(r.got[at]^r.want[at]) | uint16(r.got[at+1]^r.want[at+1])<<8
			r.ignore(uint32(at), 2)
		}
		if r.memory() != "" {
			flagDiff |= 1 << 1
		}
	}
	res := result{tests: 1}
	clean := diff.Len() == 0
	if clean {
		res.exact = 1
	}
	if flagDiff&^undef == 0 {
		res.passed = 1
	}
	if (res.passed == 0 || os.Getenv("BEIGE_EXACT") != "" && res.exact == 0) && !strings.Contains(diff.String(), "\x00") {
		rep.failf("#%d %s (% x) exc %d want %d:%s\n  init %s", t.Index, t.Name, t.Code, first, t.Exception, diff.String(), mooText(&t.Init))
	}
	r.clear(clean)
	return res
}

// mooText is a state in one line.
func mooText(s *MOOState) string {
	var b strings.Builder
	for i, v := range s.Regs {
		fmt.Fprintf(&b, "%s=%04x ", mooNames[i], v)
	}
	return b.String()
}

// flagsImage is where an exception pushed FLAGS, or -1: an interrupt shows by
// three words on the stack. The address that the vectors give has bit 0 clear
// even if SP is odd, and the 8086 set gives none.
func (t *MOOTest) flagsImage() int {
	if t.End.Has>>mooSP&1 == 0 || t.Init.Regs[mooSP]-t.End.Regs[mooSP] != 6 {
		return -1
	}
	return int(t.Init.Regs[mooSS])<<4 + int(t.End.Regs[mooSP]+4)
}
