// Package bios holds beige's own firmware, built into the program: the system
// BIOS, the VGA and the EGA BIOS, the kernel loader and the demonstration disk. They are assembled from the
// sources in the folders below (make bios; needs nasm); the images are part of
// the source tree, so that a build needs Go only.
package bios

import (
	_ "embed"
	"slices"
)

//go:embed system/system.bin
var system []byte

//go:embed video/video.bin
var video []byte

//go:embed video/edid.bin
var edid []byte

//go:embed video/ega.bin
var ega []byte

//go:embed loader/loader.bin
var loader []byte

//go:embed demo/demo.img
var demo []byte

// System returns a copy of the system BIOS: 64 KB, for F0000h.
func System() []byte { return slices.Clone(system) }

// XT returns a copy of the system BIOS for a PC/XT. It is the same ROM but for the
// byte at FFFFEh by which programs, and the ROM itself, tell an XT from an AT (IBM
// PC/XT Technical Reference of 1986: FBh, the model with the 101-key keyboard).
func XT() []byte {
	rom := System()
	rom[len(rom)-2] = 0xfb
	return rom
}

// Video returns a copy of the VGA BIOS: 32 KB, for C0000h.
func Video() []byte { return slices.Clone(video) }

// EDID returns a copy of the identity of the monitor, 128 bytes, as the VGA BIOS gives it.
func EDID() []byte { return slices.Clone(edid) }

// EGA returns a copy of the EGA BIOS: 16 KB, for C0000h.
func EGA() []byte { return slices.Clone(ega) }

// Loader returns the option ROM that starts a kernel from the firmware
// configuration device, in place of INT 19h.
func Loader() []byte {
	const block = 512
	rom := make([]byte, (len(loader)+block)/block*block)
	copy(rom, loader)
	rom[2] = byte(len(rom) / block)
	var sum byte
	for _, b := range rom {
		sum += b
	}
	rom[len(rom)-1] = -sum // all bytes of an option ROM add up to 0
	return rom
}

// Demo returns a copy of the demonstration disk, a 160 KB floppy.
func Demo() []byte { return slices.Clone(demo) }
