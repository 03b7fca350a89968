package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// printJSON writes one indented JSON object to stdout.
func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printTable writes an aligned table to stdout, with its caption.
func printTable(t notebook.Tabler) error {
	_, err := fmt.Print(notebook.Format(t))
	return err
}

// openBackend opens the backend that --backend names and says on stderr which it is and why.
func (c *commands) openBackend(threads int) (compute.Backend, backend.Choice, error) {
	b, choice, err := backend.OpenWith(c.Backend, backend.Options{Threads: threads})
	if errors.Is(err, backend.ErrUnavailable) {
		return nil, choice, badInput(err)
	}
	if err != nil {
		return nil, choice, usage(err)
	}
	c.logf("%s", choice)
	return b, choice, nil
}

// to writes to a file that appears when it is whole, or to stdout where the path is empty.
func to(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(os.Stdout)
	}
	return atomicfile.Write(path, write)
}

// spare says before the work what would keep a file from being written after it: no folder for it, or a file that is there and holds something,
// unless it is to be replaced. "" is stdout.
func spare(path string, overwrite bool) error {
	if path == "" {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return usage(fmt.Errorf("%s cannot be written: %w", path, err))
	}
	info, err := os.Stat(path)
	switch {
	case !folder.IsDir():
		return usage(fmt.Errorf("%s cannot be written: %s is not a folder", path, filepath.Dir(path)))
	case err != nil:
		return nil
	case info.IsDir():
		return usage(fmt.Errorf("%s is a folder, and a file is to be written", path))
	case !overwrite && info.Mode().IsRegular() && info.Size() > 0:
		return usage(fmt.Errorf("%s exists: --overwrite replaces it", path))
	}
	return nil
}

// notItself refuses to write a file over the one that it is made of.
func notItself(in, out string) error {
	from, errIn := os.Stat(in)
	to, errOut := os.Stat(out)
	if errIn == nil && errOut == nil && os.SameFile(from, to) {
		return usage(fmt.Errorf("%s is the file that is read: write to another", out))
	}
	return nil
}

// picturesIn lists the pictures of a folder to work on.
func (c *commands) picturesIn(ctx context.Context, dir string) ([]string, error) {
	names, others, err := datasets.ListPictures(ctx, dir)
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("no pictures in %s%s; pictures end in %s", dir, aside(others), strings.Join(transforms.Extensions, " "))
	}
	if err == nil && len(others) > 0 {
		c.logf("left aside, by their endings%s", aside(others))
	}
	return names, badInput(err)
}

// aside counts files that are no pictures by their endings.
func aside(others map[string]int) (text string) {
	for i, ending := range slices.Sorted(maps.Keys(others)) {
		text += fmt.Sprintf("%s %d %s", map[bool]string{true: ":", false: ","}[i == 0], others[ending], cmp.Or(ending, "without"))
	}
	return text
}

// drawing is the file of a flag that draws a picture. What would keep it from being written is said before the work begins, not after.
type drawing string

func (d drawing) Validate() error {
	if d == "" {
		return nil
	}
	if err := plots.CheckName(string(d)); err != nil {
		return err
	}
	return spare(string(d), true)
}
