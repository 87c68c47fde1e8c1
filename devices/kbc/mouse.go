package kbc

import "beige/devices/bus"

// Commands to the mouse (PS/2 Technical Reference, Mouse, Commands).
const (
	mouseScale11    uint8 = 0xe6
	mouseScale21    uint8 = 0xe7
	mouseResolution uint8 = 0xe8 // + 0-3: 1, 2, 4, 8 counts/mm
	mouseStatus     uint8 = 0xe9
	mouseStream     uint8 = 0xea
	mouseRead       uint8 = 0xeb
	mouseResetWrap  uint8 = 0xec
	mouseSetWrap    uint8 = 0xee
	mouseRemote     uint8 = 0xf0
	mouseReadID     uint8 = 0xf2
	mouseRate       uint8 = 0xf3 // + reports a second
	mouseEnable     uint8 = 0xf4
	mouseDisable    uint8 = 0xf5
	mouseDefaults   uint8 = 0xf6
	mouseResend     uint8 = 0xfe
	mouseReset      uint8 = 0xff
)

// Mouse IDs: the standard mouse, and the Microsoft IntelliMouse protocols that
// the sample rate sequences 200,100,80 and 200,200,80 unlock.
const (
	idStandard uint8 = 0
	idWheel    uint8 = 3
	idFive     uint8 = 4
)

// Status byte, first byte of the answer to E9h (buttons in bits 2-0 as left,
// middle, right).
const (
	msScaling uint8 = 1 << 4
	msEnabled uint8 = 1 << 5
	msRemote  uint8 = 1 << 6
)

// First byte of a packet, above buttons (bit 0 left, 1 right, 2 middle).
const (
	mpAlways uint8 = 1 << 3
	mpXSign  uint8 = 1 << 4
	mpYSign  uint8 = 1 << 5
	mpXOver  uint8 = 1 << 6
	mpYOver  uint8 = 1 << 7
)

// Buttons as Mouse takes them.
const (
	ButtonLeft   uint8 = 1 << 0
	ButtonRight  uint8 = 1 << 1
	ButtonMiddle uint8 = 1 << 2
	Button4      uint8 = 1 << 3
	Button5      uint8 = 1 << 4
)

const (
	defaultSampleRate uint8 = 100
	defaultResolution uint8 = 2 // 4 counts/mm
	maxDelta                = 255
	maxPending              = 1 << 15 // counts kept while the guest does not listen
)

type mouseState struct {
	X, Y, Z    int32 // movement not yet reported, in counts; right, up and toward the user
	Announced  uint8 // packets to be sent though nothing has happened
	Buttons    uint8
	Reported   uint8 // buttons of the last packet
	ID         uint8
	Rate       uint8 // samples a second
	Resolution uint8
	Knock      [2]uint8 // the two rates before Rate
	Enabled    bool
	Remote     bool
	Wrap       bool
	Scale21    bool
	BAT        bool
	Reset      bool  // self-test starts when the ACK has gone out
	Refused    bool  // the last byte was answered with Resend
	Pending    uint8 // command that waits for its option byte

	BufLen  uint8
	Buf     [8]uint8
	SentLen uint8 // last answer or packet, for Resend
	Sent    [8]uint8
}

// mouse is the processor inside the mouse.
type mouse struct {
	mouseState
	clock   bus.Clock
	timer   bus.Timer // end of self-test, next sample
	changed func()
}

// powerOn leaves the mouse as it is after its self-test.
func (m *mouse) powerOn() {
	m.timer.Stop()
	m.mouseState = mouseState{Buttons: m.Buttons, Reported: m.Buttons}
	m.defaults()
}

func (m *mouse) defaults() {
	m.Rate, m.Resolution = defaultSampleRate, defaultResolution
	m.Scale21, m.Remote, m.Enabled, m.Wrap = false, false, false, false
	m.Knock = [2]uint8{}
}

func (m *mouse) clear() { m.X, m.Y, m.Z, m.Announced = 0, 0, 0, 0 }

func (m *mouse) waiting() bool { return m.BufLen > 0 }

