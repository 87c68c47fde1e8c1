package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beige/devices/image"
	"beige/devices/kbc"
	"beige/machine"
	"beige/machine/script"
)

// A machine that is killed while DOS writes to a hard disk is, for the disk, one
// whose power fails. DOS writes through: first data, then both FATs and the
// directory entry, in an order of its own. So a disk that was cut off at any
// moment may have lost clusters, entries whose size and chain disagree, chains
// that end in a cluster not yet marked, and FATs of which the second one is
// behind; never two files in one cluster, nor a broken boot sector or FAT.

// The disk: one FAT16 partition in 32 cylinders of 16 heads and 63 sectors.
const (
	fatStart   = 63
	fatSectors = 32*16*63 - fatStart
)

// fatDisk is a hard disk with an empty FAT16 volume.
func fatDisk(t *testing.T) []byte {
	t.Helper()
	volume := filepath.Join(t.TempDir(), "volume.img")
	if err := os.WriteFile(volume, make([]byte, fatSectors*512), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(need(t, "mkfs.fat"), "-F", "16", "-g", "16/63", "-h", "63", "-i", "12345678", volume).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.fat: %v\n%s", err, out)
	}
	b, err := os.ReadFile(volume)
	if err != nil {
		t.Fatal(err)
	}
	disk := make([]byte, fatStart*512, (fatStart+fatSectors)*512)
	entry := disk[446:]
	copy(entry, []byte{0x80, 1, 1, 0, 6, 15, 63, 31}) // from 0/1/1 to 31/15/63
	binary.LittleEndian.PutUint32(entry[8:], fatStart)
	binary.LittleEndian.PutUint32(entry[12:], fatSectors)
	disk[510], disk[511] = 0x55, 0xaa
	return append(disk, b...)
}

// work is what DOS does meanwhile: files come, are copied, grow and go.
const work = `
wait "A:\\>" within 60s
type "md c:\\d\n"
sleep 1s
type "for %i in (1 2 3 4 5) do copy kernel.sys c:\\k%i.sys\n"
sleep 2s
type "for %i in (1 2 3) do copy c:\\k%i.sys c:\\d\n"
sleep 2s
type "del c:\\k2.sys\n"
sleep 1s
type "for %i in (a b c) do copy command.com c:\\%i.com\n"
sleep 2s
type "for %i in (1 2 3 4 5 6) do dir c:\\ >> c:\\d\\list.txt\n"
sleep 2s
type "copy c:\\k3.sys+c:\\k4.sys c:\\d\\sum /b\n"
sleep 1s
type "del c:\\d\\k1.sys\n"
sleep 1s
type "copy c:\\a.com c:\\k4.sys\n"
sleep 1s
type "y\n"
sleep 2s
`

// busy is work without a pause, for a kill to come into.
const busy = `
wait "A:\\>" within 60s
type "copy command.com c:\\0.com\n"
sleep 2s
type "for %i in (a b c d e f g h i j k l m n o p q r s t u v w x y z) do copy c:\\0.com c:\\%i.com\n"
sleep 60s
`

// explained are the lines of fsck.fat that a power cut explains.
var explained = regexp.MustCompile(`^(` + strings.Join([]string{
	`fsck\.fat .*`,
	`\S+: \d+ files, \d+/\d+ clusters`,
	`Reclaimed \d+ unused clusters? \(\d+ bytes\)( in \d+ chains?)?\.`,
	`/\S*`, // the entry that the next line is about
	`  File size is \d+ bytes, cluster chain length is (> )?\d+ bytes\.`,
	`  Truncating file to \d+ bytes\.`,
	`  Contains a free cluster \(\d+\)\. Assuming EOF\.`,
	`  Expected a valid '\.\.?' entry in the (first|second) slot, found free entry\.`, // allocated, not yet written
	`  Creating\.`,
	`There are differences between FATs\.|FATs differ but appear to be intact\.`,
	`  ?Using first FAT\.`,
	`Leaving filesystem unchanged\.`, ``,
}, "|") + `)$`)

// TestFsckVerdicts: what the list lets pass and what it does not.
func TestFsckVerdicts(t *testing.T) {
	for text, want := range map[string]bool{
		"Reclaimed 3 unused clusters (6144 bytes) in 1 chains.":             true,
		"  File size is 0 bytes, cluster chain length is > 0 bytes.":        true,
		"/D\n  Contains a free cluster (7). Assuming EOF.":                  true,
		"/K1.SYS and\n/K2.SYS\n  share clusters.":                           false,
		"Both FATs appear to be corrupt. Giving up.":                        false,
		"/??\n  Bad short file name (??).":                                  false,
		"Logical sector size is zero.":                                      false,
		"/D\n  Start cluster beyond limit (65000 > 8024). Truncating file.": false,
	} {
		if got := unexplained(text) == ""; got != want {
			t.Errorf("%q is let pass: %v; want %v", text, got, want)
		}
	}
}

// unexplained is the first line of fsck.fat's report that a power cut does not
// explain.
func unexplained(report string) string {
	for line := range strings.Lines(report) {
		if line = strings.TrimRight(line, "\n"); !explained.MatchString(line) {
			return line
		}
	}
	return ""
}

// fsck checks a volume in a file. It counts findings by their wording.
func fsck(t *testing.T, program, volume string, found map[string]int) (ok bool) {
	t.Helper()
	out, _ := exec.Command(program, "-n", volume).CombinedOutput()
	if bad := unexplained(string(out)); bad != "" {
		t.Errorf("fsck.fat: %q, which no power cut explains\n%s", bad, out)
		return false
	}
	for line := range strings.Lines(string(out)) {
		if line != "\n" && !strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "fsck") && !strings.Contains(line, ": ") {
			found[regexp.MustCompile(`\d+`).ReplaceAllString(strings.TrimSpace(line), "N")]++
		}
	}
	return true
}

