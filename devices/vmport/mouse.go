package vmport

// The mouse is one more way to ask the PC's mouse what it does. A driver enables
// it, reads the version from the queue, asks for absolute positions, and from then on
// finds four dwords for every event; a PS/2 packet without any movement tells it to
// look:
//
//	0  buttons, and relativePacket
//	1  x: 0 (left) to FFFFh (right), or a movement to the right
//	2  y: 0 (top) to FFFFh (bottom), or a movement up
//	3  turn of the wheel toward the user, 8 bits
//
// ABSPOINTER_STATUS returns how many dwords wait in bits 15-0, and all ones above
// while the mouse is off or the driver has made a mistake; only enabling the mouse
// ends that.

// Arguments of ABSPOINTER_COMMAND.
const (
	mouseEnable   uint32 = 0x45414552
	mouseDisable  uint32 = 0x000000f5
	mouseRelative uint32 = 0x4c455252
	mouseAbsolute uint32 = 0x53424152
)

// Arguments of ABSPOINTER_RESTRICT.
const (
	restrictAny  uint8 = 0
	restrictCPL0 uint8 = 1
	restrictIOPL uint8 = 2
)

const (
	mouseVersion uint32 = 0x3442554a // what the queue holds when the mouse has been enabled
	statusError  uint32 = 0xffff0000
)

// First dword of a packet.
const (
	relativePacket uint32 = 1 << 16
	packetLeft     uint32 = 1 << 5
	packetRight    uint32 = 1 << 4
	packetMiddle   uint32 = 1 << 3
)

// Buttons as Move and Point take them, those of the PS/2 mouse.
const (
	ButtonLeft   uint8 = 1 << 0
	ButtonRight  uint8 = 1 << 1
	ButtonMiddle uint8 = 1 << 2
)

// MaxPosition is the right or lower end of the screen.
const MaxPosition = 0xffff

const (
	packetLen  = 4
	maxPackets = 255 // the most that drivers read in a row
	queueLen   = packetLen * maxPackets
	maxData    = 6    // dwords of an ABSPOINTER_DATA: the registers
	maxMove    = 4096 // counts of one movement
)

type mouseState struct {
	On       bool
	Absolute bool
	Error    bool  // until it is enabled
	Restrict uint8 // who may ask
	Len      uint16
	Queue    [queueLen]uint32
}

func (m *mouseState) mode() string {
	switch {
	case !m.On:
		return "off"
	case m.Absolute:
		return "absolute"
	}
	return "relative"
}

func (m *mouseState) valid() bool {
	working := m.On && !m.Error
	return m.Len <= queueLen && m.Restrict <= restrictIOPL && (m.On || !m.Absolute) && (working || m.Len == 0)
}

// permitted reports whether the running program may use the mouse; one that may not
// is told nothing.
func (d *VMPort) permitted() bool {
	cpl, iopl := d.cpu.Privilege()
	ok := true
	switch d.M.Restrict {
	case restrictCPL0:
		ok = cpl == 0
	case restrictIOPL:
		ok = cpl <= iopl
	}
	if !ok {
		d.answer(none)
	}
	return ok
}

func (d *VMPort) restrict(to uint32) {
	if to > uint32(restrictIOPL) {
		d.answer(none)
		return
	}
	d.M.Restrict = uint8(to)
	d.answer(0)
}

func (d *VMPort) status() uint32 {
	if !d.M.On || d.M.Error {
		return statusError | uint32(d.M.Len)
	}
	return uint32(d.M.Len)
}

func (d *VMPort) command(what uint32) {
	m := &d.M
	switch what {
	case mouseEnable:
		d.M = mouseState{On: true, Restrict: m.Restrict}
		m.Queue[0], m.Len = mouseVersion, 1
	case mouseDisable:
		d.M = mouseState{}
	case mouseRelative, mouseAbsolute:
		if m.On {
			m.Absolute = what == mouseAbsolute
		}
	default:
		d.answer(none)
		return
	}
	d.answer(0)
}

// data gives n dwords of the queue. Asking for what is not there is a mistake that
// the driver finds in the status.
func (d *VMPort) data(n uint32) {
	m := &d.M
	if !m.On || m.Error || n == 0 || n > maxData || n > uint32(m.Len) {
		m.Error, m.Len = true, 0
		d.answer(none)
		return
	}
	d.answer(m.Queue[:n]...)
	copy(m.Queue[:], m.Queue[n:m.Len])
	clear(m.Queue[uint32(m.Len)-n : m.Len])
	m.Len -= uint16(n)
}

// Enabled reports whether a driver takes the mouse's events from here and not from
// the PS/2 mouse.
func (d *VMPort) Enabled() bool { return d.M.On && !d.M.Error }

// Absolute reports whether the driver has asked for positions.
func (d *VMPort) Absolute() bool { return d.Enabled() && d.M.Absolute }

// Move is a movement to the right and down, of the wheel toward the user, and the
// buttons that are down. Caller is the machine goroutine, while Enabled.
func (d *VMPort) Move(dx, dy, dz int, buttons uint8) {
	dx, dy = bound(dx, -maxMove, maxMove), bound(dy, -maxMove, maxMove)
	d.event(relativePacket, uint32(int32(dx)), uint32(int32(-dy)), dz, buttons)
}

// Point is a position, from 0 to MaxPosition each. Caller is the machine goroutine,
// while Absolute.
func (d *VMPort) Point(x, y, dz int, buttons uint8) {
	d.event(0, uint32(bound(x, 0, MaxPosition)), uint32(bound(y, 0, MaxPosition)), dz, buttons)
}

// event queues a packet. Where the driver does not come to read, the newest packet
// takes the place of the one before: the ways between are lost, not where they lead.
func (d *VMPort) event(flags, x, y uint32, dz int, buttons uint8) {
	m := &d.M
	if m.Len+packetLen > queueLen {
		m.Len -= packetLen
	}
	p := m.Queue[m.Len : m.Len+packetLen]
	p[0] = flags
	for _, b := range [...]struct {
		button uint8
		bit    uint32
	}{{ButtonLeft, packetLeft}, {ButtonRight, packetRight}, {ButtonMiddle, packetMiddle}} {
		if buttons&b.button != 0 {
			p[0] |= b.bit
		}
	}
	p[1], p[2], p[3] = x, y, uint32(uint8(int8(bound(dz, -127, 127))))
	m.Len += packetLen
	d.cfg.Announce()
}

func bound(v, low, high int) int { return min(max(v, low), high) }
