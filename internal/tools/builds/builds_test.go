// Package builds tests the other builds of the program: a static binary without cgo, and WebAssembly.
package builds

import (
	"debug/elf"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// run runs a command in the module's root with additional environment variables and returns its output.
func run(t *testing.T, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = "../../.."
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s %s: %v\n%s", strings.Join(environment, " "), name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Without cgo a program has the Go backend alone, needs no library of the system, and computes.
func TestStaticWithoutCgo(t *testing.T) {
	program := filepath.Join(t.TempDir(), "tiny")
	run(t, []string{"CGO_ENABLED=0"}, "go", "build", "-o", program, "./internal/tools/builds/testdata/tiny")
	if runtime.GOOS == "linux" {
		f, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		libraries, err := f.ImportedLibraries()
		if err != nil || len(libraries) > 0 {
			t.Errorf("needs %q (%v): not static", libraries, err)
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP {
				t.Error("asks for a dynamic loader: not static")
			}
		}
	}
	if got := run(t, nil, program, "auto"); !strings.HasPrefix(got, "42 backend go ") || !strings.Contains(got, "built without XLA") {
		t.Errorf("auto: %q, want 42 from the Go backend, and why not XLA", got)
	}
	if got := run(t, nil, program, "xla:cpu"); !strings.Contains(got, "built without XLA") {
		t.Errorf("xla:cpu: %q, want why not", got)
	}
}

// Floors 1 to 4 compile for a browser.
func TestCompilesForWasm(t *testing.T) {
	out := run(t, []string{"GOOS=js", "GOARCH=wasm"}, "go", "list", "./resnetlib/...", "./datasets/...")
	if n := strings.Count(out, "\n"); n < 5 {
		t.Fatalf("only %d packages", n)
	}
	run(t, []string{"GOOS=js", "GOARCH=wasm"}, "go", "build", "./resnetlib/...", "./datasets/...")
}

// A program with a backend runs in JavaScript's WebAssembly.
func TestRunsUnderNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		fmt.Printf("SKIP: %s: no node to run WebAssembly\n", t.Name())
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "tiny.wasm")
	run(t, []string{"GOOS=js", "GOARCH=wasm"}, "go", "build", "-o", program, "./internal/tools/builds/testdata/tiny")
	goroot := strings.TrimSpace(run(t, nil, "go", "env", "GOROOT"))
	if got := run(t, nil, node, filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"), program, "go"); !strings.HasPrefix(got, "42 backend go ") {
		t.Errorf("%q, want 42", got)
	}
}

// A prediction in WebAssembly agrees with the native one within 1e-4: the same drawn picture, preprocessing and network.
func TestPredictsUnderNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		fmt.Printf("SKIP: %s: no node to run WebAssembly\n", t.Name())
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "predicts.wasm")
	run(t, []string{"GOOS=js", "GOARCH=wasm"}, "go", "build", "-o", program, "./internal/tools/builds/testdata/predicts")
	goroot := strings.TrimSpace(run(t, nil, "go", "env", "GOROOT"))
	got := strings.Fields(run(t, nil, node, "--stack-size=8192", filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"), program))
	want := strings.Fields(run(t, nil, "go", "run", "./internal/tools/builds/testdata/predicts"))
	if len(got) != 5 || len(want) != 5 {
		t.Fatalf("logits %q under Node, %q natively: want five each", got, want)
	}
	for i := range want {
		g, errG := strconv.ParseFloat(got[i], 64)
		w, errW := strconv.ParseFloat(want[i], 64)
		if errG != nil || errW != nil || math.Abs(g-w) > 1e-4*math.Max(1, math.Abs(w)) {
			t.Errorf("logit %d: %s under Node, %s natively", i, got[i], want[i])
		}
	}
}

// The command line without cgo is static and predicts.
func TestStaticCommandPredicts(t *testing.T) {
	dir := t.TempDir()
	program, data, runDir := filepath.Join(dir, "resnetlab"), filepath.Join(dir, "data"), filepath.Join(dir, "run")
	run(t, []string{"CGO_ENABLED=0"}, "go", "build", "-o", program, "./cmd/resnetlab")
	run(t, nil, program, "data", "sketch", "--out", data, "--train", "20", "--val", "5", "--test", "5", "--size", "32")
	run(t, nil, program, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--out", runDir)
	if got := run(t, nil, program, "batch-predict", filepath.Join(data, "test"), "--run", runDir, "--format", "jsonl", "--quiet"); strings.Count(got, "\n") != 5 || strings.Count(got, `"probs"`) != 5 {
		t.Errorf("five pictures gave\n%s", got)
	}
}
