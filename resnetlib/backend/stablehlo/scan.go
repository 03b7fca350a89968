package stablehlo

import "strings"

// cutLine returns the first line with its newline, and what follows.
func cutLine(text string) (line, rest string) {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1], text[i+1:]
	}
	return text, ""
}

// cutBrackets returns the bracketed text that the text begins with, brackets included, and what follows.
func cutBrackets(text string) (inside, rest string, ok bool) {
	end := -1
	scan(text, func(i, depth int) bool {
		if depth == 0 {
			end = i + 1
		}
		return end < 0
	})
	if end < 0 {
		return "", text, false
	}
	return text[:end], text[end:], true
}

// split divides a list at the commas outside of its brackets and strings, and trims space. It returns nothing for an empty list.
func split(text string) []string {
	var parts []string
	begin := 0
	scan(text, func(i, depth int) bool {
		if depth == 0 && text[i] == ',' {
			parts = append(parts, strings.TrimSpace(text[begin:i]))
			begin = i + 1
		}
		return true
	})
	if last := strings.TrimSpace(text[begin:]); last != "" || parts != nil {
		parts = append(parts, last)
	}
	return parts
}

// scan calls f for every byte outside of strings, with the number of brackets that are open behind it, until f returns false. The > of an arrow is no
// bracket.
func scan(text string, f func(i, depth int) bool) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
			continue
		case c == '(', c == '[', c == '{', c == '<':
			depth++
		case c == ')', c == ']', c == '}', c == '>' && (i == 0 || text[i-1] != '-'):
			depth--
		}
		if !f(i, depth) {
			return
		}
	}
}
