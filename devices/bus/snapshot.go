package bus

import (
	"encoding/binary"
	"fmt"
)

// MarshalState encodes a chip's state struct, which must consist of fixed-size
// fields only, behind a version byte. It is the body of a chip's MarshalBinary.
func MarshalState(version uint8, state any) ([]byte, error) {
	return binary.Append([]byte{version}, binary.LittleEndian, state)
}

// UnmarshalState decodes what MarshalState wrote into state, a pointer. It
// fails, leaving *state as it was, on another version or another length.
func UnmarshalState(name string, version uint8, b []byte, state any) error {
	if len(b) == 0 {
		return fmt.Errorf("%s: snapshot: empty", name)
	}
	if b[0] != version {
		return fmt.Errorf("%s: snapshot: version %d; want %d", name, b[0], version)
	}
	if want := binary.Size(state); len(b)-1 != want {
		return fmt.Errorf("%s: snapshot: %d bytes; want %d", name, len(b)-1, want)
	}
	_, err := binary.Decode(b[1:], binary.LittleEndian, state)
	return err
}
