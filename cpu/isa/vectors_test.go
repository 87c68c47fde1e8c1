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

// TestMOOLengths decodes the bytes of the recorded 8086 and 80286 tests. The
// part's #UD (vector 6) has to be Invalid and nothing else, more than 10 bytes on
// the 80286 (vector 13) TooLong; all others have to end at the HLT that the
// recorder put after the instruction, or at the end.
func TestMOOLengths(t *testing.T) {
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
					chunks(body[4:], func(tag string, b []byte) {
						switch tag {
						case "NAME":
							name = string(b[4:])
						case "BYTS":
							code = b[4:]
						case "EXCP":
							vector = int(b[0])
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
	Base []struct{ CS, IP string }
	LDT  []string
	// Regions are {address, size, "rw", "ro" or "np"}.
	Regions [][3]string
}

type siliconTest struct {
	Op, C string
	B     int
	I     struct{ CS, IP string }
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

// notP6 reports whether the form is one that a Pentium Pro does not have, or
// differs in: LOCK MOV CR is the recording processor's way to CR8, and it takes
// LOCK with VERW of a memory operand.
func notP6(v *siliconTest) bool {
	for _, s := range []string{"MOVNTI", "MOVQ", "MOVUPS", "FISTTP"} {
		if strings.Contains(v.Op, s) {
			return true
		}
	}
	locked := strings.Contains(v.C, "f0")
	return locked && (strings.HasSuffix(v.Op, "MOV CR") || strings.HasSuffix(v.Op, "VERW") && (v.X == nil || *v.X != 6))
}

// TestSiliconLengths decodes the code of the tests recorded from a current
// processor in 16- and 32-bit modes, for the classes that a Pentium Pro has,
// as far as the processor could fetch it: a fetch fault has to show as Short, an
// invalid opcode as Invalid, and everything else as an instruction of exactly
// the recorded length.
func TestSiliconLengths(t *testing.T) {
	skip := map[string]bool{"mmx": true, "sse": true, "sse2": true, "sse2_int": true, "sse_state": true, "bit_ext": true}
	d := NewDecoder(LPentiumPro)
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
				for lines.Scan() {
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
				}
			}
			c.report()
		})
	}
}
