package tests

import (
	"image/color"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beige/machine/screenshot"
	"beige/tests/linux"
)

// drawInLinux writes a line on the console and 16 red dots, all of them in the last
// line but two, into the memory of the frame buffer, which it describes.
const drawInLinux = `
printf '\033[2J\033[H\033[?25l\033[44mframe buffer\033[0m' > /dev/tty0
sleep 1
fb=/sys/class/graphics/fb0
set -- $(cat $fb/virtual_size | tr , ' ')
line=$(cat $fb/stride)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do printf '\0\0\377\0'; done > /tmp/red
dd if=/tmp/red of=/dev/fb0 bs=4 seek=$((766 * line / 4 + 1000)) conv=notrunc 2>/dev/null
echo "@@ fb"; cat $fb/name $fb/stride $fb/bits_per_pixel; echo "@@ messages"; dmesg | grep -iE 'fb|drm|vesa|bochs'
echo "@@ edid"; cat /sys/class/drm/card0-*/edid | wc -c; cat /sys/class/drm/card0-*/modes; echo "@@ ready"
sleep 5
`

// linuxFramebuffer boots to a frame buffer console and returns what the guest said. There
// is no penguin: Debian's kernels are built without CONFIG_LOGO.
func linuxFramebuffer(t *testing.T, frameBuffer string, guest linux.Guest, parameters string) (log string) {
	t.Helper()
	long(t)
	file := filepath.Join(t.TempDir(), "screen.png")
	guest.Script = drawInLinux
	log = runLinux(t, linuxBoot{guest: guest, append: parameters, script: "wait-serial \"@@ ready\" within 120s\nsleep 200ms\nshot " + file + "\nquit\n"})
	if got := strings.Join(strings.Fields(section(t, log, "fb")), " "); got != frameBuffer {
		t.Errorf("frame buffer %q; want %q\n%s", got, frameBuffer, section(t, log, "messages"))
	}
	for _, c := range complaints(log) {
		t.Error(c)
	}
	img, err := screenshot.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 1024 || b.Dy() != 768 {
		t.Fatalf("%v; want 1024 by 768", b)
	}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	black, red := color.RGBA{A: 0xff}, color.RGBA{R: 0xff, A: 0xff}
	blue, text := 0, 0
	for y := range 16 {
		for x := range 12 * 8 {
			switch at(x, y) {
			case color.RGBA{B: 0xaa, A: 0xff}:
				blue++
			case color.RGBA{R: 0xaa, G: 0xaa, B: 0xaa, A: 0xff}:
				text++
			}
		}
	}
	// Twelve letters in grey on blue.
	if blue+text != 12*8*16 || text < 12*16 || text > 12*64 {
		t.Errorf("the text has %d dots on %d", text, blue)
	}
	if a, b := at(96, 3), at(3, 16); a != black || b != black {
		t.Errorf("beside the text %v, below it %v; want black", a, b)
	}
	if !strings.HasSuffix(frameBuffer, " 32") {
		return log
	}
	for x := 999; x <= 1016; x++ {
		want := black
		if x >= 1000 && x < 1016 {
			want = red
		}
		if got := at(x, 766); got != want {
			t.Errorf("dot (%d, 766) is %v; want %v", x, got, want)
		}
	}
	return log
}

// TestLinuxVesafb: the kernel's setup sets a VBE mode, vesafb draws in its memory.
func TestLinuxVesafb(t *testing.T) {
	t.Parallel()
	linuxFramebuffer(t, "VESA VGA 4096 32", linux.Guest{}, "vga=0x344")
}

// TestLinuxBochs: the driver of the display interface itself, with the modes of our EDID.
func TestLinuxBochs(t *testing.T) {
	t.Parallel()
	log := linuxFramebuffer(t, "bochs-drmdrmfb 4096 32", linux.Guest{Modules: []string{"bochs"}}, "")
	want := []string{"128", "1024x768", "1600x1200", "1280x1024", "1152x864", "800x600", "640x480", "720x400"}
	if got := strings.Fields(section(t, log, "edid")); !slices.Equal(got, want) {
		t.Errorf("EDID and modes %q; want %q", got, want)
	}
}

// TestLinuxVesafbProtected: vesafb pans and sets colours by the protected-mode interface.
func TestLinuxVesafbProtected(t *testing.T) {
	t.Parallel()
	linuxFramebuffer(t, "VESA VGA 1024 8", linux.Guest{}, "vga=0x305 video=vesafb:ypan,pmipal,vtotal:8")
}
