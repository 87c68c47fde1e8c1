package web

import (
	"encoding/json"
	"fmt"
	"time"

	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/devices/video"
	"beige/machine"
)

// lookEvery is how often the machine is looked at while somebody watches.
const lookEvery = 200 * time.Millisecond

// status is what the page shows besides the picture.
type status struct {
	Name   string  `json:"name"`
	State  string  `json:"state"` // running, paused or off
	Why    string  `json:"why,omitempty"`
	Time   int64   `json:"time"`  // virtual, in seconds
	Speed  int     `json:"speed"` // of virtual time, in percent of the wall clock's
	Mode   string  `json:"mode"`
	LEDs   []bool  `json:"leds"`   // Num, Caps, Scroll
	Mouse  bool    `json:"mouse"`  // the guest listens to one
	Points bool    `json:"points"` // it wants to know places, not movements
	Typing int     `json:"typing,omitempty"`
	Serial []int   `json:"serial"` // ports, from 0
	Layout string  `json:"layout"`
	Drives []Drive `json:"drives"`
	Images []Image `json:"images"`
}

// watch looks at the machine while somebody watches.
func (s *Server) watch() {
	var last sample
	for {
		select {
		case <-s.screen.Done():
			return
		case <-time.After(lookEvery):
		}
		if s.watched() {
			last = s.lookFrom(last)
		} else {
			last = sample{}
		}
	}
}

// sample is one look, from which the next tells speed and lights.
type sample struct {
	wall  time.Time
	now   bus.Time
	front machine.Front
	speed int
}

// look has the clients told what is new, without waiting for watch.
func (s *Server) look() {
	s.known.Lock()
	defer s.known.Unlock()
	if s.known.status.State == "" {
		return // nobody has been told anything yet
	}
	next := s.known.status
	if s.guest.Do(func() { s.fill(&next) }) {
		s.tell(next)
	}
}

// fill sets what the machine says of itself. Caller is the machine goroutine.
func (s *Server) fill(st *status) {
	g := s.guest
	st.State = "running"
	if g.Paused() {
		st.State = "paused"
	}
	st.Time = int64(g.Now() / bus.Second)
	st.Mode = modeText(g.Frame())
	leds := g.KeyboardLEDs()
	st.LEDs = []bool{leds&kbc.LEDNum != 0, leds&kbc.LEDCaps != 0, leds&kbc.LEDScroll != 0}
	st.Mouse, st.Points = g.MouseReady(), g.PointerAbsolute()
	st.Typing = s.input.Pasting()
	if s.opt.Drives != nil {
		st.Drives, st.Images = s.opt.Drives.List()
	}
}

func (s *Server) lookFrom(last sample) sample {
	st := status{Name: s.opt.Name, Serial: s.opt.Serial, Layout: s.input.Layout.String()}
	next := sample{wall: time.Now()}
	s.known.Lock()
	defer s.known.Unlock()
	if !s.guest.Do(func() {
		s.fill(&st)
		next.now, next.front = s.guest.Now(), s.guest.Front()
	}) {
		return last
	}
	if d := next.wall.Sub(last.wall); !last.wall.IsZero() && d > 0 {
		next.speed = int(100 * time.Duration(next.now-last.now) / d)
		if last.speed != 0 { // smooth, and steady where it hardly changes
			next.speed = (3*last.speed + next.speed + 2) / 4
			if diff := next.speed - last.speed; diff >= -1 && diff <= 1 {
				next.speed = last.speed
			}
		}
	}
	st.Speed = next.speed
	for i := range st.Drives {
		st.Drives[i].Light = lit(st.Drives[i], last.front, next.front)
	}
	s.tell(st)
	return next
}

// lit reports whether the light of a drive is on.
func lit(d Drive, last, next machine.Front) bool {
	switch d.Kind {
	case FloppyDrive:
		return next.Floppy[d.Unit]
	case CDDrive:
		return next.CDROM[d.Unit] != last.CDROM[d.Unit]
	}
	return next.Disk[d.Unit] != last.Disk[d.Unit]
}

// tell gives the clients a status if it is another one. The lock is held.
func (s *Server) tell(st status) {
	b, err := json.Marshal(st)
	if err != nil {
		return
	}
	s.known.status = st
	text := string(b)
	if old := s.status.Load(); old != nil && *old == text {
		return
	}
	s.status.Store(&text)
	s.wakeAll()
}

// offStatus is the last status of all.
func offStatus(why string) []byte {
	b, _ := json.Marshal(struct {
		State string `json:"state"`
		Why   string `json:"why"`
	}{"off", why})
	return b
}

// modeText says what the display shows.
func modeText(f *video.Frame) string {
	switch f.Kind {
	case video.Text:
		return fmt.Sprintf("%d × %d text", f.Cols, f.Rows)
	case video.Graphics:
		colours := map[video.Format]string{video.RGB555: "32768 colours", video.RGB565: "65536 colours"}[f.Format]
		switch {
		case f.Format == video.Indexed:
			colours = "palette"
		case colours == "":
			colours = "true colour"
		}
		return fmt.Sprintf("%d × %d %s", f.PixW, f.PixH, colours)
	}
	return "blank"
}
