package notebook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/janpfeifer/must"

	"resnetlab/internal/printable"
)

// In a cell, an error that the must package stops at is shown by ShowError and ends the cell. The stack of a panic would tell the reader nothing
// that the error does not.
func init() {
	if here.cell {
		must.M = func(err error) {
			if err != nil {
				ShowError(err)
				os.Exit(1)
			}
		}
	}
}

// ShowError writes err as one line to stderr (which a cell shows in red), and below it what to do, where that is known: from a method
// Hint() string of err or of an error that it wraps, or from its kind. Characters that cannot be seen are escaped, and a message longer than
// [printable.MaxLine] characters is cut. A nil err writes nothing.
func ShowError(err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(here.stderr, "%s %s\n", paint(here.colour.stderr, red, pick("error:", "错误：")), printable.Line(err.Error()))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(here.stderr, "%s %s\n", paint(here.colour.stderr, amber, pick("what to do:", "怎么办：")), printable.Text(strings.TrimSpace(hint)))
	}
}

func hintFor(err error) string {
	var hinted interface{ Hint() string }
	switch {
	case errors.As(err, &hinted):
		return hinted.Hint()
	case errors.Is(err, fs.ErrNotExist):
		folder, _ := os.Getwd() // without it the advice is still right
		return fmt.Sprintf(pick("check the path; relative ones start in %s", "请检查路径；相对路径以 %s 为起点"), folder)
	case errors.Is(err, fs.ErrPermission):
		return pick("allow this user to use the file or folder, or choose another", "请给当前用户使用这个文件或文件夹的权限，或者换一个位置")
	case errors.Is(err, context.DeadlineExceeded):
		return pick("allow more time, or give it less to do", "请放宽时间限制，或者减少工作量")
	case errors.Is(err, context.Canceled), errors.Is(err, ErrInterrupted):
		return pick("it was stopped before its end; run it again to continue", "运行中途停止了；再运行一次就会接着跑")
	}
	return ""
}
