package datasets

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckNames refuses picture names that cannot stand one a line in a UTF-8 text file: a name with a line feed, and a
// name that is not valid UTF-8 (as from an archive packed with Latin-1 names). Call it before work whose result lists
// names that way. The error names the first such picture and says what to do.
func CheckNames(names []string) error {
	for _, name := range names {
		switch {
		case strings.Contains(name, "\n"):
			return fmt.Errorf("the file name %s has a line feed in it, and the result lists one name a line: rename the file", Excerpt(name))
		case !utf8.ValidString(name):
			return fmt.Errorf("the file name %s is not valid UTF-8: rename the file (convmv -f latin1 -t utf8 does it for a whole folder)", Excerpt(name))
		}
	}
	return nil
}

// CheckDisplayNames refuses names that are different files and have the same DisplayName, for results that identify a
// picture by that text: "\xe9.jpg" written with the byte 0xe9, and with the four characters backslash, x, e, 9.
func CheckDisplayNames(names []string) error {
	seen := make(map[string]string)
	for _, name := range names {
		shown := DisplayName(name)
		if other, ok := seen[shown]; ok && other != name {
			return fmt.Errorf("two files would both be listed as %s, one of them with a name that is not valid UTF-8: rename one", Excerpt(shown))
		}
		seen[shown] = name
	}
	return nil
}

// DisplayName returns name as valid UTF-8: each byte that is not part of a character becomes \x and two hexadecimal
// digits. A valid name is returned unchanged. See CheckDisplayNames.
func DisplayName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for name != "" {
		r, n := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, name[0])
		} else {
			b.WriteString(name[:n])
		}
		name = name[n:]
	}
	return b.String()
}

// excerptLength is how many characters of a text an error message quotes at most.
const excerptLength = 80

// Excerpt quotes at most 80 characters of text for an error message, on one line and without control characters. What
// is left out shows as "..." behind the quotes.
func Excerpt(text string) string {
	end, count := len(text), 0
	for i := range text {
		if count++; count > excerptLength {
			end = i
			break
		}
	}
	if end < len(text) {
		return strconv.Quote(text[:end]) + "..."
	}
	return strconv.Quote(text)
}

// listedNames is how many names an error message lists at most.
const listedNames = 20

// enumerate lists names for an error message: at most 20, each short, printable and on one line.
func enumerate(names []string) string {
	shown := make([]string, 0, listedNames)
	for _, name := range names[:min(len(names), listedNames)] {
		if len(name) > excerptLength || !isPrintable(name) {
			name = Excerpt(name)
		}
		shown = append(shown, name)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// isPrintable reports whether text is valid UTF-8 and cannot move a terminal's cursor or hide what stands beside it.
func isPrintable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	})
}

// cleanError is an error whose text is safe for a terminal and a log; see clean.
type cleanError struct {
	error
	text string
}

func (e cleanError) Error() string { return e.text }
func (e cleanError) Unwrap() error { return e.error }

// clean returns err with a text that is one bounded line without control characters: a list may name anything as a
// picture, and the system's errors repeat the name as it stands. errors.Is and errors.As see through it.
func clean(err error) error {
	const most = 1000
	if err == nil {
		return nil
	}
	text := err.Error()
	if len(text) <= most && isPrintable(text) {
		return err
	}
	quoted := strconv.Quote(text)
	quoted = quoted[1 : len(quoted)-1]
	if len(quoted) > most {
		quoted = strings.ToValidUTF8(quoted[:most/2], "") + "..." + strings.ToValidUTF8(quoted[len(quoted)-most/2:], "")
	}
	return cleanError{err, quoted}
}
