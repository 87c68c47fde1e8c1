package rtc

import (
	"fmt"

	"beige/devices/bus"
)

// crystal drives the divider chain.
var crystal = bus.Freq{Num: 32768, Den: 1}

// One second of the divider chain, in crystal ticks from its reset:
//
//	0                                   16384             32768
//	|----------------------------------->|--------------->| = 0
//	                             ^UIP    ^update   ^update
//	                             rises   begins    ends: time, UF, AF
//
// UIP rises 244 us (tBUC) before the update, which takes 1984 us (tUC) with
// this crystal (MC146818A, figure "Update-in-progress and interrupt timing"
// and its table).
const (
	second      = 32768
	updateStart = 16384
	updateEnd   = updateStart + 65
	updateWarn  = updateStart - 8
)

// Date is a civil date and time: what a clock on the wall shows.
type Date struct {
	Year                 int // 0-9999
	Month, Day           int // from 1
	Hour, Minute, Second int
}

func (t Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second)
}

// weekday is 1 for Sunday to 7 for Saturday, in the Gregorian calendar.
func (t Date) weekday() uint8 {
	// Count days from a year that begins in March.
	y, m := t.Year, t.Month
	if m < 3 {
		y--
		m += 12
	}
	days := 365*y + y/4 - y/100 + y/400 + (153*m-457)/5 + t.Day
	return uint8((days+2)%7) + 1
}

func (d *RTC) tick() uint64 { return crystal.Ticks(d.clock.Now()) }

func (d *RTC) running() bool { return d.RAM[addrA]&aDivider == aRun }

// chain is the position of the divider chain at a tick.
func (d *RTC) chain(tick uint64) uint64 { return tick + d.Offset }

// updating is UIP.
func (d *RTC) updating() bool {
	at := d.chain(d.Last) % second
	return d.running() && d.RAM[addrB]&bSET == 0 && at >= updateWarn && at < updateEnd
}

// updateStarted reports whether an update cycle is being executed.
func (d *RTC) updateStarted() bool { return d.updating() && d.chain(d.Last)%second >= updateStart }

// period is the tap of the divider chain that RS3-RS0 select, in ticks; 0 is
// none. Codes 1 and 2 give the same rates as 8 and 9.
func (d *RTC) period() uint64 {
	switch rs := d.RAM[addrA] & aRate; rs {
	case 0:
		return 0
	case 1, 2:
		return 1 << (rs + 6)
	default:
		return 1 << (rs - 1)
	}
}

// updates is the number of update cycles that have ended at a position of the chain.
func updates(chain uint64) uint64 { return (chain + second - updateEnd) / second }

// sync brings time and flags up to the present.
func (d *RTC) sync() {
	was, now := d.Last, d.tick()
	if now <= was {
		return
	}
	d.Last = now
	if !d.running() {
		return
	}
	from, to := d.chain(was), d.chain(now)
	if p := d.period(); p != 0 && to/p > from/p {
		d.RAM[addrC] |= cPF
	}
	n := min(updates(to)-updates(from), (now-was)/second+1)
	if n != 0 && d.Aborted {
		d.Aborted = false
		n--
	}
	if d.RAM[addrB]&bSET != 0 {
		return
	}
	for ; n > 0; n-- {
		d.advance()
		d.RAM[addrC] |= cUF
		if d.alarm() {
			d.RAM[addrC] |= cAF
		}
	}
}

// nextEvent is the tick at which an enabled interrupt that is not pending yet
// may occur.
func (d *RTC) nextEvent() (tick uint64, ok bool) {
	if !d.running() {
		return 0, false
	}
	chain := d.chain(d.Last)
	wait := uint64(0)
	missing := d.RAM[addrB] &^ d.RAM[addrC]
	if p := d.period(); p != 0 && missing&bPIE != 0 {
		wait = p - chain%p
	}
	if missing&(bUIE|bAIE) != 0 && d.RAM[addrB]&bSET == 0 {
		if w := second - (chain+second-updateEnd)%second; wait == 0 || w < wait {
			wait = w
		}
	}
	return d.Last + wait, wait != 0
}

