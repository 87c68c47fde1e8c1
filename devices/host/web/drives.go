package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Bounds of what is uploaded, in bytes. A CD in raw sectors has 870 MB.
const (
	maxUpload = 900 << 20
	piece     = 64 << 10
)

// Kinds of drives.
const (
	FloppyDrive = "floppy"
	CDDrive     = "cd"
	HardDisk    = "disk"
)

// Drive is a drive as the page shows it.
type Drive struct {
	Name   string `json:"name"`
	Short  string `json:"short"` // of the light
	Kind   string `json:"kind"`
	Unit   int    `json:"unit"`             // among those of its kind; of hard disks, their places
	Image  string `json:"image,omitempty"`  // what is in it; empty: nothing
	Locked bool   `json:"locked,omitempty"` // write-protected
	Fixed  bool   `json:"fixed,omitempty"`  // what is in it cannot be changed
	Light  bool   `json:"light,omitempty"`
}

// Image is a disk that can be put into a drive: one named at the start, or one
// that was uploaded.
type Image struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Uploaded bool   `json:"uploaded,omitempty"`
	Changed  bool   `json:"changed,omitempty"` // by the guest, since it was uploaded
	In       string `json:"in,omitempty"`      // the drive that has it
}

// Drives changes disks. Caller of the methods is the machine goroutine. Drives
// and images are named by their places in List and their IDs; an error is for the
// person.
type Drives interface {
	List() ([]Drive, []Image)
	Insert(drive, image int) (says string, err error)
	Eject(drive int) (says string, err error)

	// Room is how many bytes may still be uploaded.
	Room() int64
	// Add takes an uploaded image, which may keep data, and puts it into a drive.
	Add(drive int, name string, data []byte) (says string, err error)
	// Data copies an uploaded floppy as it is now.
	Data(image int) (name string, data []byte, err error)
	// Discard forgets an uploaded image that is in no drive.
	Discard(image int) (says string, err error)
}

// disks answers requests about drives and images:
//
//	POST   drive/N?image=ID   puts an image into a drive
//	POST   drive/N?name=FILE  ... the one that comes with the request
//	DELETE drive/N            ejects
//	GET    image/ID           an uploaded floppy
//	DELETE image/ID           forgets an uploaded image
func (s *Server) disks(w http.ResponseWriter, r *http.Request, kind, number string) {
	n, err := strconv.Atoi(number)
	if err != nil || s.opt.Drives == nil {
		http.Error(w, "no such page", http.StatusNotFound)
		return
	}
	if kind == "image" {
		if allow(w, r, http.MethodGet, http.MethodDelete) {
			s.image(w, r, n)
		}
		return
	}
	if !allow(w, r, http.MethodPost, http.MethodDelete) {
		return
	}
	q := r.URL.Query()
	switch id, err := strconv.Atoi(q.Get("image")); {
	case r.Method == http.MethodDelete:
		s.answer(w, func() (string, error) { return s.opt.Drives.Eject(n) })
	case err == nil:
		s.answer(w, func() (string, error) { return s.opt.Drives.Insert(n, id) })
	default:
		s.upload(w, r, n, q.Get("name"))
	}
}

func (s *Server) image(w http.ResponseWriter, r *http.Request, id int) {
	if r.Method == http.MethodDelete {
		s.answer(w, func() (string, error) { return s.opt.Drives.Discard(id) })
		return
	}
	var name string
	var data []byte
	err := errOff
	s.guest.Do(func() { name, data, err = s.opt.Drives.Data(id) })
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	send(w, r, data)
}

var errOff = errors.New("the machine is off")

// answer carries out a change on the machine goroutine and says what came of it.
func (s *Server) answer(w http.ResponseWriter, f func() (string, error)) {
	var says string
	err := errOff
	s.guest.Do(func() { says, err = f() })
	if err != nil {
		refuse(w, err)
		return
	}
	s.look()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"says": says})
}

func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

// upload takes an image, one at a time, and puts it into a drive.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, drive int, name string) {
	if !s.uploading.TryLock() {
		refuse(w, errors.New("another file is just coming in; try again"))
		return
	}
	defer s.uploading.Unlock()
	room := int64(-1)
	s.guest.Do(func() { room = s.opt.Drives.Room() })
	data, err := receive(w, r, min(room, maxUpload))
	if err != nil {
		refuse(w, err)
		return
	}
	s.answer(w, func() (string, error) { return s.opt.Drives.Add(drive, name, data) })
}

// receive reads the body of a request, which must go on coming.
func receive(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	tooLarge := fmt.Errorf("the file is too large: %d MB are left for uploads", max(most, 0)>>20)
	if r.ContentLength > most || most < 0 {
		return nil, tooLarge
	}
	control := http.NewResponseController(w)
	var data []byte
	if r.ContentLength > 0 {
		data = slices.Grow(data, int(min(r.ContentLength, 4<<20)))
	}
	for {
		if err := errors.Join(control.SetReadDeadline(time.Now().Add(writeTime)), control.SetWriteDeadline(time.Now().Add(answerTime))); err != nil {
			return nil, err
		}
		data = slices.Grow(data, piece)
		n, err := r.Body.Read(data[len(data) : len(data)+piece])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > most:
			return nil, tooLarge
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, errors.New("the file has not come to its end")
		}
	}
}
