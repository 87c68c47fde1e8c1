package web

import (
	"crypto/subtle"
	"embed"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"beige/devices/video"
	"beige/machine/screenshot"
)

//go:embed page
var page embed.FS

// policy lets the page use what comes from here and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// types are the kinds of files that the page consists of.
func contentType(name string) string {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "html":
		return "text/html; charset=utf-8"
	case "css":
		return "text/css; charset=utf-8"
	case "js":
		return "text/javascript; charset=utf-8"
	case "svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// errorLog takes what package http says of broken connections.
func (s *Server) errorLog() *log.Logger {
	if s.opt.Log == nil {
		return log.New(io.Discard, "", 0)
	}
	return slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelDebug)
}

// ServeHTTP answers requests that have the token.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the token is in the address
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	token, path, whole := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.opt.Token)) != 1 {
		http.Error(w, "the token in the address is missing or wrong; beige has printed the whole address", http.StatusForbidden)
		return
	}
	if !ownOrigin(r) {
		http.Error(w, "not from a page of another site", http.StatusForbidden)
		return
	}
	kind, number, _ := strings.Cut(path, "/")
	switch {
	case !whole:
		http.Redirect(w, r, "/"+token+"/", http.StatusFound)
	case path == "socket":
		s.socket(w, r)
	case path == "screenshot.png":
		s.picture(w, r)
	case kind == "drive", kind == "image":
		s.disks(w, r, kind, number)
	default:
		s.file(w, r, path)
	}
}

// ownOrigin reports whether a request comes from our page, or from no page at all.
func ownOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// allow reports whether the method is the one that is wanted, and answers if not.
func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m || r.Method == http.MethodHead && m == http.MethodGet {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "want "+strings.Join(methods, " or "), http.StatusMethodNotAllowed)
	return false
}

// file is one of the files of the page.
func (s *Server) file(w http.ResponseWriter, r *http.Request, path string) {
	if path == "" {
		path = "index.html"
	}
	b, err := page.ReadFile("page/" + path)
	if err != nil {
		http.Error(w, "no such page", http.StatusNotFound)
		return
	}
	if allow(w, r, http.MethodGet) {
		w.Header().Set("Content-Type", contentType(path))
		send(w, r, b)
	}
}

// picture is the screen as a PNG file.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	if !allow(w, r, http.MethodGet) {
		return
	}
	var f *video.Frame
	if !s.guest.Do(func() { f = s.guest.Frame() }) {
		http.Error(w, "the machine is off", http.StatusServiceUnavailable)
		return
	}
	b, err := screenshot.Encode(f)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	send(w, r, b)
}

func send(w http.ResponseWriter, r *http.Request, b []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(b)
	}
}
