package rooms

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// examples are arguments for the computations whose numbers are compared between the page's program and the native library.
var examples = map[string]string{
	"block":    `{"blocks": 2, "norm": true, "seed": 1}`,
	"drawings": `{"task": "many", "index": 1}`,
	"groups":   `{"channels": 32, "groups": 4}`,
	"race":     `{"blocks": 1, "norm": true, "seed": 1, "steps": 5}`,
}

// The page's program gives the numbers of the native library: each example is computed by both, the former under Node.
func TestPageAgreesWithNative(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		fmt.Printf("SKIP: %s: no node to run WebAssembly\n", t.Name())
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "rooms.wasm")
	build := exec.Command("go", "build", "-o", program, "./wasm")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	loader := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		out, err := exec.Command(node, "testdata/call.cjs", loader, program, name, examples[name]).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		native, err := askText(t, name, examples[name])
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(native.Value)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, name, decodeJSON(t, out), decodeJSON(t, want))
	}
}

func decodeJSON(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return v
}

// compare reports where two JSON values differ: numbers by more than 1e-4 of the larger one (float32 sums in another order). Times may differ.
func compare(t *testing.T, where string, got, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		for key := range want {
			if key != "ms" {
				compare(t, where+"."+key, got.(map[string]any)[key], want[key])
			}
		}
	case []any:
		if len(got.([]any)) != len(want) {
			t.Errorf("%s: %d values, want %d", where, len(got.([]any)), len(want))
			return
		}
		for i := range want {
			compare(t, fmt.Sprintf("%s[%d]", where, i), got.([]any)[i], want[i])
		}
	case float64:
		if g := got.(float64); math.Abs(g-want) > 1e-4*max(1, math.Abs(want)) {
			t.Errorf("%s: %g in the page, %g natively", where, g, want)
		}
	default:
		if got != want {
			t.Errorf("%s: %v in the page, %v natively", where, got, want)
		}
	}
}
