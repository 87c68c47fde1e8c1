package web

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"beige/devices/bus"
	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/devices/video"
	"beige/machine"
)

// DefaultPort is the port where the page is unless told otherwise.
const DefaultPort = 8086

// Bounds of a server.
const (
	maxClients     = 32
	maxConnections = 128 // of HTTP, those of the clients too
)

// Times of the wall clock.
const (
	headerTime = 10 * time.Second // for a request to come
	answerTime = time.Minute      // to take a file, or between two pieces of one
	writeTime  = 20 * time.Second // for a browser to take a message
	pingEvery  = 15 * time.Second
	byeTime    = 300 * time.Millisecond // for the last words
)

// Guest is the machine as browsers need it; machine.Machine is one.
type Guest interface {
	remote.Guest
	Now() bus.Time
	Frame() *video.Frame
	Paused() bool
	SetPaused(bool)
	MouseReady() bool
	SerialWaiting(unit int) int
	Front() machine.Front
}

// Options of a server.
type Options struct {
	Address string // host:port; port 0 is a free one
	Token   string // empty: a random one
	Name    string // of the machine, as the page shows it
	Layout  *kbc.Layout
	Drives  Drives       // nil: disks cannot be changed
	Serial  []int        // the serial ports that the page has, from 0
	Steady  bool         // nothing blinks
	Log     *slog.Logger // of connections; nil: none

	patience time.Duration // with a browser that takes nothing; 0: writeTime
	deflate  bool          // always, where the browser can
}

// Server shows one machine to any number of browsers.
type Server struct {
	opt      Options
	listener net.Listener
	http     http.Server
	guest    Guest
	input    remote.Input // of the machine goroutine
	consoles map[int]*console

	mu      sync.Mutex
	clients map[*client]struct{}
	closed  bool
	wait    sync.WaitGroup
	why     string // the machine has ended

	screen remote.Screen
	status atomic.Pointer[string] // what the clients are to be told
	known  struct {
		sync.Mutex
		status status
	}
	news      atomic.Bool // serial bytes, since the clients were told
	uploading sync.Mutex
}

// Listen opens the port. Start or Close must follow.
func Listen(opt Options) (*Server, error) {
	if opt.patience == 0 {
		opt.patience = writeTime
	}
	if opt.Token == "" {
		opt.Token = rand.Text()
	}
	l, err := remote.Listen(opt.Address)
	if err != nil {
		return nil, err
	}
	s := &Server{opt: opt, listener: newBounded(l, maxConnections), clients: map[*client]struct{}{}, consoles: map[int]*console{}}
	for _, unit := range opt.Serial {
		s.consoles[unit] = &console{news: s.serialNews}
	}
	return s, nil
}

// CheckToken reports what is wrong with a token that a person has chosen.
func CheckToken(token string) error {
	if len(token) < 8 || len(token) > 64 {
		return errors.New("want 8 to 64 letters, digits, - and _")
	}
	for _, c := range []byte(token) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return errors.New("want 8 to 64 letters, digits, - and _")
		}
	}
	return nil
}

// Addr is the address that browsers connect to.
func (s *Server) Addr() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// URL is the address of the page as this computer reaches it.
func (s *Server) URL() string {
	a := s.Addr()
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(a.Port)) + "/" + s.opt.Token + "/"
}

// Start lets browsers in. The frame is what they see until Show brings another.
func (s *Server) Start(guest Guest, f *video.Frame) {
	s.guest = guest
	s.input = remote.NewInput(guest, s.opt.Layout)
	s.screen.Show(f)
	s.http = http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       answerTime,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          s.errorLog(),
	}
	s.goOn(func() { _ = s.http.Serve(s.listener) })
	s.goOn(s.watch)
	if !s.opt.Steady {
		s.goOn(s.blink)
	}
}

// goOn runs f on a goroutine that Close waits for.
func (s *Server) goOn(f func()) {
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		f()
	}()
}

// Show gives browsers a new frame. It never waits.
func (s *Server) Show(f *video.Frame) {
	s.screen.Show(f)
	s.wakeAll()
}

func (s *Server) wakeAll() {
	s.mu.Lock()
	for c := range s.clients {
		c.poke()
	}
	s.mu.Unlock()
}

func (s *Server) watched() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients) > 0
}

// blink turns the phase of cursor and blinking text.
func (s *Server) blink() {
	for s.screen.Turn() {
		if s.watched() && s.screen.Blinks() {
			s.wakeAll()
		}
	}
}

// End tells the browsers why the machine has ended. Close must follow.
func (s *Server) End(why string) {
	s.mu.Lock()
	s.why = why
	s.mu.Unlock()
}

// Close says goodbye to all browsers. Caller is not the machine goroutine while it
// runs.
func (s *Server) Close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		return nil
	}
	s.screen.End()
	for end := time.Now().Add(byeTime); s.watched() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	for c := range s.clients {
		c.drop()
	}
	s.mu.Unlock()
	err := s.http.Close()
	if e := s.listener.Close(); err == nil && !errors.Is(e, net.ErrClosed) {
		err = e
	}
	s.wait.Wait()
	return err
}

// admit takes a new client in; false when there are too many.
func (s *Server) admit(c *client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.clients) >= maxClients {
		return false
	}
	s.clients[c] = struct{}{}
	s.wait.Add(1)
	return true
}

func (s *Server) dismiss(c *client) {
	s.mu.Lock()
	delete(s.clients, c)
	s.mu.Unlock()
	s.wait.Done()
}

func (s *Server) note(what string, who string, args ...any) {
	if s.opt.Log != nil {
		s.opt.Log.Info(what, append([]any{"browser", who}, args...)...)
	}
}
