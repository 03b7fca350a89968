package main

import "resnetlab/resnetlib/notebook"

// lateBar is a bar that begins with the first word of progress, which says how much there is to do.
type lateBar struct {
	title string
	bar   *notebook.Bar
}

func (l *lateBar) update(done, total int, message string) {
	if l.bar == nil {
		l.bar = notebook.NewBar(l.title, total)
	}
	l.bar.Update(done, message)
}

// count is update without a message, as the library calls it.
func (l *lateBar) count(done, total int) { l.update(done, total, "") }

// end ends the bar, if it has begun.
func (l *lateBar) end() {
	if l.bar != nil {
		l.bar.Stop()
		l.bar = nil
	}
}
