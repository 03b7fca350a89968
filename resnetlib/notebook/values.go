package notebook

import (
	"fmt"
	"reflect"
	"strings"
)

// TableOf makes a table from a plain value, so that results need no code of their own to be shown: a row for each field of a struct, or a row for
// each element of a slice of structs. Fields have their names of JSON, fields that JSON leaves out are left out, and a struct in a struct gives
// names such as "forward.median". Any other value has no table, and ok is false.
func TableOf(x any) (t Tabler, ok bool) {
	v := reflect.Indirect(reflect.ValueOf(x))
	switch {
	case v.Kind() == reflect.Struct:
		t := valueTable{}
		for _, f := range fieldsOf(v, "") {
			t.rows = append(t.rows, []string{f.name, f.text})
		}
		return t, len(t.rows) > 0
	case v.Kind() == reflect.Slice && v.Len() > 0 && reflect.Indirect(v.Index(0)).Kind() == reflect.Struct:
		t := valueTable{}
		for i := range v.Len() {
			row, header := []string(nil), []string(nil)
			element := reflect.Indirect(v.Index(i))
			if !element.IsValid() { // a nil pointer
				continue
			}
			for _, f := range fieldsOf(element, "") {
				row, header = append(row, f.text), append(header, f.name)
			}
			if i == 0 {
				t.header = header
			}
			t.rows = append(t.rows, row)
		}
		return t, len(t.header) > 0
	}
	return nil, false
}

type valueTable struct {
	header []string
	rows   [][]string
}

// Table returns the table.
func (t valueTable) Table() ([]string, [][]string) { return t.header, t.rows }

type field struct{ name, text string }

// fieldsOf lists a struct's exported fields; those of a struct in it have its name as a prefix. Pointers lead out of a value, into a network or a
// store: only those to embedded structs and to simple values are followed.
func fieldsOf(v reflect.Value, prefix string) (fields []field) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if value.Kind() == reflect.Pointer && !value.IsNil() && !hasText(value) && (f.Anonymous || value.Elem().Kind() != reflect.Struct) {
			value = value.Elem()
		}
		switch {
		case name == "-", f.Anonymous && value.Kind() != reflect.Struct, !f.Anonymous && !f.IsExported():
		case value.Kind() == reflect.Struct && !hasText(value) && f.Anonymous:
			fields = append(fields, fieldsOf(value, prefix)...)
		case value.Kind() == reflect.Struct && !hasText(value):
			fields = append(fields, fieldsOf(value, prefix+name+".")...)
		case f.IsExported() && shown(value):
			fields = append(fields, field{prefix + name, textOf(value)})
		}
	}
	return fields
}

// shown reports whether a value is shown: not a function, a channel or a pointer (a nil pointer is shown, as ""), and no list of these.
func shown(v reflect.Value) bool {
	if hasText(v) {
		return true
	}
	if v.Kind() == reflect.Interface && !v.IsNil() {
		return shown(v.Elem())
	}
	t := v.Type()
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return false
	case reflect.Pointer:
		return v.Kind() == reflect.Pointer && v.IsNil()
	}
	return true
}

// hasText reports whether a value has a String or an Error method.
func hasText(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case error, fmt.Stringer:
		return true
	}
	return false
}

// longestText is the largest number of characters that a table shows of a value: a list of a thousand probabilities would make it unreadable.
const longestText = 72

// textOf writes a value: numbers with four significant digits, long text cut.
func textOf(v reflect.Value) string {
	text := ""
	switch k := v.Kind(); {
	case (k == reflect.Pointer || k == reflect.Interface || k == reflect.Slice || k == reflect.Map) && v.IsNil():
		return ""
	case hasText(v):
		text = fmt.Sprint(v.Interface())
	case k == reflect.Float32 || k == reflect.Float64:
		return fmt.Sprintf("%.4g", v.Float())
	case k == reflect.Slice && (v.Type().Elem().Kind() == reflect.Float32 || v.Type().Elem().Kind() == reflect.Float64):
		text = fmt.Sprintf("%.4g", v.Interface())
	default:
		text = fmt.Sprint(v.Interface())
	}
	if runes := []rune(text); len(runes) > longestText {
		return string(runes[:longestText-3]) + "..."
	}
	return text
}
