package nn

import "errors"

// LayerError is why a layer refuses its input. Building a graph panics with it, and GoMLX makes an error of that which speaks of its own functions.
type LayerError struct{ error }

// Plain is the [LayerError] in err, without what GoMLX put around it, or err itself: for the library's edge, where a graph was built or run.
func Plain(err error) error {
	if layer, ok := errors.AsType[LayerError](err); ok {
		return layer
	}
	return err
}
