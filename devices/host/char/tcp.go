package char

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// TCP is a serial line to whoever connects to a port of this host, one peer at a
// time: a newer one takes the line over. Without a peer bytes are lost; one that
// stalls or drops keeps nobody waiting.
type TCP struct {
	listener net.Listener

	mu   sync.Mutex
	peer *queue // of the connection that has the line
}

// ListenTCP opens a line on a port of 127.0.0.1; port 0 is any free one.
func ListenTCP(port uint16) (*TCP, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return nil, fmt.Errorf("port %d of 127.0.0.1: %w", port, err)
	}
	return &TCP{listener: l}, nil
}

// Place says where the other end is: address and port.
func (t *TCP) Place() string { return t.listener.Addr().String() }

// Write sends what the guest has sent. It never waits and never fails.
func (t *TCP) Write(b []byte) (int, error) {
	t.mu.Lock()
	q := t.peer
	t.mu.Unlock()
	if q != nil {
		q.put(b)
	}
	return len(b), nil
}

// Serve takes connections and hands what they send to receive until ctx is done.
func (t *TCP) Serve(ctx context.Context, receive func([]byte)) {
	var all sync.WaitGroup
	defer all.Wait()
	stop := context.AfterFunc(ctx, func() { _ = t.listener.Close() })
	defer stop()
	hangUp := func() {}
	for {
		conn, err := t.listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				hangUp()
				return
			}
			// Such as too many open files: it may pass.
			time.Sleep(100 * time.Millisecond)
			continue
		}
		hangUp()
		var line context.Context
		line, hangUp = context.WithCancel(context.Background())
		q := newQueue()
		t.mu.Lock()
		t.peer = q
		t.mu.Unlock()
		all.Add(1)
		go func() {
			defer all.Done()
			converse(line, conn.(*net.TCPConn), q, receive)
		}()
	}
}

// Close ends the line, served or not.
func (t *TCP) Close() error {
	if err := t.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
