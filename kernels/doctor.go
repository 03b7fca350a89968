package kernels

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/resnetlib/backend"
)

// Check is one thing that [Doctor] looked at.
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`        // what was seen
	Do    string `json:"do,omitempty"` // what to do about it, if it is not right
}

// Doctor looks at the kernel in dir: whether its file is there and of this format, whether all that it starts can be started,
// whether the toolchain is the module's, whether a cell has a place to be built and its packages are compiled, what computes, which
// Jupyter sees the kernel, and whether it can complete names. A check that cannot be made without an earlier one is left out.
func Doctor(dir string) []Check {
	s, err := readSpec(dir)
	if err != nil {
		return []Check{{Name: "kernel", Found: err.Error(), Do: "resnetlab kernel install, or make setup"}}
	}
	checks := []Check{{Name: "kernel", OK: true, Found: filepath.Join(dir, "kernel.json")}}
	checks = append(checks, program("gonb", s.Argv[0]), program("goimports", filepath.Join(filepath.Dir(s.Argv[0]), "goimports")))
	checks = append(checks, module(s), goVersion(s), space(), cache(s), plugin(s), jupyter(dir), completion(s))
	return checks
}

func program(name, path string) Check {
	if err := executable(path); err != nil {
		return Check{Name: name, Found: err.Error(), Do: "make setup builds it"}
	}
	return Check{Name: name, OK: true, Found: path}
}

// module checks that the sources a cell is compiled with are still where they were.
func module(s *spec) Check {
	c := Check{Name: "module", Do: "install the kernel again from where the checkout is now: make setup"}
	root := s.root()
	if root == "" {
		c.Found = "kernel.json names no module (-go_work)"
		return c
	}
	version, err := toolchain(root)
	if err != nil {
		c.Found = err.Error()
		return c
	}
	if version != s.Env["GOTOOLCHAIN"] {
		c.Found = fmt.Sprintf("go.mod says %s, kernel.json %s", version, s.Env["GOTOOLCHAIN"])
		return c
	}
	return Check{Name: "module", OK: true, Found: root}
}

// root is the module's folder that kernel.json names, or empty.
func (s *spec) root() string {
	i := slices.IndexFunc(s.Argv, func(a string) bool { return strings.HasPrefix(a, "-go_work=") })
	if i < 0 {
		return ""
	}
	return strings.TrimPrefix(s.Argv[i], "-go_work=")
}

// find looks for a program as the kernel does; empty where there is none.
func (s *spec) find(name string) string {
	for _, dir := range filepath.SplitList(s.Env["PATH"]) {
		if path := filepath.Join(dir, name); executable(path) == nil {
			return path
		}
	}
	return ""
}

// run runs a program in the kernel's environment and gives what it wrote to stdout, trimmed.
func (s *spec) run(dir, path string, args ...string) (string, error) {
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = dir, os.Environ()
	for k, v := range s.Env {
		cmd.Env = append(cmd.Env, k+"="+v) // the last of two values counts
	}
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w%s", path, err, stderrOf(err))
	}
	return strings.TrimSpace(string(out)), nil
}

// goVersion runs the kernel's own go.
func goVersion(s *spec) Check {
	c := Check{Name: "go", Do: "install Go 1.21 or later (it fetches the rest), then make setup"}
	path := s.find("go")
	if path == "" {
		c.Found = "no go in " + s.Env["PATH"]
		return c
	}
	version, err := s.run(os.TempDir(), path, "env", "GOVERSION")
	if err != nil {
		c.Found = err.Error()
		return c
	}
	c.Found = version + " at " + path
	if version == s.Env["GOTOOLCHAIN"] {
		c.OK, c.Do = true, ""
	}
	return c
}

// space checks the folder in which cells are built.
func space() Check {
	dir, err := os.MkdirTemp("", "resnetlab-doctor-")
	if err != nil {
		return Check{Name: "temporary folder", Found: err.Error(), Do: "set TMPDIR to a folder that can be written"}
	}
	_ = os.Remove(dir)
	return Check{Name: "temporary folder", OK: true, Found: os.TempDir()}
}

// cache checks that what cells import is compiled: else the first cell of a lesson takes a minute.
func cache(s *spec) Check {
	c := Check{Name: "build cache", Do: "make setup compiles what the lessons import"}
	if s.root() == "" || s.find("go") == "" {
		c.Found = "cannot be asked without go and the module"
		return c
	}
	stale, err := s.run(s.root(), s.find("go"), "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}",
		"./resnetlib/train", "./resnetlib/plots", "./resnetlib/notebook")
	switch list := strings.Fields(stale); {
	case err != nil:
		c.Found = err.Error()
	case len(list) > 0:
		c.Found = fmt.Sprintf("%d packages are not compiled yet, %s the first", len(list), list[0])
	default:
		return Check{Name: c.Name, OK: true, Found: "warm"}
	}
	return c
}

// plugin says what cells compute with. Without a plugin the Go backend serves, which is slower, not wrong.
func plugin(s *spec) Check {
	path := s.Env[pluginVariable]
	if path == "" {
		return elsewhere(backend.List())
	}
	found := pluginsIn(path)
	if len(found) == 0 {
		return Check{Name: "XLA plugin", Found: "no longer in " + path, Do: "make setup brings it again"}
	}
	return Check{Name: "XLA plugin", OK: true, Found: strings.Join(found, ", ")}
}

// elsewhere says which plugin cells find where kernel.json names no folder: in the environment that Jupyter hands on, or in go-xla's own folders.
func elsewhere(all []backend.Found) Check {
	for _, f := range all {
		if f.OK && f.Plugin != "" {
			return Check{Name: "XLA plugin", OK: true, Found: f.Plugin + " (" + f.Why + ")"}
		}
	}
	return Check{Name: "XLA plugin", OK: true, Found: "none: cells compute with the Go backend", Do: "resnetlab backend install cpu brings one, where there is one for this machine"}
}

// jupyter asks the Jupyters at hand, that of the Python environment around the kernel and that on PATH, whether they see it.
func jupyter(dir string) Check {
	c := Check{Name: "jupyter", Do: "start the Jupyter of the environment that the kernel is in, or install it there: resnetlab kernel install --prefix DIR, or --user"}
	candidates := []string{filepath.Join(dir, "..", "..", "..", "..", "bin", "jupyter")} // PREFIX/share/jupyter/kernels/resnetlab
	if path, err := exec.LookPath("jupyter"); err == nil {
		candidates = append(candidates, path)
	}
	var see, blind []string
	for _, path := range candidates {
		if executable(path) != nil || slices.Contains(append(see, blind...), filepath.Clean(path)) {
			continue
		}
		if out, err := exec.Command(path, "kernelspec", "list", "--json").Output(); err == nil && lists(out, dir) {
			see = append(see, filepath.Clean(path))
		} else {
			blind = append(blind, filepath.Clean(path))
		}
	}
	switch {
	case len(see) > 0:
		return Check{Name: c.Name, OK: true, Found: "seen by " + strings.Join(see, ", ")}
	case len(blind) > 0:
		c.Found = "not seen by " + strings.Join(blind, ", ")
	default:
		c.Found = "no jupyter on PATH, nor in the kernel's environment"
	}
	return c
}

// lists tells whether what "jupyter kernelspec list --json" prints has the kernel in dir.
func lists(out []byte, dir string) bool {
	var all struct {
		Kernelspecs map[string]struct {
			Dir string `json:"resource_dir"`
		} `json:"kernelspecs"`
	}
	if err := json.Unmarshal(out, &all); err != nil {
		return false
	}
	for _, k := range all.Kernelspecs {
		if filepath.Clean(k.Dir) == filepath.Clean(dir) {
			return true
		}
	}
	return false
}

// completion says whether names can be completed in a cell; GoNB asks gopls for that.
func completion(s *spec) Check {
	if path := s.find("gopls"); path != "" {
		return Check{Name: "completion", OK: true, Found: path}
	}
	return Check{Name: "completion", OK: true, Found: "no gopls: Tab completes no names in a cell",
		Do: "go install golang.org/x/tools/gopls@" + goplsVersion + ", then make setup"}
}

// goplsVersion was tried with this toolchain and GoNB.
const goplsVersion = "v0.21.0"
