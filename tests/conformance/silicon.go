package conformance

import (
	"bufio"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// hexNum is a hexadecimal number in a JSON string.
type hexNum uint64

func (h *hexNum) UnmarshalJSON(b []byte) error {
	if len(b) < 3 || b[0] != '"' {
		return fmt.Errorf("number %s: want a string", b)
	}
	v, err := strconv.ParseUint(string(b[1:len(b)-1]), 16, 64)
	*h = hexNum(v)
	return err
}

// hexBytes are bytes in memory order.
type hexBytes []byte

func (h *hexBytes) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' {
		return fmt.Errorf("bytes %s: want a string", b)
	}
	b = b[1 : len(b)-1]
	*h = make([]byte, len(b)/2)
	_, err := hex.Decode(*h, b)
	return err
}

// span is [address, bytes] in JSON.
type span struct {
	addr uint32
	b    []byte
}

func (s *span) UnmarshalJSON(b []byte) error {
	var addr hexNum
	var data hexBytes
	err := json.Unmarshal(b, &[2]any{&addr, &data})
	*s = span{uint32(addr), data}
	return err
}

// region is [address, size, kind]: memory that exists. Kind is rw, ro or np.
type region struct {
	addr, size uint32
	kind       string
}

func (r *region) UnmarshalJSON(b []byte) error {
	var addr, size hexNum
	err := json.Unmarshal(b, &[3]any{&addr, &size, &r.kind})
	r.addr, r.size = uint32(addr), uint32(size)
	return err
}

// area is [address, length].
type area struct {
	addr uint32
	n    int
}

func (a *area) UnmarshalJSON(b []byte) error {
	var addr hexNum
	var n any
	if err := json.Unmarshal(b, &[2]any{&addr, &n}); err != nil {
		return err
	}
	a.addr = uint32(addr)
	switch v := n.(type) {
	case float64:
		a.n = int(v)
	case string:
		u, err := strconv.ParseUint(v, 16, 32)
		a.n = int(u)
		return err
	}
	return nil
}

// registers are register values by name. Values over 64 bits (f0, x0) stay text.
type registers map[string]string

// num returns the value of a register of at most 64 bits.
func (r registers) num(name string) (uint64, bool) {
	s, ok := r[name]
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(s, 16, 64)
	return v, err == nil
}

// siliconHeader is the first line of a file.
type siliconHeader struct {
	Format  int         `json:"format"`
	Mode    string      `json:"mode"`
	Class   string      `json:"class"`
	Base    []registers `json:"base"`
	Regions []region    `json:"regions"`
	LDT     []hexBytes  `json:"ldt"`
}

// siliconTest is one recorded instruction; the keys are described with the
// vectors.
type siliconTest struct {
	Op   string    `json:"op"`
	Code hexBytes  `json:"c"`
	B    int       `json:"b"`
	In   registers `json:"i"`
	MI   []span    `json:"mi"`
	Out  registers `json:"o"`
	MO   []span    `json:"mo"`
	X    *int      `json:"x"` // a plain number
	E    hexNum    `json:"e"`
	CR2  *hexNum   `json:"cr2"`
	FU   hexNum    `json:"fu"`
	SU   hexNum    `json:"su"`
	RU   int       `json:"ru"`
	MU   []area    `json:"mu"`
	AP   int       `json:"ap"`

	line int
}

// reg returns the initial value of a register.
func (t *siliconTest) reg(h *siliconHeader, name string) uint64 {
	if v, ok := t.In.num(name); ok {
		return v
	}
	v, _ := h.Base[t.B].num(name)
	return v
}

// readSilicon reads a file and calls f for every test.
func readSilicon(name string, f func(*siliconHeader, *siliconTest) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sc := bufio.NewScanner(z)
	sc.Buffer(make([]byte, 1<<16), 1<<22)
	h := &siliconHeader{}
	for line := 1; sc.Scan(); line++ {
		if line == 1 {
			if err := json.Unmarshal(sc.Bytes(), h); err != nil {
				return fmt.Errorf("%s: header: %w", name, err)
			}
			if h.Format != 1 {
				return fmt.Errorf("%s: format %d: want 1", name, h.Format)
			}
			continue
		}
		t := &siliconTest{line: line}
		if err := json.Unmarshal(sc.Bytes(), t); err != nil {
			return fmt.Errorf("%s: line %d: %w", name, line, err)
		}
		if t.B < 0 || t.B >= len(h.Base) {
			return fmt.Errorf("%s: line %d: base %d of %d", name, line, t.B, len(h.Base))
		}
		if err := f(h, t); err != nil {
			return fmt.Errorf("%s: line %d: %w", name, line, err)
		}
	}
	return sc.Err()
}
