package kernel

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

const testMemory = 64 * mb

// bzImage is a kernel file of a protocol version with n bytes of protected-mode
// code.
func bzImage(version uint16, n int) []byte {
	le := binary.LittleEndian
	b := make([]byte, 5*512+n)
	b[hdrSetupSects] = 4
	le.PutUint16(b[hdrBootFlag:], bootFlag)
	copy(b[hdrMagic:], magicHdr)
	le.PutUint16(b[hdrVersion:], version)
	b[hdrLoadFlags] = loadedHigh
	le.PutUint32(b[hdrInitrdMax:], 0x37ffffff)
	le.PutUint32(b[hdrCommandLimit:], 2047)
	le.PutUint32(b[hdrInitSize:], 2*mb)
	return b
}

// Values of boot.rst, "Details of Header Fields" and "Sample Boot Configuration".
func TestLinuxHeader(t *testing.T) {
	le := binary.LittleEndian
	file := bzImage(0x20f, 1000)
	k, err := Load(file, Options{CommandLine: "quiet vga=ask", Initrd: make([]byte, 5000), Memory: testMemory})
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Setup) != 5*512 || len(k.Kernel) != 1000 || k.KernelAddr != 0x100000 {
		t.Errorf("setup %d bytes, kernel %d at %#x; want 2560, 1000 at 0x100000", len(k.Setup), len(k.Kernel), k.KernelAddr)
	}
	if got := string(k.CommandLine); got != "quiet vga=ask\x00" {
		t.Errorf("command line %q", got)
	}
	for _, f := range []struct {
		name      string
		got, want uint32
	}{
		{"type_of_loader", uint32(k.Setup[0x210]), 0xff},
		{"loadflags", uint32(k.Setup[0x211]), 0x81},
		{"heap_end_ptr", uint32(le.Uint16(k.Setup[0x224:])), k.CommandLineAddr - k.SetupAddr - 0x200},
		{"cmd_line_ptr", le.Uint32(k.Setup[0x228:]), k.CommandLineAddr},
		{"vid_mode", uint32(le.Uint16(k.Setup[0x1fa:])), 0xfffd},
		{"ramdisk_image", le.Uint32(k.Setup[0x218:]), k.InitrdAddr},
		{"ramdisk_size", le.Uint32(k.Setup[0x21c:]), 5000},
		{"page of the RAM disk", k.InitrdAddr & 0xfff, 0},
	} {
		if f.got != f.want {
			t.Errorf("%s = %#x; want %#x", f.name, f.got, f.want)
		}
	}
	if end := uint64(k.InitrdAddr) + 5000; end > testMemory || end < testMemory-mb {
		t.Errorf("the RAM disk ends at %#x; want it near the end of memory", end)
	}
	if file[0x210] != 0 {
		t.Error("the file was changed")
	}
}

// Before 2.02 the command line is announced in the first sector (boot.rst, "The
// Kernel Command Line").
func TestOldLinux(t *testing.T) {
	le := binary.LittleEndian
	k, err := Load(bzImage(0x201, 10), Options{CommandLine: "x", Memory: testMemory})
	if err != nil {
		t.Fatal(err)
	}
	if magic, off := le.Uint16(k.Setup[0x20:]), le.Uint16(k.Setup[0x22:]); magic != 0xa33f || k.SetupAddr+uint32(off) != k.CommandLineAddr {
		t.Errorf("%#x, %#x; want 0xa33f and the offset of the command line", magic, off)
	}
	if ptr := le.Uint32(k.Setup[0x228:]); ptr != 0 {
		t.Errorf("cmd_line_ptr = %#x; it is not there yet", ptr)
	}
}

// multiboot is a kernel with addresses in its header, loaded at an address.
func multiboot(flags, at uint32, size int) []byte {
	le := binary.LittleEndian
	b := make([]byte, size)
	for i, v := range []uint32{multibootMagic, flags, -(multibootMagic + flags), at, at, at + uint32(size), at + uint32(size) + 0x1000, at + 40} {
		le.PutUint32(b[4*i:], v)
	}
	return b
}

func TestMultibootAddresses(t *testing.T) {
	le := binary.LittleEndian
	k, err := Load(multiboot(0x10003, 0x100000, 100), Options{CommandLine: "a b", Initrd: []byte("module"), InitrdName: "name", Memory: testMemory})
	if err != nil {
		t.Fatal(err)
	}
	if k.KernelAddr != 0x100000 || len(k.Kernel) != 100+0x1000 || k.Entry != 0x100028 {
		t.Errorf("%d bytes at %#x, entry %#x; want 4196 at 0x100000, entry 0x100028", len(k.Kernel), k.KernelAddr, k.Entry)
	}
	info := func(addr, n uint32) []byte { return k.Initrd[addr-k.InitrdAddr:][:n] }
	if flags := le.Uint32(k.Initrd); flags != 1<<2|1<<3|1<<9 {
		t.Errorf("flags %#x; want command line, modules, loader name", flags)
	}
	if got := string(info(le.Uint32(k.Initrd[16:]), 4)); got != "a b\x00" {
		t.Errorf("command line %q", got)
	}
	mods := info(le.Uint32(k.Initrd[24:]), 16)
	start, end := le.Uint32(mods), le.Uint32(mods[4:])
	if got := string(info(start, end-start)); got != "module" || start%4096 != 0 {
		t.Errorf("module %q at %#x", got, start)
	}
	if k.InitrdAddr < 0x100000+100+0x1000 {
		t.Errorf("information at %#x, over the kernel", k.InitrdAddr)
	}
}

