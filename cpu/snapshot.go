package cpu

import (
	"encoding/binary"
	"fmt"
)

const stateVersion = 4

// MarshalBinary saves the processor's state, between two Run calls.
func (c *CPU) MarshalBinary() ([]byte, error) {
	return binary.Append([]byte{stateVersion}, binary.LittleEndian, &c.State)
}

// UnmarshalBinary restores what MarshalBinary saved, on a processor of the same
// model. On an error nothing has changed.
func (c *CPU) UnmarshalBinary(b []byte) error {
	if want := 1 + binary.Size(&c.State); len(b) != want || b[0] != stateVersion {
		return fmt.Errorf("cpu: snapshot of %d bytes: want %d bytes of version %d", len(b), want, stateVersion)
	}
	if _, err := binary.Decode(b[1:], binary.LittleEndian, &c.State); err != nil {
		return fmt.Errorf("cpu: snapshot: %w", err)
	}
	c.flushTraces()
	c.Refresh()
	return nil
}
