package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beige/cpu"
	"beige/cpu/isa"
	"beige/devices/bus"
	"beige/devices/image"
	"beige/devices/kbc"
	"beige/machine"
)

// The disks of checks in bios boot on our firmware and compare what its services
// do with what the references say. This file is what stands outside the machine:
// the keys, the disks, the other end of the serial line.

// bench is a machine with a disk of checks in drive A.
type bench struct {
	t       *testing.T
	m       *machine.Machine
	line    []byte
	report  []string
	printer bytes.Buffer
	serial  bytes.Buffer
	floppy  *image.Floppy // in drive B
	discs   map[string]*image.Disc
	disk    *flawed
}

// answer is where a guest waits for its request to be done (boot.inc).
const answer = 0x4f0

// parameters is what a disk of checks is told of the machine, at byte 3 of its
// boot sector (boot.inc).
type parameters struct {
	CPU, FPU  uint8
	Memory    uint32 // KB
	Disks     uint8
	DriveB    uint8
	Logical   [3]uint16
	Physical  [3]uint16
	Total     uint32
	Middle    uint32
	End       uint32
	Translate uint8
	AT        uint8 // 1: the machine is an AT
	Wait      uint8 // 1: requests are answered, however long it takes
	Board     uint8 // 1: a reset of the processor is one of the whole board
	CHS       uint8 // 1: the hard disks have no linear addresses
}

