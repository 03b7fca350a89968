package predict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

var shardClasses = []string{"daisy", "rose <&>", "雏菊"}

// written is a prediction of n made-up results, whole and in shards: every seventh picture is unreadable.
type written struct {
	layout Layout
	all    []Result
	shards []shardHeader
	names  [][]string
	files  [][]byte
}

func write(t testing.TB, n, of int, layout Layout) written {
	t.Helper()
	layout.Classes, layout.Format = shardClasses, "jsonl"
	w := written{layout: layout}
	random := rand.New(rand.NewPCG(1, 2))
	var all []string
	for i := range n {
		r := NewResult([]float32{random.Float32(), random.Float32(), random.Float32()})
		if i%7 == 3 {
			r = Result{Err: errors.New("reading it: \"cut\" off")}
		}
		r.File = fmt.Sprintf("f%d/%04d.png", i/10, i)
		w.all, all = append(w.all, r), append(all, r.File)
	}
	for index := range of {
		s := shardHeader{Schema: 1, Index: index, Of: of, Network: "n", BatchSize: 4, TopK: layout.TopK, Logits: layout.Logits, Classes: shardClasses}
		mine := s.assign(all)
		w.shards, w.names, w.files = append(w.shards, s), append(w.names, mine), append(w.files, text(t, layout, &s, pick(w.all, mine)))
	}
	return w
}

func pick(all []Result, names []string) []Result {
	return slices.DeleteFunc(slices.Clone(all), func(r Result) bool { return !slices.Contains(names, r.File) })
}

func text(t testing.TB, layout Layout, shard *shardHeader, results []Result) []byte {
	t.Helper()
	var b bytes.Buffer
	out, err := NewWriter(&b, layout)
	if err != nil {
		t.Fatal(err)
	}
	out.shard = shard
	for _, r := range results {
		err = errors.Join(err, out.Write(r))
	}
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func save(t testing.TB, files [][]byte) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for i, f := range files {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("shard-%d.jsonl", i)))
		if err := os.WriteFile(paths[i], f, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// A picture belongs to the same shard in every version, so that shards of different versions can be merged.
func TestShardOfIsPinned(t *testing.T) {
	for name, want := range map[string]int{"a.png": 2, "b.png": 0, "c.png": 0, "d.png": 0} {
		if got := shardOf(name, 3); got != want {
			t.Errorf("%s belongs to shard %d, want %d", name, got, want)
		}
	}
}

// Merged shards are the very bytes that one writer writes, in every format; also where there are more shards than pictures.
func TestMergedShardsAreTheBytesOfOneRun(t *testing.T) {
	for _, c := range []struct {
		n, of  int
		layout Layout
	}{{100, 1, Layout{}}, {100, 7, Layout{}}, {3, 8, Layout{}}, {50, 3, Layout{TopK: 2}},
		{50, 3, Layout{Logits: true}}, {50, 3, Layout{TopK: 1, Logits: true}}} {
		w := write(t, c.n, c.of, c.layout)
		paths := save(t, w.files)
		slices.Reverse(paths)
		for _, format := range Formats {
			var got bytes.Buffer
			m, err := Merge(&got, format, paths)
			if err != nil || m.Files != c.n || m.Unreadable != (c.n+3)/7 {
				t.Fatalf("%d in %d shards: %+v, %v", c.n, c.of, m, err)
			}
			layout := w.layout
			layout.Format = format
			if want := text(t, layout, nil, w.all); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%d in %d shards, %+v, %s:\n%s\nwant\n%s", c.n, c.of, c.layout, format, &got, want)
			}
		}
	}
}

// Names that are not UTF-8 stay distinct, belong to one shard each, and come in the order of what is shown of them.
func TestNamesThatAreNotUTF8StayDistinct(t *testing.T) {
	var all []string
	for i := range 40 {
		all = append(all, fmt.Sprintf("%02d/caf\xe9.png", i), fmt.Sprintf("%02d/caf\xe8.png", i), fmt.Sprintf("%02d/caf\u00e9.png", i))
	}
	slices.Sort(all)
	var files [][]byte
	for index := range 3 {
		s := shardHeader{Schema: 1, Index: index, Of: 3, Network: "n", BatchSize: 4, Classes: shardClasses}
		layout, results := Layout{Format: "jsonl", Classes: shardClasses}, []Result(nil)
		for _, name := range s.assign(all) {
			results = append(results, Result{File: name, Err: errors.New("not read")})
		}
		files = append(files, text(t, layout, &s, results))
	}
	var got bytes.Buffer
	m, err := Merge(&got, "jsonl", save(t, files))
	if err != nil || m.Files != len(all) {
		t.Fatalf("%+v, %v", m, err)
	}
	if first, want := got.String(), `{"file": "00/caf\\xe8.png", "error": "not read"}`; !strings.HasPrefix(first, want) {
		t.Errorf("merged: %.60s, want %s", first, want)
	}
}

