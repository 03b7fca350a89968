package compilecache

import (
	"os"
	"path/filepath"
	"testing"
)

// stored stores a program and names it.
func stored(t *testing.T, c *Cache, program, name string) *Entry {
	t.Helper()
	e := c.Entry(NewKey([]byte(program)))
	if err := e.Store(func() ([]byte, error) { return []byte(program), nil }); err != nil {
		t.Fatal(err)
	}
	if err := e.Name(name); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestANameIsHeldAsLongAsItsProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "compiled")
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Entry(NewKey([]byte("not stored"))).Name("a"); err != nil || Holds(dir, "a") {
		t.Errorf("a program that is not stored: held %v, error %v", Holds(dir, "a"), err)
	}
	first := stored(t, c, "first", "a")
	if !Holds(dir, "a") || Holds(dir, "b") {
		t.Errorf("a is held: %v, b: %v; want a alone", Holds(dir, "a"), Holds(dir, "b"))
	}
	second := stored(t, c, "second", "a") // the last counts
	if err := os.Remove(first.path(compiledEnd)); err != nil || !Holds(dir, "a") {
		t.Errorf("without the first program: held %v, error %v", Holds(dir, "a"), err)
	}
	if err := os.Remove(second.path(compiledEnd)); err != nil || Holds(dir, "a") {
		t.Errorf("without its program: held %v, error %v", Holds(dir, "a"), err)
	}
	stored(t, c, "second", "a")
	if removed, err := Clear(dir); err != nil || removed.Programs != 1 || Holds(dir, "a") {
		t.Errorf("after Clear: %+v, %v, held %v", removed, err, Holds(dir, "a"))
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("Clear left %v", left)
	}
}

func TestADamagedNameIsNotHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "compiled")
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	stored(t, c, "program", "a")
	if err := os.WriteFile(filepath.Join(dir, "..", "outside"+compiledEnd), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "../outside", "abc"} {
		if err := os.WriteFile(namePath(dir, "a"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if Holds(dir, "a") {
			t.Errorf("%q names a program", content)
		}
	}
}
