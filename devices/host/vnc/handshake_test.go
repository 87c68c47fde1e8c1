package vnc

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"beige/devices/video"
)

func black(w, h int) *video.Frame { return graphics(w, h, func(int, int) uint32 { return 0 }) }

// Every version and security type, byte by byte (RFC 6143, sections 7.1 to 7.3).
func TestHandshake(t *testing.T) {
	open, _ := start(t, black(8, 4), Options{})
	locked, _ := start(t, black(8, 4), Options{Password: "password"})
	for _, tc := range []struct {
		version string
		minor   int
	}{{"003.003", 3}, {"003.005", 3}, {"003.007", 7}, {"003.008", 8}, {"003.889", 3}, {"004.001", 3}} {
		t.Run(tc.version, func(t *testing.T) {
			c := dial(t, open)
			c.expect("RFB 003.008\n")
			c.send("RFB " + tc.version + "\n")
			switch tc.minor {
			case 3:
				c.expect("\x00\x00\x00\x01") // type None; no list, no result
			case 7:
				c.expect("\x01\x01")
				c.send("\x01") // no result
			case 8:
				c.expect("\x01\x01")
				c.send("\x01")
				c.expect("\x00\x00\x00\x00")
			}
			c.init()
			c.update(false)
			c.check(black(8, 4))

			c = dial(t, locked)
			c.expect("RFB 003.008\n")
			c.send("RFB " + tc.version + "\n")
			if tc.minor == 3 {
				c.expect("\x00\x00\x00\x02")
			} else {
				c.expect("\x01\x02")
				c.send("\x02")
			}
			c.send(answerTo(c.read(16), "password"))
			c.expect("\x00\x00\x00\x00")
			c.init()
			c.update(false)
			c.check(black(8, 4))
		})
	}
}

// The answers to the challenge 00 01 ... 0f, from OpenSSL:
// openssl enc -des-ecb -nopad -K (the password with the bits of each byte reversed).
func TestEncrypt(t *testing.T) {
	var challenge [challengeLen]byte
	for i := range challenge {
		challenge[i] = byte(i)
	}
	for password, want := range map[string]string{
		"password":          "b866924125c8eebb9debc1db61c538e2",
		"password and more": "b866924125c8eebb9debc1db61c538e2",
		"abc":               "9c22b4f2088c3465a1562c4b9d6edb04",
	} {
		if out := encrypt(password, challenge); hex.EncodeToString(out[:]) != want {
			t.Errorf("encrypt(%q) = %x; want %s", password, out, want)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	s, _ := start(t, black(8, 4), Options{Password: "secret-and-longer"})
	for _, tc := range []struct {
		version, password string
		answer            string // after the challenge has been answered
	}{
		{"003.003", "Secret-a", "\x00\x00\x00\x01"},
		{"003.007", "secret", "\x00\x00\x00\x01"},
		{"003.008", "", "\x00\x00\x00\x01\x00\x00\x00\x0ewrong password"},
		{"003.008", "secret-a", "\x00\x00\x00\x00"}, // eight bytes count
		{"003.008", "secret-and-longer", "\x00\x00\x00\x00"},
		{"003.008", "secret-b", "\x00\x00\x00\x01\x00\x00\x00\x0ewrong password"},
	} {
		t.Run(tc.version+" "+tc.password, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s)
			c.expect("RFB 003.008\n")
			c.send("RFB " + tc.version + "\n")
			if tc.version == "003.003" {
				c.expect("\x00\x00\x00\x02")
			} else {
				c.expect("\x01\x02")
				c.send("\x02")
			}
			c.send(answerTo(c.read(16), tc.password))
			c.expect(tc.answer)
			if strings.HasPrefix(tc.answer, "\x00\x00\x00\x01") {
				c.gone()
			} else {
				c.init()
			}
		})
	}
}

// One that wants no security where a password is asked for gets nothing.
func TestHandshakeRefused(t *testing.T) {
	s, _ := start(t, black(8, 4), Options{Password: "x"})
	c := dial(t, s)
	c.expect("RFB 003.008\n")
	c.send("RFB 003.008\n")
	c.expect("\x01\x02")
	c.send("\x01")
	c.expect("\x00\x00\x00\x01\x00\x00\x00\x17security type 1; want 2")
	c.gone()
	for _, version := range []string{"RFB 003.0080", "GET / HTTP/1", "RFB xxx.yyy\n"} {
		c = dial(t, s)
		c.expect("RFB 003.008\n")
		c.send(version)
		c.gone()
	}
}

// Those who only knock keep nobody out: the oldest of them go.
func TestTooManyViewers(t *testing.T) {
	s, _ := start(t, black(8, 4), Options{})
	first := connect(t, s)
	var knocking []*client
	for range maxViewers - 1 {
		c := dial(t, s)
		c.expect("RFB 003.008\n")
		knocking = append(knocking, c)
	}
	in := connect(t, s)
	knocking[0].gone()
	for _, c := range []*client{first, in} {
		c.update(false)
		c.check(black(8, 4))
	}
	for len(knocking) > 2 { // all places to those who are in
		knocking = knocking[1:]
		connect(t, s)
	}
}

func TestListenErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for address, want := range map[string]string{
		l.Addr().String():   "the port is taken; want another one, or 0 for any",
		"192.0.2.1:5900":    "not an address of this computer",
		"no such host:5900": "no such host:5900: unknown host",
	} {
		if s, err := Listen(Options{Address: address}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Listen(%q) = %v, %v; want %s", address, s, err, want)
		}
	}
}

// A viewer that takes nothing is dropped in time; the others never notice.
func TestStalled(t *testing.T) {
	f := graphics(1280, 1024, func(x, y int) uint32 { return uint32(x*y) * 2654435761 & 0xffffff })
	s, g := start(t, f, Options{patience: 200 * time.Millisecond})
	stalled := connect(t, s)
	stalled.send("\x04\x01\x00\x00\x00\x00\x00a") // holds a key, too
	for range 20 {
		stalled.request(false, stalled.all()) // 100 MB, which no socket's buffer takes
		time.Sleep(time.Millisecond)
	}
	other := connect(t, s)
	other.update(false)
	other.check(f)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		n := len(s.viewers)
		s.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d viewers; want the one that takes what it asks for", n)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if got, want := strokesOf(g.events), "+a -a"; got != want {
		t.Errorf("the guest has seen %q; want %q", got, want)
	}
	other.update(false)
	other.check(f)
}
