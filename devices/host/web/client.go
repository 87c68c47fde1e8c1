package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"beige/devices/host/remote"
	"beige/devices/video"
)

// serialChunk is the most that one message has of a serial port, in bytes.
const serialChunk = 16 << 10

// client is one browser.
type client struct {
	server *Server
	conn   *websocket.Conn
	end    context.CancelFunc
	wake   chan struct{}

	// Of the machine goroutine.
	hand  remote.Hand
	typed int // characters that the typist has not typed yet

	// What the reading goroutine leaves for the writing one.
	mu       sync.Mutex
	ready    bool // for a picture
	inflates bool

	// What the browser has, of the writing goroutine.
	seen     *video.Picture
	status   *string
	serialAt map[int]uint64
	enc      encoder
	link     link
}

func newClient(s *Server, conn *websocket.Conn, end context.CancelFunc) *client {
	return &client{server: s, conn: conn, end: end, wake: make(chan struct{}, 1), ready: true, serialAt: map[int]uint64{}}
}

// socket serves a WebSocket until it ends.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	conn, err := accept(w, r)
	if err != nil {
		return
	}
	conn.SetReadLimit(maxMessage)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := newClient(s, conn, cancel)
	if !s.admit(c) {
		_ = conn.Close(websocket.StatusTryAgainLater, "too many browsers")
		return
	}
	defer s.dismiss(c)
	c.link.near = isLoopback(r.RemoteAddr)
	s.note("connected", r.RemoteAddr)
	why := c.serve(ctx)
	s.note("gone", r.RemoteAddr, "why", why.Error())
}

// poke has the writing goroutine look for work.
func (c *client) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// drop ends the connection at once.
func (c *client) drop() { c.end() }

// serve is the life of a connection. The error says why it ended.
func (c *client) serve(ctx context.Context) error {
	var all sync.WaitGroup
	ended := make(chan error, 3)
	for _, part := range []func(context.Context) error{c.read, c.write, c.ping} {
		all.Add(1)
		go func() {
			defer all.Done()
			ended <- part(ctx)
			c.end()
		}()
	}
	err := <-ended
	_ = c.conn.CloseNow()
	all.Wait()
	c.server.guest.Do(func() { c.server.input.Leave(&c.hand) })
	return err
}

// read takes messages, one at a time.
func (c *client) read(ctx context.Context) error {
	for {
		kind, b, err := c.conn.Read(ctx)
		if err != nil {
			return err
		}
		var m message
		if kind != websocket.MessageBinary {
			err = errors.New("a text message; want binary ones")
		} else {
			m, err = parse(b)
		}
		if err != nil {
			_ = c.conn.Close(websocket.StatusPolicyViolation, err.Error())
			return err
		}
		c.handle(ctx, m)
	}
}

// ping finds out whether the browser is still there.
func (c *client) ping(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pingEvery):
		}
		limited, cancel := context.WithTimeout(ctx, pingEvery)
		err := c.conn.Ping(limited)
		cancel()
		if err != nil {
			return fmt.Errorf("it answers no ping: %w", err)
		}
	}
}

// write sends what there is to send.
func (c *client) write(ctx context.Context) error {
	c.poke()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.server.screen.Done():
			return c.bye(ctx)
		case <-c.wake:
		}
		if err := errors.Join(c.sendStatus(ctx), c.sendSerial(ctx), c.sendPicture(ctx)); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("it has taken nothing for %v", c.server.opt.patience)
			}
			return err
		}
	}
}

// send writes one message, which the browser must take in time.
func (c *client) send(ctx context.Context, kind websocket.MessageType, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.server.opt.patience)
	defer cancel()
	return c.conn.Write(ctx, kind, b)
}

func (c *client) sendStatus(ctx context.Context) error {
	now := c.server.status.Load()
	if now == nil || now == c.status {
		return nil
	}
	c.status = now
	return c.send(ctx, websocket.MessageText, []byte(*now))
}

// sendSerial sends what the serial ports have sent, from the oldest byte that is
// still kept.
func (c *client) sendSerial(ctx context.Context) error {
	c.server.news.Store(false)
	for _, unit := range c.server.opt.Serial {
		for {
			b, next := c.server.consoles[unit].since(c.serialAt[unit], serialChunk)
			if len(b) == 0 {
				break
			}
			c.serialAt[unit] = next
			if err := c.send(ctx, websocket.MessageBinary, append([]byte{sendsSerial, uint8(unit)}, b...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendPicture sends what is new on the screen, if the browser has shown the last
// picture.
func (c *client) sendPicture(ctx context.Context) error {
	c.mu.Lock()
	ready, inflates := c.ready, c.inflates
	c.mu.Unlock()
	if !ready {
		return nil
	}
	pic := c.server.screen.Picture()
	if pic == c.seen {
		return nil
	}
	b := c.enc.picture(c.seen, pic)
	c.seen = pic
	if b == nil {
		return nil
	}
	c.mu.Lock()
	c.ready = false
	c.mu.Unlock()
	if inflates && (c.server.opt.deflate || c.link.deflates(len(b))) {
		b = c.enc.deflate(b)
	}
	c.link.sent(len(b))
	return c.send(ctx, websocket.MessageBinary, b)
}

// bye tells the browser that there is no machine any more.
func (c *client) bye(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, byeTime)
	defer cancel()
	c.server.mu.Lock()
	why := c.server.why
	c.server.mu.Unlock()
	if err := c.conn.Write(limited, websocket.MessageText, offStatus(why)); err != nil {
		return err
	}
	return errors.New("the machine is off")
}
