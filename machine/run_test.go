package machine

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beige/devices/bus"
	"beige/devices/kbc"
)

// Instructions of the 8086, for tiny guests.
var (
	cli  = []byte{0xfa}
	sti  = []byte{0xfb}
	hlt  = []byte{0xf4}
	loop = []byte{0xeb, 0xfe} // jmp $

	// mov sp, 1; int3: the frame crosses the end of the stack segment, and so do
	// those of the stack fault and of the double fault.
	tripleFault = []byte{0xbc, 0x01, 0x00, 0xcc}
)

func out(port uint16, v uint8) []byte { // mov dx, port; mov al, v; out dx, al
	return []byte{0xba, byte(port), byte(port >> 8), 0xb0, v, 0xee}
}

func out16(port, v uint16) []byte { // mov dx, port; mov ax, v; out dx, ax
	return []byte{0xba, byte(port), byte(port >> 8), 0xb8, byte(v), byte(v >> 8), 0xef}
}

func out32(port uint16, v uint32) []byte { // mov dx, port; mov eax, v; out dx, eax
	return append([]byte{0xba, byte(port), byte(port >> 8), 0x66, 0xb8, byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)}, 0x66, 0xef)
}

// config writes a dword of PCI configuration space; devfn is device times 8 plus
// function.
func config(devfn, reg uint8, v uint32) []byte {
	return append(out32(0xcf8, 1<<31|uint32(devfn)<<8|uint32(reg)), out32(0xcfc, v)...)
}

func incWord(at uint16) []byte { return []byte{0xff, 0x06, byte(at), byte(at >> 8)} }

// rom is a system ROM that runs the code at F000:0000 with DS = 0.
func rom(code ...[]byte) []byte {
	image := make([]byte, 64<<10)
	at := copy(image, []byte{0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x70}) // xor ax, ax; mov ds, ax; mov ss, ax; mov sp, 7000h
	for _, c := range code {
		at += copy(image[at:], c)
	}
	copy(image[0xfff0:], []byte{0xea, 0x00, 0x00, 0x00, 0xf0}) // jmp F000:0000
	return image
}

func newMachine(t *testing.T, cfg Config) *Machine {
	t.Helper()
	if cfg.Speed.Mode != SpeedReal {
		cfg.Deterministic = true
	}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// word reads a word of RAM.
func word(m *Machine, at int) int { return int(binary.LittleEndian.Uint16(m.mem.RAM()[at:])) }

func TestExits(t *testing.T) {
	for _, tc := range []struct {
		name string
		code []byte
		cfg  Config
		want Exit
	}{
		{"debug exit", rom(out(0x501, 3), loop), Config{}, Exit{Reason: DebugExit, Code: 3}},
		{"soft off", rom(out16(0x604, 0x2000), loop), Config{CPU: "80386"}, Exit{Reason: PowerOff}},
		{"soft off where PMBA says", rom(config(0x0b, 0x40, 0xb001), config(0x0b, 0x80, 1), out16(0xb004, 0x2000), loop), Config{}, Exit{Reason: PowerOff}},
		{"halted for ever", rom(cli, hlt), Config{}, Exit{Reason: HaltedForever}},
		{"halted for ever, in real time", rom(cli, hlt), Config{Speed: Speed{SpeedReal, 100_000}}, Exit{Reason: HaltedForever}},
		{"halted for ever on an 8086", rom(cli, hlt), Config{CPU: "8086"}, Exit{Reason: HaltedForever}},
		{"triple fault", rom(tripleFault), Config{}, Exit{Reason: TripleFault}},
		{"triple fault of a 286", rom(tripleFault), Config{CPU: "80286"}, Exit{Reason: TripleFault}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.BIOS = tc.code
			m := newMachine(t, tc.cfg)
			m.After(10*bus.Second, func() { m.Stop(99, "still running") })
			if got := m.Run(context.Background()); got != tc.want {
				t.Errorf("Run = %+v; want %+v", got, tc.want)
			}
			if tc.want.Reason != DebugExit { // what is over stays over
				if got := m.Run(context.Background()); got != tc.want {
					t.Errorf("second Run = %+v; want %+v", got, tc.want)
				}
			}
		})
	}
}

