package tests

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/machine"
)

// The disks of checks in bios on QEMU, with the BIOS that comes with it, SeaBIOS, and
// its VGA BIOS. What differs from the references is in bios/seabios.txt.

// peer is a QEMU that runs a disk of checks: its processor's time runs ahead of the
// host's when it halts, so waits take none.
type peer struct {
	dir  string
	conn map[string]net.Conn // the streams between QEMU and the harness
	*qmp
	media    int    // disks that were put into drive B
	inDrive  string // the one that is there
	findings []finding
	checks   int
}

// newPeer starts QEMU with a disk of checks in drive A.
func newPeer(t *testing.T, disk string, p parameters, extra ...string) *peer {
	t.Helper()
	q := &peer{dir: t.TempDir()}
	p.Wait, p.Board = 1, 1
	boot := filepath.Join(q.dir, "a.img")
	if err := os.WriteFile(boot, checkBytes(t, disk, &p), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-accel", "tcg", "-cpu", "pentium2", "-m", "16", "-display", "none", "-nodefaults", "-vga", "std",
		"-rtc", "base=2000-01-01T12:00:00,clock=vm", "-boot", "a",
		"-blockdev", "driver=raw,node-name=a,file.driver=file,file.filename=" + boot,
		"-device", "floppy,drive=a,unit=0,drive-type=144", "-device", "floppy,id=b,unit=1,drive-type=144",
		"-device", "isa-debug-exit,iobase=0x501,iosize=2", "-device", "isa-debugcon,iobase=0xe9,chardev=dbg",
		"-mon", "chardev=qmp,mode=control",
		"-serial", "chardev:com", "-serial", "null", "-serial", "null", "-serial", "null", "-parallel", "chardev:lpt"}
	q.conn = startQEMU(t, 3*time.Minute, []string{"qmp", "dbg", "com", "lpt"}, append(args, extra...)...)
	q.qmp = newQMP(t, q.conn["qmp"])
	return q
}

// monitor runs a command of the human monitor, which can do what the protocol cannot.
func (q *peer) monitor(format string, a ...any) {
	q.t.Helper()
	q.command("human-monitor-command", map[string]string{"command-line": fmt.Sprintf(format, a...)})
}

// answer tells the guest that its request is done, in the scratch register of COM4.
func (q *peer) answer() { q.monitor("o /b 0x2ef 1") }

// run follows the guest's report to its end.
func (q *peer) run() {
	q.t.Helper()
	lines := bufio.NewScanner(q.conn["dbg"])
	for lines.Scan() {
		line := lines.Text()
		if request, ok := strings.CutPrefix(line, "@"); ok {
			q.serve(request)
		} else if rest, ok := strings.CutPrefix(line, "FAIL "); ok {
			i := strings.LastIndex(rest, ": got ")
			q.note(rest[:max(i, 0)], rest[max(i, 0):])
		} else if n, err := fmt.Sscanf(line, "done: %d checks,", &q.checks); n == 1 && err == nil {
			return
		}
	}
	q.t.Errorf("the checks did not come to an end: %v", lines.Err())
}

// note keeps a difference; a check that is made several times is one.
func (q *peer) note(name, detail string) {
	for _, f := range q.findings {
		if f.name == name {
			return
		}
	}
	q.findings = append(q.findings, finding{name, detail})
}

// serve does what the guest asks for.
func (q *peer) serve(request string) {
	q.t.Helper()
	word, rest, _ := strings.Cut(request, " ")
	switch word {
	case "hello":
	case "keys":
		q.stroke(strings.Split(rest, "+"), nil)
	case "alt":
		var digits []string
		for _, d := range rest {
			digits = append(digits, "kp"+string(d))
		}
		q.stroke([]string{"alt"}, digits)
	case "down", "up":
		q.keys(event(rest, word == "down"))
	case "hold":
		q.keys(event(rest, true))
		q.keys(event(rest, false))
	case "pause":
		q.stroke([]string{"pause"}, nil)
		time.Sleep(600 * time.Millisecond)
		q.stroke([]string{"space"}, nil)
	case "mouse":
		var x, y, buttons int
		if _, err := fmt.Sscan(rest, &x, &y, &buttons); err != nil {
			q.t.Error(err)
		}
		axis := func(name string, v int) map[string]any {
			return map[string]any{"type": "rel", "data": map[string]any{"axis": name, "value": v}}
		}
		button := map[string]any{"type": "btn", "data": map[string]any{"button": "left", "down": buttons&1 != 0}}
		q.command("input-send-event", map[string]any{"events": []any{axis("x", x), axis("y", y), button}})
	case "serial":
		_, _ = q.conn["com"].Write([]byte(rest))
	case "sent", "printed":
		q.expect(word, rest)
	case "insert":
		q.media++
		q.inDrive = filepath.Join(q.dir, fmt.Sprintf("b%d.img", q.media))
		if err := os.WriteFile(q.inDrive, patternedBytes(rest), 0o600); err != nil {
			q.t.Fatal(err)
		}
		q.insert("retain")
	case "eject":
		q.command("eject", map[string]any{"id": "b", "force": true})
	case "protect":
		q.insert("read-only")
	case "lock", "unlock": // its disks do not refuse writes on demand
	default:
		q.t.Errorf("request %q?", request)
	}
	q.answer()
}

// insert puts the disk into drive B that was chosen last.
func (q *peer) insert(protection string) {
	q.t.Helper()
	q.command("blockdev-change-medium", map[string]any{"id": "b", "filename": q.inDrive, "format": "raw", "read-only-mode": protection})
}

