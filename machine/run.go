package machine

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"beige/cpu"
	"beige/devices/bus"
)

// maxSlice bounds one stretch of instructions, so that other goroutines and
// the garbage collector are never kept waiting.
const maxSlice = 100_000

// Reason says why a machine stopped.
type Reason uint8

const (
	StillRunning  Reason = iota
	Canceled             // the context of Run is done
	PowerOff             // the guest or the power button switched the machine off
	DebugExit            // the guest wrote Code to the debug-exit port
	TripleFault          // a fault while delivering a double fault, and no reset wanted
	HaltedForever        // HLT with interrupts off and nothing that could wake the processor
	HostStop             // Stop was called, with Code
)

// Exit is the end of a run.
type Exit struct {
	Reason Reason
	Code   int // of DebugExit and HostStop
	Text   string
}

func (e Exit) String() string {
	switch e.Reason {
	case Canceled:
		return "interrupted"
	case PowerOff:
		return "the machine was switched off"
	case DebugExit:
		return fmt.Sprintf("the guest ended with status %d", e.Code)
	case TripleFault:
		return "the processor has shut down after a triple fault"
	case HaltedForever:
		return "the processor has halted for ever (HLT, and no interrupt can come)"
	case HostStop:
		return e.Text
	}
	return "running"
}

// post is what other goroutines leave for the machine goroutine.
type post struct {
	mu      sync.Mutex
	events  []Event
	calls   []func()
	running bool
	wake    chan struct{}
}

func (m *Machine) poke() {
	select {
	case m.post.wake <- struct{}{}:
	default:
	}
}

// Do runs f on the machine goroutine between two instructions and waits for
// it. It reports false, and f has not run, if the machine is not running.
func (m *Machine) Do(f func()) bool {
	done := make(chan struct{})
	m.post.mu.Lock()
	if !m.post.running {
		m.post.mu.Unlock()
		return false
	}
	m.post.calls = append(m.post.calls, func() { f(); close(done) })
	m.post.mu.Unlock()
	m.poke()
	<-done
	return true
}

// Stop ends Run after the current instruction, with code. Caller is the machine
// goroutine (Do, After).
func (m *Machine) Stop(code int, text string) { m.end(Exit{HostStop, code, text}) }

func (m *Machine) end(e Exit) {
	if m.exit.Reason == StillRunning {
		m.exit = e
		m.note("end", "why", e.String())
		m.cpu.RequestStop()
	}
}

// SetPaused holds the machine, or lets it go on. Caller is the machine
// goroutine.
func (m *Machine) SetPaused(on bool) { m.paused = on }

// Paused reports whether the machine is held.
func (m *Machine) Paused() bool { return m.paused }

// Run lets the machine run until it stops or ctx is done. The calling goroutine
// owns the machine until Run returns. It may be run again: after Canceled,
// HostStop and DebugExit it goes on, after PowerOff it stays off, and otherwise
// it ends at once unless an event (the reset button) wakes it.
func (m *Machine) Run(ctx context.Context) Exit {
	m.post.mu.Lock()
	m.post.running = true
	m.post.mu.Unlock()
	defer m.finish()
	stop := context.AfterFunc(ctx, m.poke)
	defer stop()

	if m.exit.Reason == PowerOff {
		return m.exit
	}
	m.exit = Exit{}
	if m.pace != nil {
		m.pace.sync(m.Now())
	}
	for {
		m.takePost()
		m.replay()
		m.settle()
		switch {
		case m.exit.Reason != StillRunning:
			return m.exit
		case ctx.Err() != nil:
			return Exit{Reason: Canceled}
		case m.paused:
			m.publish(true)
			m.sleep(ctx, -1)
			if m.pace != nil {
				m.pace.sync(m.Now())
			}
			continue
		}
		m.alarms.runDue(m.Now())
		m.marks.runDue(m.cpu.Count())
		m.settle()
		if m.exit.Reason == StillRunning {
			m.slice(ctx)
		}
	}
}

// settle does what the chips have to do at this moment. The state that Run
// leaves behind is always settled, so that it depends on the count alone.
func (m *Machine) settle() {
	m.sched.RunDue(m.Now())
	if m.boardReset {
		m.boardReset = false
		m.reset()
	}
	if m.resetWanted {
		m.resetWanted = false
		m.note("processor reset")
		m.cpu.Reset()
	}
}

// finish answers the calls that came too late, after the last takePost.
func (m *Machine) finish() {
	m.post.mu.Lock()
	m.post.running = false
	calls := m.post.calls
	m.post.calls = nil
	m.post.mu.Unlock()
	for _, f := range calls {
		f()
	}
	m.publish(true)
}

func (m *Machine) takePost() {
	m.post.mu.Lock()
	events, calls := m.post.events, m.post.calls
	m.post.events, m.post.calls = nil, nil
	m.post.mu.Unlock()
	for _, e := range events {
		m.Take(e)
	}
	for _, f := range calls {
		f()
	}
}

