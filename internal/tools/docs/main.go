// Command docs writes the programs' error messages into docs/troubleshooting.md ("make docs"), and looks a message up there:
//
//	make why M='error: reading weights from net.pth: ...'
//
// Causes and cures are written by hand. Markers in the page assign the messages to them by source file: <!-- messages: FILES -->.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
)

// place is the page's path below the module's root.
const place = "docs/troubleshooting.md"

func main() {
	if err := run(".", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(root string, args []string) error {
	page, err := os.ReadFile(filepath.Join(root, place))
	if err != nil {
		return err
	}
	if said := strings.Join(args, " "); said != "" {
		return why(string(page), said)
	}
	all, err := messages(root)
	if err != nil {
		return err
	}
	filled, err := fill(string(page), all)
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(root, place), []byte(filled))
}

// shown is the greatest number of places that why prints.
const shown = 2

// why prints the causes and cures of a message.
func why(page, said string) error {
	found, err := find(page, said)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%s has nothing like that: try a part of the message", place)
	}
	for _, m := range found[:min(len(found), shown)] {
		fmt.Printf("%s\n  [%s]\n\n%s\n\n", m.entry.heading, m.text, strings.TrimSpace(m.entry.prose))
	}
	return nil
}
