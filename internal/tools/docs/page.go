package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// marker stands in the page before a list of messages: <!-- messages: FILES --> with the files that they come from, as path.Match reads them.
var marker = regexp.MustCompile(`^<!-- messages: (.+) -->$`)

const fence = "```"

// entry is a heading of the page with what stands below it, up to the next one.
type entry struct {
	heading string   // without #
	prose   string   // cause and cure: without lists
	files   []string // of its lists' markers
	listed  []string // messages in its lists
}

// entries splits a page into its entries.
func entries(page string) (all []entry, err error) {
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "#") {
			all = append(all, entry{heading: strings.TrimLeft(lines[i], "# ")})
			continue
		}
		if len(all) == 0 {
			continue
		}
		e := &all[len(all)-1]
		m := marker.FindStringSubmatch(lines[i])
		if m == nil {
			e.prose += lines[i] + "\n"
			continue
		}
		e.files = append(e.files, strings.Fields(m[1])...)
		end, err := endOfList(lines, i)
		if err != nil {
			return nil, err
		}
		e.listed = append(e.listed, lines[min(i+2, end):end]...)
		i = end
	}
	return all, nil
}

// endOfList returns the line of the fence that ends the list of the marker in line i, or i if there is no list yet.
func endOfList(lines []string, i int) (int, error) {
	if i+1 >= len(lines) || !strings.HasPrefix(lines[i+1], fence) {
		return i, nil
	}
	for end := i + 2; end < len(lines); end++ {
		if lines[end] == fence {
			return end, nil
		}
	}
	return 0, fmt.Errorf("line %d: this list has no end", i+1)
}

// fill writes the messages into the page, below the markers that name their files. Each message must belong to exactly one list.
func fill(page string, all []message) (string, error) {
	lists := map[string][]string{} // by marker
	var orphans []string
	markers := slices.DeleteFunc(strings.Split(page, "\n"), func(line string) bool { return !marker.MatchString(line) })
	for _, m := range all {
		owners := slices.DeleteFunc(slices.Clone(markers), func(line string) bool { return !names(line, m.file) })
		if len(owners) != 1 {
			orphans = append(orphans, fmt.Sprintf("%s: %d lists want %q", m.file, len(owners), m.text))
			continue
		}
		if !slices.Contains(lists[owners[0]], m.text) {
			lists[owners[0]] = append(lists[owners[0]], m.text)
		}
	}
	if len(orphans) > 0 {
		return "", fmt.Errorf("each message belongs to one list of docs/troubleshooting.md; write a cause and a cure, and name the file in its marker:\n%s",
			strings.Join(orphans, "\n"))
	}
	return rewrite(page, lists)
}

func names(line, file string) bool {
	return slices.ContainsFunc(strings.Fields(marker.FindStringSubmatch(line)[1]), func(glob string) bool {
		ok, err := path.Match(glob, file)
		return ok && err == nil
	})
}

// rewrite replaces the page's lists.
func rewrite(page string, lists map[string][]string) (string, error) {
	lines := strings.Split(page, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		if !marker.MatchString(lines[i]) {
			continue
		}
		if len(lists[lines[i]]) == 0 {
			return "", fmt.Errorf("line %d: no message is in these files: %s", i+1, lines[i])
		}
		out = append(append(append(out, fence+"text"), lists[lines[i]]...), fence)
		end, err := endOfList(lines, i)
		if err != nil {
			return "", err
		}
		i = end
	}
	return strings.Join(out, "\n"), nil
}
