// Package video builds the VGA BIOS and the EGA BIOS, the option ROMs of beige's
// display adapters.
//
// The sources are the assembly files beside this one (video.asm and ega.asm are the main
// files); build.sh turns them into video.bin and ega.bin, the images that the firmware
// package embeds. The system BIOS takes some of them for INT 10h of the adapters before.
// This package holds the part of the build that an assembler cannot do, the
// checksum, and the tests.
//
// Sources: PCI Firmware Specification 3.0, section 5.1 (option ROM header).
package video

import "fmt"

// The sizes of the ROMs in bytes; byte 2 of an image counts it in blocks of 512.
const (
	Size    = 32 << 10
	EGASize = 16 << 10
)

// Seal fills assembled code with FFh up to the size that its header tells and sets the
// last byte so that all bytes add up to 0. It fails if the code is too long or has no ROM
// header.
func Seal(code []byte) ([]byte, error) {
	if len(code) < 3 || code[0] != 0x55 || code[1] != 0xaa || code[2] == 0 {
		return nil, fmt.Errorf("code does not start with an option ROM header")
	}
	size := int(code[2]) * 512
	if len(code) >= size {
		return nil, fmt.Errorf("code has %d bytes; want fewer than %d", len(code), size)
	}
	rom := make([]byte, size)
	n := copy(rom, code)
	for i := n; i < size-1; i++ {
		rom[i] = 0xff
	}
	rom[size-1] = -Sum(rom)
	return rom, nil
}

// Sum adds all bytes, modulo 256: 0 for a sound option ROM.
func Sum(rom []byte) byte {
	var sum byte
	for _, b := range rom {
		sum += b
	}
	return sum
}
