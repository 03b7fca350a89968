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

// shardHeader describes the prediction that a shard belongs to, and the shard's part of the folder. It is the field "shard" of the file's first
// line, so that [Merge] needs the files alone to prove that no picture is missing or duplicate.
type shardHeader struct {
	Schema    int      `json:"schema"`
	Index     int      `json:"index"` // from 0
	Of        int      `json:"of"`
	Files     int      `json:"files"`      // of this shard: its lines
	AllFiles  int      `json:"all_files"`  // of all shards
	Names     string   `json:"names"`      // sha256 of the names of all shards' files: sorted, a line feed after each
	Network   string   `json:"network"`    // sha256 of weights, architecture and preprocessing
	BatchSize int      `json:"batch_size"` // another batch size may change a probability's last digits
	TopK      int      `json:"top_k"`
	Logits    bool     `json:"logits"`
	Classes   []string `json:"classes"`
}

// shardOf returns the shard, from 0 to n-1, that a picture belongs to. It depends on a hash of the name alone: a picture that is added or removed
// between the runs of two shards moves no other picture, and the pictures of each folder are spread evenly.
func shardOf(name string, n int) int {
	hash := sha256.Sum256([]byte(name))
	return int(binary.BigEndian.Uint64(hash[:8]) % uint64(n))
}

// assign returns this shard's names out of the names of all pictures, in the order that [Merge] expects, and records their numbers and hash in
// Files, AllFiles and Names.
func (s *shardHeader) assign(all []string) (mine []string) {
	all = slices.SortedFunc(slices.Values(all), func(a, b string) int { return strings.Compare(printable.UTF8(a), printable.UTF8(b)) })
	names := sha256.New()
	for _, name := range all {
		if shardOf(printable.UTF8(name), s.Of) == s.Index {
			mine = append(mine, name)
		}
		_, _ = io.WriteString(names, printable.UTF8(name)+"\n")
	}
	s.Files, s.AllFiles, s.Names = len(mine), len(all), hex.EncodeToString(names.Sum(nil))
	return mine
}

// finished is the part of a shard's file that a run can resume after.
type finished struct {
	results    int   // lines
	unreadable int   // lines that record an error
	bytes      int64 // length of these lines
}

// scan reads what a stopped run of this shard left in a file, which may end at any byte. good is the whole file, or its lines up to the end of a
// full batch: a run that resumes there forms the same batches, and so writes the same bytes, as one that was never stopped. same reports whether
// the file is of this shard and prediction. The error is one of reading.
func (s shardHeader) scan(r io.Reader, names []string) (good finished, same bool, err error) {
	if s.Files == 0 {
		text, err := io.ReadAll(io.LimitReader(r, 1<<20))
		return finished{bytes: int64(len(text))}, bytes.Equal(text, append(s.encode(), '\n')), err
	}
	lines := bufio.NewReader(r)
	var at finished
	read, all := 0, 0 // pictures of the current batch: those that could be read, and all
	for i, name := range names {
		l, size, err := nextLine(lines, name)
		if err != nil || size == 0 {
			return good, same, err
		}
		if i == 0 {
			if same = l.Shard != nil && reflect.DeepEqual(*l.Shard, s); !same {
				return finished{}, false, nil
			}
		}
		at.add(l, size)
		if all++; l.Error == "" {
			read++
		}
		if full(read, all, s.BatchSize) {
			good, read, all = at, 0, 0
		}
	}
	if _, err = lines.ReadByte(); err == io.EOF {
		return at, same, nil
	}
	return good, same, err
}

// add counts a line of so many bytes.
func (f *finished) add(l line, size int) {
	f.results++
	f.bytes += int64(size)
	if l.Error != "" {
		f.unreadable++
	}
}

// nextLine reads the line of a picture and returns its size in bytes: 0 where it is cut off, damaged or another picture's.
func nextLine(lines *bufio.Reader, name string) (l line, size int, err error) {
	text, err := lines.ReadBytes('\n')
	if err == io.EOF {
		return line{}, 0, nil
	}
	if err != nil {
		return line{}, 0, err
	}
	l, err = parseLine(text)
	if err != nil || l.File != printable.UTF8(name) {
		return line{}, 0, nil
	}
	return l, len(text), nil
}

// encode returns the only line of a shard without pictures.
func (s shardHeader) encode() []byte { return []byte(`{"shard": ` + s.field() + "}") }

func (s shardHeader) field() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // numbers and strings: it cannot fail
	return strings.TrimSpace(b.String())
}

// line is a JSON line of a prediction, as read back.
type line struct {
	File   string              `json:"file"`
	Index  int                 `json:"index"`
	Label  string              `json:"label"`
	Prob   *float64            `json:"prob"`
	Probs  map[string]*float64 `json:"probs"`
	Logits []*float64          `json:"logits"`
	Error  string              `json:"error"`
	Shard  *shardHeader        `json:"shard"`
}

func parseLine(text []byte) (l line, err error) {
	if err := json.Unmarshal(text, &l); err != nil {
		return l, fmt.Errorf("this is not a JSON line of a prediction: %w", err)
	}
	return l, nil
}

// result makes a Result of a line of this shard. Classes that a top-k line leaves out get probability -Inf, so that [Result.Top] sorts them last.
func (s shardHeader) result(l line) (Result, error) {
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
