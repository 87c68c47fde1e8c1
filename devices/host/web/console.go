package web

import (
	"io"
	"sync"
)

// kept is how much of what a serial port has sent is there for browsers that come
// later or are slow, in bytes.
const kept = 64 << 10

// console is what a serial port has sent. It never makes the port wait.
type console struct {
	news func()

	mu    sync.Mutex
	ring  [kept]byte
	total uint64
}

// Write takes what the port sends. Caller is the machine goroutine.
func (c *console) Write(b []byte) (int, error) {
	c.mu.Lock()
	for _, v := range b {
		c.ring[c.total%kept] = v
		c.total++
	}
	c.mu.Unlock()
	c.news()
	return len(b), nil
}

// since returns at most n of the bytes sent after the first from, or as many of
// them as are kept, and how many bytes had been sent then.
func (c *console) since(from uint64, n int) (b []byte, next uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total-from > kept {
		from = c.total - kept
	}
	next = min(c.total, from+uint64(n))
	for ; from < next; from++ {
		b = append(b, c.ring[from%kept])
	}
	return b, next
}

// Serial is where serial port unit, from 0, sends what is for the page.
func (s *Server) Serial(unit int) io.Writer { return s.consoles[unit] }

// serialNews wakes the clients, once until they look.
func (s *Server) serialNews() {
	if s.news.CompareAndSwap(false, true) {
		s.wakeAll()
	}
}
