// Command mkfont writes the binary form of the fonts (8x8.bin, 8x14.bin, 8x16.bin)
// into the directory named by its argument, for the assembler to include.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"beige/bios/font"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: mkfont DIRECTORY")
		return 2
	}
	for name, data := range map[string][]byte{
		"8x8.bin":  font.Glyphs8x8(),
		"8x14.bin": font.Glyphs8x14(),
		"8x16.bin": font.Glyphs8x16(),
	} {
		if err := os.WriteFile(filepath.Join(args[0], name), data, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "mkfont:", err)
			return 1
		}
	}
	return 0
}
