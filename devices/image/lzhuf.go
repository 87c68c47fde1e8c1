package image

import "io"

// LZHUF: Haruhiko Okumura's LZSS with Haruyasu Yoshizaki's adaptive Huffman
// coding (LZHUF.C, 1988), as Teledisk 2 packs its files. Codes up to 255 are
// bytes; a code c from 256 on stands for c-253 bytes (3 to 60) that were there
// before, at a distance that follows: its upper 6 bits in a fixed prefix code,
// its lower 6 as they are. The window begins as spaces.
//
// The code of a byte or length is its path in a binary tree whose nodes are kept
// sorted by how often they were passed, siblings next to each other; each use
// moves a node up past those that are now rarer.
const (
	lzWindow    = 4096
	lzLookahead = 60
	lzThreshold = 2
	lzCodes     = 256 - lzThreshold + lzLookahead // leaves
	lzNodes     = 2*lzCodes - 1
	lzRoot      = lzNodes - 1
	lzMaxFreq   = 0x8000 // frequencies are halved when the root reaches it
)

// lzTree is the adaptive code, the same in both directions.
type lzTree struct {
	freq [lzNodes + 1]uint16 // the last: a sentinel that no node passes
	// kid is the left of two adjacent children of a node, or lzNodes + code in a
	// leaf; up is the parent of a node, and behind lzNodes the leaf of a code.
	kid [lzNodes]int16
	up  [lzNodes + lzCodes]int16
}

func newLZTree() *lzTree {
	t := &lzTree{}
	for c := range lzCodes {
		t.freq[c], t.kid[c] = 1, int16(lzNodes+c)
	}
	for i, n := 0, lzCodes; n < lzNodes; i, n = i+2, n+1 {
		t.freq[n], t.kid[n] = t.freq[i]+t.freq[i+1], int16(i)
	}
	t.freq[lzNodes] = 0xffff
	t.link()
	return t
}

// link sets the parents of all nodes.
func (t *lzTree) link() {
	for n := range lzNodes {
		t.adopt(n)
	}
	t.up[lzRoot] = -1
}

// adopt makes node n the parent of its children.
func (t *lzTree) adopt(n int) {
	k := t.kid[n]
	t.up[k] = int16(n)
	if k < lzNodes {
		t.up[k+1] = int16(n)
	}
}

// halve halves the frequencies of the leaves and builds the tree anew.
func (t *lzTree) halve() {
	leaf := 0
	for n := range lzNodes {
		if t.kid[n] >= lzNodes {
			t.freq[leaf], t.kid[leaf] = (t.freq[n]+1)/2, t.kid[n]
			leaf++
		}
	}
	for i, n := 0, lzCodes; n < lzNodes; i, n = i+2, n+1 {
		sum := t.freq[i] + t.freq[i+1]
		at := n
		for ; at > 0 && sum < t.freq[at-1]; at-- {
			t.freq[at], t.kid[at] = t.freq[at-1], t.kid[at-1]
		}
		t.freq[at], t.kid[at] = sum, int16(i)
	}
	t.link()
}

// use counts a code once more.
func (t *lzTree) use(code int) {
	if t.freq[lzRoot] == lzMaxFreq {
		t.halve()
	}
	for n := int(t.up[lzNodes+code]); n >= 0; n = int(t.up[n]) {
		t.freq[n]++
		to := n
		for t.freq[n] > t.freq[to+1] {
			to++
		}
		if to != n {
			t.freq[n], t.freq[to] = t.freq[to], t.freq[n]
			t.kid[n], t.kid[to] = t.kid[to], t.kid[n]
			t.adopt(n)
			t.adopt(to)
			n = to
		}
	}
}

// lzDistance is the prefix code of the upper 6 bits of a distance: canonical,
// with 1, 3, 8, 12, 24 and 16 codes of 3 to 8 bits. code is left-aligned in a
// byte.
func lzDistance(upper int) (code uint8, bits int) {
	next := 0
	for i, count := range [6]int{1, 3, 8, 12, 24, 16} {
		bits = 3 + i
		if upper < count {
			return uint8(next + upper<<(8-bits)), bits
		}
		upper -= count
		next += count << (8 - bits)
	}
	return 0, 0
}

// lzhuf unpacks a stream.
type lzhuf struct {
	in     io.ByteReader
	bits   uint8 // not yet used, left-aligned
	left   int   // how many
	tree   *lzTree
	upper  [256]uint8 // upper bits of the distance whose code begins a byte
	length [256]uint8 // length of that code
	window [lzWindow]byte
	at     int // next byte of the window
	from   int // copied from here
	copies int // bytes still to be copied
}

func newLZHUF(in io.ByteReader) *lzhuf {
	z := &lzhuf{in: in, tree: newLZTree(), at: lzWindow - lzLookahead}
	for i := range z.at {
		z.window[i] = ' '
	}
	for upper := range 64 {
		code, bits := lzDistance(upper)
		for i := range 1 << (8 - bits) {
			z.upper[int(code)+i], z.length[int(code)+i] = uint8(upper), uint8(bits)
		}
	}
	return z
}

// read takes n bits.
func (z *lzhuf) read(n int) (v int, err error) {
	for ; n > 0; n-- {
		if z.left == 0 {
			if z.bits, err = z.in.ReadByte(); err != nil {
				return 0, err
			}
			z.left = 8
		}
		v = v<<1 | int(z.bits>>7)
		z.bits <<= 1
		z.left--
	}
	return v, nil
}

// ReadByte unpacks one byte.
func (z *lzhuf) ReadByte() (byte, error) {
	if z.copies == 0 {
		n := int(z.tree.kid[lzRoot])
		for n < lzNodes {
			bit, err := z.read(1)
			if err != nil {
				return 0, err
			}
			n = int(z.tree.kid[n+bit])
		}
		code := n - lzNodes
		z.tree.use(code)
		if code < 256 {
			return z.put(byte(code)), nil
		}
		first, err := z.read(8)
		if err != nil {
			return 0, err
		}
		// The byte has the code and the first of the lower bits.
		have := 8 - int(z.length[first])
		rest, err := z.read(6 - have)
		if err != nil {
			return 0, err
		}
		lower := first&(1<<have-1)<<(6-have) | rest
		z.from = (z.at - 1 - (int(z.upper[first])<<6 | lower)) & (lzWindow - 1)
		z.copies = code - 255 + lzThreshold
	}
	z.copies--
	b := z.window[z.from]
	z.from = (z.from + 1) & (lzWindow - 1)
	return z.put(b), nil
}

func (z *lzhuf) put(b byte) byte {
	z.window[z.at] = b
	z.at = (z.at + 1) & (lzWindow - 1)
	return b
}
