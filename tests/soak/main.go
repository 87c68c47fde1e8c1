// Command soak keeps a Linux guest busy for a day of virtual time: it sleeps for
// an hour, works for a moment, and so on. It does so twice and fails unless both
// runs end in the same state, the guest's clocks have kept the time, and the heap
// has not grown.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
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
	flag.Parse()
	if err := soak(*guests, *hours, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func soak(guests string, hours int, limit time.Duration) error {
	if hours < 1 {
		return fmt.Errorf("%d hours: want 1 or more", hours)
	}
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
	begin := time.Now()
	var hashes [2]string
	for i := range hashes {
		start := time.Now()
		r, err := run(k, hours)
		if err != nil {
			return err
		}
		hashes[i] = r.hash
		fmt.Printf("run %d: %v of virtual time in %v, state %.16s\n", i+1,
			time.Duration(r.end).Round(time.Second), time.Since(start).Round(time.Second), r.hash)
	}
	var errs []error
	if hashes[0] != hashes[1] {
		errs = append(errs, fmt.Errorf("the runs ended in the states %s and %s", hashes[0], hashes[1]))
	}
	if d := time.Since(begin); limit > 0 && d > limit {
		errs = append(errs, fmt.Errorf("%v of wall time; want at most %v", d.Round(time.Second), limit))
	}
	return errors.Join(errs...)
}
