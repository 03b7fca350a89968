package transforms

import "encoding/binary"

// Upright turns p, which Decode made of file, as the EXIF orientation says, like Pillow's ImageOps.exif_transpose. torchvision does
// not do this, so it is an option: without it a model sees pictures from phones lying on their side. An orientation in XMP alone, or in
// the text chunk that ImageMagick makes of EXIF in a PNG, is not looked for.
func Upright(p *RGB, file []byte) *RGB { return Orient(p, Orientation(file)) }

// DecodeFileUpright reads a picture file as DecodeFile does and applies its EXIF orientation.
func DecodeFileUpright(path string) (*RGB, error) { return Preset{Exif: true}.DecodeFile(path) }

// Orient undoes an EXIF orientation, 1 to 8. It returns p itself for 1 and for other values.
func Orient(p *RGB, orientation int) *RGB {
	switch orientation {
	case 2:
		return HFlip(p)
	case 3:
		return HFlip(VFlip(p))
	case 4:
		return VFlip(p)
	case 5:
		return transpose(p)
	case 6:
		return HFlip(transpose(p))
	case 7:
		return HFlip(VFlip(transpose(p)))
	case 8:
		return VFlip(transpose(p))
	}
	return p
}

// transpose swaps rows and columns.
func transpose(p *RGB) *RGB {
	out := NewRGB(p.Height, p.Width)
	for y := range p.Height {
		row := p.row(y)
		for x := range p.Width {
			copy(out.Pix[3*(x*out.Width+y):][:3], row[3*x:])
		}
	}
	return out
}

// Orientation returns the EXIF orientation of a JPEG, PNG or WebP file, or 1 if it has none. It returns 1 for a TIFF, which Decode has
// turned already, as Pillow does.
func Orientation(file []byte) int {
	switch Format(file) {
	case "jpeg":
		return tiffOrientation(jpegEXIF(file))
	case "png":
		return tiffOrientation(chunk(file[8:], "eXIf", binary.BigEndian, 4, 0, 12))
	case "webp":
		return tiffOrientation(trimEXIF(chunk(file[12:], "EXIF", binary.LittleEndian, 0, 4, 8)))
	}
	return 1
}

// jpegEXIF finds the first APP1 segment that holds EXIF.
func jpegEXIF(file []byte) []byte {
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		if file[at+1] == 0xff { // a fill byte
			at++
			continue
		}
		marker, size := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xda || at+2+size > len(file) || size < 2 {
			return nil
		}
		body := file[at+4 : at+2+size]
		if marker == 0xe1 && len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
			return body[6:]
		}
		at += 2 + size
	}
	return nil
}

func trimEXIF(body []byte) []byte {
	if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
		return body[6:]
	}
	return body
}

// chunk finds a chunk by name, in a file whose chunks have their name and length at the given places of an overhead
// of so many bytes.
func chunk(data []byte, name string, order binary.ByteOrder, nameAt, lengthAt, overhead int) []byte {
	for len(data) >= overhead {
		n := int64(order.Uint32(data[lengthAt:]))
		if n > int64(len(data)-overhead) {
			return nil
		}
		if string(data[nameAt:nameAt+4]) == name {
			return data[8 : 8+n]
		}
		if order == binary.ByteOrder(binary.LittleEndian) {
			n += n & 1 // RIFF pads to even lengths
		}
		data = data[min(int64(overhead)+n, int64(len(data))):]
	}
	return nil
}

// tiffOrientation reads tag 274 of the first directory.
func tiffOrientation(data []byte) int {
	const orientation, short, long = 274, 3, 4
	if len(data) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(data[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(data[4:]))
	if at+2 > int64(len(data)) {
		return 1
	}
	entries := data[at+2:]
	for range order.Uint16(data[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == orientation {
			switch order.Uint16(entries[2:]) {
			case short:
				return int(order.Uint16(entries[8:]))
			case long:
				return int(order.Uint32(entries[8:]))
			}
		}
		entries = entries[12:]
	}
	return 1
}
