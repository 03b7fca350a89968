package predict

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"resnetlab/internal/atomicfile"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/weights"
)

// FeatureJob says which folder's features [WriteFeatures] computes, and where they go. Dir and Out are needed; all other fields may be zero.
type FeatureJob struct {
	Dir       string   // folder of pictures, at any depth
	Pictures  Pictures // what List found in Dir; zero: WriteFeatures lists it
	Out       string   // FILE.safetensors or FILE.npy
	Overwrite bool     // replace Out
	Workers   int      // goroutines that decode pictures; 0: one a core

	Started    func(Plan)                   // called after all checks, before the work; may be nil
	Progress   func(done, total int)        // called after each picture; may be nil
	Unreadable func(file string, err error) // called for each picture without features; may be nil
}

// WriteFeatures computes the features of a folder's pictures, in the order of their names, and writes them to a file that appears when it is
// complete: .safetensors with the tensor features [n, C] and the names, one a line, as files in the metadata; or .npy, with the names in FILE.npy.txt.
// Pictures that cannot be read are left out and counted in the [Summary]. All features are in memory until the end: 4 bytes a number.
//
// Names that the file cannot hold, and a folder where Out cannot be written, are refused before the work. Errors are [ErrInvalidJob],
// [ErrBadFolder], [ErrNoneReadable], or one of the network, the context or the disk.
func WriteFeatures(ctx context.Context, e *Extractor, job FeatureJob) (s Summary, err error) {
	if err := job.Check(); err != nil {
		return s, err
	}
	found, err := job.Pictures.or(ctx, job.Dir)
	if err != nil {
		return s, err
	}
	if err := job.checkNames(found.Names); err != nil {
		return s, mark.As(ErrBadFolder, err)
	}
	s.Plan = Plan{Files: len(found.Names), Others: found.Others}
	table := features{job: job}
	var failed error // of the computation: returned without the context that atomicfile.Write adds, since it is not about the file
	err = atomicfile.Write(job.Out, func(w io.Writer) error {
		if job.Started != nil {
			job.Started(s.Plan)
		}
		s.Unreadable, failed = table.compute(ctx, e, found.Names)
		if failed != nil {
			return failed
		}
		return table.write(w)
	})
	if failed != nil {
		return s, failed
	}
	return s, err
}

// kind returns the extension of Out, which is the format.
func (j FeatureJob) kind() string { return strings.ToLower(filepath.Ext(j.Out)) }

// namesFile returns the path of the list of names that goes with a .npy file, which cannot hold them.
func (j FeatureJob) namesFile() string { return j.Out + ".txt" }

// Check returns an [ErrInvalidJob] if Out cannot be written, and an [ErrBadFolder] if it cannot hold the names of Pictures. [WriteFeatures] checks
// the same; call Check earlier to fail before a network is loaded.
func (j FeatureJob) Check() error {
	kind := j.kind()
	if kind != ".safetensors" && kind != ".npy" {
		return mark.As(ErrInvalidJob, fmt.Errorf("--out %s: features are written as .safetensors or .npy", j.Out))
	}
	err := atomicfile.Check(j.Out, j.Overwrite)
	if err == nil && kind == ".npy" {
		err = atomicfile.Check(j.namesFile(), j.Overwrite)
	}
	if err != nil {
		return mark.As(ErrInvalidJob, err)
	}
	return mark.As(ErrBadFolder, j.checkNames(j.Pictures.Names))
}

// roomForNames is how many bytes of a .safetensors header the names may take: the 100 MB that readers allow, less the rest of the header.
const roomForNames = 99_000_000

// checkNames refuses names that cannot be written, before the work rather than after it.
func (j FeatureJob) checkNames(names []string) error {
	tensors := j.kind() == ".safetensors"
	size := 0
	for _, name := range names {
		switch {
		case strings.Contains(name, "\n"):
			return fmt.Errorf("%q has a line feed in its name, and the names of the pictures stand a line each", name)
		case tensors && !utf8.ValidString(name):
			return fmt.Errorf("the file name %q is not UTF-8, which a .safetensors file needs: rename it, or write .npy, whose list of names holds any bytes", name)
		}
		size += len(quote(name)) // the two quotes count for the line feed, which JSON writes as \n
	}
	if tensors && size > roomForNames {
		return fmt.Errorf("the names of %d pictures are too long for the header of a .safetensors file; an .npy file has them in a file of their own", len(names))
	}
	return nil
}

// features collects the results: names, and values [len(names), C], little-endian.
type features struct {
	job    FeatureJob
	names  []string
	values []byte
}

// compute computes the features of all pictures and returns the number of pictures that have none.
func (f *features) compute(ctx context.Context, e *Extractor, names []string) (bad int, err error) {
	for r, err := range e.Files(ctx, f.job.Dir, names, f.job.Workers) {
		if err != nil {
			return bad, err
		}
		bad += report(r.File, r.Err, f.job.Unreadable)
		if r.Err == nil {
			if f.values == nil { // allocated once: growing would need twice the memory, which is gigabytes for a million pictures
				f.values = make([]byte, 0, 4*len(names)*len(r.Values))
			}
			if f.values, err = binary.Append(f.values, binary.LittleEndian, r.Values); err != nil {
				return bad, err
			}
			f.names = append(f.names, r.File)
		}
		if f.job.Progress != nil {
			f.job.Progress(len(f.names)+bad, len(names))
		}
	}
	if len(f.names) == 0 {
		return bad, mark.As(ErrNoneReadable, fmt.Errorf("none of %d pictures could be read", len(names)))
	}
	return bad, nil
}

// write writes the features, and the names into the same file or one beside it.
func (f *features) write(w io.Writer) error {
	lines := strings.Join(f.names, "\n")
	tensor := &weights.Tensor{DType: weights.Float32, Shape: []int{len(f.names), len(f.values) / 4 / len(f.names)}, Data: f.values}
	if f.job.kind() == ".safetensors" {
		sd := weights.NewStateDict()
		sd.Set("features", tensor)
		return weights.EncodeSafetensors(w, sd, map[string]string{"format": "pt", "files": lines})
	}
	// Remove the old features first: if the work is cut off between the two files, old features must not be left with new names.
	if info, err := os.Lstat(f.job.Out); err == nil && info.Mode().IsRegular() {
		if err := os.Remove(f.job.Out); err != nil {
			return err
		}
	}
	if err := atomicfile.WriteBytes(f.job.namesFile(), []byte(lines+"\n")); err != nil {
		return err
	}
	return writeNPY(w, tensor)
}

// writeNPY writes a float32 tensor in NumPy's format 1.0 (numpy/lib/format.py): magic, version, the header's length in two bytes, a Python dict
// padded so that the data begin at a multiple of 64, and the data.
func writeNPY(w io.Writer, t *weights.Tensor) error {
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		dims[i] = strconv.Itoa(d)
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", strings.Join(dims, ", "))
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	_, err := fmt.Fprintf(w, "\x93NUMPY\x01\x00%s%s", binary.LittleEndian.AppendUint16(nil, uint16(len(header))), header)
	if err != nil {
		return err
	}
	_, err = w.Write(t.Data)
	return err
}
