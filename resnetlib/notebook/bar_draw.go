package notebook

import (
	"fmt"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/rivo/uniseg"
	"github.com/schollz/progressbar/v3"

	"resnetlab/internal/printable"
)

// silence draws nothing.
type silence struct{}

func (silence) wait(time.Duration) time.Duration { return time.Hour }
func (silence) draw(state)                       {}

// plainLines writes lines where nothing can be redrawn: every 10 s in the first minute, then every minute.
type plainLines struct{}

func (plainLines) wait(elapsed time.Duration) time.Duration {
	if elapsed < time.Minute {
		return 10 * time.Second
	}
	return time.Minute
}

func (plainLines) draw(s state) { fmt.Fprintln(here.stderr, s.line()) }

// line returns a bar in words: "training: 30/100 (30%), 12s, about 28s left, loss 0.512".
func (s state) line() string {
	parts := []string{s.count(), clock(s.elapsed)}
	if left, ok := s.left(); ok {
		parts = append(parts, fmt.Sprintf(pick("about %s left", "大约还剩 %s"), clock(left)))
	}
	if s.interrupted {
		parts = append(parts, pick("interrupted", "已中断"))
	}
	if s.message != "" {
		parts = append(parts, printable.Line(s.message))
	}
	return s.title + ": " + strings.Join(parts, ", ")
}

func (s state) count() string {
	if s.total == 0 {
		return fmt.Sprint(s.done)
	}
	return fmt.Sprintf("%d/%d (%d%%)", s.done, s.total, 100*s.done/s.total)
}

// left estimates the time that is left from the mean time of a step.
func (s state) left() (left time.Duration, ok bool) {
	if s.ended || s.done <= 0 || s.done >= s.total {
		return 0, false
	}
	return time.Duration(float64(s.elapsed) / float64(s.done) * float64(s.total-s.done)), true
}

// clock writes a duration without needless digits: 0.4s, 12s, 3m05s, 2h07m.
func clock(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// cellBar replaces one HTML element of the cell's output.
type cellBar struct{ id string }

func newCellBar() *cellBar { return &cellBar{id: "resnetlab_bar_" + gonbui.UniqueId()} }

// wait keeps a long training from sending the browser more than it can draw.
func (*cellBar) wait(elapsed time.Duration) time.Duration {
	if elapsed < time.Minute {
		return 200 * time.Millisecond
	}
	return time.Second
}

func (c *cellBar) draw(s state) {
	value := fmt.Sprintf(` value="%d" max="%d"`, s.done, max(s.total, 1))
	if s.total == 0 && !s.ended {
		value = "" // the browser then shows that something moves
	}
	if s.total == 0 && s.ended {
		value = ` value="1" max="1"`
	}
	here.updateHTML(c.id, fmt.Sprintf(`<div><progress%s style="width:16em;vertical-align:middle"></progress> %s</div>`, value, escape(s.line())))
	if s.ended {
		here.flush()
	}
}

// terminalBar redraws one line.
type terminalBar struct {
	bar  *progressbar.ProgressBar
	room int // for the message, so that the line does not wrap: a wrapped line cannot be redrawn
}

func newTerminalBar(title string, total int) *terminalBar {
	limit := total
	if limit == 0 {
		limit = -1 // progressbar's word for unknown: a spinner
	}
	title = cut(title, 24)
	const furniture = 50 // places that the percentage, the bar, the count and the times take
	return &terminalBar{room: here.columns() - uniseg.StringWidth(title) - furniture, bar: progressbar.NewOptions(limit,
		progressbar.OptionSetWriter(here.stderr), progressbar.OptionSetWidth(16), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription(title), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetSpinnerChangeInterval(0))} // turned by updates: turned by time, it would still turn after Done
}

func (*terminalBar) wait(time.Duration) time.Duration { return 100 * time.Millisecond }

func (t *terminalBar) draw(s state) {
	if s.ended { // the bar goes, and one line stays that says how it ended
		_ = t.bar.Clear()
		fmt.Fprintln(here.stderr, s.line())
		return
	}
	text := cut(s.title, 24)
	if s.message != "" && t.room >= 8 {
		text += " " + cut(printable.Line(s.message), t.room)
	}
	t.bar.Describe(text)
	_ = t.bar.Set(s.done) // fails past the total, where there is nothing left to draw
}

// cut shortens s to at most width places of a terminal.
func cut(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var out strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if used += g.Width(); used > width-3 {
			break
		}
		out.WriteString(g.Str())
	}
	return out.String() + "..."
}
