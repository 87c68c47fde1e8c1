package fat

import (
	"fmt"
	"strings"
)

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
