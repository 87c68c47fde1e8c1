package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"beige/devices/host/term"
	"beige/devices/image"
	"beige/machine"
)

// insert puts an image into a drive, in the place of what is in it, and returns
// what to tell the person. A file that cannot be used leaves the drive as it is.
// Caller is the machine goroutine.
func (s *session) insert(d machine.Drive, path string) (string, error) {
	says := filepath.Base(path) + " is in " + driveOf(d)
	if d.CDROM {
		disc, err := image.OpenDisc(path, s.disks.opt)
		if err != nil {
			return "", err
		}
		if err := s.eject(d); err != nil {
			return "", errors.Join(err, disc.Close())
		}
		s.disks.discs[d.Unit] = disc
		s.m.InsertDisc(d.Unit, disc)
		return says, nil
	}
	if s.disks.holds(d.Unit, path) { // and its lock: the same disk anew
		if err := s.eject(d); err != nil {
			return "", err
		}
	}
	f, err := s.disks.openFloppy(d.Unit, path)
	if err != nil {
		return "", err
	}
	if err := s.eject(d); err != nil {
		return "", errors.Join(err, f.Close())
	}
	s.disks.putFloppy(d.Unit, f, path)
	s.m.Take(machine.Event{Kind: machine.EventInsert, Unit: d.Unit, Floppy: f})
	if f.ReadOnly() {
		says += ", write-protected"
	}
	return says, nil
}

// eject empties a drive and closes its image. Caller is the machine goroutine.
func (s *session) eject(d machine.Drive) error {
	if d.CDROM {
		if err := s.m.EjectDisc(d.Unit); err != nil {
			return err
		}
		return s.disks.ejectDisc(d.Unit)
	}
	s.m.Take(machine.Event{Kind: machine.EventEject, Unit: d.Unit})
	return s.disks.ejectFloppy(d.Unit)
}

// driveOf is a drive as a person calls it.
func driveOf(d machine.Drive) string {
	if d.CDROM {
		return driveName(slotCDROM + d.Unit)
	}
	return driveName(slotFloppy + d.Unit)
}

// changeable are the drives whose disks can be changed.
func (s *session) changeable() []machine.Drive {
	drives := []machine.Drive{{}, {Unit: 1}}
	for _, cd := range s.cfg.CDROMs {
		if cd != nil {
			drives = append(drives, machine.Drive{CDROM: true, Unit: len(drives) - 2})
		}
	}
	return drives
}

// drivesInMenu gives the terminal's menu the drives of the machine.
func (s *session) drivesInMenu(t *term.Terminal) {
	drives := s.changeable()
	for i, d := range drives[:min(len(drives), 4)] {
		t.Drives = append(t.Drives, term.Drive{Key: rune("abcd"[i]), Name: driveOf(d)})
	}
	t.Insert = func(n int, path string) (says string, err error) {
		path = atHome(path)
		if !s.m.Do(func() { says, err = s.insert(drives[n], path) }) {
			err = errors.New("the machine is off")
		}
		if err != nil { // the reason comes behind the name and must fit the line
			err = errors.New(strings.ReplaceAll(err.Error(), path, filepath.Base(path)))
		}
		return says, err
	}
	t.Eject = func(n int) (says string, err error) {
		if !s.m.Do(func() { err = s.eject(drives[n]) }) {
			err = errors.New("the machine is off")
		}
		return driveOf(drives[n]) + " is empty", err
	}
}

// atHome replaces a leading "~/", which no shell has seen.
func atHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}
