package kernels

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// TestLessonsOnPhotographs sets the variable at the top of the lessons that selects photographs, and provides what their prose asks for:
// the flowers from an archive (here a small one of drawn pictures) and torchvision's weights (here random ones in a file of that name).
// Lesson 07 would take hours, so it is left out; it has the same configuration as 08.
func TestLessonsOnPhotographs(t *testing.T) {
	python := pythonOfKernel(t)
	if os.Getenv("RESNETLAB_ALL") == "" {
		t.Skip("takes minutes: set RESNETLAB_ALL=1 to run it")
	}
	lessons, home := filepath.Join(t.TempDir(), "en"), t.TempDir()
	bringFlowers(t, filepath.Join(lessons, "flowers"))
	bringWeights(t, filepath.Join(home, "hub", "checkpoints"))
	args := []string{"run_notebook.py", "--timeout", "600"}
	for _, name := range []string{"06-loading-weights", "08-the-flower-experiment", "09-prediction"} {
		text, err := os.ReadFile(filepath.Join("..", "notebooks", "en", name+".ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		set := strings.NewReplacer("const photographs = false", "const photographs = true", "const published = false", "const published = true")
		switched := set.Replace(string(text))
		if switched == string(text) {
			t.Errorf("%s has no variable to set", name)
		}
		path := filepath.Join(lessons, name+".ipynb")
		put(t, path, switched, 0o644)
		args = append(args, path)
	}
	cmd := exec.Command(python, args...)
	cmd.Env = append(os.Environ(), "TORCH_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "3 passed, 0 failed") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// bringFlowers installs the flowers from an archive with "data flowers --archive".
func bringFlowers(t *testing.T, out string) {
	drawn := filepath.Join(t.TempDir(), "flower_photos")
	if err := sketch.Write(t.Context(), drawn, sketch.Config{Train: 40, Val: 5, Test: 5, Size: 240}, nil); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "flower_photos.tgz")
	for _, cmd := range []*exec.Cmd{
		exec.Command("tar", "czf", archive, "-C", drawn, "train"),
		exec.Command("../bin/resnetlab", "data", "flowers", "--archive", archive, "--out", out, "--val", "0.25"),
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
}

func bringWeights(t *testing.T, folder string) {
	net, err := models.New(model.NewStore(), "resnet34", 1000, nn.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	sd, err := net.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := weights.WritePth(filepath.Join(folder, "resnet34-b627a593.pth"), sd); err != nil {
		t.Fatal(err)
	}
}
