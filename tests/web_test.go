package tests

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beige/machine/screenshot"
)

// webMachine is a beige with a page.
type webMachine struct {
	*process
	url string
}

func startWeb(t *testing.T, args ...string) *webMachine {
	t.Helper()
	p, said := startDisplay(t, "web:0", regexp.MustCompile(`web page on (http://127\.0\.0\.1:\d+/[-\w]+/)`), args...)
	return &webMachine{p, said}
}

// screenshot is the machine's own picture.
func (m *webMachine) screenshot() image.Image {
	m.t.Helper()
	answer, err := http.Get(m.url + "screenshot.png")
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	img, err := png.Decode(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return img
}

// bothShow waits until the canvas is the machine's own picture, dot by dot; the cursor
// blinks on one of them.
func bothShow(t *testing.T, m *webMachine, p *tab) {
	t.Helper()
	var err error
	for range 100 {
		if err = screenshot.Compare(p.canvas(), m.screenshot(), 0); err == nil {
			return
		}
	}
	t.Errorf("the canvas is not the machine's picture: %v", err)
}

// The page in a browser as a person uses it: keys, screen, disks, serial port, pause,
// pictures; on a desktop and on a phone.
func TestWebPage(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	files := map[string]string{}
	for _, name := range []string{"upload", "media"} {
		files[name] = filepath.Join(t.TempDir(), name+".img")
		data := fatFloppy(t, strings.ToUpper(name)+".TXT", "hello from "+name+"\r\n")
		if err := os.WriteFile(files[name], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := startWeb(t, "--snapshot", "--serial", "web", "--media", files["media"], guestImage(t, "freedos-144.img"))
	p := c.open(m.url, 1280, 800, false)
	p.shows("A:\\>")
	p.typeText("dir\n")
	p.shows("bytes free")
	bothShow(t, m, p)
	p.until(`document.documentElement.dataset.state === "running" && /%/.test(document.getElementById("speed").textContent)`)
	p.keep("desktop")

	// Another floppy: one that was named, then one that comes from the browser.
	p.click("#disks")
	p.until(`document.querySelectorAll("#drives .drive").length >= 3`)
	p.keep("disks")
	p.eval(`(() => { const s = document.querySelector("#drives select"); s.selectedIndex = 1; s.dispatchEvent(new Event("change")); })()`)
	p.until(`document.querySelector("#drives .what").textContent === "media.img"`)
	p.click("#disk-dialog .close")
	p.typeText("dir\n")
	p.shows("MEDIA    TXT")
	p.click("#disks")
	p.eval(`(() => { const real = HTMLInputElement.prototype.click; HTMLInputElement.prototype.click = () => {}; document.querySelector("#drives button").click(); HTMLInputElement.prototype.click = real; })()`)
	var node struct{ Root struct{ NodeID int } }
	p.call("DOM.getDocument", nil, &node)
	var file struct{ NodeID int }
	p.call("DOM.querySelector", map[string]any{"nodeId": node.Root.NodeID, "selector": "#file"}, &file)
	p.call("DOM.setFileInputFiles", map[string]any{"nodeId": file.NodeID, "files": []string{files["upload"]}}, nil)
	p.until(`document.querySelector("#drives .what").textContent === "upload.img"`)
	p.click("#disk-dialog .close")
	p.typeText("type upload")
	p.key("Period", ".")
	p.typeText("txt\n")
	p.shows("hello from upload")
	p.typeText("md new\n")
	p.click("#disks")
	p.until(`/changed/.test(document.getElementById("shelf").textContent)`)
	p.keep("shelf")
	saved, _ := p.eval(`fetch(document.querySelector("#shelf a").href).then(r => r.text())`).(string)
	if !strings.Contains(saved, "NEW        \x10") {
		t.Errorf("the downloaded floppy, %d characters, has not what the machine has written", len(saved))
	}
	p.click("#disk-dialog .close")

	// Text, as a phone's keyboard and as the clipboard give it.
	p.eval(`document.getElementById("typing").focus()`)
	p.call("Input.insertText", map[string]any{"text": "echo Typed! {on} a phone"}, nil)
	p.key("Enter", "Enter")
	p.shows("\nTyped! {on} a phone")
	p.click("#paste")
	p.eval(`document.getElementById("paste-text").value = "cls\necho Pasted \"text\"\n" + "rem 0123456789\n".repeat(5) + "echo the end\n"`)
	p.click("#paste-go")
	p.shows("\nPasted \"text\"")
	p.shows("\nthe end")

	// Keys of the bar: a sticky Shift is for one key.
	p.click("#keys")
	p.click("#bar [data-code=F3]") // DOS: the last command again
	p.shows(">echo the end")
	p.click("#bar [data-code=Escape]")
	p.typeText("rem ")
	p.click("#bar [data-code=ShiftLeft]")
	p.keep("bar")
	p.typeText("ab\n")
	p.shows(">rem Ab")
	p.until(`document.querySelector("#bar [data-code=ShiftLeft]").className === ""`)

	// The serial port, both ways.
	p.click("#tab-screen")
	p.typeText("ctty com1\n")
	p.click("#tabs button:nth-child(2)")
	p.until(`/A:.>/.test(document.querySelector(".term").textContent)`)
	p.eval(`document.querySelector(".term").focus()`)
	p.typeText("ver\n")
	p.until(`/FreeCom version[^>]*A:.>\s*$/.test(document.querySelector(".term").textContent)`) // DOS loses what comes while it sends
	p.eval(`document.getElementById("typing").focus()`)
	p.call("Input.insertText", map[string]any{"text": "echo From a phone"}, nil)
	p.key("Enter", "Enter")
	p.until(`/>echo From a phone[^>]*A:.>\s*$/.test(document.querySelector(".term").textContent)`)
	p.keep("serial")
	p.eval(`document.querySelector(".term").focus()`)
	p.typeText("ctty con\n")
	p.click("#tab-screen")

	// Held, and gone on.
	p.click("#pause")
	p.until(`document.documentElement.dataset.state === "paused" && !document.getElementById("veil").hidden`)
	p.keep("paused")
	p.click("#veil-button")
	p.until(`document.documentElement.dataset.state === "running"`)
	p.typeText("cls\n")
	p.typeText("echo going on\n")
	p.shows("\ngoing on")

	if b, _ := p.eval(`fetch("screenshot.png").then(r => r.headers.get("Content-Type"))`).(string); b != "image/png" {
		t.Errorf("the screenshot is %q", b)
	}

	// A phone: everything has its place.
	phone := c.open(m.url, 390, 844, true)
	phone.shows("\ngoing on")
	bothShow(t, m, phone)
	phone.until(`!document.getElementById("bar").hidden`)
	phone.keep("phone")
	if wide := phone.eval(`Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("header, main, footer, #bar, header button")].filter(e => e.offsetParent).map(e => e.getBoundingClientRect().right))`).(float64); wide > 390 {
		t.Errorf("something reaches to %v on a phone 390 wide", wide)
	}
	x, y := phone.place("#bar [data-code=F3]")
	phone.touch("touchStart", [2]float64{x, y})
	phone.touch("touchEnd")
	phone.shows(">echo going on")

	// Reset asks first.
	p.click("#reset")
	p.until(`document.getElementById("ask-dialog").open`)
	p.click("#ask-yes")
	p.shows("A:\\>")
	for _, page := range []*tab{p, phone} {
		if len(page.problems) > 0 {
			t.Errorf("errors on the page: %s", strings.Join(page.problems, "\n"))
		}
	}
}

// The pointer of a browser moves the mouse: captured on a desktop, by touches on a
// phone. The guest shows what reached it.
func TestWebMouse(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	code, err := os.ReadFile("web/mouse.bin")
	if err != nil {
		t.Fatal(err)
	}
	disk := filepath.Join(t.TempDir(), "mouse.img")
	if err := os.WriteFile(disk, append(code, make([]byte, 360<<10-len(code))...), 0o600); err != nil {
		t.Fatal(err)
	}
	m := startWeb(t, "--snapshot", disk)
	p := c.open(m.url, 1000, 700, false)
	p.shows("R")
	star := func(p *tab, col, row int) {
		t.Helper()
		end := time.Now().Add(10 * time.Second)
		for {
			lines := readText(p.canvas())
			for y, l := range lines {
				for x := range 3 { // a count more or less
					if at := col - 1 + x; (y == row || y == row-1 || y == row+1) && at < len(l) && l[at] == '*' {
						return
					}
				}
			}
			if time.Now().After(end) {
				p.keep("failed")
				t.Fatalf("no star near %d, %d:\n%s", col, row, strings.Join(lines, "\n"))
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	x, y := p.place("#screen")
	p.until(`document.getElementById("screen").classList.contains("mouse")`)
	p.mouse("mouseMoved", x, y, "none")
	p.click("#screen")
	p.until(`document.pointerLockElement !== null`)
	for i := range 10 {
		p.mouse("mouseMoved", x+8*float64(i+1), y-4.8*float64(i+1), "none")
		time.Sleep(15 * time.Millisecond)
	}
	star(p, 50, 9)
	p.mouse("mousePressed", x+80, y-48, "left")
	p.shows("R11")
	p.mouse("mouseReleased", x+80, y-48, "left")
	p.shows("R01")
	p.eval("document.exitPointerLock()")

	phone := c.open(m.url, 390, 844, true)
	phone.shows("R01")
	x, y = phone.place("#screen")
	phone.touch("touchStart", [2]float64{x, y})
	for i := range 10 {
		phone.touch("touchMove", [2]float64{x - 10*float64(i+1), y + 4*float64(i+1)})
		time.Sleep(15 * time.Millisecond)
	}
	phone.touch("touchEnd")
	time.Sleep(300 * time.Millisecond)
	lines := strings.Join(readText(phone.canvas()), "\n")
	if strings.Count(lines, "*") < 5 {
		t.Errorf("the touch has moved nothing:\n%s", lines)
	}
	phone.touch("touchStart", [2]float64{x, y})
	phone.touch("touchEnd")
	phone.shows("R02")
	for _, page := range []*tab{p, phone} {
		if len(page.problems) > 0 {
			t.Errorf("errors on the page: %s", strings.Join(page.problems, "\n"))
		}
	}
}

// A page that has lost its machine says so, and shows the next one at its address.
func TestWebReconnects(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	m := startWeb(t, "--web-token", "the-same-token")
	p := c.open(m.url, 800, 600, false)
	p.until(`document.documentElement.dataset.state === "running"`)
	if err := m.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.until(`document.documentElement.dataset.state === "lost" && !document.getElementById("veil").hidden`)
	_ = m.wait()
	u, err := url.Parse(m.url)
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`web page on (\S+)`)
	again, where := startDisplay(t, "web:"+u.Port(), said, "--web-token", "the-same-token")
	if where != m.url {
		t.Errorf("the address is %s; want %s again", where, m.url)
	}
	p.until(`document.documentElement.dataset.state === "running" && document.getElementById("veil").hidden`)
	bothShow(t, &webMachine{again, where}, p)
}

// fatFloppy is a FAT floppy with one file.
func fatFloppy(t *testing.T, name, text string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fat.img")
	host := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(host, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"new", "--fat", path, "720K"}, {"cp", host, path + ":/"}} {
		if out, err := exec.Command(beige(t), append([]string{"disk"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("beige disk %s: %v\n%s", args, err, out)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(b, []byte(text)) {
		t.Fatal(fmt.Errorf("the floppy has no such file: %w", err))
	}
	return b
}
