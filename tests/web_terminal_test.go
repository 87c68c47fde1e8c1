package tests

import (
	"encoding/json"
	"fmt"
	"testing"
)

// The terminal of a serial port does what programs for an ANSI terminal or a VT100 ask
// for (ECMA-48; VT100 User Guide, chapter 3): what it shows and what it answers.
func TestWebTerminal(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	p := c.open(startWeb(t).url, 800, 600, false)
	for _, tc := range []struct{ name, in, want string }{
		{"lines", "one\r\ntwo\rT\n!", "one\nTwo\n !"},
		{"backspace and tab", "abc\b\bX\tY", "aXc     Y"},
		{"the right edge", "\x1b[1;79Habcd", fmt.Sprintf("%80s\ncd", "ab")},
		{"no wrapping", "\x1b[?7l\x1b[1;79Habcd", fmt.Sprintf("%80s", "ad")},
		{"cursor moves", "\x1b[3;5HA\x1b[2DB\x1b[AC\x1b[2BD\x1b[H1\x1b[5G5\x1b[2d2", "1   5\n    C2\n   BA\n     D"},
		{"erasing in a line", "abcdef\x1b[3D\x1b[K\r\nabcdef\x1b[3D\x1b[1K\r\nabcdef\x1b[2K!", "abc\n    ef\n      !"},
		{"erasing in the screen", "one\r\ntwo\r\nthree\x1b[2;2H\x1b[J", "one\nt"},
		{"insert and delete", "abcdef\x1b[3G\x1b[2@\x1b[6G\x1b[P\x1b[2X", "ab  c"},
		{"lines in and out", "a\r\nb\r\nc\x1b[2;1H\x1b[Lnew\x1b[1;1H\x1b[M", "new\nb\nc"},
		{"a region that scrolls", "head\r\n\x1b[2;4r\x1b[2;1H1\r\n2\r\n3\r\n4\x1b[r\x1b[24;1Hfoot", "head\n2\n3\n4" + "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nfoot"},
		{"reverse line feed", "\x1b[1;1Ha\x1bM\rb", "b\na"},
		{"saved place", "ab\x1b7cd\x1b8X", "abXd"},
		{"colours leave no text", "\x1b[1;31;44mred\x1b[0m \x1b[38;5;200mpink\x1b[38;2;1;2;3mrgb\x1b[m", "red pinkrgb"},
		{"line drawing", "\x1b(0lqk\x1b(Bl", "┌─┐l"},
		{"a title", "\x1b]0;title\x07text\x1b]2;more\x1b\\!", "text!"},
		{"UTF-8 in pieces", "gr\u00fc\u00dfe", "grüße"},
		{"an endless sequence", "\x1b[" + fmt.Sprintf("%0200d", 0) + "mok", fmt.Sprintf("%080d\n%057dmok", 0, 0)},
		{"questions", "\x1b[2;3H\x1b[6n\x1b[5n\x1b[c", "<\x1b[2;3R\x1b[0n\x1b[?1;2c>"},
	} {
		in, err := json.Marshal([]byte(tc.in))
		if err != nil {
			t.Fatal(err)
		}
		got := p.eval(fmt.Sprintf(`import("./terminal.js").then(({ Terminal }) => {
			const said = [], t = new Terminal(b => said.push(...b));
			for (const c of atob(%s)) t.write(new Uint8Array([c.charCodeAt(0)]));
			t.visible = false;
			t.draw();
			const lines = [...t.element.children].map(l => l.textContent.trimEnd()).join("\n").trimEnd();
			return said.length ? "<" + String.fromCharCode(...said) + ">" : lines;
		})`, in))
		if got != tc.want {
			t.Errorf("%s: %q; want %q", tc.name, got, tc.want)
		}
	}
}
