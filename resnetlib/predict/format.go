package predict

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"resnetlab/internal/printable"
)

// Formats are the formats of a [Writer]. text is for people; csv has one column per class; json is one object with a list; jsonl has one object per
// line, and is the only format that shards and resumed runs write.
var Formats = []string{"text", "csv", "json", "jsonl"}

// FormatOf returns the format of a file by its extension, in any case (.txt is text), or "" if it is not one of a format.
func FormatOf(path string) string {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	if ending == "txt" {
		return "text"
	}
	if slices.Contains([]string{"json", "csv", "jsonl"}, ending) {
		return ending
	}
	return ""
}

// Layout says how results are written.
type Layout struct {
	Format  string   // one of Formats
	Classes []string // in label order
	TopK    int      // number of classes written per picture, the most probable first; 0: all, in class order
	Logits  bool     // write logits too; text has them instead of the probabilities
}

// Writer writes results one by one, so that memory does not grow with their number. Make one with [NewWriter], and Close it after the last result.
type Writer struct {
	layout  Layout
	shard   *shardHeader // written into the first line; nil where the lines are not a shard's
	w       io.Writer
	csv     *csv.Writer
	results int // in the file, those of an earlier run included
}

// NewWriter makes a writer and writes the header, where the format has one.
func NewWriter(w io.Writer, l Layout) (*Writer, error) {
	out := &Writer{layout: l, w: w}
	var err error
	switch l.Format {
	case "csv":
		out.csv = csv.NewWriter(w)
		header := append([]string{"file", "label", "index", "prob"}, prefixed("prob_", l.Classes)...)
		if l.Logits {
			header = append(header, prefixed("logit_", l.Classes)...)
		}
		err = out.csv.Write(append(header, "error"))
	case "json":
		_, err = io.WriteString(w, `{"schema": 1, "predictions": [`)
	case "text", "jsonl":
	default:
		err = fmt.Errorf("unknown format %q; there are %v", l.Format, Formats)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

// Write writes one result.
func (w *Writer) Write(r Result) (err error) {
	w.results++
	switch w.layout.Format {
	case "csv":
		return w.csv.Write(w.record(r))
	case "jsonl":
		_, err = fmt.Fprintf(w.w, "%s\n", w.object(r))
	case "json":
		comma := ","
		if w.results == 1 {
			comma = ""
		}
		_, err = fmt.Fprintf(w.w, "%s\n  %s", comma, w.object(r))
	default:
		err = w.text(r)
	}
	return err
}

// Close writes the end of the format and flushes. It does not close the writer that NewWriter was given.
func (w *Writer) Close() error {
	switch w.layout.Format {
	case "csv":
		w.csv.Flush()
		return w.csv.Error()
	case "json":
		_, err := io.WriteString(w.w, "\n]}\n")
		return err
	case "jsonl":
		if w.shard != nil && w.results == 0 {
			_, err := fmt.Fprintf(w.w, "%s\n", w.shard.encode())
			return err
		}
	}
	return nil
}

// order returns the indices of the classes that are written of a result, in order.
func (w *Writer) order(r Result) []int {
	if w.layout.TopK == 0 {
		order := make([]int, len(r.Probs))
		for i := range order {
			order[i] = i
		}
		return order
	}
	return r.Top(w.layout.TopK)
}

// text writes the file's name, then one line per class. Control characters are escaped, so that a name cannot control the terminal.
func (w *Writer) text(r Result) error {
	if r.Err != nil {
		_, err := fmt.Fprintf(w.w, "%s: error: %s\n", printable.Escaped(r.File), printable.Escaped(r.Err.Error()))
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s %.4f\n", printable.Escaped(r.File), printable.Escaped(w.layout.Classes[r.Index]), r.Probs[r.Index])
	for _, i := range w.order(r) {
		if w.layout.Logits {
			fmt.Fprintf(&b, "  class: %-12s logit: %.4f\n", printable.Escaped(w.layout.Classes[i]), r.Logits[i])
		} else {
			fmt.Fprintf(&b, "  class: %-12s prob: %.4f\n", printable.Escaped(w.layout.Classes[i]), r.Probs[i])
		}
	}
	_, err := w.w.Write(b.Bytes())
	return err
}

func (w *Writer) record(r Result) []string {
	width := 5 + len(w.layout.Classes)
	if w.layout.Logits {
		width += len(w.layout.Classes)
	}
	record := make([]string, width)
	record[0] = printable.UTF8(r.File)
	if r.Err != nil {
		record[width-1] = printable.UTF8(r.Err.Error())
		return record
	}
	record[1], record[2], record[3] = w.layout.Classes[r.Index], strconv.Itoa(r.Index), number(r.Probs[r.Index])
	for _, i := range w.order(r) {
		record[4+i] = number(r.Probs[i])
		if w.layout.Logits {
			record[4+len(w.layout.Classes)+i] = number(float64(r.Logits[i]))
		}
	}
	return record
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }

// object returns one result as a line of JSON. The probabilities are in class order, or with TopK the most probable first.
func (w *Writer) object(r Result) []byte {
	var b bytes.Buffer
	b.WriteString(`{"file": ` + quote(printable.UTF8(r.File)))
	if r.Err != nil {
		b.WriteString(`, "error": ` + quote(printable.UTF8(r.Err.Error())))
		w.end(&b)
		return b.Bytes()
	}
	fmt.Fprintf(&b, `, "label": %s, "index": %d, "prob": %s, "probs": {`, quote(w.layout.Classes[r.Index]), r.Index, jsonNumber(r.Probs[r.Index]))
	for n, i := range w.order(r) {
		if n > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(w.layout.Classes[i]) + ": " + jsonNumber(r.Probs[i]))
	}
	b.WriteString("}")
	if w.layout.Logits {
		b.WriteString(`, "logits": [`)
		for i, v := range r.Logits {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(jsonNumber(float64(v)))
		}
		b.WriteString("]")
	}
	w.end(&b)
	return b.Bytes()
}

// end ends a result's object. The first object of a shard also has the shard's header.
func (w *Writer) end(b *bytes.Buffer) {
	if w.shard != nil && w.results == 1 {
		b.WriteString(`, "shard": ` + w.shard.field())
	}
	b.WriteString("}")
}

// jsonNumber formats a number: null for NaN and infinities, which JSON does not have and shards of earlier versions hold.
func jsonNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "null"
	}
	return number(v)
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // a string can always be encoded
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
