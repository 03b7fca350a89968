// Package upstream tests the patches of docs/upstream, which are not part of the program: they apply to the version of GoMLX's compute module that
// go.mod names, and the module's tests pass with them.
package upstream

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../../.."

// run runs a command in a folder, with additional environment variables, and returns its output.
func run(t *testing.T, dir string, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s in %s: %v\n%s", name, strings.Join(args, " "), dir, err, out)
	}
	return string(out)
}

// patches returns the absolute paths of the patches, in the order in which they apply.
func patches(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs/upstream/0*.patch"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no patches in docs/upstream (%v)", err)
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// patched copies the compute module of go.mod and applies all patches to the copy. The copy lies in no repository: git apply changes plain files.
func patched(t *testing.T) (dir string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir = filepath.Join(t.TempDir(), "compute")
	source := strings.TrimSpace(run(t, root, nil, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/compute"))
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	run(t, dir, nil, "chmod", "-R", "u+w", ".") // the module cache is read-only
	for _, patch := range patches(t) {
		run(t, dir, []string{"GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir)}, "git", "apply", "--whitespace=nowarn", patch)
	}
	return dir
}

// touched returns the packages with Go files that a patch changes, as patterns for the go command.
func touched(t *testing.T) []string {
	t.Helper()
	var packages []string
	seen := map[string]bool{}
	for _, patch := range patches(t) {
		f, err := os.Open(patch)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			file, ok := strings.CutPrefix(lines.Text(), "+++ b/")
			if dir := filepath.Dir(file); ok && strings.HasSuffix(file, ".go") && !seen[dir] {
				seen[dir] = true
				packages = append(packages, "./"+dir)
			}
		}
	}
	return packages
}

// Each patch has a message that says why with numbers, tests, and applies after the ones before it.
func TestPatchesApply(t *testing.T) {
	patched(t)
	for _, patch := range patches(t) {
		text, err := os.ReadFile(patch)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\nSubject: [PATCH") || !strings.Contains(string(text), "_test.go\n") {
			t.Errorf("%s: not the form of git format-patch, or without a test", filepath.Base(patch))
		}
	}
	if n := len(touched(t)); n < 4 {
		t.Errorf("the patches touch %d packages: not read right", n)
	}
}

// The module's own tests and the patches' pass with the patches applied, here and, where node is found, as WebAssembly.
func TestPatchedModulePasses(t *testing.T) {
	if os.Getenv("RESNETLAB_ALL") == "" {
		t.Skip("takes minutes: set RESNETLAB_ALL=1 to run it")
	}
	dir := patched(t)
	environment := []string{"GOEXPERIMENT=simd", "GOWORK=off", "GOFLAGS=-mod=mod"}
	packages := touched(t)
	// The module's own packing keeps addresses in integers, which vet's check of pointers reports.
	run(t, dir, environment, "go", append([]string{"vet", "-unsafeptr=false"}, packages...)...)
	t.Log(run(t, dir, environment, "go", append([]string{"test", "-timeout", "20m"}, packages...)...))
	t.Log(run(t, dir, append(environment, "GOEXPERIMENT="), "go", "test", "./internal/gobackend/ops"))

	const kernels = "./internal/gobackend/dot/matmul/simd128"
	run(t, dir, append(environment, "GOOS=linux", "GOARCH=arm64"), "go", "vet", "-unsafeptr=false", kernels, "./internal/gobackend/defaultpkgs")
	if _, err := exec.LookPath("node"); err != nil {
		t.Log("no node: the WebAssembly kernels are not run")
		return
	}
	wasmExec := filepath.Join(strings.TrimSpace(run(t, dir, environment, "go", "env", "GOROOT")), "lib/wasm/go_js_wasm_exec")
	t.Log(run(t, dir, append(environment, "GOOS=js", "GOARCH=wasm"), "go", "test", "-exec", wasmExec, kernels))
}
