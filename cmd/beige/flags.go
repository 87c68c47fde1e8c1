package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"beige/cpu"
	"beige/devices/host/term"
	"beige/devices/host/web"
	"beige/devices/kbc"
	"beige/machine"
	"beige/machine/screenshot"
)

// flagValues lists the values of a flag that takes one of a few words.
func flagValues(name string) []string {
	switch name {
	case "machine":
		return machine.Presets()
	case "video":
		return machine.Adapters()
	case "cpu":
		return cpu.ModelNames()
	case "engine":
		return machine.Engines()
	case "boot":
		return []string{"a", "c", "d"}
	case "display":
		return []string{"auto", "term", "none", "vnc", "web"}
	case "term-graphics":
		return term.GraphicsNames()
	case "term-mouse":
		return []string{"auto", "off"}
	case "hypervisor":
		return append([]string{"none"}, machine.Hypervisors()...)
	case "keyboard":
		return kbc.LayoutNames()
	case "serial-rate":
		return machine.SerialRates()
	}
	return nil
}

func oneOf(name, text string) string {
	return text + ": " + strings.Join(flagValues(name), ", ")
}

func runFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "floppy", Usage: "floppy image `FILE` in drive A"},
		&cli.StringFlag{Name: "floppy2", Usage: "floppy image `FILE` in drive B"},
		&cli.StringFlag{Name: "hd", Usage: "image `FILE` of the first hard disk"},
		&cli.StringFlag{Name: "hd2", Usage: "image `FILE` of the second hard disk"},
		&cli.StringFlag{Name: "hd3", Usage: "image `FILE` of the third hard disk"},
		&cli.StringFlag{Name: "hd4", Usage: "image `FILE` of the fourth hard disk"},
		&cli.StringFlag{Name: "cdrom", Usage: "CD image `FILE` in the CD-ROM drive"},
		&cli.StringFlag{Name: "cdrom2", Usage: "CD image `FILE` in a second CD-ROM drive"},
		&cli.StringFlag{Name: "kernel", Usage: "start the kernel `FILE` (Linux bzImage or Multiboot) instead of a disk"},
		&cli.StringFlag{Name: "initrd", Usage: "initial RAM disk `FILE` of the kernel"},
		&cli.StringFlag{Name: "append", Usage: "command line `TEXT` of the kernel"},
		&cli.StringFlag{Name: "boot", Usage: "`ORDER` in which to try drives: letters of a (floppy), c (hard disk), d (CD-ROM), such as dc (default: what IMAGE is, then acd)"},
		&cli.BoolFlag{Name: "boot-menu", Usage: "show the BIOS's boot menu at once (otherwise by F12)"},
		&cli.BoolFlag{Name: "snapshot", Usage: "keep disk writes in memory and drop them at the end"},
		&cli.BoolFlag{Name: "read-only", Usage: "write-protect all images"},
		&cli.StringFlag{Name: "machine", Usage: oneOf("machine", "board `TYPE`"), Value: "pc"},
		&cli.StringFlag{Name: "cpu", Usage: oneOf("cpu", "processor `MODEL`") + " (default: pentium-ii; 80286 on at, 8086 on xt)"},
		&cli.StringFlag{Name: "engine", Usage: oneOf("engine", "`HOW` the processor executes: the translator makes hot code code of the host, from the 80386 on; the guest sees no difference") + "; auto is the translator where there is one for the host", Value: "auto"},
		&cli.StringFlag{Name: "video", Usage: oneOf("video", "display `ADAPTER`") + " (default: vga, cga on xt; a pc has no other than vga)"},
		&cli.StringFlag{Name: "mem", Usage: "memory `SIZE`, such as 640K or 16M (default: 16M, or what the processor can address; 128M with a kernel)"},
		&cli.StringFlag{Name: "hypervisor", Usage: oneOf("hypervisor", "what CPUID says of a virtual `MACHINE`") + "; Linux uses the absolute pointer only in one", Value: "none"},
		&cli.StringFlag{Name: "speed", Usage: "`SPEED`: max, auto (real time), a multiple of real time such as 2x, 12mips, or 4.77mhz (by the times of instructions; up to the 80286) (default: auto; max with --script or --deterministic)"},
		&cli.StringFlag{Name: "date", Usage: "`DATE` at power-on, such as 1995-08-24T09:00:00Z (default: now; 2000-01-01T12:00:00Z with --deterministic)"},
		&cli.BoolFlag{Name: "deterministic", Usage: "the same run every time: no host clock"},
		&cli.StringSliceFlag{Name: "display", Usage: oneOf("display", "`TYPE` of display") + ", vnc:PORT, vnc:ADDRESS:PORT, the same with web; auto is term, or none with --script or --serial stdio; may be repeated, or a list with commas (default: auto)"},
		&cli.StringFlag{Name: "vnc-password", Usage: "ask VNC viewers for the password in the first line of `FILE`"},
		&cli.StringFlag{Name: "web-token", Usage: "`TOKEN` in the address of the web page: 8 to 64 letters, digits, - and _ (default: a random one each time)"},
		&cli.StringSliceFlag{Name: "media", Usage: "floppy or CD image `FILE` that the web page offers for the drives; may be repeated"},
		&cli.StringFlag{Name: "keyboard", Usage: oneOf("keyboard", "keyboard `LAYOUT` of the guest, for what is typed in the terminal, through VNC, the web page, scripts and pipes"), Value: "us"},
		&cli.StringFlag{Name: "term-graphics", Usage: oneOf("term-graphics", "`KIND` of pictures in the terminal") + "; auto is the best that it says it has", Value: "auto"},
		&cli.StringFlag{Name: "term-mouse", Usage: oneOf("term-mouse", "`WHETHER` the guest gets the terminal's mouse") + "; auto is while it uses one", Value: "auto"},
		&cli.StringFlag{Name: "serial", Usage: "COM1 `TO`: " + serialTargets, Value: "none"},
		&cli.StringFlag{Name: "serial2", Usage: "COM2 `TO`: the same", Value: "none"},
		&cli.StringFlag{Name: "serial3", Usage: "COM3 `TO`: the same", Value: "none"},
		&cli.StringFlag{Name: "serial4", Usage: "COM4 `TO`: the same", Value: "none"},
		&cli.StringFlag{Name: "serial-rate", Usage: oneOf("serial-rate", "`RATE` of the serial lines, 32 times what the guest programs or just that") + " (default: fast; baud on at and xt)"},
		&cli.StringFlag{Name: "lpt", Usage: "LPT1 prints to `FILE`"},
		&cli.StringFlag{Name: "debugcon", Usage: "debug console (port E9h) `TO`: stderr, file:PATH, none", Value: "none"},
		&cli.StringFlag{Name: "bios", Usage: "system ROM image `FILE` (default: beige's own)"},
		&cli.StringFlag{Name: "vgabios", Usage: "video ROM image `FILE` (default: beige's own)"},
		&cli.StringFlag{Name: "script", Usage: "drive the machine from a script `FILE` (-: standard input)"},
		&cli.StringFlag{Name: "timeout", Usage: "stop with exit code 4 after that much virtual `TIME`, such as 60s"},
		&cli.BoolFlag{Name: "state-hash", Usage: "print a digest of the machine's state at the end"},
		&cli.StringFlag{Name: "screen-text", Usage: "write the text of the screen to `FILE` at the end (-: standard output)"},
		&cli.StringFlag{Name: "screenshot", Usage: "write the picture of the screen to the PNG `FILE` at the end"},
		&cli.StringFlag{Name: "record-screen", Usage: "write what the screen shows to the animated PNG or GIF `FILE`"},
		&cli.StringSliceFlag{Name: "log", Usage: "log a device to standard error as `DEV=LEVEL`, such as ata=debug or com1=debug; may be repeated"},
	}
}

