package tests

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// testKernel assembles a kernel of folder kernel.
func testKernel(t *testing.T, name string) string {
	t.Helper()
	nasm := need(t, "nasm")
	out := filepath.Join(t.TempDir(), name+".bin")
	if text, err := exec.Command(nasm, "-f", "bin", "-Werror", "-o", out, filepath.Join("kernel", name+".asm")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// wantConsole runs a kernel that ends with debug-exit status 0 and compares what
// it wrote to the debug console.
func wantConsole(t *testing.T, want string, args ...string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "console")
	r := runScript(t, "wait \"never\" within 60s\n", append([]string{"--debugcon", "file:" + log}, args...)...)
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	// Firmware writes to the console too; the kernel's lines are the last.
	if got := string(b); r.code != 10 || !strings.HasSuffix(got, want) {
		t.Errorf("exit code %d, console %q; want 10 and %q at the end\n%s", r.code, got, want, r.stderr)
	}
}

// A kernel for the Linux boot protocol finds registers, command line, video mode
// and initial RAM disk.
func TestKernelLinux(t *testing.T) {
	kernel := testKernel(t, "linux")
	initrd := textFile(t, "initrd", "content of the RAM disk\n")
	args := []string{"--kernel", kernel, "--initrd", initrd, "--append", "quiet vga=0x30f", "--mem", "32M"}
	const want = "quiet vga=0x30f\ncontent of the RAM disk\n"
	t.Run("our firmware", func(t *testing.T) { wantConsole(t, want, args...) })
	t.Run("SeaBIOS", func(t *testing.T) {
		wantConsole(t, want, append(args, "--bios", packaged(t, "/usr/share/seabios/bios-256k.bin"))...)
	})
	wantConsole(t, "vga=783\n", "--append", "vga=783", kernel)
}

// A Multiboot kernel, by the addresses in its header and as an ELF file.
func TestKernelMultiboot(t *testing.T) {
	kernel := testKernel(t, "multiboot")
	module := textFile(t, "module", "a module\x00")
	want := "one two\nbeige\n639\n31744\nmodule\n9\na module\n32383\n"
	wantConsole(t, want, "--kernel", kernel, "--initrd", module, "--append", "one two", "--mem", "32M")
	code, err := os.ReadFile(kernel)
	if err != nil {
		t.Fatal(err)
	}
	wantConsole(t, want, "--kernel", textFile(t, "kernel.elf", string(multibootELF(code))), "--initrd", module, "--append", "one two", "--mem", "32M")
}

// multibootELF puts the flat kernel into an ELF file that is linked for C0100000h
// and loaded at 100000h.
func multibootELF(code []byte) []byte {
	const high, headers, offset = 0xc0000000, 52 + 32, 0x1000
	le := binary.LittleEndian
	code = bytes.Clone(code)
	flags := uint32(3) // without the addresses
	le.PutUint32(code[4:], flags)
	le.PutUint32(code[8:], -(le.Uint32(code) + flags))
	entry := le.Uint32(code[28:])
	bss := le.Uint32(code[24:])
	b := new(bytes.Buffer)
	h := elf.Header32{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_386), Version: 1, Entry: entry + high,
		Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: 1}
	copy(h.Ident[:], "\x7fELF\x01\x01\x01")
	_ = binary.Write(b, le, h)
	_ = binary.Write(b, le, elf.Prog32{Type: uint32(elf.PT_LOAD), Off: offset, Vaddr: high + 0x100000, Paddr: 0x100000,
		Filesz: uint32(len(code)), Memsz: bss - 0x100000, Flags: 7, Align: 0x1000})
	b.Write(make([]byte, offset-headers))
	b.Write(code)
	return b.Bytes()
}