// TestHaltedForeverTakesAWhile: the keyboard controller's reset reaches a
// processor that has halted with interrupts off in the meantime.
func TestHaltedForeverTakesAWhile(t *testing.T) {
	m := newMachine(t, Config{BIOS: rom(incWord(0x500), out(0x64, 0xfe), cli, hlt)})
	m.After(bus.Millisecond, func() { m.Stop(0, "") })
	if e := m.Run(context.Background()); e.Reason != HostStop || word(m, 0x500) < 2 {
		t.Errorf("Run = %+v after %d starts; want more than one start, RAM kept", e, word(m, 0x500))
	}
	m = newMachine(t, Config{BIOS: rom(cli, hlt)})
	if e := m.Run(context.Background()); e.Reason != HaltedForever || m.Now() < bus.Second || m.Now() > 1001*bus.Millisecond {
		t.Errorf("given up after %v: %v; want 1 s", m.Now(), e)
	}
}

// TestHold: a machine that is held does not end, and the reset button wakes it.
func TestHold(t *testing.T) {
	for _, code := range [][]byte{rom(incWord(0x500), cli, hlt), rom(incWord(0x500), tripleFault)} {
		asked := 0
		m := newMachine(t, Config{BIOS: code, Hold: func(e Exit) bool { asked++; return true }})
		m.After(3*bus.Second, func() { m.Take(Event{Kind: EventReset}) })
		m.After(6*bus.Second, func() { m.Stop(5, "") })
		if e := m.Run(context.Background()); e.Reason != HostStop || e.Code != 5 || asked == 0 || word(m, 0x500) != 2 {
			t.Errorf("Run = %+v, asked %d times, %d starts; want the stop, 2 starts", e, asked, word(m, 0x500))
		}
	}
}

// TestShutdownByte: software for the 286 leaves protected mode by a triple
// fault, with the way to go on in CMOS 0Fh.
func TestShutdownByte(t *testing.T) {
	m := newMachine(t, Config{CPU: "80286", BIOS: rom(incWord(0x500), []byte{0x83, 0x3e, 0x00, 0x05, 0x02, 0x74, 0x0e}, // cmp word [500h], 2; je to the end
		out(0x70, 0x0f), []byte{0xb0, 0x0a, 0xe6, 0x71}, // mov al, 10; out 71h, al
		tripleFault, out(0x501, 1))})
	if e := m.Run(context.Background()); e != (Exit{Reason: DebugExit, Code: 1}) || word(m, 0x500) != 2 {
		t.Errorf("Run = %+v after %d starts; want status 1 after 2", e, word(m, 0x500))
	}
}

func TestResetButtonAndPower(t *testing.T) {
	m := newMachine(t, Config{BIOS: rom(incWord(0x500), sti, loop)})
	m.After(bus.Second, func() { m.Take(Event{Kind: EventReset}) })
	m.After(2*bus.Second, func() { m.Take(Event{Kind: EventPower}) })
	e := m.Run(context.Background())
	if e.Reason != PowerOff || word(m, 0x500) != 2 || m.Now() != 2*bus.Second {
		t.Errorf("Run = %+v after %d starts at %v; want switched off after 2 starts at 2 s", e, word(m, 0x500), m.Now())
	}
}

