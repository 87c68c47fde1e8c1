package mc6845

import (
	"encoding/binary"
	"fmt"

	"beige/devices/bus"
	"beige/devices/video"
)

// Inspect implements bus.Inspector.
func (a *Adapter) Inspect() []bus.Field {
	_, line, column := a.beam()
	f := a.capture()
	mode := f.Kind.String()
	switch f.Kind {
	case video.Text:
		mode = fmt.Sprintf("text %dx%d, %dx%d cells", f.Cols, f.Rows, f.CellW, f.CellH)
	case video.Graphics:
		mode = fmt.Sprintf("graphics %dx%d", f.PixW, f.PixH)
	}
	fields := []bus.Field{
		{Name: "mode", Value: mode},
		{Name: "frame time", Value: a.FrameTime()},
		{Name: "beam", Value: fmt.Sprintf("line %d of %d, character %d of %d", line, a.crt.vTotal, column, a.crt.hTotal)},
		{Name: "start address", Value: fmt.Sprintf("%#04x", a.startAddress())},
		{Name: "cursor address", Value: fmt.Sprintf("%#04x", a.cursorAddress())},
		{Name: "mode control", Value: fmt.Sprintf("%#02x", a.Mode)},
		{Name: "crtc", Value: fmt.Sprintf("% x", a.CRTC)},
		{Name: "crtc index", Value: fmt.Sprintf("%#02x", a.Index)},
		{Name: "light pen latch", Value: a.Pen},
	}
	switch a.model {
	case CGA:
		fields = append(fields, bus.Field{Name: "colour select", Value: fmt.Sprintf("%#02x", a.Colour)})
	case Hercules:
		fields = append(fields, bus.Field{Name: "configuration switch", Value: fmt.Sprintf("%#02x", a.Config)})
	}
	return fields
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots: the registers, then
// the memory.
func (a *Adapter) MarshalBinary() ([]byte, error) {
	b, err := bus.MarshalState(stateVersion, a.regs)
	return append(b, a.mem...), err
}

// UnmarshalBinary restores a snapshot. It fails, changing nothing, on a state that the
// adapter cannot be in.
func (a *Adapter) UnmarshalBinary(b []byte) error {
	var r regs
	n := min(1+binary.Size(r), len(b))
	if mem := len(b) - n; mem != len(a.mem) {
		return fmt.Errorf("%s: snapshot: %d bytes of memory; want %d", a.model, mem, len(a.mem))
	}
	if err := bus.UnmarshalState(a.Name(), stateVersion, b[:n], &r); err != nil {
		return err
	}
	bad := r.Index&^indexMask != 0 || r.Epoch < 0 || r.StartShown&^maAddressMask != 0 || r.Mode&^a.model.modeMask() != 0 || r.Colour&^colourMask != 0 || r.Config&^(configGraphics|configPage) != 0
	for i, v := range r.CRTC {
		bad = bad || v&^crtcMask[i] != 0
	}
	if bad {
		return fmt.Errorf("%s: snapshot: impossible state", a.model)
	}
	a.regs = r
	copy(a.mem, b[n:])
	a.derive()
	return nil
}
