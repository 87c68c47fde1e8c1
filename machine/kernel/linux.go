package kernel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Fields of the setup header, as offsets in the file (boot.rst, "The Real-Mode
// Kernel Header").
const (
	hdrSetupSects   = 0x1f1 // sectors of the real-mode part behind the first; 0 means 4
	hdrVidMode      = 0x1fa
	hdrBootFlag     = 0x1fe
	hdrJump         = 0x200 // second byte: the header's end, from here + 2
	hdrMagic        = 0x202 // "HdrS"
	hdrVersion      = 0x206
	hdrKernelText   = 0x20e // version text, from 200h
	hdrLoader       = 0x210 // type of loader
	hdrLoadFlags    = 0x211
	hdrInitrd       = 0x218 // address
	hdrInitrdSize   = 0x21c
	hdrHeapEnd      = 0x224 // from the start of the real-mode part, less 200h
	hdrCommandLine  = 0x228 // address
	hdrInitrdMax    = 0x22c // last byte an initial RAM disk may have, 2.03
	hdrAlignment    = 0x230 // of the address where it runs, 2.05
	hdrRelocatable  = 0x234 // it runs at the address where it is, rounded up to that, 2.05
	hdrCommandLimit = 0x238 // longest command line, 2.06
	hdrPreferred    = 0x258 // or at this one, 2.10
	hdrInitSize     = 0x260 // memory needed from the load address on, 2.10
	hdrEnd          = 0x264
)

const (
	loadedHigh = 1 << 0 // LOADED_HIGH: the kernel lies at 100000h
	useHeap    = 1 << 7 // CAN_USE_HEAP

	loaderUnknown = 0xff

	bootFlag = 0xaa55
	magicHdr = "HdrS"
)

// Where things go: the real-mode part with its heap and stack below the command
// line, both below what BIOSes keep at the end of conventional memory.
const (
	setupAddr   = 0x10000
	commandAddr = 0x1f000
	heapEnd     = commandAddr - setupAddr - 0x200
	kernelAddr  = 0x100000

	// defaultInitrdMax is the limit before protocol 2.03.
	defaultInitrdMax = 0x37ffffff
	// defaultCommandLimit is the limit before protocol 2.06.
	defaultCommandLimit = 255
)

// videoModes are the names that "vga=" takes.
var videoModes = map[string]uint16{"normal": 0xffff, "ext": 0xfffe, "extended": 0xfffe, "ask": 0xfffd}

func isLinux(file []byte) bool {
	return len(file) >= hdrEnd && string(file[hdrMagic:hdrMagic+4]) == magicHdr &&
		binary.LittleEndian.Uint16(file[hdrBootFlag:]) == bootFlag
}

func loadLinux(file []byte, o Options) (*Image, error) {
	le := binary.LittleEndian
	version := le.Uint16(file[hdrVersion:])
	if version < 0x0200 || file[hdrLoadFlags]&loadedHigh == 0 {
		return nil, fmt.Errorf("the kernel is for boot protocol %d.%02d and low memory (zImage); want a bzImage", version>>8, version&0xff)
	}
	sectors := int(file[hdrSetupSects])
	if sectors == 0 {
		sectors = 4
	}
	size := (sectors + 1) * 512
	if size >= len(file) || size > heapEnd {
		return nil, fmt.Errorf("the kernel is cut off: its real-mode part takes %d bytes of %d", size, len(file))
	}
	k := &Image{
		Format:    fmt.Sprintf("Linux %s(boot protocol %d.%02d)", linuxVersion(file), version>>8, version&0xff),
		Setup:     bytes.Clone(file[:size]),
		SetupAddr: setupAddr,
		Kernel:    file[size:], KernelAddr: kernelAddr,
		CommandLine: append([]byte(o.CommandLine), 0), CommandLineAddr: commandAddr,
		Initrd: o.Initrd,
	}
	need := max(uint64(len(k.Kernel)), runtimeEnd(file, version)-kernelAddr)
	if err := fits("the kernel", kernelAddr, need, o.Memory); err != nil {
		return nil, err
	}
	limit := uint32(defaultCommandLimit)
	if version >= 0x0206 {
		limit = le.Uint32(file[hdrCommandLimit:])
	}
	if n := len(o.CommandLine); uint64(n) > uint64(limit) {
		return nil, fmt.Errorf("the command line has %d bytes; the kernel takes at most %d", n, limit)
	}

	h := k.Setup
	h[hdrLoader] = loaderUnknown
	if version >= 0x0201 {
		h[hdrLoadFlags] |= useHeap
		le.PutUint16(h[hdrHeapEnd:], heapEnd)
	}
	if version >= 0x0202 {
		le.PutUint32(h[hdrCommandLine:], commandAddr)
	} else {
		// Before 2.02 a magic number and an offset in the first sector tell of it.
		le.PutUint16(h[0x20:], 0xa33f)
		le.PutUint16(h[0x22:], commandAddr-setupAddr)
	}
	mode, err := videoMode(o.CommandLine)
	if err != nil {
		return nil, err
	}
	if mode != 0 {
		le.PutUint16(h[hdrVidMode:], mode)
	}
	if len(o.Initrd) > 0 {
		top := uint64(defaultInitrdMax)
		if version >= 0x0203 {
			top = uint64(le.Uint32(file[hdrInitrdMax:]))
		}
		top = min(top+1, max(o.Memory, reserved)-reserved)
		if uint64(len(o.Initrd)) > top || (top-uint64(len(o.Initrd)))&^pageAlign < kernelAddr+need {
			return nil, fmt.Errorf("kernel and initial RAM disk (%d MB) do not fit into %d MB of memory", (uint64(len(o.Initrd))+need+mb-1)/mb, o.Memory/mb)
		}
		k.InitrdAddr = uint32(top-uint64(len(o.Initrd))) &^ pageAlign
		le.PutUint32(h[hdrInitrd:], k.InitrdAddr)
		le.PutUint32(h[hdrInitrdSize:], uint32(len(o.Initrd)))
	}
	return k, nil
}

// runtimeEnd is the address behind what the kernel uses before it looks at the memory
// map (boot protocol, "init_size").
func runtimeEnd(file []byte, version uint16) uint64 {
	if version < 0x020a {
		return kernelAddr
	}
	le := binary.LittleEndian
	start := max(kernelAddr, min(le.Uint64(file[hdrPreferred:]), 1<<32))
	if file[hdrRelocatable] != 0 {
		align := max(uint64(le.Uint32(file[hdrAlignment:])), 1)
		start = (kernelAddr + align - 1) / align * align
	}
	return start + uint64(le.Uint32(file[hdrInitSize:]))
}

// linuxVersion is the first word of the kernel's version text, with a space
// behind it, or "".
func linuxVersion(file []byte) string {
	at := int(binary.LittleEndian.Uint16(file[hdrKernelText:])) + 0x200
	if at == 0x200 || at >= len(file) {
		return ""
	}
	text := file[at:min(at+128, len(file))]
	if i := bytes.IndexAny(text, " \x00"); i > 0 {
		for _, c := range text[:i] {
			if c < ' ' || c > '~' {
				return ""
			}
		}
		return string(text[:i]) + " "
	}
	return ""
}

// videoMode is what "vga=" in a command line asks for, which is the boot loader's
// to pass on (boot.rst, "Special Command Line Options"); 0: nothing.
func videoMode(commandLine string) (uint16, error) {
	for _, word := range strings.Fields(commandLine) {
		value, ok := strings.CutPrefix(word, "vga=")
		if !ok {
			continue
		}
		if m, ok := videoModes[value]; ok {
			return m, nil
		}
		m, err := strconv.ParseUint(value, 0, 16)
		if err != nil {
			return 0, fmt.Errorf("command line: vga=%s: want normal, ext, ask or a mode number", value)
		}
		return uint16(m), nil
	}
	return 0, nil
}
