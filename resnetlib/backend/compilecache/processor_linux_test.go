package compilecache

import (
	"bufio"
	"strings"
	"testing"
)

const (
	intel = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Xeon\nstepping\t: 8\ncpu MHz\t\t: 2100.000\nflags\t\t: fpu avx2 avx512f\nbogomips\t: 4200.00\n"
	arm   = "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd40\nCPU revision\t: 1\n"
)

func describe(t *testing.T, text string) string {
	t.Helper()
	got, err := describeProcessor(bufio.NewScanner(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestProcessorIsModelAndFeatures(t *testing.T) {
	want := describe(t, intel)
	for _, part := range []string{"GenuineIntel", "143", "Xeon", "avx512f"} {
		if !strings.Contains(want, part) {
			t.Errorf("%q lacks %s", want, part)
		}
	}
	if got := describe(t, strings.Replace(intel, "2100.000", "3300.125", 1)+"\n"+strings.Replace(intel, ": 0", ": 1", 1)); got != want {
		t.Errorf("the clock or the second processor counts: %q", got)
	}
	for _, change := range []string{"avx512f", "143", "Xeon", "GenuineIntel", "8\ncpu MHz"} {
		if describe(t, strings.Replace(intel, change, "1"+change, 1)) == want {
			t.Errorf("%s does not count", change)
		}
	}
	if got := describe(t, arm); !strings.Contains(got, "sve") || !strings.Contains(got, "0xd40") {
		t.Errorf("ARM: %q", got)
	}
	if got, err := describeProcessor(bufio.NewScanner(strings.NewReader("processor: 0\n"))); err == nil {
		t.Errorf("no features, and %q", got)
	}
}

func TestProcessorOfThisMachine(t *testing.T) {
	first, err := Processor()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Processor(); err != nil || second != first || first == "" {
		t.Errorf("%q, then %q, %v", first, second, err)
	}
}
