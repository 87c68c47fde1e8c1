package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"

	"github.com/urfave/cli/v2"

	"beige/devices/bus"
	"beige/devices/host/char"
	"beige/devices/host/term"
	"beige/devices/host/vnc"
	"beige/devices/host/web"
	"beige/machine"
	"beige/machine/screenshot"
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
			s := &session{options: o, stdin: stdin, stdout: &output{f: stdout, name: "standard output"}, stderr: stderr}
			return s.run(err)
		},
	}
}

// session is one run of a machine, with everything that must be closed.
type session struct {
	*options
	stdin, stderr *os.File
	stdout        *output

	disks    *disks
	script   *script.Runner
	m        *machine.Machine
	term     *term.Terminal
	lines    *term.Lines
	vnc      []*vnc.Server
	web      []*web.Server
	stdio    *char.Stdio
	remote   []lineOf // serial lines to a terminal or a port
	recorder *screenshot.Recorder
	timedOut bool
	closer   []func() error
}

// run does it all: open, run, show, close. mistakes are those found in the flags
// already.
func (s *session) run(mistakes error) error {
	if err := s.open(mistakes); err != nil {
		return usageError{errors.Join(err, s.close())}
	}
	// Signals end the run in order, to the last flush.
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop()
	o := s.serve(ctx)
	if o.bug != "" {
		_ = s.close()
		fmt.Fprintln(s.stderr, o.bug)
		return exitCode(codeBug)
	}
	for _, server := range s.web {
		server.End(o.exit.String())
	}
	code := s.verdict(o.exit)
	// A file that could not be written turns success into failure.
	if err := errors.Join(s.results(o.exit), s.close()); err != nil {
		if code == codeOK {
			return err
		}
		complain(s.stderr, err)
	}
	if code == codeOK && s.disks.failed {
		code = codeFailed // and the person has been told why
	}
	if code != codeOK {
		return exitCode(code)
	}
	return nil
}

// open opens the images and the other files, and builds the machine. Nothing is
// created or changed before all mistakes are known.
func (s *session) open(mistakes error) error {
	errs := []error{mistakes}
	if s.options.script != "" {
		errs = append(errs, s.openScript())
	}
	var err error
	if s.disks, err = openImages(s.options); err == nil {
		s.closer = append(s.closer, s.disks.Close)
	}
	errs = append(errs, err, s.cfg.Check(), s.chooseDisplay(), s.checkFiles())
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, g := range s.disks.guesses {
		fmt.Fprintf(s.stderr, "beige: %s\n", g)
	}
	if err := errors.Join(s.openVNC(), s.openWeb(), s.openChars(), s.openRecorder()); err != nil {
		return err
	}
	s.cfg.Alloc = allocRAM
	if s.m, err = machine.New(s.cfg); err != nil {
		return err
	}
	boundGarbage(heapRAM(s.m.Config().Memory))
	s.stdout.failed = func(err error) { s.m.Stop(codeFailed, err.Error()) }
	s.disks.onBroken = s.diskFails
	if s.script != nil {
		s.script.Start(s.m)
	}
	if s.console == "lines" {
		s.lines = term.NewLines(s.stdin, s.stdout, s.layout)
		s.lines.Start(s.m)
	}
	s.startVNC()
	s.startWeb()
	if s.recorder != nil {
		s.recorder.Start(s.m)
	}
	if s.timeout > 0 {
		s.m.After(bus.Time(s.timeout), func() {
			s.timedOut = true
			s.m.Stop(codeTimeout, fmt.Sprintf("time-out: %v of virtual time are over", s.timeout))
		})
	}
	return nil
}

func (s *session) openScript() error {
	f, name := s.stdin, "standard input"
	if s.options.script != "-" {
		var err error
		name = s.options.script
		if f, err = os.Open(name); err != nil {
			return fmt.Errorf("--script: %w", fileError(name, err))
		}
		defer f.Close()
	}
	parsed, err := script.Parse(name, f, s.layout)
	if err != nil {
		return scriptError(name, err)
	}
	s.script = script.New(parsed, script.Options{Out: s.stdout, Err: s.stderr,
		Insert: func(d machine.Drive, path string) error { _, err := s.insert(d, path); return err },
		Eject:  s.eject})
	s.cfg.Hold = s.script.Hold
	return nil
}

// scriptError is a mistake in a script, or a file that cannot be read.
func scriptError(name string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("--script: %w", fileError(name, pe))
	}
	return err
}

// openRecorder creates the file of --record-screen.
func (s *session) openRecorder() error {
	if s.record == "" {
		return nil
	}
	said := func(err error) error {
		if err != nil {
			err = fmt.Errorf("--record-screen: %w", fileError(s.record, err))
		}
		return err
	}
	var err error
	if s.recorder, err = screenshot.NewRecorder(s.record); err != nil {
		return said(err)
	}
	s.closer = append(s.closer, func() error { return said(s.recorder.Close()) })
	return nil
}

// outputs are the files that this run is to write, by their flags.
func (s *session) outputs() map[string]string {
	out := map[string]string{}
	paths := map[string]string{"debugcon": s.debugcon.path, "lpt": s.lpt, "screen-text": s.screenText, "screenshot": s.screenshot, "record-screen": s.record}
	for unit, to := range s.serial {
		paths[serialFlag(unit)] = to.path
	}
	for flag, path := range paths {
		if path != "" && !(flag == "screen-text" && path == "-") {
			out[flag] = path
		}
	}
	return out
}

