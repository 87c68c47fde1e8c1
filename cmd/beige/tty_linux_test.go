package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"beige/devices/host/term/termtest"
)

// pty is a terminal of which the test is the person.
type pty struct {
	tty    *os.File
	master *os.File
	mu     sync.Mutex
	out    bytes.Buffer
	term   *termtest.Screen // what it shows
}

// openPTY is a terminal that answers nothing.
func openPTY(t *testing.T) *pty {
	t.Helper()
	return openTerminal(t, termtest.Options{Cols: 100, Rows: 30, Silent: true})
}

func openTerminal(t *testing.T, opt termtest.Options) *pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { tty.Close() })
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(opt.Rows), Col: uint16(opt.Cols)}); err != nil {
		t.Fatal(err)
	}
	p := &pty{tty: tty, master: master, term: termtest.New(opt)}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := master.Read(b)
			p.mu.Lock()
			p.out.Write(b[:n])
			p.mu.Unlock()
			_, _ = p.term.Write(b[:n])
			_, _ = master.Write(p.term.Answers())
			if err != nil {
				return
			}
		}
	}()
	return p
}

func (p *pty) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// waitFor waits until the terminal has been sent text.
func (p *pty) waitFor(text string) bool {
	for range 6000 {
		if strings.Contains(p.output(), text) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// TestTerminalIsGivenBack: on every way out the terminal is as it was.
func TestTerminalIsGivenBack(t *testing.T) {
	for _, tc := range []struct {
		name string
		code []byte
		post func(uint8)
		act  func(p *pty)
		args string
		want int
		says string
	}{
		{"menu", say("up", 0), nil, func(p *pty) { p.master.WriteString("\x1dq") }, "", 0, ""},
		{"menu after other items", say("up", 0), nil, func(p *pty) { p.master.WriteString("\x1dp\x1dp\x1dx\r\x1d\x1d\x1dq") }, "", 0, ""},
		{"switched off", append(say("up", 0), powerOff...), nil, nil, "", 0, ""},
		{"dead guest", append(say("up", 0), dead...), nil, nil, "", 3, "beige: the processor has halted for ever"},
		{"time-out", append(say("up", 0), idle...), nil, nil, "--timeout 2s", 4, "beige: time-out"},
		{"SIGTERM", append(say("up", 0), idle...), nil, func(*pty) { syscall.Kill(os.Getpid(), syscall.SIGTERM) }, "", 130, "beige: interrupted"},
		{"SIGINT", append(say("up", 0), idle...), nil, func(*pty) { syscall.Kill(os.Getpid(), syscall.SIGINT) }, "", 130, "beige: interrupted"},
		{"SIGHUP", append(say("up", 0), idle...), nil, func(*pty) { syscall.Kill(os.Getpid(), syscall.SIGHUP) }, "", 130, "beige: interrupted"},
		{"SIGQUIT", append(say("up", 0), idle...), nil, func(*pty) { syscall.Kill(os.Getpid(), syscall.SIGQUIT) }, "", 130, "beige: interrupted"},
		{"a bug", append(say("up", 0), out(0x80, 0xee)...), func(v uint8) {
			if v == 0xee {
				panic("a bug")
			}
		}, nil, "", 70, "beige: bug in beige"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if len(tc.code) < 20 {
				tc.code = append(tc.code, idle...)
			}
			p := openPTY(t)
			before, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			errs, err := os.Create(filepath.Join(t.TempDir(), "err"))
			if err != nil {
				t.Fatal(err)
			}
			defer errs.Close()
			done := make(chan int, 1)
			go func() {
				args := append([]string{"run", "--speed", "50x", "--floppy", guest(t, tc.code)}, strings.Fields(tc.args)...)
				if tc.post == nil {
					done <- doMain(args, p.tty, p.tty, errs)
					return
				}
				o := &options{displays: displays{console: "term"}, files: [slots]string{args[4]}}
				o.cfg.Post = tc.post
				err := (&session{options: o, stdin: p.tty, stdout: &output{f: p.tty}, stderr: errs}).run(nil)
				var code exitCode
				errors.As(err, &code)
				done <- int(code)
			}()
			if tc.act != nil {
				if !p.shows("up") {
					t.Errorf("the guest is not up: %q", p.output())
				}
				tc.act(p)
			}
			select {
			case code := <-done:
				if code != tc.want {
					t.Errorf("exit code %d; want %d", code, tc.want)
				}
			case <-time.After(2 * time.Minute):
				t.Fatal("beige goes on")
			}
			after, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
			if err != nil || *after != *before {
				t.Errorf("the terminal is %+v (%v); want %+v", after, err, before)
			}
			if !p.waitFor("\x1b[?1049l") {
				t.Errorf("the screen was not left: %q", p.output())
			}
			s := p.output()
			if strings.LastIndex(s, "\x1b[?1049h") > strings.LastIndex(s, "\x1b[?1049l") || strings.LastIndex(s, "\x1b[?25l") > strings.LastIndex(s, "\x1b[?25h") {
				t.Errorf("the terminal is left in disorder: %q", s)
			}
			errs.Seek(0, io.SeekStart)
			b, _ := io.ReadAll(errs)
			if !strings.HasPrefix(string(b), tc.says) || (tc.says == "") != (len(b) == 0) {
				t.Errorf("standard error %q; want %q", b, tc.says)
			}
		})
	}
}

// TestStandardErrorOnTheScreen: what would be written over the screen is
// refused.
func TestStandardErrorOnTheScreen(t *testing.T) {
	p := openPTY(t)
	if code := doMain([]string{"run", "--log", "com1=debug", "--debugcon", "stderr"}, p.tty, p.tty, p.tty); code != 2 || !p.waitFor("--debugcon stderr: would write over the screen") || !p.waitFor("--log: would") {
		t.Errorf("exit code %d, %q", code, p.output())
	}
}

// TestSerialTerminal: with --serial stdio every key goes to the guest, and
// Ctrl+] quits.
func TestSerialTerminal(t *testing.T) {
	p := openPTY(t)
	// mov dx, 3FDh; again: in al, dx; test al, 1; jz again; mov dl, F8h; in al, dx; inc al; out dx, al; jmp start
	echo := []byte{0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xb2, 0xf8, 0xec, 0xfe, 0xc0, 0xee, 0xeb, 0xf0}
	done := make(chan int, 1)
	go func() {
		done <- doMain([]string{"run", "--floppy", guest(t, out(0x3fb, 3), out(0x3f8, '!'), echo), "--serial", "stdio"}, p.tty, p.tty, p.tty)
	}()
	if !p.waitFor("beige: COM1 is this terminal; Ctrl+] quits") {
		t.Errorf("not announced: %q", p.output())
	}
	if !p.waitFor("!") { // what comes before the guest has set up its port is lost
		t.Errorf("the guest is not up: %q", p.output())
	}
	p.master.WriteString("GDK\x02")
	if !p.waitFor("HEL\x03") {
		t.Errorf("the guest answered %q; want HEL and Ctrl+C", p.output())
	}
	p.master.WriteString("\x1d")
	select {
	case code := <-done:
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("beige goes on")
	}
}
