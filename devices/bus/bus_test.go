package bus

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type byteChip struct{ log []uint16 }

func (c *byteChip) In(off uint16) uint8     { c.log = append(c.log, off); return uint8(0x10 + off) }
func (c *byteChip) Out(off uint16, v uint8) { c.log = append(c.log, off<<8|uint16(v)) }

type wideChip struct{ byteChip }

func (c *wideChip) InWide(off uint16, size int) uint32     { return 0xcafe0000 | uint32(size) }
func (c *wideChip) OutWide(off uint16, size int, v uint32) { c.log = append(c.log, uint16(v)) }

func TestPortsSplitWideCyclesLowAddressFirst(t *testing.T) {
	var p Ports
	c := &byteChip{}
	if err := p.Map("chip", 0x40, 4, c); err != nil {
		t.Fatal(err)
	}
	if got := p.In(0x41, 2); got != 0x1211 {
		t.Errorf("In(0x41, 2) = %#x; want 0x1211", got)
	}
	p.Out(0x42, 2, 0xbbaa)
	if diff := cmp.Diff([]uint16{1, 2, 0x2aa, 0x3bb}, c.log); diff != "" {
		t.Errorf("cycles differ (-want +got):\n%s", diff)
	}
	if got := p.In(0x43, 4); got != 0xffffff13 {
		t.Errorf("In(0x43, 4) across the end of the chip = %#x; want 0xffffff13", got)
	}
	if got := p.Unclaimed(); got != 3 {
		t.Errorf("Unclaimed() = %d; want 3", got)
	}
}

func TestPortsWide(t *testing.T) {
	var p Ports
	c := &wideChip{}
	if err := p.Map("chip", 0x1f0, 1, c); err != nil {
		t.Fatal(err)
	}
	if got := p.In(0x1f0, 4); got != 0xcafe0004 {
		t.Errorf("In(0x1f0, 4) = %#x; want 0xcafe0004", got)
	}
	if got := p.In(0x1f0, 1); got != 0x10 {
		t.Errorf("In(0x1f0, 1) = %#x; want 0x10", got)
	}
}

func TestMapOverlap(t *testing.T) {
	var p Ports
	if err := p.Map("pic", 0x20, 2, &byteChip{}); err != nil {
		t.Fatal(err)
	}
	err := p.Map("pit", 0x1f, 4, &byteChip{})
	if !errors.Is(err, ErrOverlap) || !strings.Contains(err.Error(), "pic") || !strings.Contains(err.Error(), "pit") {
		t.Errorf("overlapping Map = %v; want ErrOverlap naming pit and pic", err)
	}
	if err := p.Map("top", 0xffff, 2, &byteChip{}); err == nil {
		t.Error("Map beyond 0xffff succeeded; want an error")
	}
}

func TestFreq(t *testing.T) {
	pit := Freq{14318180, 12}
	for _, tc := range []struct {
		t    Time
		want uint64
	}{{0, 0}, {-5, 0}, {838, 0}, {839, 1}, {Second, 1193181}, {12 * Second, 14318180}} {
		if got := pit.Ticks(tc.t); got != tc.want {
			t.Errorf("Ticks(%v) = %d; want %d", tc.t, got, tc.want)
		}
	}
	for _, n := range []uint64{0, 1, 2, 3, 65536, 1193182, 1 << 40} {
		at := pit.Time(n)
		if got := pit.Ticks(at); got != n {
			t.Errorf("Ticks(Time(%d)) = %d", n, got)
		}
		if n > 0 && pit.Ticks(at-1) != n-1 {
			t.Errorf("Ticks(Time(%d)-1) = %d; want %d", n, pit.Ticks(at-1), n-1)
		}
	}
	if got := pit.Time(1 << 63); got != Never {
		t.Errorf("Time(1<<63) = %v; want Never", got)
	}
}

