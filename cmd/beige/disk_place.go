package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"beige/devices/image/fat"
)

// place is what an argument of the disk commands names: a path of the host, or
// one in an image.
//
//	IMAGE:PATH     in a floppy, a CD, or the first FAT volume of a hard disk
//	IMAGE@N:PATH   in partition N of a hard disk
//
// Which colon ends the IMAGE: the first that follows the name of a file that is
// there. An argument that is a file or directory of the host as it stands is
// that one, whatever colons it has, and one like C:\x or C:/x is on the host
// (./c:/x is in an image called c).
type place struct {
	arg    string
	image  string // file name; "": path is one of the host
	part   int    // partition; 0: the first that has a FAT volume
	path   string // in an image: of io/fs
	folder bool   // ends in a slash, so it names a directory
}

func parsePlace(arg string) (place, error) {
	host := place{arg: arg, path: arg, folder: strings.HasSuffix(arg, "/") || os.IsPathSeparator(arg[max(len(arg)-1, 0)])}
	if _, err := os.Lstat(arg); err == nil {
		return host, nil
	}
	drive := isDrive(arg)
	start := 0
	if drive {
		start = 2
	}
	first, why := "", "no such image"
	for i := start; i < len(arg); i++ {
		if arg[i] != ':' {
			continue
		}
		p, found, dir := imageName(arg[:i])
		if found {
			rest := arg[i+1:]
			p.arg, p.path, p.folder = arg, fat.Clean(rest), strings.HasSuffix(rest, "/") || strings.HasSuffix(rest, `\`)
			return p, nil
		}
		if first == "" {
			first = arg[:i]
			if dir {
				why = "is a directory, no image"
			}
		}
	}
	if first == "" || drive {
		return host, nil
	}
	return place{}, usagef("%s: %s; want IMAGE:PATH, such as disk.img:/dos", first, why)
}

// imageName tells whether name is that of an image, with or without a partition.
func imageName(name string) (p place, found, dir bool) {
	info, err := os.Stat(name)
	if err == nil && !info.IsDir() {
		return place{image: name}, true, false
	}
	if at := strings.LastIndexByte(name, '@'); err != nil && at > 0 {
		n, nerr := strconv.ParseUint(name[at+1:], 10, 8)
		if info, err := os.Stat(name[:at]); nerr == nil && n > 0 && err == nil && !info.IsDir() {
			return place{image: name[:at], part: int(n)}, true, false
		}
	}
	return place{}, false, err == nil
}

// isDrive recognises paths with a drive letter.
func isDrive(arg string) bool {
	if len(arg) < 2 || arg[1] != ':' || !isLetter(arg[0]) {
		return false
	}
	return runtime.GOOS == "windows" || len(arg) > 2 && (arg[2] == '\\' || arg[2] == '/')
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// imagePlace is parsePlace for a command that works in images only: the name of
// an image alone is its root directory.
func imagePlace(arg string) (place, error) {
	if p, found, _ := imageName(arg); found {
		p.arg, p.path, p.folder = arg, ".", true
		return p, nil
	}
	p, err := parsePlace(arg)
	if err != nil || p.image != "" {
		return p, err
	}
	if info, err := os.Stat(arg); err == nil && info.IsDir() {
		return p, usagef("%s: is a directory of the host; want IMAGE:PATH, such as disk.img:/dos", arg)
	}
	return p, usagef("%s: no such image; want IMAGE:PATH, such as disk.img:/dos", arg)
}

// hostPattern lists the files that a pattern of the host names, for shells that
// leave that to programs.
func hostPattern(arg string) []string {
	if _, err := os.Lstat(arg); err == nil || !strings.ContainsAny(arg, "*?") {
		return []string{arg}
	}
	if found, err := filepath.Glob(arg); err == nil && len(found) > 0 {
		return found
	}
	return []string{arg}
}

// printable is a name from an image as a terminal may show it.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
}
