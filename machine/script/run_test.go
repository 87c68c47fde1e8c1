package script

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"beige/bios"
	"beige/devices/image"
	"beige/devices/kbc"
	"beige/machine"
)

// play runs a script on the demonstration disk, or on a boot sector with the
// code.
func play(t *testing.T, text string, code []byte) (exit machine.Exit, r *Runner, out, errs string) {
	t.Helper()
	s, err := Parse("test", strings.NewReader(text), kbc.US())
	if err != nil {
		t.Fatal(err)
	}
	disk := bios.Demo()
	if code != nil {
		clear(disk)
		copy(disk, code)
		disk[510], disk[511] = 0x55, 0xaa
	}
	f, err := image.NewFloppy("demo", disk)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	r = New(s, Options{Out: &stdout, Err: &stderr,
		Insert: func(d machine.Drive, file string) error {
			switch {
			case file == "none.img":
				return errors.New("none.img: no such file")
			case d.CDROM:
				if err := r.m.EjectDisc(d.Unit); err != nil {
					return err
				}
				r.m.InsertDisc(d.Unit, image.NewDisc(file, make([]byte, 20*image.DiscSectorSize)))
			default:
				r.m.Take(machine.Event{Kind: machine.EventInsert, Unit: d.Unit, Floppy: image.BlankFloppy(file, image.Formats()[0])})
			}
			return nil
		},
		Eject: func(d machine.Drive) error {
			if d.CDROM {
				return r.m.EjectDisc(d.Unit)
			}
			r.m.Take(machine.Event{Kind: machine.EventEject, Unit: d.Unit})
			return nil
		}})
	cfg := machine.Config{Deterministic: true, Floppies: [2]machine.Floppy{f}, CDROMs: [4]*machine.CDROM{2: {}}, Hold: r.Hold}
	cfg.Serial[0] = r
	m, err := machine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Start(m)
	return m.Run(context.Background()), r, stdout.String(), stderr.String()
}

func TestCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	exit, r, out, errs := play(t, `
wait "beige> " within 5s
expect "Pentium Pro class\x2c GenuineIntel"  # \xNN in a text
expect-not "nowhere"
expect "\xCD\xCD\xBB"                          # the corner of the frame, in code page 437
type "ticks\x0a"
wait "beige> ticks" within 1s
sleep 2500ms
text screen.txt
shot screen.png
expect-screen screen.png
expect-screen screen.png 3
insert floppy2 b.img
eject floppy2
insert cd a.iso
insert cd b.iso
eject cd
hash
key f1
key ctrl+alt+delete
sleep 3s
expect-not "ticks"
type "mem 0:400"
expect "mem 0:400"
reset
sleep 10ms
expect-not "mem 0:400"
wait "beige> "
quit 3
`, nil)
	if exit != (machine.Exit{Reason: machine.HostStop, Code: 3}) || errs != "" {
		t.Fatalf("ended with %+v\n%s", exit, errs)
	}
	if len(out) != 65 {
		t.Errorf("hash printed %q", out)
	}
	if b, err := os.ReadFile("screen.txt"); err != nil || !strings.Contains(string(b), "beige> ticks\n") {
		t.Errorf("screen.txt: %v\n%s", err, b)
	}
	if now := r.m.Now().String(); !strings.HasPrefix(now, "7.") && !strings.HasPrefix(now, "8.") && !strings.HasPrefix(now, "6.") {
		t.Errorf("the script took %s of virtual time; want 6 to 9 s", now)
	}
}

// Code for boot sectors.
var (
	quiet  = []byte{0xfb, 0xf4, 0xeb, 0xfd}                                                                  // sti; again: hlt; jmp again
	deaf   = []byte{0xfa, 0xf4}                                                                              // cli; hlt
	noKeys = []byte{0xb0, 0x02, 0xe6, 0x21, 0xfb, 0xf4, 0xeb, 0xfd}                                          // no keyboard interrupts: mov al, 2; out 21h, al; sti; again: hlt; jmp again
	off    = []byte{0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef}                                                // mov dx, 604h; mov ax, 2000h; out dx, ax
	key    = append([]byte{0xb4, 0x00, 0xcd, 0x16}, off...)                                                  // int 16h, AH=0: a key, then off
	sends  = []byte{0xba, 0xf8, 0x03, 0xb0, 'o', 0xee, 0xb0, 0xff, 0xb9, 0, 0, 0xe2, 0xfe, 0xee, 0xeb, 0xfe} // 'o', a while, FFh on COM1
)

