package tests

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beige/cpu"
	"beige/devices/bus"
	"beige/devices/image"
	"beige/machine"
)

// The disks in manual check the processor against what the Intel manuals say,
// one named check a sentence. They boot on our machine and on QEMU.

// manualModels are the numbers that the disks know the models by (boot.inc).
func manualModels() map[string]byte {
	numbers := map[string]byte{}
	for _, name := range cpu.ModelNames() {
		model, _ := cpu.ModelByName(name)
		numbers[name] = byte(model.Level)
	}
	return numbers
}

// findings reads the report of a disk; complete says whether it ran to its end.
func findings(report string) (list []finding, complete bool) {
	for line := range strings.SplitSeq(report, "\n") {
		if name, ok := strings.CutPrefix(line, "ok "); ok {
			list = append(list, finding{name: name})
		} else if rest, ok := strings.CutPrefix(line, "FAIL "); ok {
			name, detail, _ := strings.Cut(rest, " | ")
			list = append(list, finding{name, detail})
		}
	}
	return list, strings.HasSuffix(report, "done\n")
}

// manualDisk returns a disk of checks, told what it runs on.
func manualDisk(t *testing.T, name, model string, host, option byte) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("manual", name+".bin"))
	if err != nil {
		t.Fatal(err)
	}
	b[3], b[4], b[5] = manualModels()[model], host, option
	return append(b, make([]byte, 1024-len(b)%512)...) // the boot sector may read one more
}

// runManual runs a disk of checks on our machine.
func runManual(t *testing.T, name, model string, option byte) (string, machine.Exit) {
	t.Helper()
	var report bytes.Buffer
	var m *machine.Machine
	m, err := machine.New(machine.Config{
		CPU: model, Deterministic: true, Unattended: true, Boot: "c",
		DebugCon: &answering{Buffer: &report, nmi: func() { m.After(20*bus.Microsecond, m.CPU().NMI) }},
		Disks:    [4]machine.Disk{image.NewDisk(name, manualDisk(t, name, model, 1, option), 16384)},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.After(60*bus.Second, func() { m.Stop(1, "the checks did not come to an end") })
	exit := m.Run(context.Background())
	return report.String(), exit
}

// answering is the debug console: a line with an @ is a request.
type answering struct {
	*bytes.Buffer
	nmi func()
}

func (a *answering) Write(p []byte) (int, error) {
	if n, err := a.Buffer.Write(p); err != nil {
		return n, err
	}
	if bytes.HasSuffix(a.Bytes(), []byte("\n@nmi\n")) {
		a.nmi()
	}
	return len(p), nil
}

// manualDisks lists the disks and the models that they are for.
func manualDisks() []manualDiskModels {
	later := []string{"80386", "80486", "pentium-pro", "pentium-ii"}
	return []manualDiskModels{
		{"segments", later},
		{"gates", later},
		{"tasks", later},
		{"v86", later},
		{"paging", later},
		{"debug", later},
		{"real16", []string{"80286", "80386", "80486", "pentium-pro", "pentium-ii"}},
		{"system", []string{"80386", "80486", "pentium", "pentium-pro", "pentium-ii"}},
		{"traps", []string{"80386", "80486", "pentium", "pentium-pro", "pentium-ii"}},
		{"shadows", []string{"80386", "80486", "pentium", "pentium-pro", "pentium-ii"}},
		{"models", []string{"80386", "80486", "pentium", "pentium-pro", "pentium-ii"}},
		{"encodings", []string{"80386", "80486", "pentium", "pentium-pro", "pentium-ii"}},
	}
}

type manualDiskModels struct {
	name   string
	models []string
}

func TestManual(t *testing.T) {
	for _, disk := range manualDisks() {
		for _, model := range disk.models {
			t.Run(disk.name+"/"+model, func(t *testing.T) {
				t.Parallel()
				sample(t, disk.name+"/80386", disk.name+"/pentium-ii")
				report, exit := runManual(t, disk.name, model, 0)
				list, complete := findings(report)
				if exit.Reason != machine.DebugExit || !complete {
					t.Errorf("%v; want the guest's end; last of %d lines: %q", exit, len(list), report[max(0, len(report)-100):])
				}
				for _, f := range list {
					t.Run(f.name, func(t *testing.T) {
						if f.detail != "" {
							t.Error(f.detail)
						}
					})
				}
			})
		}
	}
}

// TestManualShutdown runs into faults that cannot be delivered: the processor
// shuts down, and the board's answer to that is a reset.
func TestManualShutdown(t *testing.T) {
	for option, name := range []string{"empty IDT", "gate of #DF not present", "gate of #DF to data", "no room on the stack", "stack on an absent page", "empty IDT in real mode"} {
		for _, model := range []string{"80386", "80486", "pentium-pro", "pentium-ii"} {
			t.Run(name+"/"+model, func(t *testing.T) {
				t.Parallel()
				report, exit := runManual(t, "shutdown", model, byte(option))
				if exit.Reason != machine.TripleFault || report != "before\n" {
					t.Errorf("%v, report %q; want a triple fault", exit, report)
				}
			})
		}
		if name == "no room on the stack" {
			continue // QEMU checks no limits
		}
		if testing.Short() {
			continue
		}
		t.Run(name+"/QEMU", func(t *testing.T) {
			t.Parallel()
			if report := onQEMU(t, "shutdown", "pentium-pro", "pentium2", byte(option)); report != "before\n" {
				t.Errorf("report %q; want a reset", report)
			}
		})
	}
}

// TestManualDisksAreBuiltFromTheirSources assembles the disks anew and compares.
func TestManualDisksAreBuiltFromTheirSources(t *testing.T) {
	t.Parallel()
	nasm := need(t, "nasm")
	for _, disk := range append(manualDisks(), manualDiskModels{name: "shutdown"}) {
		out := filepath.Join(t.TempDir(), "code.bin")
		cmd := exec.Command(nasm, "-f", "bin", "-Werror", "-o", out, disk.name+".asm")
		cmd.Dir = "manual"
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", disk.name, err, text)
		}
		made, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join("manual", disk.name+".bin"))
		if err != nil || !bytes.Equal(made, kept) {
			t.Errorf("%s.bin is not what its source gives; run make bios (%v)", disk.name, err)
		}
	}
}

