package backend

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// openGo opens GoMLX's backend in pure Go. The option parallelism is applied here, because GoMLX's own handling of it prints a line to stdout.
func openGo(options []string, why string, o Options) (compute.Backend, Choice, error) {
	threads := o.Threads
	var rest []string
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		if key != "parallelism" {
			rest = append(rest, option)
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, Choice{}, fmt.Errorf("opening backend go: option %s: not a number", option)
		}
		if threads == 0 {
			threads = n
		}
	}
	executors := executorsFor(cmp.Or(threads, runtime.GOMAXPROCS(0)))
	rest = append([]string{fmt.Sprintf("num_executors=%d", executors)}, rest...) // of two equal options the later one counts
	b, err := gobackend.New(strings.Join(rest, ","))
	if err != nil {
		return nil, Choice{}, fmt.Errorf("opening backend go: %w", err)
	}
	if threads != 0 {
		// All executors but the caller's hold a worker of the pool while a graph runs, and products need the others.
		if err := setParallelism(b, threads+executors-1); err != nil {
			return nil, Choice{}, err
		}
	}
	return b, Choice{Name: Go, Version: goVersion(), Why: why}, nil
}

// executorsFor returns how many operations of a graph run side by side on a number of threads. Most operations use one thread alone, so one executor
// leaves the other threads without work. Products use all, but the executors take their workers: GoMLX's own number, 8, leaves them one on two
// cores. Seconds a picture of ResNet-50 on two cores, 224 px, batch 8, forward and training step: 1 executor 0.094, 0.476; 2 executors 0.080,
// 0.304; 3 executors 0.078, 0.339; 8 executors 0.112, 0.434. The results have the same bytes, whatever the number.
func executorsFor(threads int) int {
	if threads == 1 {
		return 1
	}
	return min(max(threads/2, 2), 8)
}

// setParallelism limits the Go backend's pool of workers. The backend's type is internal to GoMLX, its pool is an exported field.
func setParallelism(b compute.Backend, n int) error {
	type pool interface{ SetMaxParallelism(int) }
	if v := reflect.Indirect(reflect.ValueOf(b)); v.Kind() == reflect.Struct {
		if f := v.FieldByName("Workers"); f.IsValid() && f.CanInterface() {
			if p, ok := f.Interface().(pool); ok {
				p.SetMaxParallelism(n)
				return nil
			}
		}
	}
	return fmt.Errorf("opening backend go with %d threads: this version of GoMLX has no pool of workers to limit", n)
}

// goVersion returns the version of the module with the Go backend.
func goVersion() string {
	if v := moduleVersion("github.com/gomlx/compute"); v != "" {
		return "gomlx/compute " + v
	}
	return "gomlx/compute"
}

// moduleVersion returns a linked module's version; "" where the build does not hold it.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == path {
			if m.Replace != nil {
				return m.Replace.Version
			}
			return m.Version
		}
	}
	return ""
}
