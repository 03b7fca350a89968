package predict

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// Aside counts files that are not pictures, by their ending.
type Aside map[string]int

// String lists the endings in order: ": 2 .txt, 1 without"; it is empty for none.
func (a Aside) String() string {
	var parts []string
	for _, ending := range slices.Sorted(maps.Keys(a)) {
		parts = append(parts, fmt.Sprintf("%d %s", a[ending], cmp.Or(ending, "without")))
	}
	if parts == nil {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// Pictures are those of a folder.
type Pictures struct {
	Names []string // sorted, relative to the folder, with slashes
	Aside Aside    // the other files
}

// List lists the pictures of a folder, at any depth. A folder without one is an [ErrBadFolder]. List returns with the context even where the disk
// does not answer.
func List(ctx context.Context, dir string) (Pictures, error) {
	type answer struct {
		found Pictures
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		names, others, err := datasets.ListPictures(ctx, dir)
		answers <- answer{Pictures{names, others}, err}
	}()
	var a answer
	select {
	case <-ctx.Done():
	case a = <-answers:
	}
	switch {
	case ctx.Err() != nil:
		return Pictures{}, ctx.Err()
	case a.err != nil:
		return Pictures{}, mark(a.err, ErrBadFolder)
	case len(a.found.Names) == 0:
		err := fmt.Errorf("no pictures in %s%s; pictures end in %s", dir, a.found.Aside, strings.Join(transforms.Extensions, " "))
		return Pictures{}, mark(err, ErrBadFolder)
	}
	return a.found, nil
}

// or returns the pictures, or lists dir where there are none.
func (p Pictures) or(ctx context.Context, dir string) (Pictures, error) {
	if p.Names == nil {
		return List(ctx, dir)
	}
	return p, nil
}

// distinct checks that no two names are written alike, and returns the number of those that are not written as they are.
func distinct(names []string) (escaped int, err error) {
	first := map[string]string{} // a name by what is written for it
	for _, name := range names {
		if text := encoded(name); text != name {
			if other, ok := first[text]; ok {
				return 0, alike(other, name, text)
			}
			first[text] = name
		}
	}
	for _, name := range names {
		if other, ok := first[name]; ok {
			return 0, alike(other, name, name)
		}
	}
	return len(first), nil
}

func alike(a, b, text string) error {
	return fmt.Errorf("the file names %q and %q would both be written as %s: rename one", a, b, text)
}

// encoded returns a name as UTF-8: a byte that is not, as of an old archive in Latin-1, becomes \xe9, so that two names stay two.
func encoded(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return escape(name, func(rune) bool { return false })
}

// Printable returns a text as a terminal can show it harmlessly: control characters, line ends, marks that turn the direction of writing and
// bytes that are not UTF-8 become escapes as in a Go string.
func Printable(text string) string {
	unsafe := func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unsafe) {
		return text
	}
	return escape(text, unsafe)
}

// escape writes bytes that are not UTF-8, and characters that are unsafe, as escapes.
func escape(text string, unsafe func(rune) bool) string {
	var b strings.Builder
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case unsafe(r):
			quoted := fmt.Sprintf("%+q", text[:n])
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	return b.String()
}
