package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
	"beige/devices/image/fat"
	"beige/devices/image/iso"
	"beige/devices/image/partition"
)

// onImages runs f for every image of the arguments.
func onImages(c *cli.Context, stderr io.Writer, f func(o *openImage) error) (err error) {
	if c.NArg() == 0 {
		return usagef("disk %s: want an image, such as: %s", c.Command.Name, exampleOf(c.Command))
	}
	s := &images{stderr: stderr}
	defer func() { err = s.close(err) }()
	for _, path := range c.Args().Slice() {
		o, err := s.use(path, false)
		if err != nil {
			return err
		}
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}

func diskInfo(c *cli.Context, stdout, stderr io.Writer) error {
	return onImages(c, stderr, func(o *openImage) error {
		r := &infoText{out: stdout}
		r.describe(o)
		return r.err
	})
}

// infoText prints what is known of an image.
type infoText struct {
	out io.Writer
	err error
}

// line prints a row: what, and what about it.
func (r *infoText) line(key, format string, a ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, "  %-14s %s\n", key, printable(fmt.Sprintf(format, a...)))
	}
}

func (r *infoText) describe(o *openImage) {
	if _, r.err = fmt.Fprintf(r.out, "%s: %s\n", printable(o.path), printable(o.id.Text)); r.err != nil {
		return
	}
	size := fmt.Sprintf("%d bytes", o.info.Size())
	if n, ok := image.Allocated(o.info); ok && n < o.info.Size() {
		size += fmt.Sprintf(", sparse: takes %s on the host", image.SizeText(n))
	}
	r.line("file", "%s", size)
	switch d := o.dev.(type) {
	case *image.Floppy:
		r.floppy(o, d)
	case *image.Disk:
		r.disk(o)
	case disc:
		r.disc(d)
	}
}

func (r *infoText) floppy(o *openImage, f *image.Floppy) {
	g := f.Format()
	drive := [...]string{image.Drive360K: "360K", image.Drive1200K: "1.2M", image.Drive720K: "720K", image.Drive1440K: "1.44M", image.Drive2880K: "2.88M"}[g.Drive]
	r.line("format", "%s: %d cylinders, %d heads, %d sectors a track; for a %s drive", g.Name, g.Cylinders, g.Heads, g.Sectors, drive)
	if f.Archive() != "" {
		if _, notes, err := f.Raw(); err != nil {
			r.line("as raw image", "not possible: %s", strings.TrimPrefix(err.Error(), o.path+": "))
		} else {
			for _, n := range notes {
				r.line("as raw image", "%s", n)
			}
		}
	}
	r.boots("its boot sector", r.volume(o.dev, 0, o.dev.Size()))
}

// boots prints the last row: whether there is something to start; why is "" or
// the reason against it.
func (r *infoText) boots(from, why string) {
	if why == "" {
		r.line("boots", "from %s", from)
	} else {
		r.line("boots", "no: %s", why)
	}
}

// volume describes the file system that begins at a byte of a disk, and its
// boot sector. It returns why that starts no system; "" where it may.
func (r *infoText) volume(dev device, off, size int64) (why string) {
	v, err := fat.Open(dev, off, size)
	if err != nil {
		if !errors.Is(err, fat.ErrNotFAT) {
			r.line("  file system", "FAT, %v", err)
		}
		return r.bootSector(dev, off)
	}
	i, err := v.Info()
	label := "no label"
	if i.Label != "" {
		label = fmt.Sprintf("%q", i.Label)
	}
	serial := ""
	if i.HasSerial {
		serial = fmt.Sprintf(", serial number %04X-%04X", i.Serial>>16, i.Serial&0xffff)
	}
	r.line("  file system", "%s, %s%s", i.Type, label, serial)
	free, all := int64(i.Free)*int64(i.ClusterSize), int64(i.Clusters)*int64(i.ClusterSize)
	if err != nil {
		r.line("  room", "%v", err)
	} else {
		r.line("  room", "%s used, %s free, in clusters of %d bytes", image.SizeText(all-free), image.SizeText(free), i.ClusterSize)
	}
	if i.Size > size {
		r.line("  cut off", "the file system has %d bytes, %d are there", i.Size, size)
	}
	code := "without a program"
	if i.Boots {
		code = "with a program"
	}
	made := ""
	if i.OEM != "" {
		made = fmt.Sprintf(", made by %q", i.OEM)
	}
	r.line("  boot sector", "%s%s; %d heads, %d sectors a track, %d hidden", code, made, i.Heads, i.SectorsPerTrack, i.Hidden)
	root := uint32(0) // clusters of the root directory
	if i.RootEntries == 0 {
		root = 1
	}
	switch {
	case !i.Boots:
		return "its boot sector has no program"
	case err == nil && i.Clusters-i.Free <= root:
		return "its file system is empty"
	}
	return ""
}

