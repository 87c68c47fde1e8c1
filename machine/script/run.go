package script

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"beige/devices/bus"
	"beige/machine"
	"beige/machine/screenshot"
)

// Exit codes of a script that ends the machine.
const (
	CodeFailed  = 1
	CodeTimeout = 4
)

// pollTime is how often a waiting script looks, in virtual time.
const pollTime = 10 * bus.Millisecond

// A guest must read typed keys within typingTime, and each of many within
// strokeTime.
const (
	typingTime = 30 * bus.Second
	strokeTime = bus.Second
)

// maxTail is how much of the serial output a report shows, in bytes.
const maxTail = 1000

// maxSerial bounds what is kept of the serial output that no wait-serial has
// looked at, in bytes.
const maxSerial = 1 << 20

// Options connect a running script to the world.
type Options struct {
	Out io.Writer // for "hash"
	Err io.Writer // for failures

	// Insert puts an image into a drive, in the place of what is in it, and Eject
	// empties a drive.
	Insert func(d machine.Drive, file string) error
	Eject  func(d machine.Drive) error
}

// Runner is a script under way. All of it belongs to the machine goroutine.
type Runner struct {
	script *Script
	m      *machine.Machine
	opt    Options

	at       int // the next line
	deadline bus.Time
	waiting  bool // the current line has been begun
	busy     bool // strokes are being typed
	turn     int  // of step; earlier calls that are still to come count no more
	seen     uint64
	serial   []byte
	fresh    bool // serial has grown since it was looked at
}

// New prepares a run of s. Write gets the bytes of COM1.
func New(s *Script, opt Options) *Runner { return &Runner{script: s, opt: opt} }

// Write takes what the guest sends on the serial port that wait-serial watches.
func (r *Runner) Write(b []byte) (int, error) {
	r.serial, r.fresh = append(r.serial, b...), true
	if n := len(r.serial) - maxSerial; n > 0 {
		r.serial = append(r.serial[:0], r.serial[n:]...)
	}
	return len(b), nil
}

// Start lets the script drive m, which does not run yet.
func (r *Runner) Start(m *machine.Machine) {
	r.m = m
	r.again(0)
}

// again has step called in a while, and by nobody else before.
func (r *Runner) again(d bus.Time) {
	r.turn++
	turn := r.turn
	r.m.After(d, func() {
		if turn == r.turn {
			r.step()
		}
	})
}

// Hold is Config.Hold of a machine with a script: a dead guest can still be
// looked at, and reset, after a sleep. Everything else that waits would wait in
// vain.
func (r *Runner) Hold(machine.Exit) bool {
	return r.at < len(r.script.lines) && r.script.lines[r.at].verb == "sleep"
}

// Done reports whether nothing is left that could fail: the machine may end.
func (r *Runner) Done() bool {
	for i, l := range r.script.lines[r.at:] {
		switch {
		case l.verb == "sleep", i == 0 && r.waiting && (l.verb == "type" || l.verb == "key"):
		case l.verb == "quit" && l.code == 0:
			return true
		default:
			return false
		}
	}
	return true
}

// Interrupted reports the end of the machine in the middle of the script.
func (r *Runner) Interrupted(reason string) { r.report(reason) }

// step carries out lines until one has to wait.
func (r *Runner) step() {
	for r.at < len(r.script.lines) {
		l := &r.script.lines[r.at]
		done, err := r.line(l)
		switch {
		case err != nil:
			r.fail(CodeFailed, err.Error())
			return
		case l.verb == "quit":
			r.m.Stop(l.code, "")
			return
		case done:
			r.at, r.waiting = r.at+1, false
		case r.m.Now() >= r.deadline && r.busy:
			r.fail(CodeTimeout, "the guest does not read the keyboard")
			return
		case r.m.Now() >= r.deadline:
			r.fail(CodeTimeout, fmt.Sprintf("not within %v", seconds(l.time)))
			return
		case l.verb == "sleep":
			r.again(r.deadline - r.m.Now())
			return
		default:
			r.again(min(pollTime, r.deadline-r.m.Now()))
			return
		}
	}
	r.m.Stop(0, "")
}

// line begins or goes on with one line; done is false while it has to wait.
func (r *Runner) line(l *line) (done bool, err error) {
	begin := !r.waiting
	if begin {
		r.waiting, r.deadline = true, r.m.Now()+l.time
	}
	switch l.verb {
	case "wait":
		if g := r.m.ScreenGeneration(); begin || g != r.seen {
			r.seen = g
			return r.m.Screen().Contains(l.text), nil
		}
		return false, nil
	case "wait-serial":
		if !begin && !r.fresh {
			return false, nil
		}
		r.fresh = false
		if i := bytes.Index(r.serial, []byte(l.text)); i >= 0 {
			r.serial = r.serial[i+len(l.text):]
			return true, nil
		}
		return false, nil
	case "type", "key":
		if begin {
			r.busy = true
			r.deadline += typingTime + bus.Time(len(l.strokes))*strokeTime
			r.m.Type(l.strokes, func() { r.busy = false; r.step() })
		}
		return !r.busy, nil
	case "expect":
		if !r.m.Screen().Contains(l.text) {
			return false, fmt.Errorf("%q is not on the screen", l.text)
		}
	case "expect-not":
		if r.m.Screen().Contains(l.text) {
			return false, fmt.Errorf("%q is on the screen", l.text)
		}
	case "sleep":
		return r.m.Now() >= r.deadline, nil
	case "text":
		return true, fileCause(os.WriteFile(l.text, []byte(r.m.Screen().String()), 0o666))
	case "shot":
		return true, fileCause(screenshot.Save(l.text, r.m.Frame()))
	case "expect-screen":
		return true, fileCause(screenshot.Expect(l.text, r.m.Frame(), l.code))
	case "insert":
		return true, r.opt.Insert(l.drive, l.text)
	case "eject":
		return true, r.opt.Eject(l.drive)
	case "reset":
		r.m.Take(machine.Event{Kind: machine.EventReset})
	case "power":
		r.m.Take(machine.Event{Kind: machine.EventPower})
	case "hash":
		fmt.Fprintf(r.opt.Out, "%s\n", r.m.StateHash())
	}
	return true, nil
}

// fileCause is an error without the name of the file, which the line has.
func fileCause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func (r *Runner) fail(code int, reason string) {
	r.report(reason)
	r.m.Stop(code, "")
}

// report prints the line, the reason and the screen.
func (r *Runner) report(reason string) {
	where := r.script.name
	source := "end of the script"
	if r.at < len(r.script.lines) {
		where = fmt.Sprintf("%s:%d", where, r.script.lines[r.at].number)
		source = r.script.lines[r.at].source
	}
	fmt.Fprintf(r.opt.Err, "beige: %s: %s: %s\n", where, source, reason)
	if r.m == nil {
		return
	}
	s := r.m.Screen()
	fmt.Fprintf(r.opt.Err, "--- screen, %s after power-on ---\n%s---\n", seconds(r.m.Now()), s)
	if r.at < len(r.script.lines) && r.script.lines[r.at].verb == "wait-serial" {
		tail := r.serial[max(len(r.serial)-maxTail, 0):]
		fmt.Fprintf(r.opt.Err, "--- serial output since the last match, the end of %d bytes ---\n%q\n---\n", len(r.serial), tail)
	}
}

// seconds writes a time the way a person would.
func seconds(t bus.Time) string {
	if t%bus.Second == 0 {
		return fmt.Sprintf("%ds", t/bus.Second)
	}
	return fmt.Sprintf("%d.%03ds", t/bus.Second, t%bus.Second/bus.Millisecond)
}
