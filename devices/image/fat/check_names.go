package fat

import "strings"

// names checks the entries of a directory one by one.
func (c *checker) names(n *node, d *directory) {
	var l long
	orphans := 0
	whole := func(i int) { // the long name under way, if any, ends without its entry
		if l.n != 0 {
			orphans += i - l.first
			l.n = 0
		}
	}
	short, long := map[string]bool{}, map[string]bool{}
	labels := 0
	for i := range d.slots() {
		e := d.at(i)
		if e[0] == 0 {
			whole(i)
			break
		}
		switch {
		case e[0] == markDeleted:
			whole(i)
		case e[offAttr]&0x3f == attrLong:
			if e[0]&longLast != 0 {
				whole(i)
			}
			was := l.n
			first := l.first
			l.take(e, i)
			if l.n == 0 {
				orphans++
				if was != 0 {
					orphans += i - first
				}
			}
		case e[offAttr]&attrVolume != 0:
			whole(i)
			if labels++; labels == 2 {
				c.add(FaultEntry, n, "has more than one volume label")
			} else if n.up != nil {
				c.add(FaultEntry, n, "has a volume label, which only the root directory may have")
			}
		case isDots(e) && n.up != nil && i < 2:
		default:
			f := &node{n, shortText(e)}
			name, ok := l.text(e)
			if l.n != 0 && !ok {
				whole(i)
			}
			l.n = 0
			if why := badShort(e); why != "" {
				c.add(FaultName, f, "%s", why)
			}
			if key := string(e[:11]); short[key] {
				c.add(FaultName, f, "a second entry of this name")
			} else {
				short[key] = true
			}
			if ok {
				if key := strings.ToUpper(name); long[key] {
					c.add(FaultName, &node{n, name}, "a second entry of this name")
				} else {
					long[key] = true
				}
			}
		}
	}
	if orphans > 0 {
		c.add(FaultName, n, "%s without a file", counted(orphans, "part of a long name", "parts of long names"))
	}
}

// badShort says what is wrong with a short name; "" for nothing (overview, "FAT
// Directory Structure", DIR_Name).
func badShort(e []byte) string {
	if isDots(e) {
		return "an entry for the directory itself where none may be"
	}
	if e[0] == ' ' {
		return "a short name that begins with a blank"
	}
	for i, b := range e[:11] {
		switch {
		case b < ' ' && (i != 0 || b != 0x05), b == 0x7f, strings.IndexByte(`"*+,./:;<=>?[\]|`, b) >= 0, b >= 'a' && b <= 'z':
			return "a character in the short name that may not be there"
		}
	}
	return ""
}
