package vnc

import (
	"crypto/des"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// Security types and results (RFC 6143, sections 7.1.2, 7.1.3 and 7.2).
const (
	secNone    uint8 = 1
	secVNCAuth uint8 = 2

	resultOK     uint32 = 0
	resultFailed uint32 = 1
)

const (
	versionText  = "RFB 003.008\n"
	challengeLen = 16
)

// PasswordLen is how much of a password counts, in bytes.
const PasswordLen = 8

// wrongPause keeps one that guesses passwords busy.
const wrongPause = time.Second

var errPassword = errors.New("wrong password")

// handshake leads a connection to the first message (RFC 6143, section 7.1 to
// 7.3).
func (v *viewer) handshake() error {
	minor, err := v.version()
	if err != nil {
		return err
	}
	kind := secNone
	if v.server.opt.Password != "" {
		kind = secVNCAuth
	}
	if minor == 3 {
		// The server decides.
		v.put(binary.BigEndian.AppendUint32(nil, uint32(kind)))
	} else {
		v.put([]byte{1, kind})
		if err := v.out.Flush(); err != nil {
			return err
		}
		chosen, err := v.in8()
		if err != nil {
			return err
		}
		if chosen != kind {
			return v.refuse(minor, fmt.Errorf("security type %d; want %d", chosen, kind))
		}
	}
	if kind == secVNCAuth {
		if err := v.authenticate(); err != nil {
			if err == errPassword {
				v.server.sleep(wrongPause)
			}
			return v.refuse(minor, err)
		}
	}
	if kind == secVNCAuth || minor >= 8 {
		v.put(binary.BigEndian.AppendUint32(nil, resultOK))
	}
	if err := v.out.Flush(); err != nil {
		return err
	}
	if _, err := v.in8(); err != nil { // ClientInit: the shared flag
		return err
	}
	pic := v.picture()
	v.resize(pic.Width, pic.Height)
	b := binary.BigEndian.AppendUint16(nil, uint16(v.width))
	b = binary.BigEndian.AppendUint16(b, uint16(v.height))
	b = nativeFormat().append(b)
	v.put(appendData(b, []byte(v.server.opt.Name)))
	return v.out.Flush()
}

// version agrees on 3.3, 3.7 or 3.8. All other versions are 3.3 (RFC 6143,
// section 7.1.1).
func (v *viewer) version() (minor int, err error) {
	v.put([]byte(versionText))
	if err := v.out.Flush(); err != nil {
		return 0, err
	}
	var b [len(versionText)]byte
	if _, err := io.ReadFull(v.r, b[:]); err != nil {
		return 0, err
	}
	var major int
	if n, err := fmt.Sscanf(string(b[:]), "RFB %03d.%03d\n", &major, &minor); n != 2 || err != nil || b[11] != '\n' {
		return 0, fmt.Errorf("%q is no version of RFB", b)
	}
	if major != 3 || minor != 7 && minor != 8 {
		minor = 3
	}
	return minor, nil
}

// refuse says that the handshake has failed, and why where the version has a
// place for that.
func (v *viewer) refuse(minor int, why error) error {
	b := binary.BigEndian.AppendUint32(nil, resultFailed)
	if minor >= 8 {
		b = appendData(b, []byte(why.Error()))
	}
	v.put(b)
	_ = v.out.Flush() // it goes anyway
	return why
}

// authenticate is VNC authentication: the viewer encrypts a challenge with the
// password.
func (v *viewer) authenticate() error {
	var challenge, answer [challengeLen]byte
	if _, err := rand.Read(challenge[:]); err != nil {
		return err
	}
	v.put(challenge[:])
	if err := v.out.Flush(); err != nil {
		return err
	}
	if _, err := io.ReadFull(v.r, answer[:]); err != nil {
		return err
	}
	if want := encrypt(v.server.opt.Password, challenge); subtle.ConstantTimeCompare(want[:], answer[:]) != 1 {
		return errPassword
	}
	return nil
}

// encrypt is DES in ECB mode with the password as the key: eight bytes of it,
// with zeros behind a shorter one, and the bits of each byte in reverse order, as
// all implementations have them (RFC 6143, section 7.2.2, and its erratum 4951).
func encrypt(password string, challenge [challengeLen]byte) (out [challengeLen]byte) {
	var key [PasswordLen]byte
	copy(key[:], password)
	for i := range key {
		key[i] = bits.Reverse8(key[i])
	}
	c, err := des.NewCipher(key[:])
	if err != nil {
		panic(err) // the length is right
	}
	c.Encrypt(out[:8], challenge[:8])
	c.Encrypt(out[8:], challenge[8:])
	return out
}
