package predict_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
)

// told counts what a job's callbacks hear.
type told struct {
	plan        predict.Plan
	last, total int
	unreadable  []string
}

func (h *told) listen(job predict.Job) predict.Job {
	job.Started = func(p predict.Plan) { h.plan = p }
	job.Progress = func(done, total int) { h.last, h.total = done, total }
	job.Unreadable = func(file string, _ error) { h.unreadable = append(h.unreadable, file) }
	return job
}

// A folder is predicted into a file that has what a writer makes of Files; what is no picture is counted, and so is what cannot be read.
func TestFolderWritesWhatFilesYield(t *testing.T) {
	dir, names := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "notes.TXT"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	p, out := predictor(t, 3), filepath.Join(t.TempDir(), "f.csv")
	var want bytes.Buffer
	w, err := predict.NewWriter(&want, predict.Layout{Format: "csv", Classes: p.Classes})
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range p.Files(context.Background(), dir, names, 1) {
		if err := errors.Join(err, w.Write(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var h told
	s, err := predict.Folder(context.Background(), p, h.listen(predict.Job{Dir: dir, Out: out}))
	if err != nil || s.Files != 7 || s.Unreadable != 1 || s.Others[".txt"] != 1 || s.Done != 0 || s.Complete {
		t.Fatalf("%+v, %v", s, err)
	}
	if h.plan.Files != 7 || h.last != 7 || h.total != 7 || len(h.unreadable) != 1 || h.unreadable[0] != "2.png" {
		t.Errorf("the callbacks heard %+v", h)
	}
	if got := read(t, out); got != want.String() {
		t.Errorf("%s\nwant\n%s", got, &want)
	}
	var stream bytes.Buffer
	if _, err := predict.Folder(context.Background(), p, predict.Job{Dir: dir, Stream: &stream, Format: "csv"}); err != nil || stream.String() != want.String() {
		t.Errorf("to a stream (%v):\n%s", err, &stream)
	}
}

// A job whose context ends keeps what is done; the same job resumes there, to the bytes of one that was not stopped; then nothing is to do.
func TestFolderResumesAStoppedJob(t *testing.T) {
	dir, _ := folder(t)
	p, out := predictor(t, 1), filepath.Join(t.TempDir(), "f.jsonl")
	job := predict.Job{Dir: dir, Out: out, Resume: true, Digest: "network", Workers: 1}
	straight := job
	straight.Out = filepath.Join(t.TempDir(), "straight.jsonl")
	if _, err := predict.Folder(context.Background(), p, straight); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stopped := job
	stopped.Progress = func(done, _ int) {
		if done == 4 {
			cancel()
		}
	}
	if _, err := predict.Folder(ctx, p, stopped); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s, err := predict.Folder(context.Background(), p, job)
	if err != nil || s.Done != 4 || s.Files != 7 || s.Unreadable != 1 || s.Complete {
		t.Fatalf("resumed: %+v, %v", s, err)
	}
	if got, want := read(t, out), read(t, straight.Out); got != want {
		t.Errorf("resumed:\n%s\nwant\n%s", got, want)
	}
	if s, err := predict.Folder(context.Background(), p, job); err != nil || !s.Complete || s.Unreadable != 1 || s.Files != 7 {
		t.Errorf("again: %+v, %v", s, err)
	}
	job.Digest = "another"
	if _, err := predict.Folder(context.Background(), p, job); !errors.Is(err, predict.ErrOtherOutput) {
		t.Errorf("of another network: %v", err)
	}
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); err != nil || len(files) != 1 {
		t.Errorf("left over: %v, %v", files, err)
	}
}

// Settings that do not fit together and folders that cannot be predicted are told apart, before the work.
func TestFolderChecksBeforeTheWork(t *testing.T) {
	dir, _ := folder(t)
	p, empty, stream := predictor(t, 1), t.TempDir(), &bytes.Buffer{}
	for says, c := range map[string]struct {
		kind error
		job  predict.Job
	}{
		"neither a file nor a stream": {predict.ErrInvalidJob, predict.Job{Dir: dir}},
		"--resume needs --out":        {predict.ErrInvalidJob, predict.Job{Dir: dir, Stream: stream, Resume: true}},
		"shards count from 0":         {predict.ErrInvalidJob, predict.Job{Dir: dir, Stream: stream, Shard: 2, NumShards: 2}},
		"write jsonl":                 {predict.ErrInvalidJob, predict.Job{Dir: dir, Stream: stream, NumShards: 2, Format: "csv"}},
		"need the network's Digest":   {predict.ErrInvalidJob, predict.Job{Dir: dir, Stream: stream, NumShards: 2}},
		"is a folder":                 {predict.ErrInvalidJob, predict.Job{Dir: dir, Out: empty}},
		"at least 0":                  {predict.ErrInvalidJob, predict.Job{Dir: dir, Stream: stream, TopK: -1}},
		"no pictures in":              {predict.ErrBadFolder, predict.Job{Dir: empty, Stream: stream}},
		"listing pictures":            {predict.ErrBadFolder, predict.Job{Dir: filepath.Join(empty, "none"), Stream: stream}},
	} {
		c.job.Started = func(predict.Plan) { t.Errorf("%s: the work began", says) }
		_, err := predict.Folder(context.Background(), p, c.job)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q of the kind %q", err, says, c.kind)
		}
	}
	if stream.Len() > 0 {
		t.Errorf("written: %s", stream)
	}
}

// Where the network gives NaN, no format shows a prediction: each picture has an error, and so have features.
func TestNaNIsNoPrediction(t *testing.T) {
	dir, names := folder(t)
	net := randomNet(t)
	spoil(t, net)
	p := predictorOf(t, net, 2)
	for _, format := range predict.Formats {
		var out bytes.Buffer
		s, err := predict.Folder(context.Background(), p, predict.Job{Dir: dir, Stream: &out, Format: format, Logits: true})
		if err != nil || s.Unreadable != len(names) {
			t.Fatalf("%s: %+v, %v", format, s, err)
		}
		text := out.String()
		if strings.Count(text, predict.ErrNotFinite.Error()) != len(names)-1 || strings.Contains(strings.Join(strings.Split(text, "\n")[1:], ""), "daisy") {
			t.Errorf("%s:\n%s", format, text)
		}
	}
	results, err := p.Pictures(context.Background(), pictures(t, 1))
	if err != nil || !errors.Is(results[0].Err, predict.ErrNotFinite) {
		t.Errorf("of a decoded picture: %+v, %v", results, err)
	}
	e := extractorOf(t, net)
	for f, err := range e.Files(context.Background(), dir, names[:1], 1) {
		if err != nil || !errors.Is(f.Err, predict.ErrNotFinite) || f.Values != nil || f.File != names[0] {
			t.Errorf("features: %+v, %v", f, err)
		}
	}
}

// What is written of names and errors cannot steer a terminal, and CSV is UTF-8.
func TestNamesAreWrittenHarmlessly(t *testing.T) {
	r := predict.NewResult([]float32{1, 2})
	r.File = "a\x1b[2J\xe9\n.png"
	bad := predict.Result{File: r.File, Err: errors.New("reading " + r.File)}
	for format, want := range map[string]string{
		"text": `a\x1b[2J\xe9\n.png: rose 0.7311` + "\n" + `a\x1b[2J\xe9\n.png: error: reading a\x1b[2J\xe9\n.png` + "\n",
		"csv": "file,label,index,prob,prob_daisy,prob_rose,error\n" +
			"\"a\x1b[2J\\xe9\n.png\",rose,1,0.731058579,,0.731058579,\n" +
			"\"a\x1b[2J\\xe9\n.png\",,,,,,\"reading a\x1b[2J\\xe9\n.png\"\n",
		"jsonl": `{"file": "a\u001b[2J\\xe9\n.png", "label": "rose", "index": 1, "prob": 0.731058579, "probs": {"rose": 0.731058579}}` + "\n" +
			`{"file": "a\u001b[2J\\xe9\n.png", "error": "reading a\u001b[2J\\xe9\n.png"}` + "\n",
	} {
		var b strings.Builder
		w, err := predict.NewWriter(&b, predict.Layout{Format: format, Classes: []string{"daisy", "rose"}, TopK: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(r), w.Write(bad), w.Close()); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if format == "text" { // less the line of the class
			got = strings.Replace(got, "  class: rose         prob: 0.7311\n", "", 1)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

func TestConstructorsReturnNilBesideAnError(t *testing.T) {
	net := randomNet(t)
	if f, err := predict.NewForward(nil, net, 0); f != nil || err == nil {
		t.Errorf("NewForward: %v, %v", f, err)
	}
	ready := &network.Network{ResNet: net, Classes: sketch.Classes, Preset: predictor(t, 1).Preset}
	if e, err := predict.NewExtractor(nil, ready, predict.BatchSize(0)); e != nil || err == nil {
		t.Errorf("NewExtractor: %v, %v", e, err)
	}
	if p, err := predict.New(nil, ready, predict.BatchSize(0)); p != nil || err == nil {
		t.Errorf("New: %v, %v", p, err)
	}
	if w, err := predict.NewWriter(failing{}, predict.Layout{Format: "json"}); w != nil || err == nil {
		t.Errorf("NewWriter: %v, %v", w, err)
	}
}

// failing is a writer on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// More inputs than the batch size are an error, not rows that are missing.
func TestForwardRefusesMoreThanABatch(t *testing.T) {
	f := &predict.Forward{BatchSize: 3}
	if rows, err := f.Rows(make([]float32, 4*12), 4, 2, 2, 3); rows != nil || err == nil || !strings.Contains(err.Error(), "batch size is 3") {
		t.Errorf("%v, %v", rows, err)
	}
}
