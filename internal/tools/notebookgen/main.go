// Notebookgen generates the lessons: from one source per lesson, with the prose in English and Chinese and the code once, it makes a notebook
// in each language.
//
//	notebookgen build [-src notebooks/src] [-out notebooks]     write en/ and zh/
//	notebookgen class [-src notebooks/src] -out DIR             write a teacher's editions: lessons, solutions, clean, nbgrader
//	notebookgen imports [-src notebooks/src]                    the packages that the lessons' cells import
//	notebookgen handout [-from notebooks] [-to work]            give a learner new lessons, overwrite nothing of theirs
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notebookgen:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("no command: build, class, imports or handout")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	src := flags.String("src", "notebooks/src", "folder of the lessons' sources")
	out := flags.String("out", "notebooks", "build: folder that gets en/ and zh/; class: folder that gets the editions")
	from := flags.String("from", "notebooks", "handout: folder with en/ and zh/")
	to := flags.String("to", "work", "handout: the learner's folder")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "build":
		return build(*src, *out)
	case "class":
		return buildClass(*src, *out)
	case "imports":
		list, err := imports(*src)
		if err != nil {
			return err
		}
		fmt.Fprintln(stdout, strings.Join(list, "\n"))
		return nil
	case "handout":
		notes, err := handOut(*from, *to)
		for _, note := range notes {
			fmt.Fprintln(stdout, note)
		}
		return err
	}
	return fmt.Errorf("unknown command %q: build, class, imports or handout", args[0])
}
