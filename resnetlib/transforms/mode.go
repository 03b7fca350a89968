package transforms

import (
	"fmt"

	"resnetlab/resnetlib/transforms/jpeg"
)

// Mode returns, from a file's header, in which of Pillow's modes its picture is stored: "1" (a bit a pixel), "L" (grey),
// "LA", "I;16" (grey of 16 bits), "P" (palette), "RGB", "RGBA", "CMYK"; beyond Pillow, which reads them as 8 bits,
// "RGB;16" and "RGBA;16". Decode makes RGB of all. It returns "" for a header that cannot be read.
func Mode(file []byte) string {
	switch Format(file) {
	case "jpeg":
		n, _ := jpeg.Components(file)
		return map[int]string{1: "L", 3: "RGB", 4: "CMYK"}[n]
	case "png":
		return pngMode(file)
	case "gif":
		return "P"
	case "bmp":
		return bmpMode(file)
	case "tiff":
		return tiffMode(file)
	case "webp":
		return webpMode(file)
	case "ppm":
		return pnmMode(file)
	}
	return ""
}

// pngMode goes by the depth and the colour type of IHDR.
func pngMode(file []byte) string {
	if len(file) < 26 {
		return ""
	}
	depth, kind := file[24], file[25]
	switch {
	case kind == 0 && depth == 1:
		return "1"
	case kind == 0 && depth == 16:
		return "I;16"
	}
	mode := map[byte]string{0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}[kind]
	if depth == 16 && (kind == 2 || kind == 6) {
		mode += ";16"
	}
	return mode
}

func bmpMode(file []byte) string {
	b, err := readBMPHeader(file)
	switch {
	case err != nil:
		return ""
	case b.bits <= 8:
		return "P"
	}
	return "RGB"
}

func tiffMode(file []byte) string {
	t, err := readTIFFHeader(file)
	if err != nil || t.check() != nil {
		return ""
	}
	mode := map[int]string{whiteIsZero: "L", blackIsZero: "L", rgbColours: "RGB", paletted: "P", cmykInks: "CMYK"}[t.photometric]
	alpha := t.samples > t.colourSamples() && t.tags[tagExtraSamples].at(0) != 0
	switch {
	case mode == "L" && t.bits == 1:
		return "1"
	case mode == "L" && t.bits == 16:
		return "I;16"
	case alpha && (mode == "L" || mode == "RGB"):
		mode += "A"
	}
	if t.bits == 16 && t.photometric == rgbColours {
		mode += ";16"
	}
	return mode
}

func pnmMode(file []byte) string {
	switch file[1] {
	case '1', '4':
		return "1"
	case '3', '6':
		return "RGB"
	}
	var kind byte
	var width, height, largest int
	if _, err := fmt.Sscanf(string(file[:min(len(file), 64)]), "P%c %d %d %d", &kind, &width, &height, &largest); err == nil && largest > 255 {
		return "I;16"
	}
	return "L"
}

// webpMode goes by the alpha flag of the first chunk; a lossy picture alone has none.
func webpMode(file []byte) string {
	if len(file) < 25 {
		return ""
	}
	const alpha = 0x10 // of VP8X's flags, and of the byte of VP8L in which the size ends
	chunk := string(file[12:16])
	if chunk == "VP8X" && file[20]&alpha != 0 || chunk == "VP8L" && file[24]&alpha != 0 {
		return "RGBA"
	}
	return "RGB"
}
