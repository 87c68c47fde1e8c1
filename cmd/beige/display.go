package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"beige/devices/host/vnc"
	"beige/devices/host/web"
)

// loopback is where network displays listen unless told otherwise.
const loopback = "127.0.0.1"

// displays are what --display asks for: one front end of the terminal and any
// number of network displays.
type displays struct {
	console string   // auto, term, lines or none
	vncAt   []string // host:port
	webAt   []string // host:port
}

// parseDisplays reads the values of --display; each may be a list.
func parseDisplays(values []string) (displays, error) {
	var d displays
	var errs []error
	for _, v := range strings.Split(strings.Join(values, ","), ",") {
		kind, where, hasWhere := strings.Cut(v, ":")
		switch {
		case kind == "vnc":
			errs = append(errs, addListener(&d.vncAt, v, where, hasWhere, vnc.DefaultPort))
		case kind == "web":
			errs = append(errs, addListener(&d.webAt, v, where, hasWhere, web.DefaultPort))
		case hasWhere || !slices.Contains(flagValues("display"), kind):
			known := flagValues("display")
			errs = append(errs, fmt.Errorf("unknown value %q%s (known: %s)", v, didYouMean(kind, known), strings.Join(known, ", ")))
		case d.console != "" && d.console != kind:
			errs = append(errs, fmt.Errorf("%s and %s cannot both have the terminal", d.console, kind))
		default:
			d.console = kind
		}
	}
	if d.console == "none" && d.networked() {
		errs = append(errs, errors.New("none goes with no other display"))
	}
	if d.console == "" {
		d.console = "none"
	}
	return d, errors.Join(errs...)
}

// networked reports whether there is a display for clients on a network.
func (d *displays) networked() bool { return len(d.vncAt)+len(d.webAt) > 0 }

// addListener adds the address of a network display, where in value, to those of
// its kind.
func addListener(to *[]string, value, where string, given bool, port int) error {
	address, err := listenAddress(where, given, port)
	if err != nil {
		return fmt.Errorf("%q: %w", value, err)
	}
	if slices.Contains(*to, address) && !strings.HasSuffix(address, ":0") {
		err = fmt.Errorf("%q is given twice", value)
	}
	*to = append(*to, address)
	return err
}

// listenAddress reads PORT or ADDRESS:PORT behind the name of a network display.
func listenAddress(s string, given bool, port int) (string, error) {
	if !given {
		return net.JoinHostPort(loopback, strconv.Itoa(port)), nil
	}
	host, text := loopback, s
	if strings.Contains(s, ":") {
		var err error
		if host, text, err = net.SplitHostPort(s); err != nil {
			return "", errors.New("want a port, or an address and a port such as 0.0.0.0:5901 or [::1]:5901")
		}
	}
	if n, err := strconv.ParseUint(text, 10, 16); err != nil {
		return "", fmt.Errorf("port %q; want 0 to 65535", text)
	} else {
		text = strconv.Itoa(int(n))
	}
	return net.JoinHostPort(host, text), nil
}

// readPassword reads the file of --vnc-password, which has the password in its
// first line.
func readPassword(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fileError(path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return "", fileError(path, err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fmt.Errorf("%s: no password; want one in its first line", path)
	}
	return line, nil
}

// openVNC opens the ports of the VNC displays.
func (s *session) openVNC() error {
	for _, address := range s.vncAt {
		opt := vnc.Options{Address: address, Password: s.vncPassword, Name: "beige", Layout: s.layout}
		if s.cfg.Logger != nil {
			opt.Log = s.cfg.Logger("vnc")
		}
		server, err := vnc.Listen(opt)
		if err != nil {
			return fmt.Errorf("--display vnc: %w", err)
		}
		s.closer = append(s.closer, server.Close)
		s.vnc = append(s.vnc, server)
	}
	return nil
}

// startVNC lets viewers in.
func (s *session) startVNC() {
	if len(s.vncPassword) > vnc.PasswordLen {
		fmt.Fprintf(s.stderr, "beige: --vnc-password: only the first %d characters of the password count, as VNC has it\n", vnc.PasswordLen)
	}
	for _, server := range s.vnc {
		server.Start(s.m, s.m.Frame())
		fmt.Fprintf(s.stderr, "beige: VNC on %s\n", server.Addr())
		if s.vncPassword == "" && !server.Addr().IP.IsLoopback() {
			fmt.Fprintf(s.stderr, "beige: whoever reaches %s has the machine; --vnc-password FILE asks for a password\n", server.Addr())
		}
	}
}

// frame is told by the machine that the screen has changed.
func (s *session) frame() {
	if s.term != nil {
		s.term.Show(s.m.Screen())
	}
	for _, server := range s.vnc {
		server.Show(s.m.Frame())
	}
	for _, server := range s.web {
		server.Show(s.m.Frame())
	}
}
