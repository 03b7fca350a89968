package weights

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxPrinted is how many bytes of a key a message or a table shows; torchvision's longest key has 41.
const maxPrinted = 80

// printable returns a key as a terminal may show it: unchanged where it is short and every character is visible, and
// otherwise cut and quoted as Go quotes a string. Keys come from the file and may hold escape sequences or line feeds.
func printable(key string) string {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if len(key) <= maxPrinted && strings.IndexFunc(key, hidden) < 0 {
		return key
	}
	cut := key[:min(len(key), maxPrinted)]
	for len(strconv.Quote(cut)) > maxPrinted { // \x1b takes four bytes
		cut = cut[:len(cut)-1]
	}
	if len(cut) < len(key) {
		return strconv.Quote(cut) + "..."
	}
	return strconv.Quote(cut)
}

// few joins the first names for an error or a report, each as printable returns it.
func few(names []string) string {
	shown := make([]string, min(len(names), maxListed))
	for i := range shown {
		shown[i] = printable(names[i])
	}
	return joined(shown, len(names))
}

// listed is few for texts that are printable already.
func listed(texts []string) string { return joined(texts[:min(len(texts), maxListed)], len(texts)) }

// maxListed is how many names an error or a report lists.
const maxListed = 5

// joined joins the names that are shown, out of so many.
func joined(shown []string, of int) string {
	text := strings.Join(shown, ", ")
	if rest := of - len(shown); rest > 0 {
		text += fmt.Sprintf(", and %d more", rest)
	}
	return text
}
