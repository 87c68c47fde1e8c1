package code

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// mapViews maps a new file without a name twice. The mappings keep it, so no
// descriptor stays open.
//
// SDM volume 3, section "Self-Modifying Code", asks for a serializing instruction
// between a write at one linear address and the execution at another: caches compare
// physical addresses, but instructions that are fetched already may not be. New code
// cannot be fetched already. That a patch of old code is seen at the next Enter is
// what processors do and a test checks, not what the manual promises.
func mapViews(size int) (v views, err error) {
	fd, err := memfd()
	if err != nil {
		return v, fmt.Errorf("code: memfd_create: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		return v, fmt.Errorf("code: ftruncate to %d bytes: %w", size, err)
	}
	if v.w, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return v, fmt.Errorf("code: mmap of %d bytes to write: %w", size, err)
	}
	if v.x, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED); err != nil {
		unix.Munmap(v.w)
		return views{}, fmt.Errorf("code: mmap of %d bytes to execute: %w", size, err)
	}
	return v, nil
}

// memfd opens the file. That it is no program (exec(2)) must be said from Linux 6.3
// on, where a host can forbid anything else (vm.memfd_noexec); its pages can be
// mapped to execute all the same. Older kernels do not know the flag.
func memfd() (int, error) {
	fd, err := unix.MemfdCreate(memfdName, unix.MFD_CLOEXEC|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate(memfdName, unix.MFD_CLOEXEC)
	}
	return fd, err
}

// memfdName is what /proc/PID/maps calls the mappings.
const memfdName = "beige-code"

func (v views) unmap() error {
	if v.w == nil {
		return nil
	}
	return errors.Join(unix.Munmap(v.w), unix.Munmap(v.x))
}

func (v views) release() {
	if v.w == nil {
		return
	}
	if unix.Madvise(v.w, unix.MADV_REMOVE) != nil {
		clear(v.w) // locked in memory (mlockall)
	}
}

func (v views) written() {
	if v.w != nil {
		unix.Madvise(v.w, unix.MADV_DONTNEED) // of a shared file: its pages stay
	}
}
