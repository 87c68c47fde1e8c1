package fpu

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// silicon is where the vectors recorded from a processor lie, if they do.
const silicon = "../../../shared/vectors/silicon"

type siliconHeader struct {
	Base []map[string]string `json:"base"`
	LDT  []string            `json:"ldt"`
}

type siliconTest struct {
	Op string            `json:"op"`
	C  string            `json:"c"`
	B  int               `json:"b"`
	I  map[string]string `json:"i"`
	MI [][2]string       `json:"mi"`
	O  map[string]string `json:"o"`
	MO [][2]string       `json:"mo"`
	X  *int              `json:"x"`
	FU string            `json:"fu"`
	SU string            `json:"su"`
	RU int               `json:"ru"`
	MU [][2]any          `json:"mu"`
	AP int               `json:"ap"`
}

func hex64(s string) uint64 {
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func hexF80(s string) F80 {
	return F80{hex64(s[len(s)-16:]), uint16(hex64("0" + s[:len(s)-16]))}
}

// state is what the vectors say of one moment.
type state map[string]string

func (s state) num(k string) uint64 { return hex64(s[k]) }

func (s state) unit() *Unit {
	u := &Unit{CW: uint16(s.num("fcw")), Use: uint8(s.num("ftw"))}
	sw := uint16(s.num("fsw"))
	u.Top = uint8(sw >> 11 & 7)
	u.SW = sw &^ swTop
	for i := range u.R {
		u.R[i] = hexF80(s["f"+strconv.Itoa(i)])
	}
	return u
}

func TestSilicon(t *testing.T) {
	if _, err := os.Stat(silicon); err != nil {
		t.Skipf("SKIP: the silicon vectors are not at %s", silicon)
	}
	for _, mode := range []string{"rm16", "pm16", "pm32"} {
		for _, esc := range []string{"d8", "d9", "da", "db", "dc", "dd", "de", "df"} {
			t.Run(mode+"/x87_"+esc, func(t *testing.T) {
				runSilicon(t, mode, filepath.Join(silicon, mode, "x87_"+esc+".jsonl.gz"))
			})
		}
	}
}

func runSilicon(t *testing.T, mode, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(z)
	sc.Buffer(make([]byte, 1<<20), 1<<24)
	var hdr siliconHeader
	if !sc.Scan() {
		t.Fatal("empty file")
	}
	if err := json.Unmarshal(sc.Bytes(), &hdr); err != nil {
		t.Fatal(err)
	}
	fails := map[string]int{}
	var ran, skipped, reported int
	for line := 2; sc.Scan(); line++ {
		var v siliconTest
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		msg, ok := runOne(mode, &hdr, &v)
		if !ok {
			skipped++
			continue
		}
		ran++
		if msg != "" {
			fails[v.Op]++
			if reported++; reported <= 20 {
				t.Errorf("line %d %s (%s): %s", line, v.Op, v.C, msg)
			}
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	var sum []string
	for op, n := range fails {
		sum = append(sum, fmt.Sprintf("%s: %d", op, n))
	}
	sort.Strings(sum)
	if len(sum) > 0 {
		t.Errorf("failed: %s", strings.Join(sum, ", "))
	}
	t.Logf("%d run, %d not for this package", ran, skipped)
}

// runOne replays v. ok is false for what is the processor's part: decoding
// and memory faults.
func runOne(mode string, hdr *siliconHeader, v *siliconTest) (msg string, ok bool) {
	if v.X != nil && *v.X != 16 {
		return "", false
	}
	code, err := hex.DecodeString(v.C)
	if err != nil {
		panic(err)
	}
	in := state{}
	for k, s := range hdr.Base[v.B] {
		in[k] = s
	}
	for k, s := range v.I {
		in[k] = s
	}
	want := state{}
	for k, s := range in {
		want[k] = s
	}
	for k, s := range v.O {
		want[k] = s
	}
	d := decodeX87(mode, hdr, in, code)
	mem, wantMem := memory{}, memory{}
	for _, m := range v.MI {
		b, _ := hex.DecodeString(m[1])
		mem.load(uint32(hex64(m[0])), b)
		wantMem.load(uint32(hex64(m[0])), b)
	}
	for _, m := range v.MO {
		b, _ := hex.DecodeString(m[1])
		wantMem.load(uint32(hex64(m[0])), b)
	}
	u := in.unit()
	ax := uint16(in.num("eax"))
	eflags := uint32(in.num("fl"))
	faulted := false
	switch {
	case u.Pending() && (d.esc == 0x9B || waits(d.esc, d.modrm)):
		faulted = true
	case d.esc != 0x9B:
		if !exec(u, d.esc, d.modrm, d.mem.in(mem), d.layout, &ax, &eflags) {
			return "not decoded", true
		}
	}
	if faulted != (v.X != nil) {
		return fmt.Sprintf("#MF = %v; want %v", faulted, v.X != nil), true
	}
	var out []string
	diff := func(what string, got, want uint64) {
		if got != want {
			out = append(out, fmt.Sprintf("%s = %x; want %x", what, got, want))
		}
	}
	su := uint64(0)
	if v.SU != "" {
		su = hex64(v.SU)
	}
	if v.AP != 0 {
		su |= uint64(C1) // says which way the vendor's last bit was rounded
	}
	diff("fcw", uint64(u.CW), want.num("fcw"))
	diff("fsw", uint64(u.Status())&^su, want.num("fsw")&^su)
	diff("ftw", uint64(u.Use), want.num("ftw"))
	diff("ax", uint64(ax), want.num("eax")&0xFFFF)
	fu := uint64(0)
	if v.FU != "" {
		fu = hex64(v.FU)
	}
	diff("flags", uint64(eflags)&^fu, want.num("fl")&^fu)
	for i := range u.R {
		w := hexF80(want["f"+strconv.Itoa(i)])
		if u.R[i] == w || v.AP != 0 && ulps(u.R[i], w) <= 1 {
			continue
		}
		out = append(out, fmt.Sprintf("f%d = %04x%016x; want %04x%016x", i, u.R[i].SE, u.R[i].Mant, w.SE, w.Mant))
	}
	skip := map[uint32]bool{}
	for _, m := range v.MU {
		a := uint32(hex64(m[0].(string)))
		var n uint32
		switch x := m[1].(type) {
		case float64:
			n = uint32(x)
		case string:
			n = uint32(hex64(x))
		}
		for i := range n {
			skip[a+i] = true
		}
	}
	for a := range mem {
		if !skip[a] && mem[a] != wantMem[a] {
			out = append(out, fmt.Sprintf("[%x] = %02x; want %02x", a, mem[a], wantMem[a]))
		}
	}
	for a := range wantMem {
		if _, there := mem[a]; !there && !skip[a] {
			out = append(out, fmt.Sprintf("[%x] not written; want %02x", a, wantMem[a]))
		}
	}
	if len(out) > 0 {
		in := in.unit()
		out = append(out, fmt.Sprintf("\n\t\tcw=%04x sw=%04x use=%02x st0=%04x%016x st1=%04x%016x", in.CW, in.Status(), in.Use, in.ST(0).SE, in.ST(0).Mant, in.ST(1).SE, in.ST(1).Mant))
		if d.modrm >= 0xC0 {
			i := d.modrm & 7
			out = append(out, fmt.Sprintf("st%d=%04x%016x", i, in.ST(i).SE, in.ST(i).Mant))
		} else {
			m := memory{}
			for _, x := range v.MI {
				b, _ := hex.DecodeString(x[1])
				m.load(uint32(hex64(x[0])), b)
			}
			out = append(out, fmt.Sprintf("mem=%x", d.mem.in(m).read(10)))
		}
	}
	return strings.Join(out, ", "), true
}

// ulps is the distance of a and b in units of the last place, large if they
// are not comparable.
func ulps(a, b F80) uint64 {
	const far = 1 << 63
	if a == b {
		return 0
	}
	if a.special() || b.special() || a.sign() != b.sign() {
		return far
	}
	if a.SE < b.SE {
		a, b = b, a
	}
	switch a.SE - b.SE {
	case 0:
		return max(a.Mant, b.Mant) - min(a.Mant, b.Mant)
	case 1:
		// across a power of two
		if a.Mant == intBit {
			return -b.Mant
		}
	}
	return far
}

// x87Code is what the decoder of this test finds out.
type x87Code struct {
	esc, modrm uint8
	mem        operand
	layout     Layout
}

// in returns the operand in memory m.
func (o operand) in(m memory) operand {
	o.mem = m
	return o
}

// decodeX87 decodes prefixes, opcode, ModRM and SIB and forms the linear address.
func decodeX87(mode string, hdr *siliconHeader, s state, c []byte) x87Code {
	o32 := mode == "pm32"
	a32 := o32
	seg := ""
	i := 0
prefixes:
	for ; ; i++ {
		switch c[i] {
		case 0x66:
			o32 = mode != "pm32"
		case 0x67:
			a32 = mode != "pm32"
		case 0x26:
			seg = "es"
		case 0x2E:
			seg = "cs"
		case 0x36:
			seg = "ss"
		case 0x3E:
			seg = "ds"
		case 0x64:
			seg = "fs"
		case 0x65:
			seg = "gs"
		case 0xF0, 0xF2, 0xF3:
		default:
			break prefixes
		}
	}
	d := x87Code{esc: c[i], layout: Prot16}
	if o32 {
		d.layout = Prot32
	}
	if d.esc == 0x9B {
		return d
	}
	d.modrm = c[i+1]
	if d.modrm >= 0xC0 {
		return d
	}
	rest := c[i+2:]
	reg := func(n string) uint32 { return uint32(s.num(n)) }
	def := "ds"
	var off uint32
	mod, rm := d.modrm>>6, d.modrm&7
	if a32 {
		regs := [8]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"}
		base := rm
		if rm == 4 {
			sib := rest[0]
			rest = rest[1:]
			base = sib & 7
			if x := sib >> 3 & 7; x != 4 {
				off += reg(regs[x]) << (sib >> 6)
			}
		}
		if base == 5 && mod == 0 {
			off += binary.LittleEndian.Uint32(rest)
		} else {
			off += reg(regs[base])
			if base == 4 || base == 5 {
				def = "ss"
			}
		}
		switch mod {
		case 1:
			off += uint32(int32(int8(rest[0])))
		case 2:
			off += binary.LittleEndian.Uint32(rest)
		}
	} else {
		parts := [8][]string{{"ebx", "esi"}, {"ebx", "edi"}, {"ebp", "esi"}, {"ebp", "edi"}, {"esi"}, {"edi"}, {"ebp"}, {"ebx"}}[rm]
		if mod == 0 && rm == 6 {
			off = uint32(binary.LittleEndian.Uint16(rest))
		} else {
			for _, p := range parts {
				off += reg(p)
				if p == "ebp" {
					def = "ss"
				}
			}
		}
		switch mod {
		case 1:
			off += uint32(int32(int8(rest[0])))
		case 2:
			off += uint32(binary.LittleEndian.Uint16(rest))
		}
	}
	d.mem = operand{off: off, mask: 0xFFFF}
	if a32 {
		d.mem.mask = 0xFFFFFFFF
	}
	if seg == "" {
		seg = def
	}
	sel := uint32(s.num(seg))
	if mode == "rm16" {
		d.mem.base = sel << 4
		return d
	}
	b, _ := hex.DecodeString(hdr.LDT[sel>>3])
	d.mem.base = uint32(b[2]) | uint32(b[3])<<8 | uint32(b[4])<<16 | uint32(b[7])<<24
	return d
}
