package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every module that is linked for any target has a licence that allows publication of the program.
func TestLicences(t *testing.T) {
	t.Chdir("../../..")
	modules, err := linkedModules(".", targets, append([]string{program}, labTools...)...)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range modules {
		got[m.Path] = strings.Join(m.licences, " ")
	}
	for path, want := range map[string]string{"resnetlab": "Apache-2.0 OFL-1.1", "Go's standard library": "BSD-3-Clause", "github.com/golang/freetype": "FTL",
		"github.com/gomlx/gomlx": "Apache-2.0", "github.com/gomlx/go-xla": "Apache-2.0", "github.com/alecthomas/kong": "MIT"} {
		if got[path] != want {
			t.Errorf("%s is under %q, want %q", path, got[path], want)
		}
	}
	notices, err := noticesOf(modules)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"SIL OPEN FONT LICENSE", "The FreeType", "Copyright 2009 The Go Authors", "Alec Thomas"} {
		if !bytes.Contains(notices, []byte(text)) {
			t.Errorf("the notices lack %q", text)
		}
	}
}

// An archive's notices name the modules of its own target, not those of the release's other targets.
func TestNoticesOfOneTarget(t *testing.T) {
	t.Chdir("../../..")
	for _, c := range []target{{"linux", "arm64", false}, {"linux", "amd64", true}} {
		notices, err := noticesFor(".", []target{c})
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(notices, []byte("github.com/gomlx/go-xla")); got != c.xla {
			t.Errorf("%s: its notices name go-xla: %v", c, got)
		}
		if !bytes.Contains(notices, []byte("github.com/gomlx/gomlx")) {
			t.Errorf("%s: its notices do not name gomlx", c)
		}
	}
}

// The user's settings for C compilers and FIPS have no effect on a build.
func TestEnvironment(t *testing.T) {
	want := map[string]string{"CC": "cc", "CXX": "c++", "CGO_CFLAGS": "-O2", "CGO_CXXFLAGS": "-O2", "CGO_CPPFLAGS": "", "CGO_LDFLAGS": "", "GOFIPS140": "off", "GOEXPERIMENT": "simd"}
	for name := range want {
		t.Setenv(name, "the user's")
	}
	got := map[string]string{}
	for _, pair := range targets[0].environment() {
		name, value, _ := strings.Cut(pair, "=")
		got[name] = value // of two values the last one is used
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

// A module with no licence, an unknown one, or one that Apache-2.0 does not allow to link is an error.
func TestLicenceRefused(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"                    GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "under GPL"},
		{"GNU LESSER GENERAL\nPUBLIC LICENSE", "under LGPL"},
		{"Mozilla Public License Version 2.0", "under MPL-2.0"},
		{"Business Source License 1.1", "not known"},
		{"", "no licence"},
	} {
		m := module{Path: "example.org/m", Dir: t.TempDir()}
		if c.text != "" {
			if err := os.WriteFile(filepath.Join(m.Dir, "LICENSE"), []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		m.texts = licenceFiles(m.Dir)
		if err := m.identify(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %q", c.text, err, c.says)
		}
	}
}

// An archive's bytes do not depend on the order of its files, and it names neither time nor user.
func TestArchive(t *testing.T) {
	files := []entry{{"resnetlab", []byte("program"), 0o755}, {"LICENSE", []byte("text"), 0o644}}
	one, err := archive("r", files)
	slices.Reverse(files)
	two, err2 := archive("r", files)
	if err != nil || err2 != nil || !bytes.Equal(one, two) {
		t.Fatalf("%v, %v, equal %v", err, err2, bytes.Equal(one, two))
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(one))
	if err != nil || !unzipped.ModTime.IsZero() {
		t.Fatal(err, unzipped.ModTime)
	}
	var names []string
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || !h.ModTime.Equal(epoch) || h.Uname != "" || h.Uid != 0 {
			t.Fatal(err, h)
		}
		names = append(names, h.Name+" "+os.FileMode(h.Mode).String())
	}
	if want := []string{"r/LICENSE -rw-r--r--", "r/resnetlab -rwxr-xr-x"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

// The bill of materials lists the modules that the linker recorded, each with a package URL, and is the same each time.
func TestBillOfMaterials(t *testing.T) {
	program := filepath.Join(t.TempDir(), "tiny")
	cmd := exec.Command("go", "build", "-o", program, "../builds/testdata/tiny")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	one, err := billOfMaterials(info, "v1.2.3", targets[0], []byte("program"))
	two, _ := billOfMaterials(info, "v1.2.3", targets[0], []byte("program"))
	var b bill
	if err != nil || !bytes.Equal(one, two) || json.Unmarshal(one, &b) != nil {
		t.Fatal(err)
	}
	if b.Metadata.Component.Version != "v1.2.3" || len(b.Components) != len(info.Deps)+1 || len(b.Dependencies[0].DependsOn) != len(b.Components) {
		t.Errorf("%+v\nof %d modules", b, len(info.Deps))
	}
	i := slices.IndexFunc(b.Components, func(c component) bool { return c.Name == "github.com/gomlx/gomlx" })
	if i < 0 || !strings.HasPrefix(b.Components[i].Purl, "pkg:golang/github.com/gomlx/gomlx@v0.28") || len(b.Components[i].Properties) != 1 {
		t.Errorf("gomlx is %d of %+v", i, b.Components)
	}
	seen := map[string]bool{}
	for _, c := range b.Components {
		if seen[c.Ref] || c.Version == "" {
			t.Errorf("%+v", c)
		}
		seen[c.Ref] = true
	}
}

// Two builds, the second in another folder with an empty cache, have equal bytes; the archive's program runs and knows its version.
func TestReproducible(t *testing.T) {
	if os.Getenv("RESNETLAB_ALL") == "" {
		t.Skip("builds everything twice; make test-all does it")
	}
	t.Chdir("../../..")
	out := filepath.Join(t.TempDir(), "release")
	o := order{version: "v0.0.1-test", out: out, only: "linux-amd64", check: true}
	if err := o.run(io.Discard); err != nil {
		t.Fatal(err)
	}
	check := exec.Command("sh", "-c", "sha256sum --quiet -c SHA256SUMS && tar xzf resnetlab-v0.0.1-test-linux-amd64.tar.gz && resnetlab-*-amd64/resnetlab version")
	check.Dir = out
	said, err := check.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "resnetlab v0.0.1-test") {
		t.Errorf("%v: %s", err, said)
	}
}
