package golden

import (
	"os"
	"path/filepath"
	"testing"
)

// The README's first values, seed "a"; float32 printed with nine digits is exact.
func TestFillFirstValues(t *testing.T) {
	for _, c := range []struct {
		key   string
		shape []int
		want  []float32
	}{
		{"conv1.weight", []int{64, 3, 7, 7}, []float32{0.152309403, -0.117382638, 0.0425345339}},
		{"bn1.weight", []int{64}, []float32{0.821924627}},
		{"bn1.running_var", []int{64}, []float32{1.06379437}},
		{"layer1.0.bn2.weight", []int{64}, []float32{0.297106683}},
		{"fc.weight", []int{1000, 512}, []float32{0.0335872024}},
		{"fc.bias", []int{1000}, []float32{0.0704588145}},
		{"bn1.num_batches_tracked", []int{}, []float32{0}},
	} {
		got := Fill("a", c.key, c.shape, "bn2")
		for i, want := range c.want {
			if got[i] != want {
				t.Errorf("%s[%d] = %v, want %v", c.key, i, got[i], want)
			}
		}
	}
	input := Input("a", "input", []int{2, 3, 4, 4})
	if len(input) != 96 || input[0] != -1.6739713 || input[1] != 1.74269164 {
		t.Errorf("input = %v... (%d values)", input[:2], len(input))
	}
}

// The samples of a whole state dict tell whether every rule is right.
func TestGoldenFill(t *testing.T) {
	var expected struct {
		Seed  string
		Files map[string]struct {
			Tensors map[string]struct {
				Shape   []int
				Index   []int
				Samples []float64
			}
		}
	}
	JSON(t, "weights/expected.json", &expected)
	file, ok := expected.Files["zip.pth"]
	if !ok {
		t.Skip("SKIPPED, NOT TESTED: no zip.pth in this set")
	}
	for key, tensor := range file.Tensors {
		got := Fill(expected.Seed, key, tensor.Shape, "bn2")
		for i, at := range tensor.Index {
			if got[at] != float32(tensor.Samples[i]) {
				t.Errorf("%s[%d] = %v, want %v", key, at, got[at], tensor.Samples[i])
			}
		}
	}
}

func TestFolders(t *testing.T) {
	shared := t.TempDir()
	if err := os.Mkdir(filepath.Join(shared, "golden"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv(DirEnv, "")
	t.Setenv(SharedEnv, shared)
	if got, want := Dir(t), filepath.Join(shared, "golden"); got != want {
		t.Errorf("Dir = %s, want %s", got, want)
	}
	t.Setenv(DirEnv, shared)
	if got := Dir(t); got != shared {
		t.Errorf("Dir = %s, want %s", got, shared)
	}
}
