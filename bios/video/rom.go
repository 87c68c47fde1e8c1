// Package video builds the VGA BIOS, the option ROM of beige's VGA.
//
// The sources are the assembly files beside this one (video.asm is the main file);
// build.sh turns them into video.bin, the image that the firmware package embeds.
// This package holds the part of the build that an assembler cannot do, the
// checksum, and the tests.
//
// Sources: PCI Firmware Specification 3.0, section 5.1 (option ROM header).
package video

import "fmt"

// Size is the size of the ROM in bytes; byte 2 of the image counts it in blocks of 512.
const Size = 32 << 10

// Seal fills the assembled code up to Size with FFh and sets the last byte so that
// all bytes add up to 0. It fails if the code is too long or has no ROM header.
func Seal(code []byte) ([]byte, error) {
	if len(code) >= Size {
		return nil, fmt.Errorf("code has %d bytes; want fewer than %d", len(code), Size)
	}
	if len(code) < 3 || code[0] != 0x55 || code[1] != 0xaa || int(code[2]) != Size/512 {
		return nil, fmt.Errorf("code does not start with an option ROM header of %d blocks", Size/512)
	}
	rom := make([]byte, Size)
	n := copy(rom, code)
	for i := n; i < Size-1; i++ {
		rom[i] = 0xff
	}
	rom[Size-1] = -Sum(rom)
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
