package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// work is 1200 steps of a tenth of a second: two minutes.
func work(b *Bar) {
	for i := 1; i <= 1200; i++ {
		time.Sleep(100 * time.Millisecond)
		b.Update(i, fmt.Sprintf("loss %.3f", 1/float64(i)))
	}
	b.Done("saved")
}

// Done is for work that is done, however little of it was told; Stop for work that may have failed.
func TestDoneAndStopEndABar(t *testing.T) {
	for want, end := range map[string]func(*Bar){"4/4 (100%)": func(b *Bar) { b.Done("") }, "1/4 (25%)": (*Bar).Stop} {
		r := record(t, false, false)
		b := NewBar("train", 4)
		b.Update(1, "")
		end(b)
		if said := r.stderr.String(); !strings.Contains(said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:], want) {
			t.Errorf("it ends with\n%s\nwant %s", said, want)
		}
	}
}

func TestBarInPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t, false, false)
		work(NewBar("train", 1200))
		lines := strings.Split(strings.TrimRight(r.stderr.String(), "\n"), "\n")
		if len(lines) != 8 { // at 0, 10 ... 50, 110 s, and the end
			t.Fatalf("%d lines:\n%s", len(lines), r.stderr.String())
		}
		for i, want := range map[int]string{
			0: "train: 0/1200 (0%), 0.0s",
			1: "train: 100/1200 (8%), 10s, about 1m50s left, loss 0.010",
			7: "train: 1200/1200 (100%), 2m00s, saved",
		} {
			if lines[i] != want {
				t.Errorf("line %d: %q, want %q", i, lines[i], want)
			}
		}
		if strings.ContainsAny(r.stderr.String(), "\r\x1b") {
			t.Error("control characters in a log")
		}
	})
}

func TestBarInACell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t, true, false)
		work(NewBar("train <1>", 1200))
		if len(r.updates) != 1 || r.stderr.Len()+r.stdout.Len() > 0 || len(r.html) > 0 {
			t.Fatalf("%d elements, stderr %q", len(r.updates), r.stderr.String())
		}
		for _, updates := range r.updates {
			if n := len(updates); n < 100 || n > 400 {
				t.Errorf("%d updates for two minutes", n)
			}
			last := updates[len(updates)-1]
			if !strings.Contains(last, `value="1200" max="1200"`) || !strings.Contains(last, "train &lt;1&gt;: 1200/1200") {
				t.Errorf("last update %q", last)
			}
		}
	})
}

func TestBarOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t, false, true)
		b := NewBar("训练一个有很长很长标题的网络模型 of 34 layers", 1200)
		work(b)
		b.Update(5, "late")
		b.Done("twice")
		shown := visible(r.stderr.String())
		if want := "训练一个有很长很长标题的网络模型 of 34 layers: 1200/1200 (100%), 2m00s, saved"; len(shown) != 1 || shown[0] != want {
			t.Errorf("what stays on the screen: %q, want %q", shown, want)
		}
		for _, drawn := range strings.FieldsFunc(r.stderr.String(), func(c rune) bool { return c == '\r' || c == '\n' }) {
			if !strings.Contains(drawn, "saved") && len([]rune(drawn)) > 100 {
				t.Errorf("a line of a bar wraps at 100 columns: %q", drawn)
			}
		}
		if strings.Contains(r.stderr.String(), "\x1b") {
			t.Error("escape codes, which NO_COLOR forbids and dumb terminals show")
		}
	})
}

// visible plays carriage returns and gives the lines that are left.
func visible(output string) (lines []string) {
	for line := range strings.SplitSeq(strings.TrimRight(output, "\n"), "\n") {
		var screen []rune
		at := 0
		for _, c := range line {
			switch {
			case c == '\r':
				at = 0
				continue
			case at < len(screen):
				screen[at] = c
			default:
				screen = append(screen, c)
			}
			at++
		}
		lines = append(lines, strings.TrimRight(string(screen), " "))
	}
	return lines
}

func TestBarEndsWhenInterrupted(t *testing.T) {
	for name, screen := range map[string]struct{ cell, terminal bool }{"lines": {}, "cell": {cell: true}, "terminal": {terminal: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := record(t, screen.cell, screen.terminal)
				b := NewBar("train", 100)
				time.Sleep(time.Minute)
				b.Update(37, "loss 0.5")
				interrupt()
				if !errors.Is(context.Cause(root), ErrInterrupted) {
					t.Error("the work was not told to stop")
				}
				b.Update(38, "")
				b.Done("done")

				last := ""
				if screen.cell {
					for _, updates := range r.updates {
						last = updates[len(updates)-1]
					}
				} else {
					shown := visible(r.stderr.String())
					last = shown[len(shown)-1]
				}
				if !strings.Contains(last, "train: 37/100 (37%), 1m00s, interrupted, loss 0.5") {
					t.Errorf("last shown: %q", last)
				}
				if !screen.cell && !bytes.HasSuffix(r.stderr.Bytes(), []byte("\n")) {
					t.Error("the prompt would stand in the bar's line")
				}
			})
		})
	}
}

func TestQuietBar(t *testing.T) {
	r := record(t, false, true)
	Quiet = true
	b := NewBar("train", 3)
	b.Update(1, "")
	b.Done("done")
	if r.stderr.Len() > 0 {
		t.Errorf("%q", r.stderr.String())
	}
}

func TestBarOfUnknownLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, terminal := range []bool{false, true} {
			r := record(t, false, terminal)
			b := NewBar("reading", 0)
			for i := range 50 {
				time.Sleep(time.Second)
				b.Update(i, "")
			}
			b.Done("50 files")
			shown := visible(r.stderr.String())
			if last := shown[len(shown)-1]; last != "reading: 49, 50s, 50 files" {
				t.Errorf("%q", last)
			}
		}
	})
}

func TestBarFromManyGoroutines(t *testing.T) {
	r := record(t, false, false)
	b := NewBar("predict", 800)
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 100 {
				b.Update(100*w+i, "")
			}
		})
	}
	all.Wait()
	b.Done("")
	if n := strings.Count(r.stderr.String(), "\n"); n != 2 {
		t.Errorf("%d lines: %q", n, r.stderr.String())
	}
}
