package onednn

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const content = "a library"

// small is the pin of content.
var small = func() pin {
	sum := sha256.Sum256([]byte(content))
	return pin{int64(len(content)), hex.EncodeToString(sum[:])}
}()

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLibraryIsFoundInOrder(t *testing.T) {
	root := t.TempDir()
	p := Places{filepath.Join(root, "bin"), filepath.Join(root, ".venv"), []string{filepath.Join(root, "other")}}
	if _, err := find("", p, small); !errors.Is(err, ErrMissing) {
		t.Errorf("nothing there: %v", err)
	}
	for _, step := range []struct{ file, where string }{ // each is before the one above it
		{"other/libdnnl.so", "in " + p.Others[0]},
		{"other/libdnnl.so.3", "in " + p.Others[0]},
		{".venv/lib/libdnnl.so.3.2", "the project's .venv"},
		{"bin/libdnnl.so", "beside the executable"},
	} {
		path := write(t, filepath.Join(root, step.file), content)
		if f, err := find("", p, small); err != nil || f != (Found{path, step.where}) {
			t.Errorf("%+v, %v, want %s", f, err, path)
		}
	}
	given := write(t, filepath.Join(root, "given.so"), content)
	if f, err := find(given, p, small); err != nil || f.Path != given {
		t.Errorf("given by path: %+v, %v", f, err)
	}
	if _, err := find("off", p, small); !errors.Is(err, ErrOff) {
		t.Errorf("off: %v", err)
	}
	if _, err := find(filepath.Join(root, "absent.so"), p, small); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a path to nothing: %v", err)
	}
}

func TestDamagedLibraryIsPassedOver(t *testing.T) {
	root := t.TempDir()
	p := Places{Executable: filepath.Join(root, "bin"), Venv: filepath.Join(root, ".venv")}
	write(t, filepath.Join(root, "bin/libdnnl.so.3"), content[:4])
	if _, err := find("", p, small); err == nil || !strings.Contains(err.Error(), "bin/libdnnl.so.3 (beside the executable): damaged, or another version: 4 bytes") {
		t.Errorf("too short: %v", err)
	}
	write(t, filepath.Join(root, "bin/libdnnl.so.3"), strings.ToUpper(content))
	if _, err := find("", p, small); err == nil || !strings.Contains(err.Error(), "its bytes are not those of the wheel") {
		t.Errorf("other bytes: %v", err)
	}
	good := write(t, filepath.Join(root, ".venv/lib/libdnnl.so.3"), content)
	if f, err := find("", p, small); err != nil || f.Path != good {
		t.Errorf("a good one behind: %+v, %v", f, err)
	}
}

// The bytes in a virtual environment are read only where they were written after the wheel was installed.
func TestContentIsReadWhereItIsNewerThanItsRecord(t *testing.T) {
	venv := t.TempDir()
	path := write(t, filepath.Join(venv, "lib/libdnnl.so.3"), strings.ToUpper(content))
	record := write(t, filepath.Join(venv, "lib/python3.12/site-packages/onednn_cpu_gomp-2023.2.0.dist-info/RECORD"), "")
	for after, good := range map[time.Duration]bool{-time.Hour: false, time.Hour: true} {
		at := time.Now().Add(after)
		if err := os.Chtimes(record, at, at); err != nil {
			t.Fatal(err)
		}
		if err := small.check(path, venv); (err == nil) != good {
			t.Errorf("RECORD written %v after the library: %v", after, err)
		}
	}
}
