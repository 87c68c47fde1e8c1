package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/devices/host/char"
	"beige/devices/image"
	"beige/devices/video"
	"beige/machine"
	"beige/machine/screenshot"
)

// guest is a boot sector in a 160 KB floppy image that runs the code at 7C00h.
func guest(t *testing.T, code ...[]byte) string {
	t.Helper()
	var b []byte
	for _, c := range code {
		b = append(b, c...)
	}
	sector := make([]byte, 512)
	copy(sector, b)
	sector[510], sector[511] = 0x55, 0xaa
	return file(t, "guest.img", 160<<10, sector)
}

func out(port uint16, v uint8) []byte { // mov dx, port; mov al, v; out dx, al
	return []byte{0xba, byte(port), byte(port >> 8), 0xb0, v, 0xee}
}

// say prints text through the BIOS and on a port as well.
func say(text string, port uint16) []byte {
	var b []byte
	for i := range len(text) {
		b = append(b, 0xb8, text[i], 0x0e, 0xbb, 7, 0, 0xcd, 0x10) // mov ax, 0E00h+char; mov bx, 7; int 10h
		if port != 0 {
			b = append(b, out(port, text[i])...)
		}
	}
	return b
}

var (
	dead     = []byte{0xfa, 0xf4}                                                                         // cli; hlt
	idle     = []byte{0xfb, 0xf4, 0xeb, 0xfd}                                                             // sti; again: hlt; jmp again
	powerOff = []byte{0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef}                                           // mov dx, 604h; mov ax, 2000h; out dx, ax
	triple   = []byte{0xbc, 0x01, 0x00, 0xcc}                                                             // mov sp, 1; int3
	writer   = []byte{0xb8, 0x01, 0x03, 0xbb, 0x00, 0x7c, 0xb9, 0x02, 0x00, 0xba, 0x00, 0x00, 0xcd, 0x13, // int 13h, AH=03h: sector 2
		0x88, 0xe0, 0xba, 0x01, 0x05, 0xee} // mov al, ah; mov dx, 501h; out dx, al
)

// writeSectors is guest code that writes a sector through INT 13h n times and
// leaves the last status in AH.
func writeSectors(n, drive byte, cx uint16) []byte {
	return []byte{0xbf, n, 0, // mov di, n
		0xb8, 0x01, 0x03, 0xbb, 0x00, 0x7c, 0xb9, byte(cx), byte(cx >> 8), 0xba, drive, 0x00, // again: mov ax, 301h; mov bx, 7C00h; mov cx, cx; mov dx, drive
		0xcd, 0x13, 0x4f, 0x75, 0xef} // int 13h; dec di; jnz again
}

// exitStatus ends the run with AH as the guest's status.
var exitStatus = []byte{0x88, 0xe0, 0xba, 0x01, 0x05, 0xee} // mov al, ah; mov dx, 501h; out dx, al

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// TestExitCodes: every way for a guest to end.
func TestExitCodes(t *testing.T) {
	for _, tc := range []struct {
		name   string
		code   []byte
		flags  string
		want   int
		stderr string
	}{
		{"switched off", powerOff, "", 0, ""},
		{"triple fault", triple, "", 3, "beige: the processor has shut down after a triple fault\n"},
		{"halted for ever", dead, "", 3, "beige: the processor has halted for ever (HLT, and no interrupt can come)\n"},
		{"halted for ever, in lines", dead, "--display auto", 3, "beige: the processor has halted for ever (HLT, and no interrupt can come)\n"},
		{"time-out", idle, "--timeout 3s", 4, "beige: time-out: 3s of virtual time are over\n"},
		{"status 0", out(0x501, 0), "", 10, ""},
		{"status 7", out(0x501, 7), "", 17, ""},
		{"a large status", out(0x501, 200), "", 210, ""},
		{"a status beyond what a process can say", out(0x501, 250), "", 255, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"run", "--speed", "max", "--floppy", guest(t, tc.code), "--timeout", "60s"}, strings.Fields(tc.flags)...)
			if strings.Contains(tc.flags, "--timeout") {
				args = append(args[:5], strings.Fields(tc.flags)...)
			}
			if !strings.Contains(tc.flags, "--display") {
				args = append(args, "--display", "none")
			}
			code, _, stderr := beige(t, args...)
			if code != tc.want || stderr != tc.stderr {
				t.Errorf("exit code %d, stderr %q; want %d, %q", code, stderr, tc.want, tc.stderr)
			}
		})
	}
}

