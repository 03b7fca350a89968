package backend

import (
	"path/filepath"
	"strings"
)

// wheel is where a Python wheel puts a plugin.
type wheel struct {
	folder string // in site-packages, as go-xla must see it
}

var wheels = map[kind]wheel{
	cpuKind:  {folder: "lammps_jax_pjrt_cpu"},
	cudaKind: {folder: "nvidia"}, // see install_cuda.go
}

// wheelOf is the name and version of the wheel that a plugin came in: "lammps-jax-pjrt-cpu 0.11.2"; empty for none.
func wheelOf(plugin string) string {
	dir := filepath.Dir(plugin)
	infos, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), filepath.Base(dir)+"-*.dist-info"))
	for _, info := range infos {
		name, version, ok := strings.Cut(strings.TrimSuffix(filepath.Base(info), ".dist-info"), "-")
		if ok {
			return strings.ReplaceAll(name, "_", "-") + " " + version
		}
	}
	return ""
}
