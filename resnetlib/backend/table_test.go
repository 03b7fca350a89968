//go:build linux && cgo && !noxla

package backend

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The size that is asked of a plugin's table is that of the last function that go-xla calls, by go-xla's own header and sources.
func TestTableNeededByGoXLA(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "pjrt")
	header, err := os.ReadFile(filepath.Join(dir, "pjrt_c_api.h"))
	if err != nil {
		t.Fatal(err)
	}
	_, fields, ok := strings.Cut(string(header), "typedef struct PJRT_Api {")
	if !ok {
		t.Fatal("no struct PJRT_Api in the header")
	}
	place := map[string]int{}
	for i, m := range regexp.MustCompile(`_PJRT_API_STRUCT_FIELD\((\w+)\)`).FindAllStringSubmatch(fields, -1) {
		place[m[1]] = i
	}
	if place["PJRT_Plugin_Initialize"] != 3 || place["PJRT_Client_Create"] != 10 {
		t.Errorf("probe.c calls the functions at other places: %d, %d", place["PJRT_Plugin_Initialize"], place["PJRT_Client_Create"])
	}
	sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	last, name := -1, ""
	for _, path := range sources {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`C\.call_(PJRT_\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			if i, ok := place[m[1]]; ok && i > last {
				last, name = i, m[1]
			}
		}
	}
	if want := 40 + 8*(last+1); apiMinSize != want {
		t.Errorf("apiMinSize is %d; go-xla calls up to %s, which takes %d", apiMinSize, name, want)
	}
}
