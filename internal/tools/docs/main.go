// Command docs writes into docs/troubleshooting.md what the programs' errors say ("make docs"), and finds there what somebody has met:
//
//	make why M='error: reading weights from net.pth: ...'
//
// Causes and cures are written by hand; which message belongs to which of them, the page's markers say: <!-- messages: FILES -->.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
)

// place is the page, below the module's root.
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

// shown is the number of places that are worth reading.
const shown = 2

// why prints cause and cure.
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
