package backend_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
)

// Later versions of GoMLX's Go backend bake the values that variables have when a graph is built into every graph that is not training
// (compute v0.1.13's PreferConstantsForVariables): evaluation then still uses the old weights, which a test with a single call does not see.
func TestEvalSeesNewVariableValues(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		weight, err := store.CreateVariable("/weight", tensors.FromValue([]float32{1, 2}))
		if err != nil {
			t.Fatal(err)
		}
		exec, err := model.NewExec(b, store, func(s *model.Scope, x *graph.Node) *graph.Node {
			s.SetTraining(x.Graph(), false)
			return graph.Mul(x, weight.NodeValue(x))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range [][]float32{{1, 2}, {3, 4}, {-5, 6}} {
			if err := weight.SetValue(tensors.FromValue(w)); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Call([]float32{10, 10})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := out[0].Value().([]float32), []float32{10 * w[0], 10 * w[1]}; !slices.Equal(got, want) {
				t.Errorf("with weights %v: %v, want %v", w, got, want)
			}
		}
	})
}

// A counter that an evaluation's graph advances: the running means of batch normalisation and of metrics work like this.
func TestEvalAdvancesCounter(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		counter, err := store.CreateVariable("/counter", tensors.FromValue(float32(0)))
		if err != nil {
			t.Fatal(err)
		}
		exec, err := model.NewExec(b, store, func(s *model.Scope, x *graph.Node) *graph.Node {
			s.SetTraining(x.Graph(), false)
			next := graph.Add(counter.NodeValue(x), x)
			counter.SetNodeValue(next)
			return next
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			out, err := exec.Call(float32(1))
			if err != nil {
				t.Fatal(err)
			}
			value, err := counter.Value()
			if err != nil {
				t.Fatal(err)
			}
			if want := float32(i + 1); out[0].Value() != want || value.Value() != want {
				t.Fatalf("call %d: the graph gives %v, the variable %v", i+1, out[0].Value(), value.Value())
			}
		}
	})
}

// quiet runs f and fails if anything was written to stdout or stderr meanwhile.
func quiet(t *testing.T, f func()) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	written := make(chan []byte)
	go func() {
		all, _ := io.ReadAll(r)
		written <- all
	}()
	f()
	os.Stdout, os.Stderr = stdout, stderr
	w.Close()
	if all := <-written; len(all) > 0 {
		t.Errorf("written: %q", all)
	}
}

// With more than one thread the Go backend's pool has a worker more than threads: a second executor holds one while a graph runs.
func TestGoThreads(t *testing.T) {
	for _, c := range []struct {
		name    string
		threads int
		want    string
	}{
		{"go", 1, "parallelism=1"}, {"go", 3, "parallelism=4"},
		{"go:parallelism=5", 0, "parallelism=6"}, {"go:parallelism=5,ops_sequential", 2, "parallelism=3"},
	} {
		quiet(t, func() {
			b, _, err := backend.OpenWith(c.name, backend.Options{Threads: c.threads})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Finalize()
			if !strings.Contains(b.Description(), c.want) {
				t.Errorf("%s with %d threads: %s, want %s", c.name, c.threads, b.Description(), c.want)
			}
			sum := graph.MustNewExec(b, func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Dot(x, x).Product()) })
			ones := make([][]float32, 64)
			for i := range ones {
				ones[i] = slices.Repeat([]float32{1}, 64)
			}
			if got := sum.MustCall1(ones).Value(); got != float32(64*64*64) {
				t.Errorf("%s: %v", c.name, got)
			}
		})
	}
}

// With a number of threads XLA shows one device, since it never makes fewer threads than devices, and the environment is as before.
func TestXLAThreads(t *testing.T) {
	testbackend.Open(t, backend.XLACPU) // or skip
	t.Setenv("XLA_FLAGS", "")
	t.Setenv("NPROC", "7")
	b, _, err := backend.OpenWith(backend.XLACPU, backend.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if b.NumDevices() != 1 {
		t.Errorf("%d devices", b.NumDevices())
	}
	if os.Getenv("NPROC") != "7" || os.Getenv("PJRT_NPROC") != "" {
		t.Error("the environment was left changed")
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, want := range map[string]string{
		"gpu": `"gpu" is not known`, "go:parallelism=two": "not a number", "go:fast": "fast", "xla:nowhere.so": "must be absolute",
	} {
		if _, _, err := backend.Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want %q", name, err, want)
		}
	}
	if _, _, err := backend.OpenWith("go", backend.Options{Threads: -1}); err == nil {
		t.Error("-1 threads: no error")
	}
}

// Auto takes the first of List that works, and says nothing itself.
func TestAutoIsTheFirstOfList(t *testing.T) {
	quiet(t, func() {
		list := backend.List()
		first := slices.IndexFunc(list, func(f backend.Found) bool { return f.OK })
		b, choice, err := backend.Open("auto")
		if err != nil {
			t.Fatal(err)
		}
		defer b.Finalize()
		if choice.Name != list[first].Name || choice.Plugin != list[first].Plugin || choice.Why == "" || strings.Contains(choice.String(), "\n") {
			t.Errorf("%q, the list says %+v", choice, list[first])
		}
	})
}

func TestListAndDoctor(t *testing.T) {
	list := backend.List()
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
		if !f.OK && f.Why == "" {
			t.Errorf("%s: not OK and no reason", f.Name)
		}
	}
	if !slices.Equal(names, []string{"xla:cuda", "xla:cpu", "go"}) {
		t.Errorf("listed %q", names)
	}
	data, err := json.Marshal(list[2])
	if err != nil || !bytes.HasPrefix(data, []byte(`{"name":"go","ok":true,"plugin":"",`)) {
		t.Errorf("%s %v", data, err)
	}
	computes := false
	for _, c := range backend.Doctor() {
		if c.Name == "" || c.Detail == "" || strings.Contains(c.Detail+c.Fix, "\n") {
			t.Errorf("%+v: want a name and one line", c)
		}
		computes = computes || c.Name == "go computes" && c.OK
	}
	if !computes {
		t.Error("the doctor did not see the Go backend compute")
	}
}
