package jpeg

import (
	"errors"
	"fmt"
)

// maxScans bounds the work a small file can ask for. The standard's own progressions need about ten.
const maxScans = 500

// scan is one scan header.
type scan struct {
	components  []*component
	first, last int  // band of coefficients, in zigzag order
	high, low   int  // successive approximation: lowest bit known before and after
	interleaved bool // an MCU is h*v blocks of each component; otherwise it is one block
	mcusWide    int
	mcusHigh    int // that the region needs
}

// readScans reads everything up to the end of the image. A sequential file whose only scan holds all components is
// finished after it.
func (d *decoder) readScans() error {
	for {
		m, err := d.nextMarker()
		if err != nil {
			return err
		}
		switch m {
		case eoi:
			if d.scans == 0 {
				return errors.New("no picture data")
			}
			return nil
		case sos:
			done, err := d.readScan()
			if err != nil {
				return err
			}
			if done {
				return d.findEnd()
			}
		default:
			if err := d.readSegment(m); err != nil {
				return err
			}
		}
	}
}

// findEnd looks for the end-of-image marker, without which Pillow calls a file truncated.
func (d *decoder) findEnd() error {
	for {
		m, err := d.nextMarker()
		if err != nil {
			return err
		}
		if m == eoi {
			return nil
		}
	}
}

// readScan reads one scan; done says that the picture is complete.
func (d *decoder) readScan() (done bool, err error) {
	body, err := d.segment()
	if err != nil {
		return false, err
	}
	s, err := d.readScanHeader(body)
	if err != nil {
		return false, err
	}
	if d.scans++; d.scans > maxScans {
		return false, fmt.Errorf("more than %d scans", maxScans)
	}
	d.bits = bitReader{data: d.data, pos: d.pos}
	if d.progressive {
		err = d.readProgressive(s)
	} else {
		err = d.readSequential(s)
	}
	d.pos = d.bits.pos
	return !d.progressive && len(s.components) == len(d.components), err
}

func (d *decoder) readScanHeader(body []byte) (*scan, error) {
	if len(body) < 1 || len(body) != 4+2*int(body[0]) || body[0] < 1 || body[0] > 4 {
		return nil, errors.New("scan header: wrong length")
	}
	s := &scan{}
	n := int(body[0])
	for i := range n {
		c, err := d.scanComponent(s, body[1+2*i], body[2+2*i])
		if err != nil {
			return nil, err
		}
		s.components = append(s.components, c)
	}
	tail := body[1+2*n:]
	s.first, s.last, s.high, s.low = int(tail[0]), int(tail[1]), int(tail[2]>>4), int(tail[2]&15)
	s.interleaved = n > 1
	d.layOutScan(s)
	return s, d.checkScan(s)
}

// layOutScan counts the MCUs down to the region's last row. If more scans follow and there are restart markers, all
// are read: where a damaged scan ends depends on which markers it stepped over.
func (d *decoder) layOutScan(s *scan) {
	all := d.restartInterval > 0 && (d.progressive || len(s.components) < len(d.components))
	c := s.components[0]
	s.mcusWide, s.mcusHigh = c.blocksWide, c.need.Max.Y
	if all {
		s.mcusHigh = c.blocksHigh
	}
	if !s.interleaved {
		return
	}
	s.mcusWide, s.mcusHigh = d.mcusWide, 0
	for _, c := range s.components {
		s.mcusHigh = max(s.mcusHigh, ceilDiv(c.need.Max.Y, c.v))
	}
	if all {
		s.mcusHigh = d.mcusHigh
	}
}

func (d *decoder) scanComponent(s *scan, id, tables uint8) (*component, error) {
	for i := range d.components {
		c := &d.components[i]
		if c.id != id {
			continue
		}
		for _, other := range s.components {
			if other == c {
				return nil, fmt.Errorf("scan header: component %d twice", id)
			}
		}
		c.dcTable, c.acTable = tables>>4, tables&15
		if c.dcTable > 3 || c.acTable > 3 {
			return nil, errors.New("scan header: wrong table index")
		}
		if c.quant == nil {
			c.quant = d.quant[c.quantIndex]
		}
		if c.quant == nil {
			return nil, fmt.Errorf("quantisation table %d is missing", c.quantIndex)
		}
		return c, nil
	}
	return nil, fmt.Errorf("scan header: no component %d", id)
}

