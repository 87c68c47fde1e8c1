//go:build windows

package term

import (
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// watch calls resized twice a second: a console tells of its size only in its
// own input events, which are not read here.
func watch(resized, _, _ func()) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				resized()
			}
		}
	}()
	return func() { close(done) }
}

// pixelSize is not told by a console; it answers a question.
func pixelSize(*os.File) (w, h int) { return 0, 0 }

// prepareOutput makes the console understand control sequences.
func prepareOutput(f *os.File) (restore func(), err error) {
	h := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return nil, err
	}
	const want = windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING | windows.DISABLE_NEWLINE_AUTO_RETURN
	if err := windows.SetConsoleMode(h, mode|want); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(h, mode) }, nil
}
