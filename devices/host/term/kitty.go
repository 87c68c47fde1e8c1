package term

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"image"
	"slices"
	"strconv"

	"beige/devices/video"
)

// The graphics protocol of kitty: a picture is sent in full colour and packed, under a
// number, and then put on places of the terminal, which makes it as large as they are.
//
// Source: Terminal graphics protocol of kitty (transmission by escape codes, o=z,
// m; display, c, r, x, y, w, h, p, C; deletion, d=i, d=I; q).
const (
	kittyChunk = 4096       // bytes of base64 in one control sequence
	kittyBands = 12         // at most
	kittyFirst = 0x62656967 // number of the first picture, one that nobody else has
)

// kittyCanvas shows each band as a picture of its own. A band that has changed is sent
// under the other one of its two numbers and put over the old one before that goes, so
// that nothing flickers. Terminals do not agree on what is above, text or pictures, so
// no place has both: a band with text over it is put on the places around that.
type kittyCanvas struct {
	bands
	turn         [kittyBands]int               // which number is shown
	shown        [kittyBands][]image.Rectangle // the parts of each that are there
	hole         image.Rectangle               // where text is
	stepX, stepY int                           // dots and lines that are the same

	raw    []byte
	packed bytes.Buffer
	zip    *zlib.Writer
}

// fit takes the shape of a monitor from the shape of a place.
func (k *kittyCanvas) fit(cols, rows, cellW, cellH int) area {
	w, h := fit(cols*cellW, rows*cellH)
	a := area{cols: min(max((w+cellW/2)/cellW, 1), cols), rows: min(max((h+cellH/2)/cellH, 1), rows)}
	a.width, a.height = a.cols*cellW, a.rows*cellH
	a.left, a.top = (cols-a.cols)/2, (rows-a.rows)/2
	return a
}

func (k *kittyCanvas) spoiled(int) {} // it does not mind text

func (k *kittyCanvas) lost() {
	k.bands.lost()
	clear(k.shown[:])
}

func (k *kittyCanvas) pending(f *video.Frame, p *video.Picture, at area, hole image.Rectangle) bool {
	// Lines and dots that a monitor would show doubled are sent once: the terminal makes
	// them as large as they have to be.
	k.stepX, k.stepY = 1, 1
	if f.Kind == video.Graphics && f.PixW*f.ScaleX == p.Width && f.PixH*f.ScaleY == p.Height && p.Width > 0 && p.Height > 0 {
		k.stepX, k.stepY = f.ScaleX, f.ScaleY
	}
	k.hole = hole
	if k.update(p, at, max((at.rows+kittyBands-1)/kittyBands, 2), k.stepY) {
		return true
	}
	for i := range k.stale {
		if !slices.Equal(k.parts(i), k.shown[i]) {
			return true
		}
	}
	return false
}

func (k *kittyCanvas) number(band, turn int) int { return kittyFirst + 2*band + turn }

// parts are those of a band's places that have no text, none larger than it must be.
func (k *kittyCanvas) parts(i int) []image.Rectangle {
	from, to := k.rows(i)
	all := image.Rect(0, from, k.at.cols, to)
	h := k.hole.Intersect(all)
	if h.Empty() {
		return []image.Rectangle{all}
	}
	var parts []image.Rectangle
	for _, p := range []image.Rectangle{
		image.Rect(0, from, k.at.cols, h.Min.Y), image.Rect(0, h.Max.Y, k.at.cols, to),
		image.Rect(0, h.Min.Y, h.Min.X, h.Max.Y), image.Rect(h.Max.X, h.Min.Y, k.at.cols, h.Max.Y),
	} {
		if !p.Empty() {
			parts = append(parts, p)
		}
	}
	return parts
}

// lines are those of the picture that a band has: each ends where the next one begins.
func (k *kittyCanvas) lines(i int) (y0, y1 int) {
	y0, _ = k.source(i)
	if y1 = k.height; i+1 < len(k.stale) {
		y1, _ = k.source(i + 1)
	}
	y0 = min(y0, k.height-k.stepY)
	return y0, max(y1, y0+k.stepY)
}

