package ata

import (
	"testing"

	"beige/devices/bus"
)

// BenchmarkRead reports how fast sectors pass through the channel.
func BenchmarkRead(b *testing.B) {
	clock := bus.NewScheduler(nil)
	c := New(clock, func(bool) {}, Config{Name: "ata0", Drives: [2]DriveConfig{{Disk: zeroDisk{}}}})
	clock.Advance(resetTime)
	c.Out(regDevice, 0xe0)
	p := make([]byte, sectorSize)
	b.SetBytes(256 * sectorSize)
	b.ReportAllocs()
	for b.Loop() {
		for _, reg := range []uint16{regCount, regLBALow, regLBAMid, regLBAHigh} {
			c.Out(reg, 0)
		}
		c.Out(regDevice, 0xe0)
		c.Out(regStatus, cmdRead)
		clock.Advance(commandTime)
		for c.In(regStatus)&statusDRQ != 0 {
			c.InBlock(regData, 2, p)
			c.InWide(regData, 2)
			clock.Advance(blockTime)
		}
	}
}

type zeroDisk struct{}

func (zeroDisk) Sectors() uint64                   { return 1 << 20 }
func (zeroDisk) ReadSectors(uint64, []byte) error  { return nil }
func (zeroDisk) WriteSectors(uint64, []byte) error { return nil }
func (zeroDisk) Flush() error                      { return nil }
func (zeroDisk) ReadOnly() bool                    { return false }
