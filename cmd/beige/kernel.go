package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"beige/machine/kernel"
)

// kernelMemory is the memory of a machine that starts a kernel and has no --mem.
const kernelMemory = 128 << 20

// maxKernelFile bounds the files of --kernel and --initrd: what fits into the
// memory of the largest machine.
const maxKernelFile = 3 << 30

// takeKernel takes an argument for --kernel if it is one, and reports whether it
// was.
func (o *options) takeKernel(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false // opening it as a disk says why
	}
	defer f.Close()
	head := make([]byte, kernel.HeadSize)
	n, _ := io.ReadFull(f, head)
	if !kernel.Is(head[:n]) || o.kernel != "" {
		return false
	}
	o.kernel = path
	return true
}

// loadKernel reads and lays out what --kernel, --initrd and --append name.
// It returns a line that says what the kernel was taken for.
func (o *options) loadKernel() (string, error) {
	if o.kernel == "" {
		var errs []error
		for flag, value := range map[string]string{"initrd": o.initrd, "append": o.append} {
			if value != "" {
				errs = append(errs, fmt.Errorf("--%s is for a kernel, and there is no --kernel", flag))
			}
		}
		return "", errors.Join(errs...)
	}
	file, err := readBounded(o.kernel, maxKernelFile)
	if err != nil {
		return "", fmt.Errorf("--kernel: %w", err)
	}
	var initrd []byte
	if o.initrd != "" {
		if initrd, err = readBounded(o.initrd, maxKernelFile); err != nil {
			return "", fmt.Errorf("--initrd: %w", err)
		}
	}
	memory := o.cfg.Memory
	if memory == 0 {
		memory = kernelMemory
	}
	o.cfg.Kernel, err = kernel.Load(file, kernel.Options{
		Initrd: initrd, InitrdName: filepath.Base(o.initrd), CommandLine: o.append, Memory: memory,
	})
	if err != nil {
		return "", fmt.Errorf("--kernel: %s: %w", o.kernel, err)
	}
	if o.cfg.Check() == nil { // else this machine takes no kernel, nor so much memory
		o.cfg.Memory = memory
	}
	return fmt.Sprintf("%s is a kernel: %s", filepath.Base(o.kernel), o.cfg.Kernel.Format), nil
}

// readBounded reads a file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fileError(path, err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: a folder; want a file", path)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s: %d bytes; want at most %d", path, info.Size(), limit)
	}
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead) // a pipe has size 0
	if _, err := b.ReadFrom(io.LimitReader(f, limit)); err != nil {
		return nil, fileError(path, err)
	}
	return b.Bytes(), nil
}
