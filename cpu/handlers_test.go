package cpu

import (
	"testing"

	"beige/cpu/isa"
)

// Every mnemonic of the instruction table has a handler: one that is forgotten
// would run as #UD.
func TestEveryMnemonicHasAHandler(t *testing.T) {
	h := newHandlers()
	for _, r := range isa.Rows() {
		if h.build[r.Op] == nil {
			t.Errorf("%v (opcode %02x): no handler", r.Op, r.Opcode)
		}
	}
}
