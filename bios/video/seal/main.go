// Command seal turns assembled VGA BIOS code into a ROM image: seal CODE IMAGE.
package main

import (
	"fmt"
	"os"

	"beige/bios/video"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: seal CODE IMAGE")
		return 2
	}
	code, err := os.ReadFile(args[0])
	if err == nil {
		var rom []byte
		if rom, err = video.Seal(code); err == nil {
			err = os.WriteFile(args[1], rom, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "seal:", err)
		return 1
	}
	return 0
}
