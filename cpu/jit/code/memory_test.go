package code

import (
	"errors"
	"testing"
)

func TestUnsupportedHost(t *testing.T) {
	if Supported {
		t.Skip("this host is supported")
	}
	if m, err := NewMemory(4096); m != nil || !errors.Is(err, ErrUnsupported) {
		t.Errorf("NewMemory: %v, %v; want nil, %v", m, err, ErrUnsupported)
	}
}
