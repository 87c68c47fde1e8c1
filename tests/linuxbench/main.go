//go:build linux

// Command linuxbench boots a Debian kernel with a busybox userland from a disk
// image, on beige and, where qemu-system-i386 is present, on QEMU's TCG in the
// same run, and compares how long each phase of its work takes.
//
// The guest writes a line "@@ phase" to its serial console when a phase has
// ended; the line is stamped outside, with the wall clock. What a phase computed
// comes before its line and must be the same on both.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"beige/machine"
	"beige/tests/linux"
)

//go:embed phases.sh
var phases string

const (
	mb       = 1 << 20
	partEnd  = 32 * mb // of the partition with the kernel
	dataSize = 64 * mb
	memory   = 128 * mb
	limit    = 10 * time.Minute // of wall time, a run

	// mostOverhead is of the host's memory, beside what the guest has touched of its own.
	mostOverhead = 40 * mb
)

// drivers are the modules that the guest needs for its disk.
var drivers = []string{"ata_piix", "ata_generic", "sd_mod"}

// phase is what one machine did until one line "@@ name".
type phase struct {
	name   string
	time   time.Duration // since the phase before
	result string        // the lines it printed
}

// run is all that one machine did.
type run struct {
	phases []phase
	total  time.Duration
	peak   int64 // most host memory in use, in bytes
	guest  int64 // thereof memory of the guest that it has touched; 0: not known
}

func main() {
	runs := flag.Int("n", 1, "runs of each machine")
	beige := flag.String("beige", "bin/beige", "the program")
	noQEMU := flag.Bool("no-qemu", false, "do not run QEMU")
	cpuTime := flag.Bool("cpu-time", false, "count processor time instead of wall time: for a busy host")
	verbose := flag.Bool("v", false, "show what the guests print")
	keep := flag.String("keep", "", "write the disk image to this file and run nothing")
	sizes := flag.String("memory", "64M,2G", "further sizes of guest memory at which host memory is measured")
	guests := flag.String("guests", "bin/guests", "folder with unpacked packages")
	flag.Parse()
	err := error(nil)
	if *keep != "" {
		err = build(*guests, *keep)
	} else {
		err = bench(*runs, *beige, *guests, *sizes, *noQEMU, *verbose, *cpuTime)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "linuxbench:", err)
		os.Exit(1)
	}
}

func bench(runs int, beige, guests, sizes string, noQEMU, verbose, cpuTime bool) error {
	dir, err := os.MkdirTemp("", "beige-linuxbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	disk := filepath.Join(dir, "disk.img")
	if err := build(guests, disk); err != nil {
		return err
	}
	var log io.Writer
	if verbose {
		log = os.Stdout
	}
	ours := func(memory string) []string {
		return []string{beige, "run", "--snapshot", "--mem", memory, "--hd", disk, "--serial", "stdio", "--display", "none", "--speed", "max"}
	}
	size := fmt.Sprint(memory / mb)
	machines := []struct {
		name string
		args []string
		runs []run
	}{
		{name: "beige", args: ours(size + "M")},
		{name: "QEMU", args: []string{"qemu-system-i386", "-accel", "tcg", "-m", size, "-drive", "file=" + disk + ",format=raw,snapshot=on",
			"-display", "none", "-serial", "stdio", "-monitor", "none", "-nic", "none", "-no-reboot"}},
	}
	if _, err := exec.LookPath(machines[1].args[0]); err != nil || noQEMU {
		fmt.Println("qemu-system-i386 is not there or not wanted: no ratios")
		machines = machines[:1]
	}
	for range runs {
		for i := range machines {
			m := &machines[i]
			r, err := watch(m.args, memory, log, cpuTime)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			m.runs = append(m.runs, r)
		}
	}
	theirs := []run(nil)
	if len(machines) > 1 {
		theirs = machines[1].runs
	}
	errs := []error{report(machines[0].runs, theirs)}
	for _, size := range strings.FieldsFunc(sizes, func(r rune) bool { return r == ',' }) {
		bytes, err := machine.ParseSize(size)
		if err != nil {
			return err
		}
		r, err := watch(ours(size), int64(bytes), log, cpuTime)
		if err != nil {
			return fmt.Errorf("beige with %s: %w", size, err)
		}
		errs = append(errs, r.reportMemory(int64(bytes)))
	}
	return errors.Join(errs...)
}

// build makes the disk: kernel and initramfs, and data that does not compress.
func build(guests, disk string) error {
	kit, err := linux.Find(guests)
	if err != nil {
		return err
	}
	initramfs, err := kit.Initramfs(linux.Guest{Modules: drivers, Script: phases})
	if err != nil {
		return err
	}
	data := make([]byte, dataSize)
	rnd := rand.NewChaCha8([32]byte{'b', 'e', 'i', 'g', 'e'})
	_, _ = rnd.Read(data)
	return kit.Disk(disk, partEnd+dataSize, partEnd, initramfs, "console=ttyS0,115200 quiet nokaslr", data)
}

// watch runs a machine with that much memory to its end and stamps what it prints.
func watch(args []string, memory int64, log io.Writer, cpuTime bool) (run, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	stderr := &strings.Builder{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return run{}, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, err
	}
	now := func() time.Duration { return time.Since(begin) }
	if cpuTime {
		now = func() time.Duration { return processorTime(cmd.Process.Pid) }
	}
	var r run
	var result []string
	var last time.Duration
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		if log != nil {
			fmt.Fprintln(log, line)
		}
		_, name, ok := strings.Cut(line, "@@ ")
		if !ok {
			result = append(result, line)
			continue
		}
		if len(r.phases) == 0 {
			result = nil // firmware and kernel messages
		}
		at := now()
		r.peak = max(r.peak, linux.PeakMemory(cmd.Process.Pid))
		r.guest = linux.Touched(cmd.Process.Pid, memory)
		r.phases = append(r.phases, phase{name, at - last, strings.Join(result, "\n")})
		last, result = at, nil
	}
	err = cmd.Wait()
	r.total = last
	switch want := strings.Count(phases, "mark "); {
	case ctx.Err() != nil:
		return r, fmt.Errorf("not finished after %v; last phase %v", limit, r.last())
	case len(r.phases) != want:
		return r, fmt.Errorf("%d phases of %d; last %s; %v; %s", len(r.phases), want, r.last(), err, stderr)
	}
	return r, nil
}

