package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"resnetlab/resnetlib/plots"
)

// titles are the kinds' names on pictures.
var titles = map[string]string{forward: "Forward pass", step: "Training step"}

// drawing is a picture of the page.
type drawing struct {
	set     string // networks, or what varies
	file    string
	title   string
	picture *plots.Picture
}

// drawings draws the pictures of everything that was measured: a chart of ratios for each kind, and for each set and kind the time against the set's
// number.
func drawings(r *results) (all []drawing) {
	for _, s := range sets(r.Machine.Cores) {
		for _, kind := range both {
			d := drawing{set: s.name, file: "bench-" + s.name + "-" + kind + ".png"}
			if s.axis == "" {
				d.title, d.picture = titles[kind]+": time as a multiple of PyTorch's", ratios(kind, r)
			} else {
				d.title, d.picture = titles[kind]+", "+s.axis, curves(s, kind, r)
			}
			if d.picture != nil {
				all = append(all, d)
			}
		}
	}
	return all
}

// drawAll saves the pictures in a folder.
func drawAll(r *results, folder string) error {
	for _, d := range drawings(r) {
		if err := d.picture.Save(filepath.Join(folder, d.file)); err != nil {
			return err
		}
	}
	return nil
}

// pictureLines show the pictures of a set or, with an empty name, of those in which a number varies.
func pictureLines(set string) func(*results) []string {
	return func(r *results) (lines []string) {
		for _, d := range drawings(r) {
			if d.set == set || set == "" && d.set != "networks" {
				lines = append(lines, "!["+d.title+"](images/"+d.file+")")
			}
		}
		return lines
	}
}

// ratios draws the sides' wall time as a multiple of the reference's; nil without a result.
func ratios(kind string, r *results) *plots.Picture {
	records := slices.DeleteFunc(r.tabled(), func(one *record) bool { return one.Kind != kind })
	var names []string
	for _, r := range records {
		names = append(names, fmt.Sprintf("%s, batch %d", r.Arch, r.Batch))
	}
	var groups []plots.Group
	for _, s := range sides {
		group := plots.Group{Name: s.title, Values: make([]float64, len(records))}
		some := false
		for i, r := range records {
			ratio, ok := r.ratio(s.name, wall)
			group.Values[i], some = ratio.median, some || ok
		}
		if some && s.name != reference {
			groups = append(groups, group)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	return plots.Bars(titles[kind]+": time as a multiple of PyTorch's", "below 1: faster than PyTorch", names, groups...)
}

// curves draws the sides' milliseconds for one picture against the number that varies in the set; nil without a result.
func curves(s set, kind string, r *results) *plots.Picture {
	var lines []plots.Series
	for _, one := range sides {
		line := plots.Series{Name: one.title}
		for _, w := range s.works {
			known := r.find(w)
			if w.Kind != kind || known == nil || !slices.Contains(s.sides[kind], one.name) {
				continue
			}
			if elapsed, ok := known.seconds(one.name, wall); ok {
				line.X, line.Y = append(line.X, s.value(w)), append(line.Y, 1000*elapsed.median)
			}
		}
		if len(line.X) > 1 { // a single point is no line
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return plots.Lines(titles[kind], s.axis, "ms a picture", lines...)
}
