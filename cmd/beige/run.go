package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/urfave/cli/v2"

	"beige/devices/bus"
	"beige/devices/host/char"
	"beige/devices/host/term"
	"beige/machine"
	"beige/machine/script"
)

func runCommand(stdin, stdout, stderr *os.File) *cli.Command {
	return &cli.Command{
		Name:            "run",
		Usage:           "boot a machine",
		UsageText:       "beige run [flags] [IMAGE ...]",
		Description:     "An IMAGE is put into the drive it fits; without one the demonstration disk boots.\nCtrl+] opens a menu while the machine runs.\n\nExit codes: 0 switched off or script passed, 1 run-time failure, 2 usage or\nconfiguration, 3 the guest died, 4 time-out, 10+n chosen by the guest through\nport 501h, 70 bug in beige, 130 interrupted.",
		Flags:           runFlags(),
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			o, err := readOptions(c, stderr)
			if err != nil {
				return usageError{err}
			}
			s := &session{options: o, stdin: stdin, stdout: stdout, stderr: stderr}
			return s.run()
		},
	}
}

// session is one run of a machine, with everything that must be closed.
type session struct {
	*options
	stdin, stdout, stderr *os.File

	disks  *disks
	script *script.Runner
	m      *machine.Machine
	term   *term.Terminal
	lines  *term.Lines
	stdio  *char.Stdio
	closer []func() error
}

// run does it all: open, run, show, close.
func (s *session) run() (err error) {
	defer func() {
		if cerr := s.close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	if err := s.open(); err != nil {
		return usageError{err}
	}
	o := s.serve()
	if o.bug != "" {
		fmt.Fprintln(s.stderr, o.bug)
		return exitCode(codeBug)
	}
	code := s.verdict(o.exit)
	if err := s.results(); err != nil {
		return err
	}
	// A disk that could not be written turns success into failure.
	if cerr := s.close(); cerr != nil {
		if code == codeOK {
			return cerr
		}
		fmt.Fprintf(s.stderr, "beige: %v\n", cerr)
	}
	if code != codeOK {
		return exitCode(code)
	}
	return nil
}

// open opens the images and the other files, and builds the machine.
func (s *session) open() error {
	var err error
	var errs []error
	if s.options.script != "" {
		errs = append(errs, s.openScript())
	}
	s.disks, err = openImages(s.options, s.stderr)
	if err != nil {
		errs = append(errs, err)
	} else {
		s.closer = append(s.closer, s.disks.Close)
	}
	errs = append(errs, s.openChars())
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.chooseDisplay()
	s.m, err = machine.New(s.cfg)
	if err != nil {
		return err
	}
	if s.script != nil {
		s.script.Start(s.m)
	}
	if s.display == "lines" {
		s.lines = term.NewLines(s.stdin, s.stdout)
		s.lines.Start(s.m)
	}
	if s.timeout > 0 {
		s.m.After(bus.Time(s.timeout), func() { s.m.Stop(codeTimeout, fmt.Sprintf("time-out: %v of virtual time are over", s.timeout)) })
	}
	return nil
}

func (s *session) openScript() error {
	f, err := os.Open(s.options.script)
	if err != nil {
		return fmt.Errorf("--script: %w", fileError(s.options.script, err))
	}
	defer f.Close()
	parsed, err := script.Parse(s.options.script, f)
	if err != nil {
		return err
	}
	s.script = script.New(parsed, script.Options{Out: s.stdout, Err: s.stderr,
		OpenFloppy: func(path string) (machine.Floppy, error) { return s.disks.openFloppy(path) }})
	return nil
}

// openChars opens what the serial port, the printer and the debug console go
// to.
func (s *session) openChars() error {
	create := func(flag, path string) (*os.File, error) {
		f, err := os.Create(path)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, fileError(path, err))
		}
		s.closer = append(s.closer, f.Close)
		return f, nil
	}
	var com char.Tee
	var errs []error
	switch s.serial.kind {
	case "stdio":
		s.stdio = char.NewStdio(s.stdin, s.stdout)
		com = append(com, s.stdio)
	case "file":
		f, err := create("serial", s.serial.path)
		errs = append(errs, err)
		com = append(com, f)
	}
	if s.script != nil {
		com = append(com, s.script)
	}
	if len(com) > 0 {
		s.cfg.Serial[0] = com
	}
	if s.lpt != "" {
		f, err := create("lpt", s.lpt)
		errs = append(errs, err)
		s.cfg.Parallel = f
	}
	switch s.debugcon.kind {
	case "stdio":
		s.cfg.DebugCon = s.stderr
	case "file":
		f, err := create("debugcon", s.debugcon.path)
		errs = append(errs, err)
		s.cfg.DebugCon = f
	}
	return errors.Join(errs...)
}

