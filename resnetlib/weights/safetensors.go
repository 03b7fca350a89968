package weights

import (
	"bytes"
	"cmp"
	"encoding/json/jsontext"
	"fmt"
	"io"
	"slices"
	"strconv"

	"resnetlab/internal/printable"
)

// A safetensors file is: the length of the header (8 bytes, little-endian), the header (a JSON object), the data. The
// header maps each key to dtype, shape and the two offsets of its bytes in the data, and __metadata__ to strings.
// Rules: https://github.com/huggingface/safetensors (README, and validate() of safetensors/src/tensor.rs).
const lengthSize = 8

// looksLikeSafetensors reports whether a plausible header begins here. The reference library accepts space before it.
func looksLikeSafetensors(data []byte) bool {
	_, err := safetensorsHeader(data)
	return err == nil && bytes.HasPrefix(bytes.TrimLeft(data[lengthSize:min(len(data), headSize)], " \t\r\n"), []byte("{"))
}

// safetensorsHeader cuts the header out of the file.
func safetensorsHeader(data []byte) ([]byte, error) {
	if len(data) < lengthSize {
		return nil, fmt.Errorf("safetensors: %d bytes cannot hold the length of the header", len(data))
	}
	length := little.Uint64(data)
	if length > maxSafetensorsHeader {
		return nil, fmt.Errorf("safetensors: the header claims %d bytes, and %d are allowed", length, maxSafetensorsHeader)
	}
	if length > uint64(len(data)-lengthSize) {
		return nil, fmt.Errorf("safetensors: the header claims %d bytes, and the file has %d", length, len(data))
	}
	return data[lengthSize : lengthSize+length], nil
}

// entry is one tensor of the header.
type entry struct {
	key        string
	dtype      DType
	shape      []int
	begin, end int
}

func readSafetensors(data []byte) (*File, error) {
	header, err := safetensorsHeader(data)
	if err != nil {
		return nil, err
	}
	parser := headerParser{decoder: jsontext.NewDecoder(bytes.NewReader(header))}
	if err := parser.header(); err != nil {
		return nil, fmt.Errorf("safetensors header: %w", err)
	}
	data = data[lengthSize+len(header):]
	if err := checkOffsets(parser.entries, len(data)); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	file := &File{Format: FormatSafetensors, Metadata: parser.metadata, StateDict: NewStateDict()}
	for _, e := range parser.entries {
		file.StateDict.Set(e.key, &Tensor{DType: e.dtype, Shape: e.shape, Data: data[e.begin:e.end:e.end]})
	}
	return file, nil
}

// checkOffsets checks that the tensors cover the data: each begins where the one before ends, each is as long as its
// shape says, and nothing follows the last. Otherwise bytes could hide in the file, or one be read as two things.
func checkOffsets(entries []entry, size int) error {
	end := 0
	for _, e := range slices.SortedStableFunc(slices.Values(entries), func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	}) {
		length, err := byteLength(e.shape, e.dtype.Size())
		switch {
		case err != nil:
			return fmt.Errorf("tensor %.80q: %w", e.key, err)
		case e.begin < end:
			return fmt.Errorf("tensor %.80q begins at %d, inside another that ends at %d", e.key, e.begin, end)
		case e.begin > end:
			return fmt.Errorf("tensor %.80q begins at %d and leaves a hole from %d on", e.key, e.begin, end)
		case e.end < e.begin || e.end-e.begin != length:
			return fmt.Errorf("tensor %.80q needs %d bytes for %s of shape %s, and its offsets are %d to %d",
				e.key, length, e.dtype, shapeString(e.shape), e.begin, e.end)
		case e.end > size:
			return fmt.Errorf("tensor %.80q ends at %d, and there are %d bytes of data: the file is cut", e.key, e.end, size)
		}
		end = e.end
	}
	if end != size {
		return fmt.Errorf("%d bytes follow the last tensor", size-end)
	}
	return nil
}

