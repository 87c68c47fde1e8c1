package machine

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"beige/cpu"
	"beige/cpu/clocks"
	"beige/devices/ata"
	"beige/devices/fdc"
	"beige/machine/kernel"
)

// Floppy is a floppy disk that can be put into a drive; *image.Floppy is one.
type Floppy = fdc.Medium

// Disk is a hard disk; *image.Disk is one.
type Disk = ata.Disk

// Config says what machine to build. The zero value is the default machine
// without disks.
type Config struct {
	Machine string // preset: "pc" (the default), "at", "xt"
	CPU     string // model name; "": the preset's
	Video   string // display adapter, one of Adapters; "": the preset's
	Memory  uint64 // bytes of RAM; 0: 16 MB, or what the processor can address
	Speed   Speed

	// Engine is how the processor executes instructions: "interpreter", "translator" (hot
	// code as code of the host, on models from the 80386 on) or "auto", the translator where
	// the host has one; "": auto. The guest notices nothing.
	Engine string

	// Deterministic machines never look at the host's clock: Date defaults to a
	// fixed day and Speed must not be real time.
	Deterministic bool
	Date          time.Time // what the real-time clock shows at power-on; zero: now

	Floppies [2]Floppy // drives A and B; nil: empty drive
	Disks    [4]Disk   // primary master and slave, secondary master and slave; nil: no drive
	CDROMs   [4]*CDROM // at the same places, where there is no disk; nil: no drive
	Boot     string    // the order in which drives are tried, such as "c" or "dca"; "": "acd"
	BootMenu bool      // the BIOS shows its boot menu at once

	// Hypervisor is the virtual machine that the processor says it is in, where it has
	// CPUID: "vmware", or "" for none. Linux uses the absolute pointer only then.
	Hypervisor string

	// Kernel is started instead of a boot disk; it was laid out for Memory.
	// nil: none. It wants a board with PCI.
	Kernel *kernel.Image

	BIOS    []byte // system ROM; nil: our own
	VGABIOS []byte // video ROM; nil: our own

	Serial [4]io.Writer // what COM1 to COM4 send; nil: nothing connected

	// SerialRate is how fast the serial lines are: "baud", as the guest programs
	// them, or "fast", 32 times that; "": fast, but baud on machines before the pc.
	SerialRate string

	Parallel io.Writer   // what LPT1 prints; nil: nothing connected
	DebugCon io.Writer   // what is written to the debug console port E9h; nil: dropped
	Post     func(uint8) // told the codes written to the POST port 80h; may be nil

	// Alloc provides n bytes of zeros for RAM and ROM, which must last as long as the
	// machine and everything that came from it; nil: Go's heap.
	Alloc func(n int) ([]byte, error)

	// Unattended machines get no events: HLT with nothing to come is the end.
	Unattended bool

	// Hold is asked on the machine goroutine when the guest is dead (TripleFault,
	// HaltedForever). With true the machine does not end, for someone will press
	// the reset button; Hold is asked again each time something was due. nil:
	// always false.
	Hold func(Exit) bool

	Record bool    // keep the events taken, for Log
	Replay []Event // events to be taken again; from a Log

	// OnFrame is told on the machine goroutine, at most 60 times a second of wall
	// time, that the screen has changed. It may be nil.
	OnFrame func()

	// Logger returns the log of a device, or nil; nil: no logs.
	Logger func(device string) *slog.Logger

	now func() time.Time // the host's clock; nil: time.Now
}

// preset is what --machine selects.
type preset struct {
	name   string
	cpu    string
	oldest string // models before this one do not fit the board
	newest string // ... and those after this one; "": all do
	mouse  bool
	vmport bool // absolute pointer through VMware's port
	uarts  int
	port92 bool
	ata2   bool   // a secondary ATA channel
	power  bool   // soft power-off
	serial string // the default of Config.SerialRate

	video []string // display adapters that fit, the usual one first

	xt bool // a PC/XT: none of the chips that came with the AT

	chsDisks bool // hard disks are of a time before linear addresses

	pciFrom string // the oldest model that comes with PCI; "": none does
	pci     bool   // the model chosen does
}

