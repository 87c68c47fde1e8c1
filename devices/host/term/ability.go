package term

import (
	"os"
	"slices"
	"strings"
)

// Graphics is how pictures are drawn.
type Graphics uint8

const (
	GraphicsAuto   Graphics = iota // the best that the terminal says it has
	GraphicsBlocks                 // half blocks, which every terminal has
	GraphicsSixel
	GraphicsKitty
)

var graphicsNames = [...]string{"auto", "blocks", "sixel", "kitty"}

// GraphicsNames lists the kinds by name.
func GraphicsNames() []string { return graphicsNames[:] }

// GraphicsByName returns a kind; ok is false for a name that is not known.
func GraphicsByName(name string) (g Graphics, ok bool) {
	i := slices.Index(graphicsNames[:], name)
	return Graphics(max(i, 0)), i >= 0
}

func (g Graphics) String() string { return graphicsNames[g%4] }

// What the terminal is asked. The last question is one that every terminal answers:
// what has not been answered by then is not there.
//
// Sources: xterm control sequences (XTWINOPS 14 and 16, XTSMGRAPHICS, DECRQM, DA1);
// Terminal graphics protocol of kitty, Querying support.
const (
	// A picture of one dot, which is not kept.
	askKitty = "\x1b_Gi=1651,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
	// Sizes in pixels.
	askSizes = "\x1b[16t\x1b[14t"
	// Sixel: 256 registers of colours if it can, how many there are, the largest picture.
	askSixel = "\x1b[?1;3;256S\x1b[?1;1;0S\x1b[?2;4;0S"
	// Mouse reports in pixels.
	askMouse = "\x1b[?1016$p"
	askFence = "\x1b[c"

	askStatus = "\x1b[5n" // behind a picture: it has taken all of it
)

// Numbers in questions and answers.
const (
	kittyQuery     = 1651 // id of the picture
	attributeSixel = 4    // in DA1
	itemRegisters  = 1    // of XTSMGRAPHICS
	itemSixelSize  = 2
	modePixelMouse = 1016
)

// abilities are what a terminal says it can.
type abilities struct {
	answered     bool // it has answered the last question
	waited       bool // it has had the time to
	kitty, sixel bool
	pixelMouse   bool
	cellW, cellH int // of a character in pixels, 0: not known
	registers    int // of colours for Sixel, 0: not known
	maxW, maxH   int // of a Sixel picture in pixels, 0: not known
}

// Bounds of what a terminal is believed.
const (
	maxCell      = 512
	maxRegisters = 256
	maxSixelSize = 1 << 14
)

// take takes an answer, from a terminal of that size in characters.
func (a *abilities) take(x *answer, cols, rows int) {
	switch x.kind {
	case answerAttributes:
		a.answered, a.sixel = true, len(x.args) > 1 && slices.Contains(x.args[1:], attributeSixel)
	case answerKitty:
		a.kitty = a.kitty || x.ok && x.has(kittyQuery)
	case answerCell:
		a.setCell(x.arg(2), x.arg(1))
	case answerArea:
		if a.cellW == 0 {
			a.setCell(x.arg(2)/cols, x.arg(1)/rows)
		}
	case answerMode:
		if x.arg(0) == modePixelMouse {
			a.pixelMouse = x.arg(1) >= 1 && x.arg(1) <= 3
		}
	case answerGraphics:
		switch {
		case x.arg(1) != 0: // it says no
		case x.arg(0) == itemRegisters && x.arg(2) > 1:
			a.registers = min(x.arg(2), maxRegisters)
		case x.arg(0) == itemSixelSize && x.arg(2) > 0 && x.arg(3) > 0:
			a.maxW, a.maxH = min(x.arg(2), maxSixelSize), min(x.arg(3), maxSixelSize)
		}
	}
}

func (a *abilities) setCell(w, h int) {
	if w > 0 && h > 0 && w <= maxCell && h <= maxCell {
		a.cellW, a.cellH = w, h
	}
}

// choose says how to draw where that is wanted. Inside of tmux and screen only what a
// person insists on is tried: they keep the picture of text only, and a terminal behind
// them may change.
func (a *abilities) choose(want Graphics, multiplexer bool) Graphics {
	switch {
	case want == GraphicsSixel && a.cellW == 0 && !a.answered && !a.waited: // its size may come
		return GraphicsBlocks
	case want != GraphicsAuto:
		return want
	case !a.answered || multiplexer:
		return GraphicsBlocks
	case a.kitty:
		return GraphicsKitty
	case a.sixel:
		return GraphicsSixel
	}
	return GraphicsBlocks
}

// multiplexed reports whether the terminal is one of tmux or screen.
func multiplexed() bool {
	term := os.Getenv("TERM")
	return os.Getenv("TMUX") != "" || os.Getenv("STY") != "" || strings.HasPrefix(term, "tmux") || strings.HasPrefix(term, "screen")
}

// questions are what to ask a terminal.
func questions(want Graphics, multiplexer bool) string {
	var b strings.Builder
	switch os.Getenv("TERM") {
	case "linux", "dumb": // shows what it does not understand
		return ""
	}
	if want == GraphicsKitty || want == GraphicsAuto && !multiplexer { // they take it for a title
		b.WriteString(askKitty)
	}
	b.WriteString(askSizes)
	if want == GraphicsSixel || want == GraphicsAuto && !multiplexer {
		b.WriteString(askSixel)
	}
	return b.String() + askMouse + askFence
}
