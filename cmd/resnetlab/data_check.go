package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resnetlab/datasets/audit"
	"resnetlab/internal/printable"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
)

type dataCheck struct {
	Dir      string  `arg:"" help:"Image folder, or a folder with train/, val/ and test/."`
	Distance int     `help:"Report pictures as near duplicates if their difference hashes of 64 bits differ in at most this number of bits; -1: report none." default:"${nearDuplicates}"`
	Workers  int     `help:"Goroutines that read pictures; 0: one for each core." default:"0"`
	Sheet    drawing `help:"Draw a contact sheet (.png) of what was found, the most serious first." placeholder:"OUT.png"`
	MaxTiles int     `help:"Largest number of pictures on the contact sheet." default:"60"`
	JSON     bool    `name:"json" help:"Print JSON."`
}

// Help returns the longer text of `data check --help`.
func (d *dataCheck) Help() string {
	return "The command reports files that cannot be read or are truncated, file names with the extension of another format, pictures that are tiny (shorter side " +
		"below 32 pixels), grey, CMYK, of 16 bits, with a palette or transparency, or rotated by EXIF, and duplicates, also between train/ and val/. It counts the " +
		"pictures of each class. It changes no file. Exit status: 0 if all pictures can be read, 4 if some cannot, 3 if none can."
}

func (d *dataCheck) Run(ctx context.Context) error {
	if d.Distance > 16 {
		return usage(fmt.Errorf("--distance %d: it must be at most 16", d.Distance))
	}
	if err := atLeast("max-tiles", d.MaxTiles, 1); err != nil {
		return err
	}
	bar := lateBar{title: "checking pictures"}
	r, err := audit.Run(ctx, d.Dir, audit.Options{Workers: d.Workers, Distance: d.Distance, Progress: bar.count})
	bar.end()
	if err != nil {
		return badInput(err)
	}
	if err := d.print(r); err != nil {
		return err
	}
	if d.Sheet != "" {
		images, titles := r.Tiles(d.Dir, d.MaxTiles)
		if err := plots.Grid(images, titles, 0).Save(string(d.Sheet)); err != nil {
			return err
		}
	}
	return unread(r.Broken, r.Pictures)
}

// print prints the report as text or JSON. The text has each name on its line, escaped and cut where it must be.
func (d *dataCheck) print(r *audit.Report) error {
	if d.JSON {
		return printJSON(struct {
			Schema int    `json:"schema"`
			Dir    string `json:"dir"`
			*audit.Report
		}{1, d.Dir, r})
	}
	fmt.Print(notebook.FormatTable(balance(r.Parts)))
	for _, f := range r.Findings {
		fmt.Printf("%s: %s: %s\n", printable.Name(f.File), f.Kind, printable.Line(f.Detail))
	}
	for _, t := range r.Duplicates {
		fmt.Printf("same bytes%s: %s\n", remark(t), some(t.Files, ", "))
	}
	for _, t := range r.Near {
		fmt.Printf("near duplicates (%d bits apart)%s: %s\n", t.Distance, remark(t), some(t.Files, ", "))
	}
	_, err := fmt.Printf("%d pictures: %d broken, %d other findings, %d groups of duplicates, %d of near duplicates\n",
		r.Pictures, r.Broken, len(r.Findings)-r.Broken, len(r.Duplicates), len(r.Near))
	if len(r.Others) > 0 && err == nil {
		_, err = fmt.Printf("skipped, because their extensions are not those of pictures%s\n", printable.Line(predict.Others(r.Others).String()))
	}
	return err
}

// remark names the parts and the classes of duplicates, where there is more than one.
func remark(g audit.DuplicateGroup) (text string) {
	if g.Across() {
		text += " in " + some(g.Parts, " and ")
	}
	if len(g.Classes) > 1 {
		text += " as " + some(g.Classes, " and ")
	}
	return text
}

// some joins the first names of a list and counts the others: a group may have thousands, and --json has them all.
func some(names []string, separator string) string {
	const most = 10
	safe := make([]string, min(most, len(names)))
	for i := range safe {
		safe[i] = printable.Name(names[i])
	}
	text := strings.Join(safe, separator)
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// balance returns a table with the number of pictures of each class in each part.
func balance(parts map[string]map[string]int) (header []string, rows [][]string) {
	header = []string{"class"}
	names := slices.Sorted(maps.Keys(parts))
	var classes []string
	for _, part := range names {
		if part == "" {
			header = append(header, "pictures")
		} else {
			header = append(header, part)
		}
		classes = slices.AppendSeq(classes, maps.Keys(parts[part]))
	}
	slices.Sort(classes)
	for _, class := range slices.Compact(classes) {
		row := []string{class}
		for _, part := range names {
			row = append(row, fmt.Sprint(parts[part][class]))
		}
		rows = append(rows, row)
	}
	return header, rows
}