func presets() []preset {
	return []preset{
		{name: "pc", cpu: "pentium-ii", oldest: "8086", mouse: true, vmport: true, uarts: 4, port92: true, ata2: true, power: true, serial: serialFast, pciFrom: "80486",
			video: []string{"vga"}},
		{name: "at", cpu: "80286", oldest: "80286", uarts: 2, serial: serialBaud, chsDisks: true,
			video: Adapters()},
		{name: "xt", cpu: "8086", oldest: "8086", newest: "80186", uarts: 2, serial: serialBaud, xt: true,
			video: []string{"cga", "mda", "hercules", "ega", "ega-mono", "vga"}},
	}
}

// Presets lists the values of Config.Machine.
func Presets() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

// fixedDate is the day of deterministic machines.
func fixedDate() time.Time { return time.Date(2000, time.January, 1, 12, 0, 0, 0, time.UTC) }

const (
	kb, mb        = 1 << 10, 1 << 20
	defaultMemory = 16 * mb
	minMemory     = 64 * kb
)

// maxMemory is how much RAM a model can have: the 8086 ends where the video
// memory begins, the 286 below its ROM, which takes the last 2 of its 16 MB.
func maxMemory(model *cpu.Model) uint64 {
	switch {
	case !model.HasProtected:
		return 640 * kb
	case !model.Has32:
		return 14 * mb
	}
	return 3584 * mb
}

