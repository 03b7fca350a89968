package runs

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Defaults returns the settings with all defaults.
func Defaults() Settings { return Settings{}.WithDefaults() }

// WithDefaults returns the settings with the default of its tag in each field that is zero. A field for which zero is a useful value has zero as
// its default, or is a pointer; Validate refuses a zero in any other.
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
			panic(fmt.Sprintf("runs.Settings: default of %s: %v", field.Name, err)) // a mistake in settings.go, which the tests find
		}
	}
	return s
}

// fields iterates over the fields of s. Their values can be set.
func fields(s *Settings) iter.Seq2[reflect.StructField, reflect.Value] {
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

// flag returns the name of the field's flag, without the leading dashes.
func flag(field reflect.StructField) string {
	key := field.Tag.Get("json")
	if key == "-" {
		key = strings.ToLower(field.Name)
	}
	return strings.ReplaceAll(key, "_", "-")
}

// Validate returns an error that lists every setting that is out of range, or that another setting makes meaningless. It does not check the names
// of networks and layers, which this package does not know. kong calls it for the flags.
func (s Settings) Validate() error {
	return inOneLine(append(s.outOfRange(), s.useless()...))
}

// ValidateRanges returns an error that lists every setting that is out of range. It is for settings that are merged with others later, which may give
// each value a meaning.
func (s Settings) ValidateRanges() error { return inOneLine(s.outOfRange()) }

// outOfRange returns an error for each setting with a value that it cannot have.
func (s Settings) outOfRange() (wrong []error) {
	for field, value := range fields(&s) {
		if err := inRange(field, value); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag(field), err))
		}
	}
	kind, layer, _ := strings.Cut(s.Strategy, ":")
	if s.Strategy != "all" && s.Strategy != "new" && (kind != "last" || layer == "") {
		wrong = append(wrong, fmt.Errorf("--strategy: %q is not one of all, last:LAYER, new", s.Strategy))
	}
	if _, _, err := s.ParseClassWeights(); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// useless returns an error for each setting that another one makes meaningless.
func (s Settings) useless() (wrong []error) {
	for field, value := range fields(&s) {
		if err := s.hasUse(field, value); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag(field), err))
		}
	}
	return wrong
}

// inOneLine joins errors, if there are any, into one whose message is one line. (errors.Join puts each on a line of its own.)
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

// inRange returns an error if a value is not allowed by the tags enum, min and max. Both bounds are allowed.
func inRange(field reflect.StructField, value reflect.Value) error {
	if choices := field.Tag.Get("enum"); choices != "" && !slices.Contains(strings.Split(choices, ","), value.String()) {
		return fmt.Errorf("%q is not one of %s", value.String(), strings.ReplaceAll(choices, ",", ", "))
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
	// Flags are checked before WithDefaults, which would replace this 0 with the default without a word.
	if text := field.Tag.Get("default"); number == 0 && text != "" && text != "0" {
		return fmt.Errorf("it cannot be 0; without the flag it is %s", text)
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
		return fmt.Errorf("%v is not a finite number of at least %v", number, low)
	}
	return fmt.Errorf("%v is not between %v and %v", number, low, high)
}

// hasUse returns an error if another setting makes the value meaningless, by the tag "with": with:"optimizer=sgd" is for that optimizer only.
func (s Settings) hasUse(field reflect.StructField, value reflect.Value) error {
	name, users, conditional := strings.Cut(field.Tag.Get("with"), "=")
	if !conditional || value.IsZero() || fmt.Sprint(value) == field.Tag.Get("default") {
		return nil
	}
	for other, setting := range fields(&s) {
		if flag(other) == name && !slices.Contains(strings.Split(users, ","), setting.String()) {
			return fmt.Errorf("it has no effect with --%s %s", name, setting)
		}
	}
	return nil
}

// ParseClassWeights reads the setting ClassWeights: empty, balanced, or a number for each class.
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
			return nil, false, fmt.Errorf("--class-weights: %q is neither balanced nor a list of finite numbers of at least 0", s.ClassWeights)
		}
		weights = append(weights, w)
	}
	return weights, false, nil
}

// FreezesBN returns FreezeBN, or its default if it is not set.
func (s Settings) FreezesBN() bool { return *s.WithDefaults().FreezeBN }

// Continue returns the settings s of a run after it is resumed with the settings given, of which flags names those on the command line. Epochs
// may grow; Workers and Threads may change; Data may be another path to the same pictures, which their fingerprint proves. Any other setting that is
// given must be the run's. The error lists all that differ.
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
			wrong = append(wrong, fmt.Errorf("--epochs %v: the run has %v, and the number can only grow", again, value))
		case !reflect.DeepEqual(again.Interface(), value.Interface()):
			wrong = append(wrong, fmt.Errorf("--%s %v: the run has %v", name, reflect.Indirect(again), reflect.Indirect(value)))
		}
	}
	if len(wrong) > 0 {
		return Settings{}, inOneLine(wrong)
	}
	return s, nil
}
