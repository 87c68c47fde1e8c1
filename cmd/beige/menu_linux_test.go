package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"beige/machine"
)

// shows waits until a terminal of 100 columns and 30 rows shows text.
func (p *pty) shows(text string) bool {
	for range 6000 {
		if strings.Contains(p.screen(), text) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// screen is what the terminal shows, a line each row.
func (p *pty) screen() string { return p.term.Text() }

// onKey waits for a key, reads sector 2 of drive A and writes its first byte to
// port 80h, EEh if it cannot be read.
var onKey = []byte{
	0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, // xor ax, ax; mov ds, ax; mov es, ax
	0x31, 0xc0, 0xcd, 0x16, // again: xor ax, ax; int 16h
	0xbe, 0x03, 0x00, // mov si, 3
	0xb8, 0x01, 0x02, 0xbb, 0x00, 0x7e, 0xb9, 0x02, 0x00, 0x31, 0xd2, 0xcd, 0x13, // try: mov ax, 201h; mov bx, 7E00h; mov cx, 2; xor dx, dx; int 13h
	0x73, 0x08, 0x4e, 0x75, 0xee, // jnc ok; dec si; jnz try
	0xc6, 0x06, 0x00, 0x7e, 0xee, // mov byte [7E00h], EEh
	0xa0, 0x00, 0x7e, 0xe6, 0x80, 0xeb, 0xdb, // ok: mov al, [7E00h]; out 80h, al; jmp again
}

// TestDisksInTheMenu: disks and discs go in and out by the menu, as events of
// the machine's log, and a wrong file changes nothing.
func TestDisksInTheMenu(t *testing.T) {
	t.Chdir(t.TempDir())
	disk := func(name string, size int, mark byte, code []byte) {
		b := make([]byte, size)
		copy(b, code)
		b[510], b[511], b[512] = 0x55, 0xaa, mark
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	disk("a.img", 1440<<10, 0xc1, append(say("up", 0), onKey...))
	disk("b.img", 1440<<10, 0xc2, nil)
	iso := make([]byte, 40<<11)
	copy(iso[16<<11:], "\x01CD001\x01")
	if err := os.WriteFile("d.iso", iso, 0o666); err != nil {
		t.Fatal(err)
	}

	p := openPTY(t)
	errs, err := os.Create(filepath.Join(t.TempDir(), "err"))
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	answers := make(chan byte, 1000)
	o := &options{displays: displays{console: "term"}, files: [slots]string{"a.img"}}
	o.cfg.Record = true
	o.cfg.Post = func(v uint8) {
		if v >= 0xc1 && v <= 0xc2 || v == 0xee {
			select {
			case answers <- v:
			default:
			}
		}
	}
	s := &session{options: o, stdin: p.tty, stdout: &output{f: p.tty}, stderr: errs}
	done := make(chan error, 1)
	go func() { done <- s.run(nil) }()
	if !p.shows("up") {
		t.Fatalf("the guest is not up:\n%s", p.screen())
	}
	for len(answers) > 0 { // progress of the BIOS
		<-answers
	}

	const esc = "\x1b[27u" // as the kitty protocol sends it
	for _, step := range []struct {
		keys  string
		shows string
		reads byte // what the guest finds in drive A then
	}{
		{"\x1di", "a    drive A", 0},
		{"a", "file for drive A (Esc: none):", 0},
		{"nosuch.img\r", "nosuch.img: no such file", 0xc1},
		{"\x1diad.iso\r", "d.iso: 81920 bytes is no floppy size", 0xc1},
		{"\x1diab.imgx\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[DX\x1b[H\x1b[3~\x1b[F\x7f", "(Esc: none): b.img ", 0},
		{"\r", "b.img is in drive A", 0xc2},
		{"\x1dia", "file for drive A", 0},
		{"a.img" + esc, "up", 0xc2},
		{"\x1dea", "drive A is empty", 0xee},
		{"\x1dib'b.img' \r", "b.img is in drive B", 0xee},
		{"\x1diab.img\r", "b.img: is in drive B already", 0xee},
		{"\x1dia\x15a.img\r", "a.img is in drive A", 0xc1},
		{"\x1dicb.img\r", "b.img: has no volume descriptor", 0},
		{"\x1dicd.iso\r", "d.iso is in the CD-ROM drive", 0},
		{"\x1dec", "the CD-ROM drive is empty", 0xc1},
	} {
		p.master.WriteString(step.keys)
		if !p.shows(step.shows) {
			t.Fatalf("%q: the terminal shows\n%s\nwant %q", step.keys, p.screen(), step.shows)
		}
		if step.reads == 0 {
			continue
		}
		p.master.WriteString("x")
		select {
		case got := <-answers:
			if got != step.reads {
				t.Errorf("%q: the guest reads %#x; want %#x", step.keys, got, step.reads)
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("%q: the guest does not answer; the terminal shows\n%s", step.keys, p.screen())
		}
	}
	p.master.WriteString("\x1dq")
	if err := <-done; err != nil {
		t.Error(err)
	}

	var got []string
	for _, e := range s.m.Log() {
		if name, ok := map[machine.EventKind]string{machine.EventInsert: "in", machine.EventEject: "out", machine.EventInsertDisc: "disc in", machine.EventEjectDisc: "disc out"}[e.Kind]; ok {
			got = append(got, name+" "+strconv.Itoa(e.Unit))
		}
	}
	want := "out 0, in 0, out 0, out 1, in 1, out 0, in 0, disc out 0, disc in 0, disc out 0"
	if strings.Join(got, ", ") != want {
		t.Errorf("events %q; want %q", strings.Join(got, ", "), want)
	}
}
