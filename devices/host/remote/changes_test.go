package remote

import (
	"image"
	"slices"
	"testing"
)

func TestChanges(t *testing.T) {
	for _, tc := range []struct {
		name    string
		area    image.Rectangle
		changed []image.Point // tiles
		want    []image.Rectangle
	}{
		{"nothing", image.Rect(0, 0, 100, 100), nil, nil},
		{"a tile", image.Rect(0, 0, 100, 100), []image.Point{{2, 1}}, []image.Rectangle{image.Rect(32, 16, 48, 32)}},
		{"neighbours", image.Rect(0, 0, 100, 100), []image.Point{{1, 0}, {2, 0}}, []image.Rectangle{image.Rect(16, 0, 48, 16)}},
		{"one goes on below", image.Rect(0, 0, 100, 100), []image.Point{{1, 0}, {1, 1}, {1, 2}}, []image.Rectangle{image.Rect(16, 0, 32, 48)}},
		{"a wider one below", image.Rect(0, 0, 100, 100), []image.Point{{1, 0}, {1, 1}, {2, 1}}, []image.Rectangle{image.Rect(16, 0, 32, 16), image.Rect(16, 16, 48, 32)}},
		{"the edge of the picture", image.Rect(0, 0, 100, 70), []image.Point{{6, 4}}, []image.Rectangle{image.Rect(96, 64, 100, 70)}},
		{"a part of the picture", image.Rect(20, 20, 40, 25), []image.Point{{1, 1}, {2, 1}, {5, 1}}, []image.Rectangle{image.Rect(20, 20, 40, 25)}},
		{"no area", image.Rectangle{Min: image.Pt(10, 0), Max: image.Pt(0, 100)}, []image.Point{{0, 0}}, nil},
	} {
		got := Changes(tc.area, func(tx, ty int) bool { return slices.Contains(tc.changed, image.Pt(tx, ty)) })
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v; want %v", tc.name, got, tc.want)
		}
	}
	// All of a large picture is cut, and nothing is missing or there twice.
	n := 0
	for _, r := range Changes(image.Rect(0, 0, 1600, 1200), func(int, int) bool { return true }) {
		if n += r.Dx() * r.Dy(); r.Dx()*r.Dy() > MaxArea {
			t.Errorf("%v has more than %d pixels", r, MaxArea)
		}
	}
	if n != 1600*1200 {
		t.Errorf("%d pixels; want %d", n, 1600*1200)
	}
}
