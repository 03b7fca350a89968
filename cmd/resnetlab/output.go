package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gomlx/compute"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
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
	b, choice, err := backend.OpenWith(c.Backend, backend.Options{Threads: threads, Log: func(line string) { c.logf("%s", line) }})
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
	return usage(atomicfile.Check(path, overwrite))
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
