package transforms

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms/internal/refuse"
	"resnetlab/resnetlib/transforms/jpeg"
)

// Extensions lists the file name endings that torchvision's ImageFolder takes for pictures, in lower case.
var Extensions = []string{".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"}

// HasImageExtension reports whether path ends in one of Extensions, in any case.
func HasImageExtension(path string) bool {
	return slices.Contains(Extensions, strings.ToLower(filepath.Ext(path)))
}

// DecodeFile reads a picture file; see Decode. Errors name the file.
func DecodeFile(path string) (*RGB, error) { return fromFile(path, Decode) }

// fromFile reads a picture file and gives its bytes to decode. Errors name the file.
func fromFile(path string, decode func(file []byte) (*RGB, error)) (*RGB, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decoding %s: %w", path, err)
	}
	return p, nil
}

// ReadFile reads a picture file's bytes, for the functions that take them. Errors name the file.
func ReadFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	return data, nil
}

// format is one kind of picture file: how it begins and how it is read. A dot in the magic stands for any byte.
type format struct {
	name, magic string
	decode      func(data []byte) (*RGB, error)
}

var formats = []format{
	{"jpeg", "\xff\xd8\xff", decodeJPEG},
	{"png", "\x89PNG\r\n\x1a\n", decodePNG},
	{"gif", "GIF87a", decodeGIF},
	{"gif", "GIF89a", decodeGIF},
	{"bmp", "BM", decodeBMP},
	{"tiff", "II*\x00", decodeTIFF},
	{"tiff", "MM\x00*", decodeTIFF},
	{"tiff", "II+\x00\x08\x00\x00\x00", decodeTIFF}, // BigTIFF
	{"tiff", "MM\x00+\x00\x08\x00\x00", decodeTIFF},
	{"webp", "RIFF....WEBP", decodeWebP},
	{"ppm", "P1", decodePPM},
	{"ppm", "P2", decodePPM},
	{"ppm", "P3", decodePPM},
	{"ppm", "P4", decodePPM},
	{"ppm", "P5", decodePPM},
	{"ppm", "P6", decodePPM},
}

func (f format) matches(data []byte) bool {
	if len(data) < len(f.magic) {
		return false
	}
	for i := range len(f.magic) {
		if c := f.magic[i]; c != '.' && c != data[i] {
			return false
		}
	}
	return true
}

// Format returns the kind of picture that data begins with: "jpeg", "png", "gif", "bmp", "tiff", "webp", "ppm" (all
// of the PNM family), or "" for none that is known. It does not look at the rest.
func Format(data []byte) string {
	for _, f := range formats {
		if f.matches(data) {
			return f.name
		}
	}
	return ""
}

// Decode reads a picture as Pillow's Image.open(f).convert("RGB") does: of an animation the first frame; alpha and
// transparency dropped, not blended; EXIF orientation not applied (see Upright), but in a TIFF, as there. A picture of more pixels than
// Pillow's limit, or larger than its file can hold, is refused before memory is taken for it.
//
// The package comment lists the kinds that are read. JPEG is exact except as package jpeg says, and the others are exact. An error says
// what kind of file it is and what to do; errors.Is finds ErrTruncated in it where the file ends too early. Stricter than Pillow, a GIF
// without trailer, a PNG without IEND or with a wrong checksum, and a TIFF with any value cut off are errors.
func Decode(data []byte) (*RGB, error) {
	for _, f := range formats {
		if f.matches(data) {
			return f.decode(data)
		}
	}
	return nil, unknownKind(data)
}

func decodeJPEG(data []byte) (*RGB, error) {
	p, err := jpeg.Decode(data)
	return (*RGB)(p), err
}

// MaxPixels is the largest number of pixels that is read: above it Pillow refuses a picture as a decompression bomb.
const MaxPixels = jpeg.MaxPixels

// ErrTruncated is what errors.Is finds where a file ends before its picture does.
var ErrTruncated = refuse.ErrTruncated

// checkSize refuses a picture of width x height that has too many pixels, or that would need more than most bytes.
func checkSize(width, height int, need, most int64) error {
	switch {
	case width <= 0 || height <= 0:
		return fmt.Errorf("size %dx%d", width, height)
	case int64(width)*int64(height) > MaxPixels:
		return refuse.TooLarge(width, height, MaxPixels)
	case need > most:
		return fmt.Errorf("the header promises %dx%d pixels, more than the file can hold", width, height)
	}
	return nil
}
