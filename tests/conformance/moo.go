package conformance

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// Register numbers of a MOO register chunk.
const (
	mooAX = iota
	mooBX
	mooCX
	mooDX
	mooCS
	mooSS
	mooDS
	mooES
	mooSP
	mooBP
	mooSI
	mooDI
	mooIP
	mooFlags
	mooRegs
)

// mooNames are the registers' names, by number.
var mooNames = [mooRegs]string{"ax", "bx", "cx", "dx", "cs", "ss", "ds", "es", "sp", "bp", "si", "di", "ip", "flags"}

// Cell is one byte of memory.
type Cell struct {
	Addr uint32 // physical
	V    uint8
}

// MOOState is a machine state, or what changed in one.
type MOOState struct {
	Has  uint16 // bit i: register i is given
	Regs [mooRegs]uint16
	RAM  []Cell
}

// MOOTest is one recorded instruction.
type MOOTest struct {
	Index     uint32
	Name      string
	Code      []byte
	Init, End MOOState
	Exception int    // vector, or -1
	FlagsAt   uint32 // physical address of the FLAGS image the exception pushed
}

// MOOFile is the content of one MOO file.
type MOOFile struct {
	CPU   string
	Tests []MOOTest
}

// ReadMOOFile reads a MOO file, compressed or not.
func ReadMOOFile(name string) (*MOOFile, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if b, err = io.ReadAll(z); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	f, err := ParseMOO(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// ParseMOO reads the uncompressed content of a MOO file. Unknown chunks are
// skipped.
func ParseMOO(b []byte) (*MOOFile, error) {
	f := &MOOFile{}
	seen := false
	err := chunks(b, func(tag string, body []byte) error {
		switch tag {
		case "MOO ":
			if len(body) < 12 {
				return fmt.Errorf("header of %d bytes: want 12", len(body))
			}
			seen = true
			f.CPU = string(bytes.TrimRight(body[8:12], " \x00"))
		case "TEST":
			t, err := parseMOOTest(body)
			if err != nil {
				return fmt.Errorf("test %d: %w", len(f.Tests), err)
			}
			f.Tests = append(f.Tests, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !seen {
		return nil, fmt.Errorf("no MOO header")
	}
	return f, nil
}

// chunks calls f for each tagged chunk of b.
func chunks(b []byte, f func(tag string, body []byte) error) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return fmt.Errorf("%d bytes behind the last chunk", len(b))
		}
		n := binary.LittleEndian.Uint32(b[4:])
		if uint64(n) > uint64(len(b)-8) {
			return fmt.Errorf("chunk %q of %d bytes: only %d are left", b[:4], n, len(b)-8)
		}
		if err := f(string(b[:4]), b[8:8+n]); err != nil {
			return err
		}
		b = b[8+n:]
	}
	return nil
}

func parseMOOTest(b []byte) (MOOTest, error) {
	t := MOOTest{Exception: -1}
	if len(b) < 4 {
		return t, fmt.Errorf("%d bytes: want an index", len(b))
	}
	t.Index = binary.LittleEndian.Uint32(b)
	err := chunks(b[4:], func(tag string, body []byte) error {
		var err error
		switch tag {
		case "NAME":
			body, err = counted(body)
			t.Name = string(body)
		case "BYTS":
			t.Code, err = counted(body)
		case "INIT":
			t.Init, err = parseMOOState(body)
		case "FINA":
			t.End, err = parseMOOState(body)
		case "EXCP":
			if len(body) < 5 {
				return fmt.Errorf("exception of %d bytes: want 5", len(body))
			}
			t.Exception = int(body[0])
			t.FlagsAt = binary.LittleEndian.Uint32(body[1:])
		}
		return err
	})
	return t, err
}

// counted returns what follows a 32-bit count of bytes.
func counted(b []byte) ([]byte, error) {
	if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
		return nil, fmt.Errorf("bad count in %d bytes", len(b))
	}
	return b[4 : 4+binary.LittleEndian.Uint32(b)], nil
}

func parseMOOState(b []byte) (MOOState, error) {
	var s MOOState
	err := chunks(b, func(tag string, body []byte) error {
		switch tag {
		case "REGS":
			if len(body) < 2 {
				return fmt.Errorf("registers without a mask")
			}
			s.Has = binary.LittleEndian.Uint16(body) & (1<<mooRegs - 1)
			body = body[2:]
			for i := range s.Regs {
				if s.Has>>i&1 == 0 {
					continue
				}
				if len(body) < 2 {
					return fmt.Errorf("registers end at %s", mooNames[i])
				}
				s.Regs[i] = binary.LittleEndian.Uint16(body)
				body = body[2:]
			}
		case "RAM ":
			if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body))*5 > uint64(len(body)-4) {
				return fmt.Errorf("bad count of memory cells")
			}
			s.RAM = make([]Cell, binary.LittleEndian.Uint32(body))
			for i := range s.RAM {
				c := body[4+5*i:]
				s.RAM[i] = Cell{binary.LittleEndian.Uint32(c), c[4]}
			}
		}
		return nil
	})
	return s, err
}
