package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/internal/atomicfile"
)

// results is everything that was measured, and the JSON of it. A benchmark that was interrupted is resumed from it.
type results struct {
	Schema   int               `json:"schema"` // 1
	Machine  machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Loaded   map[string]int64  `json:"loaded_rss_bytes"` // peak memory of a side's process before its first request
	Works    []*record         `json:"works"`
	Layers   []*layers         `json:"layers,omitempty"`
}

// record holds what was measured of one work. Keys are names of sides.
type record struct {
	work
	Cold    map[string]sample   `json:"cold,omitempty"`   // first call in a new process, with weights and compiling
	Warm    map[string]sample   `json:"warm,omitempty"`   // the same, with compiled programs on disk where the side keeps them
	Rounds  []map[string]sample `json:"rounds,omitempty"` // one call of each side, one after the other
	PeakRSS map[string]int64    `json:"peak_rss_bytes,omitempty"`
	Failed  map[string]string   `json:"failed,omitempty"` // why a side has no result
}

// find returns the record of a work; nil if there is none.
func (r *results) find(w work) *record {
	for _, known := range r.Works {
		if known.work == w {
			return known
		}
	}
	return nil
}

// of returns the record of a work, a new one if there is none.
func (r *results) of(w work) *record {
	if known := r.find(w); known != nil {
		return known
	}
	added := &record{work: w, Cold: map[string]sample{}, Warm: map[string]sample{}, PeakRSS: map[string]int64{}, Failed: map[string]string{}}
	r.Works = append(r.Works, added)
	return added
}

// note records what a side says of itself when it starts. Its versions must be those with which the rest was measured.
func (r *results) note(s side, hello answer) error {
	r.Loaded[s.name] = hello.PeakRSS
	for name, version := range hello.Versions {
		if name == own {
			name = s.title
		}
		if before, known := r.Versions[name]; known && before != version {
			return fmt.Errorf("%w: %s %s, now %s", errOther, name, before, version)
		}
		r.Versions[name] = version
	}
	return nil
}

// errOther matches errors about results that cannot be completed here.
var errOther = errors.New("the results are those of another machine or version: choose another file with --out, or remove it")

// readResults reads results.
func readResults(path string) (*results, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &results{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("reading results from %s: %w", path, err)
	}
	if r.Schema != 1 {
		return nil, fmt.Errorf("reading results from %s: schema %d, not 1", path, r.Schema)
	}
	return r, nil
}

// resumeResults reads the results of this machine that are to be completed, or makes empty ones.
func resumeResults(path string, here machine) (*results, error) {
	r, err := readResults(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &results{Schema: 1, Machine: here, Versions: map[string]string{}, Loaded: map[string]int64{}}, nil
	}
	if err != nil {
		return nil, err
	}
	if r.Machine != here {
		return nil, fmt.Errorf("%s: %w: it has %v", path, errOther, r.Machine)
	}
	for _, known := range r.Works { // maps that were empty
		for _, samples := range []*map[string]sample{&known.Cold, &known.Warm} {
			if *samples == nil {
				*samples = map[string]sample{}
			}
		}
		if known.PeakRSS == nil {
			known.PeakRSS = map[string]int64{}
		}
		known.Failed = map[string]string{} // try again
	}
	return r, nil
}

// write writes the results.
func (r *results) write(path string) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, append(data, '\n'))
}
