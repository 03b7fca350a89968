package main

import (
	"context"
	"fmt"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/backend/compilecache"
)

type backendCommands struct {
	List    backendList    `cmd:"" help:"List the backends, and whether each works on this machine."`
	Install backendInstall `cmd:"" help:"Download a PJRT plugin, for the processor with oneDNN, into the project's .venv and check the hashes."`
	Doctor  backendDoctor  `cmd:"" help:"Check what the backends need, and say how to repair what is missing."`
	Cache   backendCache   `cmd:"" help:"Show where XLA's compiled programs are kept and how many there are, or remove them."`
}

type backendList struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (b *backendList) Run() error {
	found := backend.List()
	if b.JSON {
		return printJSON(struct {
			Schema   int             `json:"schema"`
			Backends []backend.Found `json:"backends"`
			OneDNN   backend.OneDNN  `json:"onednn"`
		}{1, found, backend.FindOneDNN()})
	}
	for _, f := range found {
		if err := printFound(f); err != nil {
			return err
		}
	}
	return printOneDNN()
}

// printOneDNN prints one line about the library that computes the convolutions of XLA on the processor.
func printOneDNN() error {
	_, err := fmt.Printf("%-10s %s\n", "oneDNN", printable.Line(oneDNNLine(backend.FindOneDNN())))
	return err
}

// oneDNNLine returns one line that says whether the library is used, with its version, its path and the reason.
func oneDNNLine(o backend.OneDNN) string {
	return foundLine(backend.Found{OK: o.On, Version: o.Version, Plugin: o.Path, Why: o.Why})
}

// printFound prints one line about a backend.
func printFound(f backend.Found) error {
	_, err := fmt.Printf("%-10s %s\n", f.Name, printable.Line(foundLine(f)))
	return err
}

// foundLine returns one line that says whether a backend works, with its version, its plugin and the reason.
func foundLine(f backend.Found) string {
	if !f.OK {
		return "no: " + f.Why
	}
	line := "yes"
	for _, s := range []string{f.Version, f.Plugin, f.Why} {
		if s != "" {
			line += "  " + s
		}
	}
	return line
}

type backendInstall struct {
	Kind string `arg:"" enum:"cpu,cuda" help:"Plugin to install: cpu or cuda."`
}

func (b *backendInstall) Run(ctx context.Context, c *commands) error {
	found, err := backend.Install(ctx, b.Kind, backend.InstallOptions{Log: func(line string) { c.logf("%s", line) }})
	if ctx.Err() != nil { // the error of the stopped pip says only that it was stopped
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if b.Kind == "cpu" {
		if err := printOneDNN(); err != nil {
			return err
		}
	}
	return printFound(found)
}

type backendDoctor struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (b *backendDoctor) Run() error {
	checks := backend.Doctor()
	if b.JSON {
		return printJSON(struct {
			Schema int             `json:"schema"`
			Checks []backend.Check `json:"checks"`
		}{1, checks})
	}
	for _, check := range checks {
		if err := printCheck(check.OK, check.Name, check.Detail, check.Fix); err != nil {
			return err
		}
	}
	return nil
}

type backendCache struct {
	Clear bool `help:"Remove all compiled programs."`
	JSON  bool `name:"json" help:"Print JSON."`
}

func (b *backendCache) Run() error {
	removed := compilecache.Contents{}
	if b.Clear {
		var err error
		if removed, err = backend.ClearCompileCache(); err != nil {
			return badInput(err)
		}
	}
	cache := backend.FindCompileCache()
	if b.JSON {
		return printJSON(struct {
			Schema int `json:"schema"`
			backend.CompileCache
			Removed compilecache.Contents `json:"removed"`
		}{1, cache, removed})
	}
	if b.Clear {
		if _, err := fmt.Printf("removed %d programs, %.1f MB\n", removed.Programs, float64(removed.Bytes)/(1<<20)); err != nil {
			return err
		}
	}
	_, err := fmt.Println(printable.Line(cache.String()))
	return err
}

// printCheck prints one line about a check of a doctor command and, below it, what to do about it.
func printCheck(ok bool, name, detail, advice string) error {
	_, err := fmt.Printf("%-4s %-22s %s\n", map[bool]string{true: "ok", false: "no"}[ok], name, printable.Line(detail))
	if advice != "" && err == nil {
		_, err = fmt.Printf("     what to do: %s\n", printable.Line(advice))
	}
	return err
}
