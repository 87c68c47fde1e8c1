package tests

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// process is a beige that runs beside the test.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout bytes.Buffer
	ended  chan error
}

// startDisplay starts beige run with a network display and waits until it says where
// that is.
func startDisplay(t *testing.T, display string, says *regexp.Regexp, args ...string) (p *process, where string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	p = &process{t: t, ended: make(chan error, 1)}
	p.cmd = exec.CommandContext(ctx, beige(t), append([]string{"run", "--display", display}, args...)...)
	p.cmd.Stdout = &p.stdout
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		in := bufio.NewScanner(stderr)
		for in.Scan() {
			if m := says.FindStringSubmatch(in.Text()); m != nil {
				found <- m[1]
			}
		}
		close(found)
		p.ended <- p.cmd.Wait()
	}()
	t.Cleanup(func() { cancel(); _ = p.wait() })
	if where = <-found; where == "" {
		t.Fatalf("no display: %v", <-p.ended)
	}
	return p, where
}

// wait waits for the end of the program.
func (p *process) wait() error {
	err := <-p.ended
	p.ended <- err
	return err
}
