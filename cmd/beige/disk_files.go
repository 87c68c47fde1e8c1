package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"beige/devices/image/fat"
)

// inImages runs f for every path that the arguments name in images.
func inImages(c *cli.Context, stderr io.Writer, write bool, f func(v *volume, p place, name string) error) (err error) {
	if c.NArg() == 0 {
		return usagef("disk %s: want IMAGE:PATH, such as: %s", c.Command.Name, exampleOf(c.Command))
	}
	s := &images{stderr: stderr}
	defer func() { err = s.close(err) }()
	for _, arg := range c.Args().Slice() {
		p, err := imagePlace(arg)
		if err != nil {
			return err
		}
		v, err := s.volume(p, write)
		if err != nil {
			return err
		}
		names := []string{p.path}
		if c.Command.Name != "mkdir" {
			if names, err = v.glob(p.path); err != nil {
				return err
			}
		}
		for _, name := range names {
			if err := f(v, p, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// exampleOf is the example in the help of a command: its last line.
func exampleOf(cmd *cli.Command) string {
	lines := strings.Split(cmd.Description, "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

func diskLs(c *cli.Context, stdout, stderr io.Writer) error {
	l := lister{out: stdout, long: c.Bool("l"), recursive: c.Bool("R"), heads: c.Bool("R") || c.NArg() > 1}
	return inImages(c, stderr, false, func(v *volume, p place, name string) error {
		info, err := v.stat(name)
		switch {
		case err != nil:
			return err
		case !info.IsDir() && p.folder:
			return fmt.Errorf("%s: is no directory", v.full(name))
		case !info.IsDir() || strings.ContainsAny(p.path, "*?"): // a pattern lists what it names
			return l.line(info)
		}
		return l.directory(v, name, 0)
	})
}

// lister prints directories.
type lister struct {
	out       io.Writer
	long      bool
	recursive bool
	heads     bool // name each directory
	started   bool
}

// mostDepth is how deep directories may lie in one another, for what follows
// them.
const mostDepth = 100

func (l *lister) directory(v *volume, name string, depth int) error {
	if depth > mostDepth {
		return fmt.Errorf("%s: directories are more than %d deep", v.full(name), mostDepth)
	}
	all, err := v.list(name)
	if err != nil {
		return err
	}
	if l.heads {
		gap := ""
		if l.started {
			gap = "\n"
		}
		if _, err := fmt.Fprintf(l.out, "%s%s:\n", gap, v.full(name)); err != nil {
			return err
		}
	}
	l.started = true
	for _, info := range all {
		if err := l.line(info); err != nil {
			return err
		}
	}
	for _, info := range all {
		if l.recursive && info.IsDir() {
			if err := l.directory(v, path.Join(name, info.Name()), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// line prints a file: its name, in front of it attributes, size and time.
func (l *lister) line(info fs.FileInfo) error {
	name := printable(info.Name())
	if info.IsDir() {
		name += "/"
	}
	if !l.long {
		_, err := fmt.Fprintln(l.out, name)
		return err
	}
	size, when, attr := fmt.Sprint(info.Size()), "-", "-"
	if info.IsDir() {
		size = "-"
	}
	if t := info.ModTime(); !t.IsZero() {
		when = t.Local().Format(time.DateTime)
	}
	if e, ok := info.Sys().(*fat.Entry); ok && e.Attr.String() != "" {
		attr = e.Attr.String()
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		attr = "link"
	}
	_, err := fmt.Fprintf(l.out, "%-5s %10s  %-19s  %s\n", attr, size, when, name)
	return err
}

func diskCat(c *cli.Context, stdout, stderr io.Writer) error {
	return inImages(c, stderr, false, func(v *volume, _ place, name string) error {
		info, err := v.stat(name)
		if err != nil {
			return err
		}
		if err := onlyFile(v, name, info); err != nil {
			return err
		}
		f, err := v.open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(stdout, f)
		return err
	})
}

// onlyFile refuses what has no contents.
func onlyFile(v *volume, name string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("%s: is a directory", v.full(name))
	case !mode.IsRegular():
		return fmt.Errorf("%s: is a symbolic link, which is not followed", v.full(name))
	}
	return nil
}

func diskMkdir(c *cli.Context, stderr io.Writer) error {
	now := time.Now()
	return inImages(c, stderr, true, func(v *volume, p place, name string) error {
		if !c.Bool("p") {
			return v.mkdir(name, now)
		}
		parts := strings.Split(name, "/")
		for i := range parts {
			dir := path.Join(parts[:i+1]...)
			info, err := v.files.Stat(dir)
			switch {
			case err == nil && !info.IsDir():
				return fmt.Errorf("%s: is a file, no directory", v.full(dir))
			case err == nil:
				continue
			case !errors.Is(err, fs.ErrNotExist):
				return v.fail(dir, err)
			}
			if err := v.mkdir(dir, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func diskRm(c *cli.Context, stderr io.Writer) error {
	r := remover{recursive: c.Bool("r"), force: c.Bool("f")}
	return inImages(c, stderr, true, func(v *volume, p place, name string) error {
		if name == "." {
			return usagef("%s: is the root directory; to remove what is in it: beige disk rm -r '%s:/*'", p.arg, v.name)
		}
		return r.remove(v, name, 0)
	})
}

type remover struct{ recursive, force bool }

func (r remover) remove(v *volume, name string, depth int) error {
	info, err := v.stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() && r.recursive {
		if depth > mostDepth {
			return fmt.Errorf("%s: directories are more than %d deep", v.full(name), mostDepth)
		}
		all, err := v.list(name)
		if err != nil {
			return err
		}
		for _, info := range all {
			if err := r.remove(v, path.Join(name, info.Name()), depth+1); err != nil {
				return err
			}
		}
	}
	err = v.fat.Remove(name)
	if errors.Is(err, fat.ErrProtected) {
		e, ok := info.Sys().(*fat.Entry)
		if !r.force || !ok {
			return fmt.Errorf("%s: has the read-only attribute; -f removes it as well", v.full(name))
		}
		if err = v.fat.SetAttr(name, e.Attr&^fat.ReadOnly); err == nil {
			err = v.fat.Remove(name)
		}
	}
	return v.fail(name, err)
}
