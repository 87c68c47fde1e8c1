package code

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func newMemory(t testing.TB, size int) *Memory {
	t.Helper()
	m, err := NewMemory(size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// put writes code at offset at and returns where to enter it.
func (m *Memory) put(at int, code ...byte) uintptr {
	copy(m.W[at:], code)
	return m.X + uintptr(at)
}

func (m *Memory) addrW() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(m.W))) }

// mapping returns the access rights of the mapping of code memory that begins at
// addr, and how many KB of it are resident; "" if there is none.
func mapping(t *testing.T, addr uintptr) (rights string, rss int) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(smaps)) {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, fmt.Sprintf("%x-", addr)) && strings.Contains(line, memfdName):
			rights = f[1]
		case rights != "" && f[0] == "Rss:":
			fmt.Sscan(f[1], &rss)
			return rights, rss
		}
	}
	return "", 0
}

func TestMemoryNeverWritableAndExecutable(t *testing.T) {
	m := newMemory(t, 4096)
	if r, _ := mapping(t, m.addrW()); r != "rw-s" {
		t.Errorf("W is mapped %q", r)
	}
	if r, _ := mapping(t, m.X); r != "r-xs" {
		t.Errorf("X is mapped %q", r)
	}
}

func TestMemorySize(t *testing.T) {
	for _, c := range []struct{ size, want int }{{1, 4096}, {4096, 4096}, {4097, 8192}} {
		if m := newMemory(t, c.size); len(m.W) != c.want {
			t.Errorf("NewMemory(%d) has %d bytes, want %d", c.size, len(m.W), c.want)
		}
	}
	for _, size := range []int{0, -1, -4096} {
		if m, err := NewMemory(size); err == nil {
			t.Errorf("NewMemory(%d) = %v without an error", size, m)
		}
	}
}

func TestMemoryHoldsNoDescriptor(t *testing.T) {
	newMemory(t, 4096)
	fds, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range fds {
		if to, _ := os.Readlink(fd); strings.Contains(to, memfdName) {
			t.Errorf("%s is %s", fd, to)
		}
	}
}

// Memory costs the host nothing before it is written, and nothing once released.
func TestMemoryReleaseGivesPagesBack(t *testing.T) {
	const size, used = 16 << 20, 1 << 20
	m := newMemory(t, size)
	check := func(when string, min, max int) {
		t.Helper()
		for _, addr := range []uintptr{m.addrW(), m.X} {
			if r, rss := mapping(t, addr); r == "" || rss < min || rss > max {
				t.Errorf("%s: mapping %q with %d KB resident, want %d to %d", when, r, rss, min, max)
			}
		}
	}
	check("fresh", 0, 0)
	for i := range used {
		m.W[i] = 0xc3
	}
	for at := uintptr(0); at < used; at += 4096 {
		Enter(&Frame{R: new(guest).addr()}, m.X+at)
	}
	check("written and run", used>>10, size>>11)
	m.Release()
	check("released", 0, 0)
	if !bytes.Equal(m.W[:used], make([]byte, used)) {
		t.Error("released memory is not zero")
	}

	var g guest
	f := g.frame()
	Enter(f, m.put(64, 0xbe, 7, 0, 0, 0, 0xc3)) // mov esi, 7; ret
	if f.Exit != 7 {
		t.Errorf("after Release: exit %d, want 7", f.Exit)
	}
}

func TestMemoryClose(t *testing.T) {
	m := newMemory(t, 4096)
	w, x := m.addrW(), m.X
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	m.Release()
	if m.W != nil || m.X != 0 {
		t.Errorf("closed memory has W of %d bytes, X %#x", len(m.W), m.X)
	}
	for _, addr := range []uintptr{w, x} {
		if r, _ := mapping(t, addr); r != "" {
			t.Errorf("%#x is still mapped %q", addr, r)
		}
	}
}

func TestDroppedMemoryIsUnmapped(t *testing.T) {
	m, err := NewMemory(4096)
	if err != nil {
		t.Fatal(err)
	}
	w, x := m.addrW(), m.X
	if r, _ := mapping(t, w); r == "" {
		t.Fatal("not mapped")
	}
	m = nil
	for range 100 {
		runtime.GC()
		rw, _ := mapping(t, w)
		rx, _ := mapping(t, x)
		if rw == "" && rx == "" {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("still mapped")
}
