package tests

import (
	"encoding/binary"
	"hash/crc32"
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

// gptDisk makes a hard disk with a GUID partition table (UEFI specification,
// section 5.3) of one partition that old BIOSes are to boot, behind the loader in
// the file boot.
func gptDisk(t *testing.T, boot string, p partition) string {
	t.Helper()
	le := binary.LittleEndian
	sectors := uint64(p.first + p.count + 33)
	disk := hardDisk(t, int64(sectors), boot, partition{kind: 0xee, first: 1, count: uint32(sectors) - 1})
	const (
		entries, entrySize = 128, 128
		legacyBootable     = 1 << 2
	)
	table := make([]byte, entries*entrySize)
	basicData := []byte{0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7}
	copy(table, basicData)
	table[16] = 1 // the partition's own GUID
	le.PutUint64(table[32:], uint64(p.first))
	le.PutUint64(table[40:], uint64(p.first+p.count-1))
	le.PutUint64(table[48:], legacyBootable)
	header := func(at, other, list uint64) []byte {
		h := make([]byte, 512)
		copy(h, "EFI PART\x00\x00\x01\x00\x5c\x00\x00\x00")
		le.PutUint64(h[24:], at)
		le.PutUint64(h[32:], other)
		le.PutUint64(h[40:], 34)
		le.PutUint64(h[48:], sectors-34)
		h[56] = 2 // the disk's GUID
		le.PutUint64(h[72:], list)
		le.PutUint32(h[80:], entries)
		le.PutUint32(h[84:], entrySize)
		le.PutUint32(h[88:], crc32.ChecksumIEEE(table))
		le.PutUint32(h[16:], crc32.ChecksumIEEE(h[:0x5c]))
		return h
	}
	writeAt(t, disk, 512, append(header(1, sectors-1, 2), table...))
	writeAt(t, disk, int64(sectors-33)*512, append(table, header(sectors-1, 1, sectors-33)...))
	return disk
}

// gptmbr.bin finds the bootable partition in the GUID partition table by the
// extensions of INT 13h.
func TestMBRBootsGPT(t *testing.T) {
	t.Parallel()
	p := partition{first: 2048, count: 40 * diskHeads * diskSectors}
	disk := gptDisk(t, packaged(t, "/usr/lib/SYSLINUX/gptmbr.bin"), p)
	v := formatted(t, disk, p)
	v.syslinux(t, "PROMPT 1\nSAY This is behind a GUID partition table.\nDEFAULT none\n")
	pass(t, `
wait "boot:" within 20s
expect "This is behind a GUID partition table."
`, "--snapshot", v.image)
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
