package machine

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beige/devices/image"
)

// Pieces of a guest that moves sectors through the data register.

func setES(v uint16) []byte { return []byte{0xb8, byte(v), byte(v >> 8), 0x8e, 0xc0} } // mov ax, v; mov es, ax
func setDI(v uint16) []byte { return []byte{0xbf, byte(v), byte(v >> 8)} }
func setSI(v uint16) []byte { return []byte{0xbe, byte(v), byte(v >> 8)} }
func setCX(v uint16) []byte { return []byte{0xb9, byte(v), byte(v >> 8)} }

// dataRegister is mov dx, 1F0h.
var dataRegister = []byte{0xba, 0xf0, 0x01}

// whileBusy is mov dx, 1F7h; in al, dx; inc bx; test al, 80h; jnz: BX counts the
// polls, so that a sector that comes at another time shows.
var whileBusy = []byte{0xba, 0xf7, 0x01, 0xec, 0x43, 0xa8, 0x80, 0x75, 0xfa}

// command addresses n sectors of the first drive from lba on.
func command(cmd, lba, n uint8) [][]byte {
	return [][]byte{out(0x1f6, 0xe0), out(0x1f2, n), out(0x1f3, lba), out(0x1f4, 0), out(0x1f5, 0), out(0x1f7, cmd), whileBusy}
}

// Elements of REP INS and REP OUTS that go to the disk in blocks leave the
// machine in the state that single accesses leave: a machine that logs the
// accesses makes them one by one.
func TestStringIOInBlocks(t *testing.T) {
	ins := func(es, di, cx uint16, op ...byte) [][]byte {
		return [][]byte{setES(es), setDI(di), setCX(cx), dataRegister, op, whileBusy}
	}
	var code [][]byte
	add := func(parts ...[]byte) { code = append(code, parts...) }
	add(whileBusy) // after power-on
	add(command(0x20, 0, 8)...)
	add(ins(0x2000, 0, 256, 0xf3, 0x6d)...)
	add(ins(0x2000, 0x0f13, 256, 0xf3, 0x6d)...)             // odd, across a page
	add(ins(0x3000, 0x1234, 256, 0xfd, 0xf3, 0x6d, 0xfc)...) // downwards
	add(ins(0x2000, 0x3000, 128, 0xf3, 0x66, 0x6d)...)       // INSD
	add(ins(0x2000, 0xff00, 100, 0xf3, 0x6d)...)
	add(ins(0x2000, 0xffc8, 156, 0xf3, 0x6d)...) // wraps in the segment
	add(ins(0x2000, 0x4000, 300, 0xf3, 0x6d)...) // more than the sector
	// A sector into a page with decoded code, and one over the code: a far return,
	// with which the sectors begin, too.
	add([]byte{0xb8, 0x00, 0x50, 0x8e, 0xd8, 0xc6, 0x06, 0x00, 0x00, 0xcb}) // mov ax, 5000h; mov ds, ax; mov byte [0], 0CBh
	call := []byte{0x9a, 0x00, 0x00, 0x00, 0x50}
	add(call)
	add(ins(0x5000, 0x0100, 256, 0xf3, 0x6d)...)
	add(ins(0x5000, 0x0000, 256, 0xf3, 0x6d)...)
	add(call)
	// Three sectors back to the disk.
	add([]byte{0xb8, 0x00, 0x20, 0x8e, 0xd8}) // mov ax, 2000h; mov ds, ax
	add(command(0x30, 100, 3)...)
	add(setSI(0x0f13), setCX(256), dataRegister, []byte{0xf3, 0x6f}, whileBusy)
	add(setSI(0x3201), setCX(256), dataRegister, []byte{0xfd, 0xf3, 0x6f, 0xfc}, whileBusy)
	add(setSI(0x4f80), setCX(128), dataRegister, []byte{0xf3, 0x66, 0x6f}, whileBusy)
	add(out(0x501, 0), loop)

	data := make([]byte, 8*512)
	for i := range data {
		data[i] = byte(i*7 + i>>8)
	}
	for i := 0; i < len(data); i += 512 {
		data[i] = 0xcb
	}
	run := func(logged bool) (*Machine, *image.Disk) {
		disk := image.NewDisk("disk", data, 2048)
		cfg := Config{BIOS: rom(code...), Disks: [4]Disk{disk}}
		if logged {
			log := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
			cfg.Logger = func(string) *slog.Logger { return log }
		}
		m := newMachine(t, cfg)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if exit := m.Run(ctx); exit != (Exit{Reason: DebugExit}) {
			t.Fatal(exit)
		}
		return m, disk
	}
	blocks, disk := run(false)
	single, disk1 := run(true)
	if a, b := blocks.Count(), single.Count(); a != b {
		t.Errorf("%d instructions with blocks, %d with single accesses", a, b)
	}
	if a, b := blocks.StateHash(), single.StateHash(); a != b {
		t.Errorf("state hash %s with blocks, %s with single accesses", a, b)
	}
	if got := blocks.mem.RAM()[0x20f13:][:512]; string(got) != string(data[512:1024]) {
		t.Errorf("the second sector read is % x...; want % x...", got[:16], data[512:528])
	}
	var back, back1 [3 * 512]byte
	if err := disk.ReadSectors(100, back[:]); err != nil {
		t.Fatal(err)
	}
	if err := disk1.ReadSectors(100, back1[:]); err != nil {
		t.Fatal(err)
	}
	if back != back1 || string(back[:512]) != string(data[512:1024]) {
		t.Errorf("written with blocks % x..., with single accesses % x...; want % x...", back[:16], back1[:16], data[512:528])
	}
}

// Reading sectors allocates nothing, from the guest's REP INS to the image.
func TestStringIOAllocatesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	disk, err := image.OpenDisk(path, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	body := [][]byte{whileBusy}
	body = append(body, command(0x20, 0, 2)...)
	for range 2 {
		body = append(body, setES(0x2000), setDI(0), setCX(256), dataRegister, []byte{0xf3, 0x6d}, whileBusy)
	}
	size := 0
	for _, b := range body {
		size += len(b)
	}
	m := newMachine(t, Config{BIOS: rom(append(body, []byte{0xeb, byte(-size - 2)})...), Disks: [4]Disk{disk}})
	ctx := context.Background()
	reads := func() {
		for range 200 {
			m.settle()
			m.slice(ctx)
		}
	}
	for range 10 {
		reads() // until the code is translated
	}
	before := m.Count()
	if n := testing.AllocsPerRun(5, reads); n != 0 {
		t.Errorf("reading sectors allocates %v times; want 0", n)
	}
	if done := m.Count() - before; done < 100*512 {
		t.Errorf("only %d instructions were done", done)
	}
}