func (k *kittyCanvas) draw(b []byte, p *video.Picture) (out []byte, covered []int) {
	for i, stale := range k.stale {
		parts, old := k.parts(i), k.shown[i]
		if !stale && slices.Equal(parts, old) {
			continue
		}
		k.stale[i] = false
		number := k.number(i, k.turn[i])
		if stale {
			k.turn[i] = 1 - k.turn[i]
			y0, y1 := k.lines(i)
			b = k.send(b, p, k.number(i, k.turn[i]), y0, y1)
		}
		for n, part := range parts {
			b = k.put(b, i, n+1, part)
		}
		switch {
		case stale && old != nil:
			b = k.remove(b, "I", number, 0)
		case !stale:
			for n := len(parts); n < len(old); n++ {
				b = k.remove(b, "i", number, n+1)
			}
		}
		k.shown[i] = parts
	}
	return b, nil
}

// put appends what has a part of a band shown, as its placement n.
func (k *kittyCanvas) put(b []byte, i, n int, part image.Rectangle) []byte {
	from, to := k.rows(i)
	y0, y1 := k.lines(i)
	w, h := k.width/k.stepX, (y1-y0)/k.stepY
	x := part.Min.X * w / k.at.cols
	y := (part.Min.Y - from) * h / (to - from)
	b = append(b, "\x1b["...)
	b = strconv.AppendInt(b, int64(k.at.top+part.Min.Y+1), 10)
	b = append(b, ';')
	b = strconv.AppendInt(b, int64(k.at.left+part.Min.X+1), 10)
	b = append(b, "H\x1b_Ga=p,q=2,C=1"...)
	for _, key := range [...]struct {
		name  byte
		value int
	}{
		{'i', k.number(i, k.turn[i])}, {'p', n}, {'c', part.Dx()}, {'r', part.Dy()},
		{'x', x}, {'y', y}, {'w', max(part.Max.X*w/k.at.cols-x, 1)}, {'h', max((part.Max.Y-from)*h/(to-from)-y, 1)},
	} {
		b = append(b, ',', key.name, '=')
		b = strconv.AppendInt(b, int64(key.value), 10)
	}
	return append(b, "\x1b\\"...)
}

// send appends the lines y0 to before y1 of a picture.
func (k *kittyCanvas) send(b []byte, p *video.Picture, number, y0, y1 int) []byte {
	k.raw = k.raw[:0]
	lines := 0
	for y := y0; y < y1; y += k.stepY {
		for x := 0; x < p.Width; x += k.stepX {
			c := p.Rows[y][x]
			k.raw = append(k.raw, byte(c>>16), byte(c>>8), byte(c))
		}
		lines++
	}
	k.packed.Reset()
	if k.zip == nil {
		k.zip, _ = zlib.NewWriterLevel(&k.packed, zlib.BestSpeed) // the level exists
	}
	k.zip.Reset(&k.packed)
	_, _ = k.zip.Write(k.raw) // a buffer takes everything
	_ = k.zip.Close()
	text := base64.StdEncoding.EncodeToString(k.packed.Bytes())
	b = append(b, "\x1b_Ga=t,q=2,f=24,o=z,i="...)
	b = strconv.AppendInt(b, int64(number), 10)
	b = append(b, ",s="...)
	b = strconv.AppendInt(b, int64(p.Width/k.stepX), 10)
	b = append(b, ",v="...)
	b = strconv.AppendInt(b, int64(lines), 10)
	for {
		part := text[:min(kittyChunk, len(text))]
		text = text[len(part):]
		if text == "" {
			b = append(b, ",m=0;"...)
			return append(append(b, part...), "\x1b\\"...)
		}
		b = append(b, ",m=1;"...)
		b = append(append(b, part...), "\x1b\\\x1b_Gq=2"...)
	}
}

// remove appends what takes placement n of a picture away (d=i), or all of them, and
// frees it (d=I).
func (k *kittyCanvas) remove(b []byte, what string, number, n int) []byte {
	b = append(b, "\x1b_Ga=d,q=2,d="...)
	b = append(append(b, what...), ",i="...)
	b = strconv.AppendInt(b, int64(number), 10)
	if n > 0 {
		b = append(b, ",p="...)
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, "\x1b\\"...)
}

func (k *kittyCanvas) hide(b []byte) []byte {
	for i, parts := range k.shown {
		if parts != nil {
			b = k.remove(b, "I", k.number(i, k.turn[i]), 0)
		}
	}
	k.lost()
	return b
}

// kittyGone takes away every picture that could be there.
func kittyGone() string {
	var k kittyCanvas
	var b []byte
	for i := range 2 * kittyBands {
		b = k.remove(b, "I", kittyFirst+i, 0)
	}
	return string(b)
}
