package sketch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
)

// about is the file that tells which pictures lie in a folder.
const about = "sketch.json"

// ErrOther is what errors.Is finds where the folder of Write holds something else.
var ErrOther = errors.New("the folder is there and holds other files")

// Write draws the data set into dir, as train/, val/ and test/ with a folder for each class. dir appears under its
// name only when it is complete. Where it already holds the same data set, Write does nothing; where it holds anything
// else, it returns ErrOther and changes nothing. progress may be nil; it is called after each picture, by one
// goroutine at a time.
func Write(ctx context.Context, dir string, c Config, progress func(done, total int)) error {
	c = c.withDefaults()
	mark, err := c.mark()
	if err != nil {
		return err
	}
	switch has, err := holds(dir, mark); {
	case err != nil:
		return fmt.Errorf("drawing into %s: %w", dir, err)
	case has:
		return nil
	}
	return atomicfile.WriteFolder(dir, func(unfinished string) error {
		if err := writeAll(ctx, unfinished, c, progress); err != nil {
			return fmt.Errorf("drawing into %s: %w", dir, err)
		}
		return atomicfile.WriteBytes(filepath.Join(unfinished, about), mark)
	})
}

// mark is the content of sketch.json.
func (c Config) mark() ([]byte, error) {
	mark, err := json.MarshalIndent(struct {
		Schema  int      `json:"schema"`
		Version int      `json:"version"`
		Classes []string `json:"classes"`
		Config
	}{1, version, names(c.task().table), c}, "", "  ")
	return append(mark, '\n'), err
}

// holds says whether dir holds the data set of mark.
func holds(dir string, mark []byte) (bool, error) {
	empty, err := atomicfile.Empty(dir)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && empty) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	have, err := os.ReadFile(filepath.Join(dir, about))
	if err == nil && bytes.Equal(have, mark) {
		return true, nil
	}
	return false, ErrOther
}

func writeAll(ctx context.Context, dir string, c Config, progress func(done, total int)) error {
	for _, split := range Splits {
		for _, class := range names(c.task().table) {
			if err := os.MkdirAll(filepath.Join(dir, split, class), 0o777); err != nil {
				return err
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var counting sync.Mutex
	done, total := 0, c.Train+c.Val+c.Test
	for _, split := range Splits {
		ds := New(split, c)
		for i := range ds.Len() {
			group.Go(func() error {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := writePNG(filepath.Join(dir, split), ds, i); err != nil || progress == nil {
					return err
				}
				counting.Lock()
				defer counting.Unlock()
				done++
				progress(done, total)
				return nil
			})
		}
	}
	return group.Wait()
}

func writePNG(dir string, ds datasets.Dataset, i int) error {
	sample, err := ds.Sample(i)
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&encoded, sample.Image.Image()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(sample.Name)), encoded.Bytes(), 0o666)
}
