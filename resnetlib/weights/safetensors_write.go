package weights

import (
	"bytes"
	"cmp"
	"encoding/json/jsontext"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"resnetlab/internal/atomicfile"
)

// WriteSafetensors writes a state dict to path; the file appears only when it is complete. metadata may be nil.
func WriteSafetensors(path string, sd *StateDict, metadata map[string]string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return EncodeSafetensors(w, sd, metadata) })
}

// EncodeSafetensors writes a state dict as a safetensors file. The header keeps the order of the keys; the data has the
// largest elements first, so that every tensor is aligned, as the reference library does.
func EncodeSafetensors(w io.Writer, sd *StateDict, metadata map[string]string) error {
	if err := sd.check(); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	byAlignment := sd.Keys()
	slices.SortStableFunc(byAlignment, func(a, b string) int {
		return cmp.Compare(sd.tensors[b].DType.Size(), sd.tensors[a].DType.Size())
	})
	begins := map[string]int{}
	offset := 0
	for _, key := range byAlignment {
		begins[key] = offset
		offset += len(sd.tensors[key].Data)
	}
	header, err := encodeHeader(sd, begins, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, key := range byAlignment {
		if _, err := w.Write(sd.tensors[key].Data); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader returns the length and the header, padded with spaces so that the data begins at a multiple of 8.
func encodeHeader(sd *StateDict, begins map[string]int, metadata map[string]string) ([]byte, error) {
	buffer := bytes.NewBuffer(make([]byte, lengthSize))
	e := headerEncoder{encoder: jsontext.NewEncoder(buffer)}
	e.write(jsontext.BeginObject)
	if len(metadata) > 0 {
		e.write(jsontext.String("__metadata__"), jsontext.BeginObject)
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			e.write(jsontext.String(key), jsontext.String(metadata[key]))
		}
		e.write(jsontext.EndObject)
	}
	for key, t := range sd.All() {
		if key == "__metadata__" {
			return nil, fmt.Errorf("a tensor cannot be called %s", key)
		}
		e.tensor(key, t, begins[key])
	}
	e.write(jsontext.EndObject)
	if e.err != nil {
		return nil, e.err
	}
	header := bytes.TrimRight(buffer.Bytes(), "\n")
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	little.PutUint64(header, uint64(len(header)-lengthSize))
	return header, nil
}

// headerEncoder writes tokens and keeps the first error.
type headerEncoder struct {
	encoder *jsontext.Encoder
	err     error
}

func (e *headerEncoder) write(tokens ...jsontext.Token) {
	for _, token := range tokens {
		if e.err == nil {
			e.err = e.encoder.WriteToken(token)
		}
	}
}

func (e *headerEncoder) tensor(key string, t *Tensor, begin int) {
	name := ""
	for _, row := range dtypes {
		if row.dtype == t.DType {
			name = row.safetensors
		}
	}
	e.write(jsontext.String(key), jsontext.BeginObject)
	e.write(jsontext.String("dtype"), jsontext.String(name))
	e.write(jsontext.String("shape"))
	e.integers(t.Shape)
	e.write(jsontext.String("data_offsets"))
	e.integers([]int{begin, begin + len(t.Data)})
	e.write(jsontext.EndObject)
}

func (e *headerEncoder) integers(values []int) {
	e.write(jsontext.BeginArray)
	for _, v := range values {
		e.write(jsontext.Int(int64(v)))
	}
	e.write(jsontext.EndArray)
}

// check checks that every tensor's type, shape and data agree, so that a writer never makes a file that cannot be read.
func (s *StateDict) check() error {
	for key, t := range s.All() {
		if !utf8.ValidString(key) {
			return fmt.Errorf("key %.80q is not UTF-8", key)
		}
		if err := t.check(); err != nil {
			return fmt.Errorf("tensor %.80q: %w", key, err)
		}
	}
	return nil
}
