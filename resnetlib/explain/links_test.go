package explain

import (
	"os/exec"
	"regexp"
	"testing"
)

// A cell that imports explain waits for what it links: no backend, which the cell chooses, and nothing of training.
func TestLinksNeitherBackendsNorTraining(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)/resnetlib/predict$`).Match(out) {
		t.Fatalf("no list of packages: %s", out)
	}
	if linked := regexp.MustCompile(`(?m)^.*(/resnetlib/(train|backend)|gobackend|go-xla.*)$`).FindAllString(string(out), -1); linked != nil {
		t.Errorf("explain links %q", linked)
	}
}
