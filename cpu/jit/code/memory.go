package code

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// ErrUnsupported is the error of NewMemory on a host that Enter has no code for.
var ErrUnsupported = fmt.Errorf("code: host code: %w", errors.ErrUnsupported)

// Memory is room for host code, mapped twice: once to write, once to execute. So
// no page is ever both, which hardened hosts forbid, and writing costs no system
// call. A Memory that is no longer reachable is unmapped, so whoever runs code in
// it keeps it.
type Memory struct {
	W []byte  // to write; zeros at first
	X uintptr // host address at which W[0] is executed

	views   views
	cleanup runtime.Cleanup
}

// views is the two mappings of the same pages. Neither is on Go's heap.
type views struct{ w, x []byte }

// NewMemory returns room for at least size bytes of code. The host gives the pages
// as they are touched. The error is ErrUnsupported, or says which system call the
// host refuses.
func NewMemory(size int) (*Memory, error) {
	page := os.Getpagesize()
	v, err := mapViews((size + page - 1) &^ (page - 1))
	if err != nil {
		return nil, err
	}
	m := &Memory{W: v.w, X: uintptr(unsafe.Pointer(unsafe.SliceData(v.x))), views: v}
	m.cleanup = runtime.AddCleanup(m, func(v views) { v.unmap() }, v)
	return m, nil
}

// Close unmaps the memory. Nothing may use W or X afterwards. Closing once more
// does nothing.
func (m *Memory) Close() error {
	m.cleanup.Stop()
	v := m.views
	m.W, m.X, m.views = nil, 0, views{}
	return v.unmap()
}

// Written says that what is in W will hardly be written again: the host maps its
// pages to execute alone, so that they count once as memory of the process. They can
// still be written.
func (m *Memory) Written() { m.views.written() }

// Release clears W and gives its pages back to the host until they are touched
// again.
func (m *Memory) Release() { m.views.release() }
