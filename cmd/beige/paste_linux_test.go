package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/devices/host/term/termtest"
	"beige/machine"
)

// A text of many lines that is pasted into DOS's COPY CON arrives whole, and what is typed
// behind its end comes behind it.
func TestPasteIntoFreeDOS(t *testing.T) {
	disk, err := os.ReadFile("../../../shared/images/freedos-144.img")
	if err != nil {
		t.Skipf("no image of FreeDOS beside the project: %v", err)
	}
	path := filepath.Join(t.TempDir(), "dos.img")
	if err := os.WriteFile(path, disk, 0o600); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "%02d The quick brown fox, \"jumps\" over (the) lazy dog; {[~]} |@#$^&*\n", i)
	}
	p, _, ended := inTerminal(t, termtest.Options{Cols: 100, Rows: 30}, nil, func(o *options) {
		o.files = [slots]string{path}
		o.cfg.Speed = machine.Speed{Mode: machine.SpeedReal, Factor: 30_000}
	})
	if !p.shows("A:\\>") {
		t.Fatalf("no prompt:\n%s", p.screen())
	}
	p.master.WriteString("\x1b[200~copy con t.txt\r" + strings.ReplaceAll(text.String(), "\n", "\r") + "last\r\x1b[201~")
	if !p.shows("last") {
		t.Fatalf("the text does not come to its end:\n%s", p.screen())
	}
	time.Sleep(300 * time.Millisecond) // a key before the last one is typed would end the text
	p.master.WriteString("\x1a\r")
	if !p.shows("A:\\>") {
		t.Errorf("COPY does not end:\n%s", p.screen())
	}
	p.master.WriteString("\x1dq")
	ended()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if code := doMain([]string{"disk", "cat", path + ":/t.txt"}, os.Stdin, out, out); code != 0 {
		t.Errorf("disk cat: exit code %d", code)
	}
	b, err := os.ReadFile(out.Name())
	if got, want := strings.ReplaceAll(string(b), "\r\n", "\n"), text.String()+"last\n"; err != nil || got != want {
		t.Errorf("the file has %d bytes; want %d\n%s", len(got), len(want), got)
	}
}
