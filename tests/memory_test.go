package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"beige/tests/linux"
)

// hostMemory is how much memory a run may take beyond what the guest has touched.
const hostMemory = 40 << 20

// The smallest and the largest memory of a PC with DOS, and what its BIOS and DOS
// know of it.
func TestMemorySizes(t *testing.T) {
	t.Parallel()
	floppy := guestImage(t, "freedos-144.img")
	for _, tc := range []struct{ size, count string }{
		{"4M", "640 KB base memory, 3072 KB extended memory"},
		{"3584M", "640 KB base memory, 3668992 KB extended memory"},
	} {
		t.Run(tc.size, func(t *testing.T) {
			t.Parallel()
			sample(t, "3584M")
			pass(t, "wait \""+tc.count+"\" within 30s\nwait \"A:\\\\>\" within 120s\ntype \"ver\\n\"\nwait \"FreeCom\" within 20s\n",
				"--mem", tc.size, "--snapshot", floppy)
		})
	}
}

// Memory that the guest never touches costs the host nothing, though POST counts
// all of it.
func TestMemoryIsLazy(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	t.Parallel()
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("wait \"2096128 KB extended memory\" within 30s\nsleep 20s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(beige(t), "run", "--deterministic", "--display", "none", "--mem", "2G", "--script", script)
	var out strings.Builder
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	var peak int64
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			t.Logf("%d MB", peak>>20)
			if peak == 0 || peak > hostMemory+8<<20 { // POST touches a page of each MB
				t.Errorf("peak memory %d MB; want 1 to %d", peak>>20, (hostMemory+8<<20)>>20)
			}
			return
		case <-time.After(2 * time.Millisecond):
			peak = max(peak, linux.PeakMemory(cmd.Process.Pid))
		}
	}
}

// Linux, which touches much: the host has to give that, and little more.
func TestLinuxMemory(t *testing.T) {
	long(t)
	t.Parallel()
	kit := linuxKit(t)
	for _, tc := range []struct {
		size  string
		bytes int64
	}{
		{"64M", 64 << 20},
		{"2G", 2 << 30},
	} {
		t.Run(tc.size, func(t *testing.T) {
			t.Parallel()
			guest := linux.Guest{Script: "dd if=/dev/urandom of=/tmp/file bs=1M count=20 2>/dev/null\necho @@ free $(sed -n 's/^MemFree: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)\nsleep 1000"}
			cmd := exec.Command(beige(t), "run", "--deterministic", "--display", "none", "--serial", "stdio", "--mem", tc.size, "--timeout", "1000s",
				"--kernel", kit.Kernel, "--initrd", initramfs(t, kit, guest), "--append", quickly)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var text []byte
			var free, peak, touched int64
			for b := make([]byte, 4096); ; {
				n, err := out.Read(b)
				text = append(text, b[:n]...)
				if _, line, ok := strings.Cut(string(text), "@@ free "); ok && strings.Contains(line, "\n") {
					_, _ = fmt.Sscan(line, &free)
					peak = linux.PeakMemory(cmd.Process.Pid)
					touched = linux.Touched(cmd.Process.Pid, tc.bytes)
				}
				if err != nil || peak != 0 {
					break
				}
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if peak == 0 {
				t.Fatalf("the guest did not come so far:\n%s", text)
			}
			t.Logf("%d MB free in the guest, %d MB on the host, %d MB of them touched by the guest", free>>10, peak>>20, touched>>20)
			if touched == 0 || peak > touched+hostMemory {
				t.Errorf("%d MB of the host for %d MB that the guest has touched; want at most %d more", peak>>20, touched>>20, hostMemory>>20)
			}
		})
	}
}
