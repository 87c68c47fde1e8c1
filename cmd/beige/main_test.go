package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/bios"
)

// beige runs the program in this process with empty input and returns what it
// wrote.
func beige(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	var f [3]*os.File
	for i, name := range []string{"in", "out", "err"} {
		var err error
		if f[i], err = os.Create(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		defer f[i].Close()
	}
	code = doMain(args, f[0], f[1], f[2])
	var text [3]string
	for i := range f {
		b, err := os.ReadFile(f[i].Name())
		if err != nil {
			t.Fatal(err)
		}
		text[i] = string(b)
	}
	return code, text[1], text[2]
}

// file makes a file of size bytes that begins with data.
func file(t *testing.T, name string, size int, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	b := make([]byte, size)
	copy(b, data)
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMistakes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	demo := file(t, "demo.img", 160<<10, bios.Demo())
	script := func(text string) string { return file(t, "test.txt", len(text), []byte(text)) }
	notImage := strings.Repeat("no boot sector here ", 400_000)
	mbr := make([]byte, 512)
	copy(mbr[446:], []byte{0x80, 1, 1, 0, 6, 15, 63, 100, 63, 0, 0, 0, 0, 0, 16, 0})
	mbr[510], mbr[511] = 0x55, 0xaa
	small := make([]byte, 512)
	copy(small[446:], []byte{0x80, 1, 1, 0, 6, 15, 63, 15, 63, 0, 0, 0, 0xc1, 0x3e}) // sectors 63 to 16127
	small[510], small[511] = 0x55, 0xaa
	hardDisks := func(n int) (paths []string) {
		for i := range n {
			paths = append(paths, file(t, fmt.Sprintf("%d.img", i+1), 8<<20, small))
		}
		return paths
	}
	iso := make([]byte, 20*2048)
	copy(iso[16*2048:], "\x01CD001\x01")
	cd := file(t, "cd.iso", len(iso), iso)
	header := make([]byte, 0, 32)
	for _, v := range []uint32{0x1badb002, 0x10000, 0xe4524ffe - 0x10000, 0x100000, 0x100000, 0, 0, 0x100020} {
		header = binary.LittleEndian.AppendUint32(header, v)
	}
	multiboot := file(t, "kernel", 4096, header)
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string // in the one line on standard error
	}{
		{"missing file", []string{"run", "nowhere.img"}, 2, "nowhere.img: no such file"},
		{"missing file by flag", []string{"run", "--hd", "nowhere.img"}, 2, "nowhere.img: no such file"},
		{"directory", []string{"run", "."}, 2, ".: is a directory; want a disk image"},
		{"directory by flag", []string{"run", "--floppy", "."}, 2, ".: is a directory"},
		{"empty image", []string{"run", file(t, "empty.img", 0, nil)}, 2, "is empty (0 bytes); want a disk image"},
		{"odd size", []string{"run", "--hd", file(t, "odd.img", 1000, nil)}, 2, "1000 bytes is not a whole number of 512-byte sectors"},
		{"odd floppy", []string{"run", "--floppy", file(t, "odd.img", 777*512, nil)}, 2, "odd.img: "},
		{"truncated disk", []string{"run", file(t, "cut.img", 10<<20, mbr)}, 2, "truncated"},
		{"not an image", []string{"run", file(t, "text.img", len(notImage), []byte(notImage))}, 2, "has no boot sector"},
		{"compressed", []string{"run", file(t, "x.img.gz", 4096, []byte{0x1f, 0x8b, 8})}, 2, "unpack it first"},
		{"too many floppies", []string{"run", demo, file(t, "b.img", 160<<10, bios.Demo()), file(t, "c.img", 160<<10, bios.Demo())}, 2, "no drive left"},
		{"too many disks", append([]string{"run"}, hardDisks(5)...), 2, "5.img: no drive left: --hd and --hd2 and --hd3 and --hd4 have "},
		{"four disks and a CD", []string{"run", "--hd", hardDisks(1)[0], "--hd2", hardDisks(2)[1], "--hd3", hardDisks(3)[2], "--hd4", hardDisks(4)[3], "--cdrom", cd}, 2,
			"no place for a CD-ROM drive beside 4 hard disks: machine pc takes 4 of both; leave one out"},
		{"third disk of an AT", []string{"run", "--machine", "at", "--hd3", hardDisks(1)[0]}, 2, "machine at has one ATA channel: at most two hard disks"},
		{"two disks and a CD on an AT", append([]string{"run", "--machine", "at", "--cdrom", cd}, hardDisks(2)...), 2, "no place for a CD-ROM drive beside 2 hard disks: machine at takes 2 of both"},
		{"the same image twice", []string{"run", "--floppy", demo, "--floppy2", demo}, 2, demo + ": is in drive A already; a file can be written through one drive only: use --snapshot or --read-only, or a copy for drive B"},
		{"the same image as floppy and disk", []string{"run", "--hd", demo, demo}, 2, demo + ": is in the first hard disk already"},
		{"unknown cpu", []string{"run", "--cpu", "pentum"}, 2, `unknown cpu "pentum"; did you mean "pentium"? (known: 8086, `},
		{"unknown machine", []string{"run", "--machine", "mac"}, 2, `unknown machine "mac"`},
		{"hard disk of an XT", append([]string{"run", "--machine", "xt"}, hardDisks(1)...), 2, "machine xt has floppy drives only, no adapter for hard disks; use machine pc"},
		{"CD on an XT", []string{"run", "--machine", "xt", cd}, 2, "machine xt has floppy drives only, no CD-ROM drive; use machine pc"},
		{"unknown flag", []string{"run", "--flopy", "x"}, 2, `unknown flag --flopy; did you mean "floppy"?`},
		{"unknown flag behind an image", []string{"run", "x.img", "--snapshto"}, 2, `unknown flag --snapshto; did you mean "snapshot"?`},
		{"flag without value", []string{"run", "--cpu"}, 2, "--cpu: want a value"},
		{"flag before a flag", []string{"run", "--mem", "--snapshot"}, 2, "--mem: want a value"},
		{"switch with value", []string{"run", "--snapshot=yes"}, 2, "--snapshot takes no value"},
		{"flag twice", []string{"run", "--cpu", "80386", "--cpu", "80486"}, 2, "--cpu is given twice"},
		{"unknown command", []string{"runn"}, 2, `unknown command "runn"; did you mean "run"?`},
		{"image as command", []string{demo}, 2, "to boot it: beige run"},
		{"flag before the command", []string{"--cpu"}, 2, "before the command"},
		{"memory too small", []string{"run", "--mem", "16K"}, 2, "memory 16K is too small; want at least 64K"},
		{"memory too large", []string{"run", "--mem", "8G"}, 2, "memory 8G is too large; cpu pentium-ii takes at most 3584M here"},
		{"memory too large for the cpu", []string{"run", "--mem", "16M", "--cpu", "8086"}, 2, "cpu 8086 takes at most 640K"},
		{"memory without number", []string{"run", "--mem", "lots"}, 2, `--mem: size "lots": want a number with a unit`},
		{"no memory", []string{"run", "--mem", "0"}, 2, "--mem: no memory"},
		{"speed", []string{"run", "--speed", "fast"}, 2, `--speed: speed "fast": want max, auto`},
		{"real time and deterministic", []string{"run", "--deterministic", "--speed", "auto"}, 2, "speed auto follows the wall clock"},
		{"date", []string{"run", "--date", "yesterday"}, 2, `--date: "yesterday": want a date and time such as`},
		{"date too early", []string{"run", "--date", "1970-01-01T00:00:00Z"}, 2, "want a year from 1980 to 2099"},
		{"timeout", []string{"run", "--timeout", "60"}, 2, `--timeout: "60": want a time with a unit`},
		{"display", []string{"run", "--display", "vcn"}, 2, `--display: unknown value "vcn"; did you mean "vnc"? (known: auto, term, none, vnc`},
		{"two displays of the terminal", []string{"run", "--display", "term,vnc", "--display", "none"}, 2, "--display: term and none cannot both have the terminal"},
		{"no display and one", []string{"run", "--display", "vnc:0", "--display", "none"}, 2, "--display: none goes with no other display"},
		{"a display twice", []string{"run", "--display", "vnc,vnc:5900"}, 2, `--display: "vnc:5900" is given twice`},
		{"display with an address", []string{"run", "--display", "term:1"}, 2, `--display: unknown value "term:1"`},
		{"vnc port", []string{"run", "--display", "vnc:65536"}, 2, `--display: "vnc:65536": port "65536"; want 0 to 65535`},
		{"vnc address", []string{"run", "--display", "vnc:::1:5901"}, 2, "such as 0.0.0.0:5901 or [::1]:5901"},
		{"vnc host", []string{"run", "--display", "vnc:192.0.2.1:5901"}, 2, "--display vnc: 192.0.2.1:5901: not an address of this computer"},
		{"vnc password without vnc", []string{"run", "--vnc-password", demo}, 2, "--vnc-password: want --display vnc as well"},
		{"vnc password missing", []string{"run", "--display", "vnc:0", "--vnc-password", "nowhere"}, 2, "--vnc-password: nowhere: no such file"},
		{"vnc password empty", []string{"run", "--display", "vnc:0", "--vnc-password", file(t, "empty.pw", 0, []byte("\n"))}, 2, "no password; want one in its first line"},
		{"web port", []string{"run", "--display", "web:x"}, 2, `--display: "web:x": port "x"; want 0 to 65535`},
		{"web twice", []string{"run", "--display", "web,web:8086"}, 2, `--display: "web:8086" is given twice`},
		{"web port taken", []string{"run", "--display", "web:" + taken.Addr().String()}, 2, "--display web: " + taken.Addr().String() + ": the port is taken; want another one, or 0 for any"},
		{"web token", []string{"run", "--display", "web:0", "--web-token", "a b"}, 2, "--web-token: want 8 to 64 letters, digits, - and _"},
		{"web token without web", []string{"run", "--web-token", "12345678"}, 2, "--web-token: want --display web as well"},
		{"media without web", []string{"run", "--media", demo}, 2, "--media: want --display web as well"},
		{"media that is none", []string{"run", "--display", "web:0", "--media", file(t, "odd.media", 1000, nil)}, 2, "--media: "},
		{"serial line to a page that is not there", []string{"run", "--serial2", "web"}, 2, "--serial2: web wants --display web as well"},
		{"keyboard", []string{"run", "--keyboard", "dee"}, 2, `--keyboard: unknown layout "dee"; did you mean "de"? (known: us, uk, de, fr, es)`},
		{"boot", []string{"run", "--boot", "b"}, 2, `--boot: boot order "b": want letters of a (floppy)`},
		{"serial", []string{"run", "--serial", "tty"}, 2, `--serial: "tty": want stdio, pty, tcp:PORT, web, file:PATH, none`},
		{"serial port", []string{"run", "--serial3", "tcp:65536"}, 2, `--serial3: "tcp:65536": want tcp: and a port, 0 (any free one) to 65535`},
		{"serial twice", []string{"run", "--serial", "stdio", "--serial4", "stdio"}, 2, "--serial4: stdio is taken by --serial"},
		{"serial and display", []string{"run", "--serial", "stdio", "--display", "term"}, 2, "cannot both have the terminal"},
		{"serial file", []string{"run", "--serial", "file:/no/such/dir/x"}, 2, "/no/such/dir/x: no such file"},
		{"engine", []string{"run", "--engine", "interpretr"}, 2, `unknown engine "interpretr"; did you mean "interpreter"? (known: auto, interpreter, translator)`},
		{"serial rate", []string{"run", "--serial-rate", "slow"}, 2, `unknown serial rate "slow" (known: fast, baud)`},
		{"log level", []string{"run", "--log", "ata0=loud"}, 2, `"ata0=loud": want DEV=LEVEL`},
		{"log device", []string{"run", "--log", "at0=debug"}, 2, `unknown device "at0"; did you mean "ata0"?`},
		{"bios missing", []string{"run", "--bios", "nowhere.bin"}, 2, "--bios: nowhere.bin: no such file"},
		{"bios odd", []string{"run", "--bios", file(t, "odd.bin", 1000, nil)}, 2, "1000 bytes; want a ROM image, a multiple of 512 bytes"},
		{"kernel missing", []string{"run", "--kernel", "nowhere"}, 2, "--kernel: nowhere: no such file"},
		{"kernel that is none", []string{"run", "--kernel", demo}, 2, "neither a Linux kernel (bzImage) nor a Multiboot kernel"},
		{"initrd without kernel", []string{"run", "--initrd", demo}, 2, "--initrd is for a kernel, and there is no --kernel"},
		{"append without kernel", []string{"run", "--append", "quiet"}, 2, "--append is for a kernel, and there is no --kernel"},
		{"kernel on an AT", []string{"run", "--machine", "at", "--kernel", multiboot}, 2, "a kernel wants machine pc with a processor that comes with PCI"},
		{"kernel on a 386", []string{"run", "--cpu", "80386", multiboot}, 2, "80486 or later; this is machine pc with cpu 80386"},
		{"kernel in little memory", []string{"run", "--mem", "1M", multiboot}, 2, "the machine has 1 MB"},
		{"script missing", []string{"run", "--script", "nowhere.txt"}, 2, "--script: nowhere.txt: no such file"},
		{"script is a directory", []string{"run", "--script", "."}, 2, "is a directory"},
		{"script with a wrong line", []string{"run", "--script", script("sleep 1s\nwiat \"x\"\n")}, 2, `test.txt:2: unknown command "wiat"; did you mean "wait"?`},
		{"version with arguments", []string{"version", "x"}, 2, "version takes no arguments"},
		{"completion of what", []string{"completion", "csh"}, 2, "completion: want one of bash, zsh, fish"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stdout, stderr := beige(t, tc.args...)
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			last := lines[len(lines)-1]
			if code != tc.code || !strings.HasPrefix(last, "beige: ") || !strings.Contains(last, tc.want) {
				t.Errorf("beige %q: exit code %d, stderr %q; want %d and a line with %q", tc.args, code, stderr, tc.code, tc.want)
			}
			for _, l := range lines[:len(lines)-1] { // what an IMAGE was taken for may come before
				if !strings.HasPrefix(l, "beige: ") || !strings.Contains(l, " is ") {
					t.Errorf("beige %q: more than one line on standard error: %q", tc.args, stderr)
				}
			}
			if stdout != "" {
				t.Errorf("beige %q: wrote %q to standard output", tc.args, stdout)
			}
		})
	}
}

