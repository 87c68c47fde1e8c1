package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// vectorDir is where the recorded sets lie.
func vectorDir() string {
	if d := os.Getenv("BEIGE_VECTORS"); d != "" {
		return d
	}
	return filepath.Join("..", "..", "..", "shared", "vectors")
}

// everything says that all recorded tests are to be run, not a sample.
func everything() bool { return os.Getenv("BEIGE_ALL") != "" || os.Getenv("BEIGE_FORMS") != "" }

// formFilter is the choice of forms by BEIGE_FORMS; nil means all.
func formFilter(t testing.TB) *regexp.Regexp {
	s := os.Getenv("BEIGE_FORMS")
	if s == "" {
		return nil
	}
	re, err := regexp.Compile(s)
	if err != nil {
		t.Fatalf("BEIGE_FORMS: %v", err)
	}
	return re
}

// showLimit is how many failures of one file are printed.
func showLimit() int {
	if n, err := strconv.Atoi(os.Getenv("BEIGE_SHOW")); err == nil {
		return n
	}
	return 4
}

// result counts the tests of one form or class.
type result struct {
	tests  int
	passed int // with the flags that the manuals define
	exact  int // with the undefined flags too
	known  int // not passed, for a reason that is listed
	notYet int // of a processor or mode that beige does not have
}

func (r *result) add(o result) {
	r.tests += o.tests
	r.passed += o.passed
	r.exact += o.exact
	r.known += o.known
	r.notYet += o.notYet
}

// table gathers the results of subtests that run at the same time.
type table struct {
	mu   sync.Mutex
	rows map[string]*result
}

func (tb *table) add(name string, r result) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.rows == nil {
		tb.rows = map[string]*result{}
	}
	if tb.rows[name] == nil {
		tb.rows[name] = &result{}
	}
	tb.rows[name].add(r)
}

// print logs the table with a line of totals.
func (tb *table) print(t *testing.T, title string) {
	var names []string
	for n := range tb.rows {
		names = append(names, n)
	}
	sort.Strings(names)
	var s strings.Builder
	line := func(n string, r *result) {
		fmt.Fprintf(&s, "%-22s %8d %8d %8d %7d %8d\n", n, r.tests, r.passed, r.exact, r.known, r.notYet)
	}
	fmt.Fprintf(&s, "%s\n%-22s %8s %8s %8s %7s %8s\n", title, "form", "tests", "passed", "exact", "listed", "not yet")
	var sum result
	for _, n := range names {
		line(n, tb.rows[n])
		sum.add(*tb.rows[n])
	}
	line("all", &sum)
	t.Log("\n" + s.String())
}

// pool hands out rigs, one for each test that runs at the same time.
type pool struct {
	mu   sync.Mutex
	free []*rig
	make func() (*rig, error)
}

func (p *pool) get(t *testing.T) *rig {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		return r
	}
	r, err := p.make()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (p *pool) put(r *rig) {
	p.mu.Lock()
	p.free = append(p.free, r)
	p.mu.Unlock()
}

// report prints the failures of one file, up to the limit.
type report struct {
	t     *testing.T
	limit int
	n     int
}

func (r *report) failf(format string, args ...any) {
	if r.n++; r.n <= r.limit {
		r.t.Errorf(format, args...)
	}
}

func (r *report) end() {
	if r.n > r.limit {
		r.t.Errorf("%d more failures", r.n-r.limit)
	}
}
