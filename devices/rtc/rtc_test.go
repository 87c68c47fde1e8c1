package rtc

import (
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

type rig struct {
	*RTC
	t      *testing.T
	clock  *bus.Scheduler
	irq    bool
	masked bool
}

var date = Date{1999, 12, 31, 23, 59, 58}

func newRig(t *testing.T, d Date) *rig {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.RTC = New(Config{Name: "rtc", Date: d}, r.clock, func(high bool) { r.irq = high }, func(high bool) { r.masked = high })
	r.write(addrSecondsAlarm, 0x77) // never
	return r
}

func (r *rig) read(addr uint8) uint8 {
	r.Out(regIndex, addr)
	return r.In(regData)
}

func (r *rig) write(addr, v uint8) {
	r.Out(regIndex, addr)
	r.Out(regData, v)
}

func (r *rig) want(addr, want uint8) {
	r.t.Helper()
	if got := r.read(addr); got != want {
		r.t.Errorf("at %v: read(%#02x) = %#02x; want %#02x", r.clock.Now(), addr, got, want)
	}
}

func (r *rig) wantIRQ(want bool) {
	r.t.Helper()
	if r.irq != want {
		r.t.Errorf("at %v: IRQ = %v; want %v", r.clock.Now(), r.irq, want)
	}
}

// to moves to a tick of the crystal.
func (r *rig) to(tick uint64) {
	for end := crystal.Time(tick); r.clock.Now() < end; {
		r.clock.Advance(min(end-r.clock.Now(), bus.Second))
	}
}

func TestDate(t *testing.T) {
	r := newRig(t, date)
	for addr, want := range map[uint8]uint8{addrSeconds: 0x58, addrMinutes: 0x59, addrHours: 0x23, addrWeekday: 6, addrDay: 0x31,
		addrMonth: 0x12, addrYear: 0x99, 0x32: 0x19, addrB: 0x02, addrD: 0x80} {
		r.want(addr, want)
	}
	r.clock.Advance(bus.Second - 1)
	r.want(addrSeconds, 0x58)
	r.clock.Advance(1)
	r.want(addrSeconds, 0x59)
	r.clock.Advance(bus.Second)
	for addr, want := range map[uint8]uint8{addrSeconds: 0, addrMinutes: 0, addrHours: 0, addrWeekday: 7, addrDay: 1, addrMonth: 1,
		addrYear: 0, 0x32: 0x20} {
		r.want(addr, want)
	}
}

func TestCalendar(t *testing.T) {
	for _, tc := range []struct{ from, want Date }{
		{Date{2000, 2, 28, 23, 59, 59}, Date{2000, 2, 29, 0, 0, 0}},
		{Date{2001, 2, 28, 23, 59, 59}, Date{2001, 3, 1, 0, 0, 0}},
		{Date{1996, 2, 29, 23, 59, 59}, Date{1996, 3, 1, 0, 0, 0}},
		{Date{2023, 4, 30, 23, 59, 59}, Date{2023, 5, 1, 0, 0, 0}},
		{Date{2023, 7, 31, 23, 59, 59}, Date{2023, 8, 1, 0, 0, 0}},
		{Date{2023, 11, 30, 9, 59, 59}, Date{2023, 11, 30, 10, 0, 0}},
		{Date{2023, 9, 9, 19, 9, 9}, Date{2023, 9, 9, 19, 9, 10}},
	} {
		r := newRig(t, tc.from)
		r.clock.Advance(bus.Second)
		if diff := cmp.Diff(tc.want, r.Date()); diff != "" {
			t.Errorf("a second after %v (-want +got):\n%s", tc.from, diff)
		}
	}
}

func TestWeekday(t *testing.T) {
	for _, tc := range []struct {
		date Date
		want uint8
	}{
		{Date{Year: 1981, Month: 8, Day: 12}, 4}, // Wednesday
		{Date{Year: 2000, Month: 2, Day: 29}, 3}, // Tuesday
		{Date{Year: 2000, Month: 1, Day: 1}, 7},  // Saturday
		{Date{Year: 2024, Month: 3, Day: 3}, 1},  // Sunday
		{Date{Year: 1980, Month: 1, Day: 1}, 3},  // Tuesday
	} {
		if got := tc.date.weekday(); got != tc.want {
			t.Errorf("%v: weekday = %d; want %d", tc.date, got, tc.want)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, tc := range []struct {
		name    string
		b       uint8
		hour    int
		stored  uint8
		another uint8 // an hour later
	}{
		{"24h BCD", 0x02, 19, 0x19, 0x20},
		{"24h binary", 0x06, 19, 19, 20},
		{"24h BCD midnight", 0x02, 23, 0x23, 0x00},
		{"12h BCD 11 am", 0x00, 11, 0x11, 0x92},
		{"12h BCD noon", 0x00, 12, 0x92, 0x81},
		{"12h BCD 11 pm", 0x00, 23, 0x91, 0x12},
		{"12h BCD midnight", 0x00, 0, 0x12, 0x01},
		{"12h binary 11 pm", 0x04, 23, 0x8b, 0x0c},
		{"12h binary 9 pm", 0x04, 21, 0x89, 0x8a},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, date)
			r.write(addrB, tc.b)
			d := Date{2010, 10, 20, tc.hour, 59, 59}
			r.SetDate(d)
			r.want(addrHours, tc.stored)
			if diff := cmp.Diff(d, r.Date()); diff != "" {
				t.Errorf("Date (-want +got):\n%s", diff)
			}
			r.clock.Advance(bus.Second)
			r.want(addrHours, tc.another)
			wantDay := r.encode(20)
			if tc.hour == 23 {
				wantDay = r.encode(21)
			}
			r.want(addrDay, wantDay)
		})
	}
}

