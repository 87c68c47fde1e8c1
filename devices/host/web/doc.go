// Package web shows a machine on a page for browsers and takes their keys, mice
// and touches. The page is part of the program and fetches nothing from elsewhere.
//
// Sources: RFC 6455 (WebSocket); RFC 1951 (DEFLATE); UI Events KeyboardEvent code
// Values (W3C), the names of keys; Content Security Policy Level 3 (W3C).
//
// # Addresses
//
// Every path begins with the token: /TOKEN/ is the page, /TOKEN/socket the
// WebSocket, /TOKEN/screenshot.png a picture, /TOKEN/drive/N and /TOKEN/image/N
// change disks (drives.go). Anything without the token is refused, and so is a
// request that another site's page makes.
//
// # Protocol
//
// Messages of the server are text, a status in JSON (status.go), or binary; those
// of the browser are binary. The first byte of a binary message is its kind, numbers
// are big-endian.
//
// From the server:
//
//	0 picture  flags u8; width, height, count u16; rectangles
//	1 serial   unit u8, bytes that the port has sent
//
// With bit 0 of the flags everything behind them is one raw DEFLATE stream. A
// picture of another size than the one before is black before its rectangles:
//
//	x, y, width, height u16; form u8; colours - 1 u8, colours of 3 bytes; repeats; pixels
//
// Bit 0 of the form: there is a palette, and a pixel is an index of 0, 1, 2, 4 or 8
// bits, the fewest that do; each row begins with a new byte, its first pixel in the
// highest bits. Otherwise there are neither colours nor their number, and a pixel is
// 3 bytes. Bit 1: there are repeats, a bit a row, the first in the highest; where it
// is set the row is that above and has no pixels.
//
// From the browser:
//
//	0 next     the last picture is shown, another one may come
//	1 key      down u8, KeyboardEvent.code
//	2 text     characters in UTF-8, to be typed now
//	3 paste    a text in UTF-8, to be typed until a key ends it
//	4 stop     ends the typing of a text
//	5 mouse    dx, dy i16; wheel i8; buttons u8 (1 left, 2 right, 4 middle)
//	6 release  all keys and buttons are up
//	7 chord    KeyboardEvent.code joined by "+", pressed and released
//	8 serial   unit u8, bytes for the port
//	9 command  0 reset, 1 pause, 2 go on, 3 power button
//	10 hello   bit 0: pictures may be deflated
//	11 point   x, y u16, from the left upper corner of the picture to the right lower;
//	           wheel i8; buttons u8: where the status says "points"
//
// # Goroutines
//
// Each browser has two: one reads its messages, one writes. The writing one makes a
// picture only when the last one has been shown, from what is new since then, so a
// slow browser gets fewer; one that takes nothing for a while, or answers no ping, is
// dropped, and what it held is let go. The reading one waits until the machine has
// taken an event before it reads the next. What a browser can make the program keep
// is bounded: two pictures, one message, one text, and what is uploaded (drives.go).
package web
