package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
	"beige/devices/image/fat"
	"beige/devices/image/iso"
	"beige/devices/image/partition"
)

// diskCheck looks for damage; what it finds makes the exit code 1.
func diskCheck(c *cli.Context, stdout, stderr io.Writer) error {
	found := false
	err := onImages(c, stderr, func(o *openImage) error {
		k := &checker{out: stdout, name: o.path}
		err := k.image(o)
		if err == nil && k.findings == 0 {
			err = k.print("%s", k.sound())
		}
		found = found || k.findings > 0
		return err
	})
	if err == nil && found {
		return exitCode(codeFailed)
	}
	return err
}

// checker prints findings, a line each.
type checker struct {
	out      io.Writer
	name     string
	volumes  int // that were checked
	findings int
	skipped  []string // what has a file system that is not looked into
}

func (k *checker) print(format string, a ...any) error {
	_, err := fmt.Fprintf(k.out, "%s\n", printable(k.name+": "+fmt.Sprintf(format, a...)))
	return err
}

func (k *checker) finding(where, format string, a ...any) error {
	k.findings++
	return k.print("%s%s", where, fmt.Sprintf(format, a...))
}

// sound is what is said where nothing was found.
func (k *checker) sound() string {
	text := "sound"
	if k.volumes == 0 {
		text = "no FAT file system to check"
	}
	for _, s := range k.skipped {
		text += "; " + s + " was not checked"
	}
	return text
}

func (k *checker) image(o *openImage) error {
	switch o.dev.(type) {
	case disc:
		_, err := iso.Open(o.dev, o.dev.Size())
		if err != nil {
			return k.finding("", "%v", err)
		}
		k.skipped = append(k.skipped, "ISO 9660")
		return nil
	case *image.Floppy:
		return k.volume(o.dev, 0, o.dev.Size(), "", false)
	}
	t, err := o.partitions()
	if err != nil {
		return err
	}
	if t.Kind == partition.None {
		return k.volume(o.dev, 0, o.dev.Size(), "", false)
	}
	for _, p := range t.Problems {
		if err := k.finding("", "%s", p); err != nil {
			return err
		}
	}
	for _, e := range t.Entries {
		if e.Extended {
			continue
		}
		off, size := o.span(e)
		where := fmt.Sprintf("partition %d: ", e.Number)
		before := k.volumes
		if err := k.volume(o.dev, off, size, where, partition.IsFAT(e.Type)); err != nil {
			return err
		}
		if k.volumes == before && !partition.IsFAT(e.Type) {
			k.skipped = append(k.skipped, fmt.Sprintf("partition %d (%s)", e.Number, e.TypeName()))
		}
	}
	return nil
}

// volume checks what begins at a byte of a disk; want says that a FAT volume
// must be there.
func (k *checker) volume(dev device, off, size int64, where string, want bool) error {
	v, err := fat.Open(dev, off, size)
	switch {
	case errors.Is(err, fat.ErrNotFAT) && !want:
		return nil
	case errors.Is(err, fat.ErrNotFAT):
		return k.finding(where, "no file system, which the type of the partition calls for; it may not be formatted")
	case errors.Is(err, fat.ErrDamaged):
		k.volumes++
		return k.finding(where, "%v", err)
	case err != nil:
		return err
	}
	k.volumes++
	all, err := v.Check()
	for _, f := range all {
		if err := k.finding(where, "%v", f); err != nil {
			return err
		}
	}
	return err
}
