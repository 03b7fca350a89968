package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// runCommand measures.
type runCommand struct {
	Out    string   `help:"JSON file of the results; those that it holds are completed. Without it: .cache/bench/performance.json, and quick.json there with --quick."`
	Peer   string   `help:"Python environment of the other libraries." default:".cache/peer"`
	Sets   []string `help:"What to measure: networks, batch, size, depth, threads, layers. Without it: all of them."`
	Sides  []string `help:"Sides beside pytorch. Without it: all of them."`
	Only   string   `help:"Measure only works with this in their description, such as 'resnet50 step'."`
	Rounds int      `help:"Rounds of the networks; the other sets have at most three." default:"5"`
	Quick  bool     `help:"Measure one small network only, within minutes."`
}

// script is the place of peer.py below the module's root, where make runs this program.
const script = "internal/tools/peerbench/peer.py"

// Run measures and prints the tables. They are printed also where it is interrupted.
func (c runCommand) Run(ctx context.Context) error {
	b, err := c.prepare()
	if err != nil {
		return err
	}
	chosen, err := c.chosen()
	if err != nil {
		return err
	}
	archs, byLayer := archsOf(chosen), !c.Quick && c.Only == "" && c.wants("layers")
	if byLayer {
		archs = append(archs, layered...)
	}
	err = b.export(ctx, archs)
	if err == nil {
		err = b.run(ctx, chosen)
	}
	if err == nil && byLayer {
		err = b.layers(ctx)
	}
	for _, part := range blocks {
		if lines := part.lines(b.results); len(lines) > 2 && !isPicture(lines[0]) {
			fmt.Printf("\n%s\n\n%s\n", part.name, strings.Join(lines, "\n"))
		}
	}
	return errors.Join(err, drawAll(b.results, filepath.Dir(c.out())))
}

// prepare checks the flags and opens the results.
func (c runCommand) prepare() (*benchmark, error) {
	if c.Rounds < 1 {
		return nil, fmt.Errorf("--rounds %d: at least 1", c.Rounds)
	}
	chosen, err := sidesNamed(c.Sides)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(c.out())
	b := &benchmark{sides: chosen, rounds: c.Rounds, log: func(line string) { fmt.Fprintln(os.Stderr, line) },
		places: places{peer: c.Peer, script: script, models: filepath.Join(folder, "models"), compiled: filepath.Join(folder, "compiled")}}
	if b.compiled, err = filepath.Abs(b.compiled); err != nil {
		return nil, err
	}
	if b.results, err = resumeResults(c.out(), thisMachine()); err != nil {
		return nil, err
	}
	b.save = func() error { return b.results.write(c.out()) }
	return b, nil
}

// out returns the file of the results.
func (c runCommand) out() string {
	if c.Out == "" && c.Quick {
		return ".cache/bench/quick.json"
	}
	return cmp.Or(c.Out, ".cache/bench/performance.json")
}

// wants reports whether a set is to be measured.
func (c runCommand) wants(set string) bool { return len(c.Sets) == 0 || slices.Contains(c.Sets, set) }

// chosen returns the sets to measure, with the works to measure.
func (c runCommand) chosen() ([]set, error) {
	all := sets(runtime.NumCPU())
	if c.Quick {
		all = quickSet(runtime.NumCPU())
	}
	for _, name := range c.Sets {
		if name != "layers" && !slices.ContainsFunc(all, func(s set) bool { return s.name == name }) {
			return nil, fmt.Errorf("--sets: unknown set %q: the sets are networks, batch, size, depth, threads and layers", name)
		}
	}
	all = slices.DeleteFunc(all, func(s set) bool { return !c.wants(s.name) })
	for i := range all {
		all[i].works = slices.DeleteFunc(all[i].works, func(w work) bool { return !strings.Contains(w.String(), c.Only) })
	}
	return all, nil
}

// export writes networks with random weights, in the forms that the sides read, unless they are there.
func (b *benchmark) export(ctx context.Context, archs []string) error {
	if err := os.MkdirAll(b.models, 0o777); err != nil {
		return err
	}
	python := filepath.Join(b.peer, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return fmt.Errorf("the other libraries are not installed: run make bench-peer: %w", err)
	}
	for _, arch := range archs {
		if _, err := os.Stat(filepath.Join(b.models, arch+".pth")); err == nil {
			continue
		}
		b.log("exporting " + arch)
		if said, err := exec.CommandContext(ctx, python, b.script, "export", arch, b.models).CombinedOutput(); err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("exporting %s: %w: %s", arch, err, said))
		}
	}
	return nil
}

// archsOf returns the networks of the sets.
func archsOf(sets []set) (archs []string) {
	for _, s := range sets {
		for _, w := range s.works {
			archs = append(archs, w.Arch)
		}
	}
	slices.Sort(archs)
	return slices.Compact(archs)
}

// layered are the networks whose layers are measured one by one.
var layered = []string{"resnet50", "resnext50_32x4d"}

// layers measures the layers of networks, unless the results have them.
func (b *benchmark) layers(ctx context.Context) error {
	for _, arch := range layered {
		if slices.ContainsFunc(b.results.Layers, func(l *layers) bool { return l.Arch == arch }) {
			continue
		}
		w, err := start(ctx, layeredSide(), runtime.NumCPU(), b.places)
		if err != nil {
			return err
		}
		a, err := w.ask(request{Do: "layers", load: load{Arch: arch, Batch: 8, Size: 224}})
		w.stop()
		if err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("measuring the layers of %s: %w", arch, err))
		}
		b.results.Layers = append(b.results.Layers, a.Layers)
		if err := b.save(); err != nil {
			return err
		}
	}
	return nil
}

// layeredSide is the side whose layers are measured.
func layeredSide() side {
	at := slices.IndexFunc(sides, func(s side) bool { return s.oneDNN })
	return sides[at]
}
