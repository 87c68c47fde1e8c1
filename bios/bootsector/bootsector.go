// Package bootsector holds the boot sectors of disks that beige makes: the code
// of a master boot record, which starts the active partition, and that of a
// volume without an operating system, which says so. Both are 8086 code.
package bootsector

import (
	_ "embed"
	"slices"
)

// Size is the length of a boot sector in bytes.
const Size = 512

//go:embed mbr.bin
var mbr []byte

//go:embed volume.bin
var volume []byte

// MBR returns a master boot record with an empty partition table.
func MBR() []byte { return slices.Clone(mbr) }

// Volume returns the boot sector of a FAT volume; its BIOS parameter block, from
// byte 3 to byte 89, is empty.
func Volume() []byte { return slices.Clone(volume) }
