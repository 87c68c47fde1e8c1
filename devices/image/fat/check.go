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

// mark claims a cluster; it reports whether it was free of claims.
func (c *checker) mark(n uint32, owner *node) bool {
	i := n - 2
	if c.used[i/64]&(1<<(i%64)) != 0 {
		return false
	}
	c.used[i/64] |= 1 << (i % 64)
	if c.owners != nil {
		if _, wanted := c.owners[n]; wanted {
			c.owners[n] = owner.path()
		}
	}
	return true
}

// follow claims the chain of a file and returns its length in clusters and, for
// a directory, the beginning of it.
func (c *checker) follow(n *node, first uint32, keep int) (count uint64, list []uint32, err error) {
	v := c.v
	for at := first; ; {
		if ferr := v.follows(at); ferr != nil {
			c.add(FaultChain, n, "%s", strings.TrimPrefix(ferr.Error(), ErrDamaged.Error()+": "))
			return count, list, nil
		}
		if !c.mark(at, n) {
			own, err := c.within(first, count, at)
			if err != nil {
				return 0, nil, err
			}
			if own {
				c.add(FaultChain, n, "its chain goes round in a circle from cluster %d", at)
			} else {
				if c.crossed == nil {
					c.crossed = map[int]uint32{}
				}
				if len(c.found) < maxFindings {
					c.crossed[len(c.found)] = at
				}
				c.add(FaultCross, n, "shares cluster %d", at)
			}
			return count, list, nil
		}
		count++
		if len(list) < keep {
			list = append(list, at)
		}
		e, err := v.table.get(at)
		if err != nil {
			return 0, nil, err
		}
		if e >= isEnd {
			return count, list, nil
		}
		at = e
	}
}

// within reports whether a cluster is one of the first n of a chain.
func (c *checker) within(first uint32, n uint64, cluster uint32) (bool, error) {
	at := first
	for range n {
		if at == cluster {
			return true, nil
		}
		var err error
		if at, err = c.v.table.get(at); err != nil {
			return false, err
		}
	}
	return false, nil
}

// pending is a directory that is still to be looked through.
type pending struct {
	n      *node
	parent uint32 // as ".." has it
	first  uint32
}

// tree looks through all directories.
func (c *checker) tree() error {
	v := c.v
	c.used = make([]uint64, (uint64(v.Clusters)+63)/64)
	todo := []pending{{&node{}, 0, v.RootCluster}}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		d := &directory{cluster: p.first}
		if p.first == 0 && p.n.up == nil {
			var err error
			if d, err = v.loadDir(0); err != nil {
				return err
			}
		} else {
			limit := maxDir / v.clusterSize()
			count, list, err := c.follow(p.n, p.first, max(limit, 1))
			if err != nil {
				return err
			}
			if count > uint64(max(limit, 1)) {
				c.add(FaultSize, p.n, "a directory of %d clusters; at most %d", count, max(limit, 1))
			}
			buf := make([]byte, v.clusterSize())
			for _, n := range list {
				if err := v.read(v.clusterAt(n), buf); err != nil {
					c.add(FaultChain, p.n, "cluster %d lies behind the end of the image", n)
					break
				}
				d.raw = append(d.raw, buf...)
			}
		}
		if p.n.up != nil && !c.dots(p, d) {
			continue
		}
		c.names(p.n, d)
		for _, e := range v.entries(d) {
			n := &node{p.n, e.name}
			if !e.IsDir() {
				if err := c.file(n, e); err != nil {
					return err
				}
				continue
			}
			up := p.first
			if p.n.up == nil {
				up = 0
			}
			if !v.valid(e.Cluster) {
				c.add(FaultEntry, n, "a directory at cluster %d, which is not there", e.Cluster)
				continue
			}
			todo = append(todo, pending{n, up, e.Cluster})
		}
	}
	return nil
}

// dots checks the entries for the directory itself and the one above it. It
// reports whether this is a directory at all.
func (c *checker) dots(p pending, d *directory) bool {
	if d.slots() < 2 {
		return true // the chain is broken, which was said
	}
	for i, w := range []struct {
		name    string
		cluster uint32
	}{{dotName, p.first}, {dotDotName, p.parent}} {
		e := d.at(i)
		if string(e[:11]) != w.name || e[offAttr]&attrDirectory == 0 {
			c.add(FaultEntry, p.n, "no entry %q; so this is no directory", strings.TrimRight(w.name, " "))
			return false
		}
		if got := c.v.cluster(e); got != w.cluster {
			c.add(FaultEntry, p.n, "%q leads to cluster %d instead of %d", strings.TrimRight(w.name, " "), got, w.cluster)
		}
	}
	return true
}

// counted is a number with its noun.
func counted(n int, noun, more string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, more)
}

// file checks a chain against the size of its file.
func (c *checker) file(n *node, e *Entry) error {
	if e.Cluster == 0 {
		if e.Bytes != 0 {
			c.add(FaultSize, n, "has %d bytes, but no clusters", e.Bytes)
		}
		return nil
	}
	if !c.v.valid(e.Cluster) {
		c.add(FaultEntry, n, "begins at cluster %d, which is not there", e.Cluster)
		return nil
	}
	before := len(c.found) + c.more
	count, _, err := c.follow(n, e.Cluster, 0)
	if err != nil || len(c.found)+c.more > before {
		return err
	}
	each := uint64(c.v.clusterSize())
	need := (uint64(e.Bytes) + each - 1) / each
	switch {
	case count < need:
		c.add(FaultSize, n, "has %d bytes, but clusters for %d only", e.Bytes, count*each)
	case count > need:
		c.add(FaultSize, n, "has %s, but %s; %d would do", counted(int(e.Bytes), "byte", "bytes"), counted(int(count), "cluster", "clusters"), need)
	}
	return nil
}

// lost counts the clusters that are neither free nor part of anything, and the
// free ones.
func (c *checker) lost() (free uint32, err error) {
	v := c.v
	inside := func(n uint32) bool { return c.used[(n-2)/64]&(1<<((n-2)%64)) != 0 }
	pointed := make([]uint64, len(c.used)) // by a lost cluster
	lost, chains := 0, 0
	for i := range v.Clusters {
		e, err := v.table.get(i + 2)
		if err != nil {
			return 0, err
		}
		switch {
		case e == 0:
			free++
		case e == bad || inside(i+2):
		default:
			lost++
			if v.valid(e) {
				pointed[(e-2)/64] |= 1 << ((e - 2) % 64)
			}
		}
	}
	if lost == 0 {
		return free, nil
	}
	for i := range v.Clusters {
		e, err := v.table.get(i + 2)
		if err != nil {
			return 0, err
		}
		if e != 0 && e != bad && !inside(i+2) && pointed[i/64]&(1<<(i%64)) == 0 {
			chains++
		}
	}
	c.add(FaultLost, nil, "%s in %s (%d bytes that no file has)", counted(lost, "lost cluster", "lost clusters"), counted(max(chains, 1), "chain", "chains"), int64(lost)*int64(v.clusterSize()))
	return free, nil
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
