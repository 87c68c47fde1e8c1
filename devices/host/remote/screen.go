package remote

import (
	"sync"
	"time"

	"beige/devices/video"
)

// turnTime is eight frames, the shortest that anything blinks.
const turnTime = 114 * time.Millisecond

// Screen makes pictures of the frames when somebody wants to see them. Its methods
// may be called by any goroutine.
type Screen struct {
	mu      sync.Mutex
	frame   *video.Frame
	turns   int // of blinking
	painter video.Painter
	stop    chan struct{}
}

// Show replaces the frame. It never waits.
func (s *Screen) Show(f *video.Frame) {
	s.mu.Lock()
	s.frame = f
	s.mu.Unlock()
}

// phase is what blinks now. The cursor is on for eight frames and off for eight,
// blinking text for sixteen each (Video Subsystem, CRT controller, Cursor Start;
// attribute controller, Mode Control).
func (s *Screen) phase() video.Phase {
	return video.Phase{Cursor: s.turns&1 == 0, Text: s.turns&2 == 0}
}

// Picture is what the screen shows.
func (s *Screen) Picture() *video.Picture {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.painter.Paint(s.frame, s.phase())
}

// Blinks reports whether the picture depends on the phase.
func (s *Screen) Blinks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frame.Blinks()
}

// Turn waits for the next phase of blinking; false after End.
func (s *Screen) Turn() bool {
	select {
	case <-s.Done():
		return false
	case <-time.After(turnTime):
	}
	s.mu.Lock()
	s.turns++
	s.mu.Unlock()
	return true
}

// Done is closed by End.
func (s *Screen) Done() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		s.stop = make(chan struct{})
	}
	return s.stop
}

// End puts an end to the blinking.
func (s *Screen) End() { close(s.Done()) }
