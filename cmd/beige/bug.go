package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
)

// reportBug says in one line that beige is wrong, and where. It must be called
// by the function that recovered, while the stack of the panic is still there.
func reportBug(stderr io.Writer, p any) int {
	fmt.Fprintln(stderr, bugText(p))
	return codeBug
}

// bugText is the line that reports the panic p, under the same condition.
func bugText(p any) string {
	return bugLine(fmt.Sprint(p), panicSite())
}

func bugLine(what, where string) string {
	return fmt.Sprintf("beige: bug in beige %s: %s (%s); please report it with the command line and the image",
		version(), strings.ReplaceAll(what, "\n", " "), where)
}

// panicSite is where the panic began: the first place in beige below the
// runtime's panic functions, and below those that have panicked again since.
func panicSite() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	inPanic, site := false, "unknown place"
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			inPanic = true
		case inPanic && !strings.HasPrefix(f.Function, "runtime."):
			inPanic, site = false, fmt.Sprintf("%s at %s:%d", f.Function, filepath.Base(f.File), f.Line)
		}
		if !more {
			return site
		}
	}
}
