//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"beige/devices/host/term"
	"beige/devices/image"
)

// TestEveryEndCloses: however a run ends, its images are written out and closed,
// once, and free for others.
func TestEveryEndCloses(t *testing.T) {
	// The guest asks for the signal when it has written.
	asks := concat(out(0xe9, 'x'), idle)
	signal := func(sig syscall.Signal) func(*session) {
		return func(s *session) {
			s.cfg.DebugCon = writerFunc(func() { _ = syscall.Kill(os.Getpid(), sig) })
		}
	}
	for _, tc := range []struct {
		name string
		code []byte
		set  func(*session)
		want exitCode // 0: no error
	}{
		{"switched off", powerOff, nil, 0},
		{"debug exit", out(0x501, 5), nil, 15},
		{"triple fault", triple, nil, 3},
		{"halted for ever", dead, nil, 3},
		{"time-out", idle, func(s *session) { s.timeout = time.Second }, 4},
		{"script passes", idle, func(s *session) { s.options.script = steps(t, "sleep 1s\n") }, 0},
		{"script fails", idle, func(s *session) { s.options.script = steps(t, "sleep 1s\nexpect \"not there\"\n") }, 1},
		{"bug", idle, func(s *session) { s.cfg.Post = func(uint8) { panic("a bug") } }, 70},
		{"SIGINT", asks, signal(syscall.SIGINT), 130},
		{"SIGTERM", asks, signal(syscall.SIGTERM), 130},
		{"SIGHUP", asks, signal(syscall.SIGHUP), 130},
		{"SIGQUIT", asks, signal(syscall.SIGQUIT), 130},
		{"mistake", idle, func(s *session) { s.cfg.CPU = "z80" }, -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer null.Close()
			img := guest(t, concat(writeSectors(1, 0, 0x0002), tc.code))
			s := &session{options: &options{displays: displays{console: "none"}}, stdin: null, stdout: &output{f: null}, stderr: null}
			s.files[0] = img
			if tc.set != nil {
				tc.set(s)
			}
			closed := 0
			s.closer = append(s.closer, func() error { closed++; return nil })
			err = s.run(nil)
			var code exitCode
			if tc.want >= 0 && (errors.As(err, &code) != (tc.want != 0) || code != tc.want) {
				t.Errorf("run = %v; want exit code %d", err, tc.want)
			}
			if closed != 1 || len(s.closer) != 0 {
				t.Errorf("closed %d times; want once", closed)
			}
			f, err := image.OpenFloppy(img, image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			p := make([]byte, 512)
			if _, err := f.ReadSector(0, 0, 1, p); err != nil || (p[510] == 0x55) != (tc.want >= 0 && tc.name != "bug") {
				t.Errorf("sector 2 ends in %02x, %v; what the guest wrote is not there", p[510], err)
			}
		})
	}
}

func steps(t *testing.T, text string) string { return file(t, "s", len(text), []byte(text)) }

// writerFunc is called for each write.
type writerFunc func()

func (f writerFunc) Write(b []byte) (int, error) {
	f()
	return len(b), nil
}

// TestFrontBug: a panic of the front end is reported and does not take the
// program down with its images open.
func TestFrontBug(t *testing.T) {
	s := &session{options: &options{}, term: new(term.Terminal)}
	if _, bug := s.front(context.Background()); !strings.HasPrefix(bug, "beige: bug in beige") || strings.Contains(bug, "\n") {
		t.Errorf("front reports %q; want one line", bug)
	}
}
