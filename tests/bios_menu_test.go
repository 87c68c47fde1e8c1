package tests

import (
	"context"
	"fmt"
	"testing"

	"beige/devices/bus"
	"beige/devices/image"
	"beige/devices/rtc"
	"beige/machine"
)

// TestBIOSMenu starts a machine with a floppy and two hard disks, of which the first
// has nothing on it, and looks at what the boot menu makes of some keys.
func TestBIOSMenu(t *testing.T) {
	const fromA, fromC = "boot DL=00 CS=0000 IP=7C00", "boot DL=80 CS=0000 IP=7C00"
	const title, sorry = "Boot menu", "It cannot be started from."
	type keys struct {
		at   bus.Time
		keys []string
	}
	early := func(at bus.Time) []keys { return []keys{{at, []string{"f12"}}, {2 * bus.Second, []string{"3"}}} }
	type test struct {
		name      string
		menu      bool // asked for by the set-up
		nothing   bool // no disk that can be started from
		keys      []keys
		report    string // "": waits for ever
		shown     []string
		not       string // is not on the screen
		keepsTime bool   // starts within a second
	}
	tests := []test{
		{name: "no key", report: fromA, not: title, keepsTime: true},
		{name: "another key", keys: []keys{{0, []string{"x"}}}, report: fromA, not: title, keepsTime: true},
		{name: "among others", keys: []keys{{100 * bus.Millisecond, []string{"x", "f12"}}, {2 * bus.Second, []string{"1"}}}, report: fromA, shown: []string{title}},
		{name: "escape", keys: []keys{{0, []string{"f12"}}, {2 * bus.Second, []string{"esc"}}}, report: fromA, shown: []string{title}},
		{name: "waits", keys: []keys{{0, []string{"f12"}}}, shown: []string{title, "1  Drive A: 1.44 MB", "2  Hard disk 0: 8 MB", "3  Hard disk 1: 16 MB"}},
		{name: "no such line", keys: []keys{{0, []string{"f12"}}, {2 * bus.Second, []string{"0", "4", "9", "a", "3"}}}, report: fromC, shown: []string{title}},
		{name: "by the set-up", menu: true, keys: []keys{{2 * bus.Second, []string{"3"}}}, report: fromC, shown: []string{title}},
		{name: "cannot be started", menu: true, keys: []keys{{2 * bus.Second, []string{"2"}}}, shown: []string{title, sorry}},
		{name: "another one then", menu: true, keys: []keys{{2 * bus.Second, []string{"2", "3"}}}, report: fromC, shown: []string{sorry}},
		{name: "when there is nothing", nothing: true, keys: []keys{{5 * bus.Second, []string{"f12"}}}, shown: []string{"No bootable disk.", title}},
	}
	for _, at := range []bus.Time{0, 1, 3, 5, 20, 50, 57, 60, 100, 200, 400, 450} {
		tests = append(tests, test{name: fmt.Sprintf("F12 after %d ms", at), keys: early(at * bus.Millisecond), report: fromC, shown: []string{title}})
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := machine.Config{BootMenu: tc.menu}
			if !tc.nothing {
				code := append(sector(t, 0, true), make([]byte, 1440<<10-512)...)
				floppy, err := image.NewFloppy("boot", code)
				if err != nil {
					t.Fatal(err)
				}
				cfg.Floppies[0] = floppy
				cfg.Disks[0] = image.NewDisk("blank", nil, 16384)
				cfg.Disks[1] = image.NewDisk("boot", sector(t, 0, true), 32768)
			}
			b := newBench(t, cfg)
			for _, k := range tc.keys {
				b.m.After(k.at, func() {
					for _, key := range k.keys {
						b.serve("keys " + key)
					}
				})
			}
			limit := 10 * bus.Second
			if tc.keepsTime {
				limit = bus.Second
			}
			b.m.After(limit, func() { b.m.Stop(0, "") })
			exit := b.m.Run(context.Background())
			var want []string
			if tc.report != "" {
				want = []string{tc.report}
			}
			if fmt.Sprint(b.report) != fmt.Sprint(want) {
				t.Errorf("report %q; want %q", b.report, want)
			}
			screen := b.m.Screen()
			for _, text := range tc.shown {
				if !screen.Contains(text) {
					t.Errorf("%q is not on the screen", text)
				}
			}
			if tc.not != "" && screen.Contains(tc.not) {
				t.Errorf("%q is on the screen", tc.not)
			}
			if t.Failed() {
				t.Logf("%v\n%s", exit, screen)
			}
		})
	}
}

