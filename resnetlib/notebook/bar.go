package notebook

import (
	"maps"
	"slices"
	"sync"
	"time"

	"resnetlab/internal/printable"
)

// Bar shows the progress of work: in a cell as one HTML element that is replaced in place, on a terminal as one line that is redrawn, and
// elsewhere (a log file, a batch job) as a plain line every 10 to 60 seconds. With [Quiet] it shows nothing. Several goroutines may call its
// methods at once, and at any rate: it draws only as often as a reader can follow.
type Bar struct {
	mu     sync.Mutex
	state  state
	drawer drawer
	start  time.Time
	drawn  time.Time // when it was last drawn; zero for not yet
}

// live is the set of bars that have not ended.
type live struct {
	mu   sync.Mutex
	bars map[*Bar]bool
}

var bars = live{bars: map[*Bar]bool{}}

func (l *live) add(b *Bar) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bars[b] = true
}

func (l *live) remove(b *Bar) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.bars, b)
}

// endAll ends every bar as interrupted.
func (l *live) endAll() {
	l.mu.Lock()
	all := slices.Collect(maps.Keys(l.bars))
	l.mu.Unlock() // end takes it again
	for _, b := range all {
		b.end(func(s *state) { s.interrupted = true })
	}
}

// state is what a bar shows.
type state struct {
	title, message string
	done, total    int // total 0: unknown
	elapsed        time.Duration
	ended          bool // no more will come
	interrupted    bool // ... because the program is being stopped
}

// drawer is one of the ways of showing a bar.
type drawer interface {
	// wait is how long after the last drawing the next one may come.
	wait(elapsed time.Duration) time.Duration
	draw(s state)
}

// NewBar shows a new bar for total steps of work. Total 0 stands for an unknown number. Every bar must end, by [Bar.Done] or [Bar.Stop].
func NewBar(title string, total int) *Bar {
	title = printable.Name(title)
	b := &Bar{state: state{title: title, total: max(total, 0)}, drawer: newDrawer(title, max(total, 0)), start: time.Now()}
	bars.add(b)
	b.Update(0, "")
	return b
}

func newDrawer(title string, total int) drawer {
	switch {
	case Quiet:
		return silence{}
	case here.cell:
		return newCellBar()
	case here.terminal:
		return newTerminalBar(title, total)
	}
	return plainLines{}
}

// Update sets the number of steps that are done, and a message such as the loss. After the bar's end it does nothing.
func (b *Bar) Update(done int, message string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state.ended {
		return
	}
	b.state.done, b.state.message, b.state.elapsed = done, message, time.Since(b.start)
	if now := time.Now(); b.drawn.IsZero() || now.Sub(b.drawn) >= b.drawer.wait(b.state.elapsed) {
		b.drawn = now
		b.drawer.draw(b.state)
	}
}

// Done ends the bar with all steps done, and a last message, which may be empty.
func (b *Bar) Done(message string) {
	b.end(func(s *state) { s.done, s.message = max(s.done, s.total), message })
}

// Stop ends the bar at the steps that are done. It does nothing on a bar that has ended, by Done or an interrupt, so that it can be deferred.
func (b *Bar) Stop() { b.end(func(*state) {}) }

// end draws the bar for the last time, after a last change.
func (b *Bar) end(last func(*state)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state.ended {
		return
	}
	bars.remove(b)
	last(&b.state)
	b.state.elapsed, b.state.ended = time.Since(b.start), true
	b.drawer.draw(b.state)
}
