package machine

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// hashVersion is part of every state hash: it changes with the meaning of one.
const hashVersion = "beige state 1"

// StateHash is a digest of everything that a guest can observe of the machine
// and that decides how it goes on: processor, memory, chips, timers, clock. It
// is equal on every host. The contents of disks are not part of it. Caller is
// the machine goroutine, or the machine does not run.
func (m *Machine) StateHash() string {
	h := sha256.New()
	section(h, "version", []byte(hashVersion))
	section(h, "cpu "+m.cpu.Model().Name, marshal(m.cpu))
	section(h, "ram", m.mem.RAM())
	for _, d := range m.devices {
		section(h, d.Name(), marshal(d))
	}
	var b []byte
	for _, d := range m.sched.Deadlines() {
		b = append(append(b, d.Name...), 0)
		b = binary.LittleEndian.AppendUint64(b, uint64(d.When))
	}
	section(h, "timers", b)
	for _, p := range m.serial {
		section(h, p.Name()+" input", p.waiting)
	}
	now := m.Now()
	rate := m.clock
	rate.setRate(rate.Rate) // only moves the origin of the line to here
	section(h, "clock", binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(
		binary.LittleEndian.AppendUint64(nil, uint64(now)), rate.Frac), uint64(rate.Rate)))
	return hex.EncodeToString(h.Sum(nil))
}

// section adds a name and data, with their lengths, so that no two states run
// into each other.
func section(h hash.Hash, name string, data []byte) {
	var n [16]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(name)))
	binary.LittleEndian.PutUint64(n[8:], uint64(len(data)))
	h.Write(n[:])
	h.Write([]byte(name))
	h.Write(data)
}

// marshal is the snapshot of a device; a device without state has none.
func marshal(d any) []byte {
	s, ok := d.(encoding.BinaryMarshaler)
	if !ok {
		return nil
	}
	b, err := s.MarshalBinary()
	if err != nil { // states are plain structs of fixed size: this cannot fail
		panic(err)
	}
	return b
}
