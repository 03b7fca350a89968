package notebook

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// Table shows rows under a header: as an HTML table in a cell, aligned by [FormatTable] on stdout elsewhere. Columns of
// numbers are aligned to the right. A row may be shorter than the header.
func Table(header []string, rows [][]string) {
	if here.cell {
		here.showHTML(tableHTML(header, rows))
		return
	}
	fmt.Fprint(here.stdout, FormatTable(header, rows))
}

// FormatTable returns a table as lines of text whose columns line up on a terminal, where a Chinese character takes two
// places.
func FormatTable(header []string, rows [][]string) string {
	n := columns(header, rows)
	widths, right := make([]int, n), make([]bool, n)
	for j := range n {
		widths[j], right[j] = uniseg.StringWidth(at(header, j)), numeric(rows, j)
		for _, row := range rows {
			widths[j] = max(widths[j], uniseg.StringWidth(oneLine(at(row, j))))
		}
	}
	var out strings.Builder
	line := func(cells []string) {
		var text strings.Builder
		for j := range n {
			if j > 0 {
				text.WriteString("  ")
			}
			text.WriteString(pad(oneLine(at(cells, j)), widths[j], right[j]))
		}
		out.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	if len(header) > 0 {
		rule := make([]string, n)
		for j := range rule {
			rule[j] = strings.Repeat("-", widths[j])
		}
		line(header)
		line(rule)
	}
	for _, row := range rows {
		line(row)
	}
	return out.String()
}

// pad fills cell up to width places.
func pad(cell string, width int, right bool) string {
	space := strings.Repeat(" ", max(0, width-uniseg.StringWidth(cell)))
	if right {
		return space + cell
	}
	return cell + space
}

func tableHTML(header []string, rows [][]string) string {
	n := columns(header, rows)
	var out strings.Builder
	line := func(tag string, cells []string) {
		out.WriteString("<tr>")
		for j := range n {
			align := "left"
			if numeric(rows, j) {
				align = "right"
			}
			fmt.Fprintf(&out, `<%s style="text-align:%s">%s</%[1]s>`, tag, align, indented(escape(at(cells, j))))
		}
		out.WriteString("</tr>\n")
	}
	out.WriteString("<table>\n")
	if len(header) > 0 {
		out.WriteString("<thead>\n")
		line("th", header)
		out.WriteString("</thead>\n")
	}
	out.WriteString("<tbody>\n")
	for _, row := range rows {
		line("td", row)
	}
	out.WriteString("</tbody>\n</table>\n")
	return out.String()
}

// indented keeps the spaces before a cell's text, which HTML drops: a tree's levels.
func indented(cell string) string {
	text := strings.TrimLeft(cell, " ")
	return strings.Repeat("\u00a0", len(cell)-len(text)) + text
}

func captionHTML(caption string) string {
	return "<p>" + strings.ReplaceAll(escape(caption), "\n", "<br/>") + "</p>\n"
}

func columns(header []string, rows [][]string) int {
	n := len(header)
	for _, row := range rows {
		n = max(n, len(row))
	}
	return n
}

func at(cells []string, j int) string {
	if j < len(cells) {
		return cells[j]
	}
	return ""
}

// numeric reports whether a column's cells begin as numbers do, whatever their unit; empty cells and dashes do not count.
func numeric(rows [][]string, j int) bool {
	found := false
	for _, row := range rows {
		cell := strings.TrimLeft(strings.TrimSpace(at(row, j)), "-+−±<>~.")
		if cell == "" {
			continue
		}
		if cell[0] < '0' || cell[0] > '9' || strings.ContainsAny(cell, "/x×_") {
			return false // "layer", but also "7x7" and "1/2": names that begin with a digit
		}
		found = true
	}
	return found
}

// oneLine keeps a cell with line ends from breaking the table.
func oneLine(s string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)
}
