// Package linux builds Linux guests for tests and benchmarks from Debian's
// packages for i386: the kernel of linux-image-686 with its modules, and a
// userland of busybox-static. It changes nothing on the host and installs
// nothing: it looks for unpacked packages and says what is missing.
package linux

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Kit is where the parts of a guest lie on the host.
type Kit struct {
	Version string // of the kernel, such as "6.1.0-9-686"
	Kernel  string // the bzImage
	Modules string // the folder of the modules, below which "kernel" lies
	Busybox string // a statically linked i386 busybox
}

// Guests is the environment variable that names a folder with unpacked packages.
const Guests = "BEIGE_GUESTS"

// Find looks for a kit: in the folder that BEIGE_GUESTS names, in the given
// folders, and in the host's own file system. The error says what is missing
// where it was looked for.
func Find(folders ...string) (Kit, error) {
	if env := os.Getenv(Guests); env != "" {
		folders = append([]string{env}, folders...)
	}
	var errs []error
	for _, root := range append(folders, "/") {
		k, err := find(root)
		if err == nil {
			return k, nil
		}
		errs = append(errs, err)
	}
	return Kit{}, errors.Join(errs...)
}

func find(root string) (Kit, error) {
	kernels, _ := filepath.Glob(filepath.Join(root, "boot/vmlinuz-*-686"))
	if len(kernels) == 0 {
		return Kit{}, fmt.Errorf("no kernel of the i386 package linux-image-686 in %s", filepath.Join(root, "boot"))
	}
	slices.Sort(kernels)
	k := Kit{Kernel: kernels[len(kernels)-1]}
	k.Version = filepath.Base(k.Kernel)[len("vmlinuz-"):]
	for _, lib := range []string{"lib/modules", "usr/lib/modules"} {
		if dir := filepath.Join(root, lib, k.Version); isDir(filepath.Join(dir, "kernel")) {
			k.Modules = dir
		}
	}
	if k.Modules == "" {
		return Kit{}, fmt.Errorf("no modules of kernel %s in %s", k.Version, filepath.Join(root, "lib/modules"))
	}
	for _, bin := range []string{"bin/busybox", "usr/bin/busybox"} {
		if path := filepath.Join(root, bin); k.Busybox == "" && static386(path) {
			k.Busybox = path
		}
	}
	if k.Busybox == "" {
		return Kit{}, fmt.Errorf("no busybox of the i386 package busybox-static in %s", filepath.Join(root, "bin"))
	}
	return k, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// static386 reports whether a file is a statically linked program for i386.
func static386(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Machine == elf.EM_386 && !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

// Module returns a module's file and those of the modules it needs, in the order
// in which they must be loaded.
func (k Kit) Module(names ...string) ([]string, error) {
	index := map[string]string{}
	err := filepath.WalkDir(filepath.Join(k.Modules, "kernel"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".ko" {
			index[moduleName(filepath.Base(path))] = path
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var order []string
	seen := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		name = moduleName(name)
		if seen[name] {
			return nil
		}
		seen[name] = true
		path, ok := index[name]
		if !ok {
			return fmt.Errorf("kernel %s has no module %s", k.Version, name)
		}
		deps, err := depends(path)
		if err != nil {
			return err
		}
		for _, d := range deps {
			if err := add(d); err != nil {
				return err
			}
		}
		order = append(order, path)
		return nil
	}
	for _, n := range names {
		if err := add(n); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// moduleName is the name that the kernel gives to a module's file.
func moduleName(file string) string {
	b := bytes.TrimSuffix([]byte(file), []byte(".ko"))
	return string(bytes.ReplaceAll(b, []byte("-"), []byte("_")))
}

// depends reads the names of the modules that a module needs from its section
// .modinfo, a list of zero-terminated "key=value" texts.
func depends(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	section := f.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("%s: no section .modinfo", path)
	}
	info, err := section.Data()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var names []string
	for _, field := range bytes.Split(info, []byte{0}) {
		if list, ok := bytes.CutPrefix(field, []byte("depends=")); ok && len(list) > 0 {
			for _, n := range bytes.Split(list, []byte(",")) {
				names = append(names, string(n))
			}
		}
	}
	return names, nil
}
