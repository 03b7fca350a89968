// Soak trains and predicts repeatedly while pictures are added, removed and truncated, and measures this process's memory and open files.
// Neither may grow, and every listed picture must get a result or an error.
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
