package main

import (
	"regexp"
	"slices"
	"strings"
)

// quoted is what a heading of an entry of its own shows as code: a message.
var quoted = regexp.MustCompile("`([^`]+)`")

// match is a place of the page that has a part of a message that somebody has met.
type match struct {
	entry entry
	text  string // of the page
}

// find gives the places for what a program said, the best first: those of which most is in it word by word.
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
	// An entry of its own stands before the list in which its message is too, and says enough.
	return slices.CompactFunc(best, func(a, b match) bool { return a.text == b.text }), nil
}

// expression matches what a message says when it is said.
func expression(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), varies, ".*"))
}

// weight is the number of bytes that do not vary.
func weight(text string) int { return len(strings.ReplaceAll(text, varies, "")) }
