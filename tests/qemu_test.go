package tests

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beige/bios"
	"beige/devices/video/cp437"
)

// qmp is the machine protocol of a QEMU that runs.
type qmp struct {
	t       *testing.T
	conn    net.Conn
	replies *bufio.Reader
}

// newQMP opens the protocol.
func newQMP(t *testing.T, conn net.Conn) *qmp {
	t.Helper()
	q := &qmp{t: t, conn: conn, replies: bufio.NewReader(conn)}
	if _, err := q.replies.ReadString('\n'); err != nil { // the greeting
		t.Fatal(err)
	}
	q.command("qmp_capabilities", nil)
	return q
}

// command runs one command.
func (q *qmp) command(name string, arguments any) {
	q.t.Helper()
	request := map[string]any{"execute": name}
	if arguments != nil {
		request["arguments"] = arguments
	}
	b, err := json.Marshal(request)
	if err != nil {
		q.t.Fatal(err)
	}
	if _, err := q.conn.Write(b); err != nil {
		q.t.Fatal(err)
	}
	for {
		line, err := q.replies.ReadString('\n')
		if err != nil {
			q.t.Fatalf("%s: %v", name, err)
		}
		var reply struct {
			Return json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := json.Unmarshal([]byte(line), &reply); err != nil {
			q.t.Fatal(err)
		}
		switch {
		case reply.Error != nil:
			q.t.Fatalf("%s: %s", name, reply.Error.Desc)
		case reply.Return != nil:
			return
		} // the rest are events
	}
}

// startQEMU starts QEMU for at most a time of the host, with a character device by
// each of the names, and returns what they are connected to here.
func startQEMU(t *testing.T, limit time.Duration, names []string, args ...string) map[string]net.Conn {
	t.Helper()
	qemu := need(t, "qemu-system-i386")
	dir := t.TempDir()
	listeners := map[string]*net.UnixListener{}
	for _, name := range names {
		path := filepath.Join(dir, name)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		listeners[name] = l
		args = append(args, "-chardev", "socket,id="+name+",path="+path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	cmd := exec.CommandContext(ctx, qemu, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() && stderr.Len() > 0 {
			t.Log(stderr.String())
		}
	})
	conns := map[string]net.Conn{}
	for _, name := range names {
		_ = listeners[name].SetDeadline(time.Now().Add(20 * time.Second))
		c, err := listeners[name].Accept()
		if err != nil {
			t.Fatalf("QEMU did not start: %v", err)
		}
		_ = c.SetDeadline(time.Now().Add(limit))
		t.Cleanup(func() { _ = c.Close() })
		conns[name] = c
	}
	return conns
}

// foreign is a QEMU that runs our firmware.
type foreign struct {
	*qmp
	dir string
}

// ourROMs stores our firmware in dir.
func ourROMs(t *testing.T, dir string) (system, video string) {
	t.Helper()
	system, video = filepath.Join(dir, "system.bin"), filepath.Join(dir, "video.bin")
	for name, rom := range map[string][]byte{system: bios.System(), video: bios.Video()} {
		if err := os.WriteFile(name, rom, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return system, video
}

// newForeign starts QEMU with our two ROMs and a floppy in drive A.
func newForeign(t *testing.T, floppy string) *foreign {
	t.Helper()
	dir := t.TempDir()
	system, video := ourROMs(t, dir)
	lines := startQEMU(t, 90*time.Second, []string{"qmp"}, "-M", "pc", "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none",
		"-bios", system, "-device", "VGA,romfile="+video, "-boot", "a",
		"-drive", "if=floppy,format=raw,snapshot=on,file="+floppy, "-mon", "chardev=qmp,mode=control")
	return &foreign{newQMP(t, lines["qmp"]), dir}
}

// screen is the text in the video memory, as --screen-text writes it.
func (q *foreign) screen() string {
	q.t.Helper()
	const rows, columns = 25, 80
	file := filepath.Join(q.dir, "screen")
	q.command("pmemsave", map[string]any{"val": 0xb8000, "size": 2 * rows * columns, "filename": file})
	b, err := os.ReadFile(file)
	if err != nil {
		q.t.Fatal(err)
	}
	var lines []string
	for y := range rows {
		codes := make([]uint8, columns)
		for x := range codes {
			codes[x] = b[2*(y*columns+x)]
		}
		lines = append(lines, strings.TrimRight(cp437.String(codes), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// wait waits for a text on the screen, which then stays as it is for a moment.
func (q *foreign) wait(text string) string {
	q.t.Helper()
	var last string
	for range 400 {
		s := q.screen()
		if s == last && strings.Contains(s, text) {
			return s
		}
		last = s
		time.Sleep(100 * time.Millisecond)
	}
	q.t.Fatalf("no %q within 40 s:\n%s", text, last)
	return ""
}

// enter types letters and the Enter key.
func (q *foreign) enter(letters string) {
	q.t.Helper()
	for _, key := range append(strings.Split(letters, ""), "ret") {
		q.command("send-key", map[string]any{"keys": []any{map[string]any{"type": "qcode", "data": key}}, "hold-time": 20})
		time.Sleep(50 * time.Millisecond)
	}
}

// TestOurFirmwareInQEMU boots FreeDOS on our firmware in QEMU and compares the
// screen with the one in beige.
func TestOurFirmwareInQEMU(t *testing.T) {
	if testing.Short() {
		t.Skip("QEMU runs with the host's time; not with -short")
	}
	need(t, "qemu-system-i386")
	t.Run("freedos-144.img", func(t *testing.T) {
		t.Parallel()
		disk := guestImage(t, "freedos-144.img")
		q := newForeign(t, disk)
		q.wait("A:\\>")
		q.show(disk, showFreeDOS)
	})
	t.Run("freedos13-720k.img", func(t *testing.T) {
		t.Parallel()
		long(t)
		disk := guestImage(t, "freedos13-720k.img")
		q := newForeign(t, disk)
		q.wait("Please select your language")
		q.enter("")
		q.wait("Do you want to proceed [Y,N]?")
		q.enter("n")
		q.wait("A:\\>")
		q.show(disk, showFreeDOS720)
	})
}

// show makes QEMU do what the end of a script says, and compares.
func (q *foreign) show(disk, script string) {
	q.t.Helper()
	q.enter("cls")
	time.Sleep(500 * time.Millisecond)
	q.enter("ver")
	q.wait("FreeCom version")
	q.enter("dir")
	got := q.wait("bytes free")
	if diff := cmp.Diff(lastScreen(q.t, script, "--snapshot", disk), got); diff != "" {
		q.t.Errorf("screen (-beige +QEMU):\n%s", diff)
	}
}

// TestBIOSPCIInQEMU runs the checks of the PCI BIOS on our firmware in QEMU, whose
// chipset is another implementation of the same chips.
func TestBIOSPCIInQEMU(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("QEMU runs with the host's time; not with -short")
	}
	system, video := ourROMs(t, t.TempDir())
	q := newPeer(t, "pci", parameters{}, "-bios", system, "-global", "VGA.romfile="+video)
	q.run()
	for _, f := range q.findings {
		t.Errorf("%s%s", f.name, f.detail)
	}
	if q.checks == 0 {
		t.Error("no checks were made")
	}
}
