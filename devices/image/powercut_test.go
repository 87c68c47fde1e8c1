package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"

	"beige/devices/ata"
	"beige/devices/bus"
)

// powerHost is a host that can lose its power: what was synced is there
// afterwards, of what was written since any sectors are.
type powerHost struct {
	now    []byte // what the file holds for those who read it
	stable []byte // what is sure to be there after a power cut
	loose  []hostOp
	kill   func() // called before each change: here a process may be killed
	err    error  // of the next Sync
	room   int64  // where the host is full: writes beyond fail
}

// hostOp is a write, or with data nil a change of the size to off.
type hostOp struct {
	off  int64
	data []byte
}

func newPowerHost(b []byte) *powerHost {
	return &powerHost{now: bytes.Clone(b), stable: bytes.Clone(b), kill: func() {}, room: math.MaxInt64}
}

func (h *powerHost) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(h.now).ReadAt(p, off)
}

func (h *powerHost) WriteAt(p []byte, off int64) (int, error) {
	h.kill()
	n := int(max(min(int64(len(p)), h.room-off), 0))
	if n > 0 {
		h.loose = append(h.loose, hostOp{off, bytes.Clone(p[:n])})
		h.now = apply(h.now, off, p[:n])
	}
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (h *powerHost) Truncate(size int64) error {
	h.kill()
	h.loose = append(h.loose, hostOp{off: size})
	h.now = resized(h.now, size)
	return nil
}

// Sync forgets on a failure what it could not store, as Linux does.
func (h *powerHost) Sync() error {
	err := h.err
	h.err = nil
	if err == nil {
		h.stable = bytes.Clone(h.now)
	}
	h.loose = nil
	return err
}

func (h *powerHost) Close() error { return nil }

func apply(b []byte, off int64, p []byte) []byte {
	if end := int(off) + len(p); end > len(b) {
		b = resized(b, int64(end))
	}
	copy(b[off:], p)
	return b
}

func resized(b []byte, size int64) []byte {
	return append(b[:min(int64(len(b)), size)], make([]byte, max(size-int64(len(b)), 0))...)
}

// cut is the file after a power cut at this moment.
func (h *powerHost) cut(r *rand.Rand) []byte {
	b := bytes.Clone(h.stable)
	for _, op := range h.loose {
		if op.data == nil {
			if r.IntN(2) == 0 {
				b = resized(b, op.off)
			}
			continue
		}
		for i := 0; i < len(op.data); i += SectorSize {
			if r.IntN(2) == 0 {
				b = apply(b, op.off+int64(i), op.data[i:min(i+SectorSize, len(op.data))])
			}
		}
	}
	return b
}

// drive is a host adapter: it gives an ATA drive commands and waits for their
// end, as a driver does.
type drive struct {
	*ata.Channel
	clock  *bus.Scheduler
	memory []byte // what the bus master is to move to the drive
}

// FromMemory and ToMemory are the bus master.
func (d *drive) FromMemory(p []byte) int {
	n := copy(p, d.memory)
	d.memory = d.memory[n:]
	return n
}

func (d *drive) ToMemory([]byte) int { return 0 }

func newDrive(disk ata.Disk) *drive {
	d := &drive{clock: bus.NewScheduler(nil)}
	d.Channel = ata.New(d.clock, func(bool) {}, ata.Config{Name: "ata", DMA: d, Drives: [2]ata.DriveConfig{{Disk: disk}}})
	d.wait()
	return d
}

// ATA registers, status bits and commands (ATA-4 sections 7 and 8).
const (
	ataData, ataFeatures, ataCount, ataLow, ataMid, ataHigh, ataDevice, ataCommand = 0, 1, 2, 3, 4, 5, 6, 7

	ataERR, ataDRQ, ataDF, ataBSY = 0x01, 0x08, 0x20, 0x80

	ataWrite, ataWriteDMA, ataFlush, ataFlushExt, ataStandbyNow, ataSetFeatures = 0x30, 0xca, 0xe7, 0xea, 0xe0, 0xef
	ataCacheOn, ataCacheOff                                                     = 0x02, 0x82
)

func (d *drive) wait() uint8 {
	for range 100 {
		if s := d.In(ataCommand); s&ataBSY == 0 {
			return s
		}
		d.clock.Advance(bus.Millisecond)
	}
	return ataBSY
}

// command returns the status at the end.
func (d *drive) command(cmd, features uint8, lba int, data []byte) uint8 {
	d.memory = data
	for off, v := range []uint8{ataFeatures: features, ataCount: uint8(len(data) / SectorSize), ataLow: uint8(lba), ataMid: uint8(lba >> 8), ataHigh: uint8(lba >> 16), ataDevice: 0xe0, ataCommand: cmd} {
		if off != ataData {
			d.Out(uint16(off), v)
		}
	}
	s := d.wait()
	for ; cmd == ataWrite && len(data) > 0 && s&ataDRQ != 0; s = d.wait() {
		for i := 0; i < SectorSize; i += 2 {
			d.OutWide(ataData, 2, uint32(binary.LittleEndian.Uint16(data[i:])))
		}
		data = data[SectorSize:]
	}
	return s
}

const cutSectors = 64

// cutRun runs bytes as a program of ATA commands (two bytes each) on an image
// whose host gets full, and loses its power, or whose process is killed, after
// each command.
// Told are the contents of each sector that the guest must find: the last that
// it knows to be stored, and everything written since.
func cutRun(t *testing.T, prog []byte) {
	host := newPowerHost(make([]byte, cutSectors*SectorSize))
	disk := &Disk{name: "cut", sectors: cutSectors, file: &file{f: host, path: "cut", size: cutSectors * SectorSize, writable: true}}
	d := newDrive(disk)
	r := rand.New(rand.NewPCG(1, uint64(len(prog))))
	var may [cutSectors][][]byte
	for i := range may {
		may[i] = [][]byte{fill(0)}
	}
	stored := func() {
		for i := range may {
			may[i] = may[i][len(may[i])-1:]
		}
	}
	cache, serial := true, byte(0)
	for ; len(prog) >= 2; prog = prog[2:] {
		op, arg := prog[0]%16, int(prog[1])
		var s uint8
		switch op {
		case 0, 1:
			cmd := []uint8{ataFlush, ataFlushExt}[op]
			if s = d.command(cmd, 0, 0, nil); s&ataERR == 0 {
				stored()
			}
		case 2:
			if s = d.command(ataStandbyNow, 0, 0, nil); s&ataERR == 0 {
				stored()
			}
		case 3:
			if s = d.command(ataSetFeatures, ataCacheOff, 0, nil); s&ataERR == 0 {
				cache = false
				stored()
			}
		case 4:
			if host.room = math.MaxInt64; arg < cutSectors { // the guest sees nothing of that
				host.room = int64(arg) * SectorSize
				break
			}
			s = d.command(ataSetFeatures, ataCacheOn, 0, nil)
			cache = true
		default:
			lba := arg % cutSectors
			n := min(int(op)-4, cutSectors-lba)
			serial++
			data := bytes.Repeat([]byte{serial}, n*SectorSize)
			s = d.command([]uint8{ataWrite, ataWriteDMA}[prog[0]>>4&1], 0, lba, data)
			if s&ataERR != 0 {
				if s&ataDF == 0 || d.In(ataFeatures) != 0x04 || host.room >= int64(lba+n)*SectorSize {
					t.Fatalf("WRITE SECTORS %d+%d: status %02x, error %02x with room for %d bytes", lba, n, s, d.In(ataFeatures), host.room)
				}
				n = int(d.In(ataLow)) - lba // the sector that has failed
				s &^= ataERR
			} else if host.room < int64(lba+n)*SectorSize {
				t.Fatalf("WRITE SECTORS %d+%d succeeds with room for %d bytes", lba, n, host.room)
			}
			for i := lba; i < lba+n; i++ {
				may[i] = append(may[i], fill(serial))
			}
			if s&(ataERR|ataDF) == 0 && !cache {
				stored()
			}
		}
		if s&(ataERR|ataBSY|ataDRQ) != 0 {
			t.Fatalf("command %d: status %02x", op, s)
		}
		for i := range may { // a killed process
			if want := may[i][len(may[i])-1]; !bytes.Equal(host.now[i*SectorSize:][:SectorSize], want) {
				t.Fatalf("killed after command %d: sector %d holds %d; want %d", op, i, host.now[i*SectorSize], want[0])
			}
		}
		for range 4 {
			after := host.cut(r)
			if len(after) != cutSectors*SectorSize {
				t.Fatalf("the file has %d bytes; want %d", len(after), cutSectors*SectorSize)
			}
			for i := range may {
				got, ok := after[i*SectorSize:][:SectorSize], false
				for _, m := range may[i] {
					ok = ok || bytes.Equal(got, m)
				}
				if !ok {
					t.Fatalf("power cut after command %d: sector %d holds %d, which the guest was told is overwritten", op, i, got[0])
				}
			}
		}
	}
}

// TestPowerCut: a drive that says that its cache is flushed, or that it has
// written with the cache off, has its sectors in the file after a power cut; one
// that says that a sector is written has it in the file of a killed process.
func TestPowerCut(t *testing.T) {
	for name, prog := range map[string][]byte{
		"writes":            {5, 0, 6, 1, 15, 60, 5, 0},
		"FLUSH CACHE":       {5, 0, 6, 1, 0, 0, 5, 0, 5, 9, 0, 0, 7, 9},
		"FLUSH CACHE EXT":   {9, 0, 1, 0, 9, 0, 9, 5, 1, 0, 6, 9},
		"STANDBY IMMEDIATE": {9, 0, 2, 0, 9, 0},
		"cache off":         {5, 0, 3, 0, 5, 0, 15, 3, 5, 0, 4, 255, 5, 0},
		"DMA":               {16 + 5, 0, 16 + 15, 3, 0, 0, 16 + 6, 4, 4, 8, 16 + 15, 3, 3, 0, 16 + 15, 1, 16 + 7, 0},
		"full":              {5, 0, 15, 3, 4, 8, 15, 3, 9, 40, 0, 0, 7, 0, 3, 0, 15, 2, 4, 255, 15, 3, 1, 0},
	} {
		t.Run(name, func(t *testing.T) { cutRun(t, prog) })
	}
}

func FuzzPowerCut(f *testing.F) {
	f.Add([]byte{5, 0, 6, 1, 0, 0, 3, 0, 15, 9, 4, 255, 5, 1, 1, 0, 2, 0})
	f.Add([]byte{15, 3, 4, 8, 15, 3, 0, 0, 3, 0, 15, 3, 4, 200, 15, 3})
	f.Fuzz(func(t *testing.T, prog []byte) { cutRun(t, prog[:min(len(prog), 200)]) })
}

// TestFlushFails: a host that fails to store something, and calls the next
// attempt a success, must not make the drive say that its cache is flushed.
func TestFlushFails(t *testing.T) {
	var r reports
	host := newPowerHost(make([]byte, cutSectors*SectorSize))
	disk := &Disk{name: "d.img", sectors: cutSectors, file: &file{f: host, path: "d.img", size: cutSectors * SectorSize, writable: true, report: r.add}}
	d := newDrive(disk)
	if s := d.command(ataWrite, 0, 3, fill(7)); s&ataERR != 0 {
		t.Fatalf("WRITE SECTOR: status %02x", s)
	}
	host.err = syscall.EIO
	for i := range 3 {
		if s := d.command(ataFlush, 0, 0, nil); s&(ataERR|ataDF) != ataERR|ataDF || d.In(ataFeatures) != 0x04 {
			t.Errorf("FLUSH CACHE %d: status %02x, error %02x; want ERR, DF and ABRT", i, s, d.In(ataFeatures))
		}
	}
	if s := d.command(ataSetFeatures, ataCacheOff, 0, nil); s&ataERR == 0 {
		t.Errorf("SET FEATURES, write cache off: status %02x; want ERR", s)
	}
	if s := d.command(ataWrite, 0, 4, fill(8)); s&ataDF == 0 {
		t.Errorf("WRITE SECTOR with the cache off: status %02x; want DF", s)
	}
	if err := disk.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Close = %v; want the error of the flush", err)
	}
	r.check(t, "d.img: flushing: input/output error")

	var rf reports
	host = newPowerHost(make([]byte, 1474560))
	fl := &Floppy{name: "f.img", format: mustFormat(t, "1.44M"), file: &file{f: host, path: "f.img", size: 1474560, writable: true, report: rf.add}}
	fl.lay(make([]byte, 1474560))
	if err := fl.WriteSector(0, 0, 0, fill(1), false); err != nil {
		t.Fatal(err)
	}
	host.err = syscall.EIO
	for range 2 {
		if err := fl.Sync(); !errors.Is(err, syscall.EIO) {
			t.Errorf("Sync = %v; want EIO", err)
		}
		if err := fl.WriteSector(0, 0, 0, fill(2), false); !errors.Is(err, syscall.EIO) {
			t.Errorf("WriteSector after that = %v; want EIO", err)
		}
	}
	rf.check(t, "f.img: flushing: input/output error")
}

