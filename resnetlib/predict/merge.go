package predict

import (
	"bufio"
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"reflect"
	"slices"
)

// longestLine bounds a line's length in bytes; ImageNet's thousand classes with logits take 60 kB.
const longestLine = 1 << 24

// Merged counts the pictures that [Merge] joined.
type Merged struct{ Files, Unreadable int }

// Merge joins the files of all shards of a prediction (see [Job]) into what a run without shards writes in that format. It checks that no picture is
// missing or duplicate: all shards are of one prediction, each is there once with its own pictures, as many as it says, and the sha256 of all names
// is the one that every shard recorded. Discard what was written if Merge returns an error. One line of each shard is in memory.
func Merge(w io.Writer, format string, paths []string) (m Merged, err error) {
	parts, err := openParts(paths)
	defer parts.close()
	if err == nil {
		err = parts.complete()
	}
	if err != nil {
		return m, err
	}
	first := parts[0].shard
	out, err := NewWriter(w, Layout{Format: format, Classes: first.Classes, TopK: first.TopK, Logits: first.Logits})
	if err != nil {
		return m, err
	}
	names := sha256.New()
	if m, err = parts.join(out, names); err != nil {
		return m, err
	}
	if got := hex.EncodeToString(names.Sum(nil)); m.Files != first.AllFiles || got != first.Names {
		return m, fmt.Errorf("merging: the shards have %d pictures, of %d that were listed, and their names' sha256 is %.12s, not %.12s",
			m.Files, first.AllFiles, got, first.Names)
	}
	return m, out.Close()
}

// part is a shard's file being read; line and result are its next.
type part struct {
	path   string
	file   *os.File
	lines  *bufio.Scanner
	shard  shardHeader
	line   line
	result Result
	number int // of the line, from 1
}

// openPart opens a shard's file and reads its header.
func openPart(path string) (*part, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("merging: %w", err)
	}
	p := &part{path: path, file: file, lines: bufio.NewScanner(file)}
	p.lines.Buffer(nil, longestLine)
	if err = p.first(); err != nil {
		_ = file.Close()
		return nil, p.wrap(err)
	}
	return p, nil
}

func (p *part) first() (err error) {
	if err = p.scan(); errors.Is(err, io.EOF) {
		return errors.New("it is empty; a whole shard has at least one line")
	}
	if err != nil {
		return err
	}
	switch s := p.line.Shard; {
	case s == nil:
		return errors.New("its first line does not say which shard it is; 'batch-predict --shard' writes that")
	case s.Schema != 1:
		return fmt.Errorf("it is of schema %d, this program reads 1", s.Schema)
	case s.Of < 1 || s.Index < 0 || s.Index >= s.Of:
		return fmt.Errorf("it says that it is shard %d of %d", s.Index, s.Of)
	}
	p.shard = *p.line.Shard
	if p.shard.Files == 0 && p.line.File == "" { // it has no pictures, which is what its only line says
		return nil
	}
	return p.take()
}

// scan reads a line; io.EOF after the last.
func (p *part) scan() error {
	if !p.lines.Scan() {
		return cmp.Or(p.lines.Err(), io.EOF)
	}
	p.number++
	l, err := parseLine(p.lines.Bytes())
	p.line = l
	return err
}

// take makes the line a result of this shard.
func (p *part) take() (err error) {
	if owner := shardOf(p.line.File, p.shard.Of); owner != p.shard.Index {
		return fmt.Errorf("%q belongs to shard %d, and this is %d", p.line.File, owner, p.shard.Index)
	}
	p.result, err = p.shard.result(p.line)
	return err
}

// next reads the next result. At the end of a shard that has as many as it says it returns io.EOF.
func (p *part) next() error {
	switch err := p.scan(); {
	case errors.Is(err, io.EOF) && p.number != max(p.shard.Files, 1):
		return p.wrap(fmt.Errorf("it ends after %d of its %d pictures", p.number, p.shard.Files))
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return p.wrap(err)
	}
	if err := p.take(); err != nil {
		return p.wrap(err)
	}
	return nil
}

func (p *part) wrap(err error) error {
	return fmt.Errorf("merging %s, line %d: %w", p.path, p.number, err)
}

// parts is a heap by the next file's name.
type parts []*part

// openParts opens the files of shards. With an error it returns the parts that are open, for close.
func openParts(paths []string) (p parts, err error) {
	for _, path := range paths {
		one, err := openPart(path)
		if err != nil {
			return p, err
		}
		p = append(p, one)
	}
	return p, nil
}

func (p parts) close() {
	for _, one := range p {
		_ = one.file.Close() // only read
	}
}

func (p parts) Len() int           { return len(p) }
func (p parts) Less(i, j int) bool { return p[i].line.File < p[j].line.File }
func (p parts) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *parts) Push(x any)        { *p = append(*p, x.(*part)) }
func (p *parts) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// complete checks that the shards are of one prediction and that each is there once.
func (p parts) complete() error {
	if len(p) == 0 {
		return errors.New("merging: no shards")
	}
	first := p[0]
	byIndex := map[int]string{}
	for _, other := range p {
		if what := first.shard.differs(other.shard); what != "" {
			return fmt.Errorf("merging %s and %s: they are not of one prediction, their %s differ", first.path, other.path, what)
		}
		if twin, ok := byIndex[other.shard.Index]; ok {
			return fmt.Errorf("merging %s and %s: both are shard %d of %d", twin, other.path, other.shard.Index, other.shard.Of)
		}
		byIndex[other.shard.Index] = other.path
	}
	if len(byIndex) == first.shard.Of {
		return nil
	}
	var missing []int
	for i := 0; i < first.shard.Of && len(missing) < 20; i++ {
		if _, ok := byIndex[i]; !ok {
			missing = append(missing, i)
		}
	}
	return fmt.Errorf("merging: %d of %d shards are missing: %d", first.shard.Of-len(byIndex), first.shard.Of, missing)
}

// differs names what shows that two shards are not of one prediction, or returns "". The batch size may differ.
func (s shardHeader) differs(other shardHeader) string {
	for _, c := range []struct {
		what string
		a, b any
	}{
		{"numbers of shards", s.Of, other.Of},
		{"networks", s.Network, other.Network},
		{"classes", s.Classes, other.Classes},
		{"pictures listed", [2]any{s.AllFiles, s.Names}, [2]any{other.AllFiles, other.Names}},
		{"--top-k or --output-type", [2]any{s.TopK, s.Logits}, [2]any{other.TopK, other.Logits}},
	} {
		if !reflect.DeepEqual(c.a, c.b) {
			return c.what
		}
	}
	return ""
}

// join writes all results in the order of their names, which must be strictly increasing, and adds the names to a hash.
func (p parts) join(out *Writer, names hash.Hash) (m Merged, err error) {
	rest := parts(slices.DeleteFunc(slices.Clone(p), func(p *part) bool { return p.line.File == "" && p.next() == io.EOF }))
	heap.Init(&rest)
	for last := ""; len(rest) > 0; {
		head := rest[0]
		name := head.line.File
		if name <= last {
			return m, head.wrap(fmt.Errorf("%q comes after %q: it is a duplicate or out of order", name, last))
		}
		if err := out.Write(head.result); err != nil {
			return m, err
		}
		_, _ = io.WriteString(names, name+"\n")
		last, m.Files = name, m.Files+1
		if head.result.Err != nil {
			m.Unreadable++
		}
		switch err := head.next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&rest)
		case err != nil:
			return m, err
		default:
			heap.Fix(&rest, 0)
		}
	}
	return m, nil
}
