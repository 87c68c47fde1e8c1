package vnc

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"beige/devices/host/remote"
)

// chunk is the most that is written with one deadline, in bytes.
const chunk = 64 << 10

// viewer is one connection.
type viewer struct {
	server *Server
	conn   net.Conn
	r      *bufio.Reader
	out    *bufio.Writer // of the handshake, then of the writing goroutine
	in     atomic.Bool   // past the handshake
	since  time.Time
	wake   chan struct{}
	gone   chan struct{} // closed when the viewer takes nothing any more
	hand   hand          // of the machine goroutine
	clip   string

	// What the reading goroutine leaves for the writing one.
	mu                  sync.Mutex
	want                wishes
	picWidth, picHeight int // of the picture of which the viewer sees at least a part

	// What the viewer has, of the writing goroutine.
	width, height int
	shown         shown
	enc           encoder
	trans         *translator
	buf           []byte
}

// wishes are what a viewer has asked for.
type wishes struct {
	format    pixelFormat
	newFormat bool
	encoding  int32 // for pixels
	copyRect  bool
	resize    bool // DesktopSize
	extResize bool // ExtendedDesktopSize
	cursor    bool
	extKey    bool
	relative  bool // it knows movements of the pointer
	absolute  bool // the guest wants to know where the pointer is

	asked bool // an update
	area  rect
	force rect // of area: whether it has changed or not
	tell  tell
}

// tell is what goes with the next update, each as a pseudo-encoding.
type tell struct{ cursor, extKey, relative, size, refused bool }

// deadlineWriter writes to a connection that must take it in time.
type deadlineWriter struct {
	conn     net.Conn
	patience time.Duration
}

func (w deadlineWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		part := b[:min(len(b), chunk)]
		if err := w.conn.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
			return n, err
		}
		k, err := w.conn.Write(part)
		n += k
		if err != nil {
			return n, err
		}
		b = b[k:]
	}
	return n, nil
}

func newViewer(s *Server, conn net.Conn) *viewer {
	return &viewer{server: s, conn: conn, since: time.Now(), wake: make(chan struct{}, 1), gone: make(chan struct{}),
		r: bufio.NewReaderSize(conn, 4096), out: bufio.NewWriterSize(deadlineWriter{conn, s.opt.patience}, chunk),
		want: wishes{format: nativeFormat(), encoding: encRaw}, trans: newTranslator(nativeFormat())}
}

// put writes to the viewer; an error comes with the Flush.
func (v *viewer) put(b []byte) { _, _ = v.out.Write(b) }

// poke has the writing goroutine look for work.
func (v *viewer) poke() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// do has the machine goroutine take what the viewer has sent, once the machine runs.
func (v *viewer) do(f func()) {
	remote.Wait{Over: v.server.screen.Done(), Gone: v.gone}.Do(v.server.guest, f)
}

// serve is the life of a connection. The error says why it ended; nil when the
// viewer has closed it.
func (v *viewer) serve() error {
	if err := v.conn.SetReadDeadline(time.Now().Add(loginTime)); err != nil {
		return err
	}
	if err := v.handshake(); err != nil {
		return err
	}
	v.in.Store(true)
	v.server.note("connected", v.conn)
	if err := v.conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	written := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		err := v.write(done)
		v.conn.Close() // ends the reading, too
		close(v.gone)
		written <- err
	}()
	err := v.read()
	close(done)
	v.conn.Close()
	werr := <-written
	v.server.guest.Do(func() { v.server.input.Leave(&v.hand.Hand) })
	switch {
	case errors.Is(werr, os.ErrDeadlineExceeded):
		return fmt.Errorf("it has taken nothing for %v", v.server.opt.patience)
	case errors.Is(err, net.ErrClosed): // by us
		return werr
	}
	return err
}

// write answers requests until done is closed.
func (v *viewer) write(done chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		case <-v.wake:
		}
		if err := v.answer(); err != nil {
			return err
		}
	}
}
