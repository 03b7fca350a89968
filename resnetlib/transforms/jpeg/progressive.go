package jpeg

// readProgressive decodes a scan of a progressive file: for a band of coefficients, either their first bits or one
// bit more (T.81 annex G; names as in libjpeg's jdphuff.c).
func (d *decoder) readProgressive(s *scan) error {
	if s.first > 0 {
		c := s.components[0]
		refine := s.high > 0
		return d.eachMCU(s, func(x, y int) {
			if d.bits.n < 0 {
				return // the interval ended early
			}
			block := c.block(x, y)
			if refine {
				d.refineAC(s, d.ac[c.acTable], block)
			} else {
				d.firstAC(s, d.ac[c.acTable], block)
			}
		})
	}
	return d.eachMCU(s, func(x, y int) {
		if d.bits.n < 0 {
			return
		}
		for _, c := range s.components {
			if !s.interleaved {
				d.readDC(s, c, c.block(x, y))
				continue
			}
			for i := range c.h * c.v {
				d.readDC(s, c, c.block(x*c.h+i%c.h, y*c.v+i/c.h))
			}
		}
	})
}

func (c *component) block(x, y int) *[64]int16 {
	return (*[64]int16)(c.coefs[64*(y*c.paddedWide+x):])
}

func (d *decoder) readDC(s *scan, c *component, block *[64]int16) {
	b := &d.bits
	if s.high > 0 {
		b.need(1)
		if b.take(1) != 0 {
			block[0] |= 1 << s.low
		}
		return
	}
	if size := int(b.decode(d.dc[c.dcTable])); size > 0 {
		c.lastDC += extend(b.take(size), size)
	}
	block[0] = int16(c.lastDC << s.low)
}

// firstAC reads the first bits of the band.
func (d *decoder) firstAC(s *scan, ac *huffman, block *[64]int16) {
	if d.eobRun > 0 {
		d.eobRun--
		return
	}
	b := &d.bits
	for k := s.first; k <= s.last; k++ {
		symbol := b.decode(ac)
		run, size := int(symbol>>4), int(symbol&15)
		switch {
		case size > 0:
			k += run
			block[naturalOrder[k]&63] = int16(extend(b.take(size), size) << s.low)
		case run == 15:
			k += 15
		default:
			d.eobRun = 1<<run - 1
			if run > 0 {
				d.eobRun += int(b.take(run))
			}
			return
		}
	}
}

// refineAC reads one more bit of the band's coefficients that are not zero, and those that become so.
func (d *decoder) refineAC(s *scan, ac *huffman, block *[64]int16) {
	b, k := &d.bits, s.first
	if d.eobRun == 0 {
		for ; k <= s.last; k++ {
			symbol := b.decode(ac)
			run, size := int(symbol>>4), int(symbol&15)
			var value int16
			switch {
			case size > 0: // 1 in every sound file
				value = -1 << s.low
				if b.take(1) != 0 {
					value = 1 << s.low
				}
			case run < 15:
				d.eobRun = 1 << run
				if run > 0 {
					d.eobRun += int(b.take(run))
				}
			}
			if d.eobRun > 0 {
				break
			}
			k = d.refineNonZero(s, block, k, run)
			if value != 0 {
				block[naturalOrder[k]&63] = value
			}
		}
	}
	if d.eobRun > 0 {
		d.refineNonZero(s, block, k, 64)
		d.eobRun--
	}
}

// refineNonZero refines coefficients from k on until it has passed the given number of zeros, and returns the
// position of the zero after them.
func (d *decoder) refineNonZero(s *scan, block *[64]int16, k, zeros int) int {
	b := &d.bits
	for ; k <= s.last; k++ {
		at := naturalOrder[k] & 63
		if block[at] == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		b.need(1)
		if b.take(1) == 0 || block[at]&(1<<s.low) != 0 {
			continue
		}
		if block[at] >= 0 {
			block[at] += 1 << s.low
		} else {
			block[at] -= 1 << s.low
		}
	}
	return k
}

// transformBlocks turns the coefficients of a progressive file into samples.
func (d *decoder) transformBlocks() {
	for i := range d.components {
		c := &d.components[i]
		var block [64]int16
		for y := c.need.Min.Y; y < c.need.Max.Y; y++ {
			for x := c.need.Min.X; x < c.need.Max.X; x++ {
				last := 0
				if c.quant != nil { // nil if no scan had this component
					last = dequantise(&block, c.block(x, y), c.quant)
				}
				offset, _ := c.blockAt(x, y)
				inverseDCT(&block, last, c.plane[offset:], c.stride)
			}
		}
	}
}

func dequantise(to, from *[64]int16, quant *[64]uint16) (last int) {
	var any int16
	for i, v := range from {
		to[i] = v * int16(quant[i])
		if i > 0 {
			any |= v
		}
	}
	if any != 0 {
		return 63
	}
	return 0
}
