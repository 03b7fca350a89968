package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resnetlab/datasets/audit"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
)

type dataCheck struct {
	Dir      string  `arg:"" help:"Image folder, or one with train/, val/ and test/."`
	Distance int     `help:"Near duplicates differ in at most so many of the 64 bits of a difference hash; -1: look for none." default:"${nearDuplicates}"`
	Workers  int     `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Sheet    drawing `help:"Draw what was found as a contact sheet (.png), the gravest first." placeholder:"OUT.png"`
	MaxTiles int     `help:"Pictures on the sheet at most." default:"60"`
	JSON     bool    `name:"json" help:"As JSON."`
}

// Help is shown by --help.
func (d *dataCheck) Help() string {
	return "Finds unreadable and truncated files, names that end as for another format, pictures that are tiny (shorter side below 32), grey, " +
		"CMYK, of 16 bits, with a palette or alpha, turned by EXIF; the same picture twice, within and across train and val; and counts classes. " +
		"Changes nothing. Exit status: 0 every picture can be read, odd or not; 4 some cannot; 3 none can."
}

func (d *dataCheck) Run(ctx context.Context) error {
	if d.Distance > 16 || d.MaxTiles < 1 {
		return usage(fmt.Errorf("--distance %d, --max-tiles %d: at most 16, and at least 1", d.Distance, d.MaxTiles))
	}
	bar := lateBar{title: "looking at pictures"}
	r, err := audit.Run(ctx, d.Dir, audit.Options{Workers: d.Workers, Distance: d.Distance, Progress: bar.count})
	bar.end()
	if err != nil && ctx.Err() == nil {
		return badInput(err)
	}
	if err != nil {
		return err
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
		fmt.Printf("%s: %s: %s\n", f.File, f.Kind, f.Detail)
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
		_, err = fmt.Printf("left aside, by their endings%s\n", predict.Aside(r.Others))
	}
	return err
}

// remark says which parts and classes duplicates lie in, where that is more than one.
func remark(g audit.DuplicateGroup) (text string) {
	if g.Across() {
		text += " in " + some(g.Parts, " and ")
	}
	if len(g.Classes) > 1 {
		text += " as " + some(g.Classes, " and ")
	}
	return text
}

// some joins the first of names: a group may have thousands, and --json has them all.
func some(names []string, separator string) string {
	const most = 10
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], separator), more)
	}
	return strings.Join(names, separator)
}

// balance is a table of how many pictures each class has in each part.
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
