package main

import (
	"fmt"
	"net"
	"slices"

	"beige/devices/host/web"
)

// openWeb opens the ports of the web displays.
func (s *session) openWeb() error {
	if len(s.webAt) == 0 {
		return nil
	}
	shelf, err := newShelf(s)
	if err != nil {
		return err
	}
	var ports []int
	for unit, to := range s.serial {
		if to.kind == "web" {
			ports = append(ports, unit)
		}
	}
	for _, address := range s.webAt {
		opt := web.Options{Address: address, Token: s.webToken, Layout: s.layout, Drives: shelf, Serial: ports}
		if s.cfg.Logger != nil {
			opt.Log = s.cfg.Logger("web")
		}
		server, err := web.Listen(opt)
		if err != nil {
			return fmt.Errorf("--display web: %w", err)
		}
		s.closer = append(s.closer, server.Close)
		s.web = append(s.web, server)
	}
	return nil
}

// startWeb lets browsers in.
func (s *session) startWeb() {
	for _, server := range s.web {
		server.Start(s.m, s.m.Frame())
		fmt.Fprintf(s.stderr, "beige: web page on %s\n", server.URL())
		if ip := server.Addr().IP; !ip.IsLoopback() {
			fmt.Fprintf(s.stderr, "beige: whoever has that address%s has the machine, and nothing on the way is encrypted\n", elsewhere(ip))
		}
	}
}

// elsewhere names the addresses under which others reach a server of all
// addresses.
func elsewhere(ip net.IP) string {
	if !ip.IsUnspecified() {
		return ""
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(addresses, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && n.IP.IsGlobalUnicast()
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf(", from elsewhere with %s in place of localhost,", addresses[i].(*net.IPNet).IP)
}
