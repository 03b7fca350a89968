package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"resnetlab/datasets/flowers"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/weights"
)

// Errors of the file system.
var (
	fullDisk    = &fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}
	missingFile = &fs.PathError{Op: "open", Path: "a", Err: syscall.ENOENT}
	failingDisk = &fs.PathError{Op: "read", Path: "a", Err: syscall.EIO}
)

// statusCase is an error and the exit status that it must have.
type statusCase struct {
	err    error
	status int
}

// checkStatus compares the status of each error, also wrapped and with a second kind, with the wanted one.
func checkStatus(t *testing.T, cases map[string]statusCase) {
	t.Helper()
	for name, c := range cases {
		errs := []error{c.err}
		if c.err != nil {
			errs = append(errs, fmt.Errorf("training: %w", c.err), mark.As(errors.New("any kind"), c.err))
		}
		for _, err := range errs {
			if got := statusOf(err); got != c.status {
				t.Errorf("%s (%T): status %d, want %d", name, err, got, c.status)
			}
		}
	}
}

func TestEveryKindOfErrorHasItsExitStatus(t *testing.T) {
	checkStatus(t, map[string]statusCase{
		"none":         {nil, 0},
		"other":        {errors.New("any other"), 1},
		"full disk":    {fullDisk, 1},
		"no such file": {missingFile, 1}, // the command must say that it is input
		"deadline":     {context.DeadlineExceeded, 1},
		"diverged":     {train.ErrDiverged, 1},
		"canceled":     {context.Canceled, 130},
		"left out":     {train.ErrLeftOut, 4},
		"except":       {except(errors.New("some")), 4},
		"usage":        {usage(errors.New("some")), 2},
		"options":      {network.ErrOptions, 2},
		"ask":          {explain.ErrAsk, 2},
		"config":       {bench.ErrConfig, 2},
		"job":          {predict.ErrInvalidJob, 2},
		"other output": {predict.ErrOtherOutput, 2},
		"extension":    {weights.ErrExtension, 2},
		"exists":       {fs.ErrExist, 2},
		"run exists":   {runs.ErrExists, 2},
		"failing disk": {failingDisk, 1},
		"input":        {badInput(errors.New("some")), 3},
		"unavailable":  {backend.ErrUnavailable, 3},
		"no run":       {runs.ErrInvalid, 3},
		"checkpoint":   {runs.ErrNoCheckpoint, 3},
		"train input":  {train.ErrInput, 3},
		"bad folder":   {predict.ErrBadFolder, 3},
		"unreadable":   {predict.ErrNoneReadable, 3},
		"not finite":   {explain.ErrNotFinite, 3},
		"other files":  {sketch.ErrOther, 3},
		"archive":      {flowers.ErrArchive, 3},
	})
}

func TestExitStatusOfErrorsOfSeveralKinds(t *testing.T) {
	checkStatus(t, map[string]statusCase{
		"canceled while reading input":  {badInput(context.Canceled), 130},
		"canceled, also wrong usage":    {errors.Join(usage(errors.New("some")), context.Canceled), 130},
		"some inputs, not bad input":    {badInput(except(errors.New("some"))), 4},
		"wrong usage, not bad input":    {badInput(usage(errors.New("some"))), 2},
		"wrong usage, not failing disk": {usage(failingDisk), 2},
		"failing disk, not bad input":   {badInput(failingDisk), 1},
		"existing output, not input":    {badInput(fs.ErrExist), 2},
		"full disk, not input":          {ofInput(fullDisk), 1},
		"missing input":                 {ofInput(missingFile), 3},
		"wrong input":                   {ofInput(errors.New("some")), 3},
		"a failed link, not input":      {ofInput(&os.LinkError{Op: "link", Old: "a", New: "b", Err: syscall.EXDEV}), 1},
		"no unreadable picture":         {unread(0, 9), 0},
		"some unreadable pictures":      {unread(1, 9), 4},
		"only unreadable pictures":      {unread(9, 9), 3},
		"a flag that is too small":      {atLeast("steps", 7, 8), 2},
		"a flag at its least value":     {atLeast("steps", 8, 8), 0},
	})
}

// stderrOf returns what f writes to stderr.
func stderrOf(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = before }()
	f()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLogLinesAreEscapedAndNotesKeepTheirLines(t *testing.T) {
	for quiet, want := range map[bool]string{
		false: "left out: a\\x1b[2J b.jpg\nrun a b\none\ntwo\n",
		true:  "left out: a\\x1b[2J b.jpg\n",
	} {
		c := &commands{Quiet: quiet}
		got := stderrOf(t, func() {
			warnf("left out: %s", "a\x1b[2J\nb.jpg")
			c.logf("run %s", "a\nb")
			c.note("one\ntwo")
		})
		if got != want {
			t.Errorf("quiet %t: %q, want %q", quiet, got, want)
		}
	}
}

func TestNamesInALineAreEscapedAndFew(t *testing.T) {
	if got := some([]string{"a\x1b[2J.jpg", "b\n.jpg"}, ", "); got != `a\x1b[2J.jpg, b\n.jpg` {
		t.Errorf("%q", got)
	}
	if got := some(strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12"), " "); got != "1 2 3 4 5 6 7 8 9 10 and 2 more" {
		t.Errorf("%q", got)
	}
}
