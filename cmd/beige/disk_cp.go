package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// tree is files that copies come from: the host's or those of an image. Errors
// name what they are about.
type tree interface {
	stat(name string) (fs.FileInfo, error)
	list(name string) ([]fs.FileInfo, error)
	open(name string) (io.ReadCloser, error)
	join(dir, name string) string
	base(name string) string // last name of a path; "": none
	key(name string) string  // equal for all spellings of a path
	full(name string) string // for messages
}

// writableTree is files that copies go to.
type writableTree interface {
	tree
	there(name string) (fs.FileInfo, error) // as stat; nil where nothing is
	dir(name string) string                 // the directory of a path
	checkName(name string) error
	mkdir(name string, t time.Time) error
	write(name string, r io.Reader, size int64, t time.Time) error
}

// copier plans copies, so that mistakes are found before anything is written.
type copier struct {
	images    *images
	to        writableTree
	recursive bool
	keep      bool // leave files that are there
	items     []copyItem
	taken     map[string]string // by key of the target: what goes there
}

type copyItem struct {
	from     tree
	src, dst string
	info     fs.FileInfo
	replaces int64 // bytes of the file that is there; -1: none
}

func diskCp(c *cli.Context, stderr io.Writer) (err error) {
	if c.NArg() < 2 {
		return usagef("disk cp: want what to copy and where to, such as: %s", exampleOf(c.Command))
	}
	args := c.Args().Slice()
	dst, err := parsePlace(args[len(args)-1])
	if err != nil {
		return err
	}
	var sources []place
	for _, arg := range args[:len(args)-1] {
		for _, arg := range hostPattern(arg) {
			p, err := parsePlace(arg)
			if err != nil {
				return err
			}
			sources = append(sources, p)
		}
	}
	j := &copier{images: &images{stderr: stderr}, to: hostTree{}, recursive: c.Bool("r"), keep: c.Bool("n"), taken: map[string]string{}}
	defer func() { err = j.images.close(err) }()
	if dst.image != "" {
		v, err := j.images.volume(dst, true)
		if err != nil {
			return err
		}
		j.to = v
	}
	if err := j.plan(sources, dst); err != nil {
		return err
	}
	if v, ok := j.to.(*volume); ok {
		if err := j.room(v); err != nil {
			return err
		}
	}
	return j.run()
}

// plan lists what is to be done.
func (j *copier) plan(sources []place, dst place) error {
	type root struct {
		from tree
		name string
	}
	var roots []root
	for _, p := range sources {
		if p.image == "" {
			roots = append(roots, root{hostTree{}, p.path})
			continue
		}
		v, err := j.images.volume(p, false)
		if err != nil {
			return err
		}
		names, err := v.glob(p.path)
		if err != nil {
			return err
		}
		for _, name := range names {
			if p.folder {
				if info, err := v.stat(name); err == nil && !info.IsDir() {
					return fmt.Errorf("%s: is no directory", v.full(name))
				}
			}
			roots = append(roots, root{v, name})
		}
	}
	info, err := j.to.there(dst.path)
	if err != nil {
		return err
	}
	if info == nil {
		if err := j.to.checkName(j.to.base(dst.path)); err != nil {
			return fmt.Errorf("%s: %w", j.to.full(dst.path), err)
		}
		dir := j.to.dir(dst.path)
		if up, err := j.to.there(dir); err != nil || up == nil || !up.IsDir() {
			return fmt.Errorf("%s: no such directory", j.to.full(dir))
		}
	}
	into := info != nil && info.IsDir()
	switch {
	case info == nil && len(roots) == 1 && j.recursive && isDirectory(roots[0].from, roots[0].name): // becomes a copy of it
	case info == nil && (dst.folder || len(roots) > 1):
		return fmt.Errorf("%s: no such directory", dst.arg)
	case !into && (dst.folder || len(roots) > 1):
		return fmt.Errorf("%s: is no directory", dst.arg)
	}
	for _, r := range roots {
		target := dst.path
		if base := r.from.base(r.name); into && base != "" {
			if err := j.to.checkName(base); err != nil {
				return fmt.Errorf("%s: %w", r.from.full(r.name), err)
			}
			target = j.to.join(target, base)
		}
		if err := j.add(r.from, r.name, target, nil, 0); err != nil {
			return err
		}
	}
	return nil
}

// add plans the copy of a file or directory. info is nil for one that the person
// has named.
func (j *copier) add(from tree, src, dst string, info fs.FileInfo, depth int) error {
	var err error
	if info == nil {
		if info, err = from.stat(src); err != nil {
			return err
		}
	}
	if depth > mostDepth {
		return fmt.Errorf("%s: directories are more than %d deep", from.full(src), mostDepth)
	}
	key := j.to.key(dst)
	if other := j.taken[key]; other != "" {
		return fmt.Errorf("%s and %s would both become %s", other, from.full(src), j.to.full(dst))
	}
	old, err := j.to.there(dst)
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return j.addDirectory(from, src, dst, info, old, depth)
	case mode&fs.ModeSymlink != 0:
		return fmt.Errorf("%s: is a symbolic link that is not followed", from.full(src))
	case !mode.IsRegular():
		return fmt.Errorf("%s: is not a regular file", from.full(src))
	case old != nil && old.IsDir():
		return fmt.Errorf("%s: is a directory; the file %s cannot replace it", j.to.full(dst), from.full(src))
	case old != nil && sameTree(from, j.to) && sameFile(from, src, dst, info, old):
		return fmt.Errorf("%s and %s are the same file", from.full(src), j.to.full(dst))
	case old != nil && j.keep:
		return nil
	}
	if err := j.images.conflict(from, src, j.to, dst); err != nil {
		return err
	}
	item := copyItem{from: from, src: src, dst: dst, info: info, replaces: -1}
	if old != nil {
		item.replaces = old.Size()
	}
	j.taken[key] = from.full(src)
	j.items = append(j.items, item)
	return nil
}

