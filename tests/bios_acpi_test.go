package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"beige/devices/bus"
	"beige/machine"
)

// acpiTable reads the table at an address and checks its head (ACPI 1.0b, 5.2.3).
func acpiTable(t *testing.T, m *machine.Machine, addr uint32, signature string) []byte {
	t.Helper()
	head := make([]byte, 8)
	m.Memory().ReadPhys(addr, head)
	if string(head[:4]) != signature {
		t.Fatalf("table at %#x is %q; want %q", addr, head[:4], signature)
	}
	b := make([]byte, min(binary.LittleEndian.Uint32(head[4:]), 64<<10))
	m.Memory().ReadPhys(addr, b)
	if signature != "FACS" && checksum(b) != 0 {
		t.Errorf("%s: the bytes add up to %#x; want 0", signature, checksum(b))
	}
	return b
}

// rootPointer looks for the root pointer as the specification says (5.2.2); nil
// where there is none.
func rootPointer(t *testing.T, m *machine.Machine) []byte {
	t.Helper()
	rom := make([]byte, 128<<10)
	m.Memory().ReadPhys(0xe0000, rom)
	for i := 0; i < len(rom); i += 16 {
		if p := rom[i:]; bytes.HasPrefix(p, []byte("RSD PTR ")) {
			if checksum(p[:20]) != 0 {
				t.Errorf("root pointer % x: the bytes add up to %#x; want 0", p[:20], checksum(p[:20]))
			}
			return p[:20]
		}
	}
	return nil
}

// started is a machine that has gone through POST.
func started(t *testing.T, cfg machine.Config) *machine.Machine {
	t.Helper()
	cfg.Deterministic, cfg.Unattended = true, true
	m, err := machine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m.After(3*bus.Second, func() { m.Stop(0, "") })
	m.Run(context.Background())
	return m
}

func TestACPITables(t *testing.T) {
	t.Parallel()
	m := started(t, machine.Config{})
	le := binary.LittleEndian
	pointer := rootPointer(t, m)
	if pointer == nil {
		t.Fatal("no root pointer")
	}
	root := acpiTable(t, m, le.Uint32(pointer[16:]), "RSDT")
	if len(root) != 40 {
		t.Fatalf("RSDT of %d bytes; want one entry, 40", len(root))
	}
	fadt := acpiTable(t, m, le.Uint32(root[36:]), "FACP")
	if len(fadt) != 116 {
		t.Fatalf("FADT of %d bytes; want 116, as in 1.0b", len(fadt))
	}
	for _, c := range []struct {
		name string
		at   int
		size int
		want uint32
	}{
		{"INT_MODEL", 44, 1, 0}, {"SCI_INT", 46, 2, 9}, {"SMI_CMD", 48, 4, 0xb2}, {"ACPI_ENABLE", 52, 1, 0xf1}, {"ACPI_DISABLE", 53, 1, 0xf0},
		{"PM1a_EVT_BLK", 56, 4, 0x600}, {"PM1a_CNT_BLK", 64, 4, 0x604}, {"PM_TMR_BLK", 76, 4, 0x608}, {"GPE0_BLK", 80, 4, 0},
		{"PM1_EVT_LEN", 88, 1, 4}, {"PM1_CNT_LEN", 89, 1, 2}, {"PM_TM_LEN", 91, 1, 4}, {"CENTURY", 108, 1, 0x32}, {"flags", 112, 4, 0x65},
	} {
		var v uint32
		for i := range c.size {
			v |= uint32(fadt[c.at+i]) << (8 * i)
		}
		if v != c.want {
			t.Errorf("%s = %#x; want %#x", c.name, v, c.want)
		}
	}
	facs := le.Uint32(fadt[36:])
	if facs%64 != 0 || len(acpiTable(t, m, facs, "FACS")) != 64 {
		t.Errorf("FACS at %#x: want 64 bytes on such a boundary", facs)
	}
	m.Memory().WritePhys(facs+12, []byte{0x5a})
	if m.Memory().Read(facs+12, 1) != 0x5a {
		t.Error("FACS cannot be written")
	}
	dsdt := acpiTable(t, m, le.Uint32(fadt[40:]), "DSDT")
	// Sleep type 0 is soft off of the PIIX4; slot 3 pin A is PIRQC, routed to IRQ 10.
	for what, code := range map[string][]byte{
		"_S5":           append([]byte("\x08_S5_"), 0x12, 6, 4, 0, 0, 0, 0),
		"slot 3, pin A": {0x12, 12, 4, 0x0c, 0xff, 0xff, 3, 0, 0x0a, 0, 0, 0x0a, 10},
		"slot 8, pin D": {0x12, 12, 4, 0x0c, 0xff, 0xff, 8, 0, 0x0a, 3, 0, 0x0a, 10},
		"slot 2, pin A": {0x12, 12, 4, 0x0c, 0xff, 0xff, 2, 0, 0x0a, 0, 0, 0x0a, 11},
	} {
		if n := bytes.Count(dsdt, code); n != 1 {
			t.Errorf("%s: %d times in the DSDT; want once", what, n)
		}
	}

	// An operating system takes over and switches off by these tables.
	m.Ports().Out(0xb2, 1, 0xf1)
	if got := m.Ports().In(0x604, 2); got&1 != 1 {
		t.Errorf("PM1_CNT = %#x after ACPI_ENABLE; want SCI_EN", got)
	}
	m.After(0, func() { m.Ports().Out(0x604, 2, 0x2000) })
	m.After(bus.Second, func() { m.Stop(0, "still on") })
	if e := m.Run(context.Background()); e.Reason != machine.PowerOff {
		t.Errorf("Run = %v; want power off", e)
	}
}

// Boards without the hardware have no tables.
func TestNoACPIWithoutPCI(t *testing.T) {
	t.Parallel()
	for _, cfg := range []machine.Config{{CPU: "80386"}, {Machine: "at"}} {
		if p := rootPointer(t, started(t, cfg)); p != nil {
			t.Errorf("%s %s: root pointer % x", cfg.Machine, cfg.CPU, p)
		}
	}
}
