package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// link matches [words](target), and ![words](target) of a picture.
var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// TestLinks tests that every relative link in the documents leads to a file and, if it names one, to a heading.
func TestLinks(t *testing.T) {
	count := 0
	for _, glob := range []string{"README*.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", glob, paths, err)
		}
		for _, path := range paths {
			for _, target := range links(t, path) {
				count++
				checkLink(t, path, target)
			}
		}
	}
	if count < 20 {
		t.Errorf("%d links were found, there must be more", count)
	}
}

func links(t *testing.T, path string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(prose(t, path), -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// prose returns a document without its code blocks.
func prose(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^```.*?^```|^    .*?$").ReplaceAllString(string(content), "")
}

func checkLink(t *testing.T, from, target string) {
	file, heading, _ := strings.Cut(target, "#")
	to := filepath.Join(filepath.Dir(from), filepath.FromSlash(file))
	if file == "" {
		to = from
	}
	if _, err := os.Stat(to); err != nil {
		t.Errorf("%s links to %s: %v", from, target, err)
		return
	}
	if heading != "" && !anchors(t, to)[heading] {
		t.Errorf("%s links to %s: no such heading", from, target)
	}
}

// anchors returns the anchors of a document's headings, as Markdown viewers form them: lower case, - for a space, no other signs.
func anchors(t *testing.T, path string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.SplitSeq(prose(t, path), "\n") {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		all[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimLeft(line, "# "))] = true
	}
	return all
}