func (m *mouse) take() uint8 {
	b := m.Buf[0]
	copy(m.Buf[:], m.Buf[1:])
	m.BufLen--
	if m.BufLen == 0 {
		if m.Reset {
			m.Reset, m.BAT = false, true
			m.timer.At(m.clock.Now() + batTime)
		} else {
			m.schedule()
		}
	}
	return b
}

// send replaces what was still to be sent.
func (m *mouse) send(b ...uint8) {
	m.BufLen = uint8(copy(m.Buf[:], b))
	m.SentLen = uint8(copy(m.Sent[:], b))
}

// receive takes a byte from the controller. It ends what the mouse was sending.
func (m *mouse) receive(b uint8) {
	if m.BAT {
		m.BAT = false
		m.timer.Stop()
	}
	m.Reset = false
	switch {
	case m.Wrap && b != mouseResetWrap && b != mouseReset:
		m.send(b)
	case m.Pending != 0:
		m.option(b)
	default:
		m.command(b)
	}
	m.changed()
}

func (m *mouse) command(b uint8) {
	refused := m.Refused
	m.Refused = false
	if b != mouseScale11 && b != mouseScale21 && b != mouseResend && b != mouseRead {
		m.clear()
	}
	switch b {
	case mouseScale11, mouseScale21:
		m.Scale21 = b == mouseScale21
	case mouseResolution, mouseRate:
		m.Pending = b
	case mouseStatus:
		m.send(ansACK, m.status(), m.Resolution, m.Rate)
		return
	case mouseStream:
		m.Remote = false
	case mouseRead:
		m.send(ansACK)
		m.BufLen += uint8(m.packet(m.Buf[1:], false))
		m.SentLen = uint8(copy(m.Sent[:], m.Buf[:m.BufLen]))
		m.clear()
		return
	case mouseResetWrap:
		m.Wrap = false
	case mouseSetWrap:
		m.Wrap = true
	case mouseRemote:
		m.Remote = true
	case mouseReadID:
		m.send(ansACK, m.ID)
		return
	case mouseEnable:
		m.Enabled = true
	case mouseDisable:
		m.Enabled = false
	case mouseDefaults:
		m.defaults()
	case mouseResend:
		m.BufLen = uint8(copy(m.Buf[:], m.Sent[:m.SentLen]))
		return
	case mouseReset:
		m.defaults()
		m.ID = idStandard
		m.Reset = true
	default:
		m.refuse(refused)
		return
	}
	m.send(ansACK)
}

// refuse answers Resend the first time and Error the second.
func (m *mouse) refuse(again bool) {
	m.Refused = !again
	if again {
		m.Pending = 0
		m.BufLen, m.Buf[0] = 1, ansError
	} else {
		m.BufLen, m.Buf[0] = 1, ansResend
	}
}

// option takes the byte that follows E8h or F3h.
func (m *mouse) option(b uint8) {
	refused := m.Refused
	m.Refused = false
	switch m.Pending {
	case mouseResolution:
		if b > 3 {
			m.refuse(refused)
			return
		}
		m.Resolution = b
	case mouseRate:
		switch b {
		case 10, 20, 40, 60, 80, 100, 200:
		default:
			m.refuse(refused)
			return
		}
		m.setRate(b)
	}
	m.Pending = 0
	m.send(ansACK)
}

// setRate watches for the knocks of the IntelliMouse.
func (m *mouse) setRate(r uint8) {
	if r == 80 && m.Knock[0] == 200 {
		switch m.Knock[1] {
		case 100:
			m.ID = max(m.ID, idWheel)
		case 200:
			m.ID = idFive
		}
	}
	m.Knock = [2]uint8{m.Knock[1], r}
	m.Rate = r
}

func (m *mouse) status() uint8 {
	s := m.Buttons&ButtonLeft<<2 | m.Buttons&ButtonMiddle>>1 | m.Buttons&ButtonRight>>1
	if m.Scale21 {
		s |= msScaling
	}
	if m.Enabled {
		s |= msEnabled
	}
	if m.Remote {
		s |= msRemote
	}
	return s
}

// move takes a movement and the buttons that are down; y counts upward here.
func (m *mouse) move(dx, dy, dz int, buttons uint8) {
	m.Buttons = buttons & (ButtonLeft | ButtonRight | ButtonMiddle | Button4 | Button5)
	if m.BAT || m.Reset || !m.Remote && !m.Enabled {
		m.Reported = m.Buttons
		return
	}
	m.X = pend(m.X, dx)
	m.Y = pend(m.Y, dy)
	if m.ID != idStandard {
		m.Z = pend(m.Z, dz)
	}
	m.schedule()
}