// TestLines: without a terminal the lines of the screen come out, the last one
// too.
func TestLines(t *testing.T) {
	code, stdout, _ := beige(t, "run", "--speed", "max", "--floppy", guest(t, say("one\r\ntwo\r\nthree", 0), powerOff))
	if code != 0 || !strings.HasSuffix(stdout, "one\ntwo\nthree\n") {
		t.Errorf("exit code %d, standard output %q; want it to end in the three lines", code, stdout)
	}
}

// TestLinesOfInput: piped lines are typed when the guest is ready for them.
func TestLinesOfInput(t *testing.T) {
	in, err := os.Open(file(t, "in", 9, []byte("cpu\r\noff\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if code := doMain([]string{"run", "--speed", "max", "--timeout", "10m"}, in, out, out); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if b, err := os.ReadFile(out.Name()); err != nil || !strings.Contains(string(b), "beige> cpu\nPentium Pro class, GenuineIntel, family 6") || !strings.HasSuffix(string(b), "beige> off\n") {
		t.Errorf("%v, output:\n%s", err, b)
	}
}

// TestOutputs: what the guest says goes where the flags say.
func TestOutputs(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	print := []byte{0xba, 0x00, 0x00, 0xb8, 0x00, 0x01, 0xcd, 0x17, 0xb8, 'L', 0x00, 0xcd, 0x17} // mov dx, 0; int 17h: initialise; mov ax, 'L'; int 17h
	img := guest(t, say("S", 0x3f8), say("D", 0xe9), print, powerOff)
	code, stdout, stderr := beige(t, "run", img, "--display", "none", "--deterministic", "--serial", "file:"+path("com"), "--lpt", path("lpt"),
		"--debugcon", "file:"+path("con"), "--screen-text", path("scr"), "--screenshot", path("png"), "--record-screen", path("rec.gif"), "--state-hash", "--log", "power=debug")
	if code != 0 || len(stdout) != 65 || strings.Trim(stdout, "0123456789abcdef\n") != "" {
		t.Errorf("exit code %d, standard output %q; want 0 and a hash; %s", code, stdout, stderr)
	}
	if !strings.HasPrefix(stderr, "beige: guest.img is a 160K floppy") || !strings.Contains(stderr, "device=power") {
		t.Errorf("standard error %q; want the guess and the log", stderr)
	}
	for name, want := range map[string]string{"com": "S", "con": "D", "lpt": "L", "scr": "SD\n"} {
		if b, err := os.ReadFile(path(name)); err != nil || !strings.HasSuffix(string(b), want) {
			t.Errorf("%s has %q, %v; want %q", name, b, err, want)
		}
	}
	if b, err := os.ReadFile(path("rec.gif")); err != nil || !strings.HasPrefix(string(b), "GIF89a\xd0\x02\x90\x01") || b[len(b)-1] != ';' {
		t.Errorf("--record-screen: %d bytes, %v; want a GIF file of 720 x 400 dots", len(b), err)
	}
	if img, err := screenshot.Load(path("png")); err != nil || img.Bounds().Dx() != 720 || img.Bounds().Dy() != 400 {
		t.Errorf("--screenshot: %v, %v; want 720 x 400 dots", err, img)
	}
	code, again, _ := beige(t, "run", img, "--display", "none", "--deterministic", "--state-hash", "--serial", "stdio", "--debugcon", "stderr", "--screen-text", "-", "--lpt", path("lpt"))
	if code != 0 || !strings.HasPrefix(again, "S") || !strings.Contains(again, "SD\n") {
		t.Errorf("exit code %d, standard output %q", code, again)
	}
}

// TestOutputsDestroyNothing: an output that is an input as well is refused.
func TestOutputsDestroyNothing(t *testing.T) {
	img := guest(t, powerOff)
	for _, flag := range []string{"--lpt", "--screen-text", "--screenshot", "--record-screen", "--serial", "--debugcon"} {
		value := img
		if flag == "--serial" || flag == "--debugcon" {
			value = "file:" + img
		}
		code, _, stderr := beige(t, "run", img, flag, value)
		if code != 2 || !strings.Contains(stderr, flag+": "+img+": would overwrite") {
			t.Errorf("%s: exit code %d, stderr %q", flag, code, stderr)
		}
	}
	if info, err := os.Stat(img); err != nil || info.Size() != 160<<10 {
		t.Errorf("the image has changed: %v, %v", info, err)
	}
	// A mistake anywhere keeps everything from being created.
	path := filepath.Join(t.TempDir(), "new")
	if code, _, _ := beige(t, "run", "--lpt", path, "--cpu", "z80"); code != 2 {
		t.Errorf("exit code %d; want 2", code)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the output was created: %v", err)
	}
}

// TestAllMistakesTogether: flags, images, machine and script are all looked at.
func TestAllMistakesTogether(t *testing.T) {
	code, _, stderr := beige(t, "run", "--cpu", "z80", "--mem", "3", "nowhere.img", "--speed", "fast", "--script", file(t, "s", 4, []byte("wiat")))
	for _, want := range []string{"unknown cpu", "memory 3 bytes is too small", "nowhere.img: no such file", "--speed: ", "unknown command \"wiat\""} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error lacks %q:\n%s", want, stderr)
		}
	}
	if code != 2 || strings.Count(stderr, "\n") != 5 {
		t.Errorf("exit code %d; want 2 and 5 lines:\n%s", code, stderr)
	}
}

