package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"resnetlab/internal/atomicfile"
)

// Places below the module's root.
const (
	pagePlace    = "docs/performance.md"
	resultsPlace = "docs/performance.json"
	drawnPlace   = "docs/images"
)

// pageCommand writes the page's tables and pictures.
type pageCommand struct{}

// Run writes them from the results beside the page.
func (pageCommand) Run() error {
	r, err := readResults(resultsPlace)
	if err != nil {
		return err
	}
	page, err := os.ReadFile(pagePlace)
	if err != nil {
		return err
	}
	filled, err := fill(string(page), r)
	if err != nil {
		return fmt.Errorf("%s: %w", pagePlace, err)
	}
	if err := atomicfile.WriteBytes(pagePlace, []byte(filled)); err != nil {
		return err
	}
	return drawAll(r, filepath.FromSlash(drawnPlace))
}

// marker stands in the page before a block: <!-- bench: NAME -->.
var marker = regexp.MustCompile(`^<!-- bench: (.+) -->$`)

// fill replaces the page's blocks by those of the results. Each block must have one marker.
func fill(page string, r *results) (string, error) {
	left := map[string]block{}
	for _, b := range blocks {
		left[b.name] = b
	}
	lines := strings.Split(page, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		m := marker.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		b, ok := left[m[1]]
		if !ok {
			return "", fmt.Errorf("line %d: no block is called %q, or it stands above already", i+1, m[1])
		}
		delete(left, b.name)
		out = append(out, b.lines(r)...)
		for i+1 < len(lines) && (strings.HasPrefix(lines[i+1], "|") || isPicture(lines[i+1])) {
			i++
		}
	}
	if len(left) > 0 {
		return "", fmt.Errorf("these blocks have no marker: %s", strings.Join(slices.Sorted(maps.Keys(left)), ", "))
	}
	return strings.Join(out, "\n"), nil
}

// isPicture reports whether a line of a page shows a picture.
func isPicture(line string) bool { return strings.HasPrefix(line, "![") }
