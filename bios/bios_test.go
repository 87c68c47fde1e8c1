package bios_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"beige/bios"
	"beige/bios/bootsector"
	"beige/bios/demo"
	"beige/bios/video"
)

func TestSystemROM(t *testing.T) {
	rom := bios.System()
	if len(rom) != 64<<10 {
		t.Fatalf("%d bytes; want 65536", len(rom))
	}
	// AT Technical Reference, "ROM BIOS": the far jump at FFF0, the date, the model.
	if got, want := rom[0xfff0:0xfff5], []byte{0xea, 0x5b, 0xe0, 0x00, 0xf0}; !bytes.Equal(got, want) {
		t.Errorf("reset vector % x; want % x", got, want)
	}
	if got := string(rom[0xfff5:0xfffd]); len(got) != 8 || got[2] != '/' || got[5] != '/' {
		t.Errorf("date %q; want MM/DD/YY", got)
	}
	if got := rom[0xfffe]; got != 0xfc {
		t.Errorf("model %#x; want 0xfc", got)
	}
	// The entries that programs call directly are jumps; FF53 is an IRET.
	for _, at := range []int{0xe05b, 0xe2c3, 0xe3fe, 0xe6f2, 0xe739, 0xe82e, 0xe987, 0xec59, 0xef57, 0xefd2, 0xf065, 0xf841, 0xf84d, 0xf859, 0xfe6e, 0xfea5, 0xff54} {
		if op := rom[at]; op != 0xe9 && op != 0xeb {
			t.Errorf("byte %#x at %04X; want a jump", op, at)
		}
	}
	if op := rom[0xff53]; op != 0xcf {
		t.Errorf("byte %#x at FF53; want IRET", op)
	}
	if font := rom[0xfa6e+0x41*8 : 0xfa6e+0x42*8]; bytes.Equal(font, make([]byte, 8)) {
		t.Error("no letter A in the font at FA6E")
	}
	if got, want := rom[0xe6f5:0xe6f9], []byte{8, 0, 0xfc, 1}; !bytes.Equal(got, want) {
		t.Errorf("configuration table % x; want % x", got, want)
	}
}

func TestServiceDirectory(t *testing.T) {
	rom := bios.System()
	i := bytes.Index(rom, []byte("_32_"))
	if i < 0 || i%16 != 0 {
		t.Fatalf("_32_ at %#x; want a multiple of 16", i)
	}
	var sum byte
	for _, b := range rom[i : i+16] {
		sum += b
	}
	if sum != 0 {
		t.Errorf("checksum of _32_ is %#x; want 0", sum)
	}
	if entry := binary.LittleEndian.Uint32(rom[i+4:]); entry>>16 != 0xf {
		t.Errorf("entry %#x; want one in segment F000", entry)
	}
}

func TestVideoROM(t *testing.T) {
	rom := bios.Video()
	if len(rom) != video.Size || video.Sum(rom) != 0 {
		t.Errorf("%d bytes, sum %#x; want %d, 0", len(rom), video.Sum(rom), video.Size)
	}
	if rom := bios.EGA(); len(rom) != video.EGASize || video.Sum(rom) != 0 {
		t.Errorf("EGA: %d bytes, sum %#x; want %d, 0", len(rom), video.Sum(rom), video.EGASize)
	}
}

// TestEDID: EDID 1.3, section 3.1: the header, the version, the sum.
func TestEDID(t *testing.T) {
	edid := bios.EDID()
	if len(edid) != 128 || string(edid[:8]) != "\x00\xff\xff\xff\xff\xff\xff\x00" || edid[18] != 1 || edid[19] != 3 || video.Sum(edid) != 0 {
		t.Errorf("% x", edid)
	}
	if !bytes.Contains(bios.Video(), edid) {
		t.Error("the VGA BIOS has another one")
	}
}

func TestLoaderROM(t *testing.T) {
	rom := bios.Loader()
	if len(rom) == 0 || len(rom)%512 != 0 || int(rom[2]) != len(rom)/512 || rom[0] != 0x55 || rom[1] != 0xaa || video.Sum(rom) != 0 {
		t.Errorf("%d bytes, header % x, sum %#x; want the header of an option ROM and 0", len(rom), rom[:3], video.Sum(rom))
	}
}

// TestImagesAreBuiltFromTheirSources assembles everything anew and compares.
func TestImagesAreBuiltFromTheirSources(t *testing.T) {
	nasm, err := exec.LookPath("nasm")
	if err != nil {
		t.Skip("nasm is not installed")
	}
	assemble := func(dir, main string) []byte {
		t.Helper()
		out := filepath.Join(t.TempDir(), "code.bin")
		cmd := exec.Command(nasm, "-f", "bin", "-Werror", "-I", "../font/", "-o", out, main)
		cmd.Dir = dir
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", main, err, text)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(assemble("video", "edid.asm"), bios.EDID()) {
		t.Error("video/edid.bin is not what its source gives; run make bios")
	}
	if !bytes.Equal(assemble("system", "system.asm"), bios.System()) {
		t.Error("system/system.bin is not what its sources give; run make bios")
	}
	if code := assemble("loader", "loader.asm"); !bytes.Equal(code[3:], bios.Loader()[3:len(code)]) {
		t.Error("loader/loader.bin is not what its source gives; run make bios")
	}
	for name, sector := range map[string][]byte{"mbr": bootsector.MBR(), "volume": bootsector.Volume()} {
		if len(sector) != bootsector.Size || !bytes.Equal(assemble("bootsector", name+".asm"), sector) {
			t.Errorf("bootsector/%s.bin is not what its source gives; run make bios", name)
		}
	}
	for name, image := range map[string][]byte{"video": bios.Video(), "ega": bios.EGA()} {
		rom, err := video.Seal(assemble("video", name+".asm"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(rom, image) {
			t.Errorf("video/%s.bin is not what its sources give; run make bios", name)
		}
	}
	disk, err := demo.Image(assemble("demo", "demo.asm"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(disk, bios.Demo()) {
		t.Error("demo/demo.img is not what its sources give; run make bios")
	}
}
