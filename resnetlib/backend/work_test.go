package backend

import (
	"strings"
	"testing"
)

// Multiply-adds of ResNet-18, ResNet-34 and ResNeXt-50 at 224 pixels, and of ResNet-18 at 48.
var macs = []int{1_814_073_344, 3_663_761_408, 4_230_479_872, 83_298_304}

func TestChoosingABackendByItsWork(t *testing.T) {
	for _, n := range macs {
		for _, c := range []struct {
			work    Work
			goFirst bool
		}{
			{Work{}, false},
			{Work{Pictures: 1, MACs: n}, true},
			{Work{Pictures: 10_000, MACs: n}, false},
		} {
			for _, compiled := range []bool{false, true} {
				if got, why := c.work.choose(compiled); got != c.goFirst {
					t.Errorf("%v: Go first: %v, want %v: %s", c.work, got, c.goFirst, why)
				}
			}
		}
	}
}

// The more there is to compute, the more XLA's speed counts.
func TestMoreWorkNeverFavoursGo(t *testing.T) {
	for _, n := range macs {
		for _, gradients := range []bool{false, true} {
			before := true
			for pictures := 1; pictures < 1<<20; pictures += 1 + pictures/8 {
				w := Work{Pictures: pictures, MACs: n, Gradients: gradients}
				goFirst, _ := w.choose(false)
				if compiled, _ := w.choose(true); compiled && !goFirst {
					t.Errorf("%v: XLA if it must compile, and Go if it need not", w)
				}
				if goFirst && !before {
					t.Errorf("%v: Go, but XLA for fewer pictures", w)
				}
				if more, _ := (Work{Pictures: pictures, MACs: 2 * n, Gradients: gradients}).choose(false); more && !goFirst {
					t.Errorf("%v: XLA, but Go for twice the multiply-adds", w)
				}
				before = goFirst
			}
			if before {
				t.Errorf("%d multiply-adds: Go for a million pictures", n)
			}
		}
	}
}

// Work decides for auto alone.
func TestANameDecidesWhateverTheWork(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	for _, name := range []string{"", "go"} {
		b, choice, err := OpenWith(name, Options{Work: Work{Pictures: 1_000_000, MACs: macs[0]}})
		if err != nil {
			t.Fatal(err)
		}
		b.Finalize()
		if choice.Name != Go || strings.Contains(choice.Why, "estimated") {
			t.Errorf("%q: %s", name, choice)
		}
	}
}

// One picture needs no plugin: none is looked for.
func TestLittleWorkOpensGo(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "auto")
	b, choice, err := OpenWith("", Options{Work: Work{Pictures: 1, MACs: macs[1]}})
	if err != nil {
		t.Fatal(err)
	}
	b.Finalize()
	if want := "1 picture of 3.7 GMAC, estimated at 0.06 s on go and 0.43 s on XLA (compiling included)"; choice.Name != Go || choice.Why != want {
		t.Errorf("%s: want go, because %s", choice, want)
	}
}

// Where the work deserves XLA and there is no plugin, the Go backend serves, and the choice says what was missed.
func TestMuchWorkWithoutAPluginOpensGo(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "")
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir()) // away from the project's .venv
	b, choice, err := OpenWith("auto", Options{Work: Work{Pictures: 10_000, MACs: macs[1]}})
	if err != nil {
		t.Fatal(err)
	}
	b.Finalize()
	if choice.Name != Go || !strings.Contains(choice.Why, "xla:cpu not used: ") {
		t.Errorf("%s: want go, and why not xla:cpu", choice)
	}
}
