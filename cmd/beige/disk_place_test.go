package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParsePlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.img", "b@2.img", "c", "with:colon.img", "x@1", "x", filepath.Join("dir", "d.img")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Skipf("this host has no such names: %v", err)
		}
	}
	for _, tc := range []struct {
		arg  string
		want place // without arg
		ok   bool
	}{
		{"a.img:", place{image: "a.img", path: "."}, true},
		{"a.img:/", place{image: "a.img", path: ".", folder: true}, true},
		{"a.img:/dos/x.txt", place{image: "a.img", path: "dos/x.txt"}, true},
		{`a.img:\DOS\`, place{image: "a.img", path: "DOS", folder: true}, true},
		{"a.img:/../../x", place{image: "a.img", path: "x"}, true},
		{"a.img@2:/x", place{image: "a.img", part: 2, path: "x"}, true},
		{"a.img@0:/x", place{}, false},
		{"a.img@256:/x", place{}, false},
		{"b@2.img:x", place{image: "b@2.img", path: "x"}, true},
		{"x@1:y", place{image: "x@1", path: "y"}, true}, // the whole name is a file
		{"dir/d.img:x", place{image: "dir/d.img", path: "x"}, true},
		{"with:colon.img", place{path: "with:colon.img"}, true}, // a file as it stands
		{"with:colon.img:x", place{image: "with:colon.img", path: "x"}, true},
		{`C:\x`, place{path: `C:\x`}, true},
		{"c:/x", place{path: "c:/x"}, true},
		{"./c:/x", place{image: "./c", path: "x"}, true},
		{"nowhere", place{path: "nowhere"}, true},
		{"new/", place{path: "new/", folder: true}, true},
		{"nowhere.img:/x", place{}, false},
		{"dir:/x", place{}, false},
	} {
		got, err := parsePlace(tc.arg)
		if tc.ok {
			tc.want.arg = tc.arg
		}
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("parsePlace(%q) = %+v, %v; want %+v", tc.arg, got, err, tc.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "x", true}, {"*.*", "README", true}, {"*.txt", "README.TXT", true}, {"*.txt", "README", false},
		{"r?adme*", "README.TXT", true}, {"?", "ab", false}, {"a*b*c", "axxbyybc", true}, {"a*b*c", "axxbyyb", false},
		{"[x]*", "[X]y", true}, {"", "", true}, {"**", "", true}, {"ü?", "Üx", true},
	} {
		if got := matches(tc.pattern, tc.name); got != tc.want {
			t.Errorf("matches(%q, %q) = %v; want %v", tc.pattern, tc.name, got, tc.want)
		}
	}
}
