package tests

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
	"beige/machine"
)

// cdParameters is what the program on a CD is told, at byte 3 of its boot sector
// (cdrom.asm).
type cdParameters struct {
	Media             uint8
	LBA               uint32
	Entry             uint8
	Count, Segment    uint16
	Controller, Slave uint8
	Cyls, Heads, Secs uint16
	Sectors           uint32
	Free              uint16
	_                 uint8
}

// emulation is a media type of the catalogue with what it emulates.
type emulation struct {
	media             uint8
	cyls, heads, secs uint16
}

// blocks is the size of the image in blocks of 512 bytes.
func (e emulation) blocks() int { return int(e.cyls) * int(e.heads) * int(e.secs) }

// cdProgram returns the image of cdrom.asm for an emulation: its sectors behind
// the program are numbered, and a hard disk has one partition that ends with the
// disk.
func cdProgram(t *testing.T, e emulation) []byte {
	t.Helper()
	code, err := os.ReadFile("bios/cdrom.bin")
	if err != nil {
		t.Fatal(err)
	}
	if e.media == 0 {
		return code
	}
	b := numbered(e.blocks())
	copy(b, code)
	if e.media == 4 {
		last := e.cyls - 1
		copy(b[0x1be:], []byte{0x80, 1, 1, 0, 6, uint8(e.heads - 1), uint8(e.secs) | uint8(last>>8<<6), uint8(last), uint8(e.secs)})
		binary.LittleEndian.PutUint32(b[0x1be+12:], uint32(e.blocks())-uint32(e.secs))
	}
	return b
}

// shaky is a disc with a sector that the first four attempts do not read: the drive makes
// them all for one command.
type shaky struct {
	machine.Disc
	bad    uint64
	failed int
}

func (d *shaky) ReadSectors(lba uint64, p []byte) error {
	if n := uint64(len(p) / cdSector); d.failed < 4 && lba <= d.bad && d.bad < lba+n {
		d.failed++
		return errors.New("dust")
	}
	return d.Disc.ReadSectors(lba, p)
}

// TestBIOSBootCD starts the program from discs of all emulation types: El Torito
// 1.0 section 2.2, media types 0 none, 1 1.2M, 2 1.44M, 3 2.88M, 4 hard disk.
func TestBIOSBootCD(t *testing.T) {
	none, hard := emulation{}, emulation{4, 20, 4, 17}
	efi := bootEntry{platform: cdEFI, image: make([]byte, 5000), count: 10}
	for _, tc := range []struct {
		name, board, cpu string
		emulation
		before []bootEntry // in the catalogue
		place  int         // of the drive
		checks int
	}{
		{"no emulation", "pc", "pentium-pro", none, nil, 2, 129},
		{"1.2M", "pc", "8086", emulation{1, 80, 2, 15}, nil, 2, 187},
		{"1.44M", "pc", "80286", emulation{2, 80, 2, 18}, nil, 3, 191},
		{"2.88M", "pc", "80386", emulation{3, 80, 2, 36}, nil, 1, 191},
		{"hard disk", "pc", "80486", hard, nil, 2, 192},
		{"on an AT", "at", "80286", none, nil, 1, 129},
		{"hard disk on an AT", "at", "80386", hard, nil, 1, 192},
		{"behind an EFI entry", "pc", "pentium-pro", none, []bootEntry{efi}, 2, 129},
		{"behind a blocked entry and an extension", "pc", "8086", none, []bootEntry{{blocked: true, image: []byte{0}, extended: true}, efi}, 2, 125},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			program := cdProgram(t, tc.emulation)
			entry := bootEntry{media: tc.media, image: program, count: 1}
			if tc.media == 0 {
				entry.count = uint16(len(program) / 512)
			}
			cd := newBootCD(append(tc.before, entry)...)
			n := len(tc.before)
			p := cdParameters{Media: tc.media, LBA: cd.at[n], Entry: cd.index[n], Count: entry.count, Segment: 0x7c0,
				Controller: uint8(tc.place / 2), Slave: uint8(tc.place % 2), Cyls: tc.cyls, Heads: tc.heads, Secs: tc.secs,
				Sectors: uint32(len(cd.data) / cdSector), Free: uint16(cd.free)}
			if _, err := binary.Encode(program[3:], binary.LittleEndian, &p); err != nil {
				t.Fatal(err)
			}
			cd.build()
			other := make([]byte, 50*cdSector)
			binary.LittleEndian.PutUint16(other[40*cdSector:], 40^0xffff)
			discs := map[string]*image.Disc{"first": image.NewDisc("first", cd.data), "other": image.NewDisc("other", other)}

			cfg := machine.Config{Machine: tc.board, CPU: tc.cpu, Boot: "d"}
			cfg.Floppies[0] = patterned("1.44M")
			cfg.Disks[0] = image.NewDisk("pattern", numbered(100), 16384)
			cfg.CDROMs[tc.place] = &machine.CDROM{Disc: &shaky{Disc: discs["first"], bad: uint64(cd.free) + 5}}
			b := newBench(t, cfg)
			b.discs = discs
			b.runChecks(tc.checks)
		})
	}
}

