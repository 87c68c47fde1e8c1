//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"
)

// watch calls resized when the terminal changes its size, and around a stop by
// SIGTSTP leave before it and enter after it. It returns a function that ends
// the watching.
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
					_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
					enter()
				case syscall.SIGCONT: // stopped by SIGSTOP, which cannot be seen coming
					enter()
				}
			}
		}
	}()
	return func() { signal.Stop(c); close(done) }
}

// prepareOutput makes the output understand control sequences.
func prepareOutput(*os.File) (restore func(), err error) { return func() {}, nil }
