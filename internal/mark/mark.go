// Package mark gives errors a kind without changing what they say.
//
// A command decides about its exit status by kinds (errors.Is with a sentinel), and a person reads the message alone. Wrapping a sentinel with %w
// would put its text into every message.
package mark

import "errors"

// As returns err with a kind, such as a sentinel: errors.Is finds both, and the message stays that of err. As of nil is nil.
//
// The kind may also be another error in full, where err says the same in other words.
func As(kind, err error) error {
	if err == nil || errors.Is(err, kind) {
		return err
	}
	return marked{err, kind}
}

type marked struct{ err, kind error }

func (m marked) Error() string   { return m.err.Error() }
func (m marked) Unwrap() []error { return []error{m.err, m.kind} }