// UIP rises 244 us before the update and stays for it, 1984 us.
func TestUpdateInProgress(t *testing.T) {
	r := newRig(t, date)
	for _, tc := range []struct {
		before bus.Time // the end of the update
		want   uint8
	}{{2300 * bus.Microsecond, 0x26}, {2220 * bus.Microsecond, 0xa6}, {1000 * bus.Microsecond, 0xa6}, {10 * bus.Microsecond, 0xa6}, {0, 0x26}} {
		r.clock.Advance(bus.Second - tc.before - r.clock.Now())
		r.want(addrA, tc.want)
	}
	r.clock.Advance(bus.Second - bus.Millisecond)
	r.write(addrB, 0x82) // SET ends the update
	r.want(addrA, 0x26)
	r.write(addrB, 0x02)
	r.clock.Advance(bus.Millisecond)
	r.want(addrSeconds, 0x59) // the aborted second is lost
	r.clock.Advance(bus.Second)
	r.want(addrSeconds, 0x00)
}

func TestSet(t *testing.T) {
	r := newRig(t, date)
	r.write(addrB, 0x92)
	r.want(addrB, 0x82) // SET clears UIE
	r.clock.Advance(5 * bus.Second)
	r.want(addrSeconds, 0x58)
	r.want(addrC, 0x40) // periodic goes on, no update
	r.write(addrSeconds, 0x10)
	r.write(addrB, 0x02)
	r.clock.Advance(bus.Second)
	r.want(addrSeconds, 0x11)
}

// SET ends an update that is being executed, and that second is lost; within the
// 244 us of warning before it nothing is (MC146818A, register B, SET).
func TestSetAroundAnUpdate(t *testing.T) {
	const update = 32768 - 65 // tick at which the first one begins
	for _, tc := range []struct {
		name string
		tick uint64
		want uint8
	}{
		{"before the warning", update - 9, 0x59}, {"in the warning", update - 4, 0x59}, {"last tick of the warning", update - 1, 0x59},
		{"at the start", update, 0x58}, {"in the update", update + 30, 0x58},
	} {
		r := newRig(t, date)
		r.to(tc.tick)
		r.write(addrB, 0x82)
		r.write(addrB, 0x02)
		r.to(32768)
		if got := r.read(addrSeconds); got != tc.want {
			t.Errorf("%s: seconds %#02x; want %#02x", tc.name, got, tc.want)
		}
	}
}

// A stopped chip has nothing to wake up for.
func TestStoppedClockHasNoEvents(t *testing.T) {
	r := newRig(t, date)
	r.write(addrB, 0x72)
	r.write(addrA, 0x76)
	if next := r.clock.Next(); next != bus.Never {
		t.Errorf("next event at %v; want none", next)
	}
}

func TestDividerReset(t *testing.T) {
	r := newRig(t, date)
	r.write(addrA, 0x76)
	r.clock.Advance(10*bus.Second + 300*bus.Millisecond)
	r.want(addrSeconds, 0x58)
	r.want(addrC, 0)
	r.write(addrA, 0x26)
	start := r.clock.Now()
	// The update begins half a second later and takes 1984 us.
	r.clock.Advance(500*bus.Millisecond + 1950*bus.Microsecond)
	r.want(addrSeconds, 0x58)
	r.clock.Advance(60 * bus.Microsecond)
	r.want(addrSeconds, 0x59)
	r.clock.Advance(start + 1502*bus.Millisecond - r.clock.Now())
	r.want(addrSeconds, 0x00)
}

