package optim

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/internal/golden"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/backend/pjrttable"
)

// The steps of every golden file leave the same bits in all parameters and moments whether XLA's programs are compiled without a cache, compiled and
// stored, or loaded.
func TestGoldenTrainingKeepsTheBitsWithACompileCache(t *testing.T) {
	if os.Getenv("RESNETLAB_ALL") == "" {
		t.Skip("trains every file three times: set RESNETLAB_ALL=1 to run it")
	}
	testbackend.Open(t, backend.XLACPU) // or skip
	dir := filepath.Join(t.TempDir(), "compiled")
	var without [][]byte
	for _, state := range []struct {
		name, cache string
		compiles    bool // that is counted: with a cache
	}{{"off", "off", false}, {"cold", dir, true}, {"warm", dir, false}} {
		t.Setenv(backend.CacheVariable, state.cache)
		before, _ := pjrttable.Counts()
		bits := goldenBits(t, openXLA(t))
		if after, _ := pjrttable.Counts(); (after > before) != state.compiles {
			t.Errorf("%s: %d programs were compiled", state.name, after-before)
		}
		if without == nil {
			without = bits
		}
		if !slices.EqualFunc(bits, without, bytes.Equal) {
			t.Errorf("%s: other bits than without a cache", state.name)
		}
	}
}

// openXLA opens XLA anew, with the compile cache that the environment names.
func openXLA(t *testing.T) compute.Backend {
	t.Helper()
	b, _, err := backend.OpenWith(backend.XLACPU, backend.Options{Log: func(line string) { t.Error(line) }})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldenBits takes the steps of every golden file and returns the parameters and moments after them.
func goldenBits(t *testing.T, b compute.Backend) (all [][]byte) {
	t.Helper()
	for _, name := range golden.Files(t, "training") {
		if path.Base(name) == "schedules.json" {
			continue
		}
		var f trainingFile
		golden.JSON(t, name, &f)
		net := f.net(t)
		trainer, err := NewTrainer(b, net, f.options())
		if err != nil {
			t.Fatal(err)
		}
		for step := range f.Steps {
			f.take(t, trainer, step)
		}
		moments, err := trainer.OptimizerState()
		if err != nil {
			t.Fatal(err)
		}
		values, err := net.StateDict()
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range values.All() {
			all = append(all, tensor.Data)
		}
		for _, tensor := range moments.All() {
			all = append(all, tensor.Data)
		}
		if err := trainer.Finalize(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
