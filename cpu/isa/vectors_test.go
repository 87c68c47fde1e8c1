package isa

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// The recorded vectors lie beside the repository and are not part of it.
const vectorDir = "../../../shared/vectors"

func vectorFiles(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectorDir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: no vectors at %s/%s", vectorDir, pattern)
	}
	return files
}

func gunzip(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// chunks calls f for each tagged chunk of a MOO file or chunk body.
func chunks(b []byte, f func(tag string, body []byte)) {
	for len(b) >= 8 {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		f(string(b[:4]), b[8:8+n])
		b = b[8+n:]
	}
}

// mooFlags returns FLAGS out of an INIT or FINA chunk: the register with the
// highest number, hence the last if it is there.
func mooFlags(b []byte, flags Flags) Flags {
	chunks(b, func(tag string, r []byte) {
		if tag == "REGS" && binary.LittleEndian.Uint16(r)>>13&1 != 0 {
			flags = Flags(binary.LittleEndian.Uint16(r[len(r)-2:]))
		}
	})
	return flags
}

// mooName is the mnemonic in the name of a recorded test.
func mooName(name string) string {
	for _, w := range strings.Fields(name) {
		switch w {
		case "lock", "rep", "repe", "repne", "repz", "repnz", "notrack", "es", "cs", "ss", "ds":
			continue
		}
		return w
	}
	return ""
}

// sameMOOName compares with the table's mnemonic: conditions have their other
// names, and x87 instructions have theirs or none.
func sameMOOName(in *Inst, name string) bool {
	same := map[string]string{"sal": "shl", "retn": "ret", "xlat": "xlatb", "je": "jz", "jne": "jnz", "jg": "jnle", "jge": "jnl", "ja": "jnbe", "jae": "jnb"}
	if s, ok := same[name]; ok {
		name = s
	}
	if name == "esc" {
		return in.Row.Attr&X87 != 0
	}
	return name == strings.ToLower(in.Op.String()) || strings.Fields(in.mnemonic())[0] == name
}

// tally counts failures and prints the first few of each kind.
type tally struct {
	t     *testing.T
	tests int
	bad   map[string]int
}

func (c *tally) fail(kind, format string, args ...any) {
	if c.bad == nil {
		c.bad = map[string]int{}
	}
	c.bad[kind]++
	if c.bad[kind] <= 3 {
		c.t.Errorf("%s: "+format, append([]any{kind}, args...)...)
	}
}

func (c *tally) report() {
	kinds := make([]string, 0, len(c.bad))
	for k, n := range c.bad {
		kinds = append(kinds, fmt.Sprintf("%s: %d", k, n))
	}
	sort.Strings(kinds)
	c.t.Logf("%d tests decoded; failures: %v", c.tests, kinds)
}

// TestMOO decodes the bytes of the recorded 8086 and 80286 tests. The
// part's #UD (vector 6) has to be Invalid and nothing else, more than 10 bytes on
// the 80286 (vector 13) TooLong; all others have to end at the HLT that the
// recorder put after the instruction, or at the end.
func TestMOO(t *testing.T) {
	for _, set := range []struct {
		name  string
		level Level
	}{{"8086", L8086}, {"80286", L80286}} {
		t.Run(set.name, func(t *testing.T) {
			d := NewDecoder(set.level)
			c := tally{t: t}
			for _, file := range vectorFiles(t, set.name+"/*.MOO.gz") {
				form := strings.TrimSuffix(filepath.Base(file), ".MOO.gz")
				chunks(gunzip(t, file), func(tag string, body []byte) {
					if tag != "TEST" {
						return
					}
					var code []byte
					vector := -1
					name := ""
					var before, after Flags
					chunks(body[4:], func(tag string, b []byte) {
						switch tag {
						case "NAME":
							name = string(b[4:])
						case "BYTS":
							code = b[4:]
						case "EXCP":
							vector = int(b[0])
						case "INIT":
							before = mooFlags(b, 0)
							after = before
						case "FINA":
							after = mooFlags(b, before)
						}
					})
					c.tests++
					var in Inst
					switch st := d.Decode(code, Mode16, &in); {
					case vector == 13 && len(code)-1 > limit286:
						if st != TooLong {
							c.fail(form, "Decode(% x) = %v; want TooLong", code, st)
						}
					case vector == 6 && form != "CD":
						// The recorder took the form as bad after ModRM.
						st = d.Decode(append(code[:len(code):len(code)], make([]byte, 6)...), Mode16, &in)
						if st != Invalid {
							c.fail(form, "Decode(% x) = %v (%v); want Invalid: the part raised #UD (%s)", code, st, in.Op, name)
						}
					case st != OK:
						c.fail(form, "Decode(% x) = %v; want OK (%s)", code, st, name)
					case int(in.Len) != len(code) && int(in.Len)+1 != len(code):
						c.fail(form, "Decode(% x).Len = %d; want %d (%s)", code, in.Len, len(code)-1, name)
					case !strings.Contains(name, "(bad)") && !sameMOOName(&in, mooName(name)):
						c.fail(form, "Decode(% x) = %s; want %s", code, in.mnemonic(), name)
					case vector < 0:
						changed := (before ^ after) & (Arith | TF | IF | DF)
						if row := in.Row.Written | in.Row.Undefined; changed&^row != 0 {
							c.fail(form, "% x changed flags %#x; the row has %#x (%s)", code, changed, row, name)
						}
					}
				})
			}
			c.report()
		})
	}
}

// siliconHeader is the part of a file's first line that says which code bytes
// can be fetched.
type siliconHeader struct {
	Base []struct{ CS, IP, FL string }
	LDT  []string
	// Regions are {address, size, "rw", "ro" or "np"}.
	Regions [][3]string
}

type siliconTest struct {
	Op, C string
	B     int
	I, O  struct{ CS, IP, FL string }
	FU    string
	X     *int
}

func hexNumber(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fetchable is how many of the n code bytes lie inside the code segment and on
// present pages.
func (h *siliconHeader) fetchable(t *testing.T, v *siliconTest, n int) int {
	cs, ip := h.Base[v.B].CS, h.Base[v.B].IP
	if v.I.CS != "" {
		cs = v.I.CS
	}
	if v.I.IP != "" {
		ip = v.I.IP
	}
	sel, off := hexNumber(t, cs), hexNumber(t, ip)
	base, limit := uint64(0), uint64(0xffffffff)
	switch {
	case h.LDT == nil:
		base, limit = sel<<4, 0xffff
	case sel&4 != 0:
		q, err := hex.DecodeString(h.LDT[sel>>3])
		if err != nil {
			t.Fatal(err)
		}
		d := binary.LittleEndian.Uint64(q)
		base = d>>16&0xffffff | d>>56<<24
		limit = d&0xffff | d>>48&15<<16
		if d>>55&1 != 0 {
			limit = limit<<12 | 0xfff
		}
	}
	for i := range n {
		if off+uint64(i) > limit {
			return i
		}
		if h.LDT == nil {
			continue
		}
		present := false
		for _, r := range h.Regions {
			at := (base + off + uint64(i)) & 0xffffffff
			start := hexNumber(t, r[0])
			present = present || at >= start && at < start+hexNumber(t, r[1]) && r[2] != "np"
		}
		if !present {
			return i
		}
	}
	return n
}

// notP6 reports whether the form is one that a Pentium II does not have, or
// differs in: LOCK MOV CR is the recording processor's way to CR8, and it takes
// LOCK with VERW of a memory operand.
func notP6(v *siliconTest) bool {
	for _, s := range []string{
		"MOVNTI", "MOVUPS", "FISTTP", "PSHUFW", "PINSRW", "PEXTRW", "PADDQ", "PMOVMSKB", "PMINUB", "PMAXUB", "PAVGB", "PAVGW", "PMULHUW",
		"MOVNTQ", "PMINSW", "PMAXSW", "PMULUDQ", "PSADBW", "MASKMOVQ", "PSUBQ",
	} {
		if strings.Contains(v.Op, s) {
			return true
		}
	}
	locked := strings.Contains(v.C, "f0")
	return locked && (strings.HasSuffix(v.Op, "MOV CR") || strings.HasSuffix(v.Op, "VERW") && (v.X == nil || *v.X != 6))
}

// siliconName is the mnemonic in the form's name, which follows the opcode and
// for some x87 forms the ModRM byte.
func siliconName(v *siliconTest) string {
	for _, w := range strings.Fields(v.Op)[1:] {
		if _, err := hex.DecodeString(w); err != nil || w == "FADD" {
			return w
		}
	}
	return ""
}

// siliconNames are the newer manuals' names that the vectors use.
var siliconNames = map[Op]string{
	JNB: "JAE", JZ: "JE", JNZ: "JNE", JNBE: "JA", JNL: "JGE", JNLE: "JG",
	SETNB: "SETAE", SETZ: "SETE", SETNZ: "SETNE", SETNBE: "SETA", SETNL: "SETGE", SETNLE: "SETG",
	CMOVNB: "CMOVAE", CMOVZ: "CMOVE", CMOVNZ: "CMOVNE", CMOVNBE: "CMOVA", CMOVNL: "CMOVGE", CMOVNLE: "CMOVG",
	FCOM2: "FCOM", FCOMP3: "FCOMP", FSTP1: "FSTPNCE", HINT_NOP: "NOP PREFETCH", NOP: "XCHG", SHL: "SHL SAL6", WAIT: "FWAIT",
}

// swapped are the x87 pairs whose names the recorder gives by digit. With ST(i)
// as the destination Intel's are the other way round.
var swapped = map[Op]Op{
	FSUB: FSUBR, FSUBR: FSUB, FSUBP: FSUBRP, FSUBRP: FSUBP,
	FDIV: FDIVR, FDIVR: FDIV, FDIVP: FDIVRP, FDIVRP: FDIVP,
}

func sameMnemonic(in *Inst, name string) bool {
	op := in.Op
	if other, ok := swapped[op]; ok && in.ModRM >= 0xc0 && (in.Opcode == 0xdc || in.Opcode == 0xde) {
		op = other
	}
	if names, ok := siliconNames[op]; ok {
		return slices.Contains(strings.Fields(names), name)
	}
	return op.String() == name
}

// TestSilicon decodes the code of the tests recorded from a current
// processor in 16- and 32-bit modes, for the classes that a Pentium II has,
// as far as the processor could fetch it: a fetch fault has to show as Short, an
// invalid opcode as Invalid, and everything else as an instruction of exactly
// the recorded length.
func TestSilicon(t *testing.T) {
	skip := map[string]bool{"sse": true, "sse2": true, "sse2_int": true, "sse_state": true, "bit_ext": true}
	d := NewDecoder(LPentiumII)
	for _, set := range []struct {
		dir  string
		mode Mode
	}{{"rm16", Mode16}, {"pm16", Mode16}, {"pm32", Mode32}} {
		t.Run(set.dir, func(t *testing.T) {
			c := tally{t: t}
			for _, file := range vectorFiles(t, "silicon/"+set.dir+"/*.jsonl.gz") {
				class := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
				if skip[class] {
					continue
				}
				lines := bufio.NewScanner(bytes.NewReader(gunzip(t, file)))
				lines.Buffer(nil, 1<<20)
				lines.Scan()
				var head siliconHeader
				if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
					t.Fatal(err)
				}
				for n := 0; lines.Scan(); n++ {
					if testing.Short() && n%8 != 0 {
						continue
					}
					var v siliconTest
					if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
						t.Fatal(err)
					}
					if notP6(&v) {
						continue
					}
					code, err := hex.DecodeString(v.C)
					if err != nil {
						t.Fatal(err)
					}
					fetched := head.fetchable(t, &v, len(code))
					c.tests++
					want := OK
					switch {
					case v.X != nil && *v.X == 6:
						want = Invalid
					case fetched > 15:
						want = TooLong
					case fetched < len(code):
						want = Short
					}
					var in Inst
					got := d.Decode(code[:fetched], set.mode, &in)
					if want == Invalid && got == OK && (in.Op == UD1 || in.Op == UD2) {
						continue
					}
					if got != want || got == OK && int(in.Len) != len(code) {
						c.fail(class+" "+v.Op, "Decode(% x) of % x = %v, length %d; want %v", code[:fetched], code, got, in.Len, want)
					}
					if got != OK {
						continue
					}
					if name := siliconName(&v); !sameMnemonic(&in, name) {
						c.fail(class+" "+v.Op, "Decode(% x).Op = %v; want %s", code, in.Op, name)
					}
					if v.FU != "" && v.X == nil {
						if fu := Flags(hexNumber(t, v.FU)); fu&^in.Row.Undefined != 0 {
							c.fail(class+" "+v.Op, "% x leaves %#x undefined; the row has %#x", code, fu, in.Row.Undefined)
						}
					}
					if v.O.FL != "" && v.X == nil {
						before := head.Base[v.B].FL
						if v.I.FL != "" {
							before = v.I.FL
						}
						changed := Flags(hexNumber(t, before) ^ hexNumber(t, v.O.FL))
						if changed &= Arith | TF | IF | DF; changed&^(in.Row.Written|in.Row.Undefined) != 0 {
							c.fail(class+" "+v.Op, "% x changed flags %#x; the row has %#x", code, changed, in.Row.Written|in.Row.Undefined)
						}
					}
				}
			}
			c.report()
		})
	}
}
