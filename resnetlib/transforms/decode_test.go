package transforms

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"resnetlab/internal/golden"
)

// smallFiles returns one small file of each format.
func smallFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"ppm": append([]byte("P6 # colours\n9 7\n255\n"), drawn(9, 7).Pix...)}
	encode := func(name string, do func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := do(&b); err != nil {
			t.Fatal(err)
		}
		files[name] = b.Bytes()
	}
	m := drawn(9, 7).Image()
	encode("png", func(b *bytes.Buffer) error { return png.Encode(b, m) })
	encode("gif", func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) })
	encode("bmp", func(b *bytes.Buffer) error { return bmp.Encode(b, m) })
	encode("tiff", func(b *bytes.Buffer) error { return tiff.Encode(b, m, nil) })
	for name, file := range map[string]string{"jpeg": "one_pixel.jpg", "webp": "lossy.webp"} {
		data, err := os.ReadFile(filepath.Join(golden.Dir(t), "transforms/src", file))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// drawn returns a picture of many colours.
func drawn(width, height int) *RGB {
	p := NewRGB(width, height)
	for i := range p.Pix {
		p.Pix[i] = uint8(i*37 + i/7*11)
	}
	return p
}

func TestFormatsAreRecognisedAndTruncationIsAnError(t *testing.T) {
	for name, data := range smallFiles(t) {
		if got := Format(data); got != name {
			t.Errorf("%s: Format says %q", name, got)
		}
		if _, err := Decode(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for n := range data {
			if _, err := Decode(data[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes decode without an error", name, n, len(data))
				break
			}
		}
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broken.png")
	if err := os.WriteFile(path, smallFiles(t)["png"][:40], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(t.TempDir(), "missing.jpg")} {
		if _, err := DecodeFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v does not name %s", err, path)
		}
	}
	if _, err := DecodeFile(path); !errors.Is(err, ErrTruncated) {
		t.Errorf("error %v does not say that the file is truncated", err)
	}
}

// TestHeaderThatPromisesTooMuchIsRefusedBeforeAllocation writes sizes into headers that the rest of the file cannot fill.
func TestHeaderThatPromisesTooMuchIsRefusedBeforeAllocation(t *testing.T) {
	files := smallFiles(t)
	big, little := binary.BigEndian, binary.LittleEndian
	lies := map[string]func(data []byte, side int){
		"png": func(d []byte, n int) { big.PutUint32(d[16:], uint32(n)); big.PutUint32(d[20:], uint32(n)) },
		"bmp": func(d []byte, n int) { little.PutUint32(d[18:], uint32(n)); little.PutUint32(d[22:], uint32(n)) },
		"gif": func(d []byte, n int) {
			frame := 13 + 3<<(d[10]&7+1)
			frame += bytes.IndexByte(d[frame:], ',')
			little.PutUint16(d[frame+5:], uint16(n))
			little.PutUint16(d[frame+7:], uint16(n))
		},
		"ppm": func(d []byte, n int) { copy(d, fmt.Sprintf("P6 %d %d ", n, n)) },
		"tiff": func(d []byte, n int) {
			const width, height, long = 256, 257, 4
			directory := little.Uint32(d[4:])
			for entry := d[directory+2:]; ; entry = entry[12:] {
				if tag := little.Uint16(entry); tag == width || tag == height {
					little.PutUint16(entry[2:], long)
					little.PutUint32(entry[8:], uint32(n))
				} else if tag > height {
					return
				}
			}
		},
		"jpeg": func(d []byte, n int) {
			frame := bytes.Index(d, []byte("\xff\xc0"))
			big.PutUint16(d[frame+5:], uint16(n))
			big.PutUint16(d[frame+7:], uint16(n))
		},
		"webp": func(d []byte, n int) {
			n = min(n, 1<<14-1) // more the format cannot say
			frame := bytes.Index(d, []byte("\x9d\x01\x2a"))
			little.PutUint16(d[frame+3:], uint16(n))
			little.PutUint16(d[frame+5:], uint16(n))
		},
	}
	if len(lies) != len(files) {
		t.Errorf("%d formats lie, of %d", len(lies), len(files))
	}
	for name, lie := range lies {
		for _, side := range []int{9_000, 60_000} {
			data := bytes.Clone(files[name])
			lie(data, side)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(data)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "pixels") {
				t.Errorf("%s of %d x %d: error %v", name, side, side, err)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
				t.Errorf("%s of %d x %d: %d bytes were taken before it was refused", name, side, side, taken)
			}
		}
	}
}

func TestFromImageKeepsHiddenColours(t *testing.T) {
	want := []uint8{10, 20, 30}
	for _, m := range []interface {
		image.Image
		Set(x, y int, c color.Color)
	}{image.NewNRGBA(image.Rect(3, 4, 5, 6)), image.NewNRGBA64(image.Rect(3, 4, 5, 6))} {
		m.Set(4, 5, color.NRGBA64{10 * 257, 20 * 257, 30 * 257, 0})
		switch m := m.(type) {
		case *image.NRGBA: // Set premultiplies
			m.SetNRGBA(4, 5, color.NRGBA{10, 20, 30, 0})
		case *image.NRGBA64:
			m.SetNRGBA64(4, 5, color.NRGBA64{10 * 257, 20 * 257, 30 * 257, 0})
		}
		if got := FromImage(m).Pix[9:]; !bytes.Equal(got, want) {
			t.Errorf("%T: %v, want %v", m, got, want)
		}
	}
}

func TestOrientUndoesEXIFOrientations(t *testing.T) {
	// EXIF 1 to 8: where the first row and the first column of the stored picture belong. Rows as Pillow 13's exif_transpose gives them.
	p := &RGB{Width: 3, Height: 2}
	for v := range uint8(6) {
		p.Pix = append(p.Pix, v+1, v+1, v+1)
	}
	for orientation, want := range map[int]string{1: "123 456", 2: "321 654", 3: "654 321", 4: "456 123",
		5: "14 25 36", 6: "41 52 63", 7: "63 52 41", 8: "36 25 14", 9: "123 456"} {
		got, text := Orient(p, orientation), ""
		for i := 0; i < len(got.Pix); i += 3 {
			if i > 0 && i/3%got.Width == 0 {
				text += " "
			}
			text += string(rune('0' + got.Pix[i]))
		}
		if text != want {
			t.Errorf("orientation %d: %s, want %s", orientation, text, want)
		}
	}
}