// checkDisk returns a disk of checks as a 1.44 MB floppy.
func checkDisk(t *testing.T, name string, p *parameters) *image.Floppy {
	t.Helper()
	f, err := image.NewFloppy(name, checkBytes(t, name, p))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// checkBytes is the assembled disk, told what the parameters say.
func checkBytes(t *testing.T, name string, p *parameters) []byte {
	t.Helper()
	code, err := os.ReadFile(filepath.Join("bios", name+".bin"))
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 1440<<10)
	copy(data, code)
	if p != nil {
		if _, err := binary.Encode(data[3:], binary.LittleEndian, p); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

// newBench returns a machine that is switched on, with everything connected.
func newBench(t *testing.T, cfg machine.Config) *bench {
	t.Helper()
	b := &bench{t: t}
	b.disk, _ = cfg.Disks[0].(*flawed)
	cfg.Deterministic, cfg.Unattended, cfg.DebugCon = true, true, b
	cfg.Parallel, cfg.Serial[0] = &b.printer, &b.serial
	m, err := machine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.m = m
	return b
}

// runChecks boots a disk of checks and reports each that failed, and another
// number of checks than there should be.
func runChecks(t *testing.T, cfg machine.Config, want int) {
	t.Helper()
	newBench(t, cfg).runChecks(want)
}

// runChecks boots what is in the bench.
func (b *bench) runChecks(want int) {
	t, m := b.t, b.m
	t.Helper()
	m.After(600*bus.Second, func() { m.Stop(1, "the checks did not come to an end") })
	if exit := m.Run(context.Background()); exit.Reason != machine.DebugExit {
		r := m.CPU().Registers()
		t.Errorf("%v; want the guest's end\nCS:IP %04x:%04x\n%s", exit, r.Seg[1].Sel, r.IP, m.Screen())
	}
	for _, line := range b.report {
		if strings.HasPrefix(line, "FAIL ") {
			t.Error(line)
		}
	}
	last := ""
	if n := len(b.report); n > 0 {
		last = b.report[n-1]
	}
	var total, failed int
	if _, err := fmt.Sscanf(last, "done: %d checks, %d failed", &total, &failed); err != nil || total != want {
		t.Errorf("last line %q; want %d checks", last, want)
	}
}

// Write takes the report of the guest. A line with an @ is a request.
func (b *bench) Write(p []byte) (int, error) {
	b.line = append(b.line, p...)
	for {
		i := bytes.IndexByte(b.line, '\n')
		if i < 0 {
			return len(p), nil
		}
		line := string(b.line[:i])
		b.line = b.line[i+1:]
		if request, ok := strings.CutPrefix(line, "@"); ok {
			b.m.After(0, func() { b.serve(request) })
		} else {
			b.report = append(b.report, line)
		}
	}
}

// serve does what a guest asks for, and tells it so.
func (b *bench) serve(request string) {
	word, rest, _ := strings.Cut(request, " ")
	done := func() { b.m.Memory().WritePhys(answer, []byte{1}) }
	switch word {
	case "hello":
	case "keys":
		stroke, err := machine.StrokeByName(rest)
		if err != nil {
			b.t.Error(err)
		}
		b.m.Type([]machine.Stroke{stroke}, nil)
	case "alt": // a character by its number
		stroke := machine.Stroke{Hold: []kbc.Key{kbc.KeyLeftAlt}}
		for _, d := range rest {
			k, _ := kbc.KeyByName("kp" + string(d))
			stroke.Taps = append(stroke.Taps, k)
		}
		b.m.Type([]machine.Stroke{stroke}, nil)
	case "down", "up":
		k, ok := kbc.KeyByName(rest)
		if !ok {
			b.t.Errorf("no key %q", rest)
		}
		b.m.Take(machine.Event{Kind: machine.EventKey, Key: k, Down: word == "down"})
	case "hold": // for a second
		k, _ := kbc.KeyByName(rest)
		b.m.Take(machine.KeyDown(k))
		b.m.After(bus.Second, func() { b.m.Take(machine.KeyUp(k)) })
	case "pause": // and half a second later a key
		b.m.Type([]machine.Stroke{{Taps: []kbc.Key{kbc.KeyPause}}}, nil)
		b.m.After(bus.Second/2, func() { b.m.Type([]machine.Stroke{{Taps: []kbc.Key{kbc.KeySpace}}}, nil) })
		b.m.After(100*bus.Millisecond, done) // the program stands still by then
		return
	case "mouse":
		var x, y int
		var buttons uint8
		if _, err := fmt.Sscan(rest, &x, &y, &buttons); err != nil {
			b.t.Error(err)
		}
		b.m.Take(machine.Event{Kind: machine.EventMouse, DX: x, DY: y, Buttons: buttons})
	case "serial":
		b.m.Take(machine.Event{Kind: machine.EventSerial, Data: []byte(rest)})
	case "insert": // a disk the guest has not seen into drive B
		b.floppy = patterned(rest)
		b.m.Take(machine.Event{Kind: machine.EventInsert, Unit: 1, Floppy: b.floppy})
	case "eject":
		b.m.Take(machine.Event{Kind: machine.EventEject, Unit: 1})
	case "disc":
		b.m.Take(machine.Event{Kind: machine.EventInsertDisc, Disc: b.discs[rest]})
	case "press":
		if err := b.m.EjectDisc(0); (err == nil) != (rest == "opens") {
			b.t.Errorf("the button of the CD-ROM drive: %v", err)
		}
	case "protect":
		b.floppy.SetReadOnly(true)
	case "lock", "unlock":
		b.disk.locked = word == "lock"
	case "sent", "printed":
		port, want := portOutput(word, rest)
		b.expect(port, map[string]*bytes.Buffer{"COM1": &b.serial, "LPT1": &b.printer}[port], want)
	default:
		b.t.Errorf("request %q?", request)
	}
	done()
}

// portOutput is the port of a request to look at what came out of it, and what
// should have.
func portOutput(word, text string) (port, want string) {
	switch {
	case word == "sent":
		return "COM1", text
	case text == "screen":
		return "LPT1", "\r\non paper" + strings.Repeat(" ", 72) + "\r\n" + strings.Repeat(strings.Repeat(" ", 80)+"\r\n", 24)
	case text == "nothing":
		return "LPT1", ""
	}
	return "LPT1", text
}

// expect looks at what has come out of a port since the last time.
func (b *bench) expect(port string, got *bytes.Buffer, want string) {
	if got.String() != want {
		b.t.Errorf("%s sent %q; want %q", port, got, want)
	}
	got.Reset()
}

// TestChecksAreBuiltFromTheirSources assembles the disks anew and compares.
func TestChecksAreBuiltFromTheirSources(t *testing.T) {
	t.Parallel()
	nasm := need(t, "nasm")
	sources, err := filepath.Glob("bios/*.asm")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources", err)
	}
	sources = append(sources, "kill/records.asm", "drives/mbr.asm", "graphics/graphics.asm", "graphics/adapters.asm", "displays/draw.asm", "web/mouse.asm")
	for _, source := range sources {
		out := filepath.Join(t.TempDir(), "code.bin")
		cmd := exec.Command(nasm, "-f", "bin", "-Werror", "-I", "../bios/", "-o", out, filepath.Base(source))
		cmd.Dir = filepath.Dir(source)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", source, err, text)
		}
		made, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(strings.TrimSuffix(source, ".asm") + ".bin")
		if err != nil || !bytes.Equal(made, kept) {
			t.Errorf("%s is not what its source gives; run make bios (%v)", source, err)
		}
	}
}

func TestBIOSVideo(t *testing.T) {
	for _, cpu := range []string{"8086", "80286", "80386", "pentium-pro"} {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			sample(t, "8086", "80386")
			runChecks(t, machine.Config{CPU: cpu, Floppies: [2]machine.Floppy{checkDisk(t, "video", nil)}}, 922)
		})
	}
}

