package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"beige/devices/host/web"
	"beige/devices/image"
	"beige/machine"
)

// maxUploads bounds all uploaded images together, in bytes.
const maxUploads = 1 << 30

// shelf has the images that the web page may put into drives: those named at the
// start, and those that were uploaded. Caller of its methods is the machine
// goroutine.
type shelf struct {
	s      *session
	drives []machine.Drive
	images []*shelved
	last   int // ID
}

// shelved is one image.
type shelved struct {
	id    int
	cdrom bool
	name  string
	path  string // of one named at the start
	size  int64  // of one uploaded, in bytes

	// Of one in memory.
	floppy  *image.Floppy
	changed bool
	disc    []byte
	inDrive *image.Disc // while it is in one
}

// uploaded is an uploaded floppy in a drive, which notes that the guest has
// changed it.
type uploaded struct {
	*image.Floppy
	of *shelved
}

func (u uploaded) WriteSector(cyl, head, i int, p []byte, deleted bool) error {
	u.of.changed = true
	return u.Floppy.WriteSector(cyl, head, i, p, deleted)
}

func (u uploaded) FormatTrack(cyl, head, density int, fm bool, ids []byte, fill uint8) error {
	u.of.changed = true
	return u.Floppy.FormatTrack(cyl, head, density, fm, ids, fill)
}

// newShelf lists the images that have been named.
func newShelf(s *session) (*shelf, error) {
	sh := &shelf{s: s, drives: s.changeable()}
	for _, f := range s.disks.floppies {
		switch {
		case f == nil:
		case s.disks.demo == f:
			sh.add(&shelved{name: f.Name(), floppy: f})
		default:
			sh.add(&shelved{path: f.Name()})
		}
	}
	for _, d := range s.disks.discs {
		if d != nil {
			sh.add(&shelved{path: d.Name(), cdrom: true})
		}
	}
	for _, path := range s.media {
		id, err := image.Identify(path)
		if err == nil {
			err = id.Err
		}
		if err == nil && id.Kind == image.HardDisk {
			err = fmt.Errorf("%s: is %s; want a floppy or a CD", path, id.Text)
		}
		if err != nil {
			return nil, fmt.Errorf("--media: %w", err)
		}
		sh.add(&shelved{path: path, cdrom: id.Kind == image.CDROM})
	}
	return sh, nil
}

// add puts an image on the shelf, unless it is there.
func (sh *shelf) add(i *shelved) *shelved {
	if i.path != "" {
		if k := slices.IndexFunc(sh.images, func(o *shelved) bool { return o.path == i.path }); k >= 0 {
			return sh.images[k]
		}
		i.name = filepath.Base(i.path)
	}
	sh.last++
	i.id = sh.last
	sh.images = append(sh.images, i)
	return i
}

// holder is the drive that has an image; ok is false where none has.
func (sh *shelf) holder(i *shelved) (machine.Drive, bool) {
	for _, d := range sh.drives {
		floppy, disc := sh.in(d)
		if floppy != nil && (floppy == i.floppy || i.floppy == nil && !i.cdrom && floppy.Name() == i.path) ||
			disc != nil && (disc == i.inDrive || i.disc == nil && i.cdrom && disc.Name() == i.path) {
			return d, true
		}
	}
	return machine.Drive{}, false
}

// in is what a drive has.
func (sh *shelf) in(d machine.Drive) (*image.Floppy, *image.Disc) {
	if d.CDROM {
		return nil, sh.s.disks.discs[d.Unit]
	}
	return sh.s.disks.floppies[d.Unit], nil
}

// List implements web.Drives.
func (sh *shelf) List() ([]web.Drive, []web.Image) {
	var drives []web.Drive
	for _, d := range sh.drives {
		w := web.Drive{Name: driveOf(d), Kind: web.FloppyDrive, Unit: d.Unit, Short: string(rune('A'+d.Unit)) + ":"}
		if d.CDROM {
			w.Kind, w.Short = web.CDDrive, "CD"
		}
		floppy, disc := sh.in(d)
		switch {
		case floppy != nil:
			w.Image, w.Locked = filepath.Base(floppy.Name()), floppy.ReadOnly()
		case disc != nil:
			w.Image = filepath.Base(disc.Name())
		}
		w.Name = strings.TrimPrefix(w.Name, "the ")
		drives = append(drives, w)
	}
	for i, d := range sh.s.cfg.Disks {
		if d != nil {
			w := web.Drive{Name: strings.TrimPrefix(driveName(slotDisk+i), "the "), Short: "HD", Kind: web.HardDisk, Unit: i, Fixed: true}
			if f, ok := d.(*image.Disk); ok {
				w.Image, w.Locked = filepath.Base(f.Name()), f.ReadOnly()
			}
			drives = append(drives, w)
		}
	}
	var images []web.Image
	for _, i := range sh.images {
		w := web.Image{ID: i.id, Name: i.name, Kind: web.FloppyDrive, Uploaded: i.size > 0, Changed: i.changed}
		if i.cdrom {
			w.Kind = web.CDDrive
		}
		if d, ok := sh.holder(i); ok {
			w.In = driveOf(d)
		}
		images = append(images, w)
	}
	return drives, images
}