// MC146818A, table "Periodic interrupt rate", 32.768 kHz column.
func TestPeriodicRates(t *testing.T) {
	for rs, want := range []int{0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2} {
		r := newRig(t, date)
		r.write(addrA, 0x20|uint8(rs))
		r.write(addrB, 0x42)
		r.read(addrC)
		n := 0
		for tick := range uint64(second) {
			r.to(tick + 1)
			if r.irq {
				n++
				if got := r.read(addrC) &^ cUF; got != 0xc0 {
					t.Errorf("rate %d: register C = %#02x; want 0xc0", rs, got)
				}
			}
		}
		if n != want {
			t.Errorf("rate %d: %d interrupts a second; want %d", rs, n, want)
		}
	}
}

func TestPeriodicHoldsUntilRead(t *testing.T) {
	r := newRig(t, date)
	r.clock.Advance(100 * bus.Millisecond)
	r.wantIRQ(false)
	r.write(addrB, 0x42) // PF is set already
	r.wantIRQ(true)
	r.clock.Advance(100 * bus.Millisecond)
	r.wantIRQ(true)
	if r.clock.Next() != bus.Never {
		t.Error("a timer runs while the interrupt is pending; want none")
	}
	r.want(addrC, 0xc0)
	r.wantIRQ(false)
	r.want(addrC, 0x00)
	r.clock.Advance(bus.Millisecond)
	r.wantIRQ(true)
}

func TestUpdateInterrupt(t *testing.T) {
	r := newRig(t, date)
	r.write(addrA, 0x20)
	r.write(addrB, 0x12)
	r.clock.Advance(bus.Second - 1)
	r.wantIRQ(false)
	r.clock.Advance(1)
	r.wantIRQ(true)
	r.want(addrC, 0x90)
	r.clock.Advance(bus.Second)
	r.wantIRQ(true)
	r.write(addrB, 0x02)
	r.wantIRQ(false)
	r.want(addrC, 0x10)
}

// The chip wakes up for the end of the update, whenever in the second the
// interrupt was enabled and whatever else is.
func TestUpdateInterruptFromWithinASecond(t *testing.T) {
	for name, b := range map[string]uint8{"update": 0x12, "alarm every second": 0x22} {
		r := newRig(t, date)
		for _, addr := range []uint8{addrSecondsAlarm, addrMinutesAlarm, addrHoursAlarm} {
			r.write(addr, 0xff)
		}
		r.clock.Advance(300 * bus.Millisecond)
		r.write(addrB, b)
		r.clock.Advance(700*bus.Millisecond - 1)
		r.wantIRQ(false)
		r.clock.Advance(1)
		if !r.irq {
			t.Errorf("%s: no interrupt at the end of the second", name)
		}
	}
	// With a period of 500 ms as well: at 500 ms, and at 1 s for the update.
	r := newRig(t, date)
	r.write(addrA, 0x2f)
	r.clock.Advance(300 * bus.Millisecond)
	r.write(addrB, 0x52)
	r.want(addrC, 0x00)
	for r.clock.Now() < bus.Second {
		r.clock.Advance(r.clock.Next() - r.clock.Now())
		if r.irq {
			break
		}
	}
	r.want(addrC, 0xc0)
	r.clock.Advance(bus.Second - r.clock.Now())
	if !r.irq {
		t.Error("no interrupt at the end of the second")
	}
}

func TestSetDate(t *testing.T) {
	r := newRig(t, date)
	r.write(addrB, 0x12)
	r.clock.Advance(10*bus.Second + 500*bus.Millisecond)
	r.SetDate(Date{2038, 1, 19, 3, 14, 7})
	if got, want := r.Date(), (Date{2038, 1, 19, 3, 14, 7}); got != want {
		t.Errorf("Date() = %v; want %v", got, want)
	}
	r.want(addrC, 0xd0) // update, and the 1024 Hz that runs from power-on
	r.clock.Advance(500 * bus.Millisecond)
	r.want(addrSeconds, 0x08)
}

func TestSetCMOS(t *testing.T) {
	r := newRig(t, date)
	for _, addr := range []uint8{0x0d, 0x0e, 0x7f, 0x80, 0xff} {
		before := r.CMOS(addr)
		r.SetCMOS(addr, 0xa7)
		want := before
		if addr == 0x0e || addr == 0x7f {
			want = 0xa7
		} else if addr == 0xff {
			want = r.CMOS(0x7f)
		}
		if got := r.CMOS(addr); got != want {
			t.Errorf("CMOS(%#02x) = %#02x; want %#02x", addr, got, want)
		}
	}
}

