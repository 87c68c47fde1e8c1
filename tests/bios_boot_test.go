package tests

import (
	"context"
	"os"
	"slices"
	"testing"

	"beige/bios"
	"beige/devices/bus"
	"beige/devices/image"
	"beige/devices/rtc"
	"beige/machine"
)

// sector is the boot sector that says where it was started (where.asm) and goes
// on as then tells, with or without its signature.
func sector(t *testing.T, then byte, signature bool) []byte {
	t.Helper()
	b, err := os.ReadFile("bios/where.bin")
	if err != nil {
		t.Fatal(err)
	}
	b[3] = then
	if !signature {
		b[510], b[511] = 0, 0
	}
	return b
}

// optionROM returns 2 KB of ROM whose initialisation writes a letter to port E9h.
func optionROM(letter byte, good bool) []byte {
	rom := make([]byte, 2<<10)
	copy(rom, []byte{0x55, 0xaa, 4,
		0xb0, letter, 0xe6, 0xe9, // mov al, letter; out 0E9h, al
		0xb0, '\n', 0xe6, 0xe9, // mov al, 10; out 0E9h, al
		0xcb}) // retf
	var sum byte
	for _, b := range rom {
		sum += b
	}
	rom[100] = -sum
	if !good {
		rom[100]++
	}
	return rom
}

func TestBIOSBoot(t *testing.T) {
	const fromA, fromC = "boot DL=00 CS=0000 IP=7C00", "boot DL=80 CS=0000 IP=7C00"
	const nothing = "No bootable disk."
	plain, call18, call19 := sector(t, 0, true), sector(t, 1, true), sector(t, 2, true)
	unsigned, blank := sector(t, 0, false), make([]byte, 512)
	roms := slices.Concat(bios.Video(), optionROM('a', true), optionROM('b', false), make([]byte, 2<<10), optionROM('c', true))
	for _, tc := range []struct {
		name         string
		floppy, disk []byte // boot sectors; nil: no disk
		boot         string
		rom          []byte   // at C0000h
		lost         bool     // the sum of the CMOS is wrong
		insert       []byte   // in place of the floppy, before a key is pressed
		report       []string // lines on port E9h
		chatty       bool     // there are other lines, too
		screen       []string // on the screen 20 s later
	}{
		{name: "floppy first", floppy: plain, disk: plain, report: []string{fromA}},
		{name: "disk first", floppy: plain, disk: plain, boot: "c", report: []string{fromC}},
		{name: "CD, then disk", floppy: plain, disk: plain, boot: "dc", report: []string{fromC}},
		{name: "no floppy", disk: plain, report: []string{fromC}},
		{name: "blank floppy", floppy: blank, disk: plain, report: []string{fromC}},
		{name: "blank disk", floppy: plain, disk: blank, boot: "c", report: []string{fromA}},
		{name: "floppy without signature", floppy: unsigned, report: []string{fromA}},
		{name: "disk without signature", disk: unsigned, screen: []string{nothing, "Drive A: no disk, or it cannot be read", "Hard disk: no boot loader on it"}},
		{name: "nothing", screen: []string{nothing, "Drive A: no disk, or it cannot be read", "Hard disk: none", "Insert a boot disk and press a key"}},
		{name: "nothing on the floppy", floppy: blank, screen: []string{nothing, "Drive A: no boot loader on it"}},
		{name: "a disk after all", insert: plain, report: []string{fromA}},
		{name: "INT 18h", floppy: call18, report: []string{fromA}, screen: []string{nothing}},
		{name: "INT 19h", floppy: call19, report: []string{fromA, fromA}},
		{name: "option ROMs", floppy: plain, rom: roms, report: []string{"a", "c", fromA}},
		{name: "set-up lost", lost: true, screen: []string{"The set-up in the CMOS memory was lost"}},
		{name: "no video ROM", floppy: plain, rom: make([]byte, 512), report: []string{"beige BIOS\r", fromA}, chatty: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := machine.Config{CPU: "8086", Boot: tc.boot, VGABIOS: tc.rom}
			floppy := func(b []byte) machine.Floppy {
				f, err := image.NewFloppy("boot", append(b[:512:512], make([]byte, 1440<<10-512)...))
				if err != nil {
					t.Fatal(err)
				}
				return f
			}
			if tc.floppy != nil {
				cfg.Floppies[0] = floppy(tc.floppy)
			}
			if tc.disk != nil {
				cfg.Disks[0] = image.NewDisk("boot", tc.disk, 16384)
			}
			b := newBench(t, cfg)
			if tc.lost {
				for _, d := range b.m.Devices() {
					if d, ok := d.(*rtc.RTC); ok {
						d.SetCMOS(0x2f, d.CMOS(0x2f)+1)
					}
				}
			}
			if tc.insert != nil {
				b.m.After(20*bus.Second, func() {
					b.m.Take(machine.Event{Kind: machine.EventInsert, Floppy: floppy(tc.insert)})
					b.serve("keys a")
				})
			}
			b.m.After(40*bus.Second, func() { b.m.Stop(0, "") })
			exit := b.m.Run(context.Background())
			screen := b.m.Screen()
			for _, text := range tc.screen {
				if !screen.Contains(text) {
					t.Errorf("%q is not on the screen", text)
				}
			}
			if want := machine.HostStop; len(tc.screen) > 0 && exit.Reason != want {
				t.Errorf("%v; want the machine to wait", exit)
			}
			at := 0
			for _, line := range b.report {
				if at < len(tc.report) && line == tc.report[at] {
					at++
				} else if !tc.chatty {
					t.Errorf("unexpected report %q", line)
				}
			}
			if at < len(tc.report) {
				t.Errorf("report %q; want %q in it", b.report, tc.report)
			}
			if t.Failed() {
				t.Logf("%v\n%s", exit, screen)
			}
		})
	}
}
