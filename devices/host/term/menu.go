package term

import (
	"fmt"
	"strings"
	"unicode"

	"beige/devices/kbc"
	"beige/machine"
)

// menu is what the escape key opens.
type menu struct {
	open    bool
	choose  choice  // among the drives
	drive   int     // that of the prompt
	prompt  *prompt // for a file, nil: none
	paused  bool
	lasting string // status line while the machine is paused
}

// choice is what is to be done with a drive that the person chooses.
type choice uint8

const (
	chooseNone choice = iota
	chooseInsert
	chooseEject
)

// active reports whether keys are for the menu.
func (u *menu) active() bool { return u.open || u.prompt != nil }

// item is a line of a menu.
type item struct{ key, text, short string }

// items are those of the menu; short are for a terminal too small for the box.
func (u *menu) items(drives, mouse bool) []item {
	all := []item{{"r", "reset button", "reset"}, {"d", "Ctrl+Alt+Del", "Ctrl+Alt+Del"}}
	if drives {
		all = append(all, item{"i", "insert a disk", "insert"}, item{"e", "eject a disk", "eject"})
	}
	if u.paused {
		all = append(all, item{"p", "go on", "go-on"})
	} else {
		all = append(all, item{"p", "pause", "pause"})
	}
	if mouse {
		all = append(all, item{"m", "leave the mouse alone", "mouse-off"})
	} else {
		all = append(all, item{"m", "take the mouse", "mouse"})
	}
	return append(all, item{"s", "save the screen", "save"}, item{"]", "send Ctrl+] to the PC", "send"}, item{"q", "quit", "quit"}, item{"Esc", "close this menu", ""})
}

// show lays items over the screen.
func (u *menu) show(t *Terminal, title string, items []item) {
	const width = 31
	head := (width - len(title) - 2) / 2
	lines := []string{"┌" + strings.Repeat("─", head) + " " + title + " " + strings.Repeat("─", width-head-len(title)-2) + "┐"}
	var short []string
	for _, i := range items {
		lines = append(lines, fmt.Sprintf("│  %-4s %-24s│", i.key, i.text))
		if i.short == "" {
			short = append(short, i.key)
		} else {
			short = append(short, i.key+":"+i.short)
		}
	}
	t.render.SetMenu(append(lines, "└"+strings.Repeat("─", width)+"┘"), short)
}

func (u *menu) close(t *Terminal) {
	u.open, u.choose = false, chooseNone
	t.render.SetMenu(nil, nil)
}

// key takes a key for the menu. It reports true to quit.
func (u *menu) key(t *Terminal, m *machine.Machine, in Input) (quit bool) {
	switch {
	case u.prompt != nil:
		u.typed(t, in)
		return false
	case !u.open:
		u.open = true
		u.show(t, "beige", u.items(len(t.Drives) > 0, !t.mouse.off))
		return false
	case u.choose != chooseNone:
		u.chosen(t, in)
		return false
	}
	switch in.Rune {
	case 'r', 'R':
		m.Input(machine.Event{Kind: machine.EventReset})
	case 'd', 'D':
		s := machine.Stroke{Hold: []kbc.Key{kbc.KeyLeftCtrl, kbc.KeyLeftAlt}, Taps: []kbc.Key{kbc.KeyDelete}}
		m.Post(func() { m.Type([]machine.Stroke{s}, nil) })
	case 'i', 'I', 'e', 'E':
		if len(t.Drives) > 0 {
			u.choices(t, unicode.ToLower(in.Rune) == 'i')
		}
		return false
	case 'p', 'P':
		u.paused, u.lasting = !u.paused, ""
		if u.paused {
			u.lasting = " paused; Ctrl+] p goes on "
		}
		paused := u.paused
		m.Post(func() { m.SetPaused(paused) })
		t.render.SetStatus(u.lasting)
	case 'm', 'M':
		t.mouse.off = !t.mouse.off
		t.listen(m)
		t.say(t.mouse.says())
	case 's', 'S':
		u.save(t)
	case ']', EscapeKey:
		s := machine.Stroke{Hold: []kbc.Key{kbc.KeyLeftCtrl}, Taps: []kbc.Key{kbc.KeyRightBracket}}
		m.Post(func() { m.Type([]machine.Stroke{s}, nil) })
	case 'q', 'Q':
		return true
	case 0x1b, '\r':
	default:
		return false // not an item: the menu stays
	}
	u.close(t)
	return false
}

// choices shows the drives.
func (u *menu) choices(t *Terminal, insert bool) {
	title := "eject from"
	u.choose = chooseEject
	if insert {
		title = "insert into"
		u.choose = chooseInsert
	}
	var items []item
	for _, d := range t.Drives {
		items = append(items, item{string(d.Key), d.Name, strings.ReplaceAll(d.Name, " ", "-")})
	}
	u.show(t, title, append(items, item{"Esc", "close this menu", ""}))
}

// chosen takes a key for the drives.
func (u *menu) chosen(t *Terminal, in Input) {
	if in.Rune == 0x1b || in.Rune == '\r' || in.Escape {
		u.close(t)
		return
	}
	for n, d := range t.Drives {
		if in.Rune == 0 || unicode.ToLower(in.Rune) != d.Key {
			continue
		}
		insert := u.choose == chooseInsert
		u.close(t)
		if insert {
			u.drive, u.prompt = n, &prompt{label: fmt.Sprintf("file for %s (Esc: none):", d.Name)}
			t.render.SetPrompt(u.prompt)
			return
		}
		t.tell(t.Eject(n))
	}
}

// typed takes a key for the prompt.
func (u *menu) typed(t *Terminal, in Input) {
	file, done := u.prompt.key(in)
	if !done {
		return
	}
	u.prompt = nil
	t.render.SetPrompt(nil)
	if file != "" {
		t.tell(t.Insert(u.drive, file))
	}
}

// tell says what came of something.
func (t *Terminal) tell(text string, err error) {
	if err != nil {
		text = err.Error()
	}
	t.say(text)
}

func (u *menu) save(t *Terminal) {
	s := t.frame.Load()
	if s == nil || t.SaveScreen == nil {
		return
	}
	name, err := t.SaveScreen(s)
	t.tell("saved as "+name, err)
}
