package machine

import (
	"math"
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

// runDue calls what is due at t, as many calls as there are alarms at first, so
// a call that arms itself again cannot hang the machine.
func (a *alarms) runDue(t bus.Time) {
	for n := len(*a); n > 0 && a.next() <= t; n-- {
		f := (*a)[0].f
		*a = slices.Delete(*a, 0, 1)
		f()
	}
}

// mark is a call of the host at an instruction count.
type mark struct {
	count uint64
	f     func()
}

// marks is a list in order of counts; equal counts keep the order of setting.
type marks []mark

func (a marks) next() uint64 {
	if len(a) == 0 {
		return math.MaxUint64
	}
	return a[0].count
}

// runDue calls what is due at count, as many calls as there are marks at first.
func (a *marks) runDue(count uint64) {
	for n := len(*a); n > 0 && a.next() <= count; n-- {
		f := (*a)[0].f
		*a = slices.Delete(*a, 0, 1)
		f()
	}
}

// AtCount calls f on the machine goroutine when n instructions have retired
// since power-on, exactly between two instructions; a count that has passed
// already is due at once. It does not change what the guest sees. Caller is the
// machine goroutine, or the machine does not run yet.
func (m *Machine) AtCount(n uint64, f func()) {
	i := len(m.marks)
	for i > 0 && m.marks[i-1].count > n {
		i--
	}
	m.marks = slices.Insert(m.marks, i, mark{n, f})
	m.cpu.RequestStop()
}

// After calls f on the machine goroutine when d of virtual time has passed. It
// does not change what the guest sees. Caller is the machine goroutine, or the
// machine does not run yet.
func (m *Machine) After(d bus.Time, f func()) {
	m.alarms.add(m.Now()+d, f)
	m.cpu.RequestStop()
}
