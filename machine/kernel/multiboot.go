package kernel

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The Multiboot header (specification 3.1): magic number, flags, checksum, and
// with flag 16 addresses; in the first 8 KB, on a 4-byte boundary.
const (
	multibootMagic  = 0x1badb002
	multibootSearch = 8 * kb

	flagAlign     = 1 << 0 // modules on page boundaries
	flagMemory    = 1 << 1 // wants to know the memory
	flagVideo     = 1 << 2 // wants to know the video modes
	flagAddresses = 1 << 16
	flagRequired  = 0xffff // these must be understood or the kernel not started
)

// The information structure (3.3), the modules' list behind it and the memory map
// behind that, which the loader ROM fills in: it asks the BIOS.
const (
	infoFlags       = 0
	infoCommandLine = 16
	infoModCount    = 20
	infoModAddr     = 24
	infoMapAddr     = 48
	infoLoaderName  = 64
	infoSize        = 120

	hasCommandLine = 1 << 2
	hasModules     = 1 << 3
	hasLoaderName  = 1 << 9

	moduleSize = 16
	mapSize    = 64 * 24 // 64 entries of the memory map
)

const loaderName = "beige"

// multibootHeader is where it lies in the file and what it says.
type multibootHeader struct {
	at                                   int
	flags                                uint32
	header, load, loadEnd, bssEnd, entry uint32
}

func findMultiboot(file []byte) (multibootHeader, bool) {
	le := binary.LittleEndian
	for at := 0; at+12 <= min(len(file), multibootSearch); at += 4 {
		if le.Uint32(file[at:]) != multibootMagic {
			continue
		}
		h := multibootHeader{at: at, flags: le.Uint32(file[at+4:])}
		if multibootMagic+h.flags+le.Uint32(file[at+8:]) != 0 {
			continue
		}
		if h.flags&flagAddresses != 0 {
			if at+32 > len(file) {
				continue
			}
			h.header, h.load, h.loadEnd = le.Uint32(file[at+12:]), le.Uint32(file[at+16:]), le.Uint32(file[at+20:])
			h.bssEnd, h.entry = le.Uint32(file[at+24:]), le.Uint32(file[at+28:])
		}
		return h, true
	}
	return multibootHeader{}, false
}

func loadMultiboot(file []byte, h multibootHeader, o Options) (*Image, error) {
	if unknown := h.flags & flagRequired &^ (flagAlign | flagMemory | flagVideo); unknown != 0 {
		return nil, fmt.Errorf("the Multiboot kernel requires what is not known here (flags %#x)", unknown)
	}
	k := &Image{Format: "Multiboot"}
	var end uint64
	var err error
	if h.flags&flagAddresses != 0 {
		end, err = k.loadAddresses(file, h, o.Memory)
	} else {
		end, err = k.loadELF(file, o.Memory)
	}
	if err != nil {
		return nil, err
	}
	if k.low() {
		return nil, fmt.Errorf("the Multiboot kernel loads at %#x; want it at 100000h or above", k.KernelAddr)
	}
	k.information(uint32(end+pageAlign)&^pageAlign, o)
	if err := fits("the kernel", uint64(k.InitrdAddr), uint64(len(k.Initrd))+reserved, o.Memory); err != nil {
		return nil, err
	}
	return k, nil
}

// low reports whether the kernel would lie over the first megabyte, which
// is the BIOS's until the kernel runs.
func (k *Image) low() bool { return k.KernelAddr < mb }

// loadAddresses places a kernel as its header says, and returns where its memory
// ends.
func (k *Image) loadAddresses(file []byte, h multibootHeader, memory uint64) (uint64, error) {
	start := int64(h.at) - int64(h.header-h.load)
	if h.header < h.load || start < 0 {
		return 0, errors.New("the Multiboot header has addresses that make no sense")
	}
	data := file[start:]
	if h.loadEnd != 0 {
		if h.loadEnd < h.load || uint64(h.loadEnd-h.load) > uint64(len(data)) {
			return 0, errors.New("the Multiboot kernel is cut off")
		}
		data = data[:h.loadEnd-h.load]
	}
	k.KernelAddr, k.Entry = h.load, h.entry
	end := max(uint64(h.load)+uint64(len(data)), uint64(h.bssEnd))
	if err := fits("the kernel", uint64(h.load), end-uint64(h.load), memory); err != nil {
		return 0, err
	}
	k.Kernel = make([]byte, end-uint64(h.load))
	copy(k.Kernel, data)
	return end, nil
}

// loadELF places the segments of an ELF file at their physical addresses, and
// returns where its memory ends.
func (k *Image) loadELF(file []byte, memory uint64) (uint64, error) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return 0, fmt.Errorf("the Multiboot kernel has no addresses in its header and is no ELF file: %w", err)
	}
	defer f.Close()
	if f.Machine != elf.EM_386 && f.Machine != elf.EM_X86_64 {
		return 0, fmt.Errorf("the Multiboot kernel is for %v; want 386", f.Machine)
	}
	first, end, entry := ^uint64(0), uint64(0), f.Entry
	var load []*elf.Prog
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Memsz == 0 {
			continue
		}
		if p.Paddr > 1<<32 || p.Memsz > 1<<32 || p.Filesz > p.Memsz || p.Off > uint64(len(file)) || p.Filesz > uint64(len(file))-p.Off {
			return 0, errors.New("the Multiboot kernel is cut off")
		}
		first, end = min(first, p.Paddr), max(end, p.Paddr+p.Memsz)
		if f.Entry >= p.Vaddr && f.Entry-p.Vaddr < p.Memsz {
			entry = f.Entry - p.Vaddr + p.Paddr // kernels linked high enter by physical address
		}
		load = append(load, p)
	}
	if len(load) == 0 {
		return 0, errors.New("the Multiboot kernel has no segment to load")
	}
	if err := fits("the kernel", first, end-first, memory); err != nil {
		return 0, err
	}
	k.Kernel = make([]byte, end-first)
	for _, p := range load {
		copy(k.Kernel[p.Paddr-first:], file[p.Off:p.Off+p.Filesz])
	}
	k.KernelAddr, k.Entry = uint32(first), uint32(entry)
	return end, nil
}

// information builds the information structure and the module at an address. The
// loader ROM adds what it asks the BIOS for: memory sizes and map.
func (k *Image) information(at uint32, o Options) {
	le := binary.LittleEndian
	b := make([]byte, infoSize+moduleSize+mapSize)
	text := func(s string) uint32 {
		p := at + uint32(len(b))
		b = append(append(b, s...), 0)
		return p
	}
	flags := uint32(hasCommandLine | hasLoaderName)
	line, loader := text(o.CommandLine), text(loaderName)
	le.PutUint32(b[infoCommandLine:], line)
	le.PutUint32(b[infoLoaderName:], loader)
	le.PutUint32(b[infoMapAddr:], at+infoSize+moduleSize)
	if o.Initrd != nil {
		flags |= hasModules
		name := text(o.InitrdName)
		b = append(b, make([]byte, -len(b)&pageAlign)...)
		le.PutUint32(b[infoModCount:], 1)
		le.PutUint32(b[infoModAddr:], at+infoSize)
		le.PutUint32(b[infoSize:], at+uint32(len(b)))
		le.PutUint32(b[infoSize+4:], at+uint32(len(b)+len(o.Initrd)))
		le.PutUint32(b[infoSize+8:], name)
		b = slices.Concat(b, o.Initrd)
	}
	le.PutUint32(b[infoFlags:], flags)
	k.Initrd, k.InitrdAddr = b, at
}
