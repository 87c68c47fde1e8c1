package term

import (
	"fmt"
	"strings"

	"beige/devices/kbc"
	"beige/machine"
)

// menu is what the escape key opens.
type menu struct {
	open    bool
	paused  bool
	lasting string // status line while the machine is paused
}

// shortMenu is what fits a terminal that is too small for the box.
func shortMenu(paused bool) []string {
	return strings.Fields("r:reset d:Ctrl+Alt+Del " + map[bool]string{false: "p:pause", true: "p:go-on"}[paused] + " s:save ]:send q:quit Esc")
}

func menuLines(paused bool) []string {
	pause := "pause"
	if paused {
		pause = "go on"
	}
	return []string{
		"┌──────────── beige ────────────┐",
		"│  r    reset button            │",
		"│  d    Ctrl+Alt+Del            │",
		fmt.Sprintf("│  p    %-5s                   │", pause),
		"│  s    save the text shown     │",
		"│  ]    send Ctrl+] to the PC   │",
		"│  q    quit                    │",
		"│  Esc  close this menu         │",
		"└───────────────────────────────┘",
	}
}

// key takes a key for the menu. It reports true to quit.
func (u *menu) key(t *Terminal, m *machine.Machine, in Input) (quit bool) {
	if !u.open {
		u.open = true
		t.render.SetMenu(menuLines(u.paused), shortMenu(u.paused))
		return false
	}
	switch in.Rune {
	case 'r', 'R':
		m.Input(machine.Event{Kind: machine.EventReset})
	case 'd', 'D':
		s := machine.Stroke{Hold: []kbc.Key{kbc.KeyLeftCtrl, kbc.KeyLeftAlt}, Taps: []kbc.Key{kbc.KeyDelete}}
		m.Post(func() { m.Type([]machine.Stroke{s}, nil) })
	case 'p', 'P':
		u.paused, u.lasting = !u.paused, ""
		if u.paused {
			u.lasting = " paused; Ctrl+] p goes on "
		}
		paused := u.paused
		m.Post(func() { m.SetPaused(paused) })
		t.render.SetStatus(u.lasting)
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
	u.open = false
	t.render.SetMenu(nil, nil)
	return false
}

func (u *menu) save(t *Terminal) {
	s := t.frame.Load()
	if s == nil || t.SaveText == nil {
		return
	}
	name, err := t.SaveText(s.String())
	if err != nil {
		t.say(err.Error())
		return
	}
	t.say("saved as " + name)
}
