package tests

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"beige/tests/linux"
)

// linuxWorks runs a guest whose script ends with "set -e" in force, and returns
// what it has printed. A command that fails is the end of process 1 and a panic of
// the kernel, which "panic=-1" turns into another boot.
func linuxWorks(t *testing.T, modules []string, append, script string, args ...string) string {
	t.Helper()
	log := runLinux(t, linuxBoot{
		guest:  linux.Guest{Modules: modules, Script: "set -e\n" + script + "\necho @@ end"},
		append: append,
		script: "wait-serial \"@@ end\" within 900s\n" + untilOff,
		code:   switchedOff,
		args:   args,
	})
	if lines := complaints(log); lines != nil {
		t.Errorf("the kernel complains:\n%s", strings.Join(lines, "\n"))
	}
	return log
}

// An ext2 file system on the second hard disk, filled with 200 MB by DMA, which the
// kernel's ext4 driver and the host's e2fsck find in order.
func TestLinuxFileSystem(t *testing.T) {
	long(t)
	t.Parallel()
	e2fsck := need(t, "/sbin/e2fsck")
	disk := emptyDisk(t, 256<<20)
	linuxWorks(t, []string{"ata_piix", "sd_mod", "crc32c_generic", "ext4"}, "", `
mke2fs /dev/sdb >/dev/null
mount -t ext4 /dev/sdb /mnt
dd if=/dev/urandom of=/tmp/piece bs=1M count=8 2>/dev/null
i=0
while [ $i -lt 25 ]; do
	(echo $i; cat /tmp/piece) >/mnt/$i
	i=$((i+1))
done
cd /mnt; md5sum [0-9]* >/tmp/sums; cd /
umount /mnt
mount -t ext4 /dev/sdb /mnt
cd /mnt; md5sum -c -s /tmp/sums; cd /
[ $(wc -l </tmp/sums) = 25 ]
umount /mnt
`, "--hd", emptyDisk(t, 64<<20), "--hd2", disk)
	host(t, e2fsck, "-f", "-n", disk)
}

// A disk beyond the 128 GB of 28-bit addresses.
func TestLinuxBigDisk(t *testing.T) {
	long(t)
	t.Parallel()
	disk := emptyDisk(t, 200<<30)
	log := linuxWorks(t, []string{"ata_piix", "sd_mod"}, "", `
echo @@ disk; dmesg | grep -o '[0-9]* sectors, multi.*'
dd if=/dev/urandom of=/tmp/piece bs=4k count=250 2>/dev/null
dd if=/tmp/piece of=/dev/sda bs=4k seek=40000000 conv=fsync 2>/dev/null
dd if=/tmp/piece of=/dev/sda bs=4k seek=52428000 conv=fsync 2>/dev/null
echo 3 >/proc/sys/vm/drop_caches
for at in 40000000 52428000; do dd if=/dev/sda bs=4k skip=$at count=250 2>/dev/null | cmp - /tmp/piece; done
cat /sys/block/sda/queue/write_cache
md5sum </tmp/piece >/dev/ttyS1
`, "--hd", disk, "--serial2", "file:"+disk+".sum")
	if got, want := section(t, log, "disk"), "419430400 sectors, multi 0: LBA48\nwrite back\n"; strings.ReplaceAll(got, " \n", "\n") != want {
		t.Errorf("the disk is %q; want %q", got, want)
	}
	f, err := os.Open(disk)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data := make([]byte, 250*4096)
	if _, err := f.ReadAt(data, 40000000*4096); err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(disk + ".sum")
	if got := fmt.Sprintf("%x", md5.Sum(data)); err != nil || !strings.HasPrefix(string(sum), got) {
		t.Errorf("the host finds data with the sum %s; the guest wrote %q (%v)", got, sum, err)
	}
}

// A CD through sr0.
func TestLinuxCD(t *testing.T) {
	long(t)
	t.Parallel()
	need(t, "xorriso")
	data := make([]byte, 24<<20+777)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	log := linuxWorks(t, []string{"ata_piix", "sr_mod", "isofs"}, "", `
mount -t iso9660 -o ro /dev/sr0 /mnt
echo @@ sum; md5sum </mnt/data
umount /mnt
`, "--cdrom", cd(t, map[string]string{"data": file}))
	if got, want := section(t, log, "sum"), fmt.Sprintf("%x  -\n", md5.Sum(data)); got != want {
		t.Errorf("md5sum of the file on the CD = %q; want %q", got, want)
	}
}

