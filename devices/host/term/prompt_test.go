package term

import "testing"

// TestPrompt: what keys do to a line, as terminals send them.
func TestPrompt(t *testing.T) {
	for _, tc := range []struct{ keys, answer string }{
		{"a.img\r", "a.img"},
		{"a b.img\r", "a b.img"},
		{"über.img\r", "über.img"},
		{"  a.img \r", "a.img"},
		{"'my disk.img' \r", "my disk.img"},
		{"\"\r", "\""},
		{"ab\x7fc\r", "ac"},
		{"\x7f\x7fa\r", "a"},
		{"ac\x1b[Db\r", "abc"},
		{"\x1b[D\x1b[Da\x1b[C\x1b[Cb\r", "ab"},
		{"xab\x1b[H\x1b[3~\x1b[Fc\r", "abc"},
		{"bc\x01a\x05d\r", "abcd"},
		{"xxa\x1b[D\x15\r", "a"},
		{"abc\x1b[D\x1b[D\x0b\r", "a"},
		{"dir/name\x17other\r", "dir/other"},
		{"one two \x17x\r", "one x"},
		{"/\x17a\r", "a"},
		{"a\x1bb\x1b[1;5Ac\r", "ac"},
		{"a.img\x1b[27u", ""},
		{"a.img\x03", ""},
		{"a.img\x1d", ""},
		{"a\x1b[13u", "a"},
		{"\r", ""},
	} {
		var d Decoder
		p := &prompt{}
		ended, answer := false, ""
		for _, in := range d.Feed([]byte(tc.keys)) {
			if ended {
				t.Errorf("%q: over before its end", tc.keys)
			}
			answer, ended = p.key(in)
		}
		if !ended || answer != tc.answer {
			t.Errorf("%q: %q, over %v; want %q", tc.keys, answer, ended, tc.answer)
		}
	}
}

// TestPromptFits: the cursor is in sight on a terminal of any width.
func TestPromptFits(t *testing.T) {
	p := &prompt{label: "file:", text: []rune("abcdef"), at: 6}
	for _, tc := range []struct {
		at, cols int
		line     string
		column   int
	}{
		{6, 40, " file: abcdef ", 13},
		{6, 14, " file: abcdef ", 13},
		{6, 5, "cdef ", 4},
		{0, 5, "le: a", 4},
		{0, 1, "a", 0},
	} {
		p.at = tc.at
		if line, column := p.line(tc.cols); line != tc.line || column != tc.column {
			t.Errorf("%d columns, at %d: %q, %d; want %q, %d", tc.cols, tc.at, line, column, tc.line, tc.column)
		}
	}
	for range maxAnswer + 10 {
		p.insert('x')
	}
	if len(p.text) != maxAnswer {
		t.Errorf("%d characters; want %d", len(p.text), maxAnswer)
	}
}
