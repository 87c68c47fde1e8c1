package screenshot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"beige/devices/bus"
	"beige/devices/video"
	"beige/machine"
)

// sampleTime is how often a Recorder looks at the screen, in virtual time: what comes
// and goes in between is not seen. It is a multiple of 10 ms, in which GIF files count.
const sampleTime = 40 * bus.Millisecond

// Recorder writes what the screen shows to an animated PNG or GIF file, as it comes, in
// virtual time: the same run gives the same file.
type Recorder struct {
	file    *os.File
	out     animation
	painter video.Painter
	err     error // the first; nothing is written after it

	m       *machine.Machine
	pic     *video.Picture // shown since, not yet written
	since   bus.Time
	written uint64 // generation of the picture that was written last
	w, h    int    // size of that picture
	maxW    int
	maxH    int
}

// animation is a file format. Regions lie at the left edge; times are in units of 10 ms.
type animation interface {
	// begin leaves room for what only end knows.
	begin(w io.Writer) error
	frame(w io.Writer, y int, rows [][]uint32, delay int) error
	// end writes what belongs behind the frames, and gives what stands in front.
	end(w io.Writer, width, height int) (front []byte, err error)
}

// Formats lists the endings of files that NewRecorder knows.
func Formats() []string { return []string{".apng", ".png", ".gif"} }

// CheckFormat fails on a file whose ending NewRecorder does not know.
func CheckFormat(name string) error {
	_, err := formatOf(name)
	return err
}

func formatOf(name string) (animation, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".apng", ".png":
		return &apng{}, nil
	case ".gif":
		return &gifFile{}, nil
	}
	return nil, fmt.Errorf("%s: want a name that ends in %s", name, strings.Join(Formats(), ", "))
}

// NewRecorder creates a file; its ending says what format it gets.
func NewRecorder(name string) (*Recorder, error) {
	out, err := formatOf(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	r := &Recorder{file: f, out: out}
	r.err = out.begin(f)
	return r, nil
}

// Start lets r watch m, which does not run yet.
func (r *Recorder) Start(m *machine.Machine) {
	r.m = m
	r.sample()
}

// sample looks at the screen. It runs on the machine goroutine.
func (r *Recorder) sample() {
	r.show(r.m.Frame(), r.m.Now())
	if r.err == nil {
		r.m.After(sampleTime, r.sample)
	}
}

// show takes what is on the screen at a time.
func (r *Recorder) show(f *video.Frame, now bus.Time) {
	pic := r.painter.Paint(f, phase())
	if pic == r.pic {
		return
	}
	r.write(now)
	r.pic, r.since = pic, now
}

// write stores the picture that was shown until now.
func (r *Recorder) write(now bus.Time) {
	p := r.pic
	if p == nil || r.err != nil {
		return
	}
	delay := int((now - r.since) / (10 * bus.Millisecond))
	y0 := 0
	var rows [][]uint32
	if p.Width != r.w || p.Height != r.h {
		rows = r.padded(p)
	} else {
		first, end := p.Height-1, p.Height // something, if nothing changed
		p.Changed(r.written, func(a, b int) bool {
			first, end = min(first, a), b
			return true
		})
		y0, rows = first, p.Rows[first:end]
	}
	r.err = r.out.frame(r.file, y0, rows, max(delay, 1))
	r.written, r.w, r.h = p.Gen, p.Width, p.Height
	r.maxW, r.maxH = max(r.maxW, p.Width), max(r.maxH, p.Height)
}

// padded is a picture with black over what was larger before it.
func (r *Recorder) padded(p *video.Picture) [][]uint32 {
	w, h := max(p.Width, r.maxW), max(p.Height, r.maxH)
	rows := make([][]uint32, h)
	for y := range rows {
		rows[y] = make([]uint32, w)
		if y < p.Height {
			copy(rows[y], p.Rows[y])
		}
	}
	return rows
}

// Close ends the file. The machine does not run any more.
func (r *Recorder) Close() error {
	if r.m != nil {
		r.write(r.m.Now())
	}
	if r.err == nil && r.maxW > 0 {
		var front []byte
		if front, r.err = r.out.end(r.file, r.maxW, r.maxH); r.err == nil {
			_, r.err = r.file.WriteAt(front, 0)
		}
	}
	return errors.Join(r.err, r.file.Close())
}
