package audit

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// reason is why a file is on the contact sheet.
type reason struct{ file, why string }

// reasons returns what was found in the order of how much it matters: broken files, duplicates across parts or classes, other duplicates, the rest.
func (r *Report) reasons() (all []reason) {
	for _, f := range r.Findings {
		if f.Broken() {
			all = append(all, reason{f.File, string(f.Kind)})
		}
	}
	kinds := []struct {
		name string
		list []DuplicateGroup
	}{{"same bytes as", r.Duplicates}, {"looks like", r.Near}}
	for _, grave := range []bool{true, false} {
		for _, kind := range kinds {
			for _, g := range kind.list {
				if grave == (g.Across() || len(g.Classes) > 1) {
					all = append(all, g.reasons(kind.name)...)
				}
			}
		}
	}
	for _, f := range r.Findings {
		if !f.Broken() {
			all = append(all, reason{f.File, fmt.Sprintf("%s: %s", f.Kind, f.Detail)})
		}
	}
	return all
}

func (g DuplicateGroup) reasons(how string) (all []reason) {
	for i, file := range g.Files {
		other := g.Files[(i+1)%len(g.Files)]
		all = append(all, reason{file, how + " " + other})
	}
	return all
}

// tileSide is the largest width and height of a tile, in pixels.
const tileSide = 200

// Tiles returns at most limit pictures for a contact sheet, the worst findings first. dir is the folder that was checked. A title
// has the name of a file and what was found. A picture that cannot be read is nil; the others are at most 200 pixels wide and high.
func (r *Report) Tiles(dir string, limit int) (images []*transforms.RGB, titles []string) {
	var files []string
	lines := map[string][]string{}
	for _, found := range r.reasons() {
		if lines[found.file] == nil {
			if len(files) == limit {
				continue
			}
			files = append(files, found.file)
			lines[found.file] = []string{tail(found.file)}
		}
		lines[found.file] = append(lines[found.file], wrap(found.why)...)
	}
	for _, file := range files {
		images = append(images, thumbnail(filepath.Join(dir, filepath.FromSlash(file))))
		titles = append(titles, strings.Join(lines[file], "\n"))
	}
	return images, titles
}

func thumbnail(file string) (small *transforms.RGB) {
	defer func() { // a decoder may panic, and that may be why the file is on the sheet
		if recover() != nil {
			small = nil
		}
	}()
	p, err := transforms.DecodeFile(file)
	if err != nil {
		return nil
	}
	longer := max(p.Width, p.Height)
	if longer <= tileSide {
		return p
	}
	return transforms.ResizeTo(p, max(1, p.Height*tileSide/longer), max(1, p.Width*tileSide/longer), transforms.Bilinear)
}

// lineLength is what fits over a tile.
const lineLength = 22

// tail is the end of a path, in which names differ.
func tail(file string) string {
	runes := []rune(path.Clean(file))
	if len(runes) <= lineLength {
		return string(runes)
	}
	return "…" + string(runes[len(runes)-lineLength+1:])
}

// wrap breaks a reason into lines; a path that is too long keeps its end.
func wrap(text string) (lines []string) {
	for word := range strings.FieldsSeq(text) {
		word = tail(word)
		if last := len(lines) - 1; last >= 0 && len([]rune(lines[last]))+1+len([]rune(word)) <= lineLength {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return slices.Clip(lines)
}
