package backend_test

import (
	"errors"
	"fmt"
	"log"

	"resnetlab/resnetlib/backend"
)

func ExampleOpen() {
	b, choice, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	defer b.Finalize()
	fmt.Println(choice.Name, "-", choice.Why)
	// Output: go - asked for by name
}

func ExampleOpen_errors() {
	_, _, err := backend.Open("tpu")
	fmt.Println(err)
	_, _, err = backend.Open("xla:/no/such/plugin.so") // no other backend takes its place
	fmt.Println(errors.Is(err, backend.ErrUnavailable))
	// Output:
	// backend "tpu" is not known: use auto, go, xla:cpu, xla:cuda or xla:/path/to/plugin.so
	// true
}

func ExampleOpenWith() {
	b, _, err := backend.OpenWith("go", backend.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer b.Finalize()
	fmt.Println(b.NumDevices(), "device")
	// Output: 1 device
}

// The Go backend is part of the program and always works; whether the others do depends on the machine.
func ExampleList() {
	for _, f := range backend.List() {
		if f.Name == backend.Go {
			fmt.Println(f.Name, f.OK, f.Why)
		}
	}
	// Output: go true in the program itself
}