func TestMistakesComeTogether(t *testing.T) {
	_, _, stderr := beige(t, "run", "--cpu", "zilog", "--mem", "1K", "--machine", "pcc")
	if n := strings.Count(stderr, "\n"); n != 3 {
		t.Errorf("three mistakes gave %d lines: %q", n, stderr)
	}
}

func TestReadOnlyImage(t *testing.T) {
	path := file(t, "ro.img", 2<<20, nil)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Skip("this user may write to files without write permission")
	}
	code, _, stderr := beige(t, "run", "--hd", path)
	if code != 2 || !strings.Contains(stderr, "is read-only; use --snapshot") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

// TestNothingIsLost: a refused command line leaves its images as they were.
func TestNothingIsLost(t *testing.T) {
	content := []byte("precious")
	path := file(t, "cut.img", 1000, content)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	beige(t, "run", "--hd", path)
	beige(t, "run", "--floppy", path)
	beige(t, "run", path)
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("a refused image has changed (%v)", err)
	}
}

func TestHelpVersionCompletion(t *testing.T) {
	code, out, _ := beige(t, "--help")
	if code != 0 || !strings.Contains(out, "beige run [flags] [IMAGE ...]") {
		t.Errorf("--help: exit code %d, %q", code, out)
	}
	code, out, _ = beige(t)
	if code != 0 || !strings.Contains(out, "COMMANDS") {
		t.Errorf("no arguments: exit code %d, %q", code, out)
	}
	code, out, _ = beige(t, "run", "--help")
	for _, want := range []string{"--floppy FILE", "--speed SPEED", "pentium-ii", "--log DEV=LEVEL", "Exit codes"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("run --help: exit code %d, without %q:\n%s", code, want, out)
		}
	}
	code, out, _ = beige(t, "version")
	if code != 0 || !strings.HasPrefix(out, "beige "+release) {
		t.Errorf("version: exit code %d, %q", code, out)
	}
	for _, shell := range shells() {
		code, out, _ = beige(t, "completion", shell)
		if code != 0 || !strings.Contains(out, "pentium-ii") || !strings.Contains(out, "floppy2") {
			t.Errorf("completion %s: exit code %d, %q", shell, code, out)
		}
	}
}

func TestSortFlags(t *testing.T) {
	run := runCommand(nil, nil, nil)
	flags, rest, err := sortFlags(run, "run", []string{"a.img", "--cpu", "80386", "--snapshot", "--mem=4M", "--", "--b.img"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(flags, " ") + "|" + strings.Join(rest, " "); got != "--cpu=80386 --snapshot --mem=4M|a.img --b.img" {
		t.Errorf("sorted: %s", got)
	}
}
