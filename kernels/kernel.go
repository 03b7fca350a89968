// Package kernels installs resnetlab's Jupyter kernel: GoNB, told where this module is, which Go toolchain builds a cell
// and how it links. Everything stands in one folder with absolute paths, so that a kernel works from any notebook's folder
// and leaves nothing in the home folder unless it is asked to.
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

// Name is the kernel's name in a notebook's metadata, and its folder's; DisplayName is what JupyterLab shows.
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

// Install writes the kernel of the module at root into dir (see [Dir]) and replaces an older one. It needs bin/gonb and
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
	return atomicfile.WriteBytes(filepath.Join(dir, "kernel.json"), append(text, '\n')) // last: a kernel is there when its kernel.json is
}

// Uninstall removes the kernel's folder. A folder that is not there is an error, and so is one that is not this kernel's.
func Uninstall(dir string) error {
	if _, err := readSpec(dir); err != nil {
		return fmt.Errorf("uninstalling the kernel: %w", err)
	}
	return os.RemoveAll(dir)
}

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
	s := &spec{
		Argv:          []string{gonb, "--kernel", "{connection_file}", "-logtostderr=true", "-raw_error=true", "-go_work=" + root},
		DisplayName:   DisplayName,
		Language:      "go",
		InterruptMode: "message", // GoNB stops the cell's process itself; a signal would end the kernel
		Env: map[string]string{
			"GOTOOLCHAIN":           version,
			"GOEXPERIMENT":          "simd",
			"GOFLAGS":               cellFlags(runtime.GOOS, runtime.GOARCH),
			"GOWORK":                "", // -go_work makes a workspace; an inherited GOWORK=off would switch it off
			"GO111MODULE":           "",
			"GOMLX_NO_AUTO_INSTALL": "1", // go-xla must not download a plugin in the middle of a cell
			"PATH":                  path,
		},
	}
	if os.Getenv("CGO_ENABLED") == "0" { // a set-up without a C compiler: cells must agree with the warm build cache
		s.Env["CGO_ENABLED"] = "0"
	}
	if path := pluginPath(root); path != "" { // else a notebook outside the project's folder would not find .venv
		s.Env[pluginVariable] = path
	}
	return s, nil
}

// cellFlags are the GOFLAGS of a cell's build. The link is what a reader waits for: -w (no debug information) takes it from 3 s
// to 1.4 s, and the internal linker saves another third. It is known to link go-xla's C code on linux/amd64 alone.
// -mod=mod, which a user may have set, is refused in a workspace, so the mode is named.
func cellFlags(goos, goarch string) string {
	if goos == "linux" && goarch == "amd64" {
		return "-mod=readonly '-ldflags=-w -linkmode=internal'"
	}
	return "-mod=readonly -ldflags=-w"
}

// readSpec reads dir's kernel.json, and refuses another kernel's.
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

// executable says why path cannot be run, or nil.
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
