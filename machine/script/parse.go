// Package script drives a machine from a text file: it waits for texts on the
// screen, types, and checks what the guest answers, all in virtual time, so a
// script gives the same result on every host.
//
// One command a line; "#" begins a comment; strings are in double quotes and
// know \n \t \" \\ and \xNN, a byte: on the screen and on the keyboard a
// character of code page 437, on the serial line just that:
//
//	wait "TEXT" [within 30s]         until TEXT is on the screen
//	wait-serial "TEXT" [within 30s]  until COM1 has sent TEXT
//	type "TEXT"                      types it on the guest's keyboard layout
//	key ctrl+alt+delete              presses keys together
//	expect "TEXT"                    TEXT must be on the screen now
//	expect-not "TEXT"                and this must not
//	sleep 500ms
//	text FILE                        saves the text of the screen
//	shot FILE.png                    saves the picture of the screen
//	expect-screen FILE.png [N]       the screen must be that picture; red, green and
//	                                 blue may differ by N of 255 (0)
//	insert floppy FILE               puts a disk into drive A (floppy2: B)
//	insert cd FILE                   puts a disc into the CD-ROM drive (cd2: the second)
//	eject floppy
//	reset                            the reset button
//	power                            the power button
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
	"unicode/utf8"

	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/devices/video/cp437"
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
	text    string // of wait and expect, as on the screen; bytes of wait-serial; file of text, shot, expect-screen and insert
	strokes []machine.Stroke
	time    bus.Time // of sleep and within
	drive   machine.Drive
	code    int // of quit; tolerance of expect-screen
}

// drives maps the words for drives.
func drives() map[string]machine.Drive {
	return map[string]machine.Drive{"floppy": {}, "a": {}, "floppy2": {Unit: 1}, "b": {Unit: 1}, "cd": {CDROM: true}, "cd2": {CDROM: true, Unit: 1}}
}

// verbs lists the commands.
func verbs() []string {
	return []string{"wait", "wait-serial", "type", "key", "expect", "expect-not", "sleep", "text", "shot", "expect-screen", "insert", "eject", "reset", "power", "hash", "quit"}
}

// Parse reads a script. name is used in messages, layout is that of the guest. The error lists every line
// that is wrong.
func Parse(name string, r io.Reader, layout *kbc.Layout) (*Script, error) {
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
			if l, err = parseLine(words, layout); err == nil {
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
	text   quotation
	quoted bool
}

// quotation is text in which a negative rune -1-b stands for the byte b, written
// as \xNN.
type quotation []rune

// expand returns the text with bytes as f writes them.
func (q quotation) expand(f func(b byte) string) string {
	var s strings.Builder
	for _, r := range q {
		if r < 0 {
			s.WriteString(f(byte(-1 - r)))
		} else {
			s.WriteRune(r)
		}
	}
	return s.String()
}

// raw is the text as bytes, the rest of it in UTF-8.
func (q quotation) raw() string { return q.expand(func(b byte) string { return string([]byte{b}) }) }

// screen is the text as the character generator shows it.
func (q quotation) screen() string {
	return q.expand(func(b byte) string { return string(cp437.Rune(b)) })
}

// keys is the text to be typed: a byte below 20h is a key with Ctrl, or Esc.
func (q quotation) keys() string {
	return q.expand(func(b byte) string {
		if b < 0x20 || b == 0x7f {
			return string(rune(b))
		}
		return string(cp437.Rune(b))
	})
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
			words, s = append(words, word{quotation(s[:n]), false}), s[n:]
		}
	}
}

// unquote reads a string up to its closing quote.
func unquote(s string) (text quotation, rest string, err error) {
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			return nil, "", fmt.Errorf(`byte %02Xh is not UTF-8; write it as \x%02X`, s[0], s[0])
		}
		s = s[n:]
		switch r {
		case '"':
			return text, s, nil
		case '\\':
			e, n := utf8.DecodeRuneInString(s)
			s = s[n:]
			switch {
			case n == 0:
				return nil, "", errors.New("closing quote is missing")
			case e == 'n':
				r = '\n'
			case e == 't':
				r = '\t'
			case e == '"', e == '\\':
				r = e
			case e == 'x':
				hex := s[:min(2, len(s))]
				b, err := strconv.ParseUint(hex, 16, 8)
				if err != nil || len(hex) != 2 {
					return nil, "", fmt.Errorf(`\x%s: want two hexadecimal digits`, strings.TrimRight(hex, "\""))
				}
				r, s = -1-rune(b), s[2:]
			default:
				return nil, "", fmt.Errorf(`unknown escape \%c; known: \n \t \" \\ \xNN`, e)
			}
		}
		text = append(text, r)
	}
	return nil, "", errors.New("closing quote is missing")
}

