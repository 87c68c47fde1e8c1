package fat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Fault is a kind of damage.
type Fault uint8

// Faults.
const (
	FaultBoot   Fault = iota // the boot sector contradicts itself, its copy or the image
	FaultCopies              // the tables differ; the first one is used
	FaultCross               // two files have a cluster in common
	FaultChain               // a chain leads nowhere or round in a circle
	FaultSize                // a chain is shorter or longer than its file
	FaultEntry               // a directory entry that makes no sense
	FaultName                // a name that is not possible, twice there, or a part of a long name alone
	FaultLost                // clusters that belong to no file: room is lost, no data
	FaultInfo                // the count of free clusters in FSInfo is wrong
)

func (f Fault) String() string {
	return [...]string{"boot sector", "tables", "cross link", "chain", "size", "entry", "name", "lost clusters", "free count"}[f]
}

// Harmless reports the faults that take no data and that every DOS puts up with:
// what is left when a change stops halfway.
func (f Fault) Harmless() bool { return f == FaultLost || f == FaultInfo || f == FaultCopies }

// Finding is something wrong with a volume.
type Finding struct {
	Fault Fault
	Path  string // of the file concerned; "": the volume
	Text  string
}

func (f Finding) String() string {
	if f.Path != "" {
		return f.Path + ": " + f.Text
	}
	return f.Text
}

// maxFindings bounds the answer of Check; one more says that there are others.
const maxFindings = 1000

// Check looks through the whole volume and changes nothing: boot sector, tables,
// every directory and chain. It fails where the device does.
func (v *Volume) Check() ([]Finding, error) {
	c := &checker{v: v}
	c.boot()
	if err := c.copies(); err != nil {
		return c.found, err
	}
	if err := c.tree(); err != nil {
		return c.found, err
	}
	if len(c.crossed) > 0 {
		// Who was first is known only now that the clusters are.
		again := &checker{v: v, owners: map[uint32]string{}}
		for _, n := range c.crossed {
			again.owners[n] = ""
		}
		if err := again.tree(); err != nil {
			return c.found, err
		}
		for i, n := range c.crossed {
			c.found[i].Text = fmt.Sprintf("shares cluster %d with %s", n, again.owners[n])
		}
	}
	free, err := c.lost()
	if err != nil {
		return c.found, err
	}
	c.info(free)
	if c.more > 0 {
		c.found = append(c.found, Finding{Text: fmt.Sprintf("%d more findings are not listed", c.more), Fault: c.worst})
	}
	return c.found, nil
}

type checker struct {
	v     *Volume
	found []Finding
	more  int
	worst Fault // the first one of those not listed that is not harmless

	used    []uint64          // a bit a cluster, from 2 on
	crossed map[int]uint32    // findings whose text waits for the first owner
	owners  map[uint32]string // second pass: of these clusters
}

func (c *checker) add(f Fault, n *node, format string, a ...any) {
	if len(c.found) >= maxFindings {
		if c.more == 0 || c.worst.Harmless() {
			c.worst = f
		}
		c.more++
		return
	}
	path := ""
	if n != nil {
		path = n.path()
	}
	c.found = append(c.found, Finding{f, path, fmt.Sprintf(format, a...)})
}

// node is a file or directory on the way through the tree. Its path is made only
// when it is needed: directories can be nested as deep as the volume is large.
type node struct {
	up   *node
	name string
}

// maxDepth bounds the length of paths; Windows has 260 characters.
const maxDepth = 128

func (n *node) path() string {
	if n.up == nil {
		return "/"
	}
	var parts []string
	for ; n.up != nil; n = n.up {
		if len(parts) == maxDepth {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, n.name)
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString("/" + parts[i])
	}
	return b.String()
}

func (c *checker) boot() {
	v := c.v
	if v.bytes() > v.size {
		c.add(FaultBoot, nil, "the volume has %d bytes by its boot sector, but %d are there", v.bytes(), v.size)
	}
	if v.stated > uint64(v.Clusters) {
		c.add(FaultBoot, nil, "the file allocation table has room for %d clusters; there are %d", v.Clusters, v.stated)
	}
	if !v.Signature && v.OEM != "" {
		c.add(FaultBoot, nil, "the boot sector does not end in 55 AA")
	}
	if e, err := v.table.get(0); err == nil && uint8(e) != v.Media {
		c.add(FaultBoot, nil, "the file allocation table is for media %02Xh, the boot sector for %02Xh", uint8(e), v.Media)
	}
	if v.Bits != 32 || v.Backup == 0 {
		return
	}
	first, second := make([]byte, blockSize), make([]byte, blockSize)
	if v.read(0, first) != nil || v.read(int64(v.Backup)*int64(v.SectorSize), second) != nil {
		return
	}
	const end = offExt32
	if !bytes.Equal(first[offSectorSize:end], second[offSectorSize:end]) {
		c.add(FaultBoot, nil, "the copy of the boot sector, in sector %d, describes another volume", v.Backup)
	}
}

// copies compares the tables.
func (c *checker) copies() error {
	v := c.v
	if v.ActiveFAT >= 0 {
		return nil
	}
	size := int64(v.FATSectors) * int64(v.SectorSize)
	a, b := make([]byte, writeSize), make([]byte, writeSize)
	for i := 1; i < v.FATs; i++ {
		differ := 0
		for at := int64(0); at < size; at += writeSize {
			n := min(writeSize, size-at)
			from := int64(v.Reserved)*int64(v.SectorSize) + at
			if err := v.read(from, a[:n]); err != nil {
				return err
			}
			if err := v.read(from+int64(i)*size, b[:n]); err != nil {
				return err
			}
			for s := int64(0); s < n; s += blockSize {
				if !bytes.Equal(a[s:s+blockSize], b[s:s+blockSize]) {
					differ++
				}
			}
		}
		if differ > 0 {
			c.add(FaultCopies, nil, "copy %d of the file allocation table differs from the first in %s", i+1, counted(differ, "sector", "sectors"))
		}
	}
	return nil
}

// info checks the count of free clusters in FSInfo.
func (c *checker) info(free uint32) {
	v := c.v
	if v.Bits != 32 || v.InfoSector == 0 {
		return
	}
	p := v.info()
	if p == nil {
		c.add(FaultInfo, nil, "sector %d is no FSInfo sector", v.InfoSector)
		return
	}
	if n := binary.LittleEndian.Uint32(p[offFreeCount:]); n != infoUnknown && n != free {
		c.add(FaultInfo, nil, "%d clusters are free; FSInfo says %d", free, n)
	}
}
