package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"beige/devices/host/char"
	"beige/devices/host/term"
	"beige/machine"
)

// line is a serial line to somebody outside who may come and go.
type line interface {
	io.Writer
	Place() string
	Serve(ctx context.Context, receive func([]byte))
	Close() error
}

// lineOf is the serial port that a line is for.
type lineOf struct {
	line
	unit int
}

// answers reports whether somebody may send to the port.
func (t target) answers() bool {
	return t.kind == "stdio" || t.kind == "pty" || t.kind == "tcp" || t.kind == "web"
}

// openSerial opens what a serial port sends to. create opens a file for a flag.
func (s *session) openSerial(unit int, create func(flag, path string) (io.Writer, error)) (char.Tee, error) {
	var com char.Tee
	flag, to := serialFlag(unit), s.serial[unit]
	switch to.kind {
	case "stdio":
		s.stdio = char.NewStdio(s.stdin, s.stdout)
		com = append(com, s.stdio)
	case "file":
		f, err := create(flag, to.path)
		if err != nil {
			return nil, err
		}
		com = append(com, f)
	case "web":
		for _, server := range s.web {
			com = append(com, server.Serial(unit))
		}
	case "pty", "tcp":
		l, err := openLine(to)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		s.closer = append(s.closer, l.Close)
		s.remote = append(s.remote, lineOf{l, unit})
		com = append(com, l)
		fmt.Fprintf(s.stderr, "beige: COM%d is %s\n", unit+1, l.Place())
	}
	if unit == 0 && s.script != nil {
		com = append(com, s.script)
	}
	return com, nil
}

func openLine(to target) (line, error) {
	if to.kind == "pty" {
		return char.OpenPTY()
	}
	return char.ListenTCP(to.port)
}

// serveLines serves the lines until ctx is done; the function that it returns waits
// until they are closed.
func (s *session) serveLines(ctx context.Context) (wait func()) {
	var all sync.WaitGroup
	for _, l := range s.remote {
		all.Add(1)
		go func() {
			defer all.Done()
			l.Serve(ctx, func(b []byte) { s.receive(ctx, l.unit, b, false) })
		}()
	}
	return all.Wait
}

// maxWaiting is how much of the input of a serial port may wait for the guest, in
// bytes; the rest stays where it comes from.
const maxWaiting = 16 << 10

// receive gives a serial port what has come in, when the guest has taken most of
// what came before. A person at a terminal is not kept waiting.
func (s *session) receive(ctx context.Context, unit int, b []byte, person bool) {
	for waiting := maxWaiting; waiting >= maxWaiting && !person; {
		if ctx.Err() != nil || !s.m.Do(func() { waiting = s.m.SerialWaiting(unit) }) {
			break // it does not run yet, or not any more
		}
		if waiting >= maxWaiting {
			time.Sleep(time.Millisecond)
		}
	}
	s.m.Input(machine.Event{Kind: machine.EventSerial, Unit: unit, Data: b})
}

// receiveStdio is receive for what comes from standard input.
func (s *session) receiveStdio(ctx context.Context) func([]byte) {
	person := term.IsTerminal(s.stdin)
	return func(b []byte) { s.receive(ctx, s.stdioPort, b, person) }
}
