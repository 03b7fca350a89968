package rooms

import (
	"context"
	"math"
	"strings"
	"testing"

	"resnetlab/resnetlib/explain"
)

// insideSession has the tests' network and a drawn picture open.
func insideSession(t *testing.T) *Session {
	t.Helper()
	s := withNetwork(t)
	if _, _, err := ask[PhotoAnswer](t, s, "photo", PhotoArguments{Drawn: &Drawing{Task: "many", Class: 3, Size: 96}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// The room's heat map and probabilities are those of package explain.
func TestInsideIsExplain(t *testing.T) {
	s := insideSession(t)
	got, answer, err := ask[InsideAnswer](t, s, "inside", InsideArguments{View: "gradcam", Layer: "layer1", Target: explain.Top})
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.explainer.GradCAM(context.Background(), s.photo.upright, "layer1", explain.Top)
	if err != nil {
		t.Fatal(err)
	}
	if got.Heat.Class != want.Class || got.Heat.Prob != want.Prob || got.Heat.Height != want.Height || got.Guesses[0].Probability != want.Prob || got.Guesses[1].Probability > want.Prob {
		t.Errorf("%+v %+v, want %s", got.Heat, got.Guesses, want.Title())
	}
	if n := len(answer.Buffers[got.Heat.Over.Buffer]); n != 4*insideSide*insideSide {
		t.Errorf("%d bytes of the overlay", n)
	}
}

// The receptive field follows the place; one outside the map is moved to the map's edge. The box moves by the jump.
func TestInsideFieldFollowsThePlace(t *testing.T) {
	s := insideSession(t)
	at := func(row, column int) InsideField {
		answer, _, err := ask[InsideAnswer](t, s, "inside", InsideArguments{View: "field", Layer: "layer1", Row: row, Column: column})
		if err != nil {
			t.Fatal(err)
		}
		return *answer.Field
	}
	first, next, outside := at(2, 2), at(2, 3), at(1000, -1)
	if next.Box[0]-first.Box[0] != first.Jump || next.Box[1] != first.Box[1] {
		t.Errorf("boxes %v and %v, want a step of %d to the right", first.Box, next.Box, first.Jump)
	}
	if outside.Row != outside.Rows-1 || outside.Column != 0 {
		t.Errorf("place %d, %d of a map of %d rows", outside.Row, outside.Column, outside.Rows)
	}
	if centre := float64(next.Effective[0]+next.Effective[2]) / 2; math.Abs(centre-float64(next.Box[0]+next.Box[2])/2) > 1 {
		t.Errorf("the gradient's square %v is not about the place of %v", next.Effective, next.Box)
	}
}

// Maps are the strongest channels', filters all of the first layer's.
func TestInsideTiles(t *testing.T) {
	s := insideSession(t)
	for view, want := range map[string]int{"maps": min(shownMaps, s.explainer.Net.Conv1.Weight.Shape()[0]), "filters": s.explainer.Net.Conv1.Weight.Shape()[0]} {
		got, _, err := ask[InsideAnswer](t, s, "inside", InsideArguments{View: view, Layer: "conv1"})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Tiles) != want || len(got.Names) != want || len(got.Shape) != 4 {
			t.Errorf("%s: %d tiles, want %d", view, len(got.Tiles), want)
		}
	}
}

func TestInsideMistakes(t *testing.T) {
	s := insideSession(t)
	for want, a := range map[string]InsideArguments{
		"no view \"x\": there are field, filters, gradcam": {View: "x"},
		"layer9": {View: "gradcam", Layer: "layer9", Target: explain.Top},
		"1000":   {View: "saliency", Target: 1000},
	} {
		if _, _, err := ask[InsideAnswer](t, s, "inside", a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", a, err, want)
		}
	}
	if _, _, err := ask[InsideAnswer](t, newSession(t), "inside", InsideArguments{View: "maps"}); err == nil || !strings.Contains(err.Error(), "no network is open") {
		t.Errorf("without a network: %v", err)
	}
}
