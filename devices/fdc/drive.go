package fdc

import "beige/devices/bus"

const drives = 4

// DriveType is a kind of drive, numbered as in byte 10h of the AT's CMOS memory.
type DriveType uint8

const (
	None DriveType = iota
	Drive360K
	Drive1200K
	Drive720K
	Drive1440K
	Drive2880K
	driveTypes
)

func (t DriveType) String() string {
	if t >= driveTypes {
		return "unknown"
	}
	return [driveTypes]string{"none", "360K", "1.2M", "720K", "1.44M", "2.88M"}[t]
}

// driveTraits is what a drive can do.
type driveTraits struct {
	last    uint8    // the innermost cylinder that the carriage reaches
	turn    bus.Time // one revolution
	density int      // the highest
	spinUp  bus.Time // until the disk is at speed
}

func (t DriveType) traits() driveTraits {
	const ms = bus.Millisecond
	switch t {
	case Drive360K:
		return driveTraits{41, 200 * ms, densityDD, 500 * ms}
	case Drive1200K:
		return driveTraits{83, bus.Second / 6, densityHD, 500 * ms}
	case Drive720K:
		return driveTraits{83, 200 * ms, densityDD, 300 * ms}
	case Drive1440K:
		return driveTraits{83, 200 * ms, densityHD, 300 * ms}
	case Drive2880K:
		return driveTraits{83, 200 * ms, densityED, 300 * ms}
	}
	return driveTraits{0, 200 * ms, 0, 0}
}

// Densities of Medium.Track.
const (
	densityDD = 250
	densityHD = 500
	densityED = 1000
)

// density is what a drive reads and writes at a rate code; 0: nothing. The
// 1.2M drive turns a DD disk at 360 rpm, which makes its 250 kbit/s 300.
func (t DriveType) density(rate uint8) int {
	d := 0
	switch {
	case rate == rate500:
		d = densityHD
	case rate == rate1000:
		d = densityED
	case rate == rate250 && t != Drive1200K, rate == rate300 && t == Drive1200K:
		d = densityDD
	}
	if d > t.traits().density {
		return 0
	}
	return d
}

// Timing says how long mechanics take.
type Timing uint8

const (
	// Fast moves heads and sectors in microseconds: what waits for a real drive
	// still finds it busy for a while, but a boot does not take half a minute.
	Fast Timing = iota
	// Real is stepping by SPECIFY, head load, spin-up and rotation.
	Real
)

const (
	resetTime = 50 * bus.Microsecond // from the end of a reset to the poll

	fastStep   = 10 * bus.Microsecond // a cylinder
	fastSettle = 20 * bus.Microsecond // each seek
	fastSector = 30 * bus.Microsecond
	fastTurn   = 200 * bus.Microsecond // formatting; two of them: not found
)

// driveState is one drive in a snapshot.
type driveState struct {
	Position uint8 // cylinder under the head, in the pitch of the drive
	Target   uint8 // where the seek in progress ends
	Steps    uint8 // pulses of the seek in progress
	Fault    bool  // RECALIBRATE did not find track 0
	Slot     uint8 // with Fast: the sector that passes next
	Changed  bool  // disk-change latch
	MotorOn  bus.Time
	Loaded   bus.Time // the head stays loaded until then
}

// Insert puts a disk into a drive, in place of the one that is there.
func (f *FDC) Insert(drive int, m Medium) {
	f.media[drive] = m
	f.Drive[drive].Changed = true
	f.unblock()
	f.updateINT()
}

// Eject takes the disk out of a drive. A transfer in progress waits for another
// one.
func (f *FDC) Eject(drive int) {
	f.media[drive] = nil
	f.Drive[drive].Changed = true
}

// Medium returns the disk in a drive, or nil.
func (f *FDC) Medium(drive int) Medium { return f.media[drive] }

// Drive type at a position of the cable.
func (f *FDC) DriveType(drive int) DriveType { return f.types[drive] }

// selected returns the drive that DOR selects; ok is false where none answers.
func (f *FDC) selected() (d int, ok bool) {
	d = int(f.DOR & dorSelect)
	return d, f.motor(d) && f.types[d] != None
}

// Light reports whether the light of a drive is on: selected, and its motor runs.
func (f *FDC) Light(drive int) bool {
	d, ok := f.selected()
	return ok && d == drive
}

