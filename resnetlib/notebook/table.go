package notebook

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"resnetlab/internal/printable"
)

// Table shows rows under a header, which may be empty: as an HTML table in a cell, as text by [FormatTable] on stdout elsewhere. Columns of
// numbers are aligned to the right. A row may be shorter than the header.
func Table(header []string, rows [][]string) {
	if here.cell {
		here.showHTML(tableHTML(header, rows))
		return
	}
	fmt.Fprint(here.stdout, FormatTable(header, rows))
}

// FormatTable returns a table as lines of text with aligned columns, for a terminal, where a Chinese character is two columns wide. Line ends in
// a cell become spaces, characters that cannot be seen are escaped, and a cell of more than [printable.MaxName] characters is cut.
func FormatTable(header []string, rows [][]string) string {
	header, rows = cleanCells(header), cleanRows(rows)
	n := columns(header, rows)
	widths, right := make([]int, n), make([]bool, n)
	for j := range n {
		widths[j], right[j] = uniseg.StringWidth(at(header, j)), numeric(rows, j)
		for _, row := range rows {
			widths[j] = max(widths[j], uniseg.StringWidth(at(row, j)))
		}
	}
	var out strings.Builder
	line := func(cells []string) {
		var text strings.Builder
		for j := range n {
			if j > 0 {
				text.WriteString("  ")
			}
			text.WriteString(pad(at(cells, j), widths[j], right[j]))
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

// tableHTML returns a table as HTML.
func tableHTML(header []string, rows [][]string) string {
	header, rows = cleanCells(header), cleanRows(rows)
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

// captionHTML returns a caption as a paragraph.
func captionHTML(caption string) string {
	return "<p>" + strings.ReplaceAll(escape(printable.Text(caption)), "\n", "<br/>") + "</p>\n"
}

// columns returns the number of columns.
func columns(header []string, rows [][]string) int {
	n := len(header)
	for _, row := range rows {
		n = max(n, len(row))
	}
	return n
}

// at returns cell j; "" where the row is shorter.
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

// cleanCells returns a row's cells on one line each, without characters that cannot be seen, none of them very long.
func cleanCells(cells []string) []string {
	clean := make([]string, len(cells))
	for i, cell := range cells {
		clean[i] = printable.Name(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(cell))
	}
	return clean
}

func cleanRows(rows [][]string) [][]string {
	clean := make([][]string, len(rows))
	for i, row := range rows {
		clean[i] = cleanCells(row)
	}
	return clean
}
