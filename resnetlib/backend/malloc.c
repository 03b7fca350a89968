//go:build linux && cgo && !noxla

// XLA takes the memory of every step from malloc. By default glibc maps each large buffer anew and unmaps it again, and the kernel fills
// its pages with zeros each time: in a benchmark of ResNet-34 2.1 million page faults and 15 s of the system's time, against 0.7 million
// and 3 s with what is set here, at a smaller peak. So what is freed is kept for the next step (mallopt(3) has the three settings).
// It must be said before the first thread is made, since the number of arenas is fixed then: hence a constructor, which runs as the
// program is loaded. Other C libraries are left as they are.

#include <malloc.h>

#ifdef __GLIBC__
__attribute__((constructor)) static void keep_freed_memory(void) {
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
}
#endif
