package web

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// drives records what is done to it.
type drives struct {
	did  []string
	room int64
}

func (d *drives) List() ([]Drive, []Image) {
	return []Drive{{Name: "drive A", Kind: FloppyDrive}, {Name: "drive B", Kind: FloppyDrive, Unit: 1}, {Name: "CD-ROM", Kind: CDDrive}}, []Image{{ID: 7, Name: "a.img", Kind: FloppyDrive}}
}

func (d *drives) do(what string, args ...int) (string, error) {
	for _, n := range args {
		what += " " + string(rune('0'+n))
		if n > 7 {
			return "", errors.New("there is no such thing")
		}
	}
	d.did = append(d.did, what)
	return "done", nil
}
func (d *drives) Insert(drive, image int) (string, error) { return d.do("insert", drive, image) }
func (d *drives) Eject(drive int) (string, error)         { return d.do("eject", drive) }
func (d *drives) Discard(image int) (string, error)       { return d.do("discard", image) }
func (d *drives) Room() int64                             { return d.room }
func (d *drives) Add(drive int, name string, data []byte) (string, error) {
	return d.do("add "+name+" "+string(data), drive)
}
func (d *drives) Data(image int) (string, []byte, error) {
	_, err := d.do("data", image)
	return "a \"b\".img", []byte("sectors"), err
}

func TestDisks(t *testing.T) {
	d := &drives{room: 1000}
	s, g := start(t, plain(0), Options{Drives: d})
	for _, tc := range []struct {
		method, path, body string
		code               int
		want, did          string
	}{
		{"POST", "drive/0?image=7", "", 200, "done", "insert 0 7"},
		{"POST", "drive/0?image=8", "", 409, "there is no such thing", ""},
		{"POST", "drive/1?name=a.img", "data", 200, "done", "add a.img data 1"},
		{"POST", "drive/1?name=a.img", strings.Repeat("x", 1001), 409, "too large", ""},
		{"DELETE", "drive/2", "", 200, "done", "eject 2"},
		{"DELETE", "drive/-1", "", 200, "done", "eject /"},
		{"DELETE", "drive/x", "", 404, "no such page", ""},
		{"GET", "drive/0", "", 405, "want POST or DELETE", ""},
		{"GET", "image/7", "", 200, "sectors", "data 7"},
		{"GET", "image/9", "", 409, "there is no such thing", ""},
		{"DELETE", "image/7", "", 200, "done", "discard 7"},
		{"PUT", "image/7", "", 405, "want GET or DELETE", ""},
	} {
		d.did = nil
		r, err := http.NewRequest(tc.method, s.URL()+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != tc.code || !strings.Contains(string(b), tc.want) || strings.Join(d.did, "; ") != tc.did {
			t.Errorf("%s %s: %d %q, did %q; want %d %q, %q", tc.method, tc.path, answer.StatusCode, b, d.did, tc.code, tc.want, tc.did)
		}
		if tc.did == "data 7" && answer.Header.Get("Content-Disposition") != `attachment; filename="a \"b\".img"` {
			t.Errorf("disposition %q", answer.Header.Get("Content-Disposition"))
		}
		if tc.code == 409 && json.Unmarshal(b, new(map[string]string)) != nil {
			t.Errorf("%s: %q is no JSON", tc.path, b)
		}
	}
	g.off = true
	r, _ := http.NewRequest("DELETE", s.URL()+"drive/0", nil)
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != 409 {
		t.Errorf("a machine that is off: %v, %v", answer, err)
	}
}

// A file that does not come to its end is refused, one at a time comes in, and none
// holds up the end of the server.
func TestUploadStalls(t *testing.T) {
	d := &drives{room: 1 << 20}
	s, _ := start(t, plain(0), Options{Drives: d})
	answer := func() string {
		r, err := http.Post(s.URL()+"drive/0?name=y", "", strings.NewReader("data"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return string(b)
	}
	stalls := func() net.Conn {
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "POST /"+s.opt.Token+"/drive/0?name=x HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nthe beginning")
		return conn
	}
	conn := stalls()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(answer(), "just coming in"); {
		if time.Now().After(end) {
			t.Fatal("two uploads at a time")
		}
		_ = conn.Close() // it may have been the one that was refused
		conn = stalls()
		time.Sleep(20 * time.Millisecond)
	}
	defer conn.Close()
	at := time.Now()
	_ = s.Close()
	if took := time.Since(at); took > 10*time.Second {
		t.Errorf("the server takes %v to close", took)
	}
}