// Whatever is missing, duplicate, cut off, moved or of another prediction is refused, and the message says what.
func TestMergeRefusesWhatIsNotWhole(t *testing.T) {
	w, other := write(t, 60, 3, Layout{}), write(t, 61, 3, Layout{})
	lines := func(i int) []string { return strings.SplitAfter(strings.TrimSuffix(string(w.files[i]), "\n"), "\n") }
	without := func(i, line int) []byte { return []byte(strings.Join(slices.Delete(lines(i), line, line+1), "")) }
	duplicate := func(i, line int) []byte {
		l := lines(i)
		return []byte(strings.Join(slices.Replace(l, line, line+1, l[line-1]), ""))
	}
	a, b, c := w.files[0], w.files[1], w.files[2]
	for _, bad := range []struct {
		says  string
		files [][]byte
	}{
		{"1 of 3 shards are missing: [1]", [][]byte{a, c}},
		{"both are shard 0 of 3", [][]byte{a, b, c, a}},
		{"they are not of one prediction, their pictures listed differ", [][]byte{a, b, other.files[2]}},
		{"they are not of one prediction, their networks differ", [][]byte{a, b, bytes.Replace(c, []byte(`"network":"n"`), []byte(`"network":"m"`), 1)}},
		{"ends after", [][]byte{a, without(1, 5), c}},
		{"it is a duplicate or out of order", [][]byte{a, duplicate(1, 5), c}},
		{"belongs to shard", [][]byte{a, b, append(slices.Clone(c), lines(1)[4]...)}},
		{"not a JSON line", [][]byte{a, b[:len(b)-10], c}},
		{"does not say which shard", [][]byte{a, without(1, 0), c}},
		{"it is empty", [][]byte{a, b, nil}},
		{"sha256", [][]byte{a, bytes.ReplaceAll(b, []byte(w.names[1][4]), []byte(sameShard(w, 1, w.names[1][4]))), c}},
	} {
		if _, err := Merge(&bytes.Buffer{}, "jsonl", save(t, bad.files)); err == nil || !strings.Contains(err.Error(), bad.says) {
			t.Errorf("got %v, want %q", err, bad.says)
		}
	}
}

// sameShard is another name that the shard would own, and that stands where name does.
func sameShard(w written, shard int, name string) string {
	for i := 0; ; i++ {
		if other := fmt.Sprintf("%s%d", name, i); shardOf(other, len(w.shards)) == shard {
			return other
		}
	}
}

// A file cut off at any byte is good up to the end of a batch, and resuming there makes the same bytes.
func TestShardCutAnywhereResumesToTheSameBytes(t *testing.T) {
	w := write(t, 30, 2, Layout{})
	s, names, whole := w.shards[1], w.names[1], w.files[1]
	results := pick(w.all, names)
	steps := map[int]bool{}
	for cut := range len(whole) + 1 {
		good, same, err := s.scan(bytes.NewReader(whole[:cut]), names)
		if err != nil {
			t.Fatal(err)
		}
		steps[good.results] = true
		if same != (cut >= bytes.IndexByte(whole, '\n')+1) || good.bytes > int64(cut) {
			t.Fatalf("cut at %d: %+v, same %v", cut, good, same)
		}
		var rest bytes.Buffer
		out, err := NewWriter(&rest, w.layout)
		if err != nil {
			t.Fatal(err)
		}
		out.shard, out.results = &s, good.results
		for _, r := range results[good.results:] {
			if err := out.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if joined := append(slices.Clone(whole[:good.bytes]), rest.Bytes()...); !bytes.Equal(joined, whole) {
			t.Fatalf("cut at %d and resumed:\n%s", cut, joined)
		}
	}
	// 4 readable pictures are a batch; every seventh is not readable.
	if len(steps) != (len(names)-count(results))/4+2 || !steps[0] || !steps[len(names)] {
		t.Errorf("batches end after %v of %d pictures", steps, len(names))
	}
	other := s
	other.TopK = 1
	if _, same, _ := other.scan(bytes.NewReader(whole), names); same {
		t.Error("other settings are taken for the same")
	}
	if _, _, err := s.scan(io.MultiReader(bytes.NewReader(whole[:30]), iotest.ErrReader(errors.ErrUnsupported)), names); err == nil {
		t.Error("a disk that cannot be read is taken for a file of something else")
	}
	if good, _, _ := s.scan(bytes.NewReader(append(slices.Clone(whole), '{')), names); good.results == len(names) {
		t.Error("a file with something after its end is taken for whole")
	}
}

func count(results []Result) (unreadable int) {
	for _, r := range results {
		if r.Err != nil {
			unreadable++
		}
	}
	return unreadable
}

// Whatever shards' files hold, merging them ends without a panic, and what it accepts it counts.
func FuzzMerge(f *testing.F) {
	w := write(f, 12, 2, Layout{Logits: true})
	f.Add(w.files[0], w.files[1])
	empty := write(f, 1, 2, Layout{})
	f.Add(empty.files[0], empty.files[1])
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var out bytes.Buffer
		m, err := Merge(&out, "jsonl", save(t, [][]byte{a, b}))
		if err == nil && bytes.Count(out.Bytes(), []byte("\n")) != m.Files {
			t.Errorf("%d files merged to\n%s", m.Files, &out)
		}
		for _, s := range w.shards {
			if good, _, _ := s.scan(bytes.NewReader(a), w.names[s.Index]); good.bytes > int64(len(a)) {
				t.Errorf("%d good bytes of %d", good.bytes, len(a))
			}
		}
	})
}
