package machine

import (
	"cmp"
	"fmt"
	"slices"

	"beige/devices/ata"
)

// Disc is what can be put into a CD-ROM drive; *image.Disc is one.
type Disc = ata.Disc

// Drive is what a disk or disc is put into: a floppy drive or a CD-ROM drive by
// its number.
type Drive struct {
	CDROM bool
	Unit  int
}

// CDROM is a CD-ROM drive.
type CDROM struct {
	Disc Disc // what is in it; nil: empty
}

// ataPlace is a position of Config.Disks in words.
func ataPlace(i int) string {
	return [4]string{"primary master", "primary slave", "secondary master", "secondary slave"}[i]
}

// AddCDROMs puts n CD-ROM drives into free places and returns them in the order
// of their numbers: on the secondary channel if there is room, else as slave. It
// is an error if not all find one.
func (c *Config) AddCDROMs(n int) ([]*CDROM, error) {
	places := []int{2, 3, 1, 0}
	for _, p := range presets() {
		if p.name == c.Machine && !p.ata2 {
			places = []int{1, 0}
		}
	}
	all := len(places)
	places = slices.DeleteFunc(places, func(i int) bool { return c.Disks[i] != nil || c.CDROMs[i] != nil })
	if len(places) < n {
		return nil, fmt.Errorf("no place for %s beside %d hard disks: machine %s takes %d of both; leave one out",
			[]string{"", "a CD-ROM drive", "two CD-ROM drives"}[min(n, 2)], all-len(places), cmp.Or(c.Machine, "pc"), all)
	}
	places = places[:n]
	slices.Sort(places)
	var drives []*CDROM
	for _, i := range places {
		c.CDROMs[i] = new(CDROM)
		drives = append(drives, c.CDROMs[i])
	}
	return drives, nil
}

// cdrom returns the channel and the position on it of a CD-ROM drive by its
// number; nil: there is none.
func (m *Machine) cdrom(number int) (*ata.Channel, int) {
	for i, cd := range m.cfg.CDROMs {
		if cd == nil {
			continue
		}
		if number == 0 {
			return m.ata[i/2], i % 2
		}
		number--
	}
	return nil, 0
}

// EjectDisc takes the disc out of a CD-ROM drive, the first of which is number
// 0. Where there is no such drive or the guest has locked it, whose wish it is
// then told, an error says so and the disc stays in. Caller is the machine
// goroutine.
func (m *Machine) EjectDisc(unit int) error {
	c, position := m.cdrom(unit)
	if c == nil {
		flag := "--cdrom"
		if unit > 0 {
			flag = fmt.Sprintf("--cdrom%d", unit+1)
		}
		if m.preset.xt {
			return fmt.Errorf("machine xt has no CD-ROM drives")
		}
		return fmt.Errorf("no CD-ROM drive %d in this machine; %s makes one", unit+1, flag)
	}
	m.Take(Event{Kind: EventEjectDisc, Unit: unit})
	if c.HasDisc(position) {
		return fmt.Errorf("CD-ROM drive %d: the guest has locked the disc in and was told of the wish; unmount or eject it there", unit+1)
	}
	return nil
}

// InsertDisc puts a disc into a CD-ROM drive that EjectDisc has emptied. Caller
// is the machine goroutine.
func (m *Machine) InsertDisc(unit int, d Disc) {
	m.Take(Event{Kind: EventInsertDisc, Unit: unit, Disc: d})
}
