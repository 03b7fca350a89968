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

// Others counts the files of a folder that are not pictures, by extension in lower case.
type Others map[string]int

// String lists the extensions in order, for the end of a message: ": 1 without, 2 .txt"; "" for none.
func (o Others) String() string {
	var parts []string
	for _, extension := range slices.Sorted(maps.Keys(o)) {
		parts = append(parts, fmt.Sprintf("%d %s", o[extension], cmp.Or(extension, "without")))
	}
	if parts == nil {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// Pictures lists the pictures of a folder.
type Pictures struct {
	Names  []string // sorted, relative to the folder, with slashes
	Others Others   // the files that are not pictures
}

// List lists the pictures of a folder, at any depth. A folder without pictures is an [ErrBadFolder]. List returns soon after the end of the context
// even where the disk hangs.
func List(ctx context.Context, dir string) (Pictures, error) {
	names, others, err := datasets.ListPictures(ctx, dir)
	ignored := Others(others)
	switch {
	case ctx.Err() != nil:
		return Pictures{}, ctx.Err()
	case err != nil:
		return Pictures{}, mark.As(ErrBadFolder, err)
	case len(names) == 0:
		err := fmt.Errorf("no pictures in %s%s; pictures end in %s", dir, ignored, strings.Join(transforms.Extensions, " "))
		return Pictures{}, mark.As(ErrBadFolder, err)
	}
	return Pictures{names, ignored}, nil
}

// or returns the pictures, or lists dir where there are none.
func (p Pictures) or(ctx context.Context, dir string) (Pictures, error) {
	if p.Names == nil {
		return List(ctx, dir)
	}
	return p, nil
}

// distinct checks that no two names are written as the same text, and returns the number of names that are written with escapes.
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
