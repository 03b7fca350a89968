package predict

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/internal/printable"
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

// List lists the pictures of a folder, at any depth. A folder without one is an [ErrBadFolder]. List returns soon after the end of the context even
// where the disk does not answer.
func List(ctx context.Context, dir string) (Pictures, error) {
	names, others, err := datasets.ListPictures(ctx, dir)
	aside := Aside(others)
	switch {
	case ctx.Err() != nil:
		return Pictures{}, ctx.Err()
	case err != nil:
		return Pictures{}, mark.As(ErrBadFolder, err)
	case len(names) == 0:
		err := fmt.Errorf("no pictures in %s%s; pictures end in %s", dir, aside, strings.Join(transforms.Extensions, " "))
		return Pictures{}, mark.As(ErrBadFolder, err)
	}
	return Pictures{names, aside}, nil
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
		if text := printable.UTF8(name); text != name {
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
