package fpu

import "encoding/binary"

// Layout is the form of the environment in memory (SDM volume 1, figures 8-9
// to 8-12). All are rows of words or doublewords:
//
//	     16-bit protected   16-bit real          32-bit protected   32-bit real
//	0    control            control              control            control
//	1    status             status               status             status
//	2    tags               tags                 tags               tags
//	3    IP                 IP 15-0              IP                 IP 15-0
//	4    CS                 IP 19-16, 0, opcode  opcode, CS         0, IP 31-16, 0, opcode
//	5    DP                 DP 15-0              DP                 DP 15-0
//	6    DS                 DP 19-16, 0          DS                 0, DP 31-16, 0
//
// The real-mode forms, which virtual-8086 mode uses as well, hold linear
// addresses.
type Layout uint8

// Layouts: the operand size and the mode.
const (
	Prot16 Layout = iota
	Real16
	Prot32
	Real32
)

// Sizes in bytes of the environment and of the whole state.
const (
	EnvSize16  = 14
	EnvSize32  = 28
	SaveSize16 = EnvSize16 + 80
	SaveSize32 = EnvSize32 + 80
)

// EnvSize returns the bytes of the environment in layout l.
func (l Layout) EnvSize() int {
	if l >= Prot32 {
		return EnvSize32
	}
	return EnvSize16
}

// SaveSize returns the bytes of the FSAVE image in layout l.
func (l Layout) SaveSize() int { return l.EnvSize() + 80 }

func (l Layout) real() bool { return l == Real16 || l == Real32 }

const opcodeMask = 0x7FF

// Env writes the environment to img, of at least EnvSize bytes, and changes
// nothing in the unit. FNSTENV is Env, the memory writes, then MaskAll.
func (u *Unit) Env(l Layout, img []byte) {
	w := [7]uint32{uint32(u.CW), uint32(u.Status()), uint32(u.Tags()), uint32(u.FIP), 0, uint32(u.FDP), 0}
	if l.real() {
		ip := uint32(u.FCS)<<4 + uint32(u.FIP)
		dp := uint32(u.FDS)<<4 + uint32(u.FDP)
		w[3], w[5] = ip&0xFFFF, dp&0xFFFF
		w[4] = ip>>16<<12 | uint32(u.FOP&opcodeMask)
		w[6] = dp >> 16 << 12
	} else {
		w[4], w[6] = uint32(u.FCS), uint32(u.FDS)
		if l == Prot32 {
			w[4] |= uint32(u.FOP&opcodeMask) << 16
		}
	}
	if l < Prot32 {
		for i, v := range w {
			binary.LittleEndian.PutUint16(img[2*i:], uint16(v))
		}
		return
	}
	const reserved = 0xFFFF0000 // stored as ones
	w[0] |= reserved
	w[1] |= reserved
	w[2] |= reserved
	if l == Prot32 {
		w[6] |= reserved
	} else {
		w[3] |= reserved
		w[5] |= reserved
	}
	for i, v := range w {
		binary.LittleEndian.PutUint32(img[4*i:], v)
	}
}

// MaskAll is the second half of FNSTENV: all exceptions are masked.
func (u *Unit) MaskAll() {
	u.CW |= uint16(exceptions)
	u.summarize()
}

// Words are the seven words or doublewords of an environment.
type Words [7]uint32

// LoadEnv is FLDENV of img, of at least EnvSize bytes.
func (u *Unit) LoadEnv(l Layout, img []byte) {
	var w Words
	for i := range w {
		if l < Prot32 {
			w[i] = uint32(binary.LittleEndian.Uint16(img[2*i:]))
		} else {
			w[i] = binary.LittleEndian.Uint32(img[4*i:])
		}
	}
	u.LoadWords(l, &w)
}

// LoadWords is LoadEnv of words read already.
func (u *Unit) LoadWords(l Layout, w *Words) {
	u.LoadCW(uint16(w[0]))
	u.setStatus(uint16(w[1]))
	u.setTags(uint16(w[2]))
	if l.real() {
		u.FCS, u.FDS = 0, 0
		u.FIP = uint64(w[3]&0xFFFF | w[4]>>12<<16)
		u.FDP = uint64(w[5]&0xFFFF | w[6]>>12<<16)
		u.FOP = uint16(w[4]) & opcodeMask
		return
	}
	u.FIP, u.FCS, u.FDP, u.FDS = uint64(w[3]), uint16(w[4]), uint64(w[5]), uint16(w[6])
	u.FOP = 0
	if l == Prot32 {
		u.FOP = uint16(w[4]>>16) & opcodeMask
	}
}

// LoadStatus loads the status word.
func (u *Unit) LoadStatus(v uint16) { u.setStatus(v) }

// LoadTags loads the full tag word.
func (u *Unit) LoadTags(v uint16) { u.setTags(v) }

// Save writes the whole state to img, of at least SaveSize bytes, ST(0) first,
// and changes nothing in the unit. FNSAVE is Save, the memory writes, then Init.
func (u *Unit) Save(l Layout, img []byte) {
	u.Env(l, img)
	img = img[l.EnvSize():]
	for i := range uint8(8) {
		putF80(img[10*int(i):], u.ST(i))
	}
}

// Restore is FRSTOR of img, of at least SaveSize bytes.
func (u *Unit) Restore(l Layout, img []byte) {
	u.LoadEnv(l, img)
	img = img[l.EnvSize():]
	for i := range uint8(8) {
		u.R[(u.Top+i)&7] = getF80(img[10*int(i):])
	}
}

// FXSave writes the x87 part of the FXSAVE image (SDM volume 1, table 10-2):
// bytes 0-23 and 32-159. Bytes 24-31 belong to MXCSR.
func (u *Unit) FXSave(img *[512]byte) {
	le := binary.LittleEndian
	le.PutUint16(img[0:], u.CW)
	le.PutUint16(img[2:], u.Status())
	le.PutUint16(img[4:], uint16(u.Use))
	le.PutUint16(img[6:], u.FOP&opcodeMask)
	le.PutUint32(img[8:], uint32(u.FIP))
	le.PutUint32(img[12:], uint32(u.FCS))
	le.PutUint32(img[16:], uint32(u.FDP))
	le.PutUint32(img[20:], uint32(u.FDS))
	for i := range uint8(8) {
		b := img[32+16*int(i):]
		putF80(b, u.ST(i))
		clear(b[10:16])
	}
}

// FXRestore loads the x87 part of the FXSAVE image.
func (u *Unit) FXRestore(img *[512]byte) {
	le := binary.LittleEndian
	u.LoadCW(le.Uint16(img[0:]))
	u.setStatus(le.Uint16(img[2:]))
	u.Use = img[4]
	u.FOP = le.Uint16(img[6:]) & opcodeMask
	u.FIP = uint64(le.Uint32(img[8:]))
	u.FCS = le.Uint16(img[12:])
	u.FDP = uint64(le.Uint32(img[16:]))
	u.FDS = le.Uint16(img[20:])
	for i := range uint8(8) {
		u.R[(u.Top+i)&7] = getF80(img[32+16*int(i):])
	}
}

func putF80(b []byte, v F80) {
	binary.LittleEndian.PutUint64(b, v.Mant)
	binary.LittleEndian.PutUint16(b[8:], v.SE)
}

func getF80(b []byte) F80 {
	return F80{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:])}
}
