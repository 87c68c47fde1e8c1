package ata

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// ramDisc is a disc of numbered sectors; bad ones fail.
type ramDisc struct {
	n   uint64
	bad map[uint64]bool
}

func (r *ramDisc) Sectors() uint64 { return r.n }

func (r *ramDisc) ReadSectors(lba uint64, p []byte) error {
	for ; len(p) > 0; p, lba = p[discSector:], lba+1 {
		if lba >= r.n || r.bad[lba] {
			return errors.New("a scratch")
		}
		clear(p[:discSector])
		binary.LittleEndian.PutUint64(p, lba)
		p[discSector-1] = byte(^lba)
	}
	return nil
}

// newCDBoard is a channel with a CD-ROM drive as device 0 that has passed its
// power-on reset. Its unit attention has been reported unless fresh.
func newCDBoard(t *testing.T, dma DMA, disc Disc, fresh bool) *board {
	b := &board{t: t, clock: bus.NewScheduler(nil)}
	b.Channel = New(b.clock, func(high bool) {
		if high && !b.level {
			b.edges++
		}
		b.level = high
	}, Config{Name: "ata1", DMA: dma, Drives: [2]DriveConfig{{CDROM: true, Disc: disc, Model: "beige CD-ROM", Firmware: "1.0"}}})
	b.ctl = b.ControlBlock()
	b.clock.Advance(resetTime)
	if !fresh {
		b.packet(nil, 0xfffe, 0x00)
	}
	return b
}

// answer is what a packet command came to.
type answer struct {
	data   []byte
	blocks []int // bytes of each
	irqs   int
	status uint8
	err    uint8 // Error
	reason uint8 // Interrupt Reason at the end
}

// packet runs a packet command by PIO as a driver does, with blocks of limit bytes
// at most; out is sent to the drive.
func (b *board) packet(out []byte, limit uint16, cdb ...byte) answer {
	b.t.Helper()
	b.In(regStatus)
	before := b.edges
	b.issue(0, 0, 0, uint8(limit), uint8(limit>>8), 0xa0, cmdPacket)
	if s, r := b.In(regStatus), b.In(regCount); s != 0x58 || r&7 != 1 || b.edges != before {
		b.t.Fatalf("asking for the packet: status %#02x, reason %#02x, %d interrupts; want 0x58, 1 (CoD), 0", s, r, b.edges-before)
	}
	for i := range packetSize / 2 {
		var w uint32
		for j := range 2 {
			if 2*i+j < len(cdb) {
				w |= uint32(cdb[2*i+j]) << (8 * j)
			}
		}
		b.OutWide(regData, 2, w)
	}
	b.wait()
	var a answer
	for b.ctl.In(0)&statusDRQ != 0 {
		b.In(regStatus)
		n, want := int(b.In(regLBAMid))|int(b.In(regLBAHigh))<<8, uint8(2)
		if out != nil {
			want = 0
		}
		if r := b.In(regCount) & 7; r != want {
			b.t.Fatalf("block of data: reason %#02x; want %#02x", r, want)
		}
		a.blocks = append(a.blocks, n)
		for i := 0; i < n; i += 2 {
			if out != nil {
				var w uint32
				for j := range min(2, len(out)) {
					w |= uint32(out[j]) << (8 * j)
				}
				out = out[min(2, len(out)):]
				b.OutWide(regData, 2, w)
				continue
			}
			w := b.InWide(regData, 2)
			a.data = append(a.data, byte(w), byte(w>>8))
		}
		a.data = a.data[:max(len(a.data)-n%2, 0)]
		b.wait()
	}
	a.status, a.err, a.reason = b.In(regStatus), b.In(regError), b.In(regCount)&7
	a.irqs = b.edges - before
	return a
}

