package main

import (
	"errors"
	"fmt"
	"os"
)

// output is a file that is written to. Its first failure is kept: the guest that
// writes has nobody to tell of it.
type output struct {
	f    *os.File
	name string // in the failure
	err  error

	// failed, if set, is told the first failure.
	failed func(error)
}

// Write implements io.Writer. After a failure it writes nothing more.
func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.f.Write(b)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err // the words of the system call say nothing
		}
		o.err = fmt.Errorf("%s: %w", o.name, err)
		if o.failed != nil {
			o.failed(o.err)
		}
	}
	return n, o.err
}

// Close closes the file; its error is the first failure of all.
func (o *output) Close() error {
	err := o.f.Close()
	if o.err == nil && err != nil {
		o.err = fmt.Errorf("%s: %w", o.name, err)
	}
	return o.err
}
