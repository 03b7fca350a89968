package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// places are the folders of a benchmark.
type places struct {
	peer     string // the environment of the other libraries, which make bench-peer makes
	script   string // peer.py
	models   string // weights and exported networks
	compiled string // compiled programs of resnetlab
}

// process is a running worker.
type process struct {
	side
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *json.Decoder
	said    bytes.Buffer // on stderr
	hello   answer
}

// start starts a worker and waits for its first line. Cancelling ctx kills it.
func start(ctx context.Context, s side, threads int, p places) (*process, error) {
	command, err := s.command(threads, p)
	if err != nil {
		return nil, err
	}
	w := &process{side: s, cmd: exec.CommandContext(ctx, command[0], command[1:]...)}
	w.cmd.Env = append(os.Environ(), append(s.env, "OMP_NUM_THREADS="+strconv.Itoa(threads), "RESNETLAB_COMPILE_CACHE="+p.compiled)...)
	w.cmd.Stderr = &w.said
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	w.answers = json.NewDecoder(out)
	if w.hello, err = w.read(); err == nil && s.oneDNN && !strings.Contains(w.hello.Versions[own], "oneDNN") {
		err = errors.New("oneDNN was not found: see resnetlab backend doctor")
	}
	if err != nil {
		w.stop()
		return nil, fmt.Errorf("starting side %s: %w", s.name, err)
	}
	return w, nil
}

// command returns the command line of the side's worker.
func (s side) command(threads int, p places) ([]string, error) {
	if s.peer {
		return []string{filepath.Join(p.peer, "bin", "python"), p.script, s.name, strconv.Itoa(threads), p.models}, nil
	}
	program, err := os.Executable()
	return []string{program, "worker", "--backend", s.backend, "--threads", strconv.Itoa(threads), "--models", p.models}, err
}

// ask sends a request and waits for the answer.
func (w *process) ask(r request) (answer, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return answer{}, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return answer{}, w.ended(err)
	}
	return w.read()
}

func (w *process) read() (a answer, err error) {
	if err := w.answers.Decode(&a); err != nil {
		return answer{}, w.ended(err)
	}
	if a.Error != "" {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}

// ended returns the error of a worker that does not answer, with the last line that it wrote to stderr.
func (w *process) ended(err error) error {
	w.stop()
	lines := strings.Split(strings.TrimSpace(w.said.String()), "\n")
	return fmt.Errorf("the worker ended (%v): %w: %s", w.cmd.ProcessState, err, lines[len(lines)-1])
}

// stop ends the worker. A worker that computes is killed: it would read the end of its requests only afterwards.
func (w *process) stop() {
	w.in.Close()
	w.cmd.Process.Kill() // it may have ended already
	w.cmd.Wait()         // its exit status tells nothing: it was killed
}
