package main

import (
	"context"
	"fmt"
	"time"

	"beige/devices/host/term"
	"beige/machine"
)

// outcome is how a run ended; bug is the report of a panic.
type outcome struct {
	exit machine.Exit
	bug  string
}

// haltTime is how long the machine may take to stop when it is told to: it may be
// in a flush of much data to a slow disk of the host.
const haltTime = time.Minute

// serve runs the machine on its own goroutine and the front end on this one,
// until ctx is done at the latest.
func (s *session) serve(ctx context.Context) outcome {
	if s.console == "term" {
		t, err := term.Open(s.stdin, s.stdout.f)
		if err != nil {
			return outcome{exit: machine.Exit{Reason: machine.HostStop, Code: codeFailed, Text: "terminal: " + err.Error()}}
		}
		s.term, t.SaveScreen = t, saveScreen
		t.Layout, t.Graphics, t.NoMouse = s.layout, s.graphics, s.noMouse
		s.drivesInMenu(t)
		if len(s.web) > 0 { // what was printed is behind the screen
			t.Note = "web page on " + s.web[0].URL()
		}
		defer t.Close()
	}
	run, halt := context.WithCancel(ctx)
	defer halt()
	front, ended := context.WithCancel(ctx)
	result := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.bug = bugText(p)
			}
			result <- o
			ended()
		}()
		o.exit = s.m.Run(run)
	}()
	closed := s.serveLines(front)
	quit, bug := s.front(front)
	halt()
	ended()
	closed()
	var o outcome
	select {
	case o = <-result:
		if o.bug == "" {
			o.bug = bug
		}
	case <-time.After(haltTime):
		return outcome{bug: bugLine("the machine does not stop", "in the run loop")}
	}
	if quit && o.exit.Reason == machine.Canceled && ctx.Err() == nil {
		o.exit = machine.Exit{Reason: machine.HostStop}
	}
	if s.lines != nil {
		s.lines.Finish()
	}
	return o
}

// front serves the person until ctx is done; quit is true if the person wants
// that. A panic there must not leave the images open.
func (s *session) front(ctx context.Context) (quit bool, bug string) {
	defer func() {
		if p := recover(); p != nil {
			bug = bugText(p)
		}
	}()
	switch {
	case s.term != nil:
		quit = s.term.Serve(ctx, s.m)
	case s.lines != nil:
		s.lines.Serve(ctx)
	case s.stdio != nil:
		if term.IsTerminal(s.stdin) {
			fmt.Fprintf(s.stderr, "beige: COM%d is this terminal; Ctrl+] quits\n", s.stdioPort+1)
		}
		quit = s.stdio.Serve(ctx, s.receiveStdio(ctx))
	default:
		<-ctx.Done()
	}
	return quit, ""
}
