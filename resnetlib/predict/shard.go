package predict

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// Shard says of a file of predictions which part of a folder's pictures it holds, and of what prediction it is a part. It stands in the first
// line of the shard's JSON lines, beside what every line has, so that [Merge] needs the files alone to prove that no picture is missing or duplicate.
type Shard struct {
	Schema    int      `json:"schema"`
	Index     int      `json:"index"` // from 0
	Of        int      `json:"of"`
	Files     int      `json:"files"`      // of this shard: its lines
	AllFiles  int      `json:"all_files"`  // of all shards
	Names     string   `json:"names"`      // sha256 of all files' names, sorted, each with a line feed
	Network   string   `json:"network"`    // sha256 of weights, architecture and preprocessing
	BatchSize int      `json:"batch_size"` // another batch size may change a probability's last digits
	TopK      int      `json:"top_k"`
	Logits    bool     `json:"logits"`
	Classes   []string `json:"classes"`
}

// ShardOf returns the shard, from 0 to n-1, that a picture belongs to. A hash of its name alone decides: a picture that is added or removed between
// the runs of two shards moves no other picture, and folders are spread evenly.
func ShardOf(name string, n int) int {
	hash := sha256.Sum256([]byte(name))
	return int(binary.BigEndian.Uint64(hash[:8]) % uint64(n))
}

// Choose returns this shard's names out of the names of all pictures, in the order that [Merge] expects, and sets Files, AllFiles and Names.
func (s *Shard) Choose(all []string) (mine []string) {
	all = slices.SortedFunc(slices.Values(all), func(a, b string) int { return strings.Compare(printable.UTF8(a), printable.UTF8(b)) })
	names := sha256.New()
	for _, name := range all {
		if ShardOf(printable.UTF8(name), s.Of) == s.Index {
			mine = append(mine, name)
		}
		_, _ = io.WriteString(names, printable.UTF8(name)+"\n")
	}
	s.Files, s.AllFiles, s.Names = len(mine), len(all), hex.EncodeToString(names.Sum(nil))
	return mine
}

// Done says how much of a shard's file can be kept.
type Done struct {
	Results, Unreadable int   // lines, and those of them that are errors
	Bytes               int64 // the length of these lines
}

// Scan reads a file that a shard's writer may have left at any byte; its error is one of reading. same tells whether the file is of this very shard
// and prediction. What is good is the whole file, or ends with a full batch: a run that resumes there forms the same batches, and so writes the
// same bytes, as one that was never stopped.
func (s Shard) Scan(r io.Reader, names []string) (good Done, same bool, err error) {
	if s.Files == 0 {
		text, err := io.ReadAll(io.LimitReader(r, 1<<20))
		return Done{Bytes: int64(len(text))}, bytes.Equal(text, append(s.encode(), '\n')), err
	}
	lines := bufio.NewReader(r)
	var at Done
	read, pending := 0, 0 // of the batch
	for i, name := range names {
		text, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return good, same, err
		}
		l, parsed := parseLine(text)
		if err != nil || parsed != nil || l.File != printable.UTF8(name) {
			return good, same, nil
		}
		if i == 0 {
			if same = l.Shard != nil && reflect.DeepEqual(*l.Shard, s); !same {
				return good, false, nil
			}
		}
		at.Results, at.Bytes, pending = at.Results+1, at.Bytes+int64(len(text)), pending+1
		if l.Error != "" {
			at.Unreadable++
		} else {
			read++
		}
		if full(read, pending, s.BatchSize) {
			good, read, pending = at, 0, 0
		}
	}
	_, err = lines.ReadByte()
	if err == io.EOF {
		return at, same, nil
	}
	return good, same, err
}

// encode is the only line of a shard without pictures.
func (s Shard) encode() []byte { return []byte(`{"shard": ` + s.field() + "}") }

func (s Shard) field() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // numbers and strings: it cannot fail
	return strings.TrimSpace(b.String())
}

// line is a JSON line of a prediction, read.
type line struct {
	File   string              `json:"file"`
	Index  int                 `json:"index"`
	Label  string              `json:"label"`
	Prob   *float64            `json:"prob"`
	Probs  map[string]*float64 `json:"probs"`
	Logits []*float64          `json:"logits"`
	Error  string              `json:"error"`
	Shard  *Shard              `json:"shard"`
}

func parseLine(text []byte) (l line, err error) {
	if err := json.Unmarshal(text, &l); err != nil {
		return l, fmt.Errorf("this is not a JSON line of a prediction: %w", err)
	}
	return l, nil
}

// result makes a Result of a line of this shard. Classes that a top-k line leaves out have probability -Inf.
func (s Shard) result(l line) (Result, error) {
	r := Result{File: l.File, Index: l.Index}
	if l.Error != "" {
		r.Err = recorded(l.Error)
		return r, nil
	}
	shows := len(s.Classes)
	if s.TopK > 0 {
		shows = min(s.TopK, shows)
	}
	if l.Index < 0 || l.Index >= len(s.Classes) || s.Classes[l.Index] != l.Label || len(l.Probs) != shows || s.Logits != (len(l.Logits) > 0) ||
		s.Logits && len(l.Logits) != len(s.Classes) {
		return r, fmt.Errorf("%q is not a prediction of the shard's %d classes", l.File, len(s.Classes))
	}
	r.Probs = slices.Repeat([]float64{math.Inf(-1)}, len(s.Classes))
	for i, class := range s.Classes {
		if p, ok := l.Probs[class]; ok {
			r.Probs[i] = value(p)
			shows--
		}
	}
	if shows != 0 {
		return r, fmt.Errorf("%q has probabilities of classes that the shard does not list", l.File)
	}
	for _, v := range l.Logits {
		r.Logits = append(r.Logits, float32(value(v)))
	}
	return r, nil
}

// value is a number of a JSON line; null, which earlier versions wrote for NaN, is NaN.
func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// recorded is an error that was read back from a line.
type recorded string

func (r recorded) Error() string { return string(r) }
