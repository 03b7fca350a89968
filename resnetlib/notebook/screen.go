// Package notebook is what a cell says to its reader: results, tables, progress, errors and the answers to exercises. In
// a GoNB cell it shows pictures and HTML; the same calls in a program write plain text, results to stdout, progress and
// errors to stderr. The command line uses it too, so that there is one progress bar and one way of writing an error.
//
// A cell is a process of its own: [Dir], [Keep] and [Recall] hold what one cell leaves for the next.
//
// Words follow plots.Speak (RESNETLAB_LANG). Colours are used on a terminal only, and not with NO_COLOR set.
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

// Quiet, when true, leaves out progress. Results and errors are shown all the same.
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

var here = detect()

func detect() *screen {
	s := &screen{
		cell:       gonbui.IsNotebook,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
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

// flush waits until GoNB has received what was shown. Without it the last thing that a cell shows is lost now and then: the process ends
// before GoNB has read its pipe (seen in about one cell of thirty on a loaded machine).
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