// What a reset does to the index, the NMI mask and what has happened so far.
func TestResetDetails(t *testing.T) {
	r := newRig(t, date)
	r.write(0x40, 0x5a)
	r.Out(regIndex, 0x40)
	r.clock.Advance(2 * bus.Second)
	r.Reset(bus.BusReset)
	if !r.masked || !r.NMIMasked {
		t.Errorf("NMI masked: wire %v, state %v; want true, true", r.masked, r.NMIMasked)
	}
	if got := r.In(regData); got != 0x00 {
		t.Errorf("In(1) after a reset = %#02x; want the seconds, 0x00", got)
	}
	r.want(addrC, 0x00) // the updates before the reset left no flag
	if next := r.clock.Next(); next != bus.Never {
		t.Errorf("next event at %v with all interrupts disabled; want none", next)
	}
}

func TestAlarm(t *testing.T) {
	for _, tc := range []struct {
		name                 string
		hour, minute, second uint8
		want                 bus.Time
	}{
		{"exact", 0x00, 0x01, 0x05, 67 * bus.Second},
		{"every second", 0xff, 0xff, 0xff, 1 * bus.Second},
		{"every minute", 0xc0, 0xc0, 0x30, 32 * bus.Second},
		{"every hour", 0xff, 0x10, 0x00, 602 * bus.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, date)
			r.write(addrA, 0x20)
			r.write(addrHoursAlarm, tc.hour)
			r.write(addrMinutesAlarm, tc.minute)
			r.write(addrSecondsAlarm, tc.second)
			r.write(addrB, 0x22)
			for !r.irq && r.clock.Now() < 1000*bus.Second {
				r.clock.Advance(bus.Second / 4)
			}
			if got := r.clock.Now(); got != tc.want {
				t.Errorf("alarm at %v; want %v", got, tc.want)
			}
			r.want(addrC, 0xb0)
		})
	}
}

func TestReset(t *testing.T) {
	r := newRig(t, date)
	r.write(addrB, 0x7e)
	r.write(0x40, 0x5a)
	r.Out(regIndex, 0x0f)
	r.clock.Advance(bus.Second)
	r.wantIRQ(true)
	for _, kind := range []bus.ResetKind{bus.BusReset, bus.PowerOn} {
		r.Reset(kind)
		r.wantIRQ(false)
		r.want(addrC, 0)
		r.want(addrB, 0x06)
		r.want(0x40, 0x5a)
		r.want(addrA, 0x26)
	}
}

func TestNMIMask(t *testing.T) {
	r := newRig(t, date)
	r.Reset(bus.PowerOn)
	if !r.masked {
		t.Error("NMI is not masked after power-on")
	}
	r.Out(regIndex, 0x0f)
	if r.masked {
		t.Error("index 0x0f masks NMI; want unmasked")
	}
	r.Out(regIndex, 0x8f)
	if !r.masked {
		t.Error("index 0x8f leaves NMI unmasked")
	}
	r.Out(regIndex, 0x0f)
	snap, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newRig(t, date)
	c.Reset(bus.PowerOn)
	if err := c.UnmarshalBinary(snap); err != nil || c.masked {
		t.Errorf("restoring: %v, NMI masked %v; want nil, false", err, c.masked)
	}
	if got := r.In(regIndex); got != 0xff {
		t.Errorf("In(0) = %#02x; want 0xff", got)
	}
}

func TestMemory(t *testing.T) {
	r := newRig(t, date)
	for addr := uint8(addrRAM); addr < 0x80; addr++ {
		r.write(addr, addr^0x5a)
	}
	for addr := uint8(addrRAM); addr < 0x80; addr++ {
		r.want(addr, addr^0x5a)
		if got := r.CMOS(addr); got != addr^0x5a {
			t.Errorf("CMOS(%#02x) = %#02x", addr, got)
		}
	}
	r.write(addrD, 0)
	r.want(addrD, 0x80)
	r.write(addrC, 0xff)
	r.want(addrC, 0)
}

func TestChecksum(t *testing.T) {
	r := newRig(t, date)
	for addr := uint8(0x10); addr <= 0x2d; addr++ {
		r.SetCMOS(addr, 0xf0)
	}
	r.SetCMOS(0x0f, 0x77) // outside
	r.SetCMOS(0x30, 0x77)
	r.SetCMOS(addrSeconds, 0x77) // refused
	r.SetChecksum()
	r.want(0x2e, 0x1c) // 30 * 0xf0 = 0x1c20
	r.want(0x2f, 0x20)
	r.want(addrSeconds, 0x58)
}