func TestBIOSPCI(t *testing.T) {
	for _, cpu := range []string{"80486", "pentium-pro"} {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			runChecks(t, machine.Config{CPU: cpu, Floppies: [2]machine.Floppy{checkDisk(t, "pci", nil)}}, 173)
		})
	}
}

func TestBIOSSystem(t *testing.T) {
	for _, tc := range []struct {
		board, cpu string
		memory     uint64 // MB; 0: 640 KB
		checks     int
	}{
		{"pc", "8086", 0, 679},
		{"at", "80286", 4, 676},
		{"pc", "80286", 14, 722},
		{"pc", "80386", 2, 828},
		{"pc", "pentium-pro", 100, 830},
	} {
		t.Run(tc.board+" "+tc.cpu, func(t *testing.T) {
			t.Parallel()
			sample(t, "pc_80386")
			memory := tc.memory << 20
			if memory == 0 {
				memory = 640 << 10
			}
			model, _ := cpu.ModelByName(tc.cpu)
			p := parameters{CPU: uint8(min(model.Level, isa.L80486)), Memory: uint32(memory >> 10), DriveB: 4}
			if model.HasFPU {
				p.FPU = 1
			}
			if tc.board == "at" {
				p.AT = 1
			}
			runChecks(t, machine.Config{Machine: tc.board, CPU: tc.cpu, Memory: memory, Floppies: [2]machine.Floppy{checkDisk(t, "system", &p)}}, tc.checks)
		})
	}
}

// patterned returns a floppy whose sectors tell which they are (sectors.inc).
func patterned(name string) *image.Floppy {
	f, err := image.NewFloppy(name, patternedBytes(name))
	if err != nil {
		panic(err)
	}
	return f
}

func patternedBytes(name string) []byte {
	format, _ := image.FormatByName(name)
	return numbered(int(format.Size() / image.SectorSize))
}

// numbered returns sectors that tell which they are.
func numbered(sectors int) []byte {
	data := make([]byte, sectors*image.SectorSize)
	for i := range len(data) / 2 {
		binary.LittleEndian.PutUint16(data[2*i:], uint16(i/256+i%256*0x101))
	}
	return data
}

// marked returns a first sector whose words count up from first on.
func marked(first int) []byte {
	data := make([]byte, 512)
	for i := range 256 {
		binary.LittleEndian.PutUint16(data[2*i:], uint16(first+i*0x101))
	}
	return data
}

func TestBIOSFloppies(t *testing.T) {
	for _, tc := range []struct {
		cpu, medium string // in drive B at power-on, which decides what drive B is
		drive       uint8
		checks      int
	}{
		{"8086", "360K", 1, 205},
		{"80286", "1.2M", 2, 289},
		{"8086", "1.44M", 4, 219},
		{"80386", "2.88M", 5, 292},
	} {
		t.Run(tc.medium, func(t *testing.T) {
			t.Parallel()
			p := parameters{DriveB: tc.drive}
			runChecks(t, machine.Config{CPU: tc.cpu, Floppies: [2]machine.Floppy{checkDisk(t, "drives", &p), patterned(tc.medium)}}, tc.checks)
		})
	}
}

// flawed is a hard disk with a bad sector, which may refuse writes.
type flawed struct {
	machine.Disk
	locked bool
}

const (
	badSector = 777
	smallDisk = 16384 // sectors of the disks behind the first
)

func (d *flawed) ReadSectors(lba uint64, p []byte) error {
	if lba <= badSector && badSector < lba+uint64(len(p)/image.SectorSize) {
		return errors.New("a scratch")
	}
	return d.Disk.ReadSectors(lba, p)
}

func (d *flawed) ReadOnly() bool { return d.locked }

// The geometries are those of the LBA-assisted translation of the Enhanced Disk
// Drive Specification 1.1: 63 sectors, and the first of 16, 32, 64, 128, 255 heads
// with which 1024 cylinders are enough; unless a partition says otherwise.
func diskParameters(sectors uint64, logical, physical [3]uint16, translate uint8) parameters {
	c, h, s := uint32(logical[0]), uint32(logical[1]), uint32(logical[2])
	return parameters{CPU: 4, Disks: 2, DriveB: 4, Logical: logical, Physical: physical, Total: uint32(sectors), Translate: translate,
		Middle: (c/2*h+h/2)*s + s - 1, End: c*h*s - 1}
}

