package runs

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Defaults are the settings of a run that is told nothing.
func Defaults() Settings { return Settings{}.WithDefaults() }

// WithDefaults replaces fields of value zero by the defaults in their tags. (Where zero is a value of its own, zero is the
// default, or the field is a pointer; Validate refuses a zero that is given for another.)
func (s Settings) WithDefaults() Settings {
	for field, value := range fields(&s) {
		text, ok := field.Tag.Lookup("default")
		if !ok || !value.IsZero() {
			continue
		}
		if value.Kind() == reflect.Pointer {
			value.Set(reflect.New(value.Type().Elem()))
			value = value.Elem()
		}
		if err := set(value, text); err != nil {
			panic(fmt.Sprintf("runs.Settings: default of %s: %v", field.Name, err)) // a mistake in settings.go
		}
	}
	return s
}

// fields goes through the struct that s points to.
func fields(s *Settings) func(yield func(reflect.StructField, reflect.Value) bool) {
	return func(yield func(reflect.StructField, reflect.Value) bool) {
		v := reflect.ValueOf(s).Elem()
		for i := range v.NumField() {
			if !yield(v.Type().Field(i), v.Field(i)) {
				return
			}
		}
	}
}

// set parses text into value.
func set(value reflect.Value, text string) error {
	switch value.Kind() {
	case reflect.String:
		value.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		value.SetBool(b)
		return err
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, 0)
		value.SetInt(n)
		return err
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		value.SetUint(n)
		return err
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		value.SetFloat(x)
		return err
	default:
		return fmt.Errorf("unexpected type %s", value.Type())
	}
	return nil
}

// flag is the field's name on the command line, without dashes.
func flag(field reflect.StructField) string {
	key := field.Tag.Get("json")
	if key == "-" {
		key = strings.ToLower(field.Name)
	}
	return strings.ReplaceAll(key, "_", "-")
}

// Validate returns an error that lists every setting with a value that it cannot have, or that has no meaning beside the others. Names of networks
// and layers are not known here. kong calls it for the flags.
func (s Settings) Validate() error {
	return inOneLine(append(s.outOfRange(), s.useless()...))
}

// ValidateRanges is Validate of settings that complete others: a value whose meaning depends on the others is allowed.
func (s Settings) ValidateRanges() error { return inOneLine(s.outOfRange()) }

func (s Settings) outOfRange() (wrong []error) {
	for field, value := range fields(&s) {
		if err := inRange(field, value); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag(field), err))
		}
	}
	kind, layer, _ := strings.Cut(s.Strategy, ":")
	if s.Strategy != "all" && s.Strategy != "new" && (kind != "last" || layer == "") {
		wrong = append(wrong, fmt.Errorf("--strategy: %q is none of all, last:LAYER, new", s.Strategy))
	}
	if _, _, err := s.ParseClassWeights(); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

func (s Settings) useless() (wrong []error) {
	for field, value := range fields(&s) {
		if err := s.hasUse(field, value); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag(field), err))
		}
	}
	return wrong
}

// inOneLine is one error of several, or nil. (Those of errors.Join stand below each other.)
func inOneLine(wrong []error) error {
	if len(wrong) == 0 {
		return nil
	}
	texts := make([]string, len(wrong))
	for i, err := range wrong {
		texts[i] = err.Error()
	}
	return errors.New(strings.Join(texts, "; "))
}

// inRange compares a value with the tags enum, min and max (both bounds included).
func inRange(field reflect.StructField, value reflect.Value) error {
	if choices := field.Tag.Get("enum"); choices != "" && !slices.Contains(strings.Split(choices, ","), value.String()) {
		return fmt.Errorf("%q is none of %s", value.String(), strings.ReplaceAll(choices, ",", ", "))
	}
	var number float64
	switch {
	case value.CanInt():
		number = float64(value.Int())
	case value.CanFloat():
		number = value.Float()
	default:
		return nil
	}
	// The flags come here before defaults are filled in, and a field of value 0 would take its default.
	if text := field.Tag.Get("default"); number == 0 && text != "" && text != "0" {
		return fmt.Errorf("0 cannot be given; left out it is %s", text)
	}
	low, high := math.Inf(-1), math.MaxFloat64
	if text := field.Tag.Get("min"); text != "" {
		low, _ = strconv.ParseFloat(text, 64)
	}
	if text := field.Tag.Get("max"); text != "" {
		high, _ = strconv.ParseFloat(text, 64)
	}
	switch {
	case number >= low && number <= high:
		return nil
	case high == math.MaxFloat64:
		return fmt.Errorf("%v is not a number from %v on", number, low)
	}
	return fmt.Errorf("%v is not between %v and %v", number, low, high)
}

// hasUse refuses a value that another setting makes meaningless, by the tag with ("optimizer=sgd": for that optimizer alone).
func (s Settings) hasUse(field reflect.StructField, value reflect.Value) error {
	name, users, conditional := strings.Cut(field.Tag.Get("with"), "=")
	if !conditional || value.IsZero() || fmt.Sprint(value) == field.Tag.Get("default") {
		return nil
	}
	for other, setting := range fields(&s) {
		if flag(other) == name && !slices.Contains(strings.Split(users, ","), setting.String()) {
			return fmt.Errorf("means nothing with --%s %s", name, setting)
		}
	}
	return nil
}

// ParseClassWeights reads ClassWeights: nothing, balanced, or a number for each class.
func (s Settings) ParseClassWeights() (weights []float64, balanced bool, err error) {
	switch s.ClassWeights {
	case "":
		return nil, false, nil
	case "balanced":
		return nil, true, nil
	}
	for text := range strings.SplitSeq(s.ClassWeights, ",") {
		w, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(w >= 0) || math.IsInf(w, 1) {
			return nil, false, fmt.Errorf("--class-weights: %q is neither balanced nor a list of numbers from 0 on", s.ClassWeights)
		}
		weights = append(weights, w)
	}
	return weights, false, nil
}

// FreezesBN is FreezeBN, or its default.
func (s Settings) FreezesBN() bool { return *s.WithDefaults().FreezeBN }

// Continue returns the settings of a run with the settings s when it is resumed with given, of which
// the flags named in flags were on the command line. Epochs may grow, Workers and Threads may be anything, and Data another path to the same
// pictures, which their fingerprint proves; every other flag that is given again must agree. The error lists those that do not.
func (s Settings) Continue(given Settings, flags []string) (Settings, error) {
	var wrong []error
	now := reflect.ValueOf(given)
	for field, value := range fields(&s) {
		name := flag(field)
		if !slices.Contains(flags, name) || field.Tag.Get("json") == "-" {
			continue
		}
		again := now.FieldByIndex(field.Index)
		switch {
		case name == "workers" || name == "threads" || name == "data" || (name == "epochs" && again.Int() >= value.Int()):
			value.Set(again)
		case name == "epochs":
			wrong = append(wrong, fmt.Errorf("--epochs %v: the run has %v, and they can only grow", again, value))
		case !reflect.DeepEqual(again.Interface(), value.Interface()):
			wrong = append(wrong, fmt.Errorf("--%s %v: the run has %v", name, reflect.Indirect(again), reflect.Indirect(value)))
		}
	}
	return s, inOneLine(wrong)
}
