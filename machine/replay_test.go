package machine

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"beige/bios"
	"beige/devices/bus"
	"beige/devices/image"
	"beige/devices/kbc"
)

// demo is the demonstration disk in a machine.
func demo(t *testing.T, cfg Config) *Machine {
	t.Helper()
	f, err := image.NewFloppy("demo", bios.Demo())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Floppies[0] = f
	return newMachine(t, cfg)
}

func strokes(t *testing.T, text string) []Stroke {
	t.Helper()
	s, err := StrokesFor(kbc.US(), text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRunIsDeterministic: two machines with the same events are equal, and
// stops in the middle of nowhere do not count.
func TestRunIsDeterministic(t *testing.T) {
	t.Run("instructions", func(t *testing.T) { runsAreEqual(t, Config{}, 5*bus.Second) })
	t.Run("clocks", func(t *testing.T) {
		runsAreEqual(t, Config{Machine: "xt", CPU: "8088", Speed: mustSpeed(t, "4.77mhz"), Deterministic: true}, 20*bus.Second)
	})
}

func runsAreEqual(t *testing.T, cfg Config, length bus.Time) {
	run := func(disturb bool) string {
		m := demo(t, cfg)
		m.After(2*bus.Second, func() { m.Type(strokes(t, "ticks\ncpu\nmem 0:400\n"), nil) })
		m.After(length, func() { m.Stop(0, "") })
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if disturb {
			var again func()
			again = func() { m.AtCount(m.Count()+1+m.Count()*7919%4001, again) }
			again()
			go func() {
				for ctx.Err() == nil {
					m.Post(func() {})
					time.Sleep(100 * time.Microsecond)
				}
			}()
		}
		m.Run(ctx)
		if !m.Screen().Contains("beige> mem 0:400") {
			t.Fatalf("the guest did not get there:\n%s", m.Screen())
		}
		return m.StateHash()
	}
	want := run(false)
	if got := run(false); got != want {
		t.Errorf("two runs ended in the states %s and %s", want, got)
	}
	if got := run(true); got != want {
		t.Errorf("disturbed, the run ended in the state %s; want %s", got, want)
	}
}

// TestReplay records a run in real time, with all sorts of events at moments
// that the wall clock chooses, and runs it again from the log.
func TestReplay(t *testing.T) {
	blank := func() Floppy { return image.BlankFloppy("blank", image.Formats()[0]) }
	cfg := Config{Record: true, Speed: Speed{SpeedReal, 5000}, Date: fixedDate(), Serial: [4]io.Writer{io.Discard}, CDROMs: [4]*CDROM{2: {}}}
	m := demo(t, cfg)
	ended := make(chan Exit)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- m.Run(ctx) }()
	time.Sleep(250 * time.Millisecond)
	for i := range 40 {
		m.Post(func() { m.Type(strokes(t, "t"), nil) })
		m.Input(KeyDown(kbc.KeyF1), KeyUp(kbc.KeyF1), Event{Kind: EventMouse, DX: i, DY: -i, Buttons: uint8(i & 1)}, Event{Kind: EventPointer, X: i, Y: 9, Buttons: uint8(i & 2)},
			Event{Kind: EventSerial, Data: []byte{byte(i)}})
		switch i {
		case 10:
			m.Input(Event{Kind: EventInsert, Unit: 1, Floppy: blank()}, Event{Kind: EventInsertDisc, Disc: image.NewDisc("disc", make([]byte, 40<<11))})
		case 20:
			m.Input(Event{Kind: EventEject, Unit: 1}, Event{Kind: EventEjectDisc})
		case 30:
			m.Input(Event{Kind: EventReset})
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	<-ended
	kinds := map[EventKind]int{}
	for _, e := range m.Log() {
		kinds[e.Kind]++
	}
	for k := EventKey; k <= EventRate; k++ {
		if kinds[k] == 0 && k != EventPower {
			t.Errorf("no event of kind %d was recorded", k)
		}
	}
	replays(t, m, cfg, nil)
}

// replays runs the log of m again, to where m has come, and compares, also at counts
// before.
func replays(t *testing.T, m *Machine, cfg Config, states map[uint64]string) {
	t.Helper()
	cfg.Replay = m.Log()
	for _, record := range []bool{false, true} {
		cfg.Record = record
		r := demo(t, cfg)
		for count, want := range states {
			r.AtCount(count, func() {
				if got := r.StateHash(); got != want || r.Count() != count {
					t.Errorf("at a count of %d, %v, replayed to %d, state %s; want %s", count, r.Now(), r.Count(), got, want)
				}
			})
		}
		r.AtCount(m.Count(), func() { r.Stop(0, "") })
		r.Run(context.Background())
		if r.Count() != m.Count() || r.Now() != m.Now() {
			t.Errorf("replayed to a count of %d, %v; want %d, %v", r.Count(), r.Now(), m.Count(), m.Now())
		}
		if got, want := r.StateHash(), m.StateHash(); got != want {
			t.Errorf("replayed to the state %s; want %s\n%s%s", got, want, r.Screen(), m.Screen())
		}
		if record && len(r.Log()) != len(m.Log()) {
			t.Errorf("the replay recorded %d events; want %d", len(r.Log()), len(m.Log()))
		}
	}
}

// TestReplayOfClocks does the same where clocks are counted, not instructions: what
// comes in between two of them may not move the ones that follow. The last one waits
// for the wall clock, in HLT and outside; it is faster than any such machine was, so
// that it comes to its prompt in time.
func TestReplayOfClocks(t *testing.T) {
	for _, tc := range []struct {
		name, board, cpu, speed string
		deterministic           bool
	}{
		{"XT", "xt", "8088", "4.77mhz", true},
		{"XT with an 8086", "xt", "8086", "8mhz", true},
		{"AT", "at", "80286", "6mhz", true},
		{"in real time", "xt", "8088", "100mhz", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && tc.cpu != "8088" {
				t.Skip("another chip; not with -short")
			}
			cfg := Config{Machine: tc.board, CPU: tc.cpu, Memory: 640 << 10, Speed: mustSpeed(t, tc.speed), Deterministic: tc.deterministic, Date: fixedDate(), Record: true,
				Serial: [4]io.Writer{io.Discard}}
			m := demo(t, cfg)
			prompt := make(chan struct{})
			var look func()
			look = func() {
				if m.Screen().Contains("beige>") {
					close(prompt)
					return
				}
				m.After(50*bus.Millisecond, look)
			}
			m.After(0, look)
			states := map[uint64]string{} // of the machine goroutine
			ended := make(chan Exit)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			go func() { ended <- m.Run(ctx) }()
			for at := range 40 {
				if at == 10 { // those before come while the BIOS tests and loads
					select {
					case <-prompt:
					case <-ctx.Done():
						t.Fatal("no prompt within a minute")
					}
					m.Post(func() { m.Type(strokes(t, "cpu\nmem 0:400\n"), nil) })
				}
				m.Input(KeyDown(kbc.KeyLeftShift), KeyDown(kbc.KeyT), KeyUp(kbc.KeyT), KeyUp(kbc.KeyLeftShift), Event{Kind: EventSerial, Data: []byte{byte(at)}})
				m.Post(func() { // the state behind all events of this count, those of the typist, too
					m.AtCount(m.Count(), func() { states[m.Count()] = m.StateHash() })
				})
				switch at {
				case 20:
					m.Input(Event{Kind: EventInsert, Unit: 1, Floppy: image.BlankFloppy("blank", image.Formats()[0])})
				case 25:
					m.Input(Event{Kind: EventEject, Unit: 1})
				case 35:
					m.Input(Event{Kind: EventReset})
				}
				time.Sleep(3 * time.Millisecond)
			}
			cancel()
			<-ended
			for _, e := range m.Log() {
				if e.Kind == EventRate {
					t.Errorf("the rate of a clock was changed: %+v", e)
				}
			}
			if len(states) < 3 {
				t.Errorf("%d states were noted; want more", len(states))
			}
			replays(t, m, cfg, states)
		})
	}
}

// TestStateHashSeesEverything: one bit anywhere makes another hash.
func TestStateHashSeesEverything(t *testing.T) {
	base := func(change func(m *Machine)) string {
		m := demo(t, Config{})
		m.After(bus.Second, func() { m.Stop(0, "") })
		m.Run(context.Background())
		if change != nil {
			change(m)
		}
		return m.StateHash()
	}
	want := base(nil)
	if got := base(nil); got != want {
		t.Fatalf("equal machines have the hashes %s and %s", want, got)
	}
	changes := map[string]func(m *Machine){
		"first byte of RAM":  func(m *Machine) { m.mem.RAM()[0x7000] ^= 1 },
		"last byte of RAM":   func(m *Machine) { m.mem.RAM()[16*mb-1] ^= 0x80 },
		"a register":         func(m *Machine) { m.cpu.Registers().R[3] ^= 1 },
		"the instruction":    func(m *Machine) { m.cpu.Registers().IP ^= 1 },
		"CMOS":               func(m *Machine) { m.rtc.SetCMOS(0x7f, ^m.rtc.CMOS(0x7f)) },
		"a port":             func(m *Machine) { m.ports.Out(0x378, 1, 0x5a) },
		"interrupt mask":     func(m *Machine) { m.ports.Out(0x21, 1, 0x5a) },
		"video memory":       func(m *Machine) { m.mem.WritePhys(0xb8000, []byte{1}) },
		"waiting serial":     func(m *Machine) { m.Take(Event{Kind: EventSerial, Data: []byte("xy")}) },
		"another rate":       func(m *Machine) { m.clock.setRate(m.clock.Rate + 1) },
		"a nanosecond later": func(m *Machine) { m.clock.Base++ },
		"PCI address":        func(m *Machine) { m.ports.Out(0xcf8, 4, 0x80000044) },
		"PCI register":       func(m *Machine) { m.ports.Out(0xcf8, 4, 0x80000064); m.ports.Out(0xcfc, 1, 0x5a) },
		"PCI interrupt":      func(m *Machine) { m.isa.Interrupt(true) },
		"bus master":         func(m *Machine) { m.ide.Out(4, 0x5c) },
		"firmware item":      func(m *Machine) { m.ports.Out(0x510, 2, 0x19) },
		"APM status":         func(m *Machine) { m.ports.Out(0xb3, 1, 0x5a) },
		"shadow RAM":         func(m *Machine) { m.mem.RAM()[0xd0000] ^= 1 },
		"absolute pointer":   func(m *Machine) { driver{m}.ask(41, 0x45414552) },
		"a timer":            func(m *Machine) { m.ports.Out(0x43, 1, 0x34); m.ports.Out(0x40, 1, 9); m.ports.Out(0x40, 1, 9) },
	}
	seen := map[string]string{want: "nothing"}
	for name, change := range changes {
		got := base(change)
		if other, taken := seen[got]; taken {
			t.Errorf("%s and %s changed: the same hash", name, other)
		}
		seen[got] = name
	}
	if got := base(func(m *Machine) { m.clock.setRate(m.clock.Rate) }); got != want {
		t.Error("the origin of the clock's line is part of the hash")
	}
	if got := base(func(m *Machine) { m.After(bus.Second, func() {}); m.AtCount(1e9, func() {}) }); got != want {
		t.Error("the host's alarms are part of the hash")
	}
}

// TestLogIsItsOwn: the log does not change with the caller's buffers.
func TestLogIsItsOwn(t *testing.T) {
	m := newMachine(t, Config{Record: true, BIOS: rom(loop)})
	b := []byte("one")
	m.Take(Event{Kind: EventSerial, Data: b})
	copy(b, "two")
	if got := m.Log()[0].Data; !bytes.Equal(got, []byte("one")) {
		t.Errorf("logged %q; want %q", got, "one")
	}
}
