package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/train"
)

// Kinds of errors that the commands themselves find.
var (
	errUsage  = errors.New("wrong usage")
	errInput  = errors.New("bad input")
	errExcept = errors.New("done except for some inputs")
)

// exitStatus is the table from errors to exit status: the first row that holds decides, and 1 is for all others.
var exitStatus = []struct {
	status int
	holds  func(error) bool
}{
	{130, is(context.Canceled)},
	{4, is(errExcept, train.ErrLeftOut)},
	{2, is(errUsage, network.ErrOptions, explain.ErrAsk, predict.ErrInvalidJob, predict.ErrOtherOutput, fs.ErrExist)},
	{1, datasets.IsSystemError}, // also while the input is read: trying again may help
	{3, is(errInput, train.ErrInput, predict.ErrBadFolder, predict.ErrNoneReadable, explain.ErrNotFinite)},
}

// is returns whether an error is of one of the kinds.
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

// usage marks an error of the command line.
func usage(err error) error { return mark.As(errUsage, err) }

// badInput marks an error of the input: nothing was produced, and trying again does not help.
func badInput(err error) error { return mark.As(errInput, err) }

// trainingError marks the error of a training that misses a file, such as a picture that was removed after the data were read, as bad input.
func trainingError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return badInput(err)
	}
	return err
}

// except marks the error of a command that is done but for some inputs, which it has listed.
func except(err error) error { return mark.As(errExcept, err) }

// unread is the error for pictures that could not be read.
func unread(bad, all int) error {
	switch {
	case bad == 0:
		return nil
	case bad == all:
		return badInput(fmt.Errorf("none of %d pictures could be read", all))
	}
	return except(fmt.Errorf("%d of %d pictures could not be read", bad, all))
}

// report shows an error as one clear line and returns the exit status.
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
