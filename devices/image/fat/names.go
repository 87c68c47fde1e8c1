package fat

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf16"

	"beige/devices/video/cp437"
)

// text437 is a field of a boot sector or directory, without its padding.
func text437(b []byte) string {
	return strings.TrimRight(cp437.String(b), " ")
}

// Cases of a short name, in byte 12 of its entry: Windows NT keeps names of one
// case in each part without a long name.
const (
	lowerBase = 0x08
	lowerExt  = 0x10
)

// shortText is the name of a short directory entry as people write it.
func shortText(e []byte) string {
	raw := [11]byte(e[:11])
	if raw[0] == 0x05 {
		raw[0] = markDeleted // which is a letter of some code pages
	}
	base, ext := text437(raw[:8]), text437(raw[8:11])
	if e[12]&lowerBase != 0 {
		base = strings.ToLower(base)
	}
	if e[12]&lowerExt != 0 {
		ext = strings.ToLower(ext)
	}
	name := base
	if ext != "" {
		name += "." + ext
	}
	if !listable(name) { // on a damaged volume: it must not look like a path
		name = "_" + strings.Map(func(r rune) rune {
			if r == '/' || r == '.' {
				return '_'
			}
			return r
		}, name)
	}
	return name
}

// listable reports whether a name can stand for itself in a path.
func listable(name string) bool {
	return name != "." && fs.ValidPath(name) && !strings.Contains(name, "/")
}

// shortBad are the characters that a long name may have and a short one not;
// those no name may have are in CheckName.
const shortBad = " +,;=[]."

// CheckName refuses what is no name of a file in a FAT volume, with ErrName.
func CheckName(name string) error {
	switch {
	case name == "" || strings.Trim(name, ". ") == "":
		return fmt.Errorf("%q: %w", name, ErrName)
	case len(utf16.Encode([]rune(name))) > 255:
		return fmt.Errorf("%q: %w: more than 255 characters", name, ErrName)
	case strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "):
		return fmt.Errorf("%q: %w: ends in a dot or a blank", name, ErrName)
	case isDevice(name):
		return fmt.Errorf("%q: %w: DOS has a device of this name", name, ErrName)
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`"*/:<>?\|`, r) || r == unicode.ReplacementChar {
			return fmt.Errorf("%q: %w: character %q", name, ErrName, r)
		}
	}
	return nil
}

// isDevice reports the names that DOS takes for a device in every directory.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CLOCK$", "COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3":
		return true
	}
	return false
}

// encode437 writes s in upper case; ok is false where a character is lost.
func encode437(s string) (out []byte, ok bool) {
	ok = true
	for _, r := range s {
		if strings.ContainsRune(shortBad, r) {
			ok = false
			if r != ' ' && r != '.' {
				out = append(out, '_')
			}
			continue
		}
		b, known := cp437.Byte(unicode.ToUpper(r))
		if !known {
			b, known = cp437.Byte(r)
		}
		if !known || b < 0x20 {
			b, ok = '_', false
		}
		out = append(out, b)
	}
	return out, ok
}

// shortName is the 8.3 name for name. Exact: it says all of it, with flags for
// the case; otherwise a long name must stand beside it, and the short one needs
// a numeric tail.
func shortName(name string) (short [11]byte, flags uint8, exact bool) {
	base, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		base, ext = name[:i], name[i+1:]
	}
	b, okBase := encode437(base)
	e, okExt := encode437(ext)
	exact = okBase && okExt && len(b) > 0 && len(b) <= 8 && len(e) <= 3
	for _, part := range []struct {
		s    string
		flag uint8
	}{{base, lowerBase}, {ext, lowerExt}} {
		lower, upper := strings.ToLower(part.s), strings.ToUpper(part.s)
		switch {
		case part.s == upper:
		case part.s == lower && isASCII(part.s):
			flags |= part.flag
		default:
			exact = false
		}
	}
	for i := range short {
		short[i] = ' '
	}
	copy(short[:8], b)
	copy(short[8:], e)
	if len(b) == 0 {
		copy(short[:8], "_")
	}
	if short[0] == markDeleted {
		short[0] = 0x05
	}
	if !exact {
		flags = 0
	}
	return short, flags, exact
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// withTail puts ~n behind the base of a short name.
func withTail(short [11]byte, n int) [11]byte {
	tail := fmt.Sprintf("~%d", n)
	base := strings.TrimRight(string(short[:8]), " ")
	base = base[:min(len(base), 8-len(tail))] + tail
	copy(short[:8], fmt.Sprintf("%-8s", base))
	return short
}

// sum is the checksum of a short name that its long name carries.
func sum(short [11]byte) uint8 {
	var s uint8
	for _, c := range short {
		s = s>>1 | s<<7
		s += c
	}
	return s
}

// Places of the 13 characters in an entry of a long name.
func longAt(i int) int {
	switch {
	case i < 5:
		return 1 + 2*i
	case i < 11:
		return 14 + 2*(i-5)
	}
	return 28 + 2*(i-11)
}

const longChars = 13

// longSlots makes the entries of a long name, in the order on the disk.
func longSlots(name string, short [11]byte) []byte {
	u := utf16.Encode([]rune(name))
	n := (len(u) + longChars - 1) / longChars
	out := make([]byte, n*entrySize)
	for i := range n {
		e := out[(n-1-i)*entrySize:][:entrySize]
		e[0] = uint8(i + 1)
		if i == n-1 {
			e[0] |= longLast
		}
		e[11], e[13] = attrLong, sum(short)
		for k := range longChars {
			c := uint16(0xffff)
			if at := i*longChars + k; at < len(u) {
				c = u[at]
			} else if at == len(u) {
				c = 0
			}
			e[longAt(k)], e[longAt(k)+1] = uint8(c), uint8(c>>8)
		}
	}
	return out
}