func TestSchedulerOrder(t *testing.T) {
	s := NewScheduler(nil)
	var got []string
	add := func(name string) Timer { return s.NewTimer(name, func() { got = append(got, name) }) }
	a, b, c := add("a"), add("b"), add("c")
	c.At(10)
	b.At(20)
	a.At(20)
	s.Advance(15)
	b.Stop()
	b.At(20)
	s.Advance(5)
	if diff := cmp.Diff([]string{"c", "a", "b"}, got); diff != "" {
		t.Errorf("firing order (-want +got):\n%s", diff)
	}
	if s.Next() != Never || s.Now() != 20 {
		t.Errorf("Next, Now = %v, %v; want Never, 20", s.Next(), s.Now())
	}
}

func TestSchedulerEarlierAndRestore(t *testing.T) {
	s := NewScheduler(nil)
	n := 0
	s.OnEarlier(func() { n++ })
	a, b := s.NewTimer("a", func() {}), s.NewTimer("b", func() {})
	a.At(100)
	b.At(200)
	b.At(50)
	if n != 2 {
		t.Errorf("OnEarlier ran %d times; want 2", n)
	}
	saved := s.Deadlines()
	a.Stop()
	if err := s.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Deadline{{"a", 100}, {"b", 50}}, s.Deadlines()); diff != "" {
		t.Errorf("Deadlines after Restore (-want +got):\n%s", diff)
	}
	if err := s.Restore([]Deadline{{"x", 1}}); err == nil {
		t.Error("Restore of an unknown timer succeeded; want an error")
	}
}

func TestRunDueIsBounded(t *testing.T) {
	s := NewScheduler(func() Time { return 0 })
	var tm Timer
	tm = s.NewTimer("loop", func() { tm.At(0) })
	tm.At(0)
	if got := s.RunDue(0); got != maxFirings {
		t.Errorf("RunDue = %d; want %d", got, maxFirings)
	}
}

func TestState(t *testing.T) {
	type state struct {
		A uint8
		B [2]uint16
	}
	in := state{1, [2]uint16{2, 3}}
	b, err := MarshalState(7, &in)
	if err != nil {
		t.Fatal(err)
	}
	var out state
	if err := UnmarshalState("chip", 7, b, &out); err != nil || out != in {
		t.Errorf("round trip = %v, %v; want %v", out, err, in)
	}
	for name, bad := range map[string][]byte{"empty": nil, "version": append([]byte{8}, b[1:]...), "short": b[:3], "long": append(b, 0)} {
		if err := UnmarshalState("chip", 7, bad, &out); err == nil || !strings.HasPrefix(err.Error(), "chip:") {
			t.Errorf("%s: error = %v; want one naming the chip", name, err)
		}
	}
}

// A function that moves gets the free ports only, and gives back its own only.
func TestOverlay(t *testing.T) {
	p := new(Ports)
	chip, card := &echo{}, &echo{}
	if err := p.Map("chip", 0x108, 1, chip); err != nil {
		t.Fatal(err)
	}
	p.Overlay("card", 0x100, 16, card)
	p.Overlay("top", 0xfff8, 16, card)
	for port, want := range map[uint16]string{0xff: "", 0x100: "card", 0x108: "chip", 0x10f: "card", 0x110: "", 0xffff: "top", 0: ""} {
		if got := p.Owner(port); got != want {
			t.Errorf("Owner(%#x) = %q; want %q", port, got, want)
		}
	}
	if got := p.In8(0x10a); got != 0x0a {
		t.Errorf("In8(0x10a) = %#x; want the offset, 0xa", got)
	}
	p.Remove("card", 0x100, 16)
	p.Remove("top", 0xfff8, 16)
	for port, want := range map[uint16]string{0x100: "", 0x108: "chip", 0xffff: ""} {
		if got := p.Owner(port); got != want {
			t.Errorf("Owner(%#x) = %q after Remove; want %q", port, got, want)
		}
	}
}

// echo reads as the offset.
type echo struct{}

func (*echo) In(off uint16) uint8 { return uint8(off) }
func (*echo) Out(uint16, uint8)   {}
