package transforms

import (
	"bytes"
	"errors"
	"fmt"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// kind is a sort of file that is not read: what it is, and how it begins, from byte at on.
type kind struct {
	name   string
	at     int
	begins string
}

// pictureKinds are pictures of other formats, often behind the ending .jpg: servers and phones send what they like.
var pictureKinds = []kind{
	{"AVIF", 4, "ftypavif"}, {"AVIF", 4, "ftypavis"},
	{"HEIC", 4, "ftypheic"}, {"HEIC", 4, "ftypheix"}, {"HEIC", 4, "ftyphevc"}, {"HEIC", 4, "ftyphevx"}, {"HEIC", 4, "ftypheim"}, {"HEIC", 4, "ftypheis"},
	{"HEIF", 4, "ftypmif1"}, {"HEIF", 4, "ftypmif2"}, {"HEIF", 4, "ftypmsf1"}, {"Canon's raw picture (CR3)", 4, "ftypcrx"},
	{"JPEG 2000", 0, "\x00\x00\x00\x0cjP  "}, {"JPEG 2000", 0, "\xff\x4f\xff\x51"},
	{"JPEG XL", 0, "\x00\x00\x00\x0cJXL "}, {"JPEG XL", 0, "\xff\x0a"},
	{"JPEG XR", 0, "II\xbc"},
	{"an icon (ICO)", 0, "\x00\x00\x01\x00"}, {"TGA or a cursor (CUR)", 0, "\x00\x00\x02\x00"}, {"an icon (ICNS)", 0, "icns"},
	{"Photoshop's PSD", 0, "8BPS"}, {"GIMP's XCF", 0, "gimp xcf"}, {"OpenEXR", 0, "\x76\x2f\x31\x01"},
	{"Radiance HDR", 0, "#?RADIANCE"}, {"Radiance HDR", 0, "#?RGBE"}, {"QOI", 0, "qoif"}, {"DDS", 0, "DDS "}, {"PCX", 0, "\x0a\x05\x01"},
	{"an animation of MNG", 0, "\x8aMNG"}, {"an animation of JNG", 0, "\x8bJNG"}, {"a bitmap array of OS/2", 0, "BA"},
	{"PAM", 0, "P7"}, {"PFM", 0, "PF\n"}, {"PFM", 0, "Pf\n"}, {"DICOM", 128, "DICM"}, {"FITS", 0, "SIMPLE  ="}, {"NIfTI", 344, "n+1\x00"},
	{"Fujifilm's raw picture (RAF)", 0, "FUJIFILMCCD-RAW"}, {"Olympus's raw picture (ORF)", 0, "IIRO"}, {"Olympus's raw picture (ORF)", 0, "IIRS"},
	{"Panasonic's raw picture (RW2)", 0, "IIU\x00"}, {"PostScript", 0, "%!PS"}, {"PDF", 0, "%PDF"}, {"DjVu", 0, "AT&TFORM"}, {"XPM", 0, "/* XPM"},
}

// otherKinds are no pictures; extract or fetch says what to do.
var otherKinds = []kind{
	{"a ZIP archive", 0, "PK\x03\x04"}, {"a gzip archive", 0, "\x1f\x8b"}, {"a 7z archive", 0, "7z\xbc\xaf"}, {"a RAR archive", 0, "Rar!"},
	{"an XZ archive", 0, "\xfd7zXZ"}, {"a bzip2 archive", 0, "BZh"}, {"a Zstandard archive", 0, "\x28\xb5\x2f\xfd"}, {"a tar archive", 257, "ustar"},
	{"a NumPy array", 0, "\x93NUMPY"}, {"an HDF5 file", 0, "\x89HDF"}, {"a program", 0, "\x7fELF"}, {"a program", 0, "MZ"},
	{"a video (MP4 or QuickTime)", 4, "ftyp"}, {"a video (QuickTime)", 4, "moov"}, {"a video (Matroska or WebM)", 0, "\x1a\x45\xdf\xa3"},
	{"a film or sound (RIFF)", 0, "RIFF"}, {"a sound (MP3)", 0, "ID3"}, {"a sound (Ogg)", 0, "OggS"}, {"a sound (FLAC)", 0, "fLaC"},
	{"notes of macOS about a file (AppleDouble)", 0, "\x00\x05\x16\x07"},
}

// textKinds are found by how their text begins, behind blanks and a byte order mark, in any case.
var textKinds = []kind{
	{"a Git LFS pointer", 0, "version https://git-lfs"}, {"a web page (HTML)", 0, "<!doctype html"}, {"a web page (HTML)", 0, "<html"},
	{"a web page (HTML)", 0, "<head"}, {"a web page (HTML)", 0, "<body"}, {"a web page (HTML)", 0, "<script"}, {"a JSON text", 0, "{"}, {"a JSON text", 0, "["},
}

// headBytes of a file are looked at to tell its kind.
const headBytes = 1024

// unknownKind returns the error for a file that begins like none of the formats: what it is, as far as that can be told, and what to do.
// Nothing of the file is quoted.
func unknownKind(data []byte) error {
	if len(data) == 0 {
		return errors.New("the file is empty: copy it again")
	}
	if len(bytes.Trim(data, "\x00")) == 0 {
		return errors.New("the file holds nothing but zeros, as a download that broke off: copy it again")
	}
	head := data[:min(len(data), headBytes)]
	if name := kindOf(pictureKinds, head); name != "" {
		return fmt.Errorf("%s is not read: %s", name, refuse.Cure)
	}
	if name := kindOf(otherKinds, head); name != "" {
		return fmt.Errorf("no picture but %s: remove it, or put the picture itself in its place", name)
	}
	if err := textKind(head); err != nil {
		return err
	}
	return fmt.Errorf("no known picture format: if it is a picture, %s; otherwise remove it", refuse.Cure)
}

func kindOf(kinds []kind, head []byte) string {
	for _, k := range kinds {
		if len(head) >= k.at && bytes.HasPrefix(head[k.at:], []byte(k.begins)) {
			return k.name
		}
	}
	return ""
}

// textKind names text: web pages come from servers that answer with a page of errors, LFS pointers from a clone without Git LFS.
func textKind(head []byte) error {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for bytes.HasPrefix(text, []byte("<?xml")) || bytes.HasPrefix(text, []byte("<!--")) || bytes.HasPrefix(text, []byte("<!doctype svg")) {
		_, rest, more := bytes.Cut(text, []byte(">"))
		if !more {
			break
		}
		text = bytes.TrimLeft(rest, " \t\r\n")
	}
	switch name := kindOf(textKinds, text); {
	case bytes.HasPrefix(text, []byte("<svg")):
		return fmt.Errorf("SVG is not read: %s", refuse.Cure)
	case name == textKinds[0].name:
		return fmt.Errorf("no picture but %s: fetch the pictures with git lfs pull", name)
	case name != "":
		return fmt.Errorf("no picture but %s: download the picture itself", name)
	case bytes.HasPrefix(text, []byte("<")):
		return errors.New("no picture but a text (XML): download the picture itself")
	case isText(head[:max(0, len(head)-4)]): // the last character may be cut
		return errors.New("no picture but a text: put the picture itself in its place, or remove it")
	}
	return nil
}

// isText says whether head holds printable characters and blanks alone.
func isText(head []byte) bool {
	return bytes.IndexFunc(head, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f || r == 0xfffd
	}) < 0
}
