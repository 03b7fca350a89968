// Package printable makes text from outside safe to write on a terminal or into a log: names of files and classes, keys of weight files,
// messages that quote them.
//
// Such text may hold an ESC, which begins a command to the terminal, a line feed, which forges a line of a log, a mark that turns the
// direction of writing, bytes that are no UTF-8, or a megabyte. What cannot be seen is written as an escape sequence of Go ("\x1b", "\n",
// "\u202e"), so that two names that differ still look different, and what is long is cut.
package printable

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest results in characters, the ellipsis included.
const (
	MaxName = 200  // of [Name]: longer than most file systems allow for one
	MaxLine = 4000 // of [Line]: some fifty lines of a terminal
)

const ellipsis = "..."

// Name returns a name on one line: what cannot be seen is escaped, and a name of more than [MaxName] characters is cut in its middle,
// since names that differ often differ at their end.
func Name(s string) string {
	const most = 4 * MaxName // bytes: what lies further from both ends is cut in any case, since escaping makes no text shorter
	if len(s) > 2*most {
		s = s[:most] + s[len(s)-most:]
	}
	text := []rune(escape(s, nothing))
	if len(text) <= MaxName {
		return string(text)
	}
	const half = (MaxName - len(ellipsis)) / 2
	return string(text[:MaxName-len(ellipsis)-half]) + ellipsis + string(text[len(text)-half:])
}

// Line returns a message on one line: line ends and tabs become spaces, what else cannot be seen is escaped, and what follows the first
// [MaxLine] characters is cut.
func Line(s string) string {
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)
	if utf8.RuneCountInString(s) > MaxLine {
		s = string([]rune(s)[:MaxLine-len(ellipsis)]) + ellipsis
	}
	return escape(s, nothing)
}

// Text returns text of any length with its line ends and tabs; what else cannot be seen is escaped.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' })
}

func nothing(rune) bool { return false }

// escape writes what cannot be seen as Go's escape sequences, except what keep keeps.
func escape(s string, keep func(rune) bool) string {
	var out strings.Builder
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1: // no UTF-8
			out.WriteString(`\x` + strconv.FormatUint(0x100|uint64(s[i]), 16)[1:])
		case keep(r), visible(r):
			out.WriteRune(r)
		default:
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return out.String()
}

// visible tells whether a character may be written as it is: what Unicode counts as graphic, and the joiners that Persian, Hindi and emoji
// are written with. The line and paragraph separators are not graphic.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && r != '\u2028' && r != '\u2029' || r == '\u200c' || r == '\u200d'
}