// bootSector is volume where there is no FAT file system.
func (r *infoText) bootSector(dev device, off int64) (why string) {
	b := make([]byte, image.SectorSize)
	if n, err := dev.ReadAt(b, off); n < len(b) {
		r.line("  boot sector", "cannot be read: %v", err)
		return "its boot sector cannot be read"
	}
	signed := b[510] == 0x55 && b[511] == 0xaa
	blank := strings.Trim(string(b[:510]), "\x00") == ""
	what := ""
	for _, k := range []struct {
		off         int
		magic, what string
	}{{3, "NTFS    ", "NTFS"}, {3, "EXFAT   ", "exFAT"}} {
		if string(b[k.off:k.off+len(k.magic)]) == k.magic {
			what = k.what
		}
	}
	// The superblock of ext2 to ext4 begins at byte 1024; its magic number is at 56.
	super := make([]byte, 2)
	if n, _ := dev.ReadAt(super, off+1024+56); n == 2 && super[0] == 0x53 && super[1] == 0xef {
		what = "ext2, ext3 or ext4"
	}
	if what != "" {
		r.line("  file system", "%s, which is not looked into", what)
	}
	switch {
	case signed && !blank:
		r.line("  boot sector", "with a signature (55 AA)")
		return ""
	case blank && !signed && what == "":
		r.line("  boot sector", "blank")
	default:
		r.line("  boot sector", "without a signature (55 AA)")
	}
	return "it has no boot sector with a program"
}

func (r *infoText) disc(d disc) {
	r.line("sectors", "%d of %d bytes", d.Sectors(), image.DiscSectorSize)
	v, err := iso.Open(d, d.Size())
	if err != nil {
		r.line("file system", "%v", err)
		return
	}
	i := v.Info
	label := "no label"
	if i.Label != "" {
		label = fmt.Sprintf("%q", i.Label)
	}
	r.line("file system", "ISO 9660, %s, names by %s, %s", label, i.Names, image.SizeText(i.Sectors*image.DiscSectorSize))
	for _, row := range []struct{ key, text string }{{"system", i.System}, {"publisher", i.Publisher}, {"made by", i.Program}} {
		if row.text != "" {
			r.line(row.key, "%s", row.text)
		}
	}
	why := "it has no El Torito entry for a PC"
	for n, e := range i.Boot {
		r.line(fmt.Sprintf("boot entry %d", n+1), "%v", e)
		if e.Bootable && e.Platform == 0 {
			why = ""
		}
	}
	r.boots("its boot catalogue (El Torito)", why)
}

func (r *infoText) disk(o *openImage) {
	t, err := o.partitions()
	if err != nil {
		r.line("table", "%v", err)
		return
	}
	r.geometry(o, t)
	if t.Kind == partition.None {
		r.line("table", "none")
		r.boots("its boot sector", r.volume(o.dev, 0, o.dev.Size()))
		return
	}
	code := "without a boot loader"
	if t.Code {
		code = "with a boot loader"
	}
	switch {
	case t.Kind == partition.GPT:
		r.line("table", "GPT %v, protective MBR %s", t.GUID, code)
	case t.Signature != 0:
		r.line("table", "MBR %s, disk signature %08Xh", code, t.Signature)
	default:
		r.line("table", "MBR %s", code)
	}
	active, why := 0, ""
	for _, e := range t.Entries {
		if no := r.partition(o, e); e.Active && !e.Logical && (active == 0 || why != "") {
			active, why = e.Number, no
		}
	}
	for _, p := range t.Problems {
		r.line("problem", "%s", p)
	}
	switch {
	case !t.Code:
		r.boots("", "there is no boot loader in the MBR")
	case active > 0 && why != "":
		r.boots("", fmt.Sprintf("partition %d is active, but %s", active, why))
	case active > 0:
		r.boots(fmt.Sprintf("partition %d, which is active", active), "")
	default:
		r.line("boots", "if the boot loader in the MBR needs no active partition")
	}
}

// geometry says how a BIOS counts the sectors.
func (r *infoText) geometry(o *openImage, t *partition.Table) {
	sectors := o.dev.Size() / image.SectorSize
	g, by := partition.Geometry{Heads: t.Heads, SectorsPerTrack: t.SectorsPerTrack}, "by its partition table"
	if t.Heads == 0 {
		g, by = partition.Translate(uint64(sectors)), "by its size"
	}
	cylinders := sectors / int64(g.Heads*g.SectorsPerTrack)
	translation := "LBA-assisted translation"
	switch {
	case g.Heads <= 16 && cylinders <= 1024:
		translation = "no translation"
	case g.SectorsPerTrack != 63:
		translation = "a translation of its own"
	case g.Heads == 240:
		translation = "large translation"
	}
	beyond := ""
	if cylinders > 1024 {
		cylinders, beyond = 1024, ", the rest by LBA"
	}
	r.line("geometry", "%d cylinders, %d heads, %d sectors a track, %s: %s%s", cylinders, g.Heads, g.SectorsPerTrack, by, translation, beyond)
}

// partition describes a partition, and returns what volume does.
func (r *infoText) partition(o *openImage, e partition.Entry) (why string) {
	kind := fmt.Sprintf("%s (%02Xh)", e.TypeName(), e.Type)
	if e.GUID != (partition.GUID{}) {
		kind = e.TypeName()
		if kind == "unknown" {
			kind = e.GUID.String()
		}
		if e.Name != "" {
			kind += fmt.Sprintf(" %q", e.Name)
		}
	}
	if e.Active {
		kind += ", active"
	}
	if e.Logical {
		kind += ", logical"
	}
	last := e.Start
	if e.Sectors > 0 {
		last = e.Start + e.Sectors - 1
	}
	chs := ""
	if e.GUID == (partition.GUID{}) && e.First.Sector != 0 {
		chs = fmt.Sprintf(", CHS %v to %v", e.First, e.Last)
	}
	r.line(fmt.Sprintf("partition %d", e.Number), "%s: sectors %d to %d (%s)%s", kind, e.Start, last, image.SizeText(int64(e.Sectors)*image.SectorSize), chs)
	off, size := o.span(e)
	if e.Extended || size == 0 {
		return "there is nothing in it to start"
	}
	return r.volume(o.dev, off, size)
}
