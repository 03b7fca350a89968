// Package notebook shows results, tables, progress, errors and the answers to exercises to the reader of a notebook. In a GoNB cell it shows
// pictures and HTML. In a program the same calls write plain text: results to stdout, progress and errors to stderr. The command line uses it
// too, so that there is one progress bar and one form of error message.
//
//   - Results: [Show], [Table], [Slider]; [FormatTable] and [Format] return text.
//   - Progress: [NewBar]; [Context] ends with Ctrl-C or the stop button.
//   - Errors: [ShowError].
//   - Exercises: [Check], [CheckEqual], [CheckClose], [CheckAllClose].
//   - From one cell to the next, since each cell is a process of its own: [Dir], [Keep], [Recall], [Reset].
//
// Text that is shown may come from outside: names of files and classes, keys of weight files. Characters that cannot be seen, such as ESC, are
// written as escape sequences, and long names in tables and errors are cut (package printable).
//
// The package's own words are in the language of plots.Speak (RESNETLAB_LANG). Colours are used on a terminal only, and not where NO_COLOR is
// set.
package notebook

import (
	"html"
	"io"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"resnetlab/resnetlib/plots"
)

// Quiet leaves out progress where it is true. Results and errors are still shown.
var Quiet bool

// screen is where output goes.
type screen struct {
	cell           bool // in a GoNB cell: HTML and pictures can be shown
	terminal       bool // stderr is one: a line can be drawn over
	stdout, stderr io.Writer
	colour         struct{ stdout, stderr bool }
	columns        func() int // of the terminal

	showHTML   func(html string)
	updateHTML func(id, html string)
	showPNG    func(png []byte)
	flush      func() // waits until what was shown has arrived
}

// current writes to the file that os.Stdout or os.Stderr is at that time: tests and embedding programs replace them.
type current struct{ file **os.File }

// Write implements [io.Writer].
func (c current) Write(p []byte) (int, error) { return (*c.file).Write(p) }

var here = detect()

func detect() *screen {
	s := &screen{
		cell:       gonbui.IsNotebook,
		stdout:     current{&os.Stdout},
		stderr:     current{&os.Stderr},
		columns:    terminalColumns,
		showHTML:   func(html string) { gonbui.DisplayHTML(html); flush() },
		updateHTML: gonbui.UpdateHTML,
		showPNG:    func(png []byte) { gonbui.DisplayPng(png); flush() },
		flush:      flush,
	}
	s.terminal = !s.cell && isatty.IsTerminal(os.Stderr.Fd()) && os.Getenv("TERM") != "dumb"
	colourful := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	s.colour.stdout = colourful && !s.cell && isatty.IsTerminal(os.Stdout.Fd())
	s.colour.stderr = colourful && s.terminal
	return s
}

// flush waits until GoNB has received what was shown. Without it the last output of a cell is sometimes lost: the process ends before GoNB has
// read its pipe (seen in about one cell of thirty on a loaded machine).
func flush() {
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second): // a front end that does not answer must not hold a cell up
	}
}

func terminalColumns() int {
	if columns, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && columns > 0 {
		return columns
	}
	return 80
}

// The colours of a terminal, by their ANSI numbers.
const (
	red   = "31"
	green = "32"
	amber = "33"
)

func paint(colourful bool, colour, text string) string {
	if !colourful {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func escape(s string) string { return html.EscapeString(s) }

func pick(english, chinese string) string { return plots.Pick(english, chinese) }