// chooseDisplay decides what "auto" is, and whether the terminal is one.
func (s *session) chooseDisplay() {
	if s.display == "auto" {
		s.display = "term"
		if s.script != nil || s.serial.kind == "stdio" {
			s.display = "none"
		}
	}
	if s.display == "term" && !(term.IsTerminal(s.stdout) && term.IsTerminal(s.stdin)) {
		s.display = "lines"
	}
	s.cfg.Unattended = s.display == "none" && s.script == nil && s.stdio == nil
	if s.display == "term" {
		s.cfg.OnFrame = s.frame
	}
}

// frame is told by the machine that the screen has changed.
func (s *session) frame() {
	if s.term != nil {
		s.term.Show(s.m.Screen())
	}
}

// outcome is how a run ended; bug is the report of a panic.
type outcome struct {
	exit machine.Exit
	bug  string
}

// serve runs the machine on its own goroutine and the front end on this one.
func (s *session) serve() outcome {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop()
	if s.display == "term" {
		t, err := term.Open(s.stdin, s.stdout)
		if err != nil {
			return outcome{exit: machine.Exit{Reason: machine.HostStop, Code: codeFailed, Text: "terminal: " + err.Error()}}
		}
		s.term, t.SaveText = t, saveText
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
	quit := s.front(front)
	halt()
	o := <-result
	if quit && o.exit.Reason == machine.Canceled {
		o.exit = machine.Exit{Reason: machine.HostStop}
	}
	return o
}

// front serves the person until ctx is done; it reports true if the person
// wants to quit.
func (s *session) front(ctx context.Context) (quit bool) {
	switch {
	case s.term != nil:
		return s.term.Serve(ctx, s.m)
	case s.lines != nil:
		s.lines.Serve(ctx, s.m)
	case s.stdio != nil:
		return s.stdio.Serve(ctx, func(b []byte) { s.m.Input(machine.Event{Kind: machine.EventSerial, Data: b}) })
	default:
		<-ctx.Done()
	}
	return false
}

// verdict turns the end of the machine into an exit code, and says what there
// is to say.
func (s *session) verdict(e machine.Exit) int {
	say := func(format string, a ...any) { fmt.Fprintf(s.stderr, "beige: "+format+"\n", a...) }
	if s.script != nil && e.Reason != machine.HostStop && e.Reason != machine.Canceled && e.Reason != machine.DebugExit && !s.script.Done() {
		s.script.Interrupted(e.String())
		if e.Reason == machine.PowerOff {
			return codeFailed
		}
		return codeGuestDead
	}
	switch e.Reason {
	case machine.PowerOff:
		return codeOK
	case machine.DebugExit:
		return min(codeDebugExit+e.Code, codeBug-1)
	case machine.TripleFault, machine.HaltedForever:
		say("%s", e)
		return codeGuestDead
	case machine.Canceled:
		say("interrupted")
		return codeInterrupted
	}
	if e.Text != "" {
		say("%s", e.Text)
	}
	return e.Code
}

// results writes what --state-hash and --screen-text ask for.
func (s *session) results() error {
	if s.screenText == "-" {
		fmt.Fprint(s.stdout, s.m.Screen())
	} else if s.screenText != "" {
		if err := os.WriteFile(s.screenText, []byte(s.m.Screen().String()), 0o666); err != nil {
			return fmt.Errorf("--screen-text: %w", fileError(s.screenText, err))
		}
	}
	if s.stateHash {
		fmt.Fprintln(s.stdout, s.m.StateHash())
	}
	return nil
}

// close closes all files, once.
func (s *session) close() error {
	var errs []error
	for _, f := range s.closer {
		errs = append(errs, f())
	}
	s.closer = nil
	return errors.Join(errs...)
}

// saveText stores the text of a screen in the working directory under the next
// free name.
func saveText(text string) (string, error) {
	for n := 1; n < 10000; n++ {
		name := fmt.Sprintf("beige-%04d.txt", n)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", fileError(name, err)
		}
		_, err = f.WriteString(text)
		return name, errors.Join(err, f.Close())
	}
	return "", errors.New("beige-0001.txt to beige-9999.txt are taken")
}