// checkFiles finds outputs that would destroy an input.
func (s *session) checkFiles() error {
	inputs := append(slices.Concat(s.files[:], s.images), s.options.script)
	var errs []error
	for flag, path := range s.outputs() {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if info.IsDir() {
			errs = append(errs, fmt.Errorf("--%s: %s: is a directory", flag, path))
		}
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(info, other) && info.Mode().IsRegular() {
				errs = append(errs, fmt.Errorf("--%s: %s: would overwrite %s; want another file", flag, path, in))
			}
		}
	}
	return errors.Join(errs...)
}

// openChars opens what the serial ports, the printer and the debug console go
// to.
func (s *session) openChars() error {
	create := func(flag, path string) (io.Writer, error) {
		f, err := os.Create(path)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, fileError(path, err))
		}
		o := &output{f: f, name: "--" + flag + ": " + path}
		s.closer = append(s.closer, o.Close)
		return o, nil
	}
	var errs []error
	for unit := range s.serial {
		com, err := s.openSerial(unit, create)
		errs = append(errs, err)
		if len(com) > 0 {
			s.cfg.Serial[unit] = com
		}
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

// chooseDisplay decides what "auto" is, and whether the terminal is one. What
// goes to standard error would be written over the screen there.
func (s *session) chooseDisplay() error {
	if s.console == "auto" {
		s.console = "term"
		if s.script != nil || s.stdioPort >= 0 {
			s.console = "none"
		}
	}
	if s.console == "term" && !(term.IsTerminal(s.stdout.f) && term.IsTerminal(s.stdin)) {
		s.console = "lines"
	}
	s.cfg.Unattended = s.console == "none" && !s.networked() && s.script == nil && !slices.ContainsFunc(s.serial[:], target.answers)
	if s.console == "term" || s.networked() {
		s.cfg.OnFrame = s.frame
	}
	if s.console != "term" {
		return nil
	}
	if !term.IsTerminal(s.stderr) {
		return nil
	}
	const advice = "would write over the screen; send standard error to a file (2>FILE), or use --display none"
	var errs []error
	if s.logs {
		errs = append(errs, errors.New("--log: "+advice))
	}
	if s.debugcon.kind == "stdio" {
		errs = append(errs, errors.New("--debugcon stderr: "+advice+" or --debugcon file:PATH"))
	}
	return errors.Join(errs...)
}

// diskFails tells the person at once that the host's file system has failed, and
// reports whether that will do: what the terminal's status line says is gone at
// the end.
func (s *session) diskFails(err error) bool {
	if s.console == "term" {
		if s.term != nil {
			s.term.Notice(err.Error())
		}
		return false
	}
	complain(s.stderr, err)
	return true
}

// verdict turns the end of the machine into an exit code, and says what there
// is to say.
func (s *session) verdict(e machine.Exit) int {
	say := func(format string, a ...any) { fmt.Fprintf(s.stderr, "beige: "+format+"\n", a...) }
	if s.script != nil && !s.script.Done() {
		switch {
		case s.timedOut:
			s.script.Interrupted(e.Text)
			return codeTimeout
		case e.Reason == machine.PowerOff:
			s.script.Interrupted(e.String())
			return codeFailed
		case e.Reason == machine.TripleFault, e.Reason == machine.HaltedForever:
			s.script.Interrupted(e.String())
			return codeGuestDead
		}
	}
	switch e.Reason {
	case machine.PowerOff:
		return codeOK
	case machine.DebugExit:
		return min(codeDebugExit+e.Code, codeMost)
	case machine.TripleFault, machine.HaltedForever:
		if s.term != nil { // the screen is gone, and it may say why
			fmt.Fprint(s.stdout, s.m.Screen())
		}
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

// results writes what --state-hash, --screen-text and --screenshot ask for. A failure of the
// standard output that was the end of the run has been reported.
func (s *session) results(e machine.Exit) error {
	var err error
	if s.screenText == "-" {
		fmt.Fprint(s.stdout, s.m.Screen())
	} else if s.screenText != "" {
		if err = os.WriteFile(s.screenText, []byte(s.m.Screen().String()), 0o666); err != nil {
			err = fmt.Errorf("--screen-text: %w", fileError(s.screenText, err))
		}
	}
	if s.screenshot != "" {
		if e := screenshot.Save(s.screenshot, s.m.Frame()); e != nil {
			err = errors.Join(err, fmt.Errorf("--screenshot: %w", fileError(s.screenshot, e)))
		}
	}
	if s.stateHash {
		fmt.Fprintln(s.stdout, s.m.StateHash())
	}
	if s.stdout.err != nil && s.stdout.err.Error() != e.Text {
		err = errors.Join(err, s.stdout.err)
	}
	return err
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

// saveScreen stores a screen in the working directory under the next free name: text as
// text, graphics as a PNG file.
func saveScreen(screen *machine.Screen) (string, error) {
	data, ext, err := []byte(screen.String()), "txt", error(nil)
	if !screen.Text {
		ext = "png"
		if data, err = screenshot.Encode(screen.Frame); err != nil {
			return "", err
		}
	}
	for n := 1; n < 10000; n++ {
		name := fmt.Sprintf("beige-%04d.%s", n, ext)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", fileError(name, err)
		}
		_, err = f.Write(data)
		return name, errors.Join(err, f.Close())
	}
	return "", fmt.Errorf("beige-0001.%s to beige-9999.%s are taken", ext, ext)
}
