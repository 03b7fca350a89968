package backend

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// patterns are the file names of a kind's plugin, the same as in go-xla.
var patterns = map[kind][]string{
	cpuKind:  {"pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cpu_v*_plugin.so", "pjrt_plugin_cpu.so", "pjrt-plugin-cpu.so"},
	cudaKind: {"pjrt_c_api_cuda_plugin.so", "pjrt_plugin_cuda.so", "pjrt-plugin-cuda.so"},
}

// inFolder lists a folder's plugins of a kind, in descending order of their names, so that the latest version comes first.
func inFolder(dir string, k kind, where string) []candidate {
	var list []candidate
	for _, pattern := range patterns[k] {
		paths, _ := filepath.Glob(filepath.Join(dir, pattern))
		slices.Reverse(paths)
		for _, path := range paths {
			list = append(list, candidate{path, where})
		}
	}
	return list
}

// inVenv lists the plugins that [Install] puts into a Python virtual environment.
func inVenv(venv string, k kind, where string) []candidate {
	var list []candidate
	for _, site := range sitePackages(venv) {
		list = append(list, inFolder(filepath.Join(site, wheels[k].folder), k, where)...)
	}
	return list
}

// PluginFolders returns the folders of a virtual environment into which [Install] puts plugins, whether there is a plugin or not.
func PluginFolders(venv string) []string {
	var dirs []string
	for _, site := range sitePackages(venv) {
		dirs = append(dirs, filepath.Join(site, wheels[cpuKind].folder), filepath.Join(site, wheels[cudaKind].folder))
	}
	return dirs
}

// sitePackages lists the site-packages folders of a virtual environment.
func sitePackages(venv string) []string {
	sites, _ := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages"))
	slices.Reverse(sites)
	return sites
}

// goXLAFolders are where go-xla's own installer puts plugins (go-xla pjrt/dynamiclib_posix.go).
func goXLAFolders() []string {
	var dirs []string
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".local", "lib", "go-xla"), filepath.Join(home, ".local", "lib", "go-xla", "nvidia"))
	}
	return append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia")
}

// isModule finds the module line of this project's go.mod, also under the path of a publisher.
var isModule = regexp.MustCompile(`(?m)^module\s+(\S+/)?resnetlab\s*(//.*)?$`)

// moduleRoot returns the project's folder: the first above the working directory, or above the executable, whose go.mod has the line
// "module resnetlab". Tests run in their package's folder, bin/resnetlab in any.
func moduleRoot() (string, bool) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		starts = append(starts, filepath.Dir(exe))
	}
	for _, dir := range starts {
		for {
			if mod, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && isModule.Match(mod) {
				return dir, true
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", false
}

// nameOf returns the backend's name for a plugin given by its path: "xla:cpu", "xla:cuda", or the path where the file's name has neither word.
func nameOf(path string) string {
	switch {
	case isCUDA(path):
		return XLACUDA
	case strings.Contains(strings.ToLower(filepath.Base(path)), "cpu"):
		return XLACPU
	}
	return "xla:" + path
}

// isCUDA reports whether a plugin is one for CUDA, by its file's name.
func isCUDA(path string) bool {
	return strings.Contains(strings.ToLower(filepath.Base(path)), "cuda")
}
