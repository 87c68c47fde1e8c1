package machine

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"beige/cpu"

	"github.com/google/go-cmp/cmp"
)

func TestParseSpeed(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want Speed
		text string
	}{
		{"max", Speed{}, "max"},
		{"auto", Speed{SpeedReal, 1000}, "auto"},
		{"2x", Speed{SpeedReal, 2000}, "2x"},
		{"0.5x", Speed{SpeedReal, 500}, "0.5x"},
		{"12.5mips", Speed{SpeedMIPS, 12500}, "12.5mips"},
		{"4MIPS", Speed{SpeedMIPS, 4000}, "4mips"},
		{"4.77MHz", Speed{SpeedClock, 4770}, "4.77mhz"},
	} {
		got, err := ParseSpeed(tc.in)
		if err != nil || got != tc.want || got.String() != tc.text {
			t.Errorf("ParseSpeed(%q) = %v (%s), %v; want %v (%s)", tc.in, got, got, err, tc.want, tc.text)
		}
	}
	for _, in := range []string{"", "fast", "x", "-1x", "0x", "1.2345x", "0mips", "1e3mips", "99999999mips", "1..5x", "mhz", "0.01mhz", "9999mhz"} {
		if got, err := ParseSpeed(in); err == nil || !strings.Contains(err.Error(), "want max, auto") {
			t.Errorf("ParseSpeed(%q) = %v, %v; want an error that names the choices", in, got, err)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]uint64{"640K": 640 << 10, "16M": 16 << 20, "1g": 1 << 30, "4096": 4096, "16MB": 16 << 20, "16MiB": 16 << 20, "0": 0} {
		if got, err := ParseSize(in); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "M", "-1M", "1.5M", "16Q", "99999999999999999999", "1 M", "9999999T"} {
		if got, err := ParseSize(in); err == nil {
			t.Errorf("ParseSize(%q) = %d; want an error", in, got)
		}
	}
	for n, want := range map[uint64]string{640 << 10: "640K", 16 << 20: "16M", 3 << 30: "3G", 1000: "1000 bytes", 0: "0 bytes"} {
		if got := FormatSize(n); got != want {
			t.Errorf("FormatSize(%d) = %q; want %q", n, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"8086", "80286", "80386", "80486", "pentium", "pentium-pro"}
	for word, want := range map[string]string{"pentum": "pentium", "PENTIUM": "pentium", "386": "80386", "pentium-por": "pentium-pro", "zilog": "", "": ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q; want %q", word, got, want)
		}
	}
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1}, {"flopy", "floppy", 1}, {"kitten", "sitting", 3}} {
		if got := distance(tc.a, tc.b); got != tc.want {
			t.Errorf("distance(%q, %q) = %d; want %d", tc.a, tc.b, got, tc.want)
		}
	}
}

func TestConfigDefaults(t *testing.T) {
	for _, tc := range []struct {
		cfg      Config
		cpu      string
		memory   uint64
		lastYear int
	}{
		{Config{Deterministic: true}, "pentium-ii", 16 << 20, 2000},
		{Config{Deterministic: true, Machine: "at"}, "80286", 14 << 20, 2000},
		{Config{Deterministic: true, CPU: "8086"}, "8086", 640 << 10, 2000},
		{Config{Deterministic: true, Machine: "xt"}, "8086", 640 << 10, 2000},
		{Config{CPU: "80386", Memory: 4 << 20, Date: time.Date(1995, 8, 24, 0, 0, 0, 0, time.UTC)}, "80386", 4 << 20, 1995},
	} {
		c := tc.cfg
		if _, model, err := c.resolve(); err != nil || model.Name != tc.cpu || c.Memory != tc.memory || c.Date.Year() != tc.lastYear {
			t.Errorf("%+v: cpu %s, memory %d, year %d, error %v; want %s, %d, %d", tc.cfg, model.Name, c.Memory, c.Date.Year(), err, tc.cpu, tc.memory, tc.lastYear)
		}
	}
}

