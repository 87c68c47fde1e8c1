package main

import "os"

// stopSignals is empty of what a JavaScript host does not have.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt} }
