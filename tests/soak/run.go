package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"beige/devices/bus"
	"beige/devices/image"
	"beige/machine"
	"beige/machine/kernel"
)

const (
	sectorSize = 512
	worked     = 4 * mb // bytes of zeros that the guest digests

	// maxDrift is of the guest's clock, which runs by the TSC: Linux measures its
	// frequency to the kHz, 10 millionths of 100 MHz.
	maxDrift = 20e-6
	// maxOff is of clocks that tell whole seconds.
	maxOff = 1.2
	// maxGrowth is of the live heap after the first hour, in bytes.
	maxGrowth = mb / 4
)

// reading is what the guest's clocks have shown at a moment of virtual time.
type reading struct {
	at                bus.Time
	date, uptime, rtc float64 // seconds
	heap              uint64  // bytes of live objects, RAM of the guest included
}

// watcher takes what the guest sends to its serial port.
type watcher struct {
	m        *machine.Machine
	begun    time.Time
	line     []byte
	readings []reading
	sum      string
	errs     []error
}

// Write is called on the machine goroutine, when the last bit has been sent.
func (w *watcher) Write(b []byte) (int, error) {
	w.line = append(w.line, b...)
	for {
		line, rest, ok := bytes.Cut(w.line, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		w.take(strings.TrimSpace(string(line)))
		w.line = rest
	}
}

func (w *watcher) take(line string) {
	report, ok := strings.CutPrefix(line, "@@ ")
	if !ok {
		return // a message of the firmware or the kernel
	}
	var hour int
	r := reading{at: w.m.Now()}
	var sum string
	if _, err := fmt.Sscan(report, &hour, &r.date, &r.uptime, &r.rtc, &sum); err != nil || hour != len(w.readings) {
		w.errs = append(w.errs, fmt.Errorf("the guest says %q", line))
		return
	}
	if hour > 0 && sum != w.sum {
		w.errs = append(w.errs, fmt.Errorf("hour %d: SHA-256 is %s; want %s", hour, sum, w.sum))
	}
	w.readings = append(w.readings, r)
	w.m.After(0, w.measure) // code is forgotten between two instructions
}

// measure completes the last reading by what lives on the heap when no decoded code
// does, which comes and goes.
func (w *watcher) measure() {
	hour := len(w.readings) - 1
	r, a := &w.readings[hour], w.readings[0]
	w.m.CPU().ForgetCode()
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	r.heap = mem.HeapAlloc
	passed := time.Duration(r.at - a.at).Seconds()
	fmt.Printf("hour %2d after %v: date %+.2f s, uptime %+.3f s, RTC %+.2f s from virtual time; heap %.3f MB\n", hour,
		time.Since(w.begun).Round(time.Second), r.date-a.date-passed, r.uptime-a.uptime-passed, r.rtc-a.rtc-passed, float64(r.heap)/mb)
}

// check judges the readings of a run.
func (w *watcher) check(hours int) error {
	errs := w.errs
	if len(w.readings) != hours+1 {
		return errors.Join(append(errs, fmt.Errorf("%d hours of %d", len(w.readings)-1, hours))...)
	}
	first := w.readings[0]
	for hour, r := range w.readings {
		passed := time.Duration(r.at - first.at).Seconds()
		for name, c := range map[string]struct{ shown, most float64 }{
			"date":   {r.date - first.date, maxOff + maxDrift*passed},
			"uptime": {r.uptime - first.uptime, 0.1 + maxDrift*passed},
			"RTC":    {r.rtc - first.rtc, maxOff},
		} {
			if off := c.shown - passed; off > c.most || off < -c.most {
				errs = append(errs, fmt.Errorf("hour %d: %s is off by %.3f s; want at most %.3f", hour, name, off, c.most))
			}
		}
		if hour > 1 && r.heap > w.readings[1].heap+maxGrowth {
			errs = append(errs, fmt.Errorf("hour %d: the heap has grown from %d to %d bytes", hour, w.readings[1].heap, r.heap))
		}
	}
	return errors.Join(errs...)
}

// outcome is how a run ended.
type outcome struct {
	hash string
	end  bus.Time
}

// run boots the guest and lets it work until it switches the machine off.
func run(k *kernel.Image, hours int) (outcome, error) {
	w := &watcher{begun: time.Now(), sum: fmt.Sprintf("%x", sha256.Sum256(make([]byte, worked)))}
	cfg := machine.Config{
		Deterministic: true,
		Unattended:    true,
		Memory:        memory,
		Kernel:        k,
		Disks:         [4]machine.Disk{image.NewDisk("soak", nil, diskSize/sectorSize)},
	}
	cfg.Serial[0] = w
	m, err := machine.New(cfg)
	if err != nil {
		return outcome{}, err
	}
	w.m = m
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	exit := m.Run(ctx)
	if exit.Reason != machine.PowerOff {
		w.errs = append(w.errs, fmt.Errorf("the run ended so: %s", exit))
	}
	return outcome{m.StateHash(), m.Now()}, w.check(hours)
}
