//go:build !js

package web

import (
	"net/http"

	"github.com/coder/websocket"
)

// accept makes a WebSocket of a request. ServeHTTP has looked at its origin.
func accept(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	return websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
}
