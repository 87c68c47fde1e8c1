//go:build !unix && !windows

package term

import "os"

func watch(_, _, _ func()) (stop func()) { return func() {} }

func prepareOutput(*os.File) (restore func(), err error) { return func() {}, nil }
