package backend

import "fmt"

// api is what a plugin reports in its PJRT table.
type api struct {
	major, minor int
	size         int  // of the table in bytes
	missing      int  // a function that must be there and is not, counted from 1; 0: none
	customCalls  bool // it has the extension that registers custom calls
}

// The smallest table that go-xla v0.4.11 can use: the functions up to PJRT_Buffer_Bitcast, which API 0.98 added. go-xla calls them without
// checking the size of the table. TestTableNeededByGoXLA counts them in go-xla's sources.
const (
	apiMajor    = 0
	apiMinMinor = 98
	apiMinSize  = 40 + 132*8 // the table's head, then one pointer a function
)

// String returns the version.
func (a api) String() string { return fmt.Sprintf("PJRT API %d.%d", a.major, a.minor) }

// check returns an error for a table that go-xla cannot use.
func (a api) check() error {
	switch {
	case a.major != apiMajor:
		return fmt.Errorf("%s is not compatible with %d.x, which is needed", a, apiMajor)
	case a.minor < apiMinMinor:
		return fmt.Errorf("%s is too old: %d.%d or later is needed", a, apiMajor, apiMinMinor)
	case a.size < apiMinSize:
		return fmt.Errorf("%s is too old: its table has %d bytes, %d are needed", a, a.size, apiMinSize)
	case a.missing != 0:
		return fmt.Errorf("damaged: function %d of its PJRT table is missing", a.missing)
	}
	return nil
}
