// Package kernels installs and checks resnetlab's Jupyter kernel: GoNB, configured with the folder of this module, the Go toolchain that
// builds a cell, and the linker flags. Everything is written to one folder with absolute paths. So a kernel works from any notebook's
// folder and writes nothing to the home folder, except with --user.
package kernels

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"resnetlab/internal/atomicfile"
)

// Name is the kernel's name in a notebook's metadata and the name of its folder; DisplayName is the name that JupyterLab shows.
const (
	Name        = "resnetlab"
	DisplayName = "Go (resnetlab)"
)

//go:embed logo-svg.svg
var logo []byte

// spec is Jupyter's kernel.json (jupyter-client, "Kernel specs").
type spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
}

// Install writes the kernel of the module at root to dir (see [Dir]) and replaces an older one. It needs bin/gonb and
// bin/goimports below root, which "make setup" builds, and the Go toolchain that go.mod names.
func Install(dir, root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("installing the kernel: %w", err)
	}
	s, err := newSpec(root)
	if err != nil {
		return fmt.Errorf("installing the kernel in %s: %w", dir, err)
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("installing the kernel in %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("installing the kernel: %w", err)
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, "logo-svg.svg"), logo); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, "kernel.json"), append(text, '\n')) // last: Jupyter finds a kernel by its kernel.json
}

// Uninstall removes the kernel's folder. It returns an error if the folder does not exist or belongs to another kernel.
func Uninstall(dir string) error {
	if _, err := readSpec(dir); err != nil {
		return fmt.Errorf("uninstalling the kernel: %w", err)
	}
	return os.RemoveAll(dir)
}

// newSpec returns the kernel.json of the module at root, for this machine's Go toolchain and search path.
func newSpec(root string) (*spec, error) {
	gonb := filepath.Join(root, "bin", "gonb")
	for _, tool := range []string{gonb, filepath.Join(root, "bin", "goimports")} {
		if err := executable(tool); err != nil {
			return nil, fmt.Errorf("%w (make setup builds it)", err)
		}
	}
	version, err := toolchain(root)
	if err != nil {
		return nil, err
	}
	path, err := searchPath(root, version)
	if err != nil {
		return nil, err
	}
	return &spec{
		Argv:          []string{gonb, "--kernel", "{connection_file}", "-logtostderr=true", "-raw_error=true", "-go_work=" + root},
		DisplayName:   DisplayName,
		Language:      "go",
		InterruptMode: "message", // GoNB stops the cell's process itself; a signal would end the kernel too
		Env:           cellEnvironment(root, version, path),
	}, nil
}

// cellEnvironment returns the variables that kernel.json sets for the module at root, a Go toolchain and a search path.
func cellEnvironment(root, version, path string) map[string]string {
	env := map[string]string{
		"GOTOOLCHAIN":           version,
		"GOEXPERIMENT":          "simd",
		"GOFLAGS":               cellFlags(runtime.GOOS, runtime.GOARCH),
		"GOWORK":                "", // -go_work makes a workspace; an inherited GOWORK=off would disable it
		"GO111MODULE":           "",
		"GOMLX_NO_AUTO_INSTALL": "1", // go-xla must not download a plugin while a cell runs
		"PATH":                  path,
	}
	if os.Getenv("CGO_ENABLED") == "0" { // set up without a C compiler: cells must use the build cache that setup filled
		env["CGO_ENABLED"] = "0"
	}
	if plugins := pluginPath(root); plugins != "" { // otherwise a notebook outside the project's folder would not find .venv
		env[pluginVariable] = plugins
	}
	return env
}

// cellFlags returns the GOFLAGS of a cell's build. Linking takes most of a cell's build time: -w (no debug information) reduces it from 3 s
// to 1.4 s, and the internal linker by another third. The internal linker was tested with go-xla's C code on linux/amd64 only. -mod is
// set because Go refuses -mod=mod, which a user may have set, in a workspace.
func cellFlags(goos, goarch string) string {
	if goos == "linux" && goarch == "amd64" {
		return "-mod=readonly '-ldflags=-w -linkmode=internal'"
	}
	return "-mod=readonly -ldflags=-w"
}

// readSpec reads dir's kernel.json and returns an error if it belongs to another kernel.
func readSpec(dir string) (*spec, error) {
	path := filepath.Join(dir, "kernel.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s spec
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if s.DisplayName != DisplayName || len(s.Argv) == 0 {
		return nil, fmt.Errorf("%s is not resnetlab's kernel (display name %q)", path, s.DisplayName)
	}
	return &s, nil
}

// executable returns nil if path is a file that can be run, otherwise the reason why not.
func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s is not there", path)
	case err != nil:
		return err
	case info.IsDir() || info.Mode()&0o111 == 0 && runtime.GOOS != "windows":
		return fmt.Errorf("%s is not executable", path)
	}
	return nil
}