// TestDoPostInput lets other goroutines at a running machine; the race detector
// watches.
func TestDoPostInput(t *testing.T) {
	m := newMachine(t, Config{BIOS: rom(loop)})
	if m.Do(func() {}) {
		t.Error("Do before Run reports true")
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan Exit)
	go func() { ended <- m.Run(ctx) }()
	for !m.Do(func() {}) {
		time.Sleep(time.Millisecond)
	}
	var wg sync.WaitGroup
	calls := 0
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				m.Do(func() { calls++ })
				m.Post(func() { calls++ })
				m.Input(KeyDown(kbc.KeyA), KeyUp(kbc.KeyA))
			}
		}()
	}
	wg.Wait()
	m.Do(func() {})
	cancel()
	if e := <-ended; e.Reason != Canceled {
		t.Errorf("Run = %v; want Canceled", e)
	}
	if calls != 400 {
		t.Errorf("%d of 400 calls were made", calls)
	}
	if m.Do(func() {}) {
		t.Error("Do after Run reports true")
	}
	m.Post(func() { t.Error("a Post after Run was kept") })
	if e := m.Run(ctx); e.Reason != Canceled {
		t.Errorf("Run with a done context = %v", e)
	}
}

// TestWake: an event ends the wait of a machine that sleeps without a limit.
func TestWake(t *testing.T) {
	for _, speed := range []Speed{{}, SpeedAuto()} {
		m := newMachine(t, Config{Speed: speed, BIOS: rom(out(0x21, 0xff), out(0xa1, 0xff), sti, hlt, incWord(0x500))})
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		go func() {
			time.Sleep(20 * time.Millisecond)
			m.Input(Event{Kind: EventPower})
		}()
		if e := m.Run(ctx); e.Reason != PowerOff {
			t.Errorf("%v: Run = %v; want switched off", speed, e)
		}
		cancel()
	}
}

func TestPause(t *testing.T) {
	for _, speed := range []Speed{{}, SpeedAuto(), {SpeedMIPS, 1000}} {
		m := newMachine(t, Config{Speed: speed, BIOS: rom(loop)})
		ended := make(chan Exit)
		go func() { ended <- m.Run(context.Background()) }()
		for !m.Do(func() { m.SetPaused(true) }) {
			time.Sleep(time.Millisecond)
		}
		var count [3]uint64
		var at [3]bus.Time
		for i := range count {
			if i == 2 {
				m.Do(func() { m.SetPaused(false) })
				time.Sleep(20 * time.Millisecond)
			}
			m.Do(func() { count[i], at[i] = m.Count(), m.Now() })
			time.Sleep(20 * time.Millisecond)
		}
		m.Do(func() { m.Stop(7, "enough") })
		if e := <-ended; e != (Exit{HostStop, 7, "enough"}) {
			t.Errorf("%v: Run = %+v", speed, e)
		}
		if count[1] != count[0] || at[1] != at[0] {
			t.Errorf("%v: paused, the machine went from %v to %v", speed, at[0], at[1])
		}
		if count[2] <= count[1] {
			t.Errorf("%v: the machine did not go on", speed)
		}
	}
}

func TestAfterAndAtCount(t *testing.T) {
	m := newMachine(t, Config{BIOS: rom(sti, loop)})
	var got []string
	at := func(name string) func() { return func() { got = append(got, name+" "+m.Now().String()) } }
	m.After(30*bus.Microsecond, at("c"))
	m.After(10*bus.Microsecond, at("a"))
	m.After(10*bus.Microsecond, at("b"))
	m.AtCount(2000, func() { at("count")(); m.AtCount(5, at("past")) })
	m.AtCount(5000, func() { m.Stop(0, "") })
	m.Run(context.Background())
	want := []string{"a 0.000010000s", "b 0.000010000s", "count 0.000020000s", "past 0.000020000s", "c 0.000030000s"}
	if len(got) != len(want) || m.Count() != 5000 {
		t.Fatalf("called %q, ended at %d; want %q, 5000", got, m.Count(), want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d = %s; want %s", i, got[i], want[i])
		}
	}
}

