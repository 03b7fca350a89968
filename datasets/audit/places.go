package audit

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// places tells which part and class the files belong to.
type places struct {
	parted   bool              // the folder has train/
	spelling map[string]string // of a class, by its name in Unicode form NFC: the first one met
	forms    []Finding         // of Form
}

// newPlaces looks through the names of all files. A class whose folder is spelt é in one part, and e with an accent in
// another, as macOS may write it, is one class. Two such folders in one part are a finding, since data with them cannot be opened.
func newPlaces(names []string) places {
	a := places{spelling: map[string]string{},
		parted: slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "train/") })}
	type folder struct{ part, composed string }
	seen := map[folder]string{}
	for _, name := range names {
		part, class := a.split(name)
		composed := norm.NFC.String(class)
		if _, ok := a.spelling[composed]; !ok {
			a.spelling[composed] = class
		}
		first, ok := seen[folder{part, composed}]
		if !ok {
			seen[folder{part, composed}] = class
		} else if first != class && !slices.ContainsFunc(a.forms, func(f Finding) bool { return f.File == path.Join(part, class) }) {
			a.forms = append(a.forms, Finding{path.Join(part, class), Form,
				fmt.Sprintf("%s and %s differ in their Unicode form alone", strconv.QuoteToASCII(first), strconv.QuoteToASCII(class))})
		}
	}
	return a
}

// of returns the part and the class of a file.
func (a places) of(name string) (part, class string) {
	part, class = a.split(name)
	return part, a.spelling[norm.NFC.String(class)]
}

// split takes the part and the class folder from a name: train/daisy/1.jpg, or daisy/1.jpg. A file in no folder has no class.
func (a places) split(name string) (part, class string) {
	if a.parted {
		part, name, _ = strings.Cut(name, "/")
	}
	if dir := path.Dir(name); dir != "." {
		class, _, _ = strings.Cut(dir, "/")
	}
	return part, class
}
