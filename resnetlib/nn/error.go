package nn

import "errors"

// LayerError says which layer refuses its input, and why. Forward panics with it; GoMLX wraps it in an error about its own functions.
type LayerError struct{ error }

// Plain returns the [LayerError] in err without GoMLX's wrapping, or err itself where it holds none.
func Plain(err error) error {
	if layer, ok := errors.AsType[LayerError](err); ok {
		return layer
	}
	return err
}
