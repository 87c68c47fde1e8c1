package vga

// Memory is the chip's memory where the processor can reach it without asking the
// chip, which is what makes drawing as cheap as any store.
type Memory interface {
	// Bytes is the memory: MemorySize bytes, all 0 at first.
	Bytes() []uint8
	// Show has the processor reach size bytes of the memory from at on in the chip's
	// window at off, instead of ReadMMIO and WriteMMIO; all are multiples of 4 KB. Only
	// the latest call counts; a size of 0 is none.
	Show(off, size, at uint32)
	// Stored tells of each 4 KB of the memory whether the processor has stored in it
	// since the last call; nil if in none. The answer is good until the next call.
	Stored() []bool
}

// storedPage is how many bytes Stored tells of at once.
const storedPage = 4 << 10

// share shows what the processor may reach by itself: memory whose reads and writes are
// those of RAM. That is chain-4 memory in write mode 0 to all planes, and the banks of
// the display interface.
func (d *VGA) share() {
	if d.shared == nil {
		return
	}
	ac := &d.access
	switch {
	case ac.flat:
		if at := ac.bank; !d.bank.shown || d.bank.at != at || ac.size != bankSize {
			d.bank = bankUse{at: at}
			d.shared.Show(0, 0, 0)
		}
		return
	case ac.linear && ac.read == chain4:
		d.shared.Show(ac.base, ac.size, 0)
	default:
		d.shared.Show(0, 0, 0)
	}
	d.bank = bankUse{}
}

// bankUse decides when a bank of the display interface is shown. Showing and hiding it
// costs about as much as some accesses that ask the chip, so a program that changes
// banks for every few dots would only lose by it.
type bankUse struct {
	at    uint32
	uses  uint8
	shown bool
}

// bankPatience is how many accesses a bank needs before it is shown.
const bankPatience = 64

// touch counts an access to the bank.
func (b *bankUse) touch(d *VGA) {
	if b.uses++; b.uses == bankPatience && d.shared != nil && d.access.size == bankSize {
		b.shown = true
		d.shared.Show(d.access.base, bankSize, b.at)
	}
}

// takeStored asks what the processor has stored by itself.
func (d *VGA) takeStored() {
	d.stored = nil
	if d.shared != nil {
		d.stored = d.shared.Stored()
	}
}

// storedIn reports whether takeStored found a store to [from, to) of the memory.
func (d *VGA) storedIn(from, to int) bool {
	if d.stored == nil {
		return false
	}
	for page := from / storedPage; page*storedPage < to; page++ {
		if d.stored[page] {
			return true
		}
	}
	return false
}
