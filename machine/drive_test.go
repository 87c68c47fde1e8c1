package machine

import (
	"testing"

	"beige/devices/fdc"
	"beige/devices/image"
)

// The drive that comes with a disk: 5.25" for 40 cylinders and for high density
// at 360 turns a minute, else 3.5".
func TestDriveFor(t *testing.T) {
	want := map[string]fdc.DriveType{
		"160K": fdc.Drive360K, "180K": fdc.Drive360K, "320K": fdc.Drive360K, "360K": fdc.Drive360K,
		"640K": fdc.Drive1440K, "720K": fdc.Drive1440K, "800K": fdc.Drive1440K, "1.2M": fdc.Drive1200K,
		"1.44M": fdc.Drive1440K, "1.6M": fdc.Drive1440K, "1.68M": fdc.Drive1440K, "1.72M": fdc.Drive1440K, "2.88M": fdc.Drive2880K,
	}
	for _, f := range image.Formats() {
		if got := driveFor(image.BlankFloppy("f", f)); got != want[f.Name] {
			t.Errorf("%s: %v; want %v", f.Name, got, want[f.Name])
		}
	}
	if got := driveFor(nil); got != fdc.Drive1440K {
		t.Errorf("empty: %v; want 1.44M", got)
	}
	// PC-98: 77 cylinders of 8 sectors of 1024 bytes, whose first track may be FM.
	imd := append([]byte("IMD 1.18\x1a"), 0, 0, 0, 1, 0, 1, 2, 0)
	imd = append(imd, 3, 1, 0, 8, 3, 1, 2, 3, 4, 5, 6, 7, 8, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0)
	f, err := image.NewFloppy("pc98.imd", imd)
	if err != nil {
		t.Fatal(err)
	}
	if got := driveFor(f); got != fdc.Drive1200K {
		t.Errorf("8 sectors of 1024 bytes: %v; want 1.2M", got)
	}
}
