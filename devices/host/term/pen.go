package term

import "time"

// pen writes to the terminal on a goroutine of its own, so that a terminal that takes
// its time holds up nothing else. There is one thing on its way at a time; what is
// drawn next is drawn when that is over, from the screen as it is then. Behind a picture
// the terminal is asked for its status: until it answers, it has not shown the picture,
// which may be far away in some buffer, and gets no other.
type pen struct {
	todo  chan []byte
	done  chan struct{}
	busy  bool
	later []byte           // control sequences that wait
	fence <-chan time.Time // nil: none is out
	knows bool             // the terminal has answered once
	never bool             // it does not answer
}

// start begins writing by the function.
func (p *pen) start(write func([]byte)) {
	p.todo, p.done = make(chan []byte, 1), make(chan struct{}, 1)
	todo, done := p.todo, p.done
	go func() {
		for b := range todo {
			write(b)
			done <- struct{}{}
		}
	}()
}

// stop ends the goroutine, after what is on its way.
func (p *pen) stop() { close(p.todo) }

// free reports whether something can be drawn.
func (p *pen) free() bool { return !p.busy && p.fence == nil }

func (p *pen) write(b []byte) {
	p.busy = true
	p.todo <- b
}

// send writes control sequences, after what is on its way.
func (p *pen) send(s string) {
	p.later = append(p.later, s...)
	p.next()
}

func (p *pen) next() {
	if !p.busy && len(p.later) > 0 {
		b := p.later
		p.later = nil
		p.write(b)
	}
}

// draw writes what the caller leaves alone until the pen is free again. Behind a
// picture the terminal is asked for its status.
func (p *pen) draw(b []byte, picture bool) {
	if picture && !p.never {
		p.fence = time.After(fenceTime)
		b = append(b, askStatus...)
	}
	p.write(b)
}

// written is to be called for everything that comes from done.
func (p *pen) written() {
	p.busy = false
	p.next()
}

// arrived says that the terminal has answered.
func (p *pen) arrived() { p.knows, p.fence = true, nil }

// overdue says that it has not, in time.
func (p *pen) overdue() {
	p.fence = nil
	p.never = !p.knows
}

// finish waits until everything is written.
func (p *pen) finish() {
	for p.busy {
		<-p.done
		p.written()
	}
	p.fence = nil
}
