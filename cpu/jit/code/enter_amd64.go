//go:build linux && amd64

package code

// Supported tells whether this host can run translated code.
const Supported = true

// Enter runs the translated code at host address code. See Frame.
//
//go:noescape
func Enter(f *Frame, code uintptr)
