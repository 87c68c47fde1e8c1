package web

import (
	"net"
	"sync"
	"time"
)

// Bounds of what is worth deflating. A core deflates some 100 MB a second, so on a
// link that is faster than that a part of the time is lost, not won.
const (
	smallest = 1 << 10 // bytes of a message
	telling  = 1 << 16 // bytes of a message that says something about the link
	fastLink = 4 << 20 // bytes a second
)

// link is what is known of the way to a browser. A loopback address counts as fast
// until it proves otherwise, as at the end of a tunnel.
type link struct {
	near bool

	mu    sync.Mutex
	at    time.Time
	size  int
	speed float64 // bytes a second, of the last telling picture; 0: unknown
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// sent notes that a picture is on its way.
func (l *link) sent(n int) {
	l.mu.Lock()
	l.at, l.size = time.Now(), n
	l.mu.Unlock()
}

// shown notes that it has arrived.
func (l *link) shown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := time.Since(l.at); l.size >= telling && d > 0 {
		l.speed = float64(l.size) / d.Seconds()
	}
}

// deflates reports whether a message of n bytes is worth it.
func (l *link) deflates(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < smallest {
		return false
	}
	if l.speed == 0 {
		return !l.near
	}
	return l.speed < fastLink
}
