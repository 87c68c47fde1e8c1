//go:build !(linux && amd64)

package code

// Supported tells whether this host can run translated code.
const Supported = false

// Enter runs the translated code at host address code. See Frame.
func Enter(f *Frame, code uintptr) { panic(ErrUnsupported) }