// loggedDisk notes what is written to it.
type loggedDisk struct {
	*image.Disk
	writes []diskWrite
}

type diskWrite struct {
	lba  uint64
	data []byte
}

func (d *loggedDisk) WriteSectors(lba uint64, p []byte) error {
	d.writes = append(d.writes, diskWrite{lba, bytes.Clone(p)})
	return d.Disk.WriteSectors(lba, p)
}

// TestCutOffDOS lets DOS work once, and checks the disk as it was after many of
// its writes: what the file holds if the program is killed there.
func TestCutOffDOS(t *testing.T) {
	t.Parallel()
	program, disk := need(t, "fsck.fat"), fatDisk(t)
	floppy, err := image.OpenFloppy(guestImage(t, "freedos-144.img"), image.Options{Snapshot: true})
	if err != nil {
		t.Fatal(err)
	}
	defer floppy.Close()
	parsed, err := script.Parse("work", strings.NewReader(work), kbc.US())
	if err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	runner := script.New(parsed, script.Options{Out: io.Discard, Err: &report})
	logged := &loggedDisk{Disk: image.NewDisk("c", disk, uint64(len(disk)/512))}
	cfg := machine.Config{Deterministic: true, Boot: "a", Hold: runner.Hold}
	cfg.Floppies[0], cfg.Disks[0] = floppy, logged
	m, err := machine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	runner.Start(m)
	if exit := m.Run(context.Background()); exit.Code != 0 || report.Len() != 0 {
		t.Fatalf("%v\n%s\n%s", exit, &report, m.Screen())
	}
	if len(logged.writes) < 200 {
		t.Fatalf("DOS made %d writes; want many\n%s", len(logged.writes), m.Screen())
	}

	volume := filepath.Join(t.TempDir(), "volume.img")
	if err := os.WriteFile(volume, disk[fatStart*512:], 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(volume, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	step, found := 2, map[string]int{}
	if testing.Short() {
		step = 12
	}
	for i, w := range logged.writes {
		if w.lba < fatStart {
			t.Fatalf("DOS wrote to sector %d, outside of the volume", w.lba)
		}
		// A block may be on its way: the host has its first sectors.
		for n := range slices.Chunk(w.data, max(len(w.data)/1024*512, 512)) {
			if _, err := f.WriteAt(n, int64(w.lba-fatStart)*512); err != nil {
				t.Fatal(err)
			}
			w.lba += uint64(len(n) / 512)
			if i%step == 0 && !fsck(t, program, volume, found) {
				t.Fatalf("in write %d of %d", i+1, len(logged.writes))
			}
		}
	}
	t.Logf("%d writes; found: %v", len(logged.writes), found)
	if !testing.Short() && len(found) == 0 {
		t.Error("fsck.fat found nothing anywhere: is the disk cut off at all?")
	}
	clear(found)
	if fsck(t, program, volume, found); len(found) != 0 {
		t.Errorf("with all writes: %v", found)
	}
}

// second reports whether a file of a disk has a second entry in the root
// directory of its volume.
func second(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	boot, entry := make([]byte, 512), make([]byte, 1)
	if _, err := f.ReadAt(boot, fatStart*512); err != nil {
		return false
	}
	le := binary.LittleEndian // FAT overview, "Boot Sector and BPB"
	root := fatStart + int64(le.Uint16(boot[14:])) + int64(boot[16])*int64(le.Uint16(boot[22:]))
	_, err = f.ReadAt(entry, root*512+32)
	return err == nil && entry[0] != 0
}

// TestKilledDOS kills the program while DOS works.
func TestKilledDOS(t *testing.T) {
	t.Parallel()
	check, disk, program := need(t, "fsck.fat"), fatDisk(t), beige(t)
	runs := 5
	if testing.Short() {
		runs = 2
	}
	seed, found := uint64(time.Now().UnixNano()), map[string]int{}
	r := rand.New(rand.NewPCG(1, seed))
	dir := t.TempDir()
	steps := filepath.Join(dir, "work")
	if err := os.WriteFile(steps, []byte(busy), 0o600); err != nil {
		t.Fatal(err)
	}
	floppy := guestImage(t, "freedos-144.img")
	dirty := 0
	for i := range runs {
		path, volume := filepath.Join(dir, "disk.img"), filepath.Join(dir, "volume.img")
		if err := os.WriteFile(path, disk, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "run", "--script", steps, "--floppy", floppy, "--hd", path, "--boot", "a")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 5000 { // until DOS is in the middle of it
			if second(path) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(r.IntN(60_000)) * time.Microsecond)
		_ = cmd.Process.Kill()
		if err := cmd.Wait(); err == nil {
			t.Logf("run %d had come to its end", i)
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) != len(disk) {
			t.Fatalf("the image has %d bytes, %v; want %d", len(b), err, len(disk))
		}
		if !bytes.Equal(b[:fatStart*512+512], disk[:fatStart*512+512]) {
			t.Errorf("run %d: the partition table or the boot sector has changed", i)
		}
		if !bytes.Equal(b, disk) {
			dirty++
		}
		if err := os.WriteFile(volume, b[fatStart*512:], 0o600); err != nil {
			t.Fatal(err)
		}
		fsck(t, check, volume, found)
	}
	if dirty < runs/2 {
		t.Errorf("in %d of %d runs DOS had written something", dirty, runs)
	}
	t.Logf("seed %d, %d runs; found: %v", seed, runs, found)
}