// options are the flags of run, read.
type options struct {
	cfg machine.Config

	files    [slots]string // of the flags slotFlags
	images   []string      // arguments
	snapshot bool
	readOnly bool

	kernel, initrd, append string

	displays
	vncPassword string
	webToken    string
	media       []string
	graphics    term.Graphics
	noMouse     bool // in the terminal
	layout      *kbc.Layout

	serial     [serialPorts]target
	stdioPort  int  // the serial port that has stdio, or -1
	logs       bool // something goes to the log
	debugcon   target
	lpt        string
	script     string
	timeout    time.Duration
	stateHash  bool
	screenText string
	screenshot string
	record     string
}

// target is where a character device goes: "stdio", "file" and a path, "tcp" and a
// port, "pty", "web", "".
type target struct {
	kind, path string
	port       uint16
}

const (
	serialPorts   = 4
	serialTargets = "stdio, pty, tcp:PORT, web, file:PATH, none"
)

// serialFlag is the name of the flag of serial port unit, from 0.
func serialFlag(unit int) string {
	if unit == 0 {
		return "serial"
	}
	return fmt.Sprintf("serial%d", unit+1)
}

// readOptions reads all flags; the error lists every mistake.
func readOptions(c *cli.Context, stderr io.Writer) (*options, error) {
	o := &options{images: c.Args().Slice(), stdioPort: -1}
	var errs []error
	bad := func(flag string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	for i, name := range slotFlags() {
		o.files[i] = c.String(name)
		if c.IsSet(name) && o.files[i] == "" {
			bad(name, errors.New("want a file name"))
		}
	}
	o.displays = displays{console: "auto"}
	var err error
	if c.IsSet("display") {
		o.displays, err = parseDisplays(c.StringSlice("display"))
		bad("display", err)
	}
	if path := c.String("vnc-password"); path != "" {
		if o.vncPassword, err = readPassword(path); len(o.vncAt) == 0 {
			err = errors.New("want --display vnc as well")
		}
		bad("vnc-password", err)
	}
	o.webToken, o.media = c.String("web-token"), c.StringSlice("media")
	if c.IsSet("web-token") {
		err := web.CheckToken(o.webToken)
		if len(o.webAt) == 0 {
			err = errors.New("want --display web as well")
		}
		bad("web-token", err)
	}
	if len(o.media) > 0 && len(o.webAt) == 0 {
		bad("media", errors.New("want --display web as well"))
	}
	var known bool
	if o.layout, known = kbc.LayoutByName(c.String("keyboard")); !known {
		o.layout = kbc.US()
		v, names := c.String("keyboard"), flagValues("keyboard")
		bad("keyboard", fmt.Errorf("unknown layout %q%s (known: %s)", v, didYouMean(v, names), strings.Join(names, ", ")))
	}
	word := func(name string) string {
		v, names := c.String(name), flagValues(name)
		if !slices.Contains(names, v) {
			bad(name, fmt.Errorf("unknown value %q%s (known: %s)", v, didYouMean(v, names), strings.Join(names, ", ")))
		}
		return v
	}
	o.graphics, _ = term.GraphicsByName(word("term-graphics"))
	o.noMouse = word("term-mouse") == "off"
	cfg := &o.cfg
	cfg.Engine = c.String("engine")
	cfg.Machine, cfg.CPU, cfg.Video = c.String("machine"), c.String("cpu"), c.String("video")
	if cfg.Hypervisor = c.String("hypervisor"); cfg.Hypervisor == "none" {
		cfg.Hypervisor = ""
	}
	if c.IsSet("boot") {
		err := machine.CheckBootOrder(c.String("boot"))
		if bad("boot", err); err == nil {
			cfg.Boot = c.String("boot")
		}
	}
	cfg.BootMenu = c.Bool("boot-menu")
	cfg.SerialRate = c.String("serial-rate")
	o.snapshot, o.readOnly = c.Bool("snapshot"), c.Bool("read-only")
	o.kernel, o.initrd, o.append = c.String("kernel"), c.String("initrd"), c.String("append")
	o.lpt, o.script = c.String("lpt"), c.String("script")
	if o.record = c.String("record-screen"); o.record != "" {
		bad("record-screen", screenshot.CheckFormat(o.record))
	}
	o.stateHash, o.screenText, o.screenshot = c.Bool("state-hash"), c.String("screen-text"), c.String("screenshot")
	cfg.Deterministic = c.Bool("deterministic")

	if c.IsSet("mem") {
		cfg.Memory, err = machine.ParseSize(c.String("mem"))
		if bad("mem", err); err == nil && cfg.Memory == 0 {
			bad("mem", errors.New("no memory; want at least 64K"))
		}
	}
	cfg.Speed = machine.SpeedAuto()
	if cfg.Deterministic || o.script != "" {
		cfg.Speed = machine.Speed{}
	}
	if c.IsSet("speed") {
		cfg.Speed, err = machine.ParseSpeed(c.String("speed"))
		bad("speed", err)
	}
	if c.IsSet("date") {
		cfg.Date, err = time.Parse(time.RFC3339, c.String("date"))
		if err != nil {
			bad("date", fmt.Errorf("%q: want a date and time such as 1995-08-24T09:00:00Z", c.String("date")))
		}
	}
	if c.IsSet("timeout") {
		o.timeout, err = time.ParseDuration(c.String("timeout"))
		if err != nil || o.timeout <= 0 {
			bad("timeout", fmt.Errorf("%q: want a time with a unit, such as 60s", c.String("timeout")))
		}
	}
	for unit := range o.serial {
		name := serialFlag(unit)
		o.serial[unit], err = parseSerial(c.String(name))
		bad(name, err)
		if o.serial[unit].kind == "web" && len(o.webAt) == 0 {
			bad(name, errors.New("web wants --display web as well"))
		}
		if o.serial[unit].kind == "stdio" {
			switch {
			case o.console == "term":
				bad(name, errors.New("stdio and --display term cannot both have the terminal"))
			case o.stdioPort >= 0:
				bad(name, fmt.Errorf("stdio is taken by --%s", serialFlag(o.stdioPort)))
			}
			o.stdioPort = unit
		}
	}
	o.debugcon, err = parseTarget(c.String("debugcon"), "stderr")
	bad("debugcon", err)
	if o.logs = c.IsSet("log"); o.logs {
		cfg.Logger, err = parseLogs(c.StringSlice("log"), stderr)
		bad("log", err)
	}
	cfg.BIOS, err = readROM(c.String("bios"))
	bad("bios", err)
	cfg.VGABIOS, err = readROM(c.String("vgabios"))
	bad("vgabios", err)
	return o, errors.Join(errs...)
}

// parseSerial reads where a serial port goes.
func parseSerial(s string) (target, error) {
	kind, port, _ := strings.Cut(s, ":")
	switch {
	case s == "pty", s == "web":
		return target{kind: s}, nil
	case kind == "tcp":
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return target{}, fmt.Errorf("%q: want tcp: and a port, 0 (any free one) to 65535", s)
		}
		return target{kind: "tcp", port: uint16(n)}, nil
	}
	t, err := parseTarget(s, "stdio")
	if err != nil {
		return t, fmt.Errorf("%q: want %s", s, serialTargets)
	}
	return t, nil
}