// slice runs the processor to the next deadline, or a bit of the way.
func (m *Machine) slice(ctx context.Context) {
	count := m.cpu.Count()
	limit := m.limit()
	if limit <= count {
		limit = count + 1
	}
	var begin time.Time
	if m.pace != nil {
		begin = m.pace.now()
	}
	ran, why := m.cpu.Run(int64(min(limit-count, maxSlice)))
	if ran > 0 {
		m.haltedAt = m.Now()
	}
	if m.resetWanted || m.boardReset {
		return
	}
	switch why {
	case cpu.StopShutdown:
		m.tripleFault(ctx)
		return
	case cpu.StopHalted:
		m.halted(ctx)
		return
	}
	if m.pace != nil {
		m.paceSlice(ctx, ran, begin)
	}
	m.publish(false)
}

// limit is the instruction count at which something other than an instruction
// happens next.
func (m *Machine) limit() uint64 {
	limit := min(m.clock.countAt(min(m.sched.Next(), m.alarms.next())), m.marks.next())
	if len(m.cfg.Replay) > 0 {
		limit = min(limit, m.cfg.Replay[0].Count)
	}
	return limit
}

// replay takes the events of the replayed log that are due.
func (m *Machine) replay() {
	for len(m.cfg.Replay) > 0 && m.cfg.Replay[0].Count <= m.cpu.Count() {
		e := m.cfg.Replay[0]
		m.cfg.Replay = m.cfg.Replay[1:]
		m.Take(e)
	}
}

// haltedForever is how long the processor must have been in HLT with interrupts
// off before the machine gives it up: the keyboard controller takes a while to
// carry out the reset that a guest asks for just before it halts.
const haltedForever = bus.Second

// halted lets time pass while the processor waits in HLT, unless nothing can
// end that.
func (m *Machine) halted(ctx context.Context) {
	limit := m.limit()
	deaf := m.cpu.Registers().Flags&cpu.FlagIF == 0
	givenUp := m.haltedAt + haltedForever
	switch {
	case deaf && m.Now() >= givenUp, limit == math.MaxUint64 && m.cfg.Unattended:
		m.dead(ctx, HaltedForever)
	case deaf:
		m.idle(ctx, min(limit, m.clock.countAt(givenUp)))
	default:
		m.idle(ctx, limit)
	}
}

// dead ends the run of a guest that cannot go on by itself, unless Config.Hold
// knows better.
func (m *Machine) dead(ctx context.Context, why Reason) {
	if m.cfg.Hold == nil || !m.cfg.Hold(Exit{Reason: why}) {
		m.end(Exit{Reason: why})
		return
	}
	m.idle(ctx, m.limit())
}

// idle lets time pass without instructions: at once to the count, or with
// pacing as the wall clock goes, until an event arrives.
func (m *Machine) idle(ctx context.Context, limit uint64) {
	m.publish(false)
	if m.pace == nil {
		if limit == math.MaxUint64 {
			m.publish(true)
			m.sleep(ctx, -1) // only an event can go on
			return
		}
		m.skipTo(limit)
		return
	}
	if d := m.pace.wait(min(m.sched.Next(), m.alarms.next())); d > 0 {
		if m.unpublished() {
			d = min(d, frameTime)
		}
		m.sleep(ctx, d)
		m.skipTo(min(limit, m.clock.countAt(m.pace.target())))
		return
	}
	m.skipTo(limit)
}

// skipTo passes the time to a count in HLT.
func (m *Machine) skipTo(count uint64) {
	if now := m.cpu.Count(); count > now {
		m.cpu.AddHalted(count - now)
	}
}

// paceSlice measures a slice and sleeps off the lead of virtual time.
func (m *Machine) paceSlice(ctx context.Context, ran int64, begin time.Time) {
	p := m.pace
	now := m.Now()
	if rate, change := p.measured(ran, p.now().Sub(begin), now, m.clock.Rate); change {
		m.Take(Event{Kind: EventRate, Rate: rate})
	}
	if d := p.wait(now); d > leadLimit {
		m.sleep(ctx, d)
	}
}

// sleep waits for d of wall time (negative: no limit), an event, a call or the
// end of ctx.
func (m *Machine) sleep(ctx context.Context, d time.Duration) {
	if d < 0 {
		select {
		case <-m.post.wake:
		case <-ctx.Done():
		}
		return
	}
	m.timer.Reset(d)
	select {
	case <-m.post.wake:
	case <-ctx.Done():
	case <-m.timer.C:
	}
	m.timer.Stop()
}

// Post runs f on the machine goroutine between two instructions, without
// waiting for it. A call that comes when the machine is not running is dropped.
func (m *Machine) Post(f func()) {
	m.post.mu.Lock()
	if m.post.running {
		m.post.calls = append(m.post.calls, f)
	}
	m.post.mu.Unlock()
	m.poke()
}
