// Package bios holds beige's own firmware, built into the program: the system
// BIOS, the VGA BIOS and the demonstration disk. They are assembled from the
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

//go:embed demo/demo.img
var demo []byte

// System returns a copy of the system BIOS: 64 KB, for F0000h.
func System() []byte { return slices.Clone(system) }

// Video returns a copy of the VGA BIOS: 32 KB, for C0000h.
func Video() []byte { return slices.Clone(video) }

// Demo returns a copy of the demonstration disk, a 160 KB floppy.
func Demo() []byte { return slices.Clone(demo) }