func (sh *shelf) drive(n int) (machine.Drive, error) {
	if n < 0 || n >= len(sh.drives) {
		return machine.Drive{}, errors.New("there is no such drive")
	}
	return sh.drives[n], nil
}

func (sh *shelf) image(id int) (*shelved, error) {
	for _, i := range sh.images {
		if i.id == id {
			return i, nil
		}
	}
	return nil, errors.New("there is no such image")
}

// Insert implements web.Drives.
func (sh *shelf) Insert(drive, id int) (string, error) {
	d, err := sh.drive(drive)
	if err != nil {
		return "", err
	}
	i, err := sh.image(id)
	switch {
	case err != nil:
		return "", err
	case i.cdrom != d.CDROM:
		return "", fmt.Errorf("%s does not fit %s", i.name, driveOf(d))
	case i.path != "":
		return sh.s.insert(d, i.path)
	}
	if in, ok := sh.holder(i); ok && in != d {
		return "", fmt.Errorf("%s is in %s", i.name, driveOf(in))
	}
	return sh.put(d, i)
}

// put puts an uploaded image into a drive.
func (sh *shelf) put(d machine.Drive, i *shelved) (string, error) {
	if err := sh.s.eject(d); err != nil {
		return "", err
	}
	if d.CDROM {
		disc, err := image.LoadDisc(i.name, i.disc)
		if err != nil {
			return "", err
		}
		i.inDrive = disc
		sh.s.disks.discs[d.Unit] = disc
		sh.s.m.InsertDisc(d.Unit, disc)
	} else {
		sh.s.disks.floppies[d.Unit] = i.floppy
		sh.s.m.Take(machine.Event{Kind: machine.EventInsert, Unit: d.Unit, Floppy: uploaded{i.floppy, i}})
	}
	return i.name + " is in " + driveOf(d), nil
}

// Eject implements web.Drives.
func (sh *shelf) Eject(drive int) (string, error) {
	d, err := sh.drive(drive)
	if err == nil {
		err = sh.s.eject(d)
	}
	return driveOf(d) + " is empty", err
}

// Room implements web.Drives.
func (sh *shelf) Room() int64 {
	room := int64(maxUploads)
	for _, i := range sh.images {
		room -= i.size
	}
	return room
}

// Add implements web.Drives.
func (sh *shelf) Add(drive int, name string, data []byte) (string, error) {
	d, err := sh.drive(drive)
	if err != nil {
		return "", err
	}
	name = uploadName(name)
	id := image.Guess(name, int64(len(data)), data[:min(len(data), image.GuessHead)])
	want := map[bool]image.Kind{false: image.FloppyDisk, true: image.CDROM}[d.CDROM]
	switch {
	case id.Err != nil:
		return "", id.Err
	case id.Kind != want:
		return "", fmt.Errorf("%s: is %s; %s takes none", name, id.Text, driveOf(d))
	}
	i := &shelved{name: name, cdrom: d.CDROM, size: int64(len(data))}
	if d.CDROM {
		i.disc = data
		_, err = image.LoadDisc(name, data)
	} else {
		i.floppy, err = image.NewFloppy(name, data)
	}
	if err != nil {
		return "", err
	}
	if sh.s.readOnly && i.floppy != nil {
		i.floppy.SetReadOnly(true)
	}
	says, err := sh.put(d, i)
	if err == nil {
		sh.add(i)
	}
	return says, err
}

// uploadName makes a name of what a browser calls a file.
func uploadName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	if name == "" || name == "." || name == ".." {
		return "upload.img"
	}
	return name
}

// Data implements web.Drives.
func (sh *shelf) Data(id int) (string, []byte, error) {
	i, err := sh.image(id)
	switch {
	case err != nil:
		return "", nil, err
	case i.floppy == nil || i.size == 0:
		return "", nil, fmt.Errorf("%s was not uploaded, or is no floppy", i.name)
	}
	data, _, err := i.floppy.Raw()
	return i.name, data, err
}

// Discard implements web.Drives.
func (sh *shelf) Discard(id int) (string, error) {
	i, err := sh.image(id)
	if err != nil {
		return "", err
	}
	if i.size == 0 {
		return "", fmt.Errorf("%s was not uploaded", i.name)
	}
	if d, ok := sh.holder(i); ok {
		return "", fmt.Errorf("%s is in %s; eject it first", i.name, driveOf(d))
	}
	sh.images = slices.DeleteFunc(sh.images, func(o *shelved) bool { return o == i })
	return i.name + " is forgotten", nil
}
