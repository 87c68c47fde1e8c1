// Package char is character devices of the host for the machine's serial and
// parallel ports: the process's own input and output, TCP, pseudo-terminals, and
// several at once.
package char

import (
	"context"
	"io"
	"os"

	xterm "golang.org/x/term"
)

// Tee writes to all of its writers. A writer that fails does not keep the
// others from getting the bytes; the guest never sees the failure, as a serial
// line has nobody who answers.
type Tee []io.Writer

// Write implements io.Writer.
func (t Tee) Write(b []byte) (int, error) {
	for _, w := range t {
		_, _ = w.Write(b)
	}
	return len(b), nil
}

// EscapeKey is Ctrl+], which ends a session on a terminal.
const EscapeKey = 0x1d

// Stdio is the process's input and output as a serial line.
type Stdio struct {
	in  *os.File
	out io.Writer
}

// NewStdio returns a line to in and out.
func NewStdio(in *os.File, out io.Writer) *Stdio { return &Stdio{in, out} }

// Write sends what the guest has sent.
func (s *Stdio) Write(b []byte) (int, error) { return s.out.Write(b) }

// Serve hands what comes in to receive until ctx is done. A terminal is put in
// raw mode, so that every key reaches the guest; Ctrl+] quits then. The end of
// the input is not the end of the session.
func (s *Stdio) Serve(ctx context.Context, receive func([]byte)) (quit bool) {
	fd := int(s.in.Fd())
	tty := xterm.IsTerminal(fd)
	if tty {
		if state, err := xterm.MakeRaw(fd); err == nil {
			defer func() { _ = xterm.Restore(fd, state) }()
		}
	}
	in := make(chan []byte)
	go func() {
		defer close(in)
		for {
			b := make([]byte, 1024)
			n, err := s.in.Read(b)
			if n > 0 {
				select {
				case in <- b[:n]:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return false
		case b, ok := <-in:
			if !ok {
				<-ctx.Done()
				return false
			}
			for i, c := range b {
				if tty && c == EscapeKey {
					receive(b[:i])
					return true
				}
			}
			receive(b)
		}
	}
}
