package char

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"
)

// maxQueued is how many bytes wait for a peer that does not read; what comes when
// there are as many is lost, as on a line without flow control.
const maxQueued = 64 << 10

// queue holds what the guest has sent and a peer has not taken. The machine's
// goroutine puts, another takes.
type queue struct {
	mu     sync.Mutex
	change sync.Cond
	data   []byte
	lost   uint64
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.change.L = &q.mu
	return q
}

// put never waits.
func (q *queue) put(b []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(b), maxQueued-len(q.data))
	q.data = append(q.data, b[:n]...)
	q.lost += uint64(len(b) - n)
	q.change.Signal()
}

// take waits for bytes; nil: the queue is closed.
func (q *queue) take() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.data) == 0 && !q.closed {
		q.change.Wait()
	}
	b := q.data
	q.data = nil
	return b
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change.Signal()
}

// lingerTime is how long a peer may take to accept what is left for it at the end.
const lingerTime = time.Second

// peer is the other end of a line: a connection or a terminal.
type peer interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// converse moves bytes between a peer and the guest until the peer or ctx is gone,
// and closes the peer. One that says it will send no more may go on listening.
func converse(ctx context.Context, p peer, q *queue, receive func([]byte)) {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for b := q.take(); b != nil; b = q.take() {
			if _, err := p.Write(b); err != nil {
				return
			}
		}
	}()
	stop := context.AfterFunc(ctx, func() { _ = p.SetReadDeadline(time.Now()) })
	defer stop()
	b := make([]byte, 4096)
	for {
		n, err := p.Read(b)
		if n > 0 {
			receive(bytes.Clone(b[:n]))
		}
		if err == io.EOF {
			select {
			case <-ctx.Done():
			case <-sent:
			}
		}
		if err != nil {
			break
		}
	}
	q.close()
	_ = p.SetWriteDeadline(time.Now().Add(lingerTime))
	<-sent
	_ = p.Close()
}
