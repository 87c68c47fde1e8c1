// Package kernel prepares a kernel that is started without a boot disk: what a
// boot loader would put where in memory. The loader ROM (bios/loader) takes it
// from the firmware configuration device and jumps to it, after the BIOS has set
// the machine up.
//
// Formats: Linux/x86 boot protocol 2.00 and later (bzImage; also Memtest86+), and
// Multiboot 0.6.96 (ELF, or with the addresses in its header).
//
// Sources: Linux, Documentation/arch/x86/boot.rst; Multiboot Specification version
// 0.6.96.
package kernel

import (
	"errors"
	"fmt"
)

// Image is what lies where when the kernel starts. Addresses are physical.
type Image struct {
	Format string // in words, such as "Linux 6.1.0 (boot protocol 2.15)"

	// With Linux the real-mode part, which starts the rest; with Multiboot empty.
	Setup     []byte
	SetupAddr uint32

	CommandLine     []byte // zero-terminated; Linux only
	CommandLineAddr uint32

	Kernel     []byte
	KernelAddr uint32
	Entry      uint32 // Multiboot: where the kernel starts, in 32-bit mode

	// With Linux the initial RAM disk; with Multiboot the information structure and
	// the modules behind it.
	Initrd     []byte
	InitrdAddr uint32
}

// Options is what a kernel is started with.
type Options struct {
	Initrd      []byte // initial RAM disk, Multiboot: the first module; nil: none
	InitrdName  string // for the module's command line
	CommandLine string
	Memory      uint64 // bytes of RAM
}

// ErrFormat is returned for files that are no kernel of a known format.
var ErrFormat = errors.New("neither a Linux kernel (bzImage) nor a Multiboot kernel")

// Load lays out a kernel. The error says what does not fit.
func Load(file []byte, o Options) (*Image, error) {
	if isLinux(file) {
		return loadLinux(file, o)
	}
	if h, ok := findMultiboot(file); ok {
		return loadMultiboot(file, h, o)
	}
	return nil, ErrFormat
}

// HeadSize is how many bytes of a file Is wants to see.
const HeadSize = multibootSearch

// Is reports whether a file that begins with these bytes is a kernel that Load may
// take. What begins with a boot sector is a disk: the core of GRUB, right behind
// the partition table, has a Multiboot header of its own.
func Is(head []byte) bool {
	if isLinux(head) {
		return true
	}
	if len(head) >= 512 && head[510] == 0x55 && head[511] == 0xaa {
		return false
	}
	_, ok := findMultiboot(head)
	return ok
}

// fits checks that n bytes at an address lie in RAM; what names them.
func fits(what string, at, n, memory uint64) error {
	if at+n > memory {
		return fmt.Errorf("%s needs memory up to %d MB; the machine has %d MB", what, (at+n+mb-1)/mb, memory/mb)
	}
	return nil
}

const (
	kb = 1 << 10
	mb = 1 << 20
	// reserved is what the firmware may keep at the end of RAM for its tables.
	reserved  = 256 * kb
	pageSize  = 4 * kb
	pageAlign = pageSize - 1
)