// resolve fills in the defaults and checks everything. The error lists all that
// is wrong, one line each.
func (c *Config) resolve() (preset, *cpu.Model, error) {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }

	if c.Machine == "" {
		c.Machine = "pc"
	}
	all := presets()
	i := slices.IndexFunc(all, func(p preset) bool { return p.name == c.Machine })
	switch {
	case i < 0:
		bad("%s", unknown("machine", c.Machine, Presets()))
		i = 0
	}
	board := all[i]

	if c.CPU == "" {
		c.CPU = board.cpu
	}
	model, ok := cpu.ModelByName(c.CPU)
	if !ok {
		bad("%s", unknown("cpu", c.CPU, cpu.ModelNames()))
		model, _ = cpu.ModelByName(board.cpu)
	} else if olderThan(c.CPU, board.oldest) {
		bad("cpu %s does not fit machine %s, which needs at least %s; use machine pc", c.CPU, board.name, board.oldest)
	} else if board.newest != "" && olderThan(board.newest, c.CPU) {
		bad("cpu %s does not fit machine %s, which takes %s to %s; use machine at", c.CPU, board.name, board.oldest, board.newest)
	}

	if c.Video == "" {
		c.Video = board.video[0]
	}
	switch {
	case !slices.Contains(Adapters(), c.Video):
		bad("%s", unknown("video adapter", c.Video, Adapters()))
	case !slices.Contains(board.video, c.Video):
		bad("video adapter %s does not fit machine %s; want %s there, or machine at", c.Video, board.name, strings.Join(board.video, ", "))
	case c.VGABIOS != nil && !hasVideoROM(c.Video):
		bad("a video BIOS for video adapter %s, which has none; want vga or ega", c.Video)
	}

	board.pci = board.pciFrom != "" && !olderThan(model.Name, board.pciFrom)

	most := maxMemory(model)
	if c.Memory == 0 {
		c.Memory = min(defaultMemory, most)
	}
	switch {
	case c.Memory < minMemory:
		bad("memory %s is too small; want at least %s", FormatSize(c.Memory), FormatSize(minMemory))
	case c.Memory > most:
		bad("memory %s is too large; cpu %s takes at most %s here", FormatSize(c.Memory), model.Name, FormatSize(most))
	case c.Memory%(4*kb) != 0:
		bad("memory %s is not a multiple of 4K", FormatSize(c.Memory))
	case c.Memory > 640*kb && c.Memory < mb:
		bad("memory %s: the range from 640K to 1M is taken by ROM and video memory; want 640K or at least 1M", FormatSize(c.Memory))
	}

	if c.Deterministic && c.Speed.Mode == SpeedReal {
		bad("speed %s follows the wall clock, which a deterministic machine must not; want max, a number of mips or a clock such as 4.77mhz", c.Speed)
	}
	if _, ok := clocks.ByName(model.Name); c.Speed.Mode == SpeedClock && !ok {
		bad("speed %s: times of instructions are known of cpu %s; want one of them, or a number of mips", c.Speed, strings.Join(clocks.Names(), ", "))
	}
	c.checkEngine(bad)
	if c.Date.IsZero() {
		c.Date = fixedDate()
		if !c.Deterministic {
			c.Date = time.Now()
		}
	}
	if y := c.Date.Year(); y < 1980 || y > 2099 {
		bad("date %s: want a year from 1980 to 2099", c.Date.Format(time.DateOnly))
	}
	if _, err := bootOrder(c.Boot); err != nil {
		bad("%w", err)
	}
	switch {
	case c.SerialRate == "":
		c.SerialRate = board.serial
	case !slices.Contains(SerialRates(), c.SerialRate):
		bad("%s", unknown("serial rate", c.SerialRate, SerialRates()))
	}
	if board.xt {
		c.checkXT(bad)
	} else if !board.ata2 && (c.Disks[2] != nil || c.Disks[3] != nil) {
		bad("machine %s has one ATA channel: at most two hard disks", board.name)
	}
	for i, cd := range c.CDROMs {
		switch {
		case cd == nil || board.xt:
		case i >= 2 && !board.ata2:
			bad("machine %s has one ATA channel: no CD-ROM drive as %s", board.name, ataPlace(i))
		case c.Disks[i] != nil:
			bad("a hard disk and a CD-ROM drive as %s; want one of them", ataPlace(i))
		}
	}
	switch {
	case c.Hypervisor == "":
	case !slices.Contains(Hypervisors(), c.Hypervisor):
		bad("%s", unknown("hypervisor", c.Hypervisor, Hypervisors()))
	case !board.vmport || len(model.CPUID) == 0:
		bad("hypervisor %s wants machine pc with a processor that has CPUID, pentium or later; this is machine %s with cpu %s", c.Hypervisor, board.name, model.Name)
	}
	if c.Kernel != nil && !board.pci {
		bad("a kernel wants machine pc with a processor that comes with PCI, 80486 or later; this is machine %s with cpu %s", board.name, model.Name)
	}
	checkROM := func(what string, image []byte, most int) {
		if n := len(image); image != nil && (n == 0 || n > most || n%512 != 0) {
			bad("%s: %d bytes; want a multiple of 512 bytes, at most %s", what, n, FormatSize(uint64(most)))
		}
	}
	checkROM("system BIOS", c.BIOS, 256*kb)
	checkROM("video BIOS", c.VGABIOS, 64*kb)
	if c.Alloc == nil {
		c.Alloc = func(n int) ([]byte, error) { return make([]byte, n), nil }
	}
	if c.now == nil {
		c.now = time.Now
	}
	return board, model, errors.Join(errs...)
}

// Values of Config.Engine.
const (
	engineAuto        = "auto"
	engineInterpreter = "interpreter"
	engineTranslator  = "translator"
)

// Engines lists the values of Config.Engine.
func Engines() []string { return []string{engineAuto, engineInterpreter, engineTranslator} }

