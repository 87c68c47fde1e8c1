package web

import (
	"errors"
	"net/http"

	"github.com/coder/websocket"
)

// accept fails: a program in a browser is no server.
func accept(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	http.Error(w, "no WebSocket here", http.StatusNotImplemented)
	return nil, errors.ErrUnsupported
}