// What is no boot disc is passed over: the floppy behind it in the order starts.
func TestBIOSNoBootCD(t *testing.T) {
	plain := bootEntry{image: sector(t, 0, true), count: 1}
	change := func(f func(cd *bootCD)) []byte {
		cd := newBootCD(plain)
		f(cd)
		return cd.data
	}
	blocked := plain
	blocked.blocked = true
	for _, tc := range []struct {
		name string
		data []byte
		from string // DL
	}{
		{"a boot disc", newBootCD(plain).data, "E0"},
		{"no disc", nil, "00"},
		{"no boot record", change(func(cd *bootCD) { cd.data[cdRecord*cdSector] = 2 }), "00"},
		{"another boot system", change(func(cd *bootCD) { cd.data[cdRecord*cdSector+7] = 'X' }), "00"},
		{"no validation entry", change(func(cd *bootCD) { cd.data[cdCatalog*cdSector] = 0 }), "00"},
		{"no signature", change(func(cd *bootCD) { cd.data[cdCatalog*cdSector+30] = 0 }), "00"},
		{"a catalogue outside", change(func(cd *bootCD) { cd.data[cdRecord*cdSector+0x49] = 9 }), "00"},
		{"an image outside", change(func(cd *bootCD) { cd.data[cdCatalog*cdSector+32+10] = 9 }), "00"},
		{"media type 5", change(func(cd *bootCD) { cd.data[cdCatalog*cdSector+33] = 5 }), "00"},
		{"nothing bootable", newBootCD(blocked, blocked).data, "00"},
		{"for EFI only", newBootCD(bootEntry{platform: cdEFI, image: plain.image, count: 1}).data, "00"},
		{"sections without end", change(func(cd *bootCD) {
			for i := cdCatalog*cdSector + 32; i < (cdCatalog+1)*cdSector; i += 32 {
				cd.data[i], cd.data[i+1], cd.data[i+2], cd.data[i+3] = 0x90, 0, 0xff, 0xff
			}
		}), "00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := machine.Config{CPU: "8086", Boot: "d"}
			f, err := image.NewFloppy("boot", append(sector(t, 0, true), make([]byte, 1440<<10-512)...))
			if err != nil {
				t.Fatal(err)
			}
			cfg.Floppies[0] = f
			cfg.CDROMs[2] = &machine.CDROM{}
			if tc.data != nil {
				cfg.CDROMs[2].Disc = image.NewDisc("disc", tc.data)
			}
			b := newBench(t, cfg)
			b.m.After(40_000_000_000, func() { b.m.Stop(0, "") })
			exit := b.m.Run(t.Context())
			if got, want := strings.Join(b.report, "\n"), "boot DL="+tc.from+" CS=0000 IP=7C00"; got != want {
				t.Errorf("report %q; want %q (%v)\n%s", got, want, exit, b.m.Screen())
			}
		})
	}
}

