package transforms

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"resnetlab/resnetlib/transforms/jpeg"
)

// Extensions are the file name endings that torchvision's ImageFolder takes for pictures, in lower case.
var Extensions = []string{".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"}

// HasImageExtension says whether path ends in one of Extensions, in any case.
func HasImageExtension(path string) bool {
	return slices.Contains(Extensions, strings.ToLower(filepath.Ext(path)))
}

// DecodeFile reads a picture file. Errors name the file.
func DecodeFile(path string) (*RGB, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	p, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("decoding %s: %w", path, err)
	}
	return p, nil
}

// Decode reads a picture as Pillow's Image.open(f).convert("RGB") does.
func Decode(data []byte) (*RGB, error) {
	if bytes.HasPrefix(data, []byte("\xff\xd8\xff")) {
		p, err := jpeg.Decode(data)
		return (*RGB)(p), err
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return FromImage(m), nil
}
