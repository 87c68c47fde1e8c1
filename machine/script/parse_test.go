package script

import (
	"strings"
	"testing"

	"beige/devices/bus"
	"beige/devices/kbc"
)

func TestParse(t *testing.T) {
	s, err := Parse("t", strings.NewReader(`# a comment
wait "A:\\>" within 2m   # and one behind
wait-serial "login: "
type "dir \"x\"\n\t\x41"
key ctrl+alt+delete
expect "# no comment"

  expect-not "no"
sleep 500ms
text "my file.txt"
insert floppy2 b.img
eject floppy
reset
power
hash
quit 7
`), kbc.US())
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		number int
		verb   string
		text   string
		time   bus.Time
		n      int // strokes, drive or code
	}
	want := []row{
		{2, "wait", `A:\>`, 120 * bus.Second, 0},
		{3, "wait-serial", "login: ", 30 * bus.Second, 0},
		{4, "type", "dir \"x\"\n\tA", 0, 10},
		{5, "key", "", 0, 1},
		{6, "expect", "# no comment", 0, 0},
		{8, "expect-not", "no", 0, 0},
		{9, "sleep", "", 500 * bus.Millisecond, 0},
		{10, "text", "my file.txt", 0, 0},
		{11, "insert", "b.img", 0, 1},
		{12, "eject", "", 0, 0},
		{13, "reset", "", 0, 0},
		{14, "power", "", 0, 0},
		{15, "hash", "", 0, 0},
		{16, "quit", "", 0, 7},
	}
	if len(s.lines) != len(want) {
		t.Fatalf("%d lines; want %d", len(s.lines), len(want))
	}
	for i, l := range s.lines {
		got := row{l.number, l.verb, l.text, l.time, len(l.strokes) + l.drive.Unit + l.code}
		if got != want[i] {
			t.Errorf("line %d = %+v; want %+v", i, got, want[i])
		}
	}
}

func TestParseErrors(t *testing.T) {
	for line, want := range map[string]string{
		`wiat "x"`:            `unknown command "wiat"; did you mean "wait"?`,
		`xyzzy`:               `unknown command "xyzzy"; known: wait, `,
		`wait`:                `wait: want a text in quotes`,
		`wait ""`:             `wait: the text is empty`,
		`wait x`:              `wait: want a text in quotes, have x`,
		`wait "x`:             `closing quote is missing`,
		`wait "x\"`:           `closing quote is missing`,
		`wait "x\q"`:          `unknown escape \q`,
		`wait "\x4"`:          `want two hexadecimal digits`,
		`wait "x"y`:           `want a space after the closing quote`,
		`wa"it`:               `quote in the middle`,
		`wait "x" 5s`:         `want within and a time`,
		`wait "x" within`:     `want a time after within`,
		`wait "x" within 5`:   `time "5": want a number with a unit`,
		`sleep -1s`:           `time "-1s"`,
		`key ctrl+foo`:        `unknown key "foo"`,
		`key deleet`:          `unknown key "deleet"; did you mean "delete"?`,
		`type "€"`:            `character '€' cannot be typed`,
		`insert tape x.iso`:   `insert: want floppy, floppy2, cd or cd2, have tape`,
		`insert floppy`:       `insert: want an image file`,
		`shot`:                `shot: want the name of a PNG file`,
		`expect-screen`:       `expect-screen: want the name of a PNG file`,
		`expect-screen x 256`: `expect-screen: want a tolerance from 0 to 255, have 256`,
		`quit 256`:            `quit: want an exit code from 0 to 255`,
		`quit 1 2`:            `quit: "2" is too much`,
		`power off`:           `power: "off" is too much`,
		`reset now`:           `reset: "now" is too much`,
		`"wait" "x"`:          `unknown command "wait"`,
		`expect-not "\x00" x`: `is too much`,
	} {
		_, err := Parse("f", strings.NewReader("\n"+line+"\n"), kbc.US())
		if err == nil || !strings.HasPrefix(err.Error(), "f:2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want f:2: ... %s", line, err, want)
		}
	}
	if _, err := Parse("f", strings.NewReader("wiat\nok\nquit\n"), kbc.US()); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two wrong lines: %v; want both", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("wait \"A:\\\\>\" within 3s\ntype \"\\x41\\n\"\nkey f1\nquit 3")
	f.Fuzz(func(t *testing.T, in string) {
		s, err := Parse("f", strings.NewReader(in), kbc.US())
		if err == nil && s == nil {
			t.Fatal("neither a script nor an error")
		}
	})
}
