package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/bus"
	"beige/machine"
)

// smbStructure is one structure of the SMBIOS tables: its fields by offset, and its
// strings.
type smbStructure struct {
	fields  []byte
	strings []string
}

func (s *smbStructure) u8(at int) uint8   { return s.fields[at] }
func (s *smbStructure) u16(at int) uint16 { return binary.LittleEndian.Uint16(s.fields[at:]) }
func (s *smbStructure) u32(at int) uint32 { return binary.LittleEndian.Uint32(s.fields[at:]) }

// text is the string that the byte at an offset names.
func (s *smbStructure) text(at int) string {
	if n := int(s.fields[at]); n > 0 && n <= len(s.strings) {
		return s.strings[n-1]
	}
	return ""
}

func checksum(b []byte) (sum uint8) {
	for _, v := range b {
		sum += v
	}
	return sum
}

// smbTables finds the entry point as the specification says (2.1.1) and takes the
// tables apart.
func smbTables(t *testing.T, m *machine.Machine) map[uint8]*smbStructure {
	t.Helper()
	rom := make([]byte, 64<<10)
	m.Memory().ReadPhys(0xf0000, rom)
	at := -1
	for i := 0; i < len(rom); i += 16 {
		if bytes.HasPrefix(rom[i:], []byte("_SM_")) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil
	}
	e := rom[at:]
	if e[5] != 0x1f || checksum(e[:0x1f]) != 0 || string(e[16:21]) != "_DMI_" || checksum(e[16:0x1f]) != 0 {
		t.Fatalf("entry point % x", e[:0x1f])
	}
	if e[6] != 2 || e[7] != 3 || e[0x1e] != 0x23 {
		t.Errorf("version %d.%d, %#x; want 2.3, 0x23", e[6], e[7], e[0x1e])
	}
	start := binary.LittleEndian.Uint32(e[0x18:]) - 0xf0000
	b := rom[start:][:binary.LittleEndian.Uint16(e[0x16:])]
	tables := map[uint8]*smbStructure{}
	longest := 0
	for len(b) > 0 {
		s := &smbStructure{fields: b[:b[1]]}
		rest := b[b[1]:]
		for rest[0] != 0 {
			text, after, _ := bytes.Cut(rest, []byte{0})
			s.strings = append(s.strings, string(text))
			rest = after
		}
		if len(s.strings) == 0 {
			rest = rest[1:]
		}
		rest = rest[1:]
		longest = max(longest, len(b)-len(rest))
		if n := s.u16(2); int(n) != len(tables) {
			t.Errorf("structure %d has handle %d; want %d", s.u8(0), n, len(tables))
		}
		tables[s.u8(0)] = s
		b = rest
	}
	if got, want := int(binary.LittleEndian.Uint16(e[0x1c:])), len(tables); got != want {
		t.Errorf("%d structures; want %d", got, want)
	}
	if most := int(binary.LittleEndian.Uint16(e[8:])); most < longest {
		t.Errorf("longest structure has %d bytes; want at most %d", longest, most)
	}
	return tables
}

func TestSMBIOS(t *testing.T) {
	for _, tc := range []struct {
		machine, cpu string
		memory       uint64 // KB
		family       uint8
		name         string
		size         uint16 // of the memory device
	}{
		{"pc", "80486", 16384, 0x06, "80486", 16384 | 0x8000},
		{"pc", "pentium", 40 << 10, 0x0b, "Pentium", 40},
		{"pc", "pentium-pro", 3 << 20, 0x0c, "Pentium Pro", 3072},
		{"pc", "pentium-ii", 20544, 0x0d, "Pentium II", 20544 | 0x8000},
	} {
		t.Run(tc.cpu, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, machine.Config{Machine: tc.machine, CPU: tc.cpu, Memory: tc.memory << 10})
			b.m.After(5*bus.Second, func() { b.m.Stop(0, "") })
			b.m.Run(context.Background())
			tables := smbTables(t, b.m)
			if tables == nil {
				t.Fatal("no entry point")
			}
			for _, n := range []uint8{0, 1, 3, 4, 16, 17, 19, 32, 127} {
				if tables[n] == nil {
					t.Fatalf("no structure %d", n)
				}
			}
			got := []string{}
			note := func(format string, a ...any) { got = append(got, fmt.Sprintf(format, a...)) }
			s := tables[0]
			note("BIOS %s %s at %04X, %d KB, date %s", s.text(4), s.text(5), s.u16(6), 64*(int(s.u8(9))+1), s.text(8))
			s = tables[1]
			note("system %s %s", s.text(4), s.text(5))
			s = tables[3]
			note("chassis %s, type %d", s.text(4), s.u8(5))
			s = tables[4]
			note("processor %s in %s: family %02X, status %02X", s.text(0x10), s.text(4), s.u8(6), s.u8(0x18))
			s = tables[16]
			note("memory array: use %d, %d devices", s.u8(5), s.u16(13))
			s = tables[17]
			note("memory device %s: size %d, in array %d", s.text(16), s.u16(12), s.u16(4))
			s = tables[19]
			note("memory from %d to %d KB, array %d", s.u32(4), s.u32(8), s.u16(12))
			note("boot status %d", tables[32].u8(10))
			want := []string{
				"BIOS beige 1 at F000, 64 KB, date 01/01/26", "system beige PC", "chassis beige, type 3",
				fmt.Sprintf("processor %s in CPU: family %02X, status 41", tc.name, tc.family),
				"memory array: use 3, 1 devices",
				fmt.Sprintf("memory device DIMM: size %d, in array 4", tc.size),
				fmt.Sprintf("memory from 0 to %d KB, array 4", tc.memory-1),
				"boot status 0",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
			if id := tables[4].u32(8); (id != 0) != (tc.cpu != "80486") {
				t.Errorf("processor's identification %#x", id)
			}
		})
	}
}

// TestNoSMBIOS: a board without shadow RAM has no place for it.
func TestNoSMBIOS(t *testing.T) {
	b := newBench(t, machine.Config{CPU: "80286"})
	b.m.After(5*bus.Second, func() { b.m.Stop(0, "") })
	b.m.Run(context.Background())
	if tables := smbTables(t, b.m); tables != nil {
		t.Errorf("%d structures; want none", len(tables))
	}
}
