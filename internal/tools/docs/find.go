package main

import (
	"regexp"
	"slices"
	"strings"
)

// quoted finds the message that a heading quotes as code.
var quoted = regexp.MustCompile("`([^`]+)`")

// match is a place in the page that has a part of the given message.
type match struct {
	entry entry
	text  string // of the page
}

// find returns the places for a program's message, the best first: those that share most of their text with it.
func find(page, said string) (best []match, err error) {
	all, err := entries(page)
	if err != nil {
		return nil, err
	}
	said = strings.Join(strings.Fields(said), " ")
	for _, e := range all {
		texts := slices.Clone(e.listed)
		for _, m := range quoted.FindAllStringSubmatch(e.heading, -1) {
			texts = append(texts, m[1])
		}
		longest := ""
		for _, text := range texts {
			if weight(text) > weight(longest) && expression(text).MatchString(said) {
				longest = text
			}
		}
		if longest != "" {
			best = append(best, match{e, longest})
		}
	}
	slices.SortStableFunc(best, func(a, b match) int { return weight(b.text) - weight(a.text) })
	// A message with an entry of its own is also in a list below: the entry is enough.
	return slices.CompactFunc(best, func(a, b match) bool { return a.text == b.text }), nil
}

// expression returns a regular expression that matches the printed message.
func expression(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), varies, ".*"))
}

// weight returns the number of bytes of a message that do not vary.
func weight(text string) int { return len(strings.ReplaceAll(text, varies, "")) }
