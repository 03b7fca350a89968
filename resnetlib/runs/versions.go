package runs

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// ModuleVersions returns the versions of Go and of the modules that compute, as run.json has them: "go", "gomlx", "compute", "go-xla".
func ModuleVersions() map[string]string {
	v := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for _, name := range []string{"gomlx/gomlx", "gomlx/compute", "gomlx/go-xla"} {
				if strings.HasSuffix(m.Path, name) {
					v[name[len("gomlx/"):]] = m.Version
				}
			}
		}
	}
	return v
}
