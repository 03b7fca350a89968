package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/weights"
)

type featuresCommand struct {
	Dir string `arg:"" help:"Folder of pictures, at any depth. Their features are in memory until all are there: 2 kB a picture, 8 kB of networks of bottlenecks."`
	networkFlags
	BatchSize int    `help:"Pictures that the network sees at once." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Out       string `help:"File to write: FILE.safetensors (tensor features; the names, a line each, are files in the metadata) or FILE.npy (names in FILE.npy.txt)." placeholder:"FILE" required:""`
	Overwrite bool   `help:"Replace --out."`
}

func (f *featuresCommand) Run(ctx context.Context, c *commands) error {
	kind := strings.ToLower(filepath.Ext(f.Out))
	if kind != ".safetensors" && kind != ".npy" {
		return usage(fmt.Errorf("--out %s: features are written as .safetensors or .npy", f.Out))
	}
	if err := spare(f.Out, f.Overwrite); err != nil {
		return err
	}
	if kind == ".npy" {
		if err := spare(namesOf(f.Out), f.Overwrite); err != nil {
			return err
		}
	}
	names, err := c.picturesIn(ctx, f.Dir)
	if err != nil {
		return err
	}
	if err := listable(names, kind); err != nil {
		return badInput(err)
	}
	read, features, err := f.compute(ctx, c, names)
	if err != nil {
		return err
	}
	if len(read) == 0 {
		return unread(len(names), len(names))
	}
	if err := writeFeatures(f.Out, kind, read, features); err != nil {
		return err
	}
	if _, err := fmt.Println(f.Out); err != nil {
		return err
	}
	return unread(len(names)-len(read), len(names))
}

// listable refuses names that cannot stand in the file's list, before the work rather than after it.
func listable(names []string, kind string) error {
	const room = 90_000_000 // of the 100 MB that a safetensors header may have
	size := 0
	for _, name := range names {
		if strings.Contains(name, "\n") {
			return fmt.Errorf("%q has a line feed in its name, and the names of the pictures stand a line each", name)
		}
		size += len(strconv.Quote(name)) // about what JSON makes of it
	}
	if kind == ".safetensors" && size > room {
		return fmt.Errorf("the names of %d pictures are too long for the header of a .safetensors file; an .npy file has them in a file of their own", len(names))
	}
	return nil
}

// compute returns the pictures that could be read and their features, [len(read), C], little-endian.
func (f *featuresCommand) compute(ctx context.Context, c *commands, names []string) (read []string, features []byte, err error) {
	net, preset, err := f.openAny()
	if err != nil {
		return nil, nil, err
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return nil, nil, err
	}
	e, err := predict.NewExtractor(b, net, preset, f.BatchSize)
	if err != nil {
		return nil, nil, badInput(err)
	}
	defer e.Finalize()
	bar := notebook.NewBar("features", len(names))
	defer bar.Stop()
	folder, done := openedFolder(f.Dir), 0
	for r := range e.Files(ctx, f.Dir, names, datasets.WorkerCount(f.Workers)) {
		if r.File == "" {
			return nil, nil, r.Err
		}
		if done++; r.Err != nil {
			if err := folder.check(r.File, r.Err); err != nil {
				return nil, nil, err
			}
			warnf("%s: %v", r.File, r.Err)
		} else {
			if features == nil { // all at once: growing would need twice as much, and of a million pictures it is gigabytes
				features = make([]byte, 0, 4*len(names)*len(r.Values))
			}
			features, err = binary.Append(features, binary.LittleEndian, r.Values)
			if read = append(read, r.File); err != nil {
				return nil, nil, err
			}
		}
		bar.Update(done, "")
	}
	return read, features, nil
}

// writeFeatures writes features [len(names), C] and the names in their order.
func writeFeatures(path, kind string, names []string, features []byte) error {
	lines := strings.Join(names, "\n")
	tensor := &weights.Tensor{DType: weights.Float32, Shape: []int{len(names), len(features) / 4 / len(names)}, Data: features}
	if kind == ".safetensors" {
		sd := weights.NewStateDict()
		sd.Set("features", tensor)
		return weights.WriteSafetensors(path, sd, map[string]string{"format": "pt", "files": lines})
	}
	// An old file of features must not stand beside new names, whatever happens between the two.
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := atomicfile.WriteBytes(namesOf(path), []byte(lines+"\n")); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return writeNPY(w, tensor) })
}

// namesOf is the file of names beside a .npy file, which has no place for them.
func namesOf(path string) string { return path + ".txt" }

// writeNPY writes a float32 tensor in NumPy's format 1.0 (numpy/lib/format.py): magic, version, the header's length, a Python dict padded so that
// the data begin at a multiple of 64, and the data.
func writeNPY(w io.Writer, t *weights.Tensor) error {
	dims := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(t.Shape)), ", "), "[]")
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", dims)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	if _, err := fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", len(header)%256, len(header)/256, header); err != nil {
		return err
	}
	_, err := w.Write(t.Data)
	return err
}