// checkEngine fills in the engine, and reports what it cannot do.
func (c *Config) checkEngine(bad func(format string, a ...any)) {
	switch {
	case c.Engine == "":
		c.Engine = engineAuto
	case !slices.Contains(Engines(), c.Engine):
		bad("%s", unknown("engine", c.Engine, Engines()))
	case c.Engine != engineTranslator:
	case !cpu.CanTranslate():
		bad("engine translator: there is none for %s on %s; want auto or interpreter", runtime.GOOS, runtime.GOARCH)
	case c.Speed.Mode == SpeedClock:
		bad("engine translator: at speed %s the interpreter counts the times of instructions; want auto or interpreter", c.Speed)
	}
}

// hotAt is Config.HotAt of the processor.
func (c *Config) hotAt() int {
	switch c.Engine {
	case engineInterpreter:
		return -1
	case engineTranslator:
		return cpu.UsualHotAt
	}
	return 0
}

// checkXT reports what an XT has no place for.
func (c *Config) checkXT(bad func(format string, a ...any)) {
	switch {
	case c.Disks != [4]Disk{}:
		bad("machine xt has floppy drives only, no adapter for hard disks; use machine pc, with cpu 8086 if it must be")
	case c.CDROMs != [4]*CDROM{}:
		bad("machine xt has floppy drives only, no CD-ROM drive; use machine pc, with cpu 8086 if it must be")
	case c.Boot != "" && c.Boot[0] != 'a':
		bad("boot order %q: machine xt starts from drive A only", c.Boot)
	}
	if c.BootMenu {
		bad("machine xt has no memory for a boot menu that was asked for; press F12 when it starts")
	}
}

// olderThan reports whether one model came before another.
func olderThan(model, other string) bool {
	names := cpu.ModelNames()
	return slices.Index(names, model) < slices.Index(names, other)
}

// Check reports everything that is wrong with a configuration, a line each, and
// nothing that only New can find out.
func (c Config) Check() error {
	_, _, err := c.resolve()
	return err
}

// unknown says that a word is none of the known ones, and which one may have
// been meant.
func unknown(what, word string, known []string) string {
	s := fmt.Sprintf("unknown %s %q", what, word)
	if near := Nearest(word, known); near != "" {
		s += fmt.Sprintf("; did you mean %q?", near)
	}
	return s + fmt.Sprintf(" (known: %s)", strings.Join(known, ", "))
}

// Nearest returns the known word that is most like word, or "" if none is near.
func Nearest(word string, known []string) string {
	best, limit := "", max(len(word)/3, 1)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < limit {
			best, limit = k, d
		}
	}
	if best == "" {
		for _, k := range known { // "386" for "80386", "ppro" stays unknown
			if len(word) >= 3 && strings.Contains(strings.ToLower(k), strings.ToLower(word)) {
				return k
			}
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 1 << 30
	}
	var rows [3][65]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev, cur, prev2 := &rows[(i-1)%3], &rows[i%3], &rows[(i+1)%3]
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

// ParseSize reads a number of bytes such as 640K, 16M or 1G. A number alone is
// bytes.
func ParseSize(s string) (uint64, error) {
	bad := fmt.Errorf("size %q: want a number with a unit, such as 640K, 16M or 1G", s)
	t := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s), "B"), "I")
	shift := 0
	if i := strings.IndexByte("KMGT", lastByte(t)); i >= 0 {
		shift = 10 * (i + 1)
		t = t[:len(t)-1]
	}
	n, err := strconv.ParseUint(t, 10, 64)
	if err != nil || n > 1<<62>>shift {
		return 0, bad
	}
	return n << shift, nil
}

func lastByte(s string) byte {
	if s == "" {
		return ' '
	}
	return s[len(s)-1]
}

// FormatSize writes a number of bytes the way ParseSize reads it.
func FormatSize(n uint64) string {
	for i, unit := range []string{"T", "G", "M", "K"} {
		if shift := 10 * (4 - i); n != 0 && n&(1<<shift-1) == 0 {
			return strconv.FormatUint(n>>shift, 10) + unit
		}
	}
	return strconv.FormatUint(n, 10) + " bytes"
}
