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

func diskCommand(stdout io.Writer) *cli.Command {
	force := &cli.BoolFlag{Name: "force", Usage: "replace a file that is there"}
	return &cli.Command{
		Name:            "disk",
		Usage:           "make and convert disk images",
		UsageText:       "beige disk COMMAND [flags] ARGUMENTS",
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			{
				Name:            "new",
				Usage:           "make a blank floppy or hard disk",
				UsageText:       "beige disk new [--force] FILE SIZE",
				Description:     "SIZE is a floppy (" + floppyNames() + ") or any other size, such as 504M or 8G, for a\nhard disk, which takes room on the host only as it is written.",
				Flags:           []cli.Flag{force},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskNew(c, stdout) },
			},
			{
				Name:            "convert",
				Usage:           "make a raw image of an ImageDisk, Teledisk, CD or raw one",
				UsageText:       "beige disk convert [--force] SRC DST",
				Description:     "DST becomes a raw image: of a floppy, its sectors in order; of a hard disk, a\nsparse copy; of a CD, its 2048-byte sectors.",
				Flags:           []cli.Flag{force},
				HideHelpCommand: true,
				Action:          func(c *cli.Context) error { return diskConvert(c, stdout) },
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
