// Package printable makes text from outside safe to write on a terminal or into a log: names of files and classes, keys of weight files,
// messages that quote them.
//
// Such text may hold an ESC, which begins a command to the terminal, a line feed, which forges a line of a log, a mark that turns the
// direction of writing, bytes that are no UTF-8, or a megabyte. What cannot be seen is written as an escape sequence of Go ("\x1b", "\n",
// "\u202e"), so that two names that differ still look different, and what is long is cut.
//
// [Name], [Line], [Text] and [Escaped] give a text of its own; [Short], [Quoted], [List] and [Join] a part of a sentence. [UTF8] is for files that
// hold any name as valid UTF-8, and leaves control characters as they are.
package printable

import (
	"fmt"
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

// maxQuoted is how many characters [Quoted] has at most between its quotes. The longest key of a network of torchvision has 41.
const maxQuoted = 80

const ellipsis = "..."

// Name returns a name on one line: what cannot be seen is escaped, and a name of more than [MaxName] characters is cut in its middle,
// since names that differ often differ at their end.
func Name(s string) string {
	const most = 4 * MaxName // bytes: what lies further from both ends is cut in any case, since escaping makes no text shorter
	if len(s) > 2*most {
		s = s[:most] + s[len(s)-most:]
	}
	text := []rune(Escaped(s))
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
	s = Escaped(s[:min(len(s), utf8.UTFMax*(MaxLine+1))]) // what lies behind is cut in any case
	if utf8.RuneCountInString(s) > MaxLine {
		s = string([]rune(s)[:MaxLine-len(ellipsis)]) + ellipsis
	}
	return s
}

// Text returns text of any length with its line ends and tabs; what else cannot be seen is escaped.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || visible(r) })
}

// Escaped returns text of any length on one line: what cannot be seen is escaped, line ends and tabs included.
func Escaped(s string) string { return escape(s, visible) }

// UTF8 returns a name for a file that holds UTF-8, such as JSON: each byte that is not part of a character, as in the names of an old archive in
// Latin-1, becomes \x and two hexadecimal digits. Valid UTF-8 is returned unchanged, control characters included.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return escape(s, func(rune) bool { return true })
}

// Quoted returns text in double quotes, as a Go string, of at most 80 characters between them. What is left out shows as "..." behind the quotes.
func Quoted(s string) string {
	var out strings.Builder
	length := 0
	for i, size := 0, 0; i < len(s); i += size {
		_, size = utf8.DecodeRuneInString(s[i:])
		part := Escaped(s[i : i+size])
		if part == `"` || part == `\` {
			part = `\` + part
		}
		if length += utf8.RuneCountInString(part); length > maxQuoted {
			return `"` + out.String() + `"` + ellipsis
		}
		out.WriteString(part)
	}
	return `"` + out.String() + `"`
}

// Short returns a name or key as part of a sentence: unchanged where it has at most 80 characters that can all be seen, else as [Quoted] does.
func Short(s string) string {
	if len(s) <= utf8.UTFMax*maxQuoted && utf8.RuneCountInString(s) <= maxQuoted && Escaped(s) == s {
		return s
	}
	return Quoted(s)
}

// List returns the first names for a sentence, at most so many, each as [Short] gives it, and the number of the others: "a, b and 3 more".
func List(names []string, most int) string {
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = Short(names[i])
	}
	return join(shown, len(names))
}

// Join is [List] for texts that are printable already.
func Join(texts []string, most int) string { return join(texts[:min(len(texts), most)], len(texts)) }

// join joins the texts that are shown, of so many.
func join(shown []string, of int) string {
	text := strings.Join(shown, ", ")
	if more := of - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// escape writes bytes that are not UTF-8, and the characters that keep does not keep, as Go's escape sequences.
func escape(s string, keep func(rune) bool) string {
	var out strings.Builder
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case keep(r):
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
