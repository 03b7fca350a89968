package notebook

import (
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"

	"resnetlab/resnetlib/plots"
)

func curve(n int) *plots.Picture {
	return plots.Lines("t", "x", "y", plots.Series{Y: []float64{0, float64(n)}})
}

// Without scripts the picture in the middle is all that is there; with them the slider has every picture. A name cannot end the script.
func TestSlider(t *testing.T) {
	r := record(t, true, false)
	Slider("</script><b>", []int{1, 20, 300}, curve)
	if len(r.html) != 1 {
		t.Fatalf("%d outputs", len(r.html))
	}
	static, rest, _ := strings.Cut(r.html[0], "<script>")
	wellFormed(t, strings.ReplaceAll(static, `100%">`, `100%"/>`))
	frames := regexp.MustCompile(`data:image/png;base64,([A-Za-z0-9+/=]+)"`)
	shown := frames.FindAllStringSubmatch(static, -1)
	middle, err := curve(20).PNG()
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || shown[0][1] != base64.StdEncoding.EncodeToString(middle) || !strings.Contains(static, "&lt;b&gt; = 20<") {
		t.Errorf("%d pictures without a script", len(shown))
	}
	all := frames.FindAllStringSubmatch(rest, -1)
	if len(all) != 3 || all[1][1] != shown[0][1] || all[0][1] == all[2][1] || strings.Count(rest, "</script>") != 1 || strings.Contains(rest, "<b>") {
		t.Errorf("the script has %d pictures:\n%.300s", len(all), rest)
	}
	if path := os.Getenv("SLIDER_OUT"); path != "" { // to be looked at in a browser
		if err := os.WriteFile(path, []byte("<!DOCTYPE html><meta charset=utf-8>"+r.html[0]), 0o666); err != nil {
			t.Error(err)
		}
	}
}

func TestSliderOnATerminal(t *testing.T) {
	r := record(t, false, true)
	Slider("momentum", []float64{0.1, 0.5}, func(float64) *plots.Picture { return curve(1) })
	Slider("nothing", []int(nil), curve)
	if !strings.HasPrefix(r.stdout.String(), "momentum = 0.5: [picture: t, ") || strings.Count(r.stdout.String(), "\n") != 1 {
		t.Errorf("text %q", r.stdout.String())
	}
}

// drawn is a result with a picture and a table.
type drawn struct{ report }

func (drawn) Picture() *plots.Picture { return curve(3) }

// A result that can be drawn is a picture in a cell and a table on a terminal.
func TestShowPictured(t *testing.T) {
	r := record(t, true, false)
	Show(drawn{})
	if len(r.png) != 1 || len(r.html) != 0 {
		t.Errorf("%d pictures, %q", len(r.png), r.html)
	}
	r = record(t, false, false)
	Show(drawn{})
	if !strings.Contains(r.stdout.String(), "fc.weight") {
		t.Errorf("text %q", r.stdout.String())
	}
}
