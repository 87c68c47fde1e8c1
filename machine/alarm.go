package machine

import (
	"slices"

	"beige/devices/bus"
)

// alarm is a call of the host at a virtual time: a step of a script, a
// time-out. Alarms are apart from the chips' timers, so they are in no
// snapshot and change no state hash.
type alarm struct {
	when bus.Time
	f    func()
}

// alarms is a list in order of time; equal times keep the order of arming.
// There are a handful at most.
type alarms []alarm

func (a *alarms) add(when bus.Time, f func()) {
	i := len(*a)
	for i > 0 && (*a)[i-1].when > when {
		i--
	}
	*a = slices.Insert(*a, i, alarm{when, f})
}

func (a alarms) next() bus.Time {
	if len(a) == 0 {
		return bus.Never
	}
	return a[0].when
}

// runDue calls what is due at t. An alarm armed by one of the calls waits for
// the next round, so a call that arms itself again cannot hang the machine.
func (a *alarms) runDue(t bus.Time) {
	for n := len(*a); n > 0 && a.next() <= t; n-- {
		f := (*a)[0].f
		*a = slices.Delete(*a, 0, 1)
		f()
	}
}

// After calls f on the machine goroutine when d of virtual time has passed. It
// does not change what the guest sees. Caller is the machine goroutine, or the
// machine does not run yet.
func (m *Machine) After(d bus.Time, f func()) {
	m.alarms.add(m.Now()+d, f)
	m.cpu.RequestStop()
}
