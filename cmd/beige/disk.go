package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
)

const pathHelp = "IMAGE:PATH is a path in a floppy, a CD, or the first FAT partition of a hard disk;\nIMAGE@N:PATH one in partition N. * and ? stand for names.\n"

// diskCommand is a table of commands; the last line of a description is an
// example.
func diskCommand(stdout, stderr io.Writer) *cli.Command {
	force := &cli.BoolFlag{Name: "force", Usage: "replace a file that is there"}
	return &cli.Command{
		Name:            "disk",
		Usage:           "make, convert and look into disk images",
		UsageText:       "beige disk COMMAND [flags] ARGUMENTS",
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			{
				Name:        "new",
				Usage:       "make a blank floppy or hard disk",
				UsageText:   "beige disk new [--fat [--label TEXT]] [--force] FILE SIZE",
				Description: "SIZE is a floppy (" + floppyNames() + ") or any other size, such as 504M or 8G, for a\nhard disk, which takes room on the host only as it is written.\nbeige disk new --fat c.img 504M",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "fat", Usage: "with an empty FAT file system, on a hard disk in an active partition"},
					&cli.StringFlag{Name: "label", Usage: "name `TEXT` of the file system, at most 11 characters"},
					force,
				},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskNew(c, stdout) },
			},
			{
				Name:            "convert",
				Usage:           "make a raw image of an ImageDisk, Teledisk, CD or raw one",
				UsageText:       "beige disk convert [--force] SRC DST",
				Description:     "DST becomes a raw image: of a floppy, its sectors in order; of a hard disk, a\nsparse copy; of a CD, its 2048-byte sectors.\nbeige disk convert old.imd new.img",
				Flags:           []cli.Flag{force},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskConvert(c, stdout) },
			},
			{
				Name:            "info",
				Usage:           "tell what an image is, its partitions and file systems",
				UsageText:       "beige disk info IMAGE ...",
				Description:     "beige disk info c.img",
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskInfo(c, stdout, stderr) },
			},
			{
				Name:        "ls",
				Usage:       "list files in an image",
				UsageText:   "beige disk ls [-l] [-R] IMAGE[:PATH] ...",
				Description: pathHelp + "beige disk ls -l c.img:/dos",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "l", Usage: "with attributes, size and time"},
					&cli.BoolFlag{Name: "R", Usage: "directories with what is in them"},
				},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskLs(c, stdout, stderr) },
			},
			{
				Name:        "cp",
				Usage:       "copy files into, out of and between images",
				UsageText:   "beige disk cp [-r] [-n] SRC ... DST",
				Description: pathHelp + "Any other argument is a path of the host. Files that are there are replaced.\nbeige disk cp -r game c.img:/games",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "r", Usage: "directories with what is in them"},
					&cli.BoolFlag{Name: "n", Usage: "leave files that are there as they are"},
				},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskCp(c, stderr) },
			},
			{
				Name:            "cat",
				Usage:           "print files in an image",
				UsageText:       "beige disk cat IMAGE:PATH ...",
				Description:     pathHelp + "beige disk cat a.img:autoexec.bat",
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskCat(c, stdout, stderr) },
			},
			{
				Name:            "mkdir",
				Usage:           "make directories in an image",
				UsageText:       "beige disk mkdir [-p] IMAGE:PATH ...",
				Description:     "beige disk mkdir c.img:/games",
				Flags:           []cli.Flag{&cli.BoolFlag{Name: "p", Usage: "with those above; no error where it is there"}},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskMkdir(c, stderr) },
			},
			{
				Name:        "rm",
				Usage:       "remove files in an image",
				UsageText:   "beige disk rm [-r] [-f] IMAGE:PATH ...",
				Description: pathHelp + "beige disk rm 'c.img:/temp/*.bak'",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "r", Usage: "directories with what is in them"},
					&cli.BoolFlag{Name: "f", Usage: "files with the read-only attribute as well"},
				},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskRm(c, stderr) },
			},
			{
				Name:            "check",
				Usage:           "look for damage in partitions and FAT file systems",
				UsageText:       "beige disk check IMAGE ...",
				Description:     "Prints what it finds, a line each, and changes nothing. Exit code 1: something was\nfound.\nbeige disk check c.img",
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskCheck(c, stdout, stderr) },
			},
		},
	}
}

// claimTarget refuses a file name under which nothing may be made.
func claimTarget(path string, force bool) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if !force {
		return usagef("%s: exists already; --force replaces it", path)
	}
	if err := image.Replaceable(path); err != nil {
		return usageError{err}
	}
	return nil
}

// replaceFile makes path with what fill writes: under another name first, so
// that what is at path is always whole.
func replaceFile(path string, fill func(name string) error) error {
	part := fmt.Sprintf("%s.%d.part", path, os.Getpid())
	err := fill(part)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part)
		var ie *image.Error
		switch {
		case errors.As(err, &ie) && ie.Path == part:
			return fmt.Errorf("%s: %s", path, ie.Detail)
		case ie != nil: // of what is read
			return err
		}
		return fileError(path, err)
	}
	return nil
}

func report(stdout io.Writer, path, format string, a ...any) error {
	_, err := fmt.Fprintf(stdout, "%s: %s\n", filepath.Base(path), fmt.Sprintf(format, a...))
	return err
}