// A guest of 32 MB (the kernel unpacks itself in some more) that needs more memory than it has moves it to a disk and back.
func TestLinuxSwap(t *testing.T) {
	long(t)
	t.Parallel()
	log := linuxWorks(t, []string{"ata_piix", "sd_mod"}, "mem=32M", `
mkswap /dev/sda >/dev/null
swapon /dev/sda
mount -t tmpfs -o size=60m tmpfs /mnt
dd if=/dev/urandom of=/mnt/0 bs=1M count=8 2>/dev/null
for i in 1 2 3 4; do (echo $i; cat /mnt/0) >/mnt/$i; done
sum=$(cat /mnt/* | md5sum)
[ "$sum" = "$(cat /mnt/* | md5sum)" ]
[ "$(md5sum </mnt/0)" = "$(tail -n +2 /mnt/4 | md5sum)" ]
echo @@ swap; awk '/pswp/ {print $1, $2}' /proc/vmstat
`, "--mem", "36M", "--hd", emptyDisk(t, 128<<20))
	for _, line := range strings.Split(strings.TrimSpace(section(t, log, "swap")), "\n") {
		name, count, _ := strings.Cut(line, " ")
		if n, err := strconv.Atoi(count); err != nil || n < 2000 {
			t.Errorf("%s = %s pages; want 2000 at least", name, count)
		}
	}
}

// Three serial ports send at once, at full speed, and lose nothing.
func TestLinuxSerial(t *testing.T) {
	long(t)
	t.Parallel()
	data := make([]byte, 100_000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	disk, dir := emptyDisk(t, 1<<20), t.TempDir()
	if err := os.WriteFile(disk, append(data, make([]byte, 1<<20-len(data))...), 0o600); err != nil {
		t.Fatal(err)
	}
	var args []string
	for i := 2; i <= 4; i++ {
		args = append(args, fmt.Sprintf("--serial%d", i), fmt.Sprintf("file:%s/com%d", dir, i))
	}
	log := linuxWorks(t, []string{"ata_piix", "sd_mod"}, "", `
for i in 1 2 3; do
	stty -F /dev/ttyS$i 115200 raw
	head -c 100000 /dev/sda >/dev/ttyS$i &
done
echo @@ time
start=$(cut -d . -f 1 /proc/uptime); wait; echo $(($(cut -d . -f 1 /proc/uptime)-start))
`, append(args, "--hd", disk, "--serial-rate", "baud")...)
	for i := 2; i <= 4; i++ {
		if got, err := os.ReadFile(fmt.Sprintf("%s/com%d", dir, i)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("COM%d sent %d bytes, %v; want the %d of the disk", i, len(got), err, len(data))
		}
	}
	// 10 bits a byte.
	if seconds := strings.TrimSpace(section(t, log, "time")); seconds != "8" && seconds != "9" {
		t.Errorf("100 000 bytes at 115 200 baud took %s s; want 8.7", seconds)
	}
}

// The kernel's clock and the RTC, which has virtual time, go together.
func TestLinuxClock(t *testing.T) {
	long(t)
	t.Parallel()
	log := linuxWorks(t, nil, "", `
edge() {
	local was=$(cat /sys/class/rtc/rtc0/since_epoch) now
	while now=$(cat /sys/class/rtc/rtc0/since_epoch); [ $now = $was ]; do :; done
	echo $now $(cut -d ' ' -f 1 /proc/uptime)
}
echo @@ clock
edge; sleep 600; edge
`)
	var rtc, up [2]float64
	if _, err := fmt.Sscan(section(t, log, "clock"), &rtc[0], &up[0], &rtc[1], &up[1]); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	want, got := rtc[1]-rtc[0], up[1]-up[0]
	if want < 600 || got < want*0.999 || got > want*1.001 {
		t.Errorf("in %.0f s of the RTC the kernel counted %.2f; want 0.1 %% at most between them", want, got)
	}
	t.Logf("%.2f s of the kernel in %.0f s of the RTC", got, want)
}
