package backend

import (
	"os"
	"sync"
	"time"
)

// tried are the plugins that have been tried in a child process without harm, and what their tables hold. A plugin is tried once: the child is a
// fork of this process, and a fork made while XLA's threads hold a lock finds it locked for ever, or crashes.
var tried = struct {
	sync.Mutex
	tables map[attempt]api
}{tables: map[attempt]api{}}

// attempt identifies a file and how it was tried.
type attempt struct {
	path    string
	size    int64
	written time.Time
	client  bool
}

// tryOnce is [probe] for a file that this process has not tried yet.
func tryOnce(path string, client bool) (api, error) {
	info, err := os.Stat(path)
	if err != nil {
		return api{}, err
	}
	tried.Lock()
	defer tried.Unlock()
	a := attempt{path, info.Size(), info.ModTime(), client}
	if table, ok := tried.tables[a]; ok {
		return table, nil
	}
	table, err := probe(path, client)
	if err == nil && table.check() == nil {
		tried.tables[a] = table
	}
	return table, err
}
