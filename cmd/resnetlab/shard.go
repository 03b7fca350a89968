package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

// sharding holds the flags that choose the shard: the part of a folder's pictures that this process predicts.
type sharding struct {
	Shard     *int `help:"Predict only shard I of the pictures, counted from 0; the path of a picture decides its shard. Without it: the environment variable JOB_COMPLETION_INDEX (a Kubernetes Indexed Job) or SLURM_ARRAY_TASK_ID." placeholder:"I"`
	NumShards *int `help:"Number of shards. Without it: the environment variable SLURM_ARRAY_TASK_COUNT." placeholder:"N"`
	Resume    bool `help:"Resume a run with the same settings that was stopped before --out was complete. Writes jsonl. --shard always resumes."`
}

// place returns the shard and the number of shards, 0 and 1 if there are no shards. whence names the environment variables that they come from; it
// is empty if they come from flags.
func (s sharding) place() (index, of int, whence string, err error) {
	index, of, whence, err = s.find()
	if err == nil && (of < 1 || index < 0 || index >= of) {
		err = fmt.Errorf("shard %d of %d: the shards are numbered from 0 to the number of shards less 1", index, of)
	}
	if err != nil {
		return 0, 0, "", usage(err)
	}
	return index, of, whence, nil
}

// find is place without the check of the range.
func (s sharding) find() (index, of int, whence string, err error) {
	for _, name := range []string{"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID"} {
		if s.Shard == nil && os.Getenv(name) != "" {
			if index, err = number(name); err != nil {
				return 0, 0, "", err
			}
			s.Shard, whence = &index, name
		}
	}
	switch {
	case s.Shard == nil && s.NumShards == nil:
		return 0, 1, "", nil
	case s.Shard == nil:
		return 0, 0, "", errors.New("--num-shards needs --shard I, or the environment variable JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID")
	case s.NumShards != nil:
		return *s.Shard, *s.NumShards, whence, nil
	case os.Getenv("SLURM_ARRAY_TASK_COUNT") == "" || whence == "JOB_COMPLETION_INDEX":
		return 0, 0, "", fmt.Errorf("shard %d: the number of shards is not known: give --num-shards N (to predict all pictures here: --shard 0 --num-shards 1)", *s.Shard)
	}
	of, err = slurmCount()
	return *s.Shard, of, "SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT", err
}

// slurmCount returns the number of tasks in the SLURM array, if they are numbered 0, 1, 2 and so on. Otherwise that is not the number of shards: an
// array that repeats failed shards has fewer tasks.
func slurmCount() (int, error) {
	count, err := number("SLURM_ARRAY_TASK_COUNT")
	if err != nil || os.Getenv("SLURM_ARRAY_TASK_MAX") == "" {
		return count, err
	}
	last, err := number("SLURM_ARRAY_TASK_MAX")
	if err == nil && last != count-1 {
		err = fmt.Errorf("the SLURM array has %d tasks, and the last is number %d, so the number of shards is not known: give --num-shards N", count, last)
	}
	return count, err
}

// number returns the number in an environment variable.
func number(env string) (int, error) {
	n, err := strconv.Atoi(os.Getenv(env))
	if err != nil {
		return 0, fmt.Errorf("environment variable %s: %q is not a number", env, os.Getenv(env))
	}
	return n, nil
}
