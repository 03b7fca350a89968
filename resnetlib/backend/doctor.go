package backend

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Check is the result of one check of [Doctor].
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`        // what was found, in one line
	Fix    string `json:"fix,omitempty"` // what to do, where something should be done
}

// Doctor checks everything that decides which backend works and how fast it is: the build, the environment, every plugin that can be found (its
// bytes against its wheel's hash, which takes about a second), and whether each backend computes. It changes nothing.
func Doctor() []Check {
	checks := []Check{checkBuild(), checkXLABuild(), checkEnvironment()}
	checks = append(checks, checkPlugins(cudaKind)...)
	checks = append(checks, checkPlugins(cpuKind)...)
	if xlaMissing == "" {
		checks = append(checks, checkCompileCache(FindCompileCache()), checkOneDNN(FindOneDNN()))
	}
	for _, f := range List() {
		if f.OK {
			checks = append(checks, checkComputes(f))
		}
	}
	return checks
}

// checkBuild checks the build settings that the Go backend's speed depends on.
func checkBuild() Check {
	c := Check{Name: "program", OK: true, Detail: fmt.Sprintf("%s %s/%s, %s", runtime.Version(), runtime.GOOS, runtime.GOARCH, goVersion())}
	if runtime.GOARCH == "amd64" && !strings.Contains(runtime.Version(), "simd") {
		c.OK = false
		c.Fix = "the Go backend is several times faster when built with GOEXPERIMENT=simd, as make build does"
	}
	return c
}

// checkXLABuild checks whether this program has XLA.
func checkXLABuild() Check {
	if xlaMissing != "" {
		return Check{Name: "xla", Detail: xlaMissing, Fix: "use the Go backend, or build on Linux with a C compiler and CGO_ENABLED=1"}
	}
	version := moduleVersion("github.com/gomlx/go-xla")
	return Check{Name: "xla", OK: true, Detail: strings.TrimSpace("in this program, go-xla " + version)}
}

// checkEnvironment checks the variables that choose a backend.
func checkEnvironment() Check {
	c := Check{Name: "environment", OK: true}
	for _, key := range []string{compute.ConfigEnvVar, "PJRT_PLUGIN_LIBRARY_PATH", "XLA_FLAGS", "PJRT_NPROC", "NPROC"} {
		if value := os.Getenv(key); value != "" {
			c.Detail += key + "=" + value + " "
		}
	}
	if c.Detail = strings.TrimSpace(c.Detail); c.Detail == "" {
		c.Detail = "nothing set: the backend that is done first is taken"
	}
	r, err := parse(os.Getenv(compute.ConfigEnvVar))
	if err != nil {
		return Check{Name: c.Name, Detail: err.Error(), Fix: "unset " + compute.ConfigEnvVar + " or give it one of these names"}
	}
	if r.kind == pathKind {
		if f := find(r); !f.OK {
			return Check{Name: c.Name, Detail: f.Why, Fix: "unset " + compute.ConfigEnvVar + " or name a plugin that works"}
		}
	}
	return c
}

// checkPlugins checks every file that could be the plugin of a kind, not only the first that works.
func checkPlugins(k kind) []Check {
	r := request{kind: k}
	if xlaMissing != "" {
		return nil
	}
	var checks []Check
	for _, c := range candidates(r) {
		if _, err := os.Lstat(c.path); err != nil {
			continue
		}
		checks = append(checks, checkPlugin(r, c))
	}
	if checks == nil {
		none := Check{Name: r.String(), Detail: "no plugin found", Fix: howToGet(k)}
		if k == cudaKind && checkGPU() != nil {
			none.OK, none.Detail, none.Fix = true, "no plugin found, and no NVIDIA GPU to use it on", ""
		}
		checks = append(checks, none)
	}
	return checks
}

// checkPlugin checks one file, with its whole content.
func checkPlugin(r request, c candidate) Check {
	f := examine(r, c)
	if f.OK {
		if record, ok := recordOf(c.path); ok {
			if err := record.verify(c.path); err != nil {
				f.OK, f.Why = false, fmt.Sprintf("%s (%s): %v", c.path, c.where, err)
			}
		}
	}
	if f.OK {
		return Check{Name: f.Name, OK: true, Detail: fmt.Sprintf("%s (%s): %s", c.path, c.where, f.Version)}
	}
	fix := "delete it, or put a good one in its place"
	if _, ok := recordOf(c.path); ok {
		fix = "install it again: resnetlab backend install " + wheels[r.kind].kind
	}
	if isCUDA(c.path) && checkGPU() != nil {
		fix = ""
	}
	return Check{Name: f.Name, Detail: f.Why, Fix: fix}
}

// checkCompileCache checks whether compiled programs are kept. A cache that is switched off is no fault.
func checkCompileCache(c CompileCache) Check {
	check := Check{Name: "compile cache", OK: c.Problem == "" || c.Off, Detail: c.String()}
	if !check.OK {
		check.Fix = "name another folder in " + CacheVariable + ", or switch the cache off there (off): XLA then compiles every program in every process"
	}
	return check
}

// checkComputes opens a backend and lets it add two numbers.
func checkComputes(f Found) Check {
	c := Check{Name: f.Name + " computes"}
	fail := func(err error) Check {
		c.Detail, c.Fix = oneLine(err.Error()), "use another backend (--backend, or "+compute.ConfigEnvVar+"), and report this"
		return c
	}
	b, _, err := Open(f.Name)
	if err != nil {
		return fail(err)
	}
	defer b.Finalize()
	add, err := graph.NewExec(b, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) })
	if err != nil {
		return fail(err)
	}
	sum, err := add.Call(float32(40), float32(2))
	if err != nil {
		return fail(err)
	}
	if got := sum[0].Value(); got != float32(42) {
		return fail(fmt.Errorf("40 + 2 = %v", got))
	}
	c.OK, c.Detail = true, b.Description()
	return c
}
