//go:build linux && cgo && !noxla

package backend

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/resnetlib/backend/onednn"
)

// threadsVariable makes TestMain measure with that number of threads.
const threadsVariable = "RESNETLAB_TEST_MEASURES_THREADS"

// measured is what a process says of its threads.
type measured struct {
	Replaced int64   // convolutions that oneDNN computes
	Busy     float64 // processor seconds a second while it computes
	Idle     float64 // the same while the backend is open and nothing is computed
	Sum      string  // hash of the results
	Threads  int     // of the process, at the end
}

// processorTime returns what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// usage returns the processor seconds a second that the process takes during f.
func usage(f func()) float64 {
	start, before := time.Now(), processorTime()
	f()
	return (processorTime() - before).Seconds() / time.Since(start).Seconds()
}

// randomTensor makes a tensor of normally distributed values.
func randomTensor(seed uint64, dims ...int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	r := rand.New(rand.NewPCG(seed, 1))
	tensors.MustMutableFlatData(t, func(v []float32) {
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
	})
	return t
}

// measureThreads computes two convolutions and their gradients once and the convolutions alone for a while, then waits, and prints what that took.
// The two follow on each other: XLA computes what does not depend on each other on the calling thread beside its pool's, whatever the number.
func measureThreads(threads int) error {
	b, _, err := OpenWith(XLACPU, Options{Threads: threads})
	if err != nil {
		return err
	}
	forward := func(x, w, v *graph.Node) *graph.Node {
		return graph.Convolve(graph.Convolve(x, w).PadSame().Done(), v).PadSame().Strides(2).Done()
	}
	chain := graph.MustNewExec(b, forward)
	step := graph.MustNewExec(b, func(x, w, v *graph.Node) []*graph.Node {
		y := forward(x, w, v)
		loss := graph.ReduceAllSum(graph.Mul(y, y))
		return append(graph.Gradient(loss, x, w, v), loss)
	})
	x, w, v := randomTensor(1, 8, 28, 28, 64), randomTensor(2, 3, 3, 64, 64), randomTensor(3, 3, 3, 64, 128)
	m := measured{}
	hash := sha256.New()
	for _, out := range step.MustCall(x, w, v) {
		if err := out.ConstBytes(func(data []byte) { hash.Write(data) }); err != nil {
			return err
		}
	}
	m.Sum, m.Replaced = fmt.Sprintf("%x", hash.Sum(nil)), onednn.Count()
	chain.MustCall1(x, w, v).MustFinalizeAll() // compiles
	m.Busy = usage(func() {
		for start := time.Now(); time.Since(start) < time.Second; {
			chain.MustCall1(x, w, v).MustFinalizeAll()
		}
	})
	time.Sleep(100 * time.Millisecond) // what the last call left running
	m.Idle = usage(func() { time.Sleep(time.Second) })
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	m.Threads = len(tasks)
	return json.NewEncoder(os.Stdout).Encode(m)
}

// measure runs the process, before it the words of a command such as taskset.
func measure(t *testing.T, threads int, before ...string) (m measured) {
	t.Helper()
	command := append(before, os.Args[0])
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), threadsVariable+"="+fmt.Sprint(threads), CacheVariable+"=off", "XLA_FLAGS=", "NPROC=", "PJRT_NPROC=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%d threads, %q: %+v", threads, before, m)
	return m
}

// A number of threads governs oneDNN's work as well: one takes no more than one processor, two give the same bytes, on one processor the
// process goes on, and an open backend that has nothing to do takes no time.
func TestThreadsGovernOneDNN(t *testing.T) {
	needOneDNN(t)
	one := measure(t, 1)
	all := []measured{one, measure(t, 2), measure(t, 0)}
	if taskset, err := exec.LookPath("taskset"); err == nil {
		all = append(all, measure(t, 2, taskset, "-c", "0"), measure(t, 0, taskset, "-c", "0"))
	}
	for i, m := range all {
		if m.Replaced != 6 || m.Sum != one.Sum {
			t.Errorf("process %d: %d of 6 convolutions replaced, bytes as with one thread: %v", i, m.Replaced, m.Sum == one.Sum)
		}
		if m.Idle > 0.05 {
			t.Errorf("process %d: %.2f processor seconds a second when idle", i, m.Idle)
		}
	}
	if one.Busy > 1.1 {
		t.Errorf("%.2f processors used by one thread", one.Busy)
	}
	if runtime.NumCPU() > 2 && all[1].Busy > 2.2 {
		t.Errorf("%.2f processors used by two threads", all[1].Busy)
	}
}