// TestWritesAndProtection: what a guest may write, and where it goes.
func TestWritesAndProtection(t *testing.T) {
	for _, tc := range []struct {
		flags   string
		want    int // 10 + the status of int 13h
		changed bool
	}{{"", 10, true}, {"--snapshot", 10, false}, {"--read-only", 13, false}} {
		img := guest(t, writer)
		before, _ := os.ReadFile(img)
		code, _, stderr := beige(t, append([]string{"run", img, "--speed", "max", "--display", "none"}, strings.Fields(tc.flags)...)...)
		after, _ := os.ReadFile(img)
		if changed := string(before) != string(after); code != tc.want || changed != tc.changed {
			t.Errorf("%q: exit code %d, image changed: %v; want %d, %v; %s", tc.flags, code, changed, tc.want, tc.changed, stderr)
		}
	}
}

// TestBug: a panic in the machine is one line and code 70.
func TestBug(t *testing.T) {
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	stderr, err := os.Create(filepath.Join(t.TempDir(), "err"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	o := &options{displays: displays{console: "none"}}
	o.cfg.Post = func(uint8) { panic("a bug\nof two lines") }
	err = (&session{options: o, stdin: in, stdout: &output{f: stderr}, stderr: stderr}).run(nil)
	var code exitCode
	if !errors.As(err, &code) || code != 70 {
		t.Errorf("run = %v; want exit code 70", err)
	}
	b, _ := os.ReadFile(stderr.Name())
	if s := string(b); !strings.HasPrefix(s, "beige: bug in beige 0.") || !strings.Contains(s, "a bug of two lines (beige/cmd/beige.TestBug.func1 at run_test.go:") || strings.Count(s, "\n") != 1 {
		t.Errorf("standard error %q", s)
	}
}

// TestSerialInput: more than a machine keeps arrives without loss.
func TestSerialInput(t *testing.T) {
	// again: mov cx, 1000; loop $; mov dx, 3FDh; in al, dx; test al, 1; jz again; mov dl, F8h; in al, dx; out E9h, al; cmp al, '.'; jne again
	count := []byte{0xb9, 0xe8, 0x03, 0xe2, 0xfe, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf3, 0xb2, 0xf8, 0xec, 0xe6, 0xe9, 0x3c, '.', 0x75, 0xea}
	const size = 2*maxWaiting + 1
	in := file(t, "in", size, []byte(strings.Repeat("x", size-1)+"."))
	got := filepath.Join(t.TempDir(), "got")
	f, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if code := doMain([]string{"run", "--floppy", guest(t, out(0x3fb, 0x83), out(0x3f8, 1), out(0x3fb, 3), count, powerOff), "--speed", "max", "--serial", "stdio", "--debugcon", "file:" + got}, f, null, null); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if b, err := os.ReadFile(got); err != nil || len(b) != size {
		t.Errorf("the guest got %d bytes, %v; want %d", len(b), err, size)
	}
}

// A peer on TCP talks to a guest on COM2, whoever else has come and gone.
func TestSerialTCP(t *testing.T) {
	// again: mov dx, 2FDh; in al, dx; test al, 1; jz again; mov dl, F8h; in al, dx; xchg bx, ax; mov dl, FDh
	// full: in al, dx; test al, 20h; jz full; xchg bx, ax; mov dl, F8h; out dx, al; cmp al, '.'; jne again
	echo := []byte{0xba, 0xfd, 0x02, 0xec, 0xa8, 0x01, 0x74, 0xf8, 0xb2, 0xf8, 0xec, 0x93, 0xb2, 0xfd,
		0xec, 0xa8, 0x20, 0x74, 0xfb, 0x93, 0xb2, 0xf8, 0xee, 0x3c, '.', 0x75, 0xe5}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stderr, said, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	image := guest(t, out(0x2fb, 0x83), out(0x2f8, 1), out(0x2f9, 0), out(0x2fb, 3), out(0x2fa, 7), echo, powerOff)
	code := make(chan int)
	go func() {
		defer said.Close()
		code <- doMain([]string{"run", "--floppy", image, "--serial2", "tcp:0", "--display", "none"}, null, null, said)
	}()
	lines, port := bufio.NewScanner(stderr), ""
	for port == "" && lines.Scan() {
		port, _ = strings.CutPrefix(lines.Text(), "beige: COM2 is ")
		if !strings.HasPrefix(port, "127.0.0.1:") {
			port = ""
		}
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	for i, text := range []string{"hello\r\n\x00\xff", strings.Repeat("0123456789", 100)} {
		c, err := net.Dial("tcp", port)
		if err != nil {
			t.Fatal(err)
		}
		// The guest is there when it echoes.
		got := []byte{0}
		for n := 0; n == 0; n, err = c.Read(got) {
			if _, err := c.Write([]byte("~")); err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		}
		_, _ = c.Write([]byte(text))
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		for b := []byte{0}; err == nil && !strings.HasSuffix(string(got), text); {
			_, err = c.Read(b)
			got = append(got, b...)
		}
		if strings.TrimLeft(string(got), "~") != text || err != nil {
			t.Errorf("peer %d: got %q, %v; want what it sent", i, got, err)
		}
		if i == 1 {
			_, _ = c.Write([]byte("."))
		}
		_ = c.Close()
	}
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
}

func TestTee(t *testing.T) {
	var a, b strings.Builder
	n, err := char.Tee{&a, &output{err: errors.New("full")}, &b}.Write([]byte("xy"))
	if n != 2 || err != nil || a.String() != "xy" || b.String() != "xy" {
		t.Errorf("Write = %d, %v; got %q and %q", n, err, a.String(), b.String())
	}
}

// TestSwapFloppies: a script may put disks in and out, the same one twice, and
// whoever wants a disk that is out may have it.
func TestSwapFloppies(t *testing.T) {
	one, two := guest(t, idle), guest(t, idle)
	script := file(t, "s", 0, nil)
	text := "sleep 1s\ninsert floppy \"" + two + "\"\ninsert floppy2 \"" + one + "\"\neject floppy\ninsert floppy \"" + two + "\"\nsleep 10ms\ninsert floppy2 \"" + two + "\"\n"
	if err := os.WriteFile(script, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := beige(t, "run", one, "--script", script)
	if code != 1 || !strings.Contains(stderr, ":7: insert floppy2") || !strings.Contains(stderr, "is in drive A already") || !strings.Contains(stderr, "--- screen, 1.010s after power-on ---") {
		t.Errorf("exit code %d, stderr %q; want a failure of line 7 only", code, stderr)
	}
	for _, path := range []string{one, two} {
		f, err := image.OpenFloppy(path, image.Options{})
		if err != nil {
			t.Errorf("afterwards: %v", err)
			continue
		}
		f.Close()
	}
}

func TestSaveScreen(t *testing.T) {
	t.Chdir(t.TempDir())
	text := &machine.Screen{Text: true, Columns: 4, Rows: 1, Cells: []machine.Cell{{Code: 't'}, {Code: 'e'}, {Code: 'x'}, {Code: 't'}}}
	dark := &machine.Screen{Frame: &video.Frame{}}
	for _, tc := range []struct {
		s    *machine.Screen
		want string
	}{{text, "beige-0001.txt"}, {text, "beige-0002.txt"}, {dark, "beige-0001.png"}} {
		if name, err := saveScreen(tc.s); err != nil || name != tc.want {
			t.Errorf("saveScreen = %q, %v; want %q", name, err, tc.want)
		}
	}
	if b, err := os.ReadFile("beige-0002.txt"); err != nil || string(b) != "text\n" {
		t.Errorf("saved %q, %v", b, err)
	}
	if img, err := screenshot.Load("beige-0001.png"); err != nil || img.Bounds().Dx() != 640 {
		t.Errorf("saved picture: %v, %v", img, err)
	}
}

func TestFileError(t *testing.T) {
	_, missing := os.Open("nowhere")
	for _, tc := range []struct {
		err  error
		want string
	}{{missing, "x: no such file"}, {os.ErrPermission, "x: access denied"}, {&os.PathError{Err: errors.New("odd")}, "x: odd"}, {errors.New("other"), "x: other"}} {
		if got := fileError("x", tc.err); got.Error() != tc.want {
			t.Errorf("fileError(%v) = %v; want %s", tc.err, got, tc.want)
		}
	}
}
