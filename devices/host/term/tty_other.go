//go:build !unix && !windows

package term

import "os"

func watch(_, _, _ func()) (stop func()) { return func() {} }

func pixelSize(*os.File) (w, h int) { return 0, 0 }

func prepareOutput(*os.File) (restore func(), err error) { return func() {}, nil }