// onQEMU runs a disk of checks on QEMU's own code generator.
func onQEMU(t *testing.T, name, model, theirs string, option byte) string {
	t.Helper()
	qemu := need(t, "qemu-system-i386")
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, manualDisk(t, name, model, 0, option), 0o600); err != nil {
		t.Fatal(err)
	}
	out, hung := whileItSpeaks(time.Minute, qemu, "-accel", "tcg", "-cpu", theirs, "-m", "16", "-nodefaults", "-display", "none", "-no-reboot",
		"-drive", "format=raw,file="+path, "-device", "isa-debug-exit,iobase=0x501,iosize=2", "-debugcon", "stdio")
	if hung {
		t.Error("QEMU has said nothing for a minute, or has not come to an end in ten")
	}
	return out
}

// whileItSpeaks runs a program to its end, or until it has printed nothing for a time
// of the host, or gone on for ten of them; it returns what was printed. So a host with
// other work to do may be slow, and a program that hangs is still found.
func whileItSpeaks(patience time.Duration, name string, args ...string) (out string, hung bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var printed bytes.Buffer
	end := time.AfterFunc(patience, cancel)
	defer end.Stop()
	cmd.Stdout = writer(func(b []byte) {
		printed.Write(b)
		end.Reset(patience)
	})
	_ = cmd.Run() // the exit code is that of isa-debug-exit
	return printed.String(), ctx.Err() != nil
}

// writer calls a function with what is written.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

// A slow program may take its time, one that hangs does not.
func TestWhileItSpeaks(t *testing.T) {
	t.Parallel()
	sh := need(t, "sh")
	if testing.Short() {
		t.Skip("it waits; not with -short")
	}
	out, hung := whileItSpeaks(time.Second, sh, "-c", "for i in 1 2 3 4; do echo $i; sleep 0.4; done")
	if out != "1\n2\n3\n4\n" || hung {
		t.Errorf("a slow one printed %q, hung %v; want four lines", out, hung)
	}
	out, hung = whileItSpeaks(200*time.Millisecond, sh, "-c", "echo before; exec sleep 600")
	if out != "before\n" || !hung {
		t.Errorf("one that hangs printed %q, hung %v; want a line", out, hung)
	}
	if _, hung = whileItSpeaks(200*time.Millisecond, sh, "-c", "while echo again; do sleep 0.05; done"); !hung {
		t.Error("one that prints for ever is not found")
	}
}

// TestManualOnQEMU compares what QEMU does with the manual: a difference that is
// not in the list fails; one in the list that QEMU no longer has is only noted,
// since its versions differ.
func TestManualOnQEMU(t *testing.T) {
	need(t, "qemu-system-i386")
	if testing.Short() {
		t.Skip("QEMU runs with the host's time; not with -short")
	}
	known := differences(t, "manual/qemu.txt")
	for _, disk := range manualDisks() {
		for model, theirs := range map[string]string{"80486": "486", "pentium-pro": "pentium2"} {
			if !slices.Contains(disk.models, model) {
				continue
			}
			t.Run(disk.name+"/"+model, func(t *testing.T) {
				t.Parallel()
				report := onQEMU(t, disk.name, model, theirs, 0)
				list, complete := findings(report)
				if !complete {
					t.Errorf("the checks did not come to an end; last of %d: %q", len(list), report[max(0, len(report)-100):])
				}
				compare(t, disk.name, list, known)
			})
		}
	}
}
