//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// watch calls resized when the terminal changes its size, leave before a stop by
// SIGTSTP, and enter when the process goes on after any stop. It returns a
// function that ends the watching.
func watch(resized, leave, enter func()) (stop func()) {
	c := make(chan os.Signal, 4)
	done := make(chan struct{})
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGTSTP, syscall.SIGCONT)
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-c:
				switch s {
				case syscall.SIGWINCH:
					resized()
				case syscall.SIGTSTP:
					leave()
					// The stop may come a little later; only SIGCONT says that it is over.
					_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
				case syscall.SIGCONT:
					enter()
				}
			}
		}
	}()
	return func() { signal.Stop(c); close(done) }
}

// pixelSize is the size of the terminal in pixels, 0 where it does not tell.
func pixelSize(f *os.File) (w, h int) {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(size.Xpixel), int(size.Ypixel)
}

// prepareOutput makes the output understand control sequences.
func prepareOutput(*os.File) (restore func(), err error) { return func() {}, nil }
