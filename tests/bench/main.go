// Command bench runs the guest benchmark programs of this folder on beige and,
// where qemu-system-i386 is present, on QEMU's TCG in the same run, and prints
// guest MIPS and the ratio of the two.
//
// A program writes "S" and "E" to the debug console when its work begins and
// ends; the wall time between the two counts, so firmware and loading do not.
// The number of instructions comes from beige, where it is exact. Each program
// runs several times, beige and QEMU in turn; the medians are compared.
//
// The programs disk02 and disk42 read a disk image through INT 13h. For them MB/s
// (10^6 bytes a second of wall time) stand at the end of the line; QEMU, which
// takes 18 to 40 s for each, is left out.
package main

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"beige/devices/image"
	"beige/machine"
)

//go:embed images/*.bin
var images embed.FS

// Sizes of the disks that programs are put on, in bytes: one cylinder of the
// usual translation and more; what the programs "disk" read.
const (
	diskSize = 2 * 16 * 63 * 512
	readSize = 64 << 20
)

// limit bounds one run, in wall time.
const limit = 2 * time.Minute

// result is one run of one program.
type result struct {
	time     time.Duration
	count    uint64 // instructions; only beige knows
	checksum string
}

func main() {
	runs := flag.Int("n", 5, "runs of each program")
	only := flag.String("run", "", "only programs whose name contains this")
	noQEMU := flag.Bool("no-qemu", false, "do not run QEMU")
	cpu := flag.String("cpu", "", "processor model")
	flag.Parse()
	if err := bench(*runs, *only, *cpu, *noQEMU); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(runs int, only, cpu string, noQEMU bool) error {
	entries, err := images.ReadDir("images")
	if err != nil {
		return err
	}
	qemu, err := exec.LookPath("qemu-system-i386")
	if err != nil || noQEMU {
		qemu = ""
		fmt.Println("qemu-system-i386 is not there or not wanted: no ratios")
	}
	dir, err := os.MkdirTemp("", "beige-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%-10s %14s %9s %8s %9s %7s\n", "program", "instructions", "beige s", "MIPS", "QEMU s", "ratio")
	var product, n float64
	lowest := math.Inf(1)
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".bin")
		if !strings.Contains(name, only) {
			continue
		}
		code, err := images.ReadFile("images/" + e.Name())
		if err != nil {
			return err
		}
		size, compare := diskSize, qemu != ""
		if strings.HasPrefix(name, "disk") {
			size, compare = readSize, false
		}
		disk := filepath.Join(dir, name)
		if err := newDisk(disk, code, size); err != nil {
			return err
		}
		var ours, theirs []result
		for range runs {
			r, err := runBeige(cpu, disk)
			if err != nil {
				return fmt.Errorf("%s on beige: %w", name, err)
			}
			ours = append(ours, r)
			if compare {
				if r, err = runQEMU(qemu, disk); err != nil {
					return fmt.Errorf("%s on QEMU: %w", name, err)
				}
				theirs = append(theirs, r)
				if r.checksum != ours[0].checksum {
					return fmt.Errorf("%s: checksum %s; QEMU has %s", name, ours[0].checksum, r.checksum)
				}
			}
		}
		t := median(ours)
		mips := float64(ours[0].count) / t.Seconds() / 1e6
		fmt.Printf("%-10s %14d %9.3f %8.1f", name, ours[0].count, t.Seconds(), mips)
		if compare {
			q := median(theirs)
			ratio := q.Seconds() / t.Seconds()
			product, n, lowest = product+math.Log(ratio), n+1, min(lowest, ratio)
			fmt.Printf(" %9.3f %7.3f", q.Seconds(), ratio)
		}
		if size == readSize {
			fmt.Printf(" %6.0f MB/s", float64(size)/t.Seconds()/1e6)
		}
		fmt.Println()
	}
	if n > 0 {
		fmt.Printf("geometric mean of the ratios %.3f, lowest %.3f\n", math.Exp(product/n), lowest)
	}
	return nil
}

func median(rs []result) time.Duration {
	var ts []time.Duration
	for _, r := range rs {
		ts = append(ts, r.time)
	}
	slices.Sort(ts)
	return ts[len(ts)/2]
}

// watch takes the bytes of the debug console and notes when they come.
type watch struct {
	m           *machine.Machine // nil for QEMU
	begin, end  time.Time
	from, until uint64
	text        []byte
}

func (w *watch) Write(b []byte) (int, error) {
	for _, c := range b {
		switch c {
		case 'S':
			if w.m != nil {
				w.from = w.m.Count()
			}
			w.begin = time.Now()
		case 'E':
			w.end = time.Now()
			if w.m != nil {
				w.until = w.m.Count()
			}
		default:
			w.text = append(w.text, c)
		}
	}
	return len(b), nil
}

func (w *watch) result() (result, error) {
	if w.end.IsZero() {
		return result{}, fmt.Errorf("the program did not end; it wrote %q", w.text)
	}
	return result{w.end.Sub(w.begin), w.until - w.from, strings.TrimSpace(string(w.text))}, nil
}

// newDisk makes an image file of size bytes that begins with code.
func newDisk(path string, code []byte, size int) error {
	data := make([]byte, size)
	for i := copy(data, code); i < size; i++ {
		data[i] = byte(i * (i >> 9))
	}
	return os.WriteFile(path, data, 0o600)
}

func runBeige(cpu, path string) (result, error) {
	disk, err := image.OpenDisk(path, image.Options{})
	if err != nil {
		return result{}, err
	}
	defer disk.Close()
	w := &watch{}
	m, err := machine.New(machine.Config{
		CPU:           cpu,
		Deterministic: true,
		Boot:          "c",
		Disks:         [4]machine.Disk{disk},
		DebugCon:      w,
		Unattended:    true,
	})
	if err != nil {
		return result{}, err
	}
	w.m = m
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if exit := m.Run(ctx); exit.Reason != machine.DebugExit {
		return result{}, errors.New(exit.String())
	}
	return w.result()
}

func runQEMU(qemu, file string) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, qemu, "-accel", "tcg", "-display", "none", "-debugcon", "stdio",
		"-device", "isa-debug-exit,iobase=0x501,iosize=2", "-drive", "file="+file+",format=raw")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return result{}, err
	}
	if err := cmd.Start(); err != nil {
		return result{}, err
	}
	w := &watch{}
	in := bufio.NewReaderSize(out, 16)
	buf := make([]byte, 16)
	for {
		n, err := in.Read(buf)
		_, _ = w.Write(buf[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return result{}, err
		}
	}
	_ = cmd.Wait() // isa-debug-exit ends with status 1
	return w.result()
}
