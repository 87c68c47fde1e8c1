package machine

import (
	"encoding/binary"
	"slices"

	"beige/bios"
	"beige/devices/fwcfg"
	"beige/devices/pci"
	"beige/machine/kernel"
)

// e820RAM is the type of memory that an operating system may use (ACPI
// specification, "Address Range Types").
const e820RAM = 1

// bootMenuWait is how long other firmware offers its boot menu, in ms.
const bootMenuWait = 1000

// firmwareConfig tells other firmware of the board what it asks QEMU for. The order
// of drives is in the CMOS memory, where our own firmware looks as well.
func (m *Machine) firmwareConfig() (*fwcfg.FwCfg, error) {
	le := binary.LittleEndian
	ram := le.AppendUint64(nil, m.cfg.Memory)
	one := le.AppendUint16(nil, 1)
	items := []fwcfg.Item{
		{Key: fwcfg.KeyRAMSize, Data: ram},
		{Key: fwcfg.KeyCPUs, Data: one},
		{Key: fwcfg.KeyMaxCPUs, Data: one},
		{Key: fwcfg.KeyBootMenu, Data: one},
	}
	e820 := le.AppendUint32(append(le.AppendUint64(nil, 0), ram...), e820RAM)
	files := []fwcfg.File{
		{Name: "etc/e820", Data: e820},
		{Name: "etc/boot-menu-wait", Data: le.AppendUint16(nil, bootMenuWait)},
	}
	// A video BIOS that is not the one of the display's PCI function.
	if video := m.videoBIOS(); !pci.DisplayROM(video) {
		files = append(files, fwcfg.File{Name: "vgaroms/vgabios.bin", Data: video})
	}
	if k := m.cfg.Kernel; k != nil {
		items = append(items, kernelItems(k)...)
		if m.cfg.BIOS != nil { // ours finds the ROM in memory
			files = append(files, fwcfg.File{Name: "genroms/loader.bin", Data: bios.Loader()})
		}
	}
	return fwcfg.New("fwcfg", m.mem, items, files)
}

// kernelItems are what the loader ROM reads.
func kernelItems(k *kernel.Image) []fwcfg.Item {
	number := func(key uint16, v uint32) fwcfg.Item {
		return fwcfg.Item{Key: key, Data: binary.LittleEndian.AppendUint32(nil, v)}
	}
	part := func(addrKey, sizeKey, dataKey uint16, addr uint32, data []byte) []fwcfg.Item {
		return []fwcfg.Item{number(addrKey, addr), number(sizeKey, uint32(len(data))), {Key: dataKey, Data: data}}
	}
	return slices.Concat(
		part(fwcfg.KeySetupAddr, fwcfg.KeySetupSize, fwcfg.KeySetup, k.SetupAddr, k.Setup),
		part(fwcfg.KeyCommandLineAddr, fwcfg.KeyCommandLineSize, fwcfg.KeyCommandLine, k.CommandLineAddr, k.CommandLine),
		part(fwcfg.KeyKernelAddr, fwcfg.KeyKernelSize, fwcfg.KeyKernel, k.KernelAddr, k.Kernel),
		part(fwcfg.KeyInitrdAddr, fwcfg.KeyInitrdSize, fwcfg.KeyInitrd, k.InitrdAddr, k.Initrd),
		[]fwcfg.Item{number(fwcfg.KeyKernelEntry, k.Entry)},
	)
}
