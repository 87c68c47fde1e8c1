package tests

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/bios"
	"beige/devices/host/web"
)

// shelf is what the page is told of disks.
type shelf struct {
	State  string
	Drives []web.Drive
	Images []web.Image
}

// status waits for a status that pleases.
func (m *webMachine) status(pleases func(shelf) bool) shelf {
	m.t.Helper()
	ctx := m.t.Context()
	conn, _, err := websocket.Dial(ctx, strings.Replace(m.url, "http", "ws", 1)+"socket", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	var s shelf
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		kind, b, err := conn.Read(ctx)
		if err != nil {
			m.t.Fatalf("%v; the last status is %+v", err, s)
		}
		if kind == websocket.MessageText {
			s = shelf{}
			if err := json.Unmarshal(b, &s); err != nil {
				m.t.Fatal(err)
			}
			if pleases(s) {
				return s
			}
		}
	}
	m.t.Fatalf("the last status is %+v", s)
	return s
}

// ask makes a request and returns what came of it.
func (m *webMachine) ask(method, path string, body []byte) string {
	m.t.Helper()
	r, err := http.NewRequest(method, m.url+path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(b)
}

// Disks go in and out by the page's requests, and only where they fit; files of the
// host are those that were named.
func TestWebDisks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	named, cd := filepath.Join(dir, "named.img"), filepath.Join(dir, "disc.iso")
	floppy := append(bytes.Clone(bios.Demo()), make([]byte, 360<<10-len(bios.Demo()))...)
	disc := make([]byte, 40<<11)
	copy(disc[16<<11:], "\x01CD001\x01")
	for path, data := range map[string][]byte{named: floppy, cd: disc} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := startWeb(t, "--media", named, "--media", cd)
	s := m.status(func(s shelf) bool { return s.State == "running" && len(s.Drives) == 3 })
	if s.Drives[0].Image != "demonstration disk" || s.Drives[1].Image != "" || s.Drives[2].Kind != web.CDDrive || len(s.Images) != 3 {
		t.Fatalf("status %+v", s)
	}
	for _, tc := range []struct {
		method, path string
		body         []byte
		want         string
	}{
		{"POST", "drive/1?image=2", nil, `{"says":"named.img is in drive B"}`},
		{"POST", "drive/0?image=2", nil, "is in drive B already"},
		{"POST", "drive/0?image=3", nil, "disc.iso does not fit drive A"},
		{"POST", "drive/2?image=3", nil, `"says":"disc.iso is in the CD-ROM drive"`},
		{"POST", "drive/1?image=9", nil, "there is no such image"},
		{"POST", "drive/7?image=2", nil, "there is no such drive"},
		{"POST", "drive/0?name=" + "../../etc/x.img", floppy, `{"says":"x.img is in drive A"}`},
		{"POST", "drive/0?name=x.iso", disc, "drive A takes none"},
		{"POST", "drive/0?name=", []byte("too short for a disk"), `"error":"upload.img: `},
		{"POST", "drive/2?name=y.iso", disc, `{"says":"y.iso is in the CD-ROM drive"}`},
		{"DELETE", "image/4", nil, "x.img is in drive A; eject it first"},
		{"GET", "image/2", nil, "named.img was not uploaded"},
		{"GET", "image/5", nil, "y.iso was not uploaded, or is no floppy"},
		{"GET", "image/4", nil, string(floppy)},
		{"DELETE", "drive/0", nil, "drive A is empty"},
		{"POST", "drive/1?image=4", nil, "x.img is in drive B"},
		{"DELETE", "drive/1", nil, "drive B is empty"},
		{"DELETE", "drive/2", nil, "the CD-ROM drive is empty"},
		{"DELETE", "image/4", nil, "x.img is forgotten"},
		{"DELETE", "image/2", nil, "named.img was not uploaded"},
		{"POST", "drive/0?image=1", nil, "demonstration disk is in drive A"},
	} {
		if got := m.ask(tc.method, tc.path, tc.body); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s: %.200q; want %.80q", tc.method, tc.path, got, tc.want)
		}
	}
	m.status(func(s shelf) bool {
		return len(s.Images) == 4 && s.Images[0].In == "drive A" && s.Images[3].Name == "y.iso" && s.Images[3].In == "" && s.Drives[1].Image == "" && s.Drives[2].Image == ""
	})
}

// The power button ends the program, even one that is pressed before the machine has
// begun to run, and the page is told.
func TestWebPower(t *testing.T) {
	t.Parallel()
	m := startWeb(t)
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(m.url, "http", "ws", 1)+"socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	if err := conn.Write(t.Context(), websocket.MessageBinary, []byte{9, 3}); err != nil {
		t.Fatal(err)
	}
	last := ""
	for {
		kind, b, err := conn.Read(t.Context())
		if err != nil {
			break
		}
		if kind == websocket.MessageText {
			last = string(b)
		}
	}
	if want := `{"state":"off","why":"the machine was switched off"}`; last != want {
		t.Errorf("the last status is %s; want %s", last, want)
	}
	if err := m.wait(); err != nil {
		t.Errorf("the program ends with %v; want exit code 0", err)
	}
}
