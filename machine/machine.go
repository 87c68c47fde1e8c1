// Package machine is the board: it wires the processor, the memory and the
// chips to a PC, gives them one clock, takes what comes from outside, and runs.
//
// A Machine belongs to the goroutine that is in Run. Other goroutines hand it
// input events (Input) or functions (Do, Post). Everything that happens in it
// is a function of its configuration and of the events with the instruction
// counts at which it took them; only SpeedReal machines look at the host's
// clock, and every decision that comes from there is such an event.
//
// board.go is the I/O map of the PC and the AT, board_xt.go that of the XT, with
// video.go and ports.go for what they share: the only place that knows a port address,
// an interrupt number or a memory window.
//
// Sources: IBM PC AT Technical Reference (system board, I/O address map); IBM PC/XT
// Technical Reference (6361459, the same); IBM
// PS/2 Hardware Interface Technical Reference; the datasheets of package pci for
// boards with PCI, which come with processors from the 80486 on.
//
// Not modelled: bus timing (an access takes no longer than its instruction; with a
// clock speed the processor has wait states, package clocks); the mirrors of ports
// that the XT's board does not decode in full;
// parity and channel-check NMIs, which need memory that fails.
package machine

import (
	"context"
	"fmt"
	"time"

	"beige/cpu"
	"beige/cpu/clocks"
	"beige/devices/bus"
	"beige/mmu"
)

// Machine is one PC.
type Machine struct {
	cfg    Config
	preset preset

	cpu    *cpu.CPU
	mem    *mmu.Physical
	ports  *bus.Ports
	clock  clock
	sched  *bus.Scheduler
	alarms alarms
	marks  marks
	pace   *pacer // nil: no wall clock
	chips

	resetWanted bool // a chip has pulsed the processor's reset pin
	boardReset  bool // ... that of the whole board
	exit        Exit
	paused      bool
	haltedAt    bus.Time // since when the processor has not executed anything

	post   post
	typist typist
	log    []Event
	timer  *time.Timer

	published   uint64 // screen generation that OnFrame was told of
	publishedAt time.Time
}

// New builds a machine that is switched on and has not executed anything. The
// error lists everything that is wrong with the configuration, a line each.
func New(cfg Config) (*Machine, error) {
	board, model, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	m := &Machine{cfg: cfg, preset: board, ports: new(bus.Ports)}
	m.post.wake = make(chan struct{}, 1)
	m.timer = time.NewTimer(time.Hour)
	m.timer.Stop()
	m.pace = newPacer(cfg.Speed, cfg.now)
	if cfg.Replay != nil || cfg.Deterministic && cfg.Speed.Mode == SpeedClock {
		m.pace = nil // the log has the rates; or time is virtual only
	}
	m.clock = clock{count: m.countNow, clockState: clockState{Rate: cfg.Speed.rate()}}
	m.sched = bus.NewScheduler(m.clock.Now)
	if m.mem, err = mmu.NewPhysicalIn(cfg.Memory, cfg.Alloc); err != nil {
		return nil, err
	}
	m.cpu, err = cpu.New(cpu.Config{
		Model:       model,
		Memory:      m.mem,
		Ports:       m.ports,
		Acknowledge: m.acknowledge,
		FERR:        m.ferr,
		TSC:         m.tsc,
		Clocks:      m.clocks(),
		HotAt:       cfg.hotAt(),
		Hypervisor:  m.hypervisor(),
	})
	if err != nil {
		return nil, fmt.Errorf("engine %s: %w", cfg.Engine, err)
	}
	if err := m.build(model); err != nil {
		return nil, err
	}
	m.setUpCMOS()
	m.sched.OnEarlier(m.cpu.RequestStop)
	return m, nil
}

// clocks is what times the processor's instructions; nil: nothing does.
func (m *Machine) clocks() *clocks.Unit {
	if m.cfg.Speed.Mode != SpeedClock {
		return nil
	}
	chip, _ := clocks.ByName(m.cfg.CPU) // resolve has checked it
	hz := m.cfg.Speed.factor() * 1000
	const refresh = 18 // clocks of the timer between two refreshes of the memory
	cfg := clocks.Config{Chip: chip, IOWait: 1, Refresh: int(hz * refresh * pitFreq().Den / pitFreq().Num)}
	if m.preset.name == "at" {
		cfg.Wait = 1
	}
	return clocks.New(cfg)
}

// countNow is the processor's count; there is none while it is being built.
func (m *Machine) countNow() uint64 {
	if m.cpu == nil {
		return 0
	}
	return m.cpu.Count()
}

// tsc is the processor's clock: of as many MHz as the speed has MIPS, and constant
// when instructions take another time at another rate.
func (m *Machine) tsc(count uint64) uint64 {
	return m.cfg.Speed.tscFreq().Ticks(m.clock.timeAt(count))
}

// Now is the virtual time since power-on.
func (m *Machine) Now() bus.Time { return m.clock.Now() }

// Count is the number of instructions retired since power-on, with the time
// spent in HLT counted as instructions.
func (m *Machine) Count() uint64 { return m.cpu.Count() }

// CPU gives access to the processor. Caller is the machine goroutine.
func (m *Machine) CPU() *cpu.CPU { return m.cpu }

// Memory gives access to the physical address space. Caller is the machine
// goroutine.
func (m *Machine) Memory() *mmu.Physical { return m.mem }

// Ports gives access to the I/O address space. Caller is the machine goroutine.
func (m *Machine) Ports() *bus.Ports { return m.ports }

// Config returns the configuration with its defaults filled in.
func (m *Machine) Config() Config { return m.cfg }

// Devices lists the chips in the order of the board. Caller is the machine
// goroutine.
func (m *Machine) Devices() []bus.Device { return m.devices }

// reset is the reset button and the reset control register of a PCI chipset: RESET
// DRV to all chips and to the processor.
func (m *Machine) reset() {
	m.note("board reset")
	for _, d := range m.devices {
		d.Reset(bus.BusReset)
	}
	m.cpu.Reset()
}

// resetCPU is the reset pin of the processor alone, as the keyboard controller
// and port 92h pulse it.
func (m *Machine) resetCPU(high bool) {
	if high {
		m.resetWanted = true
		m.cpu.RequestStop()
	}
}

// resetBoard resets once the instruction that asks for it is over.
func (m *Machine) resetBoard() {
	m.boardReset = true
	m.cpu.RequestStop()
}

// tripleFault is the processor's shutdown cycle, on which the board pulses the
// reset pin. Software for the 286 shuts down on purpose to leave protected
// mode, with the way to go on in the CMOS shutdown byte; without one it is the
// end of a guest that has lost control, which would only boot again and again.
func (m *Machine) tripleFault(ctx context.Context) {
	if m.rtc != nil && m.rtc.CMOS(cmosShutdown) != 0 {
		m.note("triple fault, taken as a reset")
		m.cpu.Reset()
		return
	}
	m.dead(ctx, TripleFault)
}
