package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a Go module of one package, to be tested for real.
func module(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example\n\ngo 1.27\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("GOWORK", "off")
}

func TestReport(t *testing.T) {
	const head = "package a\n\nimport \"testing\"\n\n"
	cases := []struct {
		name  string
		files map[string]string
		ok    bool
		last  string
		says  []string
	}{
		{"subtests are counted, their parents not", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) { t.Log("quiet") }) }
func TestTwo(t *testing.T) { t.Skip("no GPU here") }
func TestThree(t *testing.T) { t.Skip("no GPU here") }
`}, true, "2 passed, 0 failed, 2 skipped", []string{"2: no GPU here (example.TestThree, example.TestTwo)"}},
		{"a failure is shown whole", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { t.Run("x", func(t *testing.T) { t.Log("first"); t.Error("second\nthird") }) }
func TestTwo(t *testing.T) {}
`}, false, "1 passed, 1 failed, 0 skipped", []string{"FAIL  example", "--- example.TestOne/x", "first", "second", "third"}},
		{"a parent that fails by itself", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Error("after") }
`}, false, "1 passed, 1 failed, 0 skipped", []string{"--- example.TestOne\n", "after"}},
		{"a panic", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { panic("boom") }
`}, false, "0 passed, 1 failed, 0 skipped", []string{"boom", "goroutine"}},
		{"a package that does not compile", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { undefined() }
`, "b/b_test.go": head + "func TestB(t *testing.T) {}\n"}, false, "1 passed, 1 failed, 0 skipped", []string{"undefined: undefined", "ok    example/b"}},
		{"an exit outside of a test", map[string]string{"a_test.go": "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n)\n" + `
func TestMain(m *testing.M) { fmt.Println("no disk"); os.Exit(3) }
func TestOne(t *testing.T) {}
`}, false, "0 passed, 1 failed, 0 skipped", []string{"no disk"}},
		{"no test is no success", map[string]string{"a.go": "package a\n"}, false, "0 passed, 0 failed, 0 skipped", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			module(t, c.files)
			var out strings.Builder
			ok, err := run([]string{"./..."}, &out)
			if ok != c.ok {
				t.Errorf("ok is %v (%v)", ok, err)
			}
			if text := strings.TrimRight(out.String(), "\n"); text[strings.LastIndexByte(text, '\n')+1:] != c.last {
				t.Errorf("the last line is not %q in:\n%s", c.last, text)
			}
			for _, want := range c.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("without %q:\n%s", want, out.String())
				}
			}
		})
	}
}

func TestWrongFlag(t *testing.T) {
	module(t, map[string]string{"a_test.go": "package a\n"})
	if ok, err := run([]string{"-count=x", "./..."}, &strings.Builder{}); ok || err == nil {
		t.Errorf("ok %v, error %v", ok, err)
	}
}
