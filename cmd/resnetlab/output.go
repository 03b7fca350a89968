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

// printJSON prints one indented JSON object.
func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printWithSchema prints a result of the library as a JSON object, with "schema": 1 added.
func printWithSchema(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	fields["schema"] = json.RawMessage("1")
	return printJSON(fields)
}

// printPath prints the path of a result. It is not escaped, because a script that reads it needs the same bytes.
func printPath(path string) error {
	_, err := fmt.Println(path)
	return err
}

// printTable prints an aligned table with its caption.
func printTable(t notebook.Tabler) error {
	_, err := fmt.Print(notebook.Format(t))
	return err
}

// openBackend opens the backend that --backend names, and logs which it is and why.
func (c *commands) openBackend(o backend.Options) (compute.Backend, backend.Choice, error) {
	o.Log = func(line string) { c.logf("%s", line) }
	b, choice, err := backend.OpenWith(c.Backend, o)
	switch {
	case errors.Is(err, backend.ErrUnavailable):
		return nil, backend.Choice{}, err
	case err != nil: // a name or an option that no backend has
		return nil, backend.Choice{}, usage(err)
	}
	c.logf("%s", choice)
	return b, choice, nil
}

// writeTo calls write with a file that appears only when it is complete, or with stdout if the path is empty.
func writeTo(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(os.Stdout)
	}
	return atomicfile.Write(path, write)
}

// checkOutput returns an error if the file cannot be written: its folder is missing, or, without overwrite, a file with content exists. Commands call
// it before their work, so that no work is lost. An empty path stands for stdout.
func checkOutput(path string, overwrite bool) error {
	if path == "" {
		return nil
	}
	return usage(atomicfile.Check(path, overwrite))
}

// differentFiles returns an error if out is the file in.
func differentFiles(in, out string) error {
	from, errIn := os.Stat(in)
	to, errOut := os.Stat(out)
	if errIn == nil && errOut == nil && os.SameFile(from, to) {
		return usage(fmt.Errorf("writing %s: this is the file that is read: choose another name for the output", out))
	}
	return nil
}

// drawing is the path of a picture that a command draws.
type drawing string

// Validate returns an error if the picture cannot be written. kong calls it before the command begins its work.
func (d drawing) Validate() error {
	if d == "" {
		return nil
	}
	if err := plots.CheckName(string(d)); err != nil {
		return err
	}
	return checkOutput(string(d), true)
}
