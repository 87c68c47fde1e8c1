package tests

import (
	"strings"
	"testing"

	"beige/cpu"
	"beige/tests/linux"
)

// The guest cannot tell the engines apart: the state is the same at every count. Each
// test stops at many places and compares what hash prints there.

// sameHashes runs a script of hashes on both engines.
func sameHashes(t *testing.T, script string, code int, args ...string) {
	t.Helper()
	if !cpu.CanTranslate() {
		t.Skip("no translating engine for this host")
	}
	var all [2][]string
	for i, engine := range []string{"interpreter", "translator"} {
		r := runScript(t, script, append([]string{"--engine", engine}, args...)...)
		if r.code != code {
			t.Fatalf("engine %s: exit code %d; want %d\n%s", engine, r.code, code, r.stderr)
		}
		all[i] = strings.Fields(r.stdout)
	}
	if want := strings.Count(script, "hash\n"); len(all[0]) != want || len(all[1]) != want {
		t.Fatalf("%d and %d hashes; want %d", len(all[0]), len(all[1]), want)
	}
	for i, h := range all[0] {
		if all[1][i] != h {
			t.Fatalf("hash %d of %d differs", i+1, len(all[0]))
		}
	}
}

func TestEnginesDemo(t *testing.T) {
	t.Parallel()
	sameHashes(t, "wait \"beige>\" within 20s\nhash\ntype \"cpu\\nticks\\n\"\n"+strings.Repeat("sleep 700ms\nhash\n", 4)+"quit 3\n", 3)
}

// FreeDOS starts and runs commands in real mode: the BIOS, the kernel, the shell.
func TestEnginesFreeDOS(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("sleep 700ms\nhash\n", 4) + "wait \"A:\\\\>\" within 60s\nhash\ntype \"dir\\n\"\nsleep 500ms\nhash\n" +
		"type \"for %i in (1 2 3 4 5 6) do dir /s\\n\"\n" + strings.Repeat("sleep 600ms\nhash\n", 4) + "quit 3\n"
	for _, model := range []string{"80386", "pentium-ii"} {
		sameHashes(t, script, 3, "--cpu", model, "--snapshot", guestImage(t, "freedos-144.img"))
	}
}

// Decompression, the kernel's own start, modules and the first programs.
func TestEnginesLinux(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	t.Parallel()
	kit := linuxKit(t)
	guest := linux.Guest{Modules: []string{"psmouse"}, Script: "echo @@ up; while :; do cat /proc/interrupts /proc/meminfo; done\n"}
	sameHashes(t, strings.Repeat("sleep 1300ms\nhash\n", 8)+"quit 3\n", 3,
		"--kernel", kit.Kernel, "--initrd", initramfs(t, kit, guest), "--append", quickly)
}

// A guest that swaps clears accessed bits without a flush, and writes what it finds in
// them to the disk, or not.
func TestEnginesSwap(t *testing.T) {
	long(t)
	t.Parallel()
	kit := linuxKit(t)
	guest := linux.Guest{Modules: []string{"ata_piix", "sd_mod"}, Script: `
mkswap /dev/sda >/dev/null
swapon /dev/sda
mount -t tmpfs -o size=60m tmpfs /mnt
dd if=/dev/zero bs=1M count=8 2>/dev/null | tr '\0' x >/mnt/0
for i in 1 2 3 4; do (echo $i; cat /mnt/0) >/mnt/$i; done
echo @@ up; while :; do cat /mnt/* | md5sum; done
`}
	sameHashes(t, strings.Repeat("sleep 4s\nhash\n", 20)+"quit 3\n", 3, "--mem", "36M", "--hd", emptyDisk(t, 128<<20),
		"--kernel", kit.Kernel, "--initrd", initramfs(t, kit, guest), "--append", quickly+" mem=32M")
}
