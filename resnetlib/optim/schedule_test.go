package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"resnetlab/internal/golden"
)

// schedulesFile lists each schedule's learning rates as PyTorch gave them.
type schedulesFile struct {
	Schedules []struct {
		Scheduler string
		Args      json.RawMessage
		BaseLR    float64   `json:"base_lr"`
		Metric    []float64 `json:"metric_per_step"`
		LR        []float64
	}
}

// A schedule of no steps panics with its name: warm restarts of 0 steps would never end, and the others give NaN.
func TestSchedulesOfNoStepsPanic(t *testing.T) {
	for name, schedule := range map[string]func() Schedule{
		"StepLR":                      func() Schedule { return StepLR(0, 0.1) },
		"CosineAnnealingLR":           func() Schedule { return CosineAnnealingLR(0, 0) },
		"CosineAnnealingWarmRestarts": func() Schedule { return CosineAnnealingWarmRestarts(0, 1, 0) },
		"LinearLR":                    func() Schedule { return LinearLR(0.1, 0) },
		"PolynomialLR":                func() Schedule { return PolynomialLR(0, 1) },
		"OneCycleLR":                  func() Schedule { return OneCycleLR(0.1, 0) },
		"SequentialLR":                func() Schedule { return SequentialLR([]int{1}, ConstantLR()) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, name) {
					t.Errorf("panic %q does not name the schedule", said)
				}
			}()
			schedule()(0.1, 3)
		})
	}
}

func TestGoldenSchedules(t *testing.T) {
	var f schedulesFile
	golden.JSON(t, "training/schedules.json", &f)
	for i, s := range f.Schedules {
		t.Run(fmt.Sprintf("%d %s", i, s.Scheduler), func(t *testing.T) {
			var a struct {
				StepSize    int `json:"step_size"`
				Gamma       float64
				Milestones  []int
				TMax        int     `json:"T_max"`
				EtaMin      float64 `json:"eta_min"`
				StartFactor float64 `json:"start_factor"`
				TotalIters  int     `json:"total_iters"`
				MaxLR       float64 `json:"max_lr"`
				TotalSteps  int     `json:"total_steps"`
				T0          int     `json:"T_0"`
				TMult       int     `json:"T_mult"`
				Power       float64
				Factor      float64
				Patience    int
			}
			if err := json.Unmarshal(s.Args, &a); err != nil {
				t.Fatal(err)
			}
			schedules := map[string]Schedule{
				"StepLR":                      StepLR(max(a.StepSize, 1), a.Gamma),
				"MultiStepLR":                 MultiStepLR(a.Gamma, a.Milestones...),
				"ExponentialLR":               ExponentialLR(a.Gamma),
				"CosineAnnealingLR":           CosineAnnealingLR(a.TMax, a.EtaMin),
				"LinearLR":                    LinearLR(a.StartFactor, a.TotalIters),
				"OneCycleLR":                  OneCycleLR(a.MaxLR, a.TotalSteps),
				"CosineAnnealingWarmRestarts": CosineAnnealingWarmRestarts(a.T0, a.TMult, 0),
				"PolynomialLR":                PolynomialLR(a.TotalIters, a.Power),
				"SequentialLR(LinearLR(start_factor=0.1,total_iters=5), CosineAnnealingLR(T_max=25), milestones=[5])": SequentialLR(
					[]int{5}, LinearLR(0.1, 5), CosineAnnealingLR(25, 0)),
				"ReduceLROnPlateau": nil,
			}
			schedule, known := schedules[s.Scheduler]
			if !known {
				t.Fatalf("no schedule %s here", s.Scheduler)
			}
			if s.Scheduler == "ReduceLROnPlateau" {
				p := NewPlateau(a.Factor, a.Patience)
				schedule = func(base float64, step int) float64 {
					if step > 0 {
						p.Observe(s.Metric[step-1])
					}
					return base * p.Scale
				}
			}
			for step, want := range s.LR {
				// Absolute beside 1e-12 relative: where a cosine ends at 0, both sides are rounding.
				if got := schedule(s.BaseLR, step); !(math.Abs(got-want) <= 1e-12*math.Abs(want)+1e-16) {
					t.Errorf("step %d: %.17g, want %.17g", step, got, want)
				}
			}
		})
	}
}
