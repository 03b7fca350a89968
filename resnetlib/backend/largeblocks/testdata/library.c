// A library that takes memory as XLA does.
#include <stdlib.h>

void* take(size_t size) {
  void* p = NULL;
  return posix_memalign(&p, 64, size) ? NULL : p;
}
void give(void* p) { free(p); }

// A pointer to the function, which the loader stores where it makes the page read-only afterwards.
void (*const give_by_pointer)(void*) = free;
