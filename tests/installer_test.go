package tests

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beige/tests/linux"
)

// installerFolder is where the package debian-installer-12-netboot-i386 has its
// kernel and its initial RAM disk.
const installerFolder = "usr/lib/debian-installer/images/12/i386/text/debian-installer/i386"

// installer finds the unpacked package where linux.Find looks for its own, or skips
// the test aloud.
func installer(t *testing.T) (kernel, initrd string) {
	t.Helper()
	for _, root := range []string{os.Getenv(linux.Guests), "../bin/guests", "/"} {
		kernel, initrd = filepath.Join(root, installerFolder, "linux"), filepath.Join(root, installerFolder, "initrd.gz")
		_, err := os.Stat(kernel)
		_, err2 := os.Stat(initrd)
		if root != "" && errors.Join(err, err2) == nil {
			return kernel, initrd
		}
	}
	t.Skip("package debian-installer-12-netboot-i386 is neither installed nor unpacked (make guests)")
	return "", ""
}

// Debian's installer asks for the language, and the keyboard moves in its list. It
// wants 273 MB; "nomodeset" leaves the screen in text mode, where a script can read
// it, instead of a frame buffer.
func TestLinuxInstaller(t *testing.T) {
	long(t)
	t.Parallel()
	kernel, initrd := installer(t)
	script := `
wait "Select a language" within 300s
expect "Choose the language to be used for the installation process."
wait "English" within 5s
key tab
key enter
wait "main menu" within 30s
`
	r := runWithin(t, 20*time.Minute, []string{beige(t)}, script, "--mem", "512M", "--kernel", kernel, "--initrd", initrd,
		"--append", "nomodeset fb=false cryptomgr.notests")
	if r.code != 0 {
		t.Errorf("exit code %d; want 0\n%s", r.code, r.stderr)
	}
}
