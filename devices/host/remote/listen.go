package remote

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Listen opens a port of TCP. The error says in a person's words why it cannot be
// had.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s: the port is taken; want another one, or 0 for any", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s: this port is not for everybody; want one above 1023", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s: not an address of this computer", address)
	case errors.As(err, &dns):
		return nil, fmt.Errorf("%s: unknown host", address)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return nil, fmt.Errorf("%s: %w", address, err)
}
