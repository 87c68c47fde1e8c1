package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/bus"
	"beige/devices/image"
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
	Translate uint8
}

// checkDisk returns the assembled disk, told what the parameters say, as a
// 1.44 MB floppy.
func checkDisk(t *testing.T, name string, p *parameters) *image.Floppy {
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
	f, err := image.NewFloppy(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// runChecks boots a disk of checks and reports each that failed, and fewer than
// there should be.
func runChecks(t *testing.T, cfg machine.Config, want int) *bench {
	t.Helper()
	b := &bench{t: t}
	cfg.Deterministic, cfg.Unattended, cfg.DebugCon = true, true, b
	cfg.Parallel, cfg.Serial[0] = &b.printer, &b.serial
	m, err := machine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.m = m
	m.After(600*bus.Second, func() { m.Stop(1, "the checks did not come to an end") })
	if exit := m.Run(context.Background()); exit.Reason != machine.DebugExit {
		t.Errorf("%v; want the guest's end\nCS:IP %04x:%04x\n%s", exit, m.CPU().Registers().Seg[1].Sel, m.CPU().Registers().IP, m.Screen())
	}
	for _, line := range b.report {
		if strings.HasPrefix(line, "FAIL ") {
			t.Error(line)
		}
	}
	var total, failed int
	last := ""
	if n := len(b.report); n > 0 {
		last = b.report[n-1]
	}
	if _, err := fmt.Sscanf(last, "done: %d checks, %d failed", &total, &failed); err != nil || total != want {
		t.Errorf("last line %q; want %d checks", last, want)
	}
	return b
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

// serve does what a guest asks for, and tells it so at once.
func (b *bench) serve(request string) {
	word, rest, _ := strings.Cut(request, " ")
	switch word {
	case "hello":
	default:
		b.t.Errorf("request %q %q?", word, rest)
	}
	b.m.Memory().WritePhys(answer, []byte{1})
}

// TestChecksAreBuiltFromTheirSources assembles the disks anew and compares.
func TestChecksAreBuiltFromTheirSources(t *testing.T) {
	nasm := need(t, "nasm")
	sources, err := filepath.Glob("bios/*.asm")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources", err)
	}
	for _, source := range sources {
		out := filepath.Join(t.TempDir(), "code.bin")
		cmd := exec.Command(nasm, "-f", "bin", "-Werror", "-o", out, filepath.Base(source))
		cmd.Dir = "bios"
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
			runChecks(t, machine.Config{CPU: cpu, Floppies: [2]machine.Floppy{checkDisk(t, "video", nil)}}, 922)
		})
	}
}