// checkScan makes sure that the scan is one of the standard's, and that its tables are there.
func (d *decoder) checkScan(s *scan) error {
	blocks := 0
	for _, c := range s.components {
		blocks += c.h * c.v
	}
	if s.interleaved && blocks > 10 {
		return fmt.Errorf("%d blocks in an MCU, 10 are allowed", blocks)
	}
	if d.progressive {
		dc := s.first == 0 && s.last == 0
		ac := s.first > 0 && s.first <= s.last && s.last < 64 && !s.interleaved
		if !dc && !ac || s.low > 13 || s.high != 0 && s.high != s.low+1 {
			return fmt.Errorf("scan header: band %d to %d, bits %d to %d", s.first, s.last, s.high, s.low)
		}
	}
	for _, c := range s.components {
		needDC := !d.progressive || s.first == 0 && s.high == 0
		needAC := !d.progressive || s.first > 0
		if !d.progressive {
			d.useStandardTables()
		}
		if needDC && d.dc[c.dcTable] == nil || needAC && d.ac[c.acTable] == nil {
			return errors.New("a Huffman table is missing")
		}
	}
	return nil
}

// eachMCU calls do for the MCUs of the scan down to the region's last row, restarting where the file says so.
func (d *decoder) eachMCU(s *scan, do func(x, y int)) error {
	d.startInterval(s)
	left, number := d.restartInterval, uint8(0)
	for y := range s.mcusHigh {
		for x := range s.mcusWide {
			if d.restartInterval > 0 && left == 0 {
				if err := d.restart(number); err != nil {
					return err
				}
				number, left = (number+1)&7, d.restartInterval
				d.startInterval(s)
			}
			left--
			do(x, y)
			if d.bits.n < 0 && d.bits.pos >= len(d.data)-1 {
				return ErrTruncated
			}
		}
	}
	return nil
}

func (d *decoder) startInterval(s *scan) {
	d.bits = bitReader{data: d.data, pos: d.bits.pos}
	d.eobRun = 0
	for _, c := range s.components {
		c.lastDC = 0
	}
}

// restart steps over the restart marker of the given number. If another marker stands there it does what libjpeg's
// jpeg_resync_to_restart does: it looks for the likeliest place to resume.
func (d *decoder) restart(number uint8) error {
	d.pos = d.bits.pos // the reader never takes bytes from behind a marker
	for {
		m, err := d.nextMarker()
		if err != nil {
			return err
		}
		distance := (m - rst0 - number) & 7
		switch {
		case m < sof0:
			continue
		case m < rst0 || m > rst7, distance == 1, distance == 2:
			d.pos -= 2 // leave it: the data of this interval is lost
		case distance == 6, distance == 7:
			continue // an earlier one
		}
		d.bits.pos = d.pos
		return nil
	}
}

// readSequential decodes a scan of whole blocks, and turns those that the region needs into samples.
func (d *decoder) readSequential(s *scan) error {
	var block [64]int16
	return d.eachMCU(s, func(x, y int) {
		lost := d.bits.n < 0 // the interval ended early: libjpeg leaves its remaining blocks at zero
		for _, c := range s.components {
			wide, high := 1, 1
			if s.interleaved {
				wide, high = c.h, c.v
			}
			for i := range wide * high {
				last := 0
				if !lost {
					last = d.readBlock(c, &block)
				}
				if offset, needed := c.blockAt(x*wide+i%wide, y*high+i/wide); needed {
					inverseDCT(&block, last, c.plane[offset:], c.stride)
				}
				block[0] = 0
				if last > 0 {
					block = [64]int16{}
				}
			}
		}
	})
}

// readBlock decodes one block, dequantised, in natural order. It returns the zigzag position of the last coefficient.
func (d *decoder) readBlock(c *component, block *[64]int16) (last int) {
	b, quant, ac := &d.bits, c.quant, d.ac[c.acTable]
	if size := int(b.decode(d.dc[c.dcTable])); size > 0 {
		c.lastDC += extend(b.take(size), size)
	}
	block[0] = int16(c.lastDC) * int16(quant[0])
	for k := 1; k < 64; k++ {
		b.need(33)
		var value int32
		if e := ac.value[b.acc>>(64-valueBits)]; e != 0 {
			b.acc <<= e & 127
			b.n -= int(e & 127)
			if e&valueEnd != 0 {
				return last
			}
			k += int(e >> 8 & 15)
			value = e >> valueShift
		} else {
			symbol := b.decode(ac)
			run, size := int(symbol>>4), int(symbol&15)
			if size == 0 {
				if run != 15 {
					return last
				}
				k += 15
				continue
			}
			k += run
			value = extend(b.take(size), size)
		}
		at := naturalOrder[k] & 63
		block[at] = int16(value) * int16(quant[at])
		last = k
	}
	return last
}