// processorTime is what a process has used of the host's processors, in steps of
// 10 ms: fields 14 and 15 of its stat file (proc(5)).
func processorTime(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func (r run) last() string {
	if len(r.phases) == 0 {
		return "none"
	}
	return r.phases[len(r.phases)-1].name
}

// report prints the medians and the ratios, as multiples of QEMU's time.
func report(ours, theirs []run) error {
	fmt.Printf("%-14s %9s %9s %7s\n", "phase", "beige s", "QEMU s", "times")
	var errs []error
	line := func(name string, a, b time.Duration) {
		fmt.Printf("%-14s %9.2f", name, a.Seconds())
		if theirs != nil {
			fmt.Printf(" %9.2f %7.2f", b.Seconds(), a.Seconds()/b.Seconds())
		}
		fmt.Println()
	}
	for i, p := range ours[0].phases {
		var b time.Duration
		if theirs != nil {
			q := theirs[0].phases[i]
			if i > 0 && q.result != p.result {
				errs = append(errs, fmt.Errorf("phase %s printed %q; QEMU %q", p.name, p.result, q.result))
			}
			b = median(theirs, func(r run) time.Duration { return r.phases[i].time })
		}
		line(p.name, median(ours, func(r run) time.Duration { return r.phases[i].time }), b)
	}
	total := func(r run) time.Duration { return r.total }
	var b time.Duration
	if theirs != nil {
		b = median(theirs, total)
	}
	line("all", median(ours, total), b)
	if theirs != nil {
		fmt.Printf("QEMU's peak host memory %d MB\n", theirs[0].peak/mb)
	}
	return errors.Join(append(errs, ours[0].reportMemory(memory))...)
}

// reportMemory prints what a run of ours has taken of the host's memory and judges it.
func (r run) reportMemory(memory int64) error {
	over := r.peak - r.guest
	fmt.Printf("memory %d MB: peak host memory %.1f MB, touched by the guest %.1f MB, beside it %.1f MB\n",
		memory/mb, float64(r.peak)/mb, float64(r.guest)/mb, float64(over)/mb)
	if r.guest == 0 || over > mostOverhead {
		return fmt.Errorf("memory %d MB: %d KB of host memory beside the guest's; want at most %d", memory/mb, over>>10, mostOverhead>>10)
	}
	return nil
}

func median(rs []run, f func(run) time.Duration) time.Duration {
	var ts []time.Duration
	for _, r := range rs {
		ts = append(ts, f(r))
	}
	slices.Sort(ts)
	return ts[len(ts)/2]
}