func TestFailures(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tc := range []struct {
		name, script string
		code         []byte
		want         machine.Exit
		report       string // begins the report
	}{
		{"wait", `wait "nowhere" within 2s`, quiet, machine.Exit{Reason: machine.HostStop, Code: 4}, `beige: test:1: wait "nowhere" within 2s: not within 2s` + "\n--- screen, 2s after power-on ---\n"},
		{"wait, by default", `wait "nowhere"`, quiet, machine.Exit{Reason: machine.HostStop, Code: 4}, `beige: test:1: wait "nowhere": not within 30s`},
		{"wait-serial", "\nwait-serial \"x\" within 500ms", sends, machine.Exit{Reason: machine.HostStop, Code: 4}, `beige: test:2: wait-serial "x" within 500ms: not within 0.500s`},
		{"expect", "sleep 1s\nexpect \"nowhere\" # why", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, `beige: test:2: expect "nowhere" # why: "nowhere" is not on the screen`},
		{"expect-not", "wait \"beige> \"\nexpect-not \"help\"", nil, machine.Exit{Reason: machine.HostStop, Code: 1}, `beige: test:2: expect-not "help": "help" is on the screen`},
		{"insert", "insert floppy none.img", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:1: insert floppy none.img: none.img: no such file\n"},
		{"no such CD-ROM drive", "insert cd2 a.iso", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:1: insert cd2 a.iso: no CD-ROM drive 2 in this machine; --cdrom2 makes one\n"},
		{"text", "text no/such/dir", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:1: text no/such/dir: no such file or directory\n"},
		{"shot", "shot no/such/dir.png", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:1: shot no/such/dir.png: no such file or directory\n"},
		{"expect-screen without a file", "expect-screen none.png", quiet, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:1: expect-screen none.png: no such file; make it with shot none.png\n"},
		{"expect-screen", "sleep 1s\nshot screen.png\nwait \"beige> \"\nshot other.png\nexpect-screen other.png\ntype \"x\"\nsleep 1s\nexpect-screen screen.png", nil, machine.Exit{Reason: machine.HostStop, Code: 1}, "beige: test:8: expect-screen screen.png: "},
		{"type", "sleep 1s\ntype \"hello\"", noKeys, machine.Exit{Reason: machine.HostStop, Code: 4}, `beige: test:2: type "hello": the guest does not read the keyboard`},
		{"wait for a dead guest", `wait "nowhere"`, deaf, machine.Exit{Reason: machine.HaltedForever}, ""},
		{"a dead guest may be looked at", "sleep 5s\nexpect-not \"nowhere\"\nsleep 5s\nquit 6", deaf, machine.Exit{Reason: machine.HostStop, Code: 6}, ""},
		{"and reset", "sleep 5s\nreset\nsleep 5s\nquit", deaf, machine.Exit{Reason: machine.HostStop}, ""},
		{"the power button", "sleep 1s\npower\nwait \"x\"", quiet, machine.Exit{Reason: machine.PowerOff}, ""},
		{"off while waiting", "sleep 1s\nkey a\nwait \"x\"", key, machine.Exit{Reason: machine.PowerOff}, ""},
		{"serial bytes", "wait-serial \"o\"\nwait-serial \"\\xff\" within 1s", sends, machine.Exit{Reason: machine.HostStop}, ""},
		{"empty", "# nothing\n", quiet, machine.Exit{Reason: machine.HostStop}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			exit, _, _, errs := play(t, tc.script, tc.code)
			if exit != tc.want || !strings.HasPrefix(errs, tc.report) || tc.report == "" && errs != "" {
				t.Errorf("ended with %+v; want %+v; report\n%s\nwant %s", exit, tc.want, errs, tc.report)
			}
			if tc.name == "wait-serial" && !strings.Contains(errs, "the end of 2 bytes ---\n\"o\\xff\"\n") {
				t.Errorf("the report lacks the serial output:\n%s", errs)
			}
		})
	}
}

// TestDone: a guest that goes off when the script has nothing left to check has
// passed it.
func TestDone(t *testing.T) {
	for script, want := range map[string]bool{
		"sleep 1s\nkey a":                true,
		"sleep 1s\nkey a\nquit":          true,
		"sleep 1s\nkey a\nquit 2":        false,
		"sleep 1s\nkey a\nsleep 5s":      true,
		"sleep 1s\nkey a\nwait \"x\"":    false,
		"sleep 1s\ntype \"abc\"\nhash\n": false,
	} {
		exit, r, _, _ := play(t, script, key)
		if exit.Reason != machine.PowerOff || r.Done() != want {
			t.Errorf("%q: ended with %+v, done %v; want off, %v", script, exit, r.Done(), want)
		}
		var errs bytes.Buffer
		if r.opt.Err = &errs; !want {
			if r.Interrupted("gone"); !strings.HasPrefix(errs.String(), "beige: test:") || !strings.Contains(errs.String(), ": gone\n--- screen") {
				t.Errorf("%q: report %q", script, &errs)
			}
		}
	}
}

// TestSerialIsBounded: what no script waits for does not pile up.
func TestSerialIsBounded(t *testing.T) {
	r := New(&Script{}, Options{})
	for range 5 {
		if n, err := r.Write(make([]byte, maxSerial/2)); n != maxSerial/2 || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if len(r.serial) != maxSerial {
		t.Errorf("%d bytes kept; want %d", len(r.serial), maxSerial)
	}
}

func TestParseLimits(t *testing.T) {
	if _, err := Parse("f", strings.NewReader(strings.Repeat("#", maxScript+1)), kbc.US()); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a huge script: %v", err)
	}
	if s, err := Parse("f", strings.NewReader(strings.Repeat("#", maxScript-1)), kbc.US()); err != nil || len(s.lines) != 0 {
		t.Errorf("a long comment: %v", err)
	}
}