func TestConfigErrorsComeTogether(t *testing.T) {
	c := Config{Machine: "xtt", CPU: "80389", Video: "cgb", Memory: 8 << 30, Speed: SpeedAuto(), Deterministic: true, Boot: "cc",
		Date: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), BIOS: make([]byte, 100), VGABIOS: make([]byte, 128<<10)}
	_, _, err := c.resolve()
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		`unknown machine "xtt"; did you mean "xt"? (known: pc, at, xt)`,
		`unknown cpu "80389"; did you mean "80386"? (known: 8086, 8088, 80186, 80286, 80386, 80486, pentium, pentium-pro, pentium-ii)`,
		`unknown video adapter "cgb"; did you mean "cga"? (known: vga, ega, ega-mono, cga, mda, hercules)`,
		`memory 8G is too large; cpu pentium-ii takes at most 3584M here`,
		`speed auto follows the wall clock, which a deterministic machine must not; want max, a number of mips or a clock such as 4.77mhz`,
		`date 1970-01-01: want a year from 1980 to 2099`,
		`boot order "cc": want letters of a (floppy), c (hard disk) and d (CD-ROM), each once, such as dc`,
		`system BIOS: 100 bytes; want a multiple of 512 bytes, at most 256K`,
		`video BIOS: 131072 bytes; want a multiple of 512 bytes, at most 64K`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestConfigEngine(t *testing.T) {
	none, timed := "", "engine translator: at speed 4.77mhz the interpreter counts the times of instructions; want auto or interpreter"
	if !cpu.CanTranslate() {
		none = "engine translator: there is none for " + runtime.GOOS + " on " + runtime.GOARCH + "; want auto or interpreter"
		timed = none
	}
	for _, tc := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, ""},
		{Config{Engine: "auto"}, ""},
		{Config{Engine: "interpreter"}, ""},
		{Config{Engine: "translator"}, none},
		{Config{Engine: "translater"}, `unknown engine "translater"; did you mean "translator"? (known: auto, interpreter, translator)`},
		{Config{Engine: "auto", Machine: "xt", CPU: "8088", Speed: mustSpeed(t, "4.77mhz")}, ""},
		{Config{Engine: "translator", Machine: "xt", CPU: "8088", Speed: mustSpeed(t, "4.77mhz")},
			timed},
	} {
		got := ""
		if err := tc.cfg.Check(); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("engine %q, speed %s: %q; want %q", tc.cfg.Engine, tc.cfg.Speed, got, tc.want)
		}
	}
	for engine, want := range map[string]bool{"": cpu.CanTranslate(), "interpreter": false} {
		if _, ok := newMachine(t, Config{Engine: engine}).CPU().Translations(); ok != want {
			t.Errorf("engine %q translates: %v; want %v", engine, ok, want)
		}
	}
}

// An XT says of everything that it has no place for.
func TestConfigXT(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string
	}{
		{Config{CPU: "80186"}, ""},
		{Config{Boot: "ac"}, ""},
		{Config{CPU: "80286"}, "cpu 80286 does not fit machine xt, which takes 8086 to 80186; use machine at"},
		{Config{Memory: 1 << 20}, "memory 1M is too large; cpu 8086 takes at most 640K here"},
		{Config{Disks: [4]Disk{1: numbered{}}}, "machine xt has floppy drives only, no adapter for hard disks; use machine pc, with cpu 8086 if it must be"},
		{Config{CDROMs: [4]*CDROM{3: {}}, Boot: "d"}, "machine xt has floppy drives only, no CD-ROM drive; use machine pc, with cpu 8086 if it must be"},
		{Config{Boot: "ca"}, `boot order "ca": machine xt starts from drive A only`},
		{Config{BootMenu: true}, "machine xt has no memory for a boot menu that was asked for; press F12 when it starts"},
	} {
		c := tc.cfg
		c.Machine = "xt"
		got := ""
		if err := c.Check(); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%+v: %q; want %q", tc.cfg, got, tc.want)
		}
	}
}

func TestConfigMemory(t *testing.T) {
	for _, tc := range []struct {
		cpu    string
		memory uint64
		want   string // of the error
	}{
		{"8086", 32 << 10, "too small"},
		{"8086", 1 << 20, "takes at most 640K"},
		{"80286", 16 << 20, "takes at most 14M"},
		{"80386", 4 << 30, "takes at most 3584M"},
		{"80386", 1<<20 + 1, "not a multiple of 4K"},
		{"80386", 704 << 10, "taken by ROM and video memory"},
		{"8086", 64 << 10, ""},
		{"80386", 640 << 10, ""},
		{"pentium-pro", 1 << 30, ""},
	} {
		c := Config{CPU: tc.cpu, Memory: tc.memory}
		_, _, err := c.resolve()
		if got := err != nil; got != (tc.want != "") || got && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %s: %v; want %q", tc.cpu, FormatSize(tc.memory), err, tc.want)
		}
	}
	c := Config{Machine: "at", CPU: "8086"}
	if _, _, err := c.resolve(); err == nil || !strings.Contains(err.Error(), "needs at least 80286") {
		t.Errorf("8086 on an AT: %v; want an error", err)
	}
}

func TestConfigVideo(t *testing.T) {
	for _, tc := range []struct {
		machine, video string
		rom            []byte
		want, failure  string
	}{
		{"pc", "", nil, "vga", ""},
		{"at", "", nil, "vga", ""},
		{"at", "hercules", nil, "hercules", ""},
		{"pc", "mda", nil, "", "video adapter mda does not fit machine pc; want vga there, or machine at"},
		{"at", "cga", make([]byte, 512), "", "a video BIOS for video adapter cga, which has none; want vga or ega"},
	} {
		c := Config{Machine: tc.machine, Video: tc.video, VGABIOS: tc.rom}
		_, _, err := c.resolve()
		switch {
		case tc.failure == "" && (err != nil || c.Video != tc.want):
			t.Errorf("%s with %q: %q, %v; want %q", tc.machine, tc.video, c.Video, err, tc.want)
		case tc.failure != "" && (err == nil || err.Error() != tc.failure):
			t.Errorf("%s with %q: %v; want %q", tc.machine, tc.video, err, tc.failure)
		}
	}
}
