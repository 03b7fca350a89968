package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// Fingerprinter is implemented by data sets whose pictures are not files. Fingerprint returns a text that is different for
// different pictures or labels. [Readable] does not check such data sets.
type Fingerprinter interface {
	Fingerprint() (string, error)
}

// Fingerprint identifies a version of a data set without reading every picture. It returns the sha256, in hexadecimal, of one
// line "path size\n" for each picture of every part, sorted, with paths relative to the data's folder. For a list, whose paths
// do not tell the class, the class follows the size. Of a part that is not [Sized], the lines have names alone; its own
// Fingerprint is a further line if it is a [Fingerprinter].
func (s *Splits) Fingerprint() (string, error) {
	var lines []string
	for i, part := range []Dataset{s.Train, s.Val, s.Test} {
		if part == nil {
			continue
		}
		more, err := fingerprintLines(part, s.folders[i])
		if err != nil {
			return "", fmt.Errorf("fingerprint of the data: %w", err)
		}
		lines = append(lines, more...)
	}
	return digest(lines), nil
}

// Fingerprint returns the fingerprint of one data set, by the rules of [Splits.Fingerprint].
func Fingerprint(ds Dataset) (string, error) {
	lines, err := fingerprintLines(ds, "")
	if err != nil {
		return "", fmt.Errorf("fingerprint of the data: %w", err)
	}
	return digest(lines), nil
}

func digest(lines []string) string {
	slices.Sort(lines)
	hash := sha256.New()
	for _, line := range lines {
		_, _ = io.WriteString(hash, line+"\n")
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func fingerprintLines(ds Dataset, folder string) (lines []string, err error) {
	whole := innermost(ds)
	if known, ok := whole.(Fingerprinter); ok {
		fingerprint, err := known.Fingerprint()
		if err != nil {
			return nil, err
		}
		lines = append(lines, folder+fingerprint)
	}
	_, isSized := whole.(Sized)
	_, isList := whole.(*List)
	for i := range ds.Len() {
		name, label, err := Entry(ds, i)
		if err != nil {
			return nil, err
		}
		line := folder + name
		if isSized {
			size, err := ds.(Sized).Size(i)
			if err != nil {
				return nil, err
			}
			line = fmt.Sprintf("%s %d", line, size)
		}
		if isList {
			line += " " + ds.Classes()[label]
		}
		lines = append(lines, line)
	}
	return lines, nil
}
