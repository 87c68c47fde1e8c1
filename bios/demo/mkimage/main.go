// Command mkimage turns the assembled demo program into a disk image: mkimage CODE IMAGE.
package main

import (
	"fmt"
	"os"

	"beige/bios/demo"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mkimage CODE IMAGE")
		return 2
	}
	code, err := os.ReadFile(args[0])
	if err == nil {
		var img []byte
		if img, err = demo.Image(code); err == nil {
			err = os.WriteFile(args[1], img, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mkimage:", err)
		return 1
	}
	return 0
}
