package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

// sharding says which part of a folder's pictures is predicted here.
type sharding struct {
	Shard     *int `help:"Predict one part of the pictures, counted from 0; each picture's part is fixed by its path. Left out: JOB_COMPLETION_INDEX, as in a Kubernetes Indexed Job, or SLURM_ARRAY_TASK_ID." placeholder:"I"`
	NumShards *int `help:"Parts that there are. Left out: SLURM_ARRAY_TASK_COUNT." placeholder:"N"`
	Resume    bool `help:"Resume what a killed run of the same settings left beside --out; --shard does so by itself. Writes jsonl."`
}

// place returns the shard and their number, 0 of 1 where there are none. whence says which environment variables they come from, "" for flags.
func (s sharding) place() (index, of int, whence string, err error) {
	index, of, whence, err = s.find()
	if err == nil && (of < 1 || index < 0 || index >= of) {
		err = fmt.Errorf("shard %d of %d: shards count from 0", index, of)
	}
	return index, of, whence, usage(err)
}

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
		return 0, 0, "", errors.New("--num-shards needs --shard I, or JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID in the environment")
	case s.NumShards != nil:
		return *s.Shard, *s.NumShards, whence, nil
	case os.Getenv("SLURM_ARRAY_TASK_COUNT") == "" || whence == "JOB_COMPLETION_INDEX":
		return 0, 0, "", fmt.Errorf("shard %d of how many? Give --num-shards N (without shards here: --shard 0 --num-shards 1)", *s.Shard)
	}
	of, err = slurmCount()
	return *s.Shard, of, "SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT", err
}

// slurmCount returns the number of the array's tasks, if they are 0, 1, 2 ...: an array that repeats failed shards has fewer tasks than shards.
func slurmCount() (int, error) {
	count, err := number("SLURM_ARRAY_TASK_COUNT")
	if err != nil || os.Getenv("SLURM_ARRAY_TASK_MAX") == "" {
		return count, err
	}
	last, err := number("SLURM_ARRAY_TASK_MAX")
	if err == nil && last != count-1 {
		err = fmt.Errorf("the array has %d tasks and ends with %d: of how many shards is this? Give --num-shards N", count, last)
	}
	return count, err
}

func number(env string) (int, error) {
	n, err := strconv.Atoi(os.Getenv(env))
	if err != nil {
		return 0, fmt.Errorf("%s in the environment is %q, no number", env, os.Getenv(env))
	}
	return n, nil
}
