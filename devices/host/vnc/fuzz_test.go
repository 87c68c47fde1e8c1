package vnc

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

// message is one message of a viewer.
func message(kind byte, rest ...byte) []byte { return append([]byte{kind}, rest...) }

// malformed are messages that end a connection, or that must be got over.
func malformed() map[string][]byte {
	return map[string][]byte{
		"unknown":                []byte{99},
		"half a message":         {3, 0, 0},
		"12 bits a pixel":        append(message(0, 0, 0, 0), 12, 12, 0, 1, 0, 15, 0, 15, 0, 15, 8, 4, 0, 0, 0, 0),
		"depth 0":                append(message(0, 0, 0, 0), 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"depth above bits":       append(message(0, 0, 0, 0), 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"shift beyond the pixel": append(message(0, 0, 0, 0), 16, 16, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0),
		"shift of 255":           append(message(0, 0, 0, 0), 32, 24, 0, 1, 0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0),
		"clipboard of 4 GB":      message(6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
		"QEMU audio":             message(255, 1, 0, 0),
	}
}

func TestMalformed(t *testing.T) {
	s, _ := start(t, black(64, 48), Options{})
	for name, b := range malformed() {
		t.Run(name, func(t *testing.T) {
			c := connect(t, s)
			c.send(string(b))
			_ = c.conn.(*net.TCPConn).CloseWrite()
			c.gone()
		})
	}
	// A clipboard longer than what is kept is read to its end.
	c := connect(t, s)
	c.send(string(binary.BigEndian.AppendUint32(message(6, 0, 0, 0), 1<<20)))
	c.send(string(make([]byte, 1<<20)))
	c.update(false)
	c.check(black(64, 48))
}

// FuzzClientMessages sends bytes in place of everything that follows the
// handshake. The server must answer or end the connection, nothing else.
func FuzzClientMessages(f *testing.F) {
	var all []byte
	for _, b := range malformed() {
		f.Add(b)
		all = append(all, b...)
	}
	encodings := message(2, 0, 0, 9)
	for _, e := range []int32{encHextile, encZRLE, encZlib, encCopyRect, encCursor, encDesktopSize, encExtDesktop, encExtKey, encPointerMotion} {
		encodings = binary.BigEndian.AppendUint32(encodings, uint32(e))
	}
	update := message(3, 0, 0, 0, 0, 0, 255, 255, 255, 255)
	again := message(3, 1, 0, 3, 0, 5, 0, 9, 0, 11)
	keys := message(4, 1, 0, 0, 0, 0, 0, 'a')
	paste := append(message(6, 0, 0, 0, 0, 0, 0, 3, 'd', 'i', 'r'), message(4, 1, 0, 0, 0, 0, 0xff, 0xe3, 4, 1, 0, 0, 0, 0, 0xff, 0xe9, 4, 1, 0, 0, 0, 0, 0, 'v')...)
	pointer := message(5, 1, 0, 9, 1, 2, 5, 9, 255, 255, 0, 0)
	mapped := append(message(0, 0, 0, 0), 8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	size := append(message(251, 0, 0, 9, 0, 9, 1, 0), make([]byte, 16)...)
	scan := message(255, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 0x9d)
	for _, b := range [][]byte{encodings, update, again, keys, paste, pointer, mapped, size, scan} {
		f.Add(b)
		all = append(b, all...)
	}
	f.Add(append(append(encodings, update...), again...))
	f.Add(append(append(mapped, update...), keys...))
	f.Add(all)
	frames := [2]func(x, y int) uint32{
		func(x, y int) uint32 { return uint32(x * y * 77) },
		func(x, y int) uint32 { return uint32(x+y/2) * 0x010203 },
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g := &guest{}
		s := &Server{guest: g, viewers: map[*viewer]struct{}{}, opt: Options{patience: 10 * time.Second}}
		s.input = newInput(g, nil)
		s.screen.Show(graphics(100, 60, frames[0]))
		ours, theirs := net.Pipe()
		v := newViewer(s, ours)
		v.resize(100, 60)
		go func() {
			s.screen.Show(graphics(60, 70, frames[1]))
			v.poke()
			_, _ = theirs.Write(b)
			theirs.Close()
		}()
		written := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, theirs)
			written <- err
		}()
		done := make(chan struct{})
		ended := make(chan error, 1)
		go func() { ended <- v.write(done) }()
		_ = v.read()
		close(done)
		ours.Close()
		<-ended
		<-written
		s.input.Leave(&v.hand.Hand)
		if !s.input.Idle() {
			t.Fatal("keys or buttons are still down")
		}
	})
}
