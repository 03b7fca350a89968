package weights

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// Notes says in sentences what was done to find the network in the file: out of which part of a checkpoint it was taken, and
// which prefix was stripped from its keys. There are none for a plain state dict.
func (f *File) Notes() []string {
	return slices.DeleteFunc([]string{f.unwrapped(), f.stripped()}, func(note string) bool { return note == "" })
}

// unwrapped says under which key of a checkpoint the state dict was.
func (f *File) unwrapped() string {
	if f.Wrapper == "" {
		return ""
	}
	what := "a checkpoint"
	if slices.ContainsFunc(f.Beside, func(key string) bool { return strings.Contains(key, "optim") }) {
		what = "an optimiser checkpoint"
	}
	sentence := fmt.Sprintf("this is %s; the weights are under `%s` and were taken from there", what, printable.Short(f.Wrapper))
	if len(f.Beside) > 0 {
		sentence += fmt.Sprintf(" (beside them: %s)", printable.List(f.Beside, maxListed))
	}
	return sentence
}

// stripped says behind which prefix the network was.
func (f *File) stripped() string {
	p := printable.Short(f.StrippedPrefix)
	switch {
	case p == "":
		return ""
	case len(f.Outside) > 0:
		return fmt.Sprintf("the network is behind `%s` in the file, beside %d other tensors (%s)", p, len(f.Outside), printable.List(f.Outside, maxListed))
	case wrappersOnly(f.StrippedPrefix):
		return fmt.Sprintf("the file's keys begin with `%s` (DataParallel or torch.compile), which was stripped", p)
	}
	return fmt.Sprintf("the file's keys begin with `%s`, which was stripped", p)
}

// wrappersOnly reports whether a prefix consists of those that PyTorch's wrappers add.
func wrappersOnly(prefix string) bool {
	for _, wrapper := range wrapperPrefixes {
		prefix = strings.ReplaceAll(prefix, wrapper, "")
	}
	return prefix == ""
}
