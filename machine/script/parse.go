// Package script drives a machine from a text file: it waits for texts on the
// screen, types, and checks what the guest answers, all in virtual time, so a
// script gives the same result on every host.
//
// One command a line; "#" begins a comment; strings are in double quotes and
// know \n \t \" \\ and \xNN:
//
//	wait "TEXT" [within 30s]         until TEXT is on the screen
//	wait-serial "TEXT" [within 30s]  until COM1 has sent TEXT
//	type "TEXT"                      types it on a US keyboard
//	key ctrl+alt+delete              presses keys together
//	expect "TEXT"                    TEXT must be on the screen now
//	expect-not "TEXT"                and this must not
//	sleep 500ms
//	text FILE                        saves the screen
//	insert floppy FILE               puts a disk into drive A (floppy2: B)
//	eject floppy
//	reset                            the reset button
//	hash                             prints the state hash
//	quit [N]                         ends with exit code N
//
// The end of the script is "quit 0".
package script

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"beige/devices/bus"
	"beige/machine"
)

// defaultWithin is how long wait and wait-serial wait.
const defaultWithin = 30 * bus.Second

// maxScript bounds a script file, in bytes.
const maxScript = 1 << 20

// Script is a script that has been read without mistakes.
type Script struct {
	name  string
	lines []line
}

// line is one command.
type line struct {
	number  int
	source  string
	verb    string
	text    string // of wait, expect, type; file of text and insert
	strokes []machine.Stroke
	time    bus.Time // of sleep and within
	drive   int
	code    int
}

// verbs lists the commands.
func verbs() []string {
	return []string{"wait", "wait-serial", "type", "key", "expect", "expect-not", "sleep", "text", "insert", "eject", "reset", "hash", "quit"}
}

// Parse reads a script. name is used in messages. The error lists every line
// that is wrong.
func Parse(name string, r io.Reader) (*Script, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxScript+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxScript {
		return nil, fmt.Errorf("%s: larger than %d bytes; want a script", name, maxScript)
	}
	s := &Script{name: name}
	var errs []error
	in := bufio.NewScanner(strings.NewReader(string(data)))
	in.Buffer(nil, maxScript+1)
	for n := 1; in.Scan(); n++ {
		source := strings.TrimSpace(in.Text())
		words, err := split(source)
		if err == nil && len(words) > 0 {
			var l line
			if l, err = parseLine(words); err == nil {
				l.number, l.source = n, source
				s.lines = append(s.lines, l)
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	return s, errors.Join(errs...)
}

// word is a word or a string of a line.
type word struct {
	s      string
	quoted bool
}

// split cuts a line into words and strings; a comment ends it.
func split(s string) ([]word, error) {
	var words []word
	for {
		s = strings.TrimLeft(s, " \t\r")
		switch {
		case s == "" || s[0] == '#':
			return words, nil
		case s[0] == '"':
			text, rest, err := unquote(s[1:])
			if err != nil {
				return nil, err
			}
			if rest != "" && !strings.ContainsAny(rest[:1], " \t\r#") {
				return nil, fmt.Errorf("want a space after the closing quote, have %q", rest)
			}
			words, s = append(words, word{text, true}), rest
		default:
			n := strings.IndexAny(s, " \t\r")
			if n < 0 {
				n = len(s)
			}
			if i := strings.IndexByte(s[:n], '"'); i >= 0 {
				return nil, fmt.Errorf("quote in the middle of %q; want a space before it", s[:n])
			}
			words, s = append(words, word{s[:n], false}), s[n:]
		}
	}
}

// unquote reads a string up to its closing quote.
func unquote(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], nil
		case '\\':
			i++
			if i >= len(s) {
				return "", "", errors.New("closing quote is missing")
			}
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '"', '\\':
				b.WriteByte(s[i])
			case 'x':
				if i+2 >= len(s) {
					return "", "", errors.New(`\x: want two hexadecimal digits`)
				}
				n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
				if err != nil {
					return "", "", fmt.Errorf(`\x%s: want two hexadecimal digits`, s[i+1:i+3])
				}
				b.WriteRune(rune(n))
				i += 2
			default:
				return "", "", fmt.Errorf(`unknown escape \%c; known: \n \t \" \\ \xNN`, s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", errors.New("closing quote is missing")
}

func parseLine(w []word) (line, error) {
	l := line{verb: w[0].s}
	if w[0].quoted || !slices.Contains(verbs(), l.verb) {
		if near := machine.Nearest(l.verb, verbs()); near != "" {
			return l, fmt.Errorf("unknown command %q; did you mean %q?", l.verb, near)
		}
		return l, fmt.Errorf("unknown command %q; known: %s", l.verb, strings.Join(verbs(), ", "))
	}
	w = w[1:]
	next := func(what string, quoted bool) (string, error) {
		if len(w) == 0 {
			return "", fmt.Errorf("%s: want %s", l.verb, what)
		}
		if quoted && !w[0].quoted {
			return "", fmt.Errorf("%s: want %s, have %s", l.verb, what, w[0].s)
		}
		s := w[0].s
		w = w[1:]
		return s, nil
	}
	var err error
	switch l.verb {
	case "wait", "wait-serial":
		if l.text, err = next("a text in quotes", true); err == nil && l.text == "" {
			err = fmt.Errorf("%s: the text is empty", l.verb)
		}
		l.time = defaultWithin
		if err == nil && len(w) > 0 {
			if w[0].s != "within" || w[0].quoted {
				return l, fmt.Errorf("%s: want within and a time after the text, have %s", l.verb, w[0].s)
			}
			w = w[1:]
			l.time, err = duration(next("a time after within, such as 30s", false))
		}
	case "expect", "expect-not":
		if l.text, err = next("a text in quotes", true); err == nil && l.text == "" {
			err = fmt.Errorf("%s: the text is empty", l.verb)
		}
	case "type":
		if l.text, err = next("a text in quotes", true); err == nil {
			l.strokes, err = machine.StrokesFor(l.text)
		}
	case "key":
		var name string
		if name, err = next("keys, such as f1 or ctrl+alt+delete", false); err == nil {
			var s machine.Stroke
			s, err = machine.StrokeByName(name)
			l.strokes = []machine.Stroke{s}
		}
	case "sleep":
		l.time, err = duration(next("a time, such as 500ms", false))
	case "text":
		l.text, err = next("a file name", false)
	case "insert", "eject":
		var drive string
		drive, err = next("floppy or floppy2", false)
		switch {
		case err != nil:
		case drive == "floppy":
		case drive == "floppy2":
			l.drive = 1
		default:
			err = fmt.Errorf("%s: want floppy or floppy2, have %s", l.verb, drive)
		}
		if err == nil && l.verb == "insert" {
			l.text, err = next("an image file", false)
		}
	case "quit":
		if len(w) > 0 {
			l.code, err = strconv.Atoi(w[0].s)
			if err != nil || l.code < 0 || l.code > 255 {
				err = fmt.Errorf("quit: want an exit code from 0 to 255, have %s", w[0].s)
			}
			w = w[1:]
		}
	}
	if err == nil && len(w) > 0 {
		err = fmt.Errorf("%s: %q is too much", l.verb, w[0].s)
	}
	return l, err
}

func duration(s string, err error) (bus.Time, error) {
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("time %q: want a number with a unit, such as 500ms or 30s", s)
	}
	return bus.Time(d), nil
}
