package vnc

import (
	"sync"
	"time"

	"beige/devices/video"
)

// screen makes pictures of the frames when somebody wants to see them.
type screen struct {
	steady bool

	mu      sync.Mutex
	frame   *video.Frame
	turns   int // of blinking
	painter video.Painter
	stop    chan struct{}
}

func (s *screen) show(f *video.Frame) {
	s.mu.Lock()
	s.frame = f
	s.mu.Unlock()
}

// phase is what blinks now. The cursor is on for eight frames and off for eight,
// blinking text for sixteen each (Video Subsystem, CRT controller, Cursor Start;
// attribute controller, Mode Control).
func (s *screen) phase() video.Phase {
	return video.Phase{Cursor: s.turns&1 == 0, Text: s.turns&2 == 0}
}

// picture is what the screen shows.
func (s *screen) picture() *video.Picture {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.painter.Paint(s.frame, s.phase())
}

// blinks reports whether the picture depends on the phase.
func (s *screen) blinks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frame.Blinks()
}

// turn waits for the next phase; false after end.
func (s *screen) turn() bool {
	select {
	case <-s.done():
		return false
	case <-time.After(turnTime):
	}
	s.mu.Lock()
	s.turns++
	s.mu.Unlock()
	return true
}

func (s *screen) done() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		s.stop = make(chan struct{})
	}
	return s.stop
}

func (s *screen) end() { close(s.done()) }
