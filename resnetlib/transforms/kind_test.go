package transforms

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode"
)

// TestUnreadKindsAreNamed holds files that are no picture of ours behind a picture's ending: each error is one printable line that names
// the kind and says what to do.
func TestUnreadKindsAreNamed(t *testing.T) {
	var archive bytes.Buffer
	if err := zip.NewWriter(&archive).Close(); err != nil {
		t.Fatal(err)
	}
	brand := func(name string) string { return "\x00\x00\x00\x18ftyp" + name + "\x00\x00\x00\x00" }
	const asPNG, again, itself = ": save it as RGB PNG", ": copy it again", ": download the picture itself"
	for file, want := range map[string]string{
		"":                               "the file is empty" + again,
		strings.Repeat("\x00", 5000):     "nothing but zeros, as a download that broke off" + again,
		brand("avif"):                    "AVIF is not read" + asPNG,
		brand("heic"):                    "HEIC is not read" + asPNG,
		brand("mif1"):                    "HEIF is not read" + asPNG,
		brand("isom"):                    "no picture but a video",
		"\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000 is not read" + asPNG,
		"\xff\x4f\xff\x51\x00":           "JPEG 2000 is not read" + asPNG,
		"\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL is not read" + asPNG,
		"\xff\x0a\xfa\x1f":               "JPEG XL is not read" + asPNG,
		"\xff\xd8\xff\xf7\x00\x02":       "JPEG-LS is not read" + asPNG,
		"8BPS\x00\x01":                   "Photoshop's PSD is not read" + asPNG,
		"\x00\x00\x01\x00\x01\x00":       "an icon (ICO) is not read" + asPNG,
		"%PDF-1.7\n":                     "PDF is not read" + asPNG,
		"BA\x00\x00":                     "a bitmap array of OS/2 is not read" + asPNG,
		"<svg xmlns='x'/>":               "SVG is not read" + asPNG,
		"<?xml version='1.0'?>\n<!-- a -->\n <svg/>":                         "SVG is not read" + asPNG,
		"\xef\xbb\xbf\n<!DOCTYPE HTML>\n<html>":                              "a web page (HTML)" + itself,
		"<?xml version='1.0'?><Error/>":                                      "a text (XML)" + itself,
		`{"error": "forbidden"}`:                                             "a JSON text" + itself,
		"Zugriff verweigert: für alle\n":                                     "no picture but a text",
		strings.Repeat("ü", 2000):                                            "no picture but a text", // a character is cut where the search ends
		"version https://git-lfs.github.com/spec/v1":                         "a Git LFS pointer: fetch the pictures with git lfs pull",
		"PK\x03\x04aaaa":                                                     "no picture but a ZIP archive",
		archive.String():                                                     "no known picture format",
		"\x1b[31m\x00\x01junk":                                               "no known picture format",
		"BM" + strings.Repeat("\x07", 60):                                    "BMP: a header of 117901063 bytes is not read" + asPNG,
		"\x89PNG\r\n\x1a\n\x00\x00\x00\x04CgBI" + strings.Repeat("\x00", 30): "Apple's own kind of PNG (CgBI) is not read" + asPNG,
	} {
		_, err := Decode([]byte(file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: error %v, want %q", file, err, want)
			continue
		}
		checkMessage(t, err)
	}
}

func TestUnreadKindsOfTIFFAreNamed(t *testing.T) {
	three := []int{258, 8, 8, 8}
	for want, tags := range map[string][][]int{
		"compression by Zstandard":                 {three, {262, 2}, {277, 3}, {259, 50000}},
		"compression by the old kind of JPEG":      {three, {262, 2}, {277, 3}, {259, 6}},
		"compression of kind 777":                  {three, {262, 2}, {277, 3}, {259, 777}},
		"a picture of floating-point numbers":      {{258, 32}, {262, 1}, {339, 3}},
		"a picture of signed numbers":              {{258, 8}, {262, 1}, {339, 2}},
		"a picture of 1 x 32 bits a pixel":         {{258, 32}, {262, 1}},
		"colour as CIE Lab":                        {three, {262, 8}, {277, 3}},
		"colour as YCbCr without JPEG":             {three, {262, 6}, {277, 3}},
		"JPEG in colours other than":               {{258, 8, 8, 8, 8}, {262, 5}, {277, 4}, {259, 7}},
		"grey of 16 bits with alpha":               {{258, 16, 16}, {262, 1}, {277, 2}},
		"grey multiplied with its alpha":           {{258, 8, 8}, {262, 1}, {277, 2}, {338, 1}},
		"a pixel of samples of different widths":   {{258, 5, 6, 5}, {262, 2}, {277, 3}},
		"compression by two-dimensional fax (T.4)": {{258, 1}, {262, 1}, {259, 3}, {292, 1}},
	} {
		_, err := Decode(makeTIFF(2, 2, make([]byte, 64), tags...))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), " is not read: save it as RGB PNG") {
			t.Errorf("error %v, want %q", err, want)
			continue
		}
		checkMessage(t, err)
	}
}

// TestTIFFRefusesDamage: bounds that keep a small file from asking for much memory or for bytes that it does not have.
func TestTIFFRefusesDamage(t *testing.T) {
	grey := [][]int{{258, 8}, {262, 1}}
	for want, tags := range map[string][][]int{
		"tiles far larger than the picture": {{322, 60000}, {323, 60000}, {324, 8}, {325, 4}},
		"blocks without a size":             {{278, 0}},
		"it lists 1 blocks of 2":            {{278, 1}},
		"truncated":                         {{273, 60000}},
		"0 samples in a pixel":              {{277, 0}},
	} {
		if _, err := Decode(makeTIFF(2, 2, make([]byte, 64), append(tags, grey...)...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestWebPAnimationBounds: a canvas beyond the limit is refused before memory is taken for it.
func TestWebPAnimationBounds(t *testing.T) {
	body := joined("WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff", "ANMF\x10\x00\x00\x00", strings.Repeat("\x00", 16))
	file := joined("RIFF", string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))), string(body))
	if _, err := Decode(file); err == nil || !strings.Contains(err.Error(), "more than the limit") {
		t.Errorf("error %v", err)
	}
	small := bytes.Replace(file, []byte("\xff\xff\xff\xff\xff\xff"), []byte("\x07\x00\x00\x07\x00\x00"), 1)
	if _, err := Decode(small); err == nil || !strings.Contains(err.Error(), "a frame without a picture") {
		t.Errorf("error %v", err)
	}
}

func joined(parts ...string) []byte { return []byte(strings.Join(parts, "")) }

// checkMessage fails unless err is a short line of printable characters.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 200 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("a message of %d bytes, or with control characters: %q", len(text), text[:min(len(text), 300)])
	}
}