// qcodes are the names that QEMU gives to keys, where they are others.
func qcodes() map[string]string {
	codes := map[string]string{"enter": "ret", "space": "spc", "pageup": "pgup", "pagedown": "pgdn", "capslock": "caps_lock", "numlock": "num_lock",
		"scrolllock": "scroll_lock", "printscreen": "print", "rshift": "shift_r", "altgr": "alt_r", "rctrl": "ctrl_r", "leftbracket": "bracket_left",
		"rightbracket": "bracket_right", "period": "dot", "grave": "grave_accent", "break": "pause", "102nd": "less",
		"kpslash": "kp_divide", "kpstar": "kp_multiply", "kpminus": "kp_subtract", "kpplus": "kp_add", "kpenter": "kp_enter", "kpperiod": "kp_decimal"}
	for i := range 10 {
		codes[fmt.Sprintf("kp%d", i)] = fmt.Sprintf("kp_%d", i)
	}
	return codes
}

func event(key string, down bool) map[string]any {
	if strokes, err := machine.StrokeByName(key); err == nil { // the name it has with us
		key = strokes.Taps[0].String()
	}
	if code, ok := qcodes()[key]; ok {
		key = code
	}
	return map[string]any{"type": "key", "data": map[string]any{"down": down, "key": map[string]any{"type": "qcode", "data": key}}}
}

func (q *peer) keys(events ...map[string]any) {
	q.t.Helper()
	q.command("input-send-event", map[string]any{"events": events})
}

// stroke holds keys, taps others, and lets go.
func (q *peer) stroke(hold, taps []string) {
	q.t.Helper()
	var events []map[string]any
	for _, k := range hold {
		events = append(events, event(k, true))
	}
	for _, k := range taps {
		events = append(events, event(k, true), event(k, false))
	}
	for i := len(hold) - 1; i >= 0; i-- {
		events = append(events, event(hold[i], false))
	}
	q.keys(events...)
}

// expect looks at what has come out of a port since the last time.
func (q *peer) expect(word, want string) {
	q.t.Helper()
	port, want := portOutput(word, want)
	c := q.conn[strings.ToLower(port)[:3]]
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	var got strings.Builder
	buf := make([]byte, 4096)
	for got.Len() < len(want) || len(want) == 0 {
		n, err := c.Read(buf)
		got.Write(buf[:n])
		if err != nil {
			break
		}
	}
	_ = c.SetReadDeadline(time.Now().Add(60 * time.Second))
	if got.String() != want {
		q.note(port+" "+word, fmt.Sprintf("%q; want %q", got.String(), want))
	}
}

// TestBIOSOnSeaBIOS compares what QEMU with SeaBIOS does with the references.
func TestBIOSOnSeaBIOS(t *testing.T) {
	long(t) // QEMU runs in the host's time
	need(t, "qemu-system-i386")
	known := differences(t, "bios/seabios.txt")
	const large = 4300800 // sectors of a disk that needs translation: 2.1 GB
	for _, tc := range []struct {
		name, disk string
		p          parameters
	}{
		{"video", "video", parameters{CPU: 4, FPU: 1, Memory: 16384}},
		{"system", "system", parameters{CPU: 4, FPU: 1, Memory: 16384, DriveB: 4}},
		{"drives", "drives", diskParameters(smallDisk, [3]uint16{16, 16, 63}, [3]uint16{16, 16, 63}, 0)},
		{"large disk", "drives", diskParameters(large, [3]uint16{533, 128, 63}, [3]uint16{4266, 16, 63}, 1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var disks []string
			if tc.p.Disks > 0 {
				tc.p.Disks = 3
				disks = peerDisks(t, int64(tc.p.Total))
			}
			q := newPeer(t, tc.disk, tc.p, disks...)
			q.run()
			compare(t, tc.disk, q.findings, known)
			t.Logf("%d checks made", q.checks)
		})
	}
}

// peerDisks are the arguments for three hard disks as TestBIOSDisks has them, the first
// with a bad sector and as many sectors as told.
func peerDisks(t *testing.T, sectors int64) []string {
	t.Helper()
	dir := t.TempDir()
	scratch := filepath.Join(dir, "scratch")
	if err := os.WriteFile(scratch, fmt.Appendf(nil, "[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\nsector = \"%d\"\n", badSector), 0o600); err != nil {
		t.Fatal(err)
	}
	var args []string
	for i, disk := range []struct {
		data      []byte
		bus, unit int
	}{{nil, 0, 0}, {marked(0x4242), 0, 1}, {marked(0x4343), 1, 1}} {
		path := filepath.Join(dir, fmt.Sprintf("hd%d.img", i))
		if err := os.WriteFile(path, disk.data, 0o600); err != nil {
			t.Fatal(err)
		}
		size := int64(smallDisk)
		if i == 0 {
			size = sectors
		}
		if err := os.Truncate(path, size*512); err != nil {
			t.Fatal(err)
		}
		file := "file.driver=file,file.filename=" + path
		if i == 0 {
			file = "file.driver=blkdebug,file.config=" + scratch + ",file.image.driver=file,file.image.filename=" + path
		}
		args = append(args, "-blockdev", fmt.Sprintf("driver=raw,node-name=hd%d,%s", i, file),
			"-device", fmt.Sprintf("ide-hd,drive=hd%d,bus=ide.%d,unit=%d", i, disk.bus, disk.unit))
	}
	return args
}
