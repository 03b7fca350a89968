package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/backend"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// version is the program's version. The linker sets it in a release.
var version = "development"

// reported are the modules whose versions are printed; --json has all.
var reported = []string{"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/janpfeifer/gonb", "gonum.org/v1/plot"}

func (v *versionCommand) Run() error {
	modules := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			modules[m.Path] = m.Version
		}
	}
	if v.JSON {
		return printJSON(struct {
			Schema    int               `json:"schema"`
			Version   string            `json:"version"`
			Go        string            `json:"go"`
			OS        string            `json:"os"`
			Processor string            `json:"arch"`
			CPUs      int               `json:"cpus"`
			Modules   map[string]string `json:"modules"`
			Backends  []backend.Found   `json:"backends"`
			OneDNN    backend.OneDNN    `json:"onednn"`
		}{1, version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), modules, backend.List(), backend.FindOneDNN()})
	}
	text := fmt.Sprintf("resnetlab %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, m := range reported {
		if modules[m] != "" {
			text += fmt.Sprintf("  %-26s %s\n", m, modules[m])
		}
	}
	for _, f := range backend.List() {
		text += fmt.Sprintf("  backend %-18s %s\n", f.Name, printable.Line(foundLine(f)))
	}
	text += fmt.Sprintf("  %-26s %s\n", "oneDNN", printable.Line(oneDNNLine(backend.FindOneDNN())))
	_, err := fmt.Print(text)
	return err
}
