package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"resnetlab/datasets"
	"resnetlab/datasets/flowers"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/weights"
)

// Kinds of errors that commands find themselves. Those of the library are in exitStatus.
var (
	errUsage  = errors.New("wrong usage")
	errInput  = errors.New("bad input")
	errExcept = errors.New("done except for some inputs")
)

// exitStatus is the table from errors to exit status. The first row that holds decides; the status of all other errors is 1.
var exitStatus = []struct {
	status int
	holds  func(error) bool
}{
	{130, is(context.Canceled)},
	{4, is(errExcept, train.ErrLeftOut)},
	{2, is(errUsage, network.ErrOptions, explain.ErrAsk, bench.ErrConfig, predict.ErrInvalidJob, predict.ErrOtherOutput, weights.ErrExtension, fs.ErrExist)},
	{1, datasets.IsSystemError}, // also while the input is read: trying again may help
	{3, is(errInput, backend.ErrUnavailable, runs.ErrInvalid, runs.ErrNoCheckpoint, train.ErrInput, predict.ErrBadFolder, predict.ErrNoneReadable,
		explain.ErrNotFinite, sketch.ErrOther, flowers.ErrArchive)},
}

// is returns a function that reports whether an error is of one of the kinds.
func is(kinds ...error) func(error) bool {
	return func(err error) bool {
		for _, kind := range kinds {
			if errors.Is(err, kind) {
				return true
			}
		}
		return false
	}
}

// statusOf returns the exit status for an error.
func statusOf(err error) int {
	if err == nil {
		return 0
	}
	for _, row := range exitStatus {
		if row.holds(err) {
			return row.status
		}
	}
	return 1
}

// usage marks an error as one of the command line.
func usage(err error) error { return mark.As(errUsage, err) }

// badInput marks an error as one of the input: there is no result, and trying again does not help.
func badInput(err error) error { return mark.As(errInput, err) }

// trainingError marks the error of a training that misses a file, such as a picture that was removed after the data were read, as bad input.
func trainingError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return badInput(err)
	}
	return err
}

// ofInput marks an error as one of the input unless the file system made it, such as a full disk. A missing file is an error of the input.
func ofInput(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	if (errors.As(err, &path) || errors.As(err, &link)) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return badInput(err)
}

// atLeast returns an error if the value of a flag is too small.
func atLeast(flag string, value, least int) error {
	if value >= least {
		return nil
	}
	return usage(fmt.Errorf("--%s %d: it must be at least %d", flag, value, least))
}

// except marks the error of a command that is done except for some inputs, which it has listed.
func except(err error) error { return mark.As(errExcept, err) }

// firstError returns the first of several errors that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// unread returns the error about unreadable pictures: nil if there are none, bad input if all are.
func unread(bad, all int) error {
	switch {
	case bad == 0:
		return nil
	case bad == all:
		return badInput(fmt.Errorf("none of the %d pictures could be read", all))
	}
	return except(fmt.Errorf("%d of %d pictures could not be read", bad, all))
}

// report writes an error as one line to stderr and returns the exit status.
func report(err error) int {
	status := statusOf(err)
	switch status {
	case 0:
	case 130:
		fmt.Fprintln(os.Stderr, "resnetlab: interrupted")
	default:
		notebook.ShowError(err)
	}
	return status
}
