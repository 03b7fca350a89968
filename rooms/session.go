package rooms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/weights"
)

// Session computes for one page, one request at a time, on the Go backend, and keeps what the page has opened.
type Session struct {
	backend   compute.Backend
	photo     *photograph      // what "photo" has opened; nil: nothing
	network   *network.Network // that the rooms look into; nil: none yet, see network.go
	explainer *explain.Explainer
	forward   forward       // of the network, made at the first guess
	file      *weights.File // what "weightfile" has opened; nil: nothing
}

// New starts a session.
func New() (*Session, error) {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		return nil, fmt.Errorf("starting the rooms: %w", err)
	}
	return &Session{backend: b}, nil
}

// File is a file that the reader chose, or that belongs to the site. The page's computer has no file system.
type File struct {
	Name    string
	Content []byte
}

// Request asks for one computation.
type Request struct {
	Name      string // one of Names
	Arguments []byte // JSON
	Files     []File
	Progress  func(part any) // called with intermediate results, which are of the answer's type; nil: nobody waits for them
}

// Answer is the result of a [Request].
type Answer struct {
	Value   any      // encoded as JSON for a page
	Buffers [][]byte // what would be long in JSON: Value names pixels by their index here, see [Pixels]
}

// Names returns what can be asked for, sorted.
func Names() []string { return slices.Sorted(maps.Keys(calls)) }

// Call computes the answer to a request. Its error is one line for the reader; the session can be used further.
func (s *Session) Call(ctx context.Context, r Request) (answer Answer, err error) {
	compute, ok := calls[r.Name]
	if !ok {
		return Answer{}, fmt.Errorf("no computation %q: there are %s", r.Name, strings.Join(Names(), ", "))
	}
	defer func() {
		// GoMLX reports mistakes in a graph by panics. The page must stay usable after them.
		if p := recover(); p != nil {
			first, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			answer, err = Answer{}, fmt.Errorf("computing %s: %s", r.Name, first)
		}
	}()
	c := &call{Context: ctx, session: s, Request: r}
	value, err := compute(c)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Value: value, Buffers: c.buffers}, nil
}

// call is one request while it is computed.
type call struct {
	context.Context
	Request
	session *Session
	buffers [][]byte
}

// part gives the page an intermediate result.
func (c *call) part(value any) {
	if c.Progress != nil {
		c.Progress(value)
	}
}

// handler makes a function with typed arguments into an entry of calls.
func handler[Arguments, Value any](compute func(*call, Arguments) (Value, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var a Arguments
		d := json.NewDecoder(bytes.NewReader(c.Arguments))
		d.DisallowUnknownFields()
		if err := d.Decode(&a); err != nil {
			return nil, fmt.Errorf("reading the arguments of %s: %w", c.Name, err)
		}
		return compute(c, a)
	}
}
