package machine

import "testing"

func TestBootOrder(t *testing.T) {
	for _, tc := range []struct {
		order string
		want  [3]uint8 // 1 floppy, 2 hard disk, 3 CD-ROM
	}{
		{"", [3]uint8{1, 2, 3}},
		{"a", [3]uint8{1, 2, 3}},
		{"c", [3]uint8{2, 1, 3}},
		{"d", [3]uint8{3, 1, 2}},
		{"dc", [3]uint8{3, 2, 1}},
		{"cda", [3]uint8{2, 3, 1}},
	} {
		if got, err := bootOrder(tc.order); err != nil || got != tc.want {
			t.Errorf("bootOrder(%q) = %v, %v; want %v", tc.order, got, err, tc.want)
		}
		if err := CheckBootOrder(tc.order); (err == nil) != (tc.order != "") {
			t.Errorf("CheckBootOrder(%q) = %v", tc.order, err)
		}
	}
	for _, order := range []string{"b", "aa", "acda", "A", "a,c", " ", "ä"} {
		if err := CheckBootOrder(order); err == nil {
			t.Errorf("CheckBootOrder(%q) succeeds", order)
		}
	}
}

// The order and the menu are where the BIOS looks for them: CMOS 3Dh and 38h.
func TestBootOrderInCMOS(t *testing.T) {
	m, err := New(Config{Boot: "dc", BootMenu: true, Deterministic: true})
	if err != nil {
		t.Fatal(err)
	}
	if first, third := m.rtc.CMOS(0x3d), m.rtc.CMOS(0x38); first != 0x23 || third != 0x12 {
		t.Errorf("CMOS 3Dh = %#x, 38h = %#x; want 0x23, 0x12", first, third)
	}
}
