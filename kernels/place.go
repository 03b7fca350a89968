package kernels

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"resnetlab/resnetlib/backend"
)

// Root finds the module's folder: the nearest folder above the executable, otherwise above the working directory, that has both a go.mod
// and this package's folder.
func Root() (string, error) {
	var starts []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		starts = append(starts, filepath.Dir(exe))
	}
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		if root, ok := above(dir); ok {
			return root, nil
		}
	}
	return "", fmt.Errorf("no resnetlab checkout above %s: the kernel needs the sources, since a cell is compiled with them", strings.Join(starts, " or "))
}

// above returns the nearest module folder that contains dir.
func above(dir string) (string, bool) {
	for {
		_, noModule := os.Stat(filepath.Join(dir, "go.mod"))
		_, noKernels := os.Stat(filepath.Join(dir, "kernels", "kernel.go"))
		if noModule == nil && noKernels == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// Dir returns the folder of the kernel's kernel.json: below prefix (a Python environment) or, with user, below the user's Jupyter data
// folder. With neither it is below the checkout's .venv.
func Dir(prefix string, user bool) (string, error) {
	switch {
	case user && prefix != "":
		return "", errors.New("a kernel goes either below a prefix or to the user's own Jupyter folder, not both")
	case user:
		data, err := userData()
		return filepath.Join(data, "kernels", Name), err
	case prefix == "":
		root, err := Root()
		if err != nil {
			return "", err
		}
		prefix = filepath.Join(root, ".venv")
	}
	prefix, err := filepath.Abs(prefix)
	return filepath.Join(prefix, "share", "jupyter", "kernels", Name), err
}

// userData returns the user's Jupyter data folder, as jupyter_core.paths.jupyter_data_dir does.
func userData() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" && runtime.GOOS != "darwin" {
		return filepath.Join(dir, "jupyter"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's Jupyter folder: %w", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}

var toolchainLine = regexp.MustCompile(`(?m)^toolchain\s+(go\S+)`)

// toolchain returns the exact Go version that go.mod names. With another version a cell would compile the standard library again.
func toolchain(root string) (string, error) {
	path := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	m := toolchainLine.FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("%s has no toolchain line", path)
	}
	return string(m[1]), nil
}

// searchPath returns a cell's PATH: the folders of this module's tools, of the toolchain's own go (it starts faster than an older go that
// delegates to it), of the machine's go and C compiler, the system's folders, and the folder of gopls (on PATH, or where "go install"
// puts it).
func searchPath(root, version string) (string, error) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("finding go: %w", err)
	}
	cmd := exec.Command(goTool, "env", "GOROOT")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+version, "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("asking %s for the toolchain %s: %w%s", goTool, version, err, stderrOf(err))
	}
	dirs := []string{filepath.Join(root, "bin"), filepath.Join(strings.TrimSpace(string(out)), "bin"), filepath.Dir(goTool)}
	if cc, err := exec.LookPath("cc"); err == nil {
		dirs = append(dirs, filepath.Dir(cc))
	}
	dirs = append(dirs, "/usr/local/bin", "/usr/bin", "/bin")
	if gopls, err := exec.LookPath("gopls"); err == nil { // GoNB completes names with it; last, because its folder may hold other programs
		dirs = append(dirs, filepath.Dir(gopls))
	} else if home, err := os.UserHomeDir(); err == nil && executable(filepath.Join(home, "go", "bin", "gopls")) == nil {
		dirs = append(dirs, filepath.Join(home, "go", "bin"))
	}
	var unique []string
	for _, dir := range dirs {
		if !slices.Contains(unique, dir) {
			unique = append(unique, dir)
		}
	}
	return joinPath(unique), nil
}

// stderrOf returns what a failed command wrote to stderr, with a colon before it, or an empty string.
func stderrOf(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
		return ": " + strings.TrimSpace(string(exit.Stderr))
	}
	return ""
}

// pluginVariable names the folders in which a program looks for plugins, before any other.
const pluginVariable = "PJRT_PLUGIN_LIBRARY_PATH"

// pluginPath returns the folders in which cells look for XLA's plugins (CPU and CUDA). The user's own folders come first, because kernel.json's
// value replaces the environment's; then come the folders of the checkout's .venv, also those that are still empty. If .venv has no plugin,
// the result is empty and the environment's value is used.
func pluginPath(root string) string {
	own := backend.PluginFolders(filepath.Join(root, ".venv"))
	if len(pluginsIn(joinPath(own))) == 0 {
		return ""
	}
	var dirs []string
	for _, dir := range append(filepath.SplitList(os.Getenv(pluginVariable)), own...) {
		if filepath.IsAbs(dir) && !slices.Contains(dirs, dir) { // the backend accepts absolute paths only
			dirs = append(dirs, dir)
		}
	}
	return joinPath(dirs)
}

// joinPath joins folders to a search path.
func joinPath(dirs []string) string { return strings.Join(dirs, string(filepath.ListSeparator)) }

// pluginsIn lists the plugins in the folders of a search path.
func pluginsIn(path string) (plugins []string) {
	for _, dir := range filepath.SplitList(path) {
		found, _ := filepath.Glob(filepath.Join(dir, "*pjrt*.so"))
		plugins = append(plugins, found...)
	}
	return plugins
}
