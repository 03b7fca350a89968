package compilecache

import "errors"

// errForeign matches errors about files of other users, which are neither used nor removed.
var errForeign = errors.New("not safe to use")
