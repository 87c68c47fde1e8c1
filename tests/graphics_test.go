package tests

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/bus"
	disks "beige/devices/image"
	"beige/machine"
	"beige/machine/screenshot"
)

// The disk in graphics sets every mode, draws a picture in each, and asks for a look
// at it. The pictures that must come out are the PNG files there; BEIGE_GOLDEN=1 in
// the environment writes them anew.

// viewer answers the requests of the graphics disk and keeps the pictures.
type viewer struct {
	m      *machine.Machine
	line   []byte
	names  []string
	shots  map[string]image.Image
	done   string // the last line of the report
	failed []string
}

// Write takes what the guest reports.
func (v *viewer) Write(b []byte) (int, error) {
	for _, c := range b {
		if c != '\n' {
			v.line = append(v.line, c)
			continue
		}
		line := string(v.line)
		v.line = v.line[:0]
		if name, ok := strings.CutPrefix(line, "@shot "); ok {
			v.names = append(v.names, name)
			v.shots[name] = screenshot.Draw(v.m.Frame())
			v.m.Memory().WritePhys(answer, []byte{1})
		} else {
			v.done = line
			if strings.HasPrefix(line, "FAIL") {
				v.failed = append(v.failed, line)
			}
		}
	}
	return len(b), nil
}

// graphicsShots runs the disk and returns what it shows, in its order.
func graphicsShots(t *testing.T, cfg machine.Config, disk []byte) *viewer {
	t.Helper()
	f, err := disks.NewFloppy("graphics", disk)
	if err != nil {
		t.Fatal(err)
	}
	v := &viewer{shots: map[string]image.Image{}}
	cfg.Deterministic, cfg.Unattended, cfg.DebugCon = true, true, v
	cfg.Floppies[0] = f
	if cfg.Speed, err = machine.ParseSpeed("20mips"); err != nil { // most of the time it waits for retraces
		t.Fatal(err)
	}
	cfg.Replay = []machine.Event{} // of nothing: it does not wait for the wall clock
	if v.m, err = machine.New(cfg); err != nil {
		t.Fatal(err)
	}
	v.m.After(300*bus.Second, func() { v.m.Stop(1, "the disk hangs") })
	if exit := v.m.Run(context.Background()); exit.Reason != machine.DebugExit || !strings.HasPrefix(v.done, "done: ") {
		t.Fatalf("the disk ended with %v, its last line %q", exit, v.done)
	}
	for _, f := range v.failed {
		t.Error(f)
	}
	return v
}

func TestGraphics(t *testing.T) {
	t.Parallel()
	v := graphicsShots(t, machine.Config{}, checkBytes(t, "../graphics/graphics", nil))
	if len(v.shots) < 30 {
		t.Errorf("%d pictures", len(v.shots))
	}
	v.compare(t, "graphics")
}

// The adapters before the VGA have a disk of their own, and pictures in a folder each.
func TestGraphicsOfAdapters(t *testing.T) {
	for video, least := range map[string]int{"ega": 20, "ega-mono": 5, "cga": 15, "mda": 4, "hercules": 7} {
		for _, board := range []string{"at", "xt"} {
			t.Run(board+" "+video, func(t *testing.T) {
				t.Parallel()
				sample(t, "at_ega", "xt_cga", "xt_hercules")
				v := graphicsShots(t, machine.Config{Machine: board, Video: video}, checkBytes(t, "../graphics/adapters", nil))
				if len(v.shots) < least {
					t.Errorf("%d pictures; want at least %d", len(v.shots), least)
				}
				v.compare(t, filepath.Join("graphics", video))
			})
		}
	}
}