// announce has a packet sent that says nothing.
func (m *mouse) announce() {
	m.Buttons = 0
	if !m.BAT && !m.Reset && m.Enabled && m.Announced < 0xff {
		m.Announced++
		m.schedule()
	}
}

func pend(sum int32, d int) int32 {
	d = min(max(d, -2*maxPending), 2*maxPending)
	return min(max(sum+int32(d), -maxPending), maxPending)
}

// news reports whether a stream mode packet is due.
func (m *mouse) news() bool {
	mask := ButtonLeft | ButtonRight | ButtonMiddle
	if m.ID == idFive {
		mask |= Button4 | Button5
	}
	return m.X|m.Y|m.Z != 0 || m.Announced > 0 || (m.Buttons^m.Reported)&mask != 0
}

// schedule arms the next sample if there is something to report and the last
// packet has gone out.
func (m *mouse) schedule() {
	if m.Remote || !m.Enabled || m.Wrap || m.BAT || m.Reset || m.BufLen > 0 || m.Pending != 0 || !m.news() {
		return
	}
	if _, armed := m.timer.Deadline(); !armed {
		m.timer.At(m.clock.Now() + bus.Second/bus.Time(m.Rate))
	}
}

// fire ends the self-test or takes a sample.
func (m *mouse) fire() {
	switch {
	case m.BAT:
		m.BAT = false
		m.send(ansBATOK, m.ID)
	case m.Remote || !m.Enabled || m.Wrap || m.Reset || m.BufLen > 0 || m.Pending != 0 || !m.news():
	default:
		m.BufLen = uint8(m.packet(m.Buf[:], m.Scale21))
		m.SentLen = uint8(copy(m.Sent[:], m.Buf[:m.BufLen]))
	}
	m.changed()
}

// packet writes one movement report to p and returns its length. Movement that
// does not fit stays for the next one.
func (m *mouse) packet(p []uint8, scaled bool) int {
	p[0] = mpAlways | m.Buttons&(ButtonLeft|ButtonRight|ButtonMiddle)
	m.Reported = m.Buttons
	if m.Announced > 0 {
		m.Announced--
	}
	x, xo := delta(&m.X, scaled)
	y, yo := delta(&m.Y, scaled)
	if x < 0 {
		p[0] |= mpXSign
	}
	if y < 0 {
		p[0] |= mpYSign
	}
	if xo {
		p[0] |= mpXOver
	}
	if yo {
		p[0] |= mpYOver
	}
	p[1], p[2] = uint8(x), uint8(y)
	if m.ID == idStandard {
		return 3
	}
	z := min(max(m.Z, -8), 7)
	m.Z -= z
	p[3] = uint8(z)
	if m.ID == idFive {
		p[3] = uint8(z)&0x0f | m.Buttons&(Button4|Button5)<<1
	}
	return 4
}

// delta takes up to 255 counts from *sum. With 2:1 scaling small movements
// shrink and large ones double (Mouse, Set Scaling 2:1).
func delta(sum *int32, scaled bool) (v int32, over bool) {
	v = min(max(*sum, -maxDelta), maxDelta)
	*sum -= v
	if !scaled {
		return v, false
	}
	n := max(v, -v)
	if n <= 5 {
		n = [...]int32{0, 1, 1, 3, 6, 9}[n]
	} else {
		n *= 2
	}
	over = n > maxDelta
	n = min(n, maxDelta)
	if v < 0 {
		n = -n
	}
	return n, over
}

func (m *mouseState) valid() bool {
	return int(m.BufLen) <= len(m.Buf) && int(m.SentLen) <= len(m.Sent) && m.Rate > 0 &&
		(m.ID == idStandard || m.ID == idWheel || m.ID == idFive) &&
		max(m.X, -m.X, m.Y, -m.Y, m.Z, -m.Z) <= maxPending && min(m.X, m.Y, m.Z) >= -maxPending &&
		(m.Pending == 0 || m.Pending == mouseResolution || m.Pending == mouseRate)
}