func parseLine(w []word, layout *kbc.Layout) (line, error) {
	l := line{verb: w[0].text.raw()}
	if w[0].quoted || !slices.Contains(verbs(), l.verb) {
		if near := machine.Nearest(l.verb, verbs()); near != "" {
			return l, fmt.Errorf("unknown command %q; did you mean %q?", l.verb, near)
		}
		return l, fmt.Errorf("unknown command %q; known: %s", l.verb, strings.Join(verbs(), ", "))
	}
	w = w[1:]
	quote := func() (quotation, error) {
		const what = "a text in quotes"
		if len(w) == 0 {
			return nil, fmt.Errorf("%s: want %s", l.verb, what)
		}
		if !w[0].quoted {
			return nil, fmt.Errorf("%s: want %s, have %s", l.verb, what, w[0].text.raw())
		}
		q := w[0].text
		if w = w[1:]; len(q) == 0 {
			return nil, fmt.Errorf("%s: the text is empty", l.verb)
		}
		return q, nil
	}
	next := func(what string) (string, error) {
		if len(w) == 0 || len(w[0].text) == 0 {
			return "", fmt.Errorf("%s: want %s", l.verb, what)
		}
		s := w[0].text.raw()
		w = w[1:]
		return s, nil
	}
	var err error
	var q quotation
	switch l.verb {
	case "wait", "wait-serial":
		q, err = quote()
		l.text, l.time = q.screen(), defaultWithin
		if l.verb == "wait-serial" {
			l.text = q.raw()
		}
		if err == nil && len(w) > 0 {
			if word := w[0].text.raw(); word != "within" || w[0].quoted {
				return l, fmt.Errorf("%s: want within and a time after the text, have %s", l.verb, word)
			}
			w = w[1:]
			l.time, err = duration(next("a time after within, such as 30s"))
		}
	case "expect", "expect-not":
		q, err = quote()
		l.text = q.screen()
	case "type":
		if q, err = quote(); err == nil {
			l.text = q.keys()
			l.strokes, err = machine.StrokesFor(layout, l.text)
		}
	case "key":
		var name string
		if name, err = next("keys, such as f1 or ctrl+alt+delete"); err == nil {
			var s machine.Stroke
			s, err = machine.StrokeByName(name)
			l.strokes = []machine.Stroke{s}
		}
	case "sleep":
		l.time, err = duration(next("a time, such as 500ms"))
	case "text":
		l.text, err = next("a file name")
	case "shot", "expect-screen":
		l.text, err = next("the name of a PNG file")
		if err == nil && l.verb == "expect-screen" && len(w) > 0 {
			n, _ := next("a tolerance")
			if l.code, err = strconv.Atoi(n); err != nil || l.code < 0 || l.code > 255 {
				err = fmt.Errorf("expect-screen: want a tolerance from 0 to 255, have %s", n)
			}
		}
	case "insert", "eject":
		const known = "floppy, floppy2, cd or cd2"
		var name string
		if name, err = next(known); err == nil {
			var ok bool
			if l.drive, ok = drives()[name]; !ok {
				err = fmt.Errorf("%s: want %s, have %s", l.verb, known, name)
			}
		}
		if err == nil && l.verb == "insert" {
			l.text, err = next("an image file")
		}
	case "quit":
		if len(w) > 0 {
			code, _ := next("an exit code from 0 to 255")
			if l.code, err = strconv.Atoi(code); err != nil || l.code < 0 || l.code > 255 {
				err = fmt.Errorf("quit: want an exit code from 0 to 255, have %s", code)
			}
		}
	}
	if err == nil && len(w) > 0 {
		err = fmt.Errorf("%s: %q is too much", l.verb, w[0].text.raw())
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