func TestLookingChangesNothing(t *testing.T) {
	r := newRig(t, date)
	r.clock.Advance(10 * bus.Second)
	before, _ := r.MarshalBinary()
	_ = r.Inspect()
	if got := r.Date(); got.Second != 8 {
		t.Errorf("Date().Second = %d; want 8", got.Second)
	}
	if got := r.CMOS(addrC); got != 0x50 {
		t.Errorf("CMOS(0x0c) = %#02x; want 0x50", got)
	}
	if after, _ := r.MarshalBinary(); string(after) != string(before) {
		t.Error("looking changed the state")
	}
}

// clone returns a copy of a chip and its clock by way of a snapshot.
func clone(t *testing.T, d *RTC, s *bus.Scheduler, irq bus.Line) (*RTC, *bus.Scheduler) {
	t.Helper()
	b, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := bus.NewScheduler(nil)
	c.Advance(s.Now())
	q := New(Config{Name: d.name}, c, irq, func(bool) {})
	if err := q.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if err := c.Restore(s.Deadlines()); err != nil {
		t.Fatal(err)
	}
	return q, c
}

func TestSnapshot(t *testing.T) {
	r := newRig(t, date)
	r.write(addrA, 0x20)
	r.write(addrB, 0x12)
	r.clock.Advance(300 * bus.Millisecond)
	var irq bool
	d, s := clone(t, r.RTC, r.clock, func(high bool) { irq = high })
	s.Advance(700*bus.Millisecond - 1)
	if irq {
		t.Error("update interrupt too early after restoring")
	}
	s.Advance(1)
	if !irq {
		t.Error("no update interrupt after restoring")
	}
	if diff := cmp.Diff(Date{1999, 12, 31, 23, 59, 59}, d.Date()); diff != "" {
		t.Errorf("Date (-want +got):\n%s", diff)
	}
	irq = false
	if clone(t, d, s, func(high bool) { irq = high }); !irq {
		t.Error("restoring did not drive IRQ")
	}
	if err := d.UnmarshalBinary(make([]byte, 3)); err == nil {
		t.Error("UnmarshalBinary of rubbish succeeded; want an error")
	}
}

func TestNoAllocation(t *testing.T) {
	r := newRig(t, date)
	r.write(addrB, 0x42)
	if n := testing.AllocsPerRun(100, func() {
		r.clock.Advance(bus.Millisecond)
		r.read(addrC)
		r.read(addrA)
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// FuzzRTC runs the bytes as a program of accesses, time steps, resets and
// snapshots on two chips, one of which is replaced by its own snapshot at will:
// both must show the same.
func FuzzRTC(f *testing.F) {
	f.Add([]byte{0, 0x0b, 1, 0x72, 0x1c, 9, 0x30, 0, 0, 0x0c, 0x21, 0, 0x1f, 3, 0, 0, 0x21, 0})
	f.Add([]byte{0, 0x0a, 1, 0x70, 0x1c, 9, 1, 0x2f, 0x30, 0, 0x1f, 200, 0, 0x32, 0x21, 0})
	f.Add([]byte{0, 0x0b, 1, 0x80, 0, 4, 1, 0xff, 0, 0x0b, 1, 0x24, 0x1f, 255})
	f.Fuzz(func(t *testing.T, prog []byte) {
		var irq [2]bool
		line := func(i int) bus.Line { return func(high bool) { irq[i] = high } }
		s := [2]*bus.Scheduler{bus.NewScheduler(nil), bus.NewScheduler(nil)}
		var d [2]*RTC
		for i := range d {
			d[i] = New(Config{Name: "rtc", Date: date}, s[i], line(i), func(bool) {})
		}
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 3 {
				d[1], s[1] = clone(t, d[0], s[0], line(1))
			}
			var got [2]uint8
			for i, d := range d {
				switch op >> 4 {
				case 0:
					d.Out(uint16(op&1), v)
				case 1: // up to four minutes
					s[i].Advance(bus.Time(v) << (op & 15 * 2))
				case 2:
					got[i] = d.In(uint16(op & 1))
				case 4:
					d.Reset(bus.ResetKind(v & 1))
				}
				if c := d.CMOS(addrC); c&cIRQF != 0 != irq[i] && s[i].Next() > s[i].Now() {
					t.Fatalf("chip %d: register C %#02x, IRQ %v", i, c, irq[i])
				}
			}
			if got[0] != got[1] || irq[0] != irq[1] || d[0].state != d[1].state {
				t.Fatalf("op %#02x %#02x: %#02x, IRQ %v; restored copy %#02x, IRQ %v", op, v, got[0], irq[0], got[1], irq[1])
			}
		}
	})
}
