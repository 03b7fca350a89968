package main

// A worker is a process that measures one side. It reads requests and writes answers, one JSON object a line, on stdin and stdout. Its first line
// is an answer that no request asked for, with the versions of what it measures.

// request asks a worker for one thing.
type request struct {
	Do string `json:"do"` // "prepare", "run" or "layers"
	load
	Calls int `json:"calls,omitempty"` // of "run"
}

// load is the part of a work that a worker needs to know, beside its number of threads.
type load struct {
	Arch  string `json:"arch"`
	Kind  string `json:"kind"` // forward or step
	Batch int    `json:"batch"`
	Size  int    `json:"size"`
}

// Kinds of work.
const (
	forward = "forward" // in evaluation mode
	step    = "step"    // forward in training mode, cross entropy, backward, Adam
)

// sample is what a call took, in seconds: the mean where several calls were measured together.
type sample struct {
	Wall      float64 `json:"wall"`
	Processor float64 `json:"processor"` // of all threads
}

// answer is a worker's answer.
type answer struct {
	sample                     // of a call, or of reading the weights, compiling and the first call
	Value    []float64         `json:"value,omitempty"`    // what the last call computed: the first picture's logits, or the loss
	PeakRSS  int64             `json:"peak_rss_bytes"`     // of the worker so far
	Versions map[string]string `json:"versions,omitempty"` // in the first line
	Layers   *layers           `json:"layers,omitempty"`   // to "layers"
	Error    string            `json:"error,omitempty"`    // in place of all others
}
