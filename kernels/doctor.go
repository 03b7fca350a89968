package kernels

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Check is one thing that [Doctor] looked at.
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`        // what was seen
	Do    string `json:"do,omitempty"` // what to do about it, if it is not right
}

// Doctor looks at the kernel in dir: whether its file is there and of this format, whether all that it starts can be started,
// whether the toolchain is the module's, and whether a cell has a place to be built. A check that cannot be made without an
// earlier one is left out.
func Doctor(dir string) []Check {
	s, err := readSpec(dir)
	if err != nil {
		return []Check{{Name: "kernel", Found: err.Error(), Do: "resnetlab kernel install, or make setup"}}
	}
	checks := []Check{{Name: "kernel", OK: true, Found: filepath.Join(dir, "kernel.json")}}
	checks = append(checks, program("gonb", s.Argv[0]), program("goimports", filepath.Join(filepath.Dir(s.Argv[0]), "goimports")))
	checks = append(checks, module(s), goVersion(s), space())
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
	i := slices.IndexFunc(s.Argv, func(a string) bool { return strings.HasPrefix(a, "-go_work=") })
	if i < 0 {
		c.Found = "kernel.json names no module (-go_work)"
		return c
	}
	root := strings.TrimPrefix(s.Argv[i], "-go_work=")
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

// goVersion runs the kernel's own go, in the kernel's environment.
func goVersion(s *spec) Check {
	c := Check{Name: "go", Do: "install Go 1.21 or later (it fetches the rest), then make setup"}
	for _, dir := range filepath.SplitList(s.Env["PATH"]) {
		path := filepath.Join(dir, "go")
		if executable(path) != nil {
			continue
		}
		cmd := exec.Command(path, "env", "GOVERSION")
		cmd.Dir = os.TempDir()
		cmd.Env = os.Environ()
		for k, v := range s.Env {
			cmd.Env = append(cmd.Env, k+"="+v) // the last of two values counts
		}
		out, err := cmd.Output()
		c.Found = strings.TrimSpace(string(out)) + " at " + path
		if err != nil {
			c.Found = fmt.Sprintf("%s: %v%s", path, err, stderrOf(err))
			return c
		}
		if strings.HasPrefix(c.Found, s.Env["GOTOOLCHAIN"]+" ") {
			return Check{Name: "go", OK: true, Found: c.Found}
		}
		return c
	}
	c.Found = "no go in " + s.Env["PATH"]
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
