package kernels

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScriptCounts runs test.sh on small modules and compares its exit status, its last line, and what it reports above that line.
func TestScriptCounts(t *testing.T) {
	const head = "package a\n\nimport \"testing\"\n\n"
	cases := []struct {
		name  string
		files map[string]string
		args  string
		ok    bool
		last  string
		says  []string
	}{
		{"passed and skipped tests, with reasons", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) { t.Log("quiet") }) }
func TestTwo(t *testing.T) { t.Skip("no GPU here") }
`}, "./...", true, "3 passed, 0 failed, 1 skipped", []string{"SKIP: . TestTwo", "no GPU here"}},
		{"a failed subtest, in full", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { t.Run("x", func(t *testing.T) { t.Log("first"); t.Error("second\nthird") }) }
func TestTwo(t *testing.T) {}
`}, "./...", false, "1 passed, 2 failed, 0 skipped", []string{"FAIL: . TestOne/x", "first", "second", "third"}},
		{"a panic", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { panic("boom") }
`}, "./...", false, "0 passed, 1 failed, 0 skipped", []string{"boom", "goroutine"}},
		{"a package that does not compile", map[string]string{"a_test.go": head + `
func TestOne(t *testing.T) { undefined() }
`, "b/b_test.go": head + "func TestB(t *testing.T) {}\n"}, "./...", false, "1 passed, 1 failed, 0 skipped", []string{"undefined: undefined"}},
		{"an exit outside of a test", map[string]string{"a_test.go": "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n)\n" + `
func TestMain(m *testing.M) { fmt.Println("no disk"); os.Exit(3) }
func TestOne(t *testing.T) {}
`}, "./...", false, "0 passed, 1 failed, 0 skipped", []string{"no disk"}},
		{"no test at all", map[string]string{"a.go": "package a\n"}, "./...", false, "0 passed, 0 failed, 0 skipped", nil},
		{"an unknown flag", map[string]string{"a_test.go": head + "func TestOne(t *testing.T) {}\n"}, "-nosuchflag=1", false, "", []string{"nosuchflag"}},
	}
	script, err := filepath.Abs("test.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "go.mod"), "module example\n\ngo 1.27\n", 0o644)
			for name, text := range c.files {
				put(t, filepath.Join(dir, name), text, 0o644)
			}
			cmd := exec.Command(script, c.args)
			cmd.Dir = dir
			said, err := cmd.Output()
			if (err == nil) != c.ok {
				t.Errorf("exit status: %v", err)
			}
			if lines := strings.Split(strings.TrimSpace(string(said)), "\n"); c.last != "" && lines[len(lines)-1] != c.last {
				t.Errorf("the last line is not %q in:\n%s", c.last, said)
			}
			for _, want := range c.says {
				if !strings.Contains(string(said), want) {
					t.Errorf("no %q in:\n%s", want, said)
				}
			}
		})
	}
}
