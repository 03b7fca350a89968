package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/weights"
)

// worker measures one backend of resnetlab.
type worker struct {
	backend compute.Backend
	models  string // folder of the weights
	work    *bench.Work
	net     *models.ResNet
}

// own stands for the side's name among the versions: a worker does not know it.
const own = "own"

// workerCommand answers requests about one backend until stdin ends.
type workerCommand struct {
	Backend string `required:""`
	Threads int    `required:""`
	Models  string `required:"" help:"Folder of the weights, ARCH.pth."`
}

// Run serves on stdin and stdout.
func (c workerCommand) Run(ctx context.Context) error {
	b, choice, err := backend.OpenWith(c.Backend, backend.Options{Threads: c.Threads, Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
	if err != nil {
		return err
	}
	w := worker{backend: b, models: c.Models}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(answer{Versions: map[string]string{"resnetlab": version, own: choice.Version}, PeakRSS: bench.PeakRSS()}); err != nil {
		return err
	}
	return serve(ctx, bufio.NewReader(os.Stdin), out, w.answer)
}

// serve reads requests and writes answers until the requests end.
func serve(ctx context.Context, in io.Reader, out *json.Encoder, reply func(context.Context, request) (answer, error)) error {
	for requests := json.NewDecoder(in); ; {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading a request: %w", err)
		}
		a, err := reply(ctx, r)
		if err != nil {
			a = answer{Error: strings.ReplaceAll(err.Error(), "\n", " ")}
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}

// answer does what is requested and measures it.
func (w *worker) answer(ctx context.Context, r request) (a answer, err error) {
	wall, processor, calls := time.Now(), bench.ProcessorSeconds(), max(1, r.Calls)
	switch r.Do {
	case "prepare":
		a.Value, err = w.prepare(r.load)
	case "run":
		a.Value, err = w.repeat(calls)
	case "layers":
		a.Layers, err = w.layers(ctx, r.load)
	default:
		err = fmt.Errorf("unknown request %q", r.Do)
	}
	if err != nil {
		return answer{}, err
	}
	a.Wall, a.Processor = time.Since(wall).Seconds()/float64(calls), (bench.ProcessorSeconds()-processor)/float64(calls)
	a.PeakRSS = bench.PeakRSS()
	return a, nil
}

// prepare reads the weights, compiles the work and calls it once.
func (w *worker) prepare(l load) (value []float64, err error) {
	if err := w.open(l.Arch); err != nil {
		return nil, err
	}
	prepare := bench.NewForward
	if l.Kind == step {
		prepare = bench.NewStep
	}
	if w.work, err = prepare(w.backend, w.net, input(l.Batch, l.Size)); err != nil {
		return nil, err
	}
	return w.work.Call()
}

// open makes the network with the weights that all sides have.
func (w *worker) open(arch string) error {
	file, err := weights.Read(filepath.Join(w.models, arch+".pth"))
	if err != nil {
		return err
	}
	defer file.Close()
	w.net, err = network.Load(file, network.Spec{Arch: arch})
	return err
}

func (w *worker) repeat(calls int) (value []float64, err error) {
	if w.work == nil {
		return nil, errors.New("run before prepare")
	}
	for range calls {
		if value, err = w.work.Call(); err != nil {
			return nil, err
		}
	}
	return value, nil
}