// headerParser reads the header token by token; jsontext refuses duplicate names, bytes that are not UTF-8 and lone
// surrogates.
type headerParser struct {
	decoder  *jsontext.Decoder
	entries  []entry
	metadata map[string]string
}

func (p *headerParser) header() error {
	err := p.object(func(key string) error {
		if key == "__metadata__" {
			return p.readMetadata()
		}
		e, err := p.entry(key)
		if err != nil {
			return fmt.Errorf("tensor %.80q: %w", key, err)
		}
		p.entries = append(p.entries, e)
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := p.decoder.ReadToken(); err != io.EOF {
		return fmt.Errorf("something follows the JSON object")
	}
	return nil
}

func (p *headerParser) readMetadata() error {
	p.metadata = map[string]string{}
	return p.object(func(key string) error {
		value, err := p.text()
		if err != nil {
			return fmt.Errorf("__metadata__ %.80q: %w", key, err)
		}
		p.metadata[key] = value
		return nil
	})
}

func (p *headerParser) entry(key string) (entry, error) {
	e := entry{key: key}
	fields := 0
	err := p.object(func(field string) (err error) {
		fields++
		switch field {
		case "dtype":
			e.dtype, err = p.dtype()
		case "shape":
			e.shape, err = p.integers(maxRank)
		case "data_offsets":
			e.begin, e.end, err = p.offsets()
		default:
			err = fmt.Errorf("unknown field %s", printable.Short(field))
		}
		return err
	})
	if err == nil && fields != 3 {
		err = fmt.Errorf("needs dtype, shape and data_offsets")
	}
	return e, err
}

func (p *headerParser) dtype() (DType, error) {
	name, err := p.text()
	if err != nil {
		return "", err
	}
	for _, row := range dtypes {
		if row.safetensors == name {
			return row.dtype, nil
		}
	}
	for _, row := range foreignDTypes {
		if row.safetensors == name {
			return "", refusedDType(row.name)
		}
	}
	return "", fmt.Errorf("dtype %s is not supported: convert the tensor to float32 where the file was made", printable.Short(name))
}

func (p *headerParser) offsets() (begin, end int, err error) {
	offsets, err := p.integers(2)
	if err == nil && len(offsets) != 2 {
		err = fmt.Errorf("data_offsets needs two numbers")
	}
	if err != nil {
		return 0, 0, err
	}
	return offsets[0], offsets[1], nil
}

// object reads an object and calls member after each name, which reads the value.
func (p *headerParser) object(member func(name string) error) error {
	if err := p.expect(jsontext.KindBeginObject); err != nil {
		return err
	}
	for p.decoder.PeekKind() != jsontext.KindEndObject {
		name, err := p.text()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	return p.expect(jsontext.KindEndObject)
}

// integers reads an array of at most limit whole numbers that are not negative and written without point or exponent.
func (p *headerParser) integers(limit int) ([]int, error) {
	if err := p.expect(jsontext.KindBeginArray); err != nil {
		return nil, err
	}
	numbers := []int{}
	for p.decoder.PeekKind() != jsontext.KindEndArray {
		if len(numbers) == limit {
			return nil, fmt.Errorf("more than %d numbers", limit)
		}
		token, err := p.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseUint(token.String(), 10, strconv.IntSize-1)
		if token.Kind() != jsontext.KindNumber || err != nil {
			return nil, fmt.Errorf("%s is not a size", printable.Short(token.String()))
		}
		numbers = append(numbers, int(n))
	}
	return numbers, p.expect(jsontext.KindEndArray)
}

func (p *headerParser) text() (string, error) {
	token, err := p.decoder.ReadToken()
	if err != nil {
		return "", err
	}
	if token.Kind() != jsontext.KindString {
		return "", fmt.Errorf("found %s instead of a string", printable.Short(token.String()))
	}
	return token.String(), nil
}

func (p *headerParser) expect(kind jsontext.Kind) error {
	token, err := p.decoder.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("found %s instead of %q", printable.Short(token.String()), byte(kind))
	}
	return nil
}