func TestBIOSDisks(t *testing.T) {
	// One partition, active, from 0/1/1 to the end of a cylinder.
	partition := func(cylinders, heads, sectors int) []byte {
		p := make([]byte, 512)
		last := cylinders - 1
		copy(p[0x1be:], []byte{0x80, 1, 1, 0, 6, byte(heads - 1), byte(sectors | last>>2&0xc0), byte(last), byte(sectors), 0, 0, 0})
		binary.LittleEndian.PutUint32(p[0x1be+12:], uint32(cylinders*heads*sectors-sectors))
		p[510], p[511] = 0x55, 0xaa
		return p
	}
	for _, tc := range []struct {
		name, cpu         string
		sectors           uint64
		data              []byte
		logical, physical [3]uint16
		translate         uint8
		checks            int
	}{
		{"8M", "8086", 16384, nil, [3]uint16{16, 16, 63}, [3]uint16{16, 16, 63}, 0, 454},
		{"8M on an AT", "80286", 16384, nil, [3]uint16{16, 16, 63}, [3]uint16{16, 16, 63}, 0, 462},
		{"528M on an AT", "80286", 1072 * 16 * 63, nil, [3]uint16{536, 32, 63}, [3]uint16{1072, 16, 63}, 2, 468},
		{"2.1G on an AT", "80386", 4266 * 16 * 63, nil, [3]uint16{533, 128, 63}, [3]uint16{4266, 16, 63}, 2, 464},
		{"4.2G and a little on an AT", "80286", 8207 * 16 * 63, nil, [3]uint16{547, 240, 63}, [3]uint16{8207, 16, 63}, 2, 466},
		{"8.4G on an AT", "80386", 16383 * 16 * 63, nil, [3]uint16{1024, 240, 63}, [3]uint16{16383, 16, 63}, 2, 461},
		{"20G on an AT", "80386", 41943040, nil, [3]uint16{1024, 255, 63}, [3]uint16{16383, 16, 63}, 1, 461},
		{"504M", "80286", 1024 * 16 * 63, nil, [3]uint16{1024, 16, 63}, [3]uint16{1024, 16, 63}, 0, 471},
		{"528M", "80386", 1081344, nil, [3]uint16{536, 32, 63}, [3]uint16{1072, 16, 63}, 1, 474},
		{"528M partitioned", "80386", 1081344, partition(1000, 16, 63), [3]uint16{1024, 16, 63}, [3]uint16{1072, 16, 63}, 1, 471},
		{"504M partitioned", "80386", 1024 * 16 * 63, partition(1000, 16, 63), [3]uint16{1024, 16, 63}, [3]uint16{1024, 16, 63}, 0, 469},
		{"2.1G of 240 heads", "80386", 4300800, partition(283, 240, 63), [3]uint16{284, 240, 63}, [3]uint16{4266, 16, 63}, 3, 474},
		{"2.1G of 64 heads, 32 sectors", "80386", 4300800, partition(1000, 64, 32), [3]uint16{1024, 64, 32}, [3]uint16{4266, 16, 63}, 3, 473},
		{"2.1G", "8086", 4300800, nil, [3]uint16{533, 128, 63}, [3]uint16{4266, 16, 63}, 1, 458},
		{"4.2G", "80486", 1024 * 128 * 63, nil, [3]uint16{1024, 128, 63}, [3]uint16{8192, 16, 63}, 1, 473},
		{"4.2G and a little", "80486", 515 * 255 * 63, nil, [3]uint16{515, 255, 63}, [3]uint16{8207, 16, 63}, 1, 476},
		{"8.4G", "80486", 1024 * 255 * 63, nil, [3]uint16{1024, 255, 63}, [3]uint16{16320, 16, 63}, 1, 473},
		{"20G", "pentium-pro", 41943040, nil, [3]uint16{1024, 255, 63}, [3]uint16{16383, 16, 63}, 1, 471},
		{"200G", "pentium-pro", 419430400, nil, [3]uint16{1024, 255, 63}, [3]uint16{16383, 16, 63}, 1, 471},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sample(t, "8M", "528M_on_an_AT", "2.1G_of_64_heads,_32_sectors", "200G")
			p := diskParameters(tc.sectors, tc.logical, tc.physical, tc.translate)
			model, _ := cpu.ModelByName(tc.cpu)
			p.CPU = uint8(min(model.Level, isa.L80486))
			small := func(first int) *image.Disk { return image.NewDisk("small", marked(first), smallDisk) }
			cfg := machine.Config{CPU: tc.cpu, Boot: "a", Disks: [4]machine.Disk{
				&flawed{Disk: image.NewDisk("first", tc.data, tc.sectors)},
				small(0x4242),
			}}
			if strings.HasSuffix(tc.name, "AT") { // it has one channel
				cfg.Machine = "at"
				if tc.sectors%(16*63) == 0 {
					p.CHS = 1
				}
			} else {
				p.Disks, cfg.Disks[3] = 3, small(0x4343)
			}
			cfg.Floppies[0] = checkDisk(t, "drives", &p)
			runChecks(t, cfg, tc.checks)
		})
	}
}
