package bus

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
)

// Scheduler is the machine's one clock: it keeps the timers of all chips in
// deadline order. Time itself comes from the source, which on a board is the
// processor's instruction count, or from Advance where there is none.
//
// Timers with equal deadlines fire in the order of their creation, so a run
// does not depend on the history of arming.
type Scheduler struct {
	source  func() Time
	now     Time // without a source: the time Advance reached
	queue   timerQueue
	all     []*timer
	earlier func()
}

type timer struct {
	s     *Scheduler
	name  string
	fire  func()
	when  Time
	id    int
	index int // in the queue; -1 while stopped
}

// NewScheduler returns a clock at time 0 that reads time from source. A nil
// source makes a clock that only Advance moves, which is what chip tests use.
func NewScheduler(source func() Time) *Scheduler { return &Scheduler{source: source} }

// OnEarlier sets the function to be called when a timer is armed before every
// other one: a running processor slice must then end sooner.
func (s *Scheduler) OnEarlier(f func()) { s.earlier = f }

// Now implements Clock.
func (s *Scheduler) Now() Time {
	if s.source != nil {
		return s.source()
	}
	return s.now
}

// NewTimer implements Clock. It panics on a name that is taken: names are fixed
// by the board, so this is a programming error.
func (s *Scheduler) NewTimer(name string, fire func()) Timer {
	for _, t := range s.all {
		if t.name == name {
			panic("bus: timer name " + name + " used twice")
		}
	}
	t := &timer{s: s, name: name, fire: fire, id: len(s.all), index: -1}
	s.all = append(s.all, t)
	return t
}

// Next returns the earliest deadline, or Never.
func (s *Scheduler) Next() Time {
	if len(s.queue) == 0 {
		return Never
	}
	return s.queue[0].when
}

// maxFirings bounds one RunDue: a timer that keeps arming itself in the past
// must not hang the machine.
const maxFirings = 10000

// RunDue fires the timers whose deadline is at or before t, earliest first,
// and returns how many fired. Timers that are still due after 10000 firings
// wait for the next call.
func (s *Scheduler) RunDue(t Time) int {
	n := 0
	for ; n < maxFirings && len(s.queue) > 0 && s.queue[0].when <= t; n++ {
		tm := heap.Pop(&s.queue).(*timer)
		tm.fire()
	}
	return n
}

// Advance moves a clock without source forward by d, firing timers at their
// deadlines. It is for tests of chips.
func (s *Scheduler) Advance(d Time) {
	end := s.now + d
	for n := 0; n < maxFirings && s.Next() <= end; n++ {
		s.now = max(s.now, s.Next())
		tm := heap.Pop(&s.queue).(*timer)
		tm.fire()
	}
	s.now = end
}

// Deadline is one armed timer in a snapshot.
type Deadline struct {
	Name string
	When Time
}

// Deadlines lists the armed timers, sorted by name.
func (s *Scheduler) Deadlines() []Deadline {
	var out []Deadline
	for _, t := range s.queue {
		out = append(out, Deadline{t.name, t.when})
	}
	slices.SortFunc(out, func(a, b Deadline) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Restore stops every timer and arms the listed ones. It fails on a name that
// no chip of this board has, before changing anything.
func (s *Scheduler) Restore(list []Deadline) error {
	byName := make(map[string]*timer, len(s.all))
	for _, t := range s.all {
		byName[t.name] = t
	}
	for _, d := range list {
		if byName[d.Name] == nil {
			return fmt.Errorf("bus: snapshot has timer %q, which this machine lacks", d.Name)
		}
	}
	for _, t := range s.all {
		t.Stop()
	}
	for _, d := range list {
		byName[d.Name].At(d.When)
	}
	return nil
}

func (t *timer) At(when Time) {
	if t.index >= 0 {
		if t.when == when {
			return
		}
		t.when = when
		heap.Fix(&t.s.queue, t.index)
	} else {
		t.when = when
		heap.Push(&t.s.queue, t)
	}
	if t.index == 0 && t.s.earlier != nil {
		t.s.earlier()
	}
}

func (t *timer) Stop() {
	if t.index >= 0 {
		heap.Remove(&t.s.queue, t.index)
	}
}

func (t *timer) Deadline() (Time, bool) { return t.when, t.index >= 0 }

// timerQueue implements heap.Interface.
type timerQueue []*timer

func (q timerQueue) Len() int { return len(q) }
func (q timerQueue) Less(i, j int) bool {
	if q[i].when != q[j].when {
		return q[i].when < q[j].when
	}
	return q[i].id < q[j].id
}
func (q timerQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}
func (q *timerQueue) Push(x any) {
	t := x.(*timer)
	t.index = len(*q)
	*q = append(*q, t)
}
func (q *timerQueue) Pop() any {
	old := *q
	t := old[len(old)-1]
	old[len(old)-1] = nil
	t.index = -1
	*q = old[:len(old)-1]
	return t
}