func (j *copier) addDirectory(from tree, src, dst string, info, old fs.FileInfo, depth int) error {
	switch {
	case !j.recursive:
		return fmt.Errorf("%s: is a directory; -r copies it", from.full(src))
	case old != nil && !old.IsDir():
		return fmt.Errorf("%s: is a file; the directory %s cannot replace it", j.to.full(dst), from.full(src))
	case sameTree(from, j.to) && within(from, dst, src):
		return fmt.Errorf("%s: a directory cannot be copied into itself", from.full(src))
	}
	if old == nil {
		j.taken[j.to.key(dst)] = from.full(src)
		j.items = append(j.items, copyItem{from: from, src: src, dst: dst, info: info})
	}
	all, err := from.list(src)
	if err != nil {
		return err
	}
	for _, info := range all {
		if err := j.to.checkName(info.Name()); err != nil {
			return fmt.Errorf("%s: %w", from.full(from.join(src, printable(info.Name()))), err)
		}
		if err := j.add(from, from.join(src, info.Name()), j.to.join(dst, info.Name()), info, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func isDirectory(t tree, name string) bool {
	info, err := t.stat(name)
	return err == nil && info.IsDir()
}

func sameTree(a, b tree) bool { return a == b }

// within reports whether name is dir or lies in it.
func within(t tree, name, dir string) bool {
	prefix := t.key(t.join(dir, "x"))
	return t.key(name) == t.key(dir) || strings.HasPrefix(t.key(name), prefix[:len(prefix)-1])
}

func sameFile(t tree, a, b string, ai, bi fs.FileInfo) bool {
	return t.key(a) == t.key(b) || os.SameFile(ai, bi)
}

// conflict refuses to copy an image into itself, and over one that is read.
func (s *images) conflict(from tree, src string, to writableTree, dst string) error {
	if from == (hostTree{}) {
		if o := s.find(src); o != nil && !o.readOnly {
			return fmt.Errorf("%s: is the image that is written to", src)
		}
	}
	if to == (hostTree{}) && s.find(dst) != nil {
		return fmt.Errorf("%s: is an image that is copied from", dst)
	}
	return nil
}

// room refuses what does not fit on the volume. How much existing directories
// grow is left to the writing.
func (j *copier) room(v *volume) error {
	info, err := v.fat.Info()
	if err != nil {
		return v.fail(".", err)
	}
	cluster := int64(info.ClusterSize)
	clusters := func(n int64) int64 { return (n + cluster - 1) / cluster }
	const entry, longChars = 32, 13 // of a directory: bytes; characters of a long name in each
	grown := map[string]int64{}     // bytes of the new directories
	need := int64(0)
	for _, item := range j.items {
		if item.info.IsDir() {
			grown[v.key(item.dst)] = 2 * entry
		} else if need += clusters(item.info.Size()); item.replaces >= 0 {
			need -= clusters(item.replaces)
		}
		if up := v.key(v.dir(item.dst)); grown[up] > 0 {
			grown[up] += entry
			if n := int64(len([]rune(v.base(item.dst)))); n > 12 {
				grown[up] += (n + longChars - 1) / longChars * entry
			}
		}
	}
	for _, n := range grown {
		need += clusters(n)
	}
	if need > int64(info.Free) {
		return fmt.Errorf("%s: no room: %d bytes are needed, %d are free", v.name, need*cluster, int64(info.Free)*cluster)
	}
	return nil
}

// run does what is planned. A signal stops it between two pieces of a file,
// which is then as it was.
func (j *copier) run() error {
	ctx, stop := stopContext()
	defer stop()
	for _, item := range j.items {
		if err := j.copy(ctx, item); err != nil {
			return err
		}
	}
	for _, item := range slices.Backward(j.items) { // what was copied into a directory has changed its time
		if item.info.IsDir() && !item.info.ModTime().IsZero() && j.to == (hostTree{}) {
			if err := os.Chtimes(item.dst, item.info.ModTime(), item.info.ModTime()); err != nil {
				return fileError(item.dst, err)
			}
		}
	}
	return nil
}

func (j *copier) copy(ctx context.Context, item copyItem) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	if item.info.IsDir() {
		return j.to.mkdir(item.dst, item.info.ModTime())
	}
	f, err := item.from.open(item.src)
	if err != nil {
		return err
	}
	defer f.Close()
	return j.to.write(item.dst, stoppable{ctx, f}, item.info.Size(), item.info.ModTime())
}

// stopContext ends with the signals that stop a run.
func stopContext() (context.Context, context.CancelFunc) {
	if sigs := stopSignals(); len(sigs) > 0 {
		return signal.NotifyContext(context.Background(), sigs...)
	}
	return context.WithCancel(context.Background())
}

// stopped is the exit code for a context that has ended.
func stopped(ctx context.Context) error {
	if ctx.Err() != nil {
		return exitCode(codeInterrupted)
	}
	return nil
}

// stoppable is a reader that fails when its context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := stopped(s.ctx); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
