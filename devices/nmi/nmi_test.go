package nmi

import (
	"testing"

	"beige/devices/bus"
)

func TestMask(t *testing.T) {
	masked := false
	d := New("nmi", func(high bool) { masked = high })
	if !masked {
		t.Error("NMI is not masked at power-on")
	}
	d.Out(0, 0x80)
	if masked {
		t.Error("80h did not enable NMI")
	}
	b, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	d.Out(0, 0x7f)
	if !masked {
		t.Error("7Fh did not mask NMI")
	}
	if v := d.In(0); v != 0xff {
		t.Errorf("In = %#02x; want ffh: the register cannot be read", v)
	}
	if err := d.UnmarshalBinary(b); err != nil || masked || !d.Enabled {
		t.Errorf("restored: error %v, masked %v; want enabled", err, masked)
	}
	if err := d.UnmarshalBinary(b[:1]); err == nil {
		t.Error("a short snapshot was taken")
	}
	d.Reset(bus.BusReset)
	if !masked || len(d.Inspect()) != 1 {
		t.Error("a reset did not mask NMI")
	}
}