// TestATAPIDriver runs what DOS's drivers for CD-ROM drives and extended memory
// do: none of them can be had as a package.
func TestATAPIDriver(t *testing.T) {
	for _, tc := range []struct {
		cpu    string
		class  uint8 // 0 8086, 2 80286, 3 80386, 4 later
		checks int
	}{
		{"8086", 0, 44},
		{"80286", 2, 54},
		{"80386", 3, 54},
		{"pentium-pro", 4, 54},
	} {
		t.Run(tc.cpu, func(t *testing.T) {
			t.Parallel()
			cd := newBootCD(bootEntry{})
			other := make([]byte, 50*cdSector)
			p := parameters{CPU: tc.class, Total: uint32(len(cd.data) / cdSector)}
			cfg := machine.Config{CPU: tc.cpu, Floppies: [2]machine.Floppy{checkDisk(t, "atapi", &p)}}
			first := image.NewDisc("first", cd.data)
			cfg.CDROMs[2] = &machine.CDROM{Disc: first}
			b := newBench(t, cfg)
			b.discs = map[string]*image.Disc{"first": first, "other": image.NewDisc("other", other)}
			b.runChecks(tc.checks)
		})
	}
}

// readFar reads a sector of the first CD-ROM drive through INT 13h 42h and ends the
// run with its first byte, or the status if there is an error.
var readFar = []byte{
	0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, // xor ax, ax; mov ds, ax; mov es, ax
	0xbe, 0x1c, 0x7c, 0xb4, 0x42, 0xb2, 0xe0, 0xcd, 0x13, // mov si, packet; mov ah, 42h; mov dl, E0h; int 13h
	0x88, 0xe0, 0x72, 0x03, 0xa0, 0x00, 0x80, // mov al, ah; jc out; mov al, [8000h]
	0xba, 0x01, 0x05, 0xee, 0xfa, 0xf4, // out: mov dx, 501h; out dx, al; cli; hlt
	0x10, 0x00, 0x01, 0x00, 0x00, 0x80, 0x00, 0x00, // packet: 16 bytes, 1 sector, 0:8000h, first sector
}

// TestBIOSLargeDisc: sectors beyond 2 and 4 GB of a (sparse) image of a DVD are
// those of the file.
func TestBIOSLargeDisc(t *testing.T) {
	const sectors = 2298496
	path := filepath.Join(t.TempDir(), "dvd.iso")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	marks := map[int64]byte{1<<20 - 1: 0x51, 1 << 20: 0x52, 1 << 21: 0x53, sectors - 1: 0x54}
	put := func(at int64, b ...byte) {
		if _, err := f.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(sectors << 11); err != nil {
		t.Skip(err)
	}
	put(16<<11, []byte("\x01CD001\x01")...)
	for lba, mark := range marks {
		put(lba<<11, mark)
	}
	marks[sectors] = 4 // sector not found
	for lba, want := range marks {
		disc, err := image.OpenDisc(path, image.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		boot := make([]byte, 160<<10)
		binary.LittleEndian.PutUint64(boot[copy(boot, readFar):], uint64(lba))
		boot[510], boot[511] = 0x55, 0xaa
		floppy, err := image.NewFloppy("boot", boot)
		if err != nil {
			t.Fatal(err)
		}
		m, err := machine.New(machine.Config{Deterministic: true, Unattended: true, Boot: "a", Floppies: [2]machine.Floppy{floppy}, CDROMs: [4]*machine.CDROM{2: {Disc: disc}}})
		if err != nil {
			t.Fatal(err)
		}
		if e := m.Run(context.Background()); e.Reason != machine.DebugExit || e.Code != int(want) {
			t.Errorf("sector %d: %v, code %#x; want %#x", lba, e, e.Code, want)
		}
		disc.Close()
	}
}