// TestKilledFormatting: wherever a process is killed while a floppy gets another
// layout, the file is a floppy of the old or the new one, and tracks formatted
// before are in it.
func TestKilledFormatting(t *testing.T) {
	for _, to := range []string{"1.44M", "320K", "2.88M", "800K"} {
		f, old := mustFormat(t, to), bytes.Repeat([]byte{0xaa}, 737280)
		host := newPowerHost(old)
		fl := &Floppy{name: "k.img", format: mustFormat(t, "720K"), file: &file{f: host, path: "k.img", size: 737280, writable: true}}
		fl.lay(bytes.Clone(old))
		done, changes := 0, 0
		host.kill = func() {
			changes++
			k, err := loadFloppy(&file{f: host, path: "k.img", size: int64(len(host.now))})
			if err != nil {
				t.Fatalf("to %s, killed at change %d: %v", to, changes, err)
			}
			if k.Format().Name == "720K" && done == 0 && !bytes.Equal(host.now, old) {
				return // the first track is on its way
			}
			for i := range done {
				c, h := i/f.Heads, i%f.Heads
				if k.Format().Sectors != f.Sectors || host.now[k.offset(c, h)] != byte(i+1) {
					t.Fatalf("to %s, killed at change %d: track %d of %d is lost in a %s floppy", to, changes, i, done, k.Format().Name)
				}
			}
		}
		for i := range f.Cylinders * f.Heads {
			if err := fl.FormatTrack(i/f.Heads, i%f.Heads, f.Density, false, ids(i/f.Heads, i%f.Heads, f.Sectors), byte(i+1)); err != nil {
				t.Fatal(err)
			}
			done = i + 1
		}
		host.kill()
		if changes < f.Cylinders*f.Heads || int64(len(host.now)) != f.Size() {
			t.Errorf("to %s: %d changes, %d bytes", to, changes, len(host.now))
		}
	}
}
