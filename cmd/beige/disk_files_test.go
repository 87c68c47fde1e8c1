package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/devices/image"
)

// disk runs a disk command that must succeed, and returns what it printed.
func disk(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := beige(t, append([]string{"disk"}, args...)...)
	if code != 0 || errs != "" {
		t.Fatalf("disk %q = %d, %q", args, code, errs)
	}
	return out
}

// newDisk is an empty FAT disk.
func newDisk(t *testing.T, size string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "d.img")
	disk(t, "new", "--fat", "--label", "test", path, size)
	return path
}

// tool finds a program of the host; without it the test is skipped.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range []string{"", "/sbin/", "/usr/sbin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// sound has fsck.fat look at the volume that begins at a sector of an image.
func sound(t *testing.T, path string, sector int) {
	t.Helper()
	fsck := tool(t, "fsck.fat")
	if sector > 0 {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		path = file(t, "volume.img", len(b)-sector*512, b[sector*512:])
	}
	if out, err := exec.Command(fsck, "-n", path).CombinedOutput(); err != nil {
		t.Errorf("fsck.fat: %v\n%s", err, out)
	}
}

// sampleTree is files of the host to copy, with their time.
func sampleTree(t *testing.T) (dir string, when time.Time) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "tree")
	when = time.Date(1995, 8, 24, 9, 30, 16, 0, time.Local)
	for name, data := range map[string]string{
		"README.TXT": "read me\r\n", "A long name.html": "long", "sub/deep/BIG.BIN": strings.Repeat("0123456789", 20_000), "sub/empty": "",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"sub/deep", "sub"} {
		if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	return dir, when
}