// TestSerial: COM1 gives the guest what arrives, and what it sends goes out.
func TestSerial(t *testing.T) {
	var sent bytes.Buffer
	echo := rom(out(0x3fb, 0x03), // 8 data bits
		[]byte{0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb}, // mov dx, 3FDh; again: in al, dx; test al, 1; jz again
		[]byte{0xb2, 0xf8, 0xec, 0xee, 0xeb, 0xf2})             // mov dl, F8h; in al, dx; out dx, al; jmp
	m := newMachine(t, Config{BIOS: echo, Serial: [4]io.Writer{&sent}})
	m.After(0, func() { m.Take(Event{Kind: EventSerial, Data: []byte("hello")}) })
	m.After(0, func() { m.Take(Event{Kind: EventSerial, Unit: 9, Data: []byte("nowhere")}) })
	m.After(bus.Second, func() { m.Stop(0, "") })
	m.Run(context.Background())
	if sent.String() != "hello" {
		t.Errorf("the guest sent %q; want %q", sent.String(), "hello")
	}
	if n := m.SerialWaiting(0); n != 0 {
		t.Errorf("%d bytes wait for a guest that has read all", n)
	}
}

// TestSerialRate: ten characters at 9600 baud, of 10 bits each, or 32 times as fast.
func TestSerialRate(t *testing.T) {
	send := [][]byte{out(0x3fb, 0x83), out(0x3f8, 12), out(0x3f9, 0), out(0x3fb, 0x03), out(0x3fa, 0x01)}
	for range 10 {
		send = append(send, out(0x3f8, 'x'))
	}
	for _, tc := range []struct {
		cfg  Config
		want bus.Time
	}{
		{Config{}, 10 * bus.Second * 10 / 9600 / 32},
		{Config{SerialRate: "fast", Machine: "at"}, 10 * bus.Second * 10 / 9600 / 32},
		{Config{SerialRate: "baud"}, 10 * bus.Second * 10 / 9600},
		{Config{Machine: "at"}, 10 * bus.Second * 10 / 9600},
	} {
		var sent bytes.Buffer
		tc.cfg.BIOS = rom(append(slices.Clone(send), loop)...)
		tc.cfg.Serial[0] = &sent
		m := newMachine(t, tc.cfg)
		m.After(tc.want*99/100, func() {
			if n := sent.Len(); n != 9 {
				t.Errorf("machine %q, rate %q: %d characters sent shortly before the end; want 9", m.cfg.Machine, m.cfg.SerialRate, n)
			}
		})
		m.After(tc.want*101/100, func() { m.Stop(0, "") })
		m.Run(context.Background())
		if sent.String() != "xxxxxxxxxx" {
			t.Errorf("machine %q, rate %q: sent %q; want 10 characters", m.cfg.Machine, m.cfg.SerialRate, sent.String())
		}
	}
	if err := (Config{SerialRate: "bauds"}).Check(); err == nil || !strings.Contains(err.Error(), `unknown serial rate "bauds"; did you mean "baud"?`) {
		t.Errorf("rate bauds: %v", err)
	}
}

// TestUnconnected: what a guest sends to ports that lead nowhere is lost.
func TestUnconnected(t *testing.T) {
	var code [][]byte
	for _, port := range []uint16{0x3f8, 0x2f8, 0x3e8, 0x2e8} {
		code = append(code, out(port+3, 0x03), out(port, 'x'), []byte{0xb8, 0, 0, 0x40, 0x75, 0xfd}) // mov ax, 0; again: inc ax; jnz again
	}
	code = append(code, out(0x378, 'x'), out(0x37a, 0x0d), out(0x37a, 0x0c), out(0xe9, 'x'), out(0x402, 'x'), out(0x80, 1), loop)
	m := newMachine(t, Config{BIOS: rom(code...)})
	m.After(bus.Second, func() { m.Stop(0, "") })
	if exit := m.Run(context.Background()); exit.Reason != HostStop {
		t.Errorf("the run ended: %v", exit)
	}
}
