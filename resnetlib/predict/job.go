package predict

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"resnetlab/internal/atomicfile"
	"resnetlab/internal/mark"
)

// Job says what [Folder] predicts and where the results go. Dir and one of Out and Stream are needed; all other fields may be zero.
//
// A job with shards or Resume can be run again after it was killed or interrupted: it resumes after the last full batch and ends with the same
// bytes. Its output is JSON lines; the first describes the job, so that the results of another job are not mistaken for its own.
type Job struct {
	Dir       string    // folder of pictures, at any depth
	Pictures  Pictures  // what List found in Dir; zero: Folder lists it
	Out       string    // file to write; it appears when it is complete
	Stream    io.Writer // where the results go if Out is empty
	Overwrite bool      // replace Out, and do not resume
	Format    string    // one of Formats; empty: as Out ends, else text; jsonl with shards or Resume
	TopK      int       // see Layout
	Logits    bool      // see Layout
	Shard     int       // index of the shard, from 0, if NumShards is set
	NumShards int       // number of shards; 0: all pictures, no shards
	Resume    bool      // resume a stopped run of the same job, whose results are beside Out; jobs with shards always do
	Digest    string    // network.Network.Digest of the predictor's network; needed with shards or Resume
	Workers   int       // goroutines that decode pictures; 0: one a core

	Started    func(Plan)                   // called after all checks, before the work; may be nil
	Progress   func(done, total int)        // called after each picture; may be nil
	Unreadable func(file string, err error) // called for each picture without a result; may be nil
}

// Plan says what a job is going to do, after its checks and before its work.
type Plan struct {
	Files    int    // pictures to do: of the folder, or of the shard
	Others   Others // files that are not pictures
	Escaped  int    // names of the folder's pictures that are not UTF-8, and are written with escapes
	Done     int    // pictures whose results an earlier run wrote
	Complete bool   // an earlier run completed the output: there is nothing to do
}

// Summary says what a job did.
type Summary struct {
	Plan
	Unreadable int // pictures without a result, those of an earlier run included
}

// Folder predicts the pictures of a folder into a file or stream, in the order of their names. It checks settings and names before the work. For a
// picture that cannot be read it writes the error as its result, and counts it in the [Summary]. A disk that fails ends the job.
//
// Errors are [ErrInvalidJob], [ErrOtherOutput], [ErrBadFolder], or one of the network, the context or the disk.
func Folder(ctx context.Context, p *Predictor, job Job) (Summary, error) {
	if err := job.Check(); err != nil {
		return Summary{}, err
	}
	w := work{Job: job, predictor: p}
	if err := w.prepare(ctx); err != nil {
		return Summary{}, err
	}
	if job.Started != nil {
		job.Started(w.plan)
	}
	s := Summary{Plan: w.plan, Unreadable: w.earlier.unreadable}
	if !w.plan.Complete {
		bad, err := w.write(ctx)
		if s.Unreadable += bad; err != nil {
			return s, err
		}
	}
	if w.shard != nil && job.Out != "" { // files of stopped runs, also of one that was killed just after it completed Out
		return s, atomicfile.RemoveUnfinished(job.Out)
	}
	return s, nil
}

// resumable reports whether the output describes its job in the first line, so that a later run can resume it.
func (j Job) resumable() bool { return j.NumShards > 0 || j.Resume }

// format returns the format that Format or Out names.
func (j Job) format() string {
	if j.resumable() {
		return cmp.Or(j.Format, "jsonl")
	}
	return cmp.Or(j.Format, FormatOf(j.Out), "text")
}

// Check returns an [ErrInvalidJob] if the settings do not fit together or Out cannot be written, and an [ErrBadFolder] if two names of Pictures
// would be written as the same text. [Folder] checks the same; call Check earlier to fail before a network is loaded.
func (j Job) Check() error {
	if _, err := distinct(j.Pictures.Names); err != nil {
		return mark.As(ErrBadFolder, err)
	}
	var err error
	switch format := j.format(); {
	case j.Out == "" && j.Stream == nil && !j.Resume:
		err = fmt.Errorf("predicting %s: neither a file nor a stream to write to", j.Dir)
	case j.TopK < 0:
		err = fmt.Errorf("the most probable %d classes: at least 0, which is all", j.TopK)
	case j.Resume && j.Out == "":
		err = fmt.Errorf("--resume needs --out FILE, beside which a stopped run has left its work")
	case j.NumShards < 0 || j.NumShards > 0 && (j.Shard < 0 || j.Shard >= j.NumShards):
		err = fmt.Errorf("shard %d of %d: shards count from 0", j.Shard, j.NumShards)
	case j.resumable() && format != "jsonl":
		err = fmt.Errorf("--format %s: shards and --resume write jsonl, which says what it was made of; 'resnetlab merge --format %s' makes the other of it",
			format, format)
	case j.Out != "":
		err = atomicfile.Check(j.Out, j.Overwrite || j.resumable())
	}
	return mark.As(ErrInvalidJob, err)
}