// sameTrees compares two directories of the host, times included.
func sameTrees(t *testing.T, want, got string) {
	t.Helper()
	files := 0
	err := filepath.Walk(want, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(want, path)
		if now, err := os.Stat(filepath.Join(got, rel)); err == nil && rel != "." && !now.ModTime().Equal(info.ModTime()) {
			t.Errorf("%s: of %v; want %v", rel, now.ModTime(), info.ModTime())
		}
		if info.IsDir() {
			return nil
		}
		files++
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(got, rel))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %d bytes, %v; want %d", rel, len(b), err, len(a))
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestDiskCopy(t *testing.T) {
	tree, when := sampleTree(t)
	floppy, hard := newDisk(t, "1.44M"), newDisk(t, "20M")
	disk(t, "cp", "-r", tree, floppy+":")                        // a directory into the root directory
	disk(t, "cp", "-r", floppy+":tree", hard+"@1:/Copied")       // to a new name, from image to image
	disk(t, "cp", "-r", hard+":copied/.", hard+":/again")        // within an image
	disk(t, "cp", "-r", floppy+":/tree/*.*", floppy+":/")        // by a pattern, within an image
	disk(t, "cp", tree+"/README.TXT", hard+`:\AGAIN\README.TXT`) // over a file
	for i, src := range []string{floppy + ":/tree", hard + ":/copied", hard + ":again", hard + ":again/"} {
		dst := filepath.Join(t.TempDir(), "out")
		disk(t, "cp", "-r", src, dst+[]string{"", "/"}[i%2])
		sameTrees(t, tree, dst)
		if left, _ := filepath.Glob(filepath.Join(dst, "*.part")); len(left) > 0 {
			t.Errorf("%d: left behind: %v", i, left)
		}
	}
	dst := filepath.Join(t.TempDir(), "all")
	disk(t, "cp", "-r", floppy+":/", dst)
	sameTrees(t, tree, dst)
	sameTrees(t, tree, filepath.Join(dst, "tree"))
	sound(t, floppy, 0)
	sound(t, hard, 63)

	// One file, to a name and into a directory; -n leaves what is there.
	dir := t.TempDir()
	one := filepath.Join(dir, "one")
	disk(t, "cp", floppy+":readme.txt", one)
	disk(t, "cp", floppy+":readme.txt", floppy+":sub/deep/big.bin", dir)
	if err := os.WriteFile(one, []byte("mine"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(one, 0o640); err != nil {
		t.Fatal(err)
	}
	disk(t, "cp", "-n", floppy+":readme.txt", one)
	if b, _ := os.ReadFile(one); string(b) != "mine" {
		t.Errorf("-n replaced a file: %q", b)
	}
	disk(t, "cp", floppy+":readme.txt", one)
	info, err := os.Stat(one)
	if b, _ := os.ReadFile(one); err != nil || string(b) != "read me\r\n" || !info.ModTime().Equal(when) || info.Mode().Perm() != 0o640 {
		t.Errorf("a replaced file: %q, %v, %v", b, info, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 3 {
		t.Errorf("%d files in %s; want 3", len(left), dir)
	}
}

// TestMtools has mtools read what we wrote, and we what mtools wrote.
func TestMtools(t *testing.T) {
	mcopy := tool(t, "mcopy")
	tree, _ := sampleTree(t)
	for _, tc := range []struct{ size, at string }{{"360K", ""}, {"1.44M", ""}, {"20M", "@@32256"}, {"600M", "@@32256"}} {
		path := newDisk(t, tc.size)
		disk(t, "cp", "-r", tree, path+":")
		out := t.TempDir()
		if text, err := exec.Command(mcopy, "-s", "-m", "-n", "-i", path+tc.at, "::/tree", out).CombinedOutput(); err != nil {
			t.Errorf("%s: mcopy: %v\n%s", tc.size, err, text)
		}
		sameTrees(t, tree, filepath.Join(out, "tree"))

		path = newDisk(t, tc.size)
		if text, err := exec.Command(mcopy, "-s", "-m", "-i", path+tc.at, tree, "::").CombinedOutput(); err != nil {
			t.Errorf("%s: mcopy: %v\n%s", tc.size, err, text)
		}
		out = filepath.Join(t.TempDir(), "x")
		disk(t, "cp", "-r", path+":tree", out)
		sameTrees(t, tree, out)
	}
}

func TestDiskNewFAT(t *testing.T) {
	for _, tc := range []struct {
		size   string
		kind   string
		sector int
	}{{"160K", "FAT12", 0}, {"720K", "FAT12", 0}, {"1.72M", "FAT12", 0}, {"2.88M", "FAT12", 0}, {"8M", "FAT12", 63}, {"40M", "FAT16", 63}, {"3G", "FAT32", 0}} {
		path := filepath.Join(t.TempDir(), "d.img")
		if out := disk(t, "new", "--label", "Mein Disk", "--fat", path, tc.size); !strings.Contains(out, tc.kind) {
			t.Errorf("new --fat of %s: %q; want %s", tc.size, out, tc.kind)
		}
		out := disk(t, "info", path)
		for _, want := range []string{tc.kind + `, "MEIN DISK", serial number `, "is empty"} {
			if !strings.Contains(out, want) {
				t.Errorf("info of %s: want %q in\n%s", tc.size, want, out)
			}
		}
		if tc.size != "3G" { // too large for a copy
			sound(t, path, tc.sector)
		}
	}
}

func TestDiskLs(t *testing.T) {
	tree, _ := sampleTree(t)
	path := newDisk(t, "1.44M")
	disk(t, "cp", "-r", tree+"/.", path+":/")
	for _, tc := range []struct{ args, want string }{
		{"IMG", "A long name.html\nREADME.TXT\nsub/\n"},
		{"IMG:/sub", "deep/\nempty\n"},
		{"IMG:SUB\\DEEP", "BIG.BIN\n"},
		{"IMG:*.txt", "README.TXT\n"},
		{"IMG:s*/e*", "empty\n"},
		{"-l IMG:readme.txt", "A              9  1995-08-24 09:30:16  README.TXT\n"},
		{"-R IMG:sub", "IMG:/sub:\ndeep/\nempty\n\nIMG:/sub/deep:\nBIG.BIN\n"},
		{"-lR IMG:sub/deep", "IMG:/sub/deep:\nA         200000  1995-08-24 09:30:16  BIG.BIN\n"},
	} {
		got := disk(t, append([]string{"ls"}, strings.Fields(strings.ReplaceAll(tc.args, "IMG", path))...)...)
		if want := strings.ReplaceAll(tc.want, "IMG", path); got != want {
			t.Errorf("ls %s: %q; want %q", tc.args, got, want)
		}
	}
	if got := disk(t, "cat", path+":readme.txt", path+":/A long name.html"); got != "read me\r\nlong" {
		t.Errorf("cat: %q", got)
	}
}

func TestDiskMkdirRm(t *testing.T) {
	path := newDisk(t, "720K")
	disk(t, "mkdir", path+":/games", path+":/games/Long directory name")
	disk(t, "mkdir", "-p", path+":/a/b/c", path+":/games/x")
	disk(t, "cp", file(t, "F.TXT", 5000, nil), path+":games")
	disk(t, "cp", file(t, "F.TXT", 5000, nil), path+":a/b")
	disk(t, "rm", path+":/games/*.txt")
	disk(t, "rm", "-r", path+":a")
	disk(t, "rm", path+":games/x")
	if got := disk(t, "ls", "-R", path+":"); got != strings.ReplaceAll("IMG:/:\ngames/\n\nIMG:/games:\nLong directory name/\n\nIMG:/games/Long directory name:\n", "IMG", path) {
		t.Errorf("left: %q", got)
	}
	if info := disk(t, "info", path); !strings.Contains(info, "1 KB used") && !strings.Contains(info, "2 KB used") {
		t.Errorf("rooms of removed files are not free:\n%s", info)
	}
	disk(t, "rm", "-r", path+":*")
	if got := disk(t, "ls", path); got != "" {
		t.Errorf("left: %q", got)
	}
	sound(t, path, 0)
}

// TestReadOnlyAttribute: files that DOS protects are not replaced, and removed
// on demand only.
func TestReadOnlyAttribute(t *testing.T) {
	mattrib := tool(t, "mattrib")
	path := newDisk(t, "360K")
	f := file(t, "IO.SYS", 100, nil)
	disk(t, "cp", f, path+":")
	if out, err := exec.Command(mattrib, "-i", path, "+r", "::IO.SYS").CombinedOutput(); err != nil {
		t.Fatalf("mattrib: %v\n%s", err, out)
	}
	for _, args := range [][]string{{"cp", f, path + ":"}, {"rm", path + ":io.sys"}} {
		code, _, errs := beige(t, append([]string{"disk"}, args...)...)
		if code != 1 || !strings.Contains(errs, "has the read-only attribute") {
			t.Errorf("disk %q = %d, %q", args, code, errs)
		}
	}
	disk(t, "rm", "-f", path+":io.sys")
}

// TestStoppedCopy: a signal leaves the file that is there as it is.
func TestStoppedCopy(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	path := newDisk(t, "360K")
	disk(t, "cp", file(t, "X", 3, []byte("old")), path+":")
	s := &images{}
	v, err := s.volume(place{image: path}, true)
	if err != nil {
		t.Fatal(err)
	}
	host := file(t, "x", 3, []byte("old"))
	for _, tc := range []struct {
		to   writableTree
		name string
	}{{hostTree{}, host}, {v, "X"}} {
		// One piece is read, then the signal comes.
		r := io.MultiReader(strings.NewReader("new"), stoppable{ctx, strings.NewReader("new")})
		if err := tc.to.write(tc.name, r, 6, time.Now()); !errors.Is(err, exitCode(codeInterrupted)) {
			t.Errorf("writing %s: %v; want exit code 130", tc.name, err)
		}
	}
	if err := s.close(nil); err != nil {
		t.Fatal(err)
	}
	if got := disk(t, "cat", path+":x"); got != "old" {
		t.Errorf("in the image: %q", got)
	}
	if left, _ := filepath.Glob(filepath.Dir(host) + "/*"); len(left) != 1 {
		t.Errorf("left on the host: %v", left)
	}
	sound(t, path, 0)
}

func TestDiskFileMistakes(t *testing.T) {
	tree, _ := sampleTree(t)
	img := newDisk(t, "360K")
	disk(t, "cp", "-r", tree+"/README.TXT", img+":")
	disk(t, "mkdir", img+":/dir")
	hard := newDisk(t, "20M")
	blank := file(t, "blank.img", 1474560, nil)
	busy, ro := newDisk(t, "20M"), newDisk(t, "20M")
	d, err := image.OpenDisk(busy, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := os.Chmod(ro, 0o444); err != nil {
		t.Fatal(err)
	}
	data := imd()
	archive := file(t, "a.imd", len(data), data)
	cd := testISO(t)
	big := file(t, "BIG", 400_000, nil)
	host := t.TempDir()
	type row struct {
		args string
		code int
		want string
	}
	rows := []row{
		{"ls", 2, "disk ls: want IMAGE:PATH, such as: beige disk ls -l c.img:/dos"},
		{"cp a.img:", 2, "disk cp: want what to copy and where to, such as: beige disk cp -r game c.img:/games"},
		{"info", 2, "disk info: want an image, such as: beige disk info c.img"},
		{"ls nowhere.img:/", 2, "nowhere.img: no such image; want IMAGE:PATH"},
		{"ls nowhere.img", 2, "nowhere.img: no such image"},
		{"info nowhere.img", 2, "nowhere.img: no such file"},
		{"ls HOST", 2, "is a directory of the host"},
		{"ls HOST:/x", 2, "is a directory, no image"},
		{"ls -x IMG", 2, "unknown flag -x; see beige disk ls --help"},
		{"ls --recursive IMG", 2, "unknown flag --recursive"},
		{"ls IMG:/nowhere", 1, "IMG:/nowhere: no such file or directory"},
		{"ls IMG:*.bak", 1, "IMG:/*.bak: no file matches"},
		{"ls IMG:readme.txt/", 1, "IMG:/readme.txt: is no directory"},
		{"ls IMG@1:", 2, "is a floppy, which has no partitions"},
		{"ls DISC@1:", 2, "is a CD, which has no partitions"},
		{"ls HARD@3:", 2, "there is no partition 3 (there are 1 FAT16"},
		{"ls BLANK:", 1, "BLANK: has no FAT file system"},
		{"cat IMG:/dir", 1, "IMG:/dir: is a directory"},
		{"cat IMG:/nowhere", 1, "no such file or directory"},
		{"mkdir IMG:/dir", 1, "IMG:/dir: is there already"},
		{"mkdir IMG:/no/dir", 1, "IMG:/no/dir: no such file or directory"},
		{"mkdir -p IMG:/readme.txt/x", 1, "IMG:/readme.txt: is a file"},
		{"mkdir IMG:a?b", 1, "name not possible"},
		{"cp TREE/README.TXT IMG:a?b", 1, "IMG:/a?b: is no name that a file of a FAT file system may have"},
		{"cp TREE/README.TXT HOST/a:b HOST/c?d IMG:", 2, "a: no such image"},
		{"mkdir BUSY:/x", 2, "BUSY: is in use by another beige"},
		{"mkdir ARCHIVE:/x", 2, "ImageDisk images are only read; beige disk convert"},
		{"mkdir DISC:/x", 2, "DISC: a CD is only read"},
		{"rm IMG:/", 2, "is the root directory; to remove what is in it: beige disk rm -r 'IMG:/*'"},
		{"rm IMG:/nowhere", 1, "no such file or directory"},
		{"cp IMG:readme.txt HOST/no/where", 1, "HOST/no: no such directory"},
		{"cp IMG:readme.txt HOST/no/", 1, "HOST/no/: no such directory"},
		{"cp IMG:readme.txt IMG:dir HOST/x", 1, "HOST/x: no such directory"},
		{"cp IMG:readme.txt BIG/", 1, "BIG/: "},
		{"cp nowhere IMG:", 1, "nowhere: no such file"},
		{"cp IMG:dir HOST", 1, "IMG:/dir: is a directory; -r copies it"},
		{"cp TREE IMG:", 1, "TREE: is a directory; -r copies it"},
		{"cp BIG IMG:", 1, "IMG: no room: 400384 bytes are needed, "},
		{"cp -r TREE IMG:dir/../readme.txt", 1, "IMG:/readme.txt: is a file; the directory TREE cannot replace it"},
		{"cp IMG:readme.txt IMG:README.TXT", 1, "are the same file"},
		{"cp -r IMG:/ IMG:/dir", 1, "IMG:/: a directory cannot be copied into itself"},
		{"cp BIG BIG", 1, "are the same file"},
		{"cp IMG IMG:", 1, "IMG: is the image that is written to"},
		{"cp IMG:readme.txt IMG", 1, "IMG: is an image that is copied from"},
		{"cp IMG:readme.txt IMG:README.TXT IMG:dir", 1, "would both become IMG:/dir/"},
		{"cp TREE/README.TXT BUSY:", 2, "BUSY: is in use by another beige"},
		{"cp BIG DISC:", 2, "DISC: a CD is only read"},
		{"cp BIG nowhere.img:/x", 2, "nowhere.img: no such image"},
		{"new --label x HOST/n 360K", 2, "--label: is for a file system; --fat makes one"},
		{"new --fat --label far-too-long-label HOST/n 360K", 2, "want at most 11 characters"},
		{"new --fat HOST/n 512", 2, "cannot be partitioned"},
	}
	if f, err := os.OpenFile(ro, os.O_RDWR, 0); err != nil {
		rows = append(rows, row{"cp TREE/README.TXT RO:", 2, "RO: is read-only"})
	} else {
		f.Close()
	}
	names := strings.NewReplacer("IMG", img, "HARD", hard, "BLANK", blank, "BUSY", busy, "ARCHIVE", archive, "DISC", cd, "BIG", big, "HOST", host, "TREE", tree, "RO:", ro+":")
	before, _ := os.ReadFile(img)
	for _, tc := range rows {
		var args []string
		for _, a := range strings.Fields(tc.args) {
			args = append(args, names.Replace(a))
		}
		code, out, errs := beige(t, append([]string{"disk"}, args...)...)
		if want := names.Replace(tc.want); code != tc.code || out != "" || !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("disk %s = %d, %q, %q; want %d and one line with %q", tc.args, code, out, errs, tc.code, want)
		}
	}
	if after, _ := os.ReadFile(img); !bytes.Equal(before, after) {
		t.Error("a refused command has changed the image")
	}
	if left, _ := os.ReadDir(host); len(left) > 0 {
		t.Errorf("refused commands have left %v", left)
	}
}
