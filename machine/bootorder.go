package machine

import (
	"fmt"
	"strings"
)

// The order in which the BIOS tries drives, as the set-up program of a PC keeps it
// (BIOS Boot Specification 1.01, section 4): a nibble a choice.
const (
	bootFloppy uint8 = 1
	bootDisk   uint8 = 2
	bootCD     uint8 = 3

	bootChoices = 3
)

// bootMenu, in the low nibble of the byte with the third choice, is our BIOS's own:
// it shows its boot menu at once.
const bootMenu uint8 = 1 << 1

// bootKinds maps the letters of a boot order to what the CMOS has.
func bootKinds() map[rune]uint8 {
	return map[rune]uint8{'a': bootFloppy, 'c': bootDisk, 'd': bootCD}
}

// bootOrder reads an order such as "c" or "dca": drive A, the first hard disk, the
// CD-ROM drive. What it does not name comes behind, in the order a, c, d.
func bootOrder(s string) (order [bootChoices]uint8, err error) {
	n := 0
	seen := map[rune]bool{}
	for _, r := range s {
		kind, ok := bootKinds()[r]
		if !ok || seen[r] {
			return order, fmt.Errorf("boot order %q: want letters of a (floppy), c (hard disk) and d (CD-ROM), each once, such as dc", s)
		}
		seen[r] = true
		order[n] = kind
		n++
	}
	for _, r := range "acd" {
		if !seen[r] {
			order[n] = bootKinds()[r]
			n++
		}
	}
	return order, nil
}

// CheckBootOrder says what is wrong with an order for Config.Boot.
func CheckBootOrder(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("no boot order; want letters of a (floppy), c (hard disk) and d (CD-ROM), such as dc")
	}
	_, err := bootOrder(s)
	return err
}
