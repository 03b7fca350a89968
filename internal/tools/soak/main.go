// Soak trains and predicts over and over while pictures appear, vanish and are cut off under its hands, and watches this process's memory and
// open files: both must be flat, and every listed picture must have its result or its error.
//
//	soak -for 1h [-backend go]
//
// It needs Linux (/proc/self).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	long := flag.Duration("for", time.Minute, "how long; some rounds are needed, so it may take longer")
	name := flag.String("backend", "go", "what computes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	samples, err := soak(ctx, *long, fewest, *name, func(line string) { fmt.Println(line) })
	if err == nil {
		err = flat(samples)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	fmt.Printf("soak: flat over %d rounds\n", len(samples))
}
