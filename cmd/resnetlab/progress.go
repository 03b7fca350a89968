package main

import "resnetlab/resnetlib/notebook"

// lateBar is a progress bar that begins at the first report of progress, which says how much work there is.
type lateBar struct {
	title string
	bar   *notebook.Bar
}

// update shows the work that is done, and a message.
func (l *lateBar) update(done, total int, message string) {
	if l.bar == nil {
		l.bar = notebook.NewBar(l.title, total)
	}
	l.bar.Update(done, message)
}

// count shows the number of pictures that are done.
func (l *lateBar) count(done, total int) { l.update(done, total, "") }

// bytes shows the megabytes that are downloaded, rounded up.
func (l *lateBar) bytes(done, total int64) {
	const megabyte = 1_000_000
	l.count(int((done+megabyte-1)/megabyte), int((total+megabyte-1)/megabyte))
}

// end ends the bar, if it has begun.
func (l *lateBar) end() {
	if l.bar != nil {
		l.bar.Stop()
		l.bar = nil
	}
}
