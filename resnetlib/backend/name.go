package backend

import (
	"fmt"
	"path/filepath"
	"strings"
)

// kind is the kind of backend that a name selects.
type kind int

const (
	auto kind = iota
	goKind
	cpuKind
	cudaKind
	pathKind // a plugin given by its absolute path
)

// request is a parsed name.
type request struct {
	kind    kind
	path    string   // of the plugin, for pathKind
	options []string // "tf32=false": the backend's own options
}

// String returns the name without its options.
func (r request) String() string {
	switch r.kind {
	case goKind:
		return Go
	case cpuKind:
		return XLACPU
	case cudaKind:
		return XLACUDA
	case pathKind:
		return "xla:" + r.path
	}
	return "auto"
}

// parse reads "<backend>[:<plugin>[,option[=value]]...]", the form of GOMLX_BACKEND, with "" and "auto" added. GoMLX's other names for
// XLA (stablehlo, hlo, shlo) are accepted as well.
func parse(name string) (request, error) {
	base, rest, _ := strings.Cut(name, ":")
	switch strings.ToLower(base) {
	case "", "auto":
		if rest != "" {
			return request{}, unknownName(name)
		}
		return request{kind: auto}, nil
	case "go":
		return request{kind: goKind, options: options(rest)}, nil
	case "xla", "stablehlo", "hlo", "shlo":
		return parseXLA(name, rest)
	}
	return request{}, unknownName(name)
}

func parseXLA(name, rest string) (request, error) {
	plugin, tail, _ := strings.Cut(rest, ",")
	r := request{options: options(tail)}
	switch {
	case filepath.IsAbs(plugin):
		r.kind, r.path = pathKind, filepath.Clean(plugin)
	case strings.HasSuffix(plugin, ".so"):
		return request{}, fmt.Errorf("backend %q: the path of a plugin must be absolute: xla:/path/to/plugin.so", name)
	case plugin == "" || plugin == "cpu":
		r.kind = cpuKind
	case plugin == "cuda":
		r.kind = cudaKind
	default:
		return request{}, unknownName(name)
	}
	return r, nil
}

func options(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func unknownName(name string) error {
	return fmt.Errorf("backend %q is not known: use auto, go, xla:cpu, xla:cuda or xla:/path/to/plugin.so", name)
}