// A hard disk with GRUB has a Multiboot header in its second sector; it is no
// kernel.
func TestDiskIsNoKernel(t *testing.T) {
	disk := make([]byte, HeadSize)
	for i, v := range []uint32{multibootMagic, 0, ^uint32(multibootMagic) + 1} {
		binary.LittleEndian.PutUint32(disk[512+4*i:], v)
	}
	if !Is(disk) {
		t.Error("a Multiboot header at 200h: no kernel")
	}
	disk[510], disk[511] = 0x55, 0xaa
	if Is(disk) {
		t.Error("a boot sector in front of it: a kernel")
	}
}

func TestRefused(t *testing.T) {
	zImage := bzImage(0x20f, 10)
	zImage[hdrLoadFlags] = 0
	for _, c := range []struct {
		name string
		file []byte
		o    Options
		want string
	}{
		{"text", []byte("hello"), Options{}, "neither"},
		{"zImage", zImage, Options{}, "want a bzImage"},
		{"cut off", bzImage(0x20f, 0), Options{}, "cut off"},
		{"little memory", bzImage(0x20f, 10), Options{Memory: 2 * mb}, "needs memory up to 3 MB"},
		{"long command line", bzImage(0x20f, 10), Options{CommandLine: strings.Repeat("x", 2048)}, "at most 2047"},
		{"video mode", bzImage(0x20f, 10), Options{CommandLine: "vga=tall"}, "vga=tall"},
		{"large RAM disk", bzImage(0x20f, 10), Options{Initrd: make([]byte, 62*mb)}, "do not fit"},
		{"requirement", multiboot(0x10008, 0x100000, 100), Options{}, "requires"},
		{"low", multiboot(0x10003, 0x8000, 100), Options{}, "100000h or above"},
		{"high", multiboot(0x10003, 0x8000000, 100), Options{}, "needs memory"},
		{"no addresses", multiboot(3, 0x100000, 100), Options{}, "no ELF file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.o.Memory == 0 {
				c.o.Memory = testMemory
			}
			_, err := Load(c.file, c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v; want %q in it", err, c.want)
			}
		})
	}
	if _, err := Load(nil, Options{}); !errors.Is(err, ErrFormat) {
		t.Errorf("error %v; want ErrFormat", err)
	}
}

// Whatever the file, Load ends with an error or with parts that lie in RAM.
func FuzzLoad(f *testing.F) {
	f.Add(bzImage(0x20f, 100), "quiet vga=0x317")
	f.Add(bzImage(0x200, 100), "")
	f.Add(multiboot(0x10003, 0x100000, 200), "x")
	f.Add(multiboot(3, 0x100000, 200), "x")
	f.Fuzz(func(t *testing.T, file []byte, line string) {
		k, err := Load(file, Options{CommandLine: line, Initrd: []byte("abc"), Memory: 4 * mb})
		if err != nil {
			return
		}
		for _, p := range []struct {
			at   uint32
			data []byte
		}{{k.SetupAddr, k.Setup}, {k.CommandLineAddr, k.CommandLine}, {k.KernelAddr, k.Kernel}, {k.InitrdAddr, k.Initrd}} {
			if uint64(p.at)+uint64(len(p.data)) > 4*mb {
				t.Errorf("%d bytes at %#x in 4 MB", len(p.data), p.at)
			}
		}
	})
}

// The space that a kernel unpacks itself in counts: it begins at the preferred
// address, or for a relocatable kernel at the next aligned one (boot.rst,
// "init_size").
func TestLinuxRuntimeEnd(t *testing.T) {
	for _, c := range []struct {
		version     uint16
		relocatable byte
		align       uint32
		preferred   uint64
		want        uint64
	}{
		{0x20f, 1, 16 * mb, 16 * mb, 18 * mb},
		{0x20f, 1, 4096, 16 * mb, 3 * mb},
		{0x20f, 1, 0, 0, 3 * mb},
		{0x20f, 0, 16 * mb, 4 * mb, 6 * mb},
		{0x20f, 0, 0, 0, 3 * mb},
		{0x20f, 0, 0, 1<<64 - 1, 4<<30 + 2*mb},
		{0x209, 1, 16 * mb, 16 * mb, kernelAddr},
	} {
		file := make([]byte, hdrEnd)
		binary.LittleEndian.PutUint32(file[hdrInitSize:], 2*mb)
		binary.LittleEndian.PutUint32(file[hdrAlignment:], c.align)
		binary.LittleEndian.PutUint64(file[hdrPreferred:], c.preferred)
		file[hdrRelocatable] = c.relocatable
		if got := runtimeEnd(file, c.version); got != c.want {
			t.Errorf("%+v: end = %#x", c, got)
		}
	}
}