// wantSense compares an answer's end: CHK with a sense, or none.
func (b *board) wantSense(what string, a answer, s sense) {
	b.t.Helper()
	status, errbits := uint8(0x50), uint8(0)
	if s != senseNone {
		status, errbits = 0x51, s.key()<<4
		if s.key() == 5 {
			errbits |= 0x04
		}
	}
	if a.status != status || a.err != errbits || a.reason != 3 {
		b.t.Errorf("%s: status %#02x, error %#02x, reason %d; want %#02x, %#02x, 3 (IO, CoD)", what, a.status, a.err, a.reason, status, errbits)
	}
	r := b.packet(nil, 0xfffe, 0x03, 0, 0, 0, 18)
	if len(r.data) != 18 || r.data[0]&0x7f != 0x70 || r.data[7] != 10 {
		b.t.Fatalf("%s: REQUEST SENSE % x; want 18 bytes of fixed format", what, r.data)
	}
	if got := sense(r.data[2])<<16 | sense(r.data[12])<<8 | sense(r.data[13]); got != s {
		b.t.Errorf("%s: sense %06x; want %06x", what, got, s)
	}
}

// ATA-4 9.1, 8.12 and 8.7: signature after reset, aborted IDENTIFY DEVICE and READ,
// DEVICE RESET.
func TestPacketSignature(t *testing.T) {
	want := [5]uint8{1, 1, 0x14, 0xeb, 0}
	b := newCDBoard(t, nil, nil, true)
	if s, e := b.In(regStatus), b.In(regError); s != 0 || e != 1 {
		t.Errorf("after power-on: status %#02x, error %#02x; want 0 (no DRDY), 1", s, e)
	}
	check := func(what string, device uint8) {
		t.Helper()
		want[4] = device
		if diff := cmp.Diff(want, b.registers()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("power-on", 0)
	for _, cmd := range []uint8{0xec, 0x20} {
		b.issue(0, 9, 9, 9, 9, 0xa0, cmd)
		b.check(fmt.Sprintf("command %02X", cmd), 0x51, 0x04)
		check("aborted", 0xa0)
	}
	b.issue(0, 9, 9, 9, 9, 0xa0, 0x90)
	check("diagnostic", 0)
	b.issue(0, 9, 9, 9, 9, 0xa0, 0xa0)
	b.Out(regStatus, 0x08) // DEVICE RESET in the middle of a command
	b.wait()
	if s := b.In(regStatus); s != 0 {
		t.Errorf("DEVICE RESET: status %#02x; want 0", s)
	}
	check("DEVICE RESET", 0)
	b.ctl.Out(0, controlSRST)
	b.ctl.Out(0, 0)
	b.wait()
	check("SRST", 0)
	for _, cmd := range []uint8{0x30, 0x40, 0xc4, 0xc8, 0xca, 0xe7, 0x00, 0x91} {
		b.issue(0, 1, 1, 0, 0, 0xa0, cmd)
		b.check(fmt.Sprintf("command %02X", cmd), 0x51, 0x04)
	}
	for _, cmd := range []uint8{0xe0, 0xe1, 0xe5} {
		b.issue(0, 1, 1, 0, 0, 0xa0, cmd)
		b.check(fmt.Sprintf("command %02X", cmd), 0x50, 0)
	}
	b.issue(0x01, 0, 0, 0, 1, 0xa0, 0xa0)
	b.check("PACKET by DMA without a bus master", 0x51, 0x04)
	b.issue(0x02, 0, 0, 0, 1, 0xa0, 0xa0)
	b.check("PACKET with overlap", 0x51, 0x04)
}

// ATA-4 8.13 table 18.
func TestIdentifyPacket(t *testing.T) {
	for _, dma := range []bool{false, true} {
		var m DMA
		want := map[int]uint16{0: 0x85c0, 49: 0x0e00, 51: 0x0200, 53: 2, 64: 3, 67: 120, 68: 120, 80: 0x1e,
			82: 0x0218, 83: 0x4000, 84: 0x4000, 85: 0x0218, 87: 0x4000, 125: 0xfffe}
		if dma {
			m = newMaster()
			want[49], want[53], want[63], want[65], want[66], want[88] = 0x0f00, 6, 7, 120, 120, 7
		}
		b := newCDBoard(t, m, nil, false)
		b.issue(0, 0, 0, 0, 0, 0xa0, 0xa1)
		b.check("IDENTIFY PACKET DEVICE", 0x58, 0)
		p := b.readSector()
		b.check("behind it", 0x50, 0)
		for i := range 256 {
			if text := i >= 10 && i < 20 || i >= 23 && i < 47; !text && binary.LittleEndian.Uint16(p[2*i:]) != want[i] {
				t.Errorf("word %d = %#04x; want %#04x", i, binary.LittleEndian.Uint16(p[2*i:]), want[i])
			}
		}
		for i := 54; i < 94; i += 2 {
			p[i], p[i+1] = p[i+1], p[i]
		}
		if got := strings.TrimRight(string(p[54:94]), " "); got != "beige CD-ROM" {
			t.Errorf("model %q", got)
		}
	}
}

// Replies byte for byte (SFF-8020i 10.8, MMC-3 6), of a disc of 1000h sectors:
// its lead-out is at 1000h, which is 00:56:46 (4096 + 150 frames).
func TestPacketReplies(t *testing.T) {
	const inquiry = "058000211f000000" + "6265696765202020" + "43442d524f4d20202020202020202020" + "312e3020"
	for _, tc := range []struct {
		name, cdb, want string
		sense           sense
	}{
		{"TEST UNIT READY", "00", "", 0},
		{"INQUIRY", "12 00 00 00 24", inquiry, 0},
		{"INQUIRY, more room", "12 00 00 00 ff", inquiry, 0},
		{"INQUIRY, 5 bytes", "12 00 00 00 05", "058000211f", 0},
		{"INQUIRY, none", "12 00 00 00 00", "", 0},
		{"INQUIRY of a page", "12 01 00 00 ff", "", 0x052400},
		{"READ CAPACITY", "25", "00000fff00000800", 0},
		{"READ TOC", "43 00 00 00 00 00 00 ff ff", "0012 0101 00140100 00000000 0014aa00 00001000", 0},
		{"READ TOC, MSF", "43 02 00 00 00 00 01 ff ff", "0012 0101 00140100 00000200 0014aa00 0000382e", 0},
		{"READ TOC, lead-out", "43 00 00 00 00 00 aa ff ff", "000a 0101 0014aa00 00001000", 0},
		{"READ TOC, header", "43 00 00 00 00 00 00 00 04", "0012 0101", 0},
		{"READ TOC, track 2", "43 00 00 00 00 00 02 ff ff", "", 0x052400},
		{"READ TOC, sessions", "43 00 01 00 00 00 00 ff ff", "000a 0101 00140100 00000000", 0},
		{"READ TOC, sessions as SFF-8020i asks", "43 02 00 00 00 00 00 ff ff 40", "000a 0101 00140100 00000200", 0},
		{"READ TOC, full", "43 00 02 00 00 00 00 ff ff", "002e 0101 011400a0 00000000 010000 011400a1 00000000 010000 011400a2 00000000 00382e 01140001 00000000 000200", 0},
		{"READ TOC, full as SFF-8020i asks", "43 00 00 00 00 00 00 00 0f 80", "002e 0101 011400a0 00000000 010000", 0},
		{"READ TOC, PMA", "43 00 03 00 00 00 00 ff ff", "", 0x052400},
		{"READ SUB-CHANNEL, header", "42 00 00 00 00 00 00 ff ff", "00150000", 0},
		{"READ SUB-CHANNEL, position", "42 02 40 01 00 00 00 ff ff", "0015000c 01140101 00000200 00000000", 0},
		{"READ SUB-CHANNEL, catalogue", "42 00 40 02 00 00 00 ff ff", "00150014 02000000" + strings.Repeat("00", 16), 0},
		{"READ SUB-CHANNEL, ISRC", "42 00 40 03 00 00 00 ff ff", "00150014 03140100" + strings.Repeat("00", 16), 0},
		{"READ SUB-CHANNEL, format 4", "42 00 40 04 00 00 00 ff ff", "", 0x052400},
		{"READ HEADER", "44 00 00 00 01 00 00 ff ff", "01000000 00000100", 0},
		{"READ HEADER, MSF", "44 02 00 00 01 00 00 ff ff", "01000000 0000051f", 0},
		{"READ HEADER outside", "44 00 00 00 10 00 00 ff ff", "", 0x052100},
		{"READ DISC INFORMATION", "51 00 00 00 00 00 00 ff ff", "00200e01010101200000000000000000ffffffffffffffff00000000000000000000", 0},
		{"MECHANISM STATUS", "bd 00 00 00 00 00 00 00 00 08", "0000000000010000", 0},
		{"SEEK", "2b 00 00 00 0f ff", "", 0},
		{"SEEK outside", "2b 00 00 00 10 00", "", 0x052100},
		{"READ(10), none", "28 00 00 00 00 05", "", 0},
		{"READ(10) outside", "28 00 00 00 10 00 00 00 01", "", 0x052100},
		{"READ(10) over the end", "28 00 00 00 0f ff 00 00 02", "", 0x052100},
		{"READ(12) outside", "a8 00 ff ff ff ff 00 00 00 01", "", 0x052100},
		{"READ CD, raw", "be 00 00 00 00 05 00 00 01 f8", "", 0x052400},
		{"READ CD, audio", "be 04 00 00 00 05 00 00 01 10", "", 0x056400},
		{"READ CD, subchannel", "be 00 00 00 00 05 00 00 01 10 01", "", 0x052400},
		{"READ CD, nothing", "be 00 00 00 00 05 00 00 01 00", "", 0},
		{"SET CD SPEED", "bb 00 ff ff ff ff", "", 0},
		{"START", "1b 00 00 00 01", "", 0},
		{"STOP", "1b 00 00 00 00", "", 0},
		{"GET EVENT, no polling", "4a 00 00 00 10 00 00 00 08", "", 0x052400},
		{"GET EVENT", "4a 01 00 00 10 00 00 00 08", "0006 0410 0002 0000", 0},
		{"GET EVENT, another class", "4a 01 00 00 08 00 00 00 08", "0002 8010", 0},
		{"MODE SENSE(10), page 01", "5a 00 01 00 00 00 00 00 ff", "000e 01 0000000000 0106000500000000", 0},
		{"MODE SENSE(6), page 0D", "1a 00 0d 00 ff", "0b010000 0d060000003c004b", 0},
		{"MODE SENSE(10), page 0E", "5a 00 0e 00 00 00 00 00 ff", "0016 01 0000000000 0e0e04000000004b 01ff02ff00000000", 0},
		{"MODE SENSE(10), page 2A", "5a 00 2a 00 00 00 00 00 ff", "001a 01 0000000000 2a12 0b00 00 00 29 00 108a 0000 0008 108a 00000000", 0},
		{"MODE SENSE(10), changeable", "5a 00 41 00 00 00 00 00 ff", "000e 01 0000000000 010637ff00000000", 0},
		{"MODE SENSE(10), default", "5a 00 8d 00 00 00 00 00 ff", "000e 01 0000000000 0d060000003c004b", 0},
		{"MODE SENSE(10), saved", "5a 00 c1 00 00 00 00 00 ff", "", 0x053900},
		{"MODE SENSE(10), page 05", "5a 00 05 00 00 00 00 00 ff", "", 0x052400},
		{"WRITE(10)", "2a 00 00 00 00 05 00 00 01", "", 0x052000},
		{"PLAY AUDIO", "45", "", 0x052000},
		{"FF", "ff", "", 0x052000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newCDBoard(t, nil, &ramDisc{n: 0x1000}, false)
			a := b.packet(nil, 0xfffe, unhex(tc.cdb)...)
			if diff := cmp.Diff(hex.EncodeToString(unhex(tc.want)), hex.EncodeToString(a.data)); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
			if want := 1 + min(len(a.data), 1); a.irqs != want {
				t.Errorf("%d interrupts; want %d", a.irqs, want)
			}
			b.wantSense("end", a, tc.sense)
		})
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// MMC-3 6.5 and 5.3: header, then features by number.
func TestConfiguration(t *testing.T) {
	const profiles, core, morphing, removable = "00000308 0010%02x00 0008%02x00", "00010304 00000002", "00020304 00000000", "00030304 29000000"
	const random, read, timeout = "0010%02x08 00000800 00%02x0000", "001e%02x04 00000000 001f%02x00", "01050300"
	features := func(dvd, cd int) string {
		blocking := 1 + dvd*15
		return fmt.Sprintf(profiles+core+morphing+removable+random+read+timeout, dvd, cd, dvd|cd, blocking, cd, dvd)
	}
	for _, tc := range []struct {
		name string
		disc Disc
		cdb  string
		want string
	}{
		{"all", &ramDisc{n: 100}, "46 00 00 00 00 00 00 00 ff", "00000044 0000 0008" + features(0, 1)},
		{"largest CD", &ramDisc{n: 449849}, "46 00 00 00 00 00 00 00 ff", "00000044 0000 0008" + features(0, 1)},
		{"smallest DVD", &ramDisc{n: 449850}, "46 00 00 00 00 00 00 00 ff", "00000044 0000 0010" + features(1, 0)},
		{"all, no disc", nil, "46 00 00 00 00 00 00 00 ff", "00000044 0000 0000" + features(0, 0)},
		{"current, no disc", nil, "46 01 00 00 00 00 00 00 ff", "0000002c 0000 0000" + fmt.Sprintf(profiles, 0, 0) + core + morphing + removable + timeout},
		{"one", &ramDisc{n: 100}, "46 02 00 03 00 00 00 00 ff", "0000000c 0000 0008" + removable},
		{"from 10h", &ramDisc{n: 100}, "46 00 00 10 00 00 00 00 ff", "00000020 0000 0008" + fmt.Sprintf(random+read, 1, 1, 1, 0) + timeout},
		{"header", &ramDisc{n: 100}, "46 00 00 00 00 00 00 00 08", "00000044 0000 0008"},
	} {
		b := newCDBoard(t, nil, tc.disc, false)
		a := b.packet(nil, 0xfffe, unhex(tc.cdb)...)
		if diff := cmp.Diff(hex.EncodeToString(unhex(tc.want)), hex.EncodeToString(a.data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		b.wantSense(tc.name, a, senseNone)
	}
}

// Reads in blocks of the host's limit (SFF-8020i 5.8): no block is larger, all but
// the last are even, and the bytes are those of the sectors.
func TestPacketRead(t *testing.T) {
	for _, limit := range []uint16{0, 1, 2, 512, 2048, 3001, 4096, 0xfffe, 0xffff} {
		for _, cdb := range []string{"28 00 00 00 00 07 00 00 09", "a8 00 00 00 00 07 00 00 00 09", "be 00 00 00 00 07 00 00 09 10"} {
			b := newCDBoard(t, nil, &ramDisc{n: 100}, false)
			a := b.packet(nil, limit, unhex(cdb)...)
			want := make([]byte, 9*discSector)
			_ = (&ramDisc{n: 100}).ReadSectors(7, want)
			if !bytes.Equal(a.data, want) {
				t.Errorf("limit %d, %s: %d bytes differ from the sectors", limit, cdb, len(a.data))
			}
			most := int(max(limit&^1, 2))
			if limit == 0 {
				most = 0xfffe
			}
			for i, n := range a.blocks {
				if n > most || n%2 != 0 {
					t.Fatalf("limit %d: block %d has %d bytes", limit, i, n)
				}
			}
			if a.irqs != len(a.blocks)+1 {
				t.Errorf("limit %d: %d interrupts; want one a block and one at the end, %d", limit, a.irqs, len(a.blocks)+1)
			}
			b.wantSense("end", a, senseNone)
		}
	}
}

func TestPacketReadDMA(t *testing.T) {
	for _, early := range []bool{false, true} {
		m := newMaster()
		b := newCDBoard(t, m, &ramDisc{n: 100}, false)
		if early {
			m.start(true, 9*discSector)
		}
		b.In(regStatus)
		b.edges = 0
		b.issue(1, 0, 0, 0, 0, 0xa0, cmdPacket)
		for _, w := range []uint32{0x0028, 0, 0x0700, 0, 0x0009, 0} {
			b.OutWide(regData, 2, w)
		}
		b.wait()
		if !early {
			if b.edges != 0 {
				t.Error("an interrupt before the transfer")
			}
			m.start(true, 9*discSector)
			b.DMAStart()
		}
		b.clock.Advance(bus.Millisecond)
		want := make([]byte, 9*discSector)
		_ = (&ramDisc{n: 100}).ReadSectors(7, want)
		if !bytes.Equal(m.memory[:len(want)], want) {
			t.Error("the sectors are not in memory")
		}
		if r := b.In(regCount); r != 3 || b.edges != 1 {
			t.Errorf("reason %d, %d interrupts; want 3, 1", r, b.edges)
		}
		b.check("end", 0x50, 0)
	}
}

// Sectors before a bad one arrive; the sense names it (SFF-8020i table 98: VALID and
// the information field).
func TestPacketBadSector(t *testing.T) {
	b := newCDBoard(t, nil, &ramDisc{n: 100, bad: map[uint64]bool{12: true}}, false)
	a := b.packet(nil, 0xfffe, unhex("28 00 00 00 00 07 00 00 09")...)
	if len(a.data) != 5*discSector || a.err != 0x30 || a.status != 0x51 {
		t.Errorf("%d bytes, status %#02x, error %#02x; want five sectors, 0x51, 0x30", len(a.data), a.status, a.err)
	}
	r := b.packet(nil, 0xfffe, 0x03, 0, 0, 0, 18)
	if diff := cmp.Diff(unhex("f000 03 0000000c 0a 00000000 1100 00000000"), r.data); diff != "" {
		t.Errorf("sense (-want +got):\n%s", diff)
	}
}

// Unit attentions (MMC-3 4.1.6): reported once, before anything but four commands,
// the reset before the change.
func TestUnitAttention(t *testing.T) {
	b := newCDBoard(t, nil, &ramDisc{n: 100}, true)
	for _, cdb := range []string{"12 00 00 00 24", "46 00 00 00 00 00 00 00 08", "4a 01 00 00 10 00 00 00 08"} {
		if a := b.packet(nil, 0xfffe, unhex(cdb)...); a.status != 0x50 {
			t.Errorf("%s with a unit attention: status %#02x; want 0x50", cdb, a.status)
		}
	}
	b.wantSense("power-on", b.packet(nil, 0xfffe, 0x25), senseReset)
	b.wantSense("then", b.packet(nil, 0xfffe, 0x25), senseNone)
	b.Reset(bus.BusReset)
	b.wait()
	if !b.Insert(0, &ramDisc{n: 50}) {
		t.Error("the drive takes no disc")
	}
	if r := b.packet(nil, 0xfffe, 0x03, 0, 0, 0, 18); r.data[2] != 6 || r.data[12] != 0x29 {
		t.Errorf("REQUEST SENSE with a unit attention: % x; want 6, 29h", r.data)
	}
	b.wantSense("another disc", b.packet(nil, 0xfffe, 0x00), senseMediumChange)
	a := b.packet(nil, 0xfffe, 0x25)
	if diff := cmp.Diff(unhex("00000031 00000800"), a.data); diff != "" {
		t.Errorf("READ CAPACITY of it (-want +got):\n%s", diff)
	}
}

// Tray, lock and media events.
func TestMedia(t *testing.T) {
	b := newCDBoard(t, nil, nil, false)
	event := func(what, want string) {
		t.Helper()
		a := b.packet(nil, 0xfffe, unhex("4a 01 00 00 10 00 00 00 08")...)
		if got := hex.EncodeToString(a.data[4:6]); got != want {
			t.Errorf("%s: event and status %s; want %s", what, got, want)
		}
	}
	do := func(what, cdb string, s sense) {
		t.Helper()
		b.wantSense(what, b.packet(nil, 0xfffe, unhex(cdb)...), s)
	}
	do("empty", "00", senseNoDisc)
	do("START of nothing", "1b 00 00 00 01", senseNoDisc)
	event("empty", "0000")
	b.Insert(0, &ramDisc{n: 50})
	event("inserted", "0202")
	event("inserted, asked again", "0002")
	do("inserted", "00", senseMediumChange)
	do("locking", "1e 00 00 00 01", senseNone)
	do("eject while locked", "1b 00 00 00 02", senseRemoval)
	if b.Eject(0) || !b.HasDisc(0) {
		t.Error("the button opens a locked drive")
	}
	event("button", "0102")
	if b.Insert(0, &ramDisc{n: 60}) {
		t.Error("a locked drive takes another disc")
	}
	do("unlocking", "1e 00 00 00 00", senseNone)
	do("eject", "1b 00 00 00 02", senseNone)
	event("open", "0301")
	do("open", "00", senseTrayOpen)
	a := b.packet(nil, 0xfffe, unhex("5a 00 01 00 00 00 00 00 ff")...)
	if a.data[2] != 0x71 {
		t.Errorf("medium type with the tray open %#02x; want 0x71", a.data[2])
	}
	if a := b.packet(nil, 0xfffe, unhex("1b 00 00 00 03")...); a.status != 0x50 {
		t.Errorf("load: status %#02x; want 0x50", a.status)
	}
	event("loaded", "0202")
	do("loaded", "00", senseMediumChange)
	do("loaded", "00", senseNone)
	if !b.Eject(0) || b.HasDisc(0) {
		t.Error("the button does not open the drive")
	}
	event("taken out", "0300")
	do("taken out", "00", senseNoDisc)
	if b.Insert(1, &ramDisc{n: 1}) || b.Eject(1) {
		t.Error("there is no drive 1")
	}
}

// A disc that is taken out in the middle of a read ends it.
func TestRemovalDuringRead(t *testing.T) {
	b := newCDBoard(t, nil, &ramDisc{n: 100}, false)
	b.issue(0, 0, 0, 0xfe, 0xff, 0xa0, cmdPacket)
	for _, w := range []uint32{0x0028, 0, 0, 0, 0x0020, 0} {
		b.OutWide(regData, 2, w)
	}
	b.wait()
	b.Eject(0)
	for b.ctl.In(0)&statusDRQ != 0 {
		b.InWide(regData, 2)
		b.wait()
	}
	b.check("end", 0x51, 0x20)
}

// MODE SELECT (SFF-8020i 10.8.3): what can be changed is, all or nothing.
func TestModeSelect(t *testing.T) {
	for _, tc := range []struct {
		name, cdb, data string
		sense           sense
		page            string // 01h or 0Eh afterwards
	}{
		{"page 01", "55 10 00 00 00 00 00 00 10", "0000000000000000 0106 20 07 00000000", 0, "01062007 00000000"},
		{"page 01, six bytes", "15 10 00 00 0c", "00000000 0106 20 07 00000000", 0, "01062007 00000000"},
		{"with a block descriptor", "15 10 00 00 14", "00000008 0000000000000800 0106 20 07 00000000", 0, "01062007 00000000"},
		{"nothing", "55 10 00 00 00 00 00 00 00", "", 0, "01060005 00000000"},
		{"only a header", "55 10 00 00 00 00 00 00 08", "0000000000000000", 0, "01060005 00000000"},
		{"half a header", "55 10 00 00 00 00 00 00 04", "00000000", 0x051a00, "01060005 00000000"},
		{"half a page", "55 10 00 00 00 00 00 00 0c", "0000000000000000 0106 2007", 0x051a00, "01060005 00000000"},
		{"wrong length", "55 10 00 00 00 00 00 00 10", "0000000000000000 0107 20 07 00000000", 0x052600, "01060005 00000000"},
		{"a bit that is fixed", "55 10 00 00 00 00 00 00 10", "0000000000000000 0106 80 07 00000000", 0x052600, "01060005 00000000"},
		{"second page wrong", "55 10 00 00 00 00 00 00 18", "0000000000000000 0106 20 07 00000000 0506 0000 00000000", 0x052600, "01060005 00000000"},
		{"saving", "55 11 00 00 00 00 00 00 10", "", 0x052400, "01060005 00000000"},
		{"too long", "55 10 00 00 00 00 00 02 00", "", 0x051a00, "01060005 00000000"},
	} {
		b := newCDBoard(t, nil, nil, false)
		a := b.packet(append([]byte{}, unhex(tc.data)...), 10, unhex(tc.cdb)...)
		b.wantSense(tc.name, a, tc.sense)
		r := b.packet(nil, 0xfffe, unhex("5a 00 01 00 00 00 00 00 ff")...)
		if diff := cmp.Diff(hex.EncodeToString(unhex(tc.page)), hex.EncodeToString(r.data[8:])); diff != "" {
			t.Errorf("%s: page 01h (-want +got):\n%s", tc.name, diff)
		}
	}
}

// FuzzPacket runs bytes as packet commands, register writes, media changes, time
// and snapshots on a CD-ROM drive with a bus master, and on another that is now
// and then replaced by a copy restored from a snapshot: both must show the same.
func FuzzPacket(f *testing.F) {
	f.Add([]byte{0, 0x28, 9, 5, 200, 1, 3, 200, 2, 5, 200, 1, 6, 0, 0, 3, 200, 2})
	f.Add([]byte{0, 0x55, 16, 4, 30, 0, 5, 200, 200, 0, 0x5a, 255, 5, 200, 1, 3, 100, 2})
	f.Add([]byte{7, 1, 0, 0, 0x1e, 1, 7, 0, 0, 0, 0x4a, 255, 3, 100, 2, 6, 5, 9})
	f.Add([]byte{1, 1, 1, 0, 0x28, 40, 5, 200, 200, 8, 255, 1, 5, 200, 200, 6, 0, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		disc := &ramDisc{n: 300, bad: map[uint64]bool{9: true}}
		masters := [2]*master{newMaster(), newMaster()}
		boards := [2]*board{newCDBoard(t, masters[0], disc, true), newCDBoard(t, masters[1], disc, true)}
		for n := 0; len(prog) >= 3 && n < 300; prog, n = prog[3:], n+1 {
			op, x, y := prog[0]%9, prog[1], prog[2]
			if op == 6 {
				snap, err := boards[0].MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				m := *masters[0]
				m.memory = bytes.Clone(m.memory)
				var in Disc
				if boards[0].HasDisc(0) {
					in = disc
				}
				c := newCDBoard(t, &m, in, true)
				c.clock.Advance(boards[0].clock.Now() - c.clock.Now())
				if err := c.UnmarshalBinary(snap); err != nil {
					t.Fatal(err)
				}
				if err := c.clock.Restore(boards[0].clock.Deadlines()); err != nil {
					t.Fatal(err)
				}
				masters[1], boards[1] = &m, c
				if y != 0 { // a damaged snapshot is refused or harmless
					snap[int(x)*3%len(snap)] ^= y
					if c := newCDBoard(t, newMaster(), in, true); c.UnmarshalBinary(snap) == nil {
						c.fuzzOn(prog[3:])
					}
				}
			}
			var got [2][]byte
			for i, b := range boards {
				buf := make([]byte, 4096)
				switch op {
				case 0: // a packet: opcode, and a byte where lengths are
					b.Out(regStatus, cmdPacket)
					b.clock.Advance(bus.Millisecond)
					for _, w := range []uint16{uint16(x) | uint16(y)<<8, uint16(y), uint16(y) << 8, uint16(n & 1), uint16(y), uint16(y) << 4} {
						b.OutWide(regData, 2, uint32(w))
					}
					buf = nil
				case 1:
					b.Out(uint16(x%8), y)
					buf = nil
				case 2:
					b.ctl.Out(0, y)
					buf = nil
				case 3:
					size := 2 + 2*int(y&1)
					buf = buf[:size*b.InBlock(0, size, buf[:int(x)*16])]
					buf = binary.LittleEndian.AppendUint32(buf, b.InWide(0, size))
				case 4:
					for i := range buf {
						buf[i] = byte(i) * y
					}
					buf = buf[:2*b.OutBlock(0, 2, buf[:int(x)*2])]
					b.OutWide(0, 2, uint32(y))
				case 5:
					b.clock.Advance(bus.Time(x) * bus.Time(y) * 100)
					buf = nil
				case 7:
					if x&1 != 0 {
						buf = fmt.Append(nil, b.Insert(0, disc))
					} else {
						buf = fmt.Append(nil, b.Eject(0))
					}
				case 8:
					masters[i].start(y&1 != 0, 200*int(x))
					b.DMAStart()
					buf = nil
				default:
					buf = nil
				}
				for off := range uint16(8) {
					if off != regData {
						buf = append(buf, b.In(off))
					}
				}
				got[i] = append(buf, b.ctl.In(0))
			}
			if !bytes.Equal(got[0], got[1]) || boards[0].level != boards[1].level || !bytes.Equal(masters[0].memory, masters[1].memory) {
				t.Fatalf("op %d %d %d: the restored drive differs", op, x, y)
			}
		}
	})
}
