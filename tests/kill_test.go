package tests

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"beige/devices/image"
)

// The guest of kill/records.asm writes numbered records to a hard disk and says
// which of them the drive has stored. These tests kill the program while it
// does, and look into the file. That what is stored survives the power of the
// host too is what TestPowerCut of the image package shows.

//go:embed kill/records.bin
var recordsGuest []byte

// Where the guest's parameters are in its image, and where its records are.
const (
	guestMode  = 3
	guestEvery = 4
	guestCount = 5

	recordCount = 30000
	recordStart = 512
	recordsDisk = 16 << 20
)

// record is the n-th record.
func record(n uint32) []byte {
	b := append(make([]byte, 0, 512), "BGRC"...)
	le := binary.LittleEndian
	sum, x := le.Uint32(b)+n, n
	b = le.AppendUint32(b, n)
	for range 125 {
		x = x*1664525 + 1013904223
		sum += x
		b = le.AppendUint32(b, x)
	}
	return le.AppendUint32(b, sum)
}

// killedRun lets the guest write in one of its modes and kills it at a random
// instant. It returns how many records are in the file, and how many of them the
// guest was told are stored.
func killedRun(dir, program string, mode int, r *rand.Rand) (written, stored int, err error) {
	floppy, disk, told := filepath.Join(dir, "guest.img"), filepath.Join(dir, "disk.img"), filepath.Join(dir, "told.txt")
	guest := bytes.Clone(recordsGuest)
	guest[guestMode], guest[guestEvery] = byte(mode), byte(1+r.IntN(12))
	binary.LittleEndian.PutUint32(guest[guestCount:], recordCount)
	if err := os.WriteFile(floppy, guest, 0o600); err != nil {
		return 0, 0, err
	}
	if err := os.RemoveAll(told); err != nil { // of the run before
		return 0, 0, err
	}
	if err := os.WriteFile(disk, nil, 0o600); err != nil {
		return 0, 0, err
	}
	if err := os.Truncate(disk, recordsDisk); err != nil {
		return 0, 0, err
	}
	cmd := exec.Command(program, "run", "--display", "none", "--speed", "max", "--boot", "a", "--floppy", floppy, "--hd", disk, "--debugcon", "file:"+told)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	if r.IntN(10) == 0 { // while it boots, mostly
		time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
	} else {
		for range 5000 {
			if info, err := os.Stat(told); err == nil && info.Size() > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(r.IntN(60_000)) * time.Microsecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		return 0, 0, err
	}
	_ = cmd.Wait()
	if stderr.Len() != 0 {
		return 0, 0, fmt.Errorf("standard error: %s", &stderr)
	}
	if stored, err = lastTold(told); err != nil {
		return 0, 0, err
	}
	written, err = countRecords(disk)
	if err == nil && written < stored {
		err = fmt.Errorf("%d records are in the file; the guest was told that %d are stored", written, stored)
	}
	return written, stored, err
}

// lastTold is how many records the guest has reported; a line that the end of
// the program has cut off counts for nothing.
func lastTold(path string) (int, error) {
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	last := 0
	for line := range strings.Lines(string(b)) {
		if !strings.HasSuffix(line, "\n") && !strings.HasPrefix(line, "!") {
			break
		}
		n, err := strconv.ParseUint(strings.TrimSpace(line), 16, 32)
		if err != nil || int(n) < last {
			return 0, fmt.Errorf("the guest reports %q after %d", line, last)
		}
		last = int(n) + 1
	}
	return last, nil
}

// countRecords checks that the file holds some records from the first on, and
// nothing else.
func countRecords(path string) (int, error) {
	f, err := image.OpenDisk(path, image.Options{}) // nobody has it locked any more
	if err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	if len(b) != recordsDisk {
		return 0, fmt.Errorf("the file has %d bytes; want %d", len(b), recordsDisk)
	}
	n := 0
	for rest := b[recordStart:]; len(rest) > 0 && bytes.Equal(rest[:512], record(uint32(n))); rest = rest[512:] {
		n++
	}
	clear(b[recordStart:][:n*512])
	for i := 0; i < len(b); i += 512 {
		if !bytes.Equal(b[i:i+512], make([]byte, 512)) {
			return 0, fmt.Errorf("sector %d has something; the records end at sector %d", i/512, n)
		}
	}
	return n, nil
}

// TestKill: whenever the program is killed, the records that the guest was told
// are stored are in the file, and the others are in the order of writing.
func TestKill(t *testing.T) {
	t.Parallel()
	runs, seed := 100, uint64(time.Now().UnixNano())
	if testing.Short() {
		runs = 10
	}
	if s := os.Getenv("BEIGE_KILL_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("BEIGE_KILL_SEED=%d", seed)
	program := beige(t)
	var mu sync.Mutex
	var work sync.WaitGroup
	next, told, more := 0, [3]int{}, 0
	for range 4 { // most of a run is waiting for the host's disk
		dir := t.TempDir()
		work.Add(1)
		go func() {
			defer work.Done()
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= runs {
					return
				}
				written, stored, err := killedRun(dir, program, i%3, rand.New(rand.NewPCG(seed, uint64(i))))
				if err != nil {
					t.Errorf("run %d: %v", i, err)
				}
				mu.Lock()
				if stored > 0 {
					told[i%3]++
				}
				if written > stored {
					more++
				}
				mu.Unlock()
			}
		}()
	}
	work.Wait()
	t.Logf("records stored in %d runs with FLUSH CACHE, %d with FLUSH CACHE EXT, %d with the write cache off; %d runs were killed before a flush", told[0], told[1], told[2], more)
	for mode, n := range told {
		if n < runs/6 {
			t.Errorf("mode %d: only %d runs came to a flush", mode, n)
		}
	}
}
