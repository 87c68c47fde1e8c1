package video

import "testing"

func TestFormats(t *testing.T) {
	for _, tc := range []struct {
		f    Format
		line []uint8
		want uint32
	}{
		{Indexed, []uint8{3}, 0x030303},
		{RGB555, []uint8{0xff, 0x7f}, 0xffffff},
		{RGB555, []uint8{0x00, 0xc0}, 0x840000},
		{RGB555, []uint8{0x21, 0x04}, 0x080808},
		{RGB565, []uint8{0xe0, 0x07}, 0x00ff00},
		{RGB565, []uint8{0x20, 0x08}, 0x080400},
		{RGB565, []uint8{0x1f, 0xf8}, 0xff00ff},
		{RGB888, []uint8{0x33, 0x22, 0x11}, 0x112233},
		{XRGB8888, []uint8{0x33, 0x22, 0x11, 0x99}, 0x112233},
	} {
		if len(tc.line) != tc.f.Bytes() {
			t.Fatalf("%v has %d bytes", tc.f, tc.f.Bytes())
		}
		palette := [256]uint32{3: 0x030303}
		dots := make([]uint32, 2)
		tc.f.decode(dots, append(tc.line, tc.line...), &palette)
		if dots[0] != tc.want || dots[1] != tc.want {
			t.Errorf("%v % x = %06x; want %06x twice", tc.f, tc.line, dots, tc.want)
		}
	}
}