// compare compares the pictures with the golden ones, the PNG files of a folder.
func (v *viewer) compare(t *testing.T, dir string) {
	t.Helper()
	golden, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("BEIGE_GOLDEN") != "" {
		v.store(t, dir, golden)
		return
	}
	for _, f := range golden {
		name := strings.TrimSuffix(filepath.Base(f), ".png")
		shot, ok := v.shots[name]
		if !ok {
			t.Errorf("%s: the disk shows no such picture", name)
			continue
		}
		want, err := screenshot.Load(f)
		if err == nil {
			err = screenshot.Compare(shot, want, 0)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(golden) != len(v.shots) {
		t.Errorf("%d golden pictures, %d shown", len(golden), len(v.shots))
	}
}

// store replaces the golden pictures.
func (v *viewer) store(t *testing.T, dir string, golden []string) {
	t.Helper()
	for _, f := range golden {
		_ = os.Remove(f)
	}
	_ = os.MkdirAll(dir, 0o777)
	for _, name := range v.names {
		b, err := screenshot.EncodeImage(v.shots[name])
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestGraphicsInQEMU compares with what QEMU's VGA shows of the same disk, on our
// firmware, so that fonts and colours are the same. graphics/qemu.txt lists what differs
// and why.
func TestGraphicsInQEMU(t *testing.T) {
	t.Parallel()
	long(t)
	system, video := ourROMs(t, t.TempDir())
	q := newPeer(t, "../graphics/graphics", parameters{}, "-bios", system, "-global", "VGA.romfile="+video)
	known := readReasons(t, "graphics/qemu.txt")
	lines := bufio.NewScanner(q.conn["dbg"])
	n := 0
	var failed []string
	for lines.Scan() {
		name, ok := strings.CutPrefix(lines.Text(), "@shot ")
		if strings.HasPrefix(lines.Text(), "FAIL") {
			failed = append(failed, lines.Text())
			continue
		}
		if !ok {
			break
		}
		n++
		file := filepath.Join(q.dir, "shot.ppm")
		q.command("screendump", map[string]string{"filename": file})
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readPPM(b)
		if err != nil {
			t.Fatal(err)
		}
		want, err := screenshot.Load(filepath.Join("graphics", name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		err = screenshot.Compare(sixBits(got), sixBits(want), 0)
		reason, listed := known[name]
		for _, f := range failed { // checks in front of a picture that differs go with it
			if !listed {
				t.Errorf("%s: %s", name, f)
			}
		}
		failed = nil
		switch {
		case err != nil && !listed:
			t.Errorf("%s: %v", name, err)
			if dir := os.Getenv("BEIGE_QEMU_SHOTS"); dir != "" {
				if b, err := screenshot.EncodeImage(got); err == nil {
					_ = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o666)
				}
			}
		case err == nil && listed && !strings.HasPrefix(reason, "sometimes"):
			t.Errorf("%s is the same, but listed: %s", name, reason)
		}
		delete(known, name)
		q.answer()
	}
	if n < 30 {
		t.Errorf("%d pictures; want all: %v", n, lines.Err())
	}
	for _, f := range failed {
		t.Error(f)
	}
	if !strings.HasPrefix(lines.Text(), "done: ") {
		t.Errorf("the disk did not come to its end, only to %d pictures", n)
	}
	for name := range known {
		t.Errorf("qemu.txt lists %s, which the disk does not show", name)
	}
}

// sixBits leaves what the DAC's six bits a colour say: QEMU fills the two below them
// with the lowest of the six, we with the highest.
func sixBits(img image.Image) image.Image {
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			out.SetRGBA(x, y, color.RGBA{uint8(r>>8) &^ 3, uint8(g>>8) &^ 3, uint8(bl>>8) &^ 3, 0xff})
		}
	}
	return out
}

// readReasons reads a list of "name: reason" lines; "#" begins a comment.
func readReasons(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, line := range strings.Split(string(b), "\n") {
		if name, reason, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			m[name] = reason
		}
	}
	return m
}

// readPPM reads a binary portable pixmap with 8 bits a colour.
func readPPM(b []byte) (image.Image, error) {
	r := bytes.NewReader(b)
	var w, h, most int
	if _, err := fmt.Fscanf(r, "P6\n%d %d\n%d\n", &w, &h, &most); err != nil || most != 255 {
		return nil, fmt.Errorf("no portable pixmap: %v", err)
	}
	pix, err := io.ReadAll(r)
	if err != nil || len(pix) != 3*w*h {
		return nil, fmt.Errorf("%d bytes for %d by %d dots: %v", len(pix), w, h, err)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.SetRGBA(i%w, i/w, color.RGBA{pix[3*i], pix[3*i+1], pix[3*i+2], 0xff})
	}
	return img, nil
}
