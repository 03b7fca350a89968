package rooms

import (
	"math"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/explain"
)

// company returns drawings of these classes.
func company(classes ...int) (all []Drawing) {
	for _, c := range classes {
		all = append(all, Drawing{Task: "many", Class: c})
	}
	return all
}

// closeTo reports whether two lists of probabilities are equal but for rounding.
func closeTo(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-5 })
}

// The company changes the answer in train mode alone, and the page's numbers are the library's.
func TestMatesChangeTheAnswerInTrainModeAlone(t *testing.T) {
	s := withLargerInput(t)
	a := MatesArguments{Picture: Drawing{Task: "many", Class: 3}, Company: company(1, 4, 9)}
	got, _, err := ask[MatesAnswer](t, s, "mates", a)
	if err != nil {
		t.Fatal(err)
	}
	a.Company = company(5, 6, 7)
	other, _, err := ask[MatesAnswer](t, s, "mates", a)
	if err != nil {
		t.Fatal(err)
	}
	alone, _, err := ask[MatesAnswer](t, s, "mates", MatesArguments{Picture: a.Picture})
	if err != nil {
		t.Fatal(err)
	}
	if closeTo(got.Train, other.Train) || closeTo(got.Train, alone.Train) {
		t.Errorf("train mode gives %v, with other company %v, alone %v", got.Train, other.Train, alone.Train)
	}
	if !closeTo(got.Eval, other.Eval) || !closeTo(got.Eval, alone.Eval) {
		t.Errorf("eval mode gives %v, with other company %v, alone %v", got.Eval, other.Eval, alone.Eval)
	}
	pictures, err := drawAll(append([]Drawing{a.Picture}, a.Company...))
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.explainer.BatchMates(t.Context(), pictures[0], pictures[1:])
	if err != nil {
		t.Fatal(err)
	}
	if !closeTo(other.Train, want.Train[0]) || !closeTo(other.Eval, want.Eval[0]) {
		t.Errorf("%v and %v, the library's %v", other.Train, other.Eval, want)
	}
	n, err := s.explainer.BatchNorm(t.Context(), explain.Eval, pictures[:1], "bn1")
	if err != nil {
		t.Fatal(err)
	}
	if other.InEval != normNumbers(n, 0) || other.InEval.X != other.InTrain.X || other.InEval.Y == other.InTrain.Y {
		t.Errorf("numbers in eval mode %+v, in train mode %+v", other.InEval, other.InTrain)
	}
}

// Dropout makes each pass in train mode another, and none in eval mode.
func TestDropoutIsRandomInTrainModeAlone(t *testing.T) {
	s := withLargerInput(t)
	a := DropoutArguments{Picture: Drawing{Task: "many"}, P: 0.5}
	got, _, err := ask[DropoutAnswer](t, s, "dropout", a)
	if err != nil {
		t.Fatal(err)
	}
	plain, _, err := ask[MatesAnswer](t, s, "mates", MatesArguments{Picture: a.Picture})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Train) != dropoutPasses || len(got.Eval) != dropoutPasses {
		t.Fatalf("%d passes in train mode, %d in eval mode", len(got.Train), len(got.Eval))
	}
	for i := range dropoutPasses {
		if i > 0 && closeTo(got.Train[0], got.Train[i]) {
			t.Errorf("passes 0 and %d with dropout are equal: %v", i, got.Train[i])
		}
		if !closeTo(got.Eval[i], plain.Eval) {
			t.Errorf("pass %d in eval mode %v, without a dropout %v", i, got.Eval[i], plain.Eval)
		}
	}
	a.P = 1
	if _, _, err := ask[DropoutAnswer](t, s, "dropout", a); err == nil || !strings.Contains(err.Error(), "below 1") {
		t.Errorf("dropout 1: %v", err)
	}
}

func TestMatesRefuseInOneLine(t *testing.T) {
	s := withLargerInput(t)
	for want, a := range map[string]MatesArguments{
		"32 other pictures":     {Company: company(make([]int, 32)...)},
		"no drawn data set":     {},
		"picture 0 of class 20": {Picture: Drawing{Task: "many", Class: 20}},
		"channels 0 to 63":      {Picture: Drawing{Task: "many"}, Channel: 64},
	} {
		if _, _, err := ask[MatesAnswer](t, s, "mates", a); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q in one line", err, want)
		}
	}
}
