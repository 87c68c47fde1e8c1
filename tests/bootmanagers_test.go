package tests

import (
	"os"
	"testing"
)

// Master boot records and boot managers that hand over to one another: another
// partition, another disk, a floppy, and disks whose numbers are exchanged by a
// hook of INT 13h.

// twoPartitions makes a disk with a loader in its first sector and two
// partitions, the second one with SYSLINUX.
func twoPartitions(t *testing.T, loader string, active int) volume {
	t.Helper()
	const size = 20 * diskHeads * diskSectors
	parts := []partition{
		{kind: 6, first: diskSectors, count: size - diskSectors},
		{kind: 6, first: size, count: size},
	}
	if active >= 0 {
		parts[active].active = true
	}
	disk := hardDisk(t, 2*size, loader, parts...)
	formatted(t, disk, parts[0])
	v := formatted(t, disk, parts[1])
	v.syslinux(t, "PROMPT 1\nSAY This is the second partition.\n")
	return v
}

const secondPartition = `
wait "boot:" within 20s
expect "This is the second partition."
`

func TestMBRBootsActivePartition(t *testing.T) {
	t.Parallel()
	v := twoPartitions(t, packaged(t, syslinuxMBR), 1)
	pass(t, secondPartition, "--snapshot", v.image)
}

// altmbr.bin boots the partition whose number stands behind it, active or not.
func TestMBRBootsPartitionByNumber(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile(packaged(t, "/usr/lib/SYSLINUX/altmbr.bin"))
	if err != nil {
		t.Fatal(err)
	}
	v := twoPartitions(t, textFile(t, "altmbr.bin", string(code)+"\x02"), -1)
	pass(t, secondPartition, "--snapshot", v.image)
}

// The boot menu of Debian's package mbr reads the keyboard by INT 16h.
func TestMBRMenu(t *testing.T) {
	t.Parallel()
	v := twoPartitions(t, packaged(t, syslinuxMBR), 0)
	host(t, "install-mbr", "--force", "--interrupt", "a", "--enable", "12FA", v.image)
	pass(t, `
wait "12FA:" within 20s
key 2
`+secondPartition, "--snapshot", v.image)
}

// chain.c32 loads another boot sector, and can exchange the numbers of disks.
func TestSYSLINUXChain(t *testing.T) {
	t.Parallel()
	dos := freeDOSDisk(t)
	floppy := guestImage(t, "freedos-144.img")
	v := syslinuxDisk(t, `
PROMPT 1
DEFAULT none
LABEL partition
  COM32 chain.c32
  APPEND hd1 1 swap
LABEL floppy
  COM32 chain.c32
  APPEND fd0
LABEL local
  LOCALBOOT 0
`, "chain.c32", "libcom32.c32", "libutil.c32")
	for _, tc := range []struct{ label, answer string }{
		{"partition", dosPrompt + `
type "vol\ndir d:\\syslinux.cfg\n"
wait "BEIGE" within 10s
wait "SYSLINUX CFG" within 10s
`},
		{"floppy", `
wait "A:\\>" within 60s
type "dir d:\n"
wait "MEM      EXE" within 10s
`},
		{"local", `
wait "A:\\>" within 60s
`},
	} {
		t.Run(tc.label, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "boot:" within 20s
type "`+tc.label+`\n"
`+tc.answer, "--snapshot", "--hd", v.image, "--hd2", dos, "--floppy", floppy, "--boot", "c")
		})
	}
}
