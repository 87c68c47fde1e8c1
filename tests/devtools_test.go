package tests

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// chromium is a browser without a window, driven through the DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol).
type chromium struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
	id   int
}

// tab is a page of it.
type tab struct {
	*chromium
	session  string
	problems []string // what its console says of errors
}

// startChromium starts the browser of the Debian package of that name.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	path := need(t, "chromium")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	dir, err := os.MkdirTemp("", "beige-chromium")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
		"--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "HOME="+dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &chromium{t: t, ctx: ctx}
	t.Cleanup(func() {
		if c.conn != nil {
			_ = c.conn.CloseNow()
		}
		cancel()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	address := make(chan string, 1)
	go func() {
		in := bufio.NewScanner(stderr)
		for in.Scan() {
			if _, url, ok := strings.Cut(in.Text(), "DevTools listening on "); ok {
				address <- url
			}
		}
		close(address)
	}()
	url, ok := <-address
	if !ok {
		t.Skip("chromium does not start here")
	}
	if c.conn, _, err = websocket.Dial(ctx, url, nil); err != nil {
		t.Fatal(err)
	}
	c.conn.SetReadLimit(64 << 20)
	return c
}

// open opens a page in a window of that size, in CSS pixels.
func (c *chromium) open(url string, width, height int, phone bool) *tab {
	c.t.Helper()
	p := &tab{chromium: c}
	var target struct{ TargetID string }
	p.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	p.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	p.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.call(domain+".enable", nil, nil)
	}
	scale := 1
	if phone {
		scale = 2
	}
	p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}, nil)
	if phone {
		p.call("Emulation.setTouchEmulationEnabled", map[string]any{"enabled": true, "maxTouchPoints": 2}, nil)
	}
	p.call("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}, nil)
	p.call("Page.navigate", map[string]any{"url": url}, nil)
	p.until(`Boolean(document.getElementById("screen")?.dataset.dots)`)
	return p
}

// call is one command; result may be nil.
func (p *tab) call(method string, params, result any) {
	p.t.Helper()
	p.id++
	message := map[string]any{"id": p.id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if p.session != "" {
		message["sessionId"] = p.session
	}
	b, err := json.Marshal(message)
	if err == nil {
		err = p.conn.Write(p.ctx, websocket.MessageText, b)
	}
	for err == nil {
		var answer struct {
			ID     int
			Method string
			Params json.RawMessage
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if _, b, err = p.conn.Read(p.ctx); err == nil {
			err = json.Unmarshal(b, &answer)
		}
		switch {
		case err != nil:
		case answer.Method == "Runtime.exceptionThrown", answer.Method == "Log.entryAdded" && bytes.Contains(answer.Params, []byte(`"level":"error"`)):
			p.problems = append(p.problems, string(answer.Params))
		case answer.ID == p.id && answer.Error != nil:
			p.t.Fatalf("%s: %s", method, answer.Error.Message)
		case answer.ID == p.id:
			if result != nil {
				err = json.Unmarshal(answer.Result, result)
			}
			if err == nil {
				return
			}
		}
	}
	p.t.Fatalf("%s: %v", method, err)
}

// eval is the value of an expression; a promise is waited for.
func (p *tab) eval(expression string) any {
	p.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &r)
	if r.ExceptionDetails != nil {
		p.t.Fatalf("%s: %s %s", expression, r.ExceptionDetails.Text, r.ExceptionDetails.Exception.Description)
	}
	return r.Result.Value
}

// until waits until an expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); p.eval(expression) != true; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.keep("failed")
			p.t.Fatalf("never true: %s", expression)
		}
	}
}

// key presses and releases a key by its KeyboardEvent.code, with what it types on a
// US keyboard.
func (p *tab) key(code, key string) {
	p.t.Helper()
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		p.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "code": code, "key": key}, nil)
	}
	time.Sleep(20 * time.Millisecond) // a person
}

// typeText types letters, digits, blanks and ends of lines.
func (p *tab) typeText(s string) {
	p.t.Helper()
	for _, r := range s {
		switch {
		case r == '\n':
			p.key("Enter", "Enter")
		case r == ' ':
			p.key("Space", " ")
		case r >= '0' && r <= '9':
			p.key("Digit"+string(r), string(r))
		default:
			p.key("Key"+strings.ToUpper(string(r)), string(r))
		}
	}
}

func (p *tab) mouse(kind string, x, y float64, button string) {
	p.t.Helper()
	held := map[string]int{"none": 0, "left": 1, "right": 2}[button]
	if kind == "mouseReleased" {
		held = 0
	}
	p.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": button, "buttons": held, "clickCount": 1}, nil)
}

// place is the middle of an element.
func (p *tab) place(selector string) (x, y float64) {
	p.t.Helper()
	v, ok := p.eval(fmt.Sprintf("(() => { const r = document.querySelector(%q)?.getBoundingClientRect(); return r && r.width ? [r.left+r.width/2, r.top+r.height/2] : null })()", selector)).([]any)
	if !ok {
		p.keep("failed")
		p.t.Fatalf("no %s on the page", selector)
	}
	return v[0].(float64), v[1].(float64)
}

// click clicks an element with the mouse.
func (p *tab) click(selector string) {
	p.t.Helper()
	x, y := p.place(selector)
	p.mouse("mousePressed", x, y, "left")
	p.mouse("mouseReleased", x, y, "left")
}

// touch is a touch of the screen at a place; none lifts the finger.
func (p *tab) touch(kind string, points ...[2]float64) {
	p.t.Helper()
	list := []map[string]any{}
	for _, at := range points {
		list = append(list, map[string]any{"x": at[0], "y": at[1]})
	}
	p.call("Input.dispatchTouchEvent", map[string]any{"type": kind, "touchPoints": list}, nil)
}

// canvas is what the canvas shows, one dot for each of the machine's.
func (p *tab) canvas() image.Image {
	p.t.Helper()
	data, _ := p.eval(`(() => {
		const c = document.getElementById("screen"), out = document.createElement("canvas");
		const [w, h] = c.dataset.dots.split(" ").map(Number);
		out.width = w; out.height = h;
		const context = out.getContext("2d");
		context.imageSmoothingEnabled = false;
		context.drawImage(c, 0, 0, w, h);
		return out.toDataURL().split(",")[1];
	})()`).(string)
	return decodePNG(p.t, data)
}

func decodePNG(t *testing.T, data string) image.Image {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// shows waits until text can be read on the canvas.
func (p *tab) shows(text string) {
	p.t.Helper()
	var lines []string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if lines = readText(p.canvas()); strings.Contains(strings.Join(lines, "\n"), text) {
			return
		}
	}
	p.keep("failed")
	p.t.Fatalf("no %q on the canvas:\n%s", text, strings.Join(lines, "\n"))
}

// keep stores a picture of the page in the folder of BEIGE_SHOTS, for somebody to
// look at.
func (p *tab) keep(name string) {
	p.t.Helper()
	dir := os.Getenv("BEIGE_SHOTS")
	if dir == "" {
		return
	}
	var shot struct{ Data []byte }
	p.call("Page.captureScreenshot", nil, &shot)
	if err := os.WriteFile(dir+"/"+name+".png", shot.Data, 0o666); err != nil {
		p.t.Error(err)
	}
}