func parseTarget(s, stdio string) (target, error) {
	kind, path, isFile := strings.Cut(s, ":")
	switch {
	case s == "none":
		return target{}, nil
	case s == stdio:
		return target{kind: "stdio"}, nil
	case isFile && kind == "file" && path != "":
		return target{kind: "file", path: path}, nil
	}
	return target{}, fmt.Errorf("%q: want %s, file:PATH or none", s, stdio)
}

// parseLogs reads the values of --log and returns what gives a device its
// logger.
func parseLogs(specs []string, stderr io.Writer) (func(string) *slog.Logger, error) {
	levels := map[string]slog.Level{}
	for _, spec := range specs {
		dev, level, ok := strings.Cut(spec, "=")
		var l slog.Level
		if err := l.UnmarshalText([]byte(level)); !ok || dev == "" || err != nil {
			return nil, fmt.Errorf("%q: want DEV=LEVEL with a level of debug, info, warn or error", spec)
		}
		known, found := append(machine.LogNames(), "vnc", "web"), false
		for _, name := range known {
			if name == dev || strings.TrimRight(name, "0123456789") == dev { // ata is ata0 and ata1
				levels[name], found = l, true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown device %q%s (known: %s)", dev, didYouMean(dev, known), strings.Join(known, ", "))
		}
	}
	return func(dev string) *slog.Logger {
		l, ok := levels[dev]
		if !ok {
			return nil
		}
		return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: l, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{} // virtual time is in the record; the host's says nothing
			}
			return a
		}})).With("device", dev)
	}, nil
}

// maxROMFile bounds the file of --bios and --vgabios.
const maxROMFile = 1 << 20

func readROM(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxROMFile+1))
	if err != nil {
		return nil, fileError(path, err)
	}
	if len(b) == 0 || len(b) > maxROMFile || len(b)%512 != 0 {
		return nil, fmt.Errorf("%s: %d bytes; want a ROM image, a multiple of 512 bytes", path, len(b))
	}
	return b, nil
}

// fileError says what is wrong with a file, without the words of the system
// call.
func fileError(path string, err error) error {
	var pe *os.PathError
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s: no such file", path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s: access denied", path)
	case errors.As(err, &pe):
		return fmt.Errorf("%s: %w", path, pe.Err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
