package char

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	xterm "golang.org/x/term"
)

// PTY is a serial line to whoever opens a pseudo-terminal of this host. Bytes that
// nobody reads wait, up to a bound; a reader that stalls keeps nobody waiting.
type PTY struct {
	master *os.File
	slave  *os.File // kept open: without one, reading the master fails
	q      *queue
}

// OpenPTY makes a new pseudo-terminal, in raw mode (ptmx(4), pts(4)).
func OpenPTY() (*PTY, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	slave, err := openSlave(master)
	if err != nil {
		_ = master.Close()
		return nil, err
	}
	return &PTY{master: master, slave: slave, q: newQueue()}, nil
}

func openSlave(master *os.File) (*os.File, error) {
	conn, err := master.SyscallConn()
	if err != nil {
		return nil, err
	}
	var n int
	var ioctl error
	err = conn.Control(func(fd uintptr) {
		if ioctl = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); ioctl == nil {
			n, ioctl = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err == nil {
		err = ioctl
	}
	if err != nil {
		return nil, fmt.Errorf("/dev/ptmx: %w", err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	if _, err := xterm.MakeRaw(int(slave.Fd())); err != nil {
		_ = slave.Close()
		return nil, fmt.Errorf("%s: %w", slave.Name(), err)
	}
	return slave, nil
}

// Place says where the other end is: the name of the terminal.
func (p *PTY) Place() string { return p.slave.Name() }

// Write sends what the guest has sent. It never waits and never fails.
func (p *PTY) Write(b []byte) (int, error) {
	p.q.put(b)
	return len(b), nil
}

// Serve hands what is typed at the terminal to receive until ctx is done.
func (p *PTY) Serve(ctx context.Context, receive func([]byte)) {
	converse(ctx, p.master, p.q, receive)
	<-ctx.Done()
}

// Close ends the line, served or not.
func (p *PTY) Close() error {
	_ = p.master.Close()
	return p.slave.Close()
}
