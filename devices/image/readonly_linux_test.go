package image

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody runs f with the file-system identity of a user who owns nothing: to
// root no file is read-only.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(65534); err != nil {
			t.Skip(err)
		}
		defer unix.Setfsuid(0)
	}
	f()
}

func publicDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "beige-image")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPermissions(t *testing.T) {
	dir := publicDir(t)
	path, secret := filepath.Join(dir, "ro.img"), filepath.Join(dir, "secret.img")
	for p, mode := range map[string]os.FileMode{path: 0o444, secret: 0} {
		if err := os.WriteFile(p, make([]byte, 1474560), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, func() {
		checkReadOnly(t, path)
		const want = "access denied; its permissions"
		for _, o := range []Options{{}, {ReadOnly: true}, {Snapshot: true}} {
			_, err := OpenDisk(secret, o)
			wantError(t, err, ErrAccess, secret, want)
			_, err = OpenFloppy(secret, o)
			wantError(t, err, ErrAccess, secret, want)
		}
	})
}
