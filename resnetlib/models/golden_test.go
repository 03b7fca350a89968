package models_test

import (
	"fmt"
	"math"
	"os"
	"path"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/internal/goldennet"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Tolerances of the golden README.
const (
	logitTolerance   = 1e-5 // of the largest logit
	trainTolerance   = 5e-5
	runningTolerance = 1e-5
)

// intermediate is what a golden file has about one layer's output.
type intermediate struct {
	Shape        []int `json:"shape_nchw"`
	Mean, Std    float64
	AbsMax       float64
	Places       [][]int `json:"nchw"`
	Values       []float64
	Float64Error float64 `json:"f64_max_abs_diff"`
}

type logitsFile struct {
	Arch, Seed string
	Classes    int
	InputKey   string `json:"input_key"`
	InputShape []int  `json:"input_shape_nchw"`
	Eval       struct {
		AbsMax float64
		Logits [][]float64
	}
	Intermediate map[string]intermediate `json:"intermediate_eval"`
	Train        struct{ Logits [][]float64 }
	Running      map[string]struct {
		Mean    []float64 `json:"running_mean"`
		Var     []float64 `json:"running_var"`
		Tracked int64     `json:"num_batches_tracked"`
	} `json:"bn_after_one_train_forward"`
}

// affordable leaves the largest networks to RESNETLAB_ALL=1: they would take most of the suite's time.
func affordable(t *testing.T, f logitsFile) {
	t.Helper()
	if os.Getenv("RESNETLAB_ALL") != "" {
		return
	}
	net, err := models.New(model.NewStore(), f.Arch, f.Classes, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	s, err := models.Summarize(net, f.InputShape[0], f.InputShape[2], f.InputShape[3], f.InputShape[1])
	if err != nil {
		t.Fatal(err)
	}
	if s.MACs*f.InputShape[0] > 9e9 {
		t.Skip("large: set RESNETLAB_ALL=1 to run it")
	}
}

// Logits, intermediate outputs and running statistics equal PyTorch's, in evaluation and after one training step forward.
func TestGoldenLogits(t *testing.T) {
	for _, name := range golden.Files(t, "logits") {
		var f logitsFile
		golden.JSON(t, name, &f)
		t.Run(path.Base(name), func(t *testing.T) {
			affordable(t, f)
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				net := goldennet.New(t, f.Arch, f.Seed, f.Classes)
				x := goldennet.Input(f.Seed, f.InputKey, f.InputShape)
				checkEval(t, b, net, x, f)
				checkTrain(t, b, net, x, f)
			})
		})
	}
}

func checkEval(t *testing.T, b compute.Backend, net *models.ResNet, x *tensors.Tensor, f logitsFile) {
	t.Helper()
	var names []string
	exec := model.MustNewExec(b, net.Store, func(_ *model.Scope, x *graph.Node) []*graph.Node {
		var seen []*graph.Node
		names = names[:0]
		nn.WithHook(x.Graph(), func(m nn.Module, y *graph.Node) *graph.Node {
			if _, ok := f.Intermediate[m.Name()]; ok {
				names, seen = append(names, m.Name()), append(seen, y)
			}
			return y
		})
		return append(seen, net.Forward(x))
	})
	defer exec.Finalize()
	out, err := exec.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(f.Intermediate) {
		t.Errorf("the hook saw %v, the file has %d layers", names, len(f.Intermediate))
	}
	for i, name := range names {
		checkIntermediate(t, name, out[i], f.Intermediate[name])
	}
	checkRows(t, "eval logits", out[len(names)], f.Eval.Logits, logitTolerance*f.Eval.AbsMax)
}

func checkIntermediate(t *testing.T, name string, got *tensors.Tensor, want intermediate) {
	t.Helper()
	values := tensors.MustCopyFlatData[float32](got)
	c, h, w := want.Shape[1], want.Shape[2], want.Shape[3]
	if d := got.Shape().Dimensions; d[0] != want.Shape[0] || d[len(d)-1] != c || len(values) != want.Shape[0]*c*h*w {
		t.Errorf("%s: shape %v, want %v (NCHW)", name, d, want.Shape)
		return
	}
	tolerance := 1e-5 * want.AbsMax
	for i, p := range want.Places {
		g := float64(values[((p[0]*h+p[2])*w+p[3])*c+p[1]])
		if !(math.Abs(g-want.Values[i]) <= tolerance) {
			t.Errorf("%s at %v (NCHW): %g, want %g within %g", name, p, g, want.Values[i], tolerance)
		}
	}
	mean, std := moments(values)
	if !(math.Abs(mean-want.Mean) <= tolerance) || !(math.Abs(std-want.Std) <= tolerance) {
		t.Errorf("%s: mean %g and std %g, want %g and %g within %g", name, mean, std, want.Mean, want.Std, tolerance)
	}
}

func moments(values []float32) (mean, std float64) {
	for _, v := range values {
		mean += float64(v)
	}
	mean /= float64(len(values))
	for _, v := range values {
		std += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(std / float64(len(values)))
}

func checkTrain(t *testing.T, b compute.Backend, net *models.ResNet, x *tensors.Tensor, f logitsFile) {
	t.Helper()
	exec := model.MustNewExec(b, net.Store, func(_ *model.Scope, x *graph.Node) *graph.Node {
		nn.SetTraining(x.Graph(), true)
		return net.Forward(x)
	})
	defer exec.Finalize()
	logits, err := exec.Call1(x)
	if err != nil {
		t.Fatal(err)
	}
	checkRows(t, "train logits", logits, f.Train.Logits, trainTolerance)
	for bn, want := range f.Running {
		checkVector(t, net, bn+".running_mean", want.Mean)
		checkVector(t, net, bn+".running_var", want.Var)
		tracked, err := net.Parameter(bn + ".num_batches_tracked").Tensor()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := tracked.Int64s(); err != nil || n[0] != want.Tracked {
			t.Errorf("%s.num_batches_tracked: %v (%v), want %d", bn, n, err, want.Tracked)
		}
	}
}

func checkVector(t *testing.T, net *models.ResNet, key string, want []float64) {
	t.Helper()
	tensor, err := net.Parameter(key).Tensor()
	if err != nil {
		t.Fatal(err)
	}
	got, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	checkRow(t, key, got, want, runningTolerance)
}

func checkRows(t *testing.T, what string, got *tensors.Tensor, want [][]float64, tolerance float64) {
	t.Helper()
	rows := got.Value().([][]float32)
	if len(rows) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(rows), len(want))
	}
	for i := range rows {
		checkRow(t, fmt.Sprintf("%s, row %d", what, i), rows[i], want[i], tolerance)
	}
}

func checkRow(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	worst, at := 0.0, 0
	for i := range want {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= worst) {
			worst, at = d, i
		}
	}
	if len(got) != len(want) || !(worst <= tolerance) {
		t.Errorf("%s: %d values, want %d; element %d is %g, want %g within %g", what, len(got), len(want), at, got[at], want[at], tolerance)
		return
	}
	t.Logf("%s: largest distance %.2g of the tolerance", what, worst/tolerance)
}
