package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
)

// notebook.Show shows the table. It must hold no pointers.
func TestEveryResultIsATable(t *testing.T) {
	net, err := models.New(model.NewStore(), "resnet18", 5, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	half := 0.5
	for want, x := range map[string]any{
		"resnet18":                      &bench.Result{Arch: "resnet18"},
		"forward.seconds_per_image.min": &bench.Result{},
		"accuracy          0.75":        &evaluate.Result{Accuracy: 0.75, Outcomes: make([]evaluate.Outcome, 9)},
		"tulips        12        0.5":   []evaluate.ClassScore{{Class: "tulips", Pictures: 12, Precision: &half, Recall: &half}},
		"cut off":                       []predict.Result{{File: "a.jpg", Err: errors.New("cut off")}},
		"xla:cpu":                       []backend.Found{{Name: "xla:cpu", Why: "no plugin"}},
		"last:layer4":                   runs.Settings{Strategy: "last:layer4"},
		"Config.NumClasses":             net,
		"daisy":                         &runs.Run{Info: runs.Info{Classes: []string{"daisy"}}},
	} {
		table, ok := notebook.TableOf(x)
		if !ok {
			t.Errorf("%T has no table", x)
			continue
		}
		if text := notebook.Format(table); !strings.Contains(text, want) || strings.Contains(text, "0x") {
			t.Errorf("%T: no %q in\n%s", x, want, text)
		}
	}
}
