package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// block is a part of the page that is made from the results: a table, or pictures.
type block struct {
	name  string // in its marker
	lines func(*results) []string
}

// blocks are all of them.
var blocks = append([]block{{"machine", table(machineRows)}, {"ratios", table(ratioRows)}, {"ratios drawn", pictureLines("networks")},
	{"seconds", table(secondsRows)}, {"memory", table(memoryRows)}, {"first", table(firstRows)}, {"scaling", pictureLines("")}}, layerTables()...)

// table returns a function that writes rows in Markdown; the first row is the head.
func table(rows func(*results) [][]string) func(*results) []string {
	return func(r *results) (lines []string) {
		for i, row := range rows(r) {
			lines = append(lines, "| "+strings.Join(row, " | ")+" |")
			if i == 0 {
				lines = append(lines, strings.Repeat("| --- ", len(row))+"|")
			}
		}
		return lines
	}
}

// machineRows name the machine and the versions.
func machineRows(r *results) [][]string {
	rows := [][]string{{"what", "which"}, {"machine", r.Machine.String()}}
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		rows = append(rows, []string{name, r.Versions[name]})
	}
	return rows
}

// tabled returns the records of the works that the tables show.
func (r *results) tabled() (shown []*record) {
	for _, w := range append(quickSet(r.Machine.Cores)[0].works, sets(r.Machine.Cores)[0].works...) {
		if known := r.find(w); known != nil {
			shown = append(shown, known)
		}
	}
	return shown
}

// cellsOf returns a row for each record and a column for each side that has a cell anywhere, with a head. A record without a cell has no row.
func cellsOf(records []*record, cell func(r *record, s side) string) [][]string {
	var with []side
	for _, s := range sides {
		if slices.ContainsFunc(records, func(r *record) bool { return cell(r, s) != "" }) {
			with = append(with, s)
		}
	}
	head := []string{"network", "work", "batch"}
	for _, s := range with {
		head = append(head, s.title)
	}
	rows := [][]string{head}
	for _, r := range records {
		row, some := []string{r.Arch, r.Kind, strings.TrimPrefix(fmt.Sprint(r.Batch), "0")}, false
		for _, s := range with {
			text := cell(r, s)
			row, some = append(row, text), some || text != ""
		}
		if some {
			rows = append(rows, row)
		}
	}
	return rows
}

// ratioRows have wall time as a multiple of the reference's, with its spread, and the same of processor time.
func ratioRows(r *results) [][]string {
	return cellsOf(r.tabled(), func(one *record, s side) string {
		elapsed, ok := one.ratio(s.name, wall)
		if !ok || s.name == reference {
			return ""
		}
		used, _ := one.ratio(s.name, processor)
		return fmt.Sprintf("%.2f (%.2f to %.2f) / %.2f", elapsed.median, elapsed.least, elapsed.greatest, used.median)
	})
}

// secondsRows have milliseconds for one picture, wall and processor. Those of a side that computed on one core are marked.
func secondsRows(r *results) [][]string {
	return cellsOf(r.tabled(), func(one *record, s side) string {
		elapsed, ok := one.seconds(s.name, wall)
		if !ok {
			return ""
		}
		used, _ := one.seconds(s.name, processor)
		mark := ""
		if one.oneCore(s.name) {
			mark = " ¹"
		}
		return fmt.Sprintf("%.1f / %.1f%s", 1000*elapsed.median, 1000*used.median, mark)
	})
}

// memoryRows have the peak memory of a process that takes steps, its multiple of the reference's, and the memory that the process has before.
func memoryRows(r *results) [][]string {
	before := &record{work: work{load: load{Arch: "(none yet)"}}, PeakRSS: r.Loaded}
	return cellsOf(append([]*record{before}, stepsOf(r)...), func(one *record, s side) string {
		peak, base := one.PeakRSS[s.name], one.PeakRSS[reference]
		switch {
		case peak == 0 || !slices.Contains(s.kinds, step):
			return ""
		case s.name == reference || base == 0 || one == before:
			return fmt.Sprintf("%.2f GB", float64(peak)/1e9)
		}
		return fmt.Sprintf("%.2f GB (%.2f)", float64(peak)/1e9, float64(peak)/float64(base))
	})
}

// stepsOf returns the records of training steps.
func stepsOf(r *results) []*record {
	return slices.DeleteFunc(r.tabled(), func(one *record) bool { return one.Kind != step })
}

// firstRows have the seconds of the first call in a new process: with compiling and, where compiled programs are kept, without.
func firstRows(r *results) [][]string {
	return cellsOf(r.tabled(), func(one *record, s side) string {
		cold, compiled := one.Cold[s.name]
		warm, ok := one.Warm[s.name]
		switch {
		case compiled && ok:
			return fmt.Sprintf("%.1f, then %.1f", cold.Wall, warm.Wall)
		case compiled:
			return fmt.Sprintf("%.1f", cold.Wall)
		case ok:
			return fmt.Sprintf("%.1f", warm.Wall)
		}
		return ""
	})
}

// layerTables returns a table for each network whose layers are measured.
func layerTables() (all []block) {
	for _, arch := range layered {
		all = append(all, block{"layers of " + arch, table(func(r *results) [][]string {
			at := slices.IndexFunc(r.Layers, func(l *layers) bool { return l.Arch == arch })
			if at < 0 {
				return nil
			}
			return r.Layers[at].rows()
		})})
	}
	return all
}

// rows have the time of each layer, and its rate as a share of the peak.
func (l *layers) rows() [][]string {
	rows := [][]string{{"layer", "ms a picture", "share of the sum", "multiply-adds a second", "share of the peak"}}
	var sum float64
	for _, one := range l.Layers {
		sum += one.Seconds
	}
	for _, one := range l.Layers {
		row := []string{one.Name, fmt.Sprintf("%.2f", 1000*one.Seconds), fmt.Sprintf("%.0f %%", 100*one.Seconds/sum), "", ""}
		if one.MACs > 0 {
			rate := float64(one.MACs) / one.Seconds
			row[3], row[4] = fmt.Sprintf("%.1f G", rate/1e9), fmt.Sprintf("%.0f %%", 100*rate/l.Peak)
		}
		rows = append(rows, row)
	}
	return append(rows, []string{"matrix product, 2048 rows", "", "", fmt.Sprintf("%.1f G", l.Peak/1e9), "100 %"})
}