// TestBootMenuByScript reaches the menu as a script does, which sees the prompt first,
// and by the flag.
func TestBootMenuByScript(t *testing.T) {
	t.Parallel()
	demo := emptyDisk(t, 8<<20)
	pass(t, `
wait "Press F12 for the boot menu" within 5s
key f12
wait "2  Hard disk 0: 8 MB" within 5s
key 2
wait "It cannot be started from." within 5s
key 3
wait "It cannot be started from." within 5s
key esc
wait "CD-ROM: no disc to start from" within 10s
`, "--hd", demo, "--boot", "c")
	pass(t, `
wait "2  Hard disk 0: 8 MB" within 5s
key esc
wait "No bootable disk." within 10s
`, "--hd", demo, "--boot-menu", "--boot", "dca")
	t.Run("CD", func(t *testing.T) {
		iso := cd(t, map[string]string{"floppy.img": guestImage(t, "freedos-144.img")}, "-b", "floppy.img")
		pass(t, `
wait "3  CD-ROM drive 0" within 5s
key 3
wait "A:\\>" within 60s
`, "--hd", demo, "--cdrom", iso, "--boot-menu", "--boot", "c")
	})
}

// TestBIOSSummary looks at what POST shows of a machine.
func TestBIOSSummary(t *testing.T) {
	for _, tc := range []struct {
		name    string
		machine string
		cpu     string
		memory  uint64 // KB
		claimed int    // KB above 1 MB that the set-up tells of; 0: what is there
		shown   []string
	}{
		{"8086", "pc", "8086", 640, 0, []string{"8086 with coprocessor", "640 KB base memory\n", "Serial ports: 3F8 2F8 3E8 2E8", "Parallel ports: 378", "Keyboard, mouse"}},
		{"XT", "xt", "8086", 256, 0, []string{"8086 with coprocessor", "256 KB base memory\n", "Drive A: 1.44 MB\nDrive B: 1.44 MB\n", "Serial ports: 3F8 2F8\n", "Parallel ports: 378", "Keyboard\n"}},
		{"AT", "at", "80286", 4096, 0, []string{"80286", "640 KB base memory, 3072 KB extended memory\n", "Serial ports: 3F8 2F8\n", "Keyboard\n"}},
		{"AT with all memory", "at", "80286", 14336, 0, []string{"640 KB base memory, 13312 KB extended memory\n"}},
		{"odd size", "pc", "80386", 5124, 0, []string{"640 KB base memory, 4100 KB extended memory\n"}},
		{"large", "pc", "pentium-pro", 1 << 20, 0, []string{"640 KB base memory, 1047552 KB extended memory\n"}},
		{"missing memory", "pc", "80486", 4096, 8192, []string{"640 KB base memory, 3072 KB extended memory", "The memory above does not answer; the set-up was corrected."}},
		{"missing memory on an AT", "at", "80286", 2048, 8192, []string{"1024 KB extended memory", "The memory above does not answer"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var codes []uint8
			b := newBench(t, machine.Config{Machine: tc.machine, CPU: tc.cpu, Memory: tc.memory << 10, Post: func(c uint8) { codes = append(codes, c) }})
			var clock *rtc.RTC
			for _, d := range b.m.Devices() {
				if d, ok := d.(*rtc.RTC); ok {
					clock = d
				}
			}
			if tc.claimed != 0 {
				clock.SetCMOS(0x30, uint8(tc.claimed))
				clock.SetCMOS(0x31, uint8(tc.claimed>>8))
			}
			b.m.After(20*bus.Second, func() { b.m.Stop(0, "") })
			b.m.Run(context.Background())
			screen := b.m.Screen()
			for _, text := range append(tc.shown, "beige BIOS\n", "Press F12 for the boot menu\n", "Drive A: 1.44 MB\n") {
				if !screen.Contains(text) {
					t.Errorf("%q is not on the screen", text)
				}
			}
			if tc.claimed != 0 {
				if got, want := int(clock.CMOS(0x30))|int(clock.CMOS(0x31))<<8, int(tc.memory-1024); got != want {
					t.Errorf("CMOS 30h = %d; want %d", got, want)
				}
			}
			last := uint8(0)
			for _, c := range codes {
				if c == last || c == last+1 {
					last = c
				} else if c != 0 {
					t.Errorf("POST code %02X behind %02X", c, last)
				}
			}
			if last != 0x0c {
				t.Errorf("last POST code %02X; want 0C", last)
			}
			if t.Failed() {
				t.Logf("POST % x\n%s", codes, screen)
			}
		})
	}
}
