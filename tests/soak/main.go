// Command soak keeps a Linux guest busy for a day of virtual time: it sleeps for
// an hour, works for a moment, and so on. It does so twice, side by side in two
// processes, and fails unless both end in the same state, the guest's clocks have kept
// the time, and the heap has not grown.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"beige/machine/kernel"
	"beige/tests/linux"
)

const (
	mb         = 1 << 20
	memory     = 64 * mb
	diskSize   = 16 * mb
	parameters = "console=ttyS0,115200 quiet cryptomgr.notests"
)

// hourly is the work of one hour: processor, a file in memory, the disk. What is
// read back from the disk comes from the disk, since the cache is dropped before.
const hourly = `
hour=0
clock() { echo "@@ $1 $(date +%%s) $(cut -d' ' -f1 /proc/uptime) $(cat /sys/class/rtc/rtc0/since_epoch) $2"; }
clock 0 -
while [ $hour -lt %d ]; do
	sleep 3600
	hour=$((hour+1))
	head -c 4194304 /dev/zero | sha256sum >/tmp/sum
	(echo $hour; seq 1 150000) >/tmp/file
	dd if=/tmp/file of=/dev/sda bs=64k conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	head -c $(wc -c </tmp/file) /dev/sda | cmp - /tmp/file || echo "@@ the disk has other data"
	clock $hour $(cut -c1-64 /tmp/sum)
done
`

func main() {
	hours := flag.Int("hours", 24, "virtual hours")
	guests := flag.String("guests", "bin/guests", "folder with unpacked packages")
	limit := flag.Duration("limit", 20*time.Minute, "most wall time of both runs; 0: no limit")
	once := flag.Bool("once", false, "make one run in this process and print its last state")
	flag.Parse()
	var err error
	switch {
	case *hours < 1:
		err = fmt.Errorf("%d hours: want 1 or more", *hours)
	case *once:
		err = single(*guests, *hours)
	default:
		err = both(*limit)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// single makes a run; its last line of output is the state it ended in.
func single(guests string, hours int) error {
	kit, err := linux.Find(guests)
	if err != nil {
		return err
	}
	vmlinuz, err := os.ReadFile(kit.Kernel)
	if err != nil {
		return err
	}
	initramfs, err := kit.Initramfs(linux.Guest{Modules: []string{"ata_piix", "sd_mod"}, Script: fmt.Sprintf(hourly, hours)})
	if err != nil {
		return err
	}
	k, err := kernel.Load(vmlinuz, kernel.Options{Initrd: initramfs, CommandLine: parameters, Memory: memory})
	if err != nil {
		return err
	}
	r, err := run(k, hours)
	fmt.Printf("%v of virtual time\n%s\n", time.Duration(r.end).Round(time.Second), r.hash)
	return err
}

// both makes two runs at the same time, each in a process of its own with the flags
// of this one, and compares how they end.
func both(limit time.Duration) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	begin := time.Now()
	var states [2]string
	var errs [2]error
	var wg sync.WaitGroup
	for i := range states {
		wg.Go(func() { states[i], errs[i] = child(program, i+1) })
	}
	wg.Wait()
	wall := time.Since(begin).Round(time.Second)
	fmt.Printf("both runs: %v of wall time\n", wall)
	if states[0] != states[1] {
		errs[0] = errors.Join(errs[0], fmt.Errorf("the runs ended in the states %s and %s", states[0], states[1]))
	}
	if limit > 0 && wall > limit {
		errs[1] = errors.Join(errs[1], fmt.Errorf("%v of wall time; want at most %v", wall, limit))
	}
	return errors.Join(errs[:]...)
}

// child makes run number n in a process, shows what it prints and returns its last
// line.
func child(program string, n int) (last string, err error) {
	cmd := exec.Command(program, append(os.Args[1:], "-once")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		last = lines.Text()
		fmt.Printf("%d: %s\n", n, last)
	}
	if err := cmd.Wait(); err != nil {
		return last, fmt.Errorf("run %d: %w", n, err)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	fmt.Printf("%d: %v of processor time\n", n, used.Round(time.Second))
	return last, nil
}
