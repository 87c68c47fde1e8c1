//go:build !(linux && amd64)

package jit

func mapViews(int) (views, error) { return views{}, ErrUnsupported }

func (views) unmap() error { return nil }

func (views) written() {}

func (views) release() {}
