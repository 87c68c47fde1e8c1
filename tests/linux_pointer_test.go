package tests

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/tests/linux"
)

// readPointer shows what the kernel's vmmouse driver reports, an event a line: the
// one of its two devices that has axes has positions.
const readPointer = `
grep -E 'Name|Handlers' /proc/bus/input/devices
dmesg | grep -i hypervisor
event=$(grep -A 4 'VirtualPS/2 VMware VMMouse' /proc/bus/input/devices | grep Handlers | sed 's/.*\(event[0-9]*\).*/\1/')
for e in $event; do
	[ "$(cat /sys/class/input/$e/device/capabilities/abs)" = 3 ] && pointer=$e
done
echo "@@ pointer $pointer"
(sleep 1; echo "@@ ready") &
hexdump -v -e '16/1 "%02x" "\n"' /dev/input/$pointer
`

// Linux's vmmouse driver finds the port, gets positions of a viewer's pointer, and
// its buttons.
func TestLinuxAbsolutePointer(t *testing.T) {
	long(t)
	t.Parallel()
	kit := linuxKit(t)
	serial := filepath.Join(t.TempDir(), "serial")
	m := startVNC(t, "--kernel", kit.Kernel, "--initrd", initramfs(t, kit, linux.Guest{Modules: []string{"psmouse", "evdev"}, Script: readPointer}),
		"--append", quickly, "--hypervisor", "vmware", "--serial", "file:"+serial)
	read := func(want string) string {
		t.Helper()
		for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			b, _ := os.ReadFile(serial)
			if text := strings.ReplaceAll(string(b), "\r\n", "\n"); strings.Contains(text, want) {
				return text
			}
		}
		b, _ := os.ReadFile(serial)
		t.Fatalf("no %q from the guest:\n%s", want, b)
		return ""
	}
	for _, want := range []string{"Hypervisor detected: VMware", "VirtualPS/2 VMware VMMouse"} {
		if text := read("@@ ready"); !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	v := m.viewer()
	w, h := v.img.Rect.Dx(), v.img.Rect.Dy()
	for _, p := range []struct {
		x, y    int
		buttons byte
	}{{w / 4, h / 2, 0}, {w - 1, h - 1, 1}, {0, 0, 5}, {0, 0, 0}} {
		v.send([]byte{5, p.buttons, byte(p.x >> 8), byte(p.x), byte(p.y >> 8), byte(p.y)})
		time.Sleep(200 * time.Millisecond) // or the guest sees the last of them only
	}
	at := func(dot, size int) int { return (dot*0xffff + (size-1)/2) / (size - 1) }
	// Types of events: 1 keys (110h is the left button, 111h the right one), 3 axes.
	want := []string{
		fmt.Sprintf("3 0 %d", at(w/4, w)), fmt.Sprintf("3 1 %d", at(h/2, h)),
		"3 0 65535", "3 1 65535", "1 272 1",
		"3 0 0", "3 1 0", "1 273 1",
		"1 272 0", "1 273 0",
	}
	var got []string
	for end := time.Now().Add(20 * time.Second); len(got) < len(want) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		_, text, _ := strings.Cut(read("@@ ready"), "@@ ready\n")
		got = nil
		for _, line := range strings.Fields(text) {
			if b, err := hex.DecodeString(line); err == nil && len(b) == 16 && b[8] != 0 { // not the end of a group
				got = append(got, fmt.Sprintf("%d %d %d", binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:]), int32(binary.LittleEndian.Uint32(b[12:]))))
			}
		}
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("events %q; want %q", got, want)
	}
}
