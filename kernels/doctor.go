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

// Check is the result of one check of [Doctor].
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`        // what the check found
	Do    string `json:"do,omitempty"` // what to do, if the check failed
}

// Doctor checks the kernel in dir: that its kernel.json exists and has this format, that the programs it starts are executable, that the
// toolchain is the module's, that cells have a temporary folder and a filled build cache, which backend computes, which Jupyter lists the
// kernel, and whether names can be completed. If kernel.json cannot be read, that is the only check.
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

// program checks that a program which the kernel starts can be run.
func program(name, path string) Check {
	if err := executable(path); err != nil {
		return Check{Name: name, Found: err.Error(), Do: "make setup builds it"}
	}
	return Check{Name: name, OK: true, Found: path}
}

// module checks that the sources with which a cell is compiled are still in the folder that kernel.json names.
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

// root returns the module's folder that kernel.json names, or an empty string.
func (s *spec) root() string {
	i := slices.IndexFunc(s.Argv, func(a string) bool { return strings.HasPrefix(a, "-go_work=") })
	if i < 0 {
		return ""
	}
	return strings.TrimPrefix(s.Argv[i], "-go_work=")
}

// find searches a program on the kernel's PATH. It returns an empty string if there is none.
func (s *spec) find(name string) string {
	for _, dir := range filepath.SplitList(s.Env["PATH"]) {
		if path := filepath.Join(dir, name); executable(path) == nil {
			return path
		}
	}
	return ""
}

// run runs a program in the kernel's environment and returns its stdout, trimmed.
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

// goVersion checks the version of the kernel's go.
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

// space checks that cells can be built in the temporary folder.
func space() Check {
	dir, err := os.MkdirTemp("", "resnetlab-doctor-")
	if err != nil {
		return Check{Name: "temporary folder", Found: err.Error(), Do: "set TMPDIR to a folder that can be written"}
	}
	_ = os.Remove(dir)
	return Check{Name: "temporary folder", OK: true, Found: os.TempDir()}
}

// cache checks that the packages which cells import are compiled. If not, the first cell of a lesson takes a minute.
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

// plugin checks XLA's plugin. Without a plugin cells compute with the Go backend: the same results, more slowly.
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

// elsewhere reports the plugin that cells find if kernel.json names no folder: in Jupyter's environment or in go-xla's own folders.
func elsewhere(all []backend.Found) Check {
	for _, f := range all {
		if f.OK && f.Plugin != "" {
			return Check{Name: "XLA plugin", OK: true, Found: f.Plugin + " (" + f.Why + ")"}
		}
	}
	return Check{Name: "XLA plugin", OK: true, Found: "none: cells compute with the Go backend", Do: "resnetlab backend install cpu brings one, where there is one for this machine"}
}

// jupyter checks whether Jupyter lists the kernel. It asks the Jupyter of the kernel's Python environment and the one on PATH.
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

// lists reports whether the output of "jupyter kernelspec list --json" contains the kernel in dir.
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

// completion checks for gopls, with which GoNB completes names in a cell.
func completion(s *spec) Check {
	if path := s.find("gopls"); path != "" {
		return Check{Name: "completion", OK: true, Found: path}
	}
	return Check{Name: "completion", OK: true, Found: "no gopls: Tab completes no names in a cell",
		Do: "go install golang.org/x/tools/gopls@" + goplsVersion + ", then make setup"}
}

// goplsVersion is the version of gopls that was tested with this toolchain and GoNB.
const goplsVersion = "v0.21.0"
