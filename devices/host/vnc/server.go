package vnc

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/devices/video"
)

// DefaultPort is the port of VNC display 0.
const DefaultPort = 5900

// maxViewers bounds the connections of a server.
const maxViewers = 32

// Times of the wall clock.
const (
	loginTime = 2 * time.Minute  // to answer the handshake; a person may type a password
	writeTime = 20 * time.Second // for the viewer to take 64 KB
)

// Guest is the machine as viewers need it; machine.Machine is one.
type Guest = remote.Guest

// Options of a server.
type Options struct {
	Address  string // host:port; port 0 is a free one
	Password string // empty: none is asked for; at most 8 bytes count
	Name     string // of the desktop, as viewers show it
	Layout   *kbc.Layout
	Steady   bool         // nothing blinks
	Log      *slog.Logger // of connections; nil: none

	patience time.Duration // with a viewer that takes nothing; 0: writeTime
}

// Server shows one machine to any number of viewers.
type Server struct {
	opt      Options
	listener net.Listener
	guest    Guest
	input    input // of the machine goroutine

	mu      sync.Mutex
	viewers map[*viewer]struct{}
	closed  bool
	wait    sync.WaitGroup

	screen remote.Screen
}

// Listen opens the port. Start or Close must follow.
func Listen(opt Options) (*Server, error) {
	if opt.patience == 0 {
		opt.patience = writeTime
	}
	l, err := remote.Listen(opt.Address)
	if err != nil {
		return nil, err
	}
	return &Server{opt: opt, listener: l, viewers: map[*viewer]struct{}{}}, nil
}

// Addr is the address that viewers connect to.
func (s *Server) Addr() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// Start lets viewers in. The frame is what they see until Show brings another.
func (s *Server) Start(guest Guest, f *video.Frame) {
	s.guest = guest
	s.input = newInput(guest, s.opt.Layout)
	s.screen.Show(f)
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		s.accept()
	}()
	if !s.opt.Steady {
		s.wait.Add(1)
		go func() {
			defer s.wait.Done()
			s.blink()
		}()
	}
}

// Show gives viewers a new frame. It never waits.
func (s *Server) Show(f *video.Frame) {
	s.screen.Show(f)
	s.wakeAll()
}

func (s *Server) wakeAll() {
	s.mu.Lock()
	for v := range s.viewers {
		v.poke()
	}
	s.mu.Unlock()
}

// blink turns the phase of cursor and blinking text.
func (s *Server) blink() {
	for s.screen.Turn() {
		s.mu.Lock()
		watched := len(s.viewers) > 0
		s.mu.Unlock()
		if watched && s.screen.Blinks() {
			s.wakeAll()
		}
	}
}

// Close drops all viewers. Caller is not the machine goroutine while it runs.
func (s *Server) Close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	for v := range s.viewers {
		v.conn.Close()
	}
	s.mu.Unlock()
	if already {
		return nil
	}
	s.screen.End()
	err := s.listener.Close()
	s.wait.Wait()
	return err
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			s.mu.Lock()
			closed := s.closed
			s.mu.Unlock()
			if closed || errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(100 * time.Millisecond) // no more files: the viewers there are go on
			continue
		}
		s.admit(conn)
	}
}

// admit serves a connection, unless there are too many: then the one that has
// been in the handshake longest goes, or the new one.
func (s *Server) admit(conn net.Conn) {
	v := newViewer(s, conn)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return
	}
	if len(s.viewers) >= maxViewers {
		var oldest *viewer
		for o := range s.viewers {
			if !o.in.Load() && (oldest == nil || o.since.Before(oldest.since)) {
				oldest = o
			}
		}
		if oldest == nil {
			s.note("refused, too many viewers", conn)
			conn.Close()
			return
		}
		oldest.conn.Close()
		delete(s.viewers, oldest)
	}
	s.viewers[v] = struct{}{}
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		err := v.serve()
		conn.Close()
		s.mu.Lock()
		delete(s.viewers, v)
		s.mu.Unlock()
		var why []any
		if err != nil {
			why = []any{"why", err.Error()}
		}
		s.note("gone", conn, why...)
	}()
}

func (s *Server) note(what string, conn net.Conn, args ...any) {
	if s.opt.Log != nil {
		s.opt.Log.Info(what, append([]any{"viewer", conn.RemoteAddr().String()}, args...)...)
	}
}

// sleep waits, unless the server is closed.
func (s *Server) sleep(d time.Duration) {
	select {
	case <-s.screen.Done():
	case <-time.After(d):
	}
}
