package term

import (
	"cmp"
	"slices"
)

// colours are registers of a terminal and what is in them: the colours of the picture
// themselves where they are not too many, as those of all modes with a palette are.
// Otherwise those that it has most of, and for the rest a cube of evenly spaced colours
// in which dots of two neighbours make the ones between.
type colours struct {
	list  []uint32         // by register
	index map[uint32]uint8 // register of a colour that has one of its own
	most  int              // registers
	cube  int              // levels of the cube in each of red, green and blue; 0: none
	base  int              // register of its first colour
}

// defaultRegisters is what terminals have that do not say how many.
const defaultRegisters = 256

// cubeLevels is the largest cube that leaves an eighth of the registers to colours of the
// picture.
func cubeLevels(registers int) int {
	n := 1
	for (n+1)*(n+1)*(n+1) <= registers*7/8 {
		n++
	}
	return max(n, 2)
}

// choose gives registers to the colours of a picture.
func (c *colours) choose(dots []uint32, registers int) {
	if registers < 16 {
		registers = defaultRegisters
	}
	*c = colours{list: c.list[:0], index: map[uint32]uint8{}, most: registers}
	count := map[uint32]int{}
	last, run := uint32(1<<31), 0
	for _, d := range dots {
		if d != last {
			if run > 0 {
				count[last] += run
			}
			last, run = d, 0
		}
		run++
	}
	if run > 0 {
		count[last] += run
	}
	all := make([]uint32, 0, len(count))
	for v := range count {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	own := registers
	if len(all) > registers {
		c.cube = cubeLevels(registers)
		own = registers - c.cube*c.cube*c.cube
	}
	for _, v := range all[:min(own, len(all))] {
		c.add(v)
	}
	if c.base = len(c.list); c.cube > 0 {
		for i := range c.cube * c.cube * c.cube {
			c.list = append(c.list, c.level(i/c.cube/c.cube)<<16|c.level(i/c.cube%c.cube)<<8|c.level(i%c.cube))
		}
	}
}

func (c *colours) level(i int) uint32 { return uint32(i * 255 / (c.cube - 1)) }

func (c *colours) add(v uint32) uint8 {
	n := uint8(len(c.list))
	c.list = append(c.list, v)
	c.index[v] = n
	return n
}

// bayer are thresholds in sixteenths for dots between two levels, so that each 4 by 4
// dots have a mixture (B. E. Bayer, An optimum method for two-level rendition of
// continuous-tone pictures, 1973).
var bayer = [16]int{0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5}

// register is that for a dot at a place; ok is false if there is none, and none free.
func (c *colours) register(v uint32, x, y int) (n uint8, ok bool) {
	if n, ok := c.index[v]; ok {
		return n, true
	}
	if c.cube == 0 {
		if len(c.list) >= c.most {
			return 0, false
		}
		return c.add(v), true
	}
	at := 0
	for _, part := range rgb(v) {
		scaled := int(part) * (c.cube - 1)
		level := scaled / 255
		if scaled%255*16 > (bayer[y&3*4+x&3]*255)+127 {
			level++
		}
		at = at*c.cube + level
	}
	return uint8(c.base + at), true
}
