package notebook

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Bar shows how far a piece of work has come: in a cell one HTML element that is replaced in place, on a terminal one
// line that is drawn over, and elsewhere (a log file, a batch job) a plain line now and then. With [Quiet] it shows
// nothing. All methods may be called at once by several goroutines, and as often as one likes.
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

// NewBar starts a bar for total steps of work. Total 0 stands for an unknown number.
func NewBar(title string, total int) *Bar {
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

// Update says that done steps of the total are done, with a message such as the loss. It draws only as often as an eye
// or a log can use. After the bar's end it does nothing.
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

// Done ends the bar full, with a last message or none.
func (b *Bar) Done(message string) {
	b.end(func(s *state) { s.done, s.message = max(s.done, s.total), message })
}

// Stop ends the bar where it stands. To end a bar that has ended, also by Done or an interrupt, does nothing, so that it can be deferred.
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