// alarm compares the time with the alarm bytes; one with both top bits set
// matches everything.
func (d *RTC) alarm() bool {
	match := func(time, alarm uint8) bool { return alarm >= 0xc0 || alarm == time }
	return match(d.RAM[addrSeconds], d.RAM[addrSecondsAlarm]) &&
		match(d.RAM[addrMinutes], d.RAM[addrMinutesAlarm]) &&
		match(d.RAM[addrHours], d.RAM[addrHoursAlarm])
}

// decode and encode convert a byte of the clock, which is BCD unless DM is set.
func (d *RTC) decode(v uint8) int {
	if d.RAM[addrB]&bBinary != 0 {
		return int(v)
	}
	return int(v>>4)*10 + int(v&15)
}

func (d *RTC) encode(v int) uint8 {
	if d.RAM[addrB]&bBinary != 0 {
		return uint8(v)
	}
	return uint8(v/10<<4 | v%10)
}

// step adds one to the byte at addr, from last back to first, and reports the
// carry. A value that was out of range carries.
func (d *RTC) step(addr, first, last int) (carry bool) {
	v := d.decode(d.RAM[addr]) + 1
	if carry = v > last; carry {
		v = first
	}
	d.RAM[addr] = d.encode(v)
	return carry
}

// advance is one update cycle: the time goes on by a second. A year whose last
// two digits divide by four is a leap year. The century byte counts on as that
// of the DS12C887 does.
func (d *RTC) advance() {
	if !d.step(addrSeconds, 0, 59) || !d.step(addrMinutes, 0, 59) || !d.stepHour() {
		return
	}
	d.step(addrWeekday, 1, 7)
	if !d.step(addrDay, 1, d.monthLength()) || !d.step(addrMonth, 1, 12) || !d.step(addrYear, 0, 99) {
		return
	}
	d.step(addrCentury, 0, 99)
}

func (d *RTC) monthLength() int {
	switch d.decode(d.RAM[addrMonth]) {
	case 2:
		if d.decode(d.RAM[addrYear])%4 == 0 {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

const hourPM uint8 = 1 << 7 // in 12-hour mode

// stepHour adds an hour and reports whether a day has ended. In 12-hour mode the
// hours go 12, 1, ... 11.
func (d *RTC) stepHour() (carry bool) {
	if d.RAM[addrB]&b24h != 0 {
		return d.step(addrHours, 0, 23)
	}
	pm := d.RAM[addrHours] & hourPM
	d.RAM[addrHours] &^= hourPM
	d.step(addrHours, 1, 12)
	if d.decode(d.RAM[addrHours]) == 12 {
		carry = pm != 0
		pm ^= hourPM
	}
	d.RAM[addrHours] |= pm
	return carry
}

// SetDate sets the clock, in the format that register B asks for, century byte
// included.
func (d *RTC) SetDate(t Date) {
	d.sync()
	d.setDate(t)
	d.update()
}

func (d *RTC) setDate(t Date) {
	hour, pm := t.Hour, uint8(0)
	if d.RAM[addrB]&b24h == 0 {
		if hour >= 12 {
			pm = hourPM
		}
		if hour %= 12; hour == 0 {
			hour = 12
		}
	}
	d.RAM[addrSeconds] = d.encode(t.Second)
	d.RAM[addrMinutes] = d.encode(t.Minute)
	d.RAM[addrHours] = d.encode(hour) | pm
	d.RAM[addrWeekday] = t.weekday()
	d.RAM[addrDay] = d.encode(t.Day)
	d.RAM[addrMonth] = d.encode(t.Month)
	d.RAM[addrYear] = d.encode(t.Year % 100)
	d.RAM[addrCentury] = d.encode(t.Year / 100 % 100)
}

// Date returns what the clock shows now.
func (d *RTC) Date() Date { return d.now().date() }

func (d *RTC) date() Date {
	hour := d.decode(d.RAM[addrHours])
	if d.RAM[addrB]&b24h == 0 {
		hour = d.decode(d.RAM[addrHours]&^hourPM) % 12
		if d.RAM[addrHours]&hourPM != 0 {
			hour += 12
		}
	}
	return Date{
		Year:   d.decode(d.RAM[addrCentury])*100 + d.decode(d.RAM[addrYear]),
		Month:  d.decode(d.RAM[addrMonth]),
		Day:    d.decode(d.RAM[addrDay]),
		Hour:   hour,
		Minute: d.decode(d.RAM[addrMinutes]),
		Second: d.decode(d.RAM[addrSeconds]),
	}
}
