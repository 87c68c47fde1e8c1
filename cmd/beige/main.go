// Command beige is a PC in one file: it boots disk images in a terminal.
package main

import "os"

func main() {
	failWrites()
	os.Exit(doMain(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