// work is a running job.
type work struct {
	Job
	predictor *Predictor
	names     []string
	plan      Plan
	shard     *shardHeader // nil for an output that cannot be resumed

	earlierFile string   // file of results of an earlier run, "" for none
	earlier     finished // the part of it that is copied
}

// prepare lists the folder, chooses the shard's pictures and looks for results of earlier runs.
func (w *work) prepare(ctx context.Context) error {
	if w.resumable() && w.Digest == "" {
		return mark.As(ErrInvalidJob, fmt.Errorf("predicting %s: shards and Resume need the network's Digest, so that no run resumes another network's", w.Dir))
	}
	found, err := w.Pictures.or(ctx, w.Dir)
	if err != nil {
		return err
	}
	w.names, w.plan.Others = found.Names, found.Others
	if w.plan.Escaped, err = distinct(found.Names); err != nil {
		return mark.As(ErrBadFolder, err)
	}
	if w.resumable() {
		w.shard = &shardHeader{Schema: 1, Index: w.Shard, Of: max(w.NumShards, 1), Network: w.Digest, BatchSize: w.predictor.forward.BatchSize,
			TopK: w.TopK, Logits: w.Logits, Classes: w.predictor.Classes}
		w.names = w.shard.assign(w.names)
	}
	w.plan.Files = len(w.names)
	if w.shard == nil || w.Out == "" || w.Overwrite {
		return nil
	}
	return w.findEarlier()
}

// write writes the output and returns how many pictures of this run could not be read.
func (w *work) write(ctx context.Context) (bad int, err error) {
	if w.Out == "" {
		return w.results(ctx, w.Stream)
	}
	err = atomicfile.Write(w.Out, func(out io.Writer) (err error) {
		if err := w.copyEarlier(out); err != nil {
			return err
		}
		bad, err = w.results(ctx, out)
		if w.shard != nil { // a later run resumes after these results
			err = atomicfile.Kept(err)
		}
		return err
	})
	return bad, err
}

// results predicts and writes the pictures that are not done yet.
func (w *work) results(ctx context.Context, to io.Writer) (bad int, err error) {
	out, err := NewWriter(to, Layout{Format: w.format(), Classes: w.predictor.Classes, TopK: w.TopK, Logits: w.Logits})
	if err != nil {
		return 0, err
	}
	done, syncer := w.plan.Done, syncer{w: to, last: time.Now()}
	out.shard, out.results = w.shard, done
	for r, err := range w.predictor.Files(ctx, w.Dir, w.names[done:], w.Workers) {
		if err != nil {
			return bad, err
		}
		if err := out.Write(r); err != nil {
			return bad, err
		}
		done++
		bad += report(r.File, r.Err, w.Unreadable)
		if w.Progress != nil {
			w.Progress(done, len(w.names))
		}
		if err := syncer.flush(w.shard != nil); err != nil {
			return bad, err
		}
	}
	if err := out.Close(); err != nil {
		return bad, err
	}
	return bad, flush(to) // before atomicfile.Write ends: if the disk is full, the results so far are kept for a later run
}

// syncer flushes results to the file once a second, so that a run that resumes after a kill finds them.
type syncer struct {
	w    io.Writer
	last time.Time
}

func (s *syncer) flush(resumable bool) error {
	if !resumable || time.Since(s.last) <= time.Second {
		return nil
	}
	s.last = time.Now()
	return flush(s.w)
}

// report passes the error of a picture to a callback, which may be nil, and returns the number of errors: 0 or 1.
func report(file string, err error, to func(string, error)) int {
	if err == nil {
		return 0
	}
	if to != nil {
		to(file, err)
	}
	return 1
}

// flush empties a writer's buffer, if it has one.
func flush(w io.Writer) error {
	if f, ok := w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}
