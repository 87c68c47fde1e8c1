package vga

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"beige/devices/bus"
	"beige/devices/video"
)

// Inspect implements bus.Inspector.
func (d *VGA) Inspect() []bus.Field {
	_, line, column := d.beam()
	f := d.capture()
	hex := func(b []uint8) string { return fmt.Sprintf("% x", b) }
	mode := f.Kind.String()
	switch f.Kind {
	case video.Text:
		mode = fmt.Sprintf("text %dx%d, %dx%d cells", f.Cols, f.Rows, f.CellW, f.CellH)
	case video.Graphics:
		mode = fmt.Sprintf("graphics %dx%d", f.PixW, f.PixH)
	}
	return []bus.Field{
		{Name: "mode", Value: mode},
		{Name: "picture", Value: fmt.Sprintf("%dx%d", f.Width, f.Height)},
		{Name: "frame time", Value: d.FrameTime()},
		{Name: "beam", Value: fmt.Sprintf("line %d of %d, character %d of %d", line, d.crt.vTotal, column, d.crt.hTotal)},
		{Name: "start address", Value: fmt.Sprintf("%#04x", d.startAddress())},
		{Name: "cursor address", Value: fmt.Sprintf("%#04x", d.cursorAddress())},
		{Name: "display interface", Value: fmt.Sprintf("% x", d.Dispi)},
		{Name: "misc output", Value: fmt.Sprintf("%#02x", d.Misc)},
		{Name: "sequencer", Value: hex(d.Seq[:5])},
		{Name: "crtc", Value: hex(d.CRTC[:0x19])},
		{Name: "graphics", Value: hex(d.Gfx[:9])},
		{Name: "attribute", Value: hex(d.Attr[:0x15])},
		{Name: "attribute index", Value: fmt.Sprintf("%#02x", d.AttrIndex)},
		{Name: "attribute flip-flop", Value: d.AttrData},
		{Name: "pel mask", Value: fmt.Sprintf("%#02x", d.PELMask)},
		{Name: "dac address", Value: fmt.Sprintf("%#02x", d.DACAddr)},
		{Name: "latch", Value: fmt.Sprintf("%#08x", d.Latch)},
		{Name: "retrace interrupt", Value: d.IntPending},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots: the
// registers, then the memory without the banks of zeros at its end.
func (d *VGA) MarshalBinary() ([]byte, error) {
	b, err := bus.MarshalState(stateVersion, d.regs)
	return append(b, d.mem[:d.used()]...), err
}

// used is the size of the memory without the banks of zeros at its end; a VGA's part
// counts always.
func (d *VGA) used() int {
	n := len(d.mem)
	for n > memSize && bytes.Equal(d.mem[n-bankSize:n], zeroBank[:]) {
		n -= bankSize
	}
	return n
}

// UnmarshalBinary restores a snapshot and drives the interrupt to match it. It
// fails, changing nothing, on a state that no VGA can be in.
func (d *VGA) UnmarshalBinary(b []byte) error {
	var r regs
	n := min(1+binary.Size(r), len(b))
	if mem := len(b) - n; mem < memSize || mem > len(d.mem) || mem%bankSize != 0 {
		return fmt.Errorf("%s: snapshot: %d bytes of memory; want %d to %d", d.Name(), mem, memSize, len(d.mem))
	}
	if err := bus.UnmarshalState(d.Name(), stateVersion, b[:n], &r); err != nil {
		return err
	}
	if int(r.SeqIndex) >= len(r.Seq) || int(r.GfxIndex) >= len(r.Gfx) || r.CRTCIndex >= crtcCount || r.DACStep > 2 || r.Epoch < 0 || r.StartTime < r.Epoch || !d.dispiFits(&r.Dispi) ||
		!within(r.Seq[:], d.masks.seq[:]) || !within(r.Gfx[:], d.masks.gfx[:]) || !within(r.CRTC[:], d.masks.crtc[:]) || !within(r.Attr[:], d.masks.attr[:]) {
		return fmt.Errorf("%s: snapshot: impossible state", d.Name())
	}
	d.regs = r
	clear(d.mem[copy(d.mem, b[n:]):])
	d.dirty, d.fontDirty = true, true
	d.deriveAccess()
	deadline, armed := d.retrace.Deadline()
	d.deriveTiming()
	if armed {
		d.retrace.At(deadline)
	}
	d.irq(d.IntPending)
	return nil
}

// within reports whether v has no bits outside mask.
func within(v, mask []uint8) bool {
	for i := range v {
		if v[i]&^mask[i] != 0 {
			return false
		}
	}
	return true
}