func (f *FDC) motor(d int) bool { return f.DOR>>(4+d)&1 != 0 }

// ready reports whether index pulses come from a drive.
func (f *FDC) ready(d int) bool {
	return f.types[d] != None && f.media[d] != nil && f.motor(d)
}

// protected is the WP line of a drive; without a disk the sensor sees no notch.
func (f *FDC) protected(d int) bool {
	return f.types[d] != None && (f.media[d] == nil || f.media[d].ReadOnly())
}

// cylinder is the cylinder of the medium that is under the head. A 40-cylinder
// disk in an 80-cylinder 5.25" drive has one at every second position; an
// 80-cylinder disk in a 40-cylinder drive has none that can be read.
func (f *FDC) cylinder(d int) (cyl int, ok bool) {
	pos, wide := int(f.Drive[d].Position), f.media[d].Cylinders() <= 43
	switch {
	case f.types[d] == Drive1200K && wide:
		return pos / 2, pos&1 == 0
	case f.types[d] == Drive360K && !wide:
		return 0, false
	}
	return pos, true
}

// step moves the head by n cylinders at once and resets the disk-change latch
// as every step pulse does with a disk in the drive.
func (f *FDC) step(d, n int) {
	if n == 0 || f.types[d] == None {
		return
	}
	s := &f.Drive[d]
	s.Position = uint8(min(max(int(s.Position)+n, 0), int(f.types[d].traits().last)))
	if f.media[d] != nil {
		s.Changed = false
	}
}

// stepTime is how long n step pulses take. SRT counts down from 16 in units of
// 1 ms at 500 kbit/s (table 5-9).
func (f *FDC) stepTime(n int) bus.Time {
	if f.timing == Fast {
		return fastSettle + bus.Time(n)*fastStep
	}
	srt := bus.Time(16 - f.Specify[0]>>4)
	return bus.Time(n)*srt*f.rateUnit() + bus.Millisecond
}

// rateUnit is the unit of the SPECIFY times: 1 ms at 500 kbit/s.
func (f *FDC) rateUnit() bus.Time {
	kbits := [4]bus.Time{500, 300, 250, 1000}[f.Rate]
	return 500 * bus.Millisecond / kbits
}

// atSpeed is the time at which data can be read: the disk at speed, the head
// loaded.
func (f *FDC) atSpeed(d int) bus.Time {
	now := f.clock.Now()
	if f.timing == Fast {
		return now
	}
	s := &f.Drive[d]
	t := max(now, s.MotorOn+f.types[d].traits().spinUp)
	if t > s.Loaded {
		hlt := bus.Time(f.Specify[1] >> 1)
		if hlt == 0 {
			hlt = 128
		}
		t += 2 * hlt * f.rateUnit()
	}
	hut := bus.Time(f.Specify[0] & 0x0f)
	if hut == 0 {
		hut = 16
	}
	s.Loaded = t + 16*hut*f.rateUnit()
	return t
}

// nextSlot is the number of the first of n sectors whose start is still to come
// at time t.
func (f *FDC) nextSlot(d, n int, t bus.Time) int {
	if f.timing == Fast {
		return int(f.Drive[d].Slot) % n
	}
	turn := f.types[d].traits().turn
	// A gap's worth of lateness is forgiven: a chip that finished a sector is in
	// time for the next one.
	at := t%turn - turn/bus.Time(8*n)
	i := 0
	if at > 0 {
		i = int((at*bus.Time(n) + turn - 1) / turn)
	}
	return i % n
}

// slotEnd is the time at which sector i of n has passed, from t on.
func (f *FDC) slotEnd(d, i, n int, t bus.Time) bus.Time {
	if f.timing == Fast {
		f.Drive[d].Slot = uint8(i + 1)
		return t + fastSector
	}
	turn := f.types[d].traits().turn
	start := t - t%turn + turn*bus.Time(i)/bus.Time(n)
	if start < t-turn/bus.Time(8*n) {
		start += turn
	}
	return start + turn/bus.Time(n)
}

// turns is how long n revolutions take.
func (f *FDC) turns(d, n int) bus.Time {
	if f.timing == Fast {
		return bus.Time(n) * fastTurn
	}
	return bus.Time(n) * f.types[d].traits().turn
}
