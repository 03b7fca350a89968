// Checks the blocks in a process of its own: check LIBRARY. It prints what is wrong.
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../largeblocks.h"

#define MB ((size_t)1 << 20)
#define EXPECT(what) \
  if (!(what)) printf("line %d: %s\n", __LINE__, #what)

static void* (*take)(size_t);
static void (*give)(void*);

static char* filled(size_t size, int value) {
  char* p = take(size);
  if (p) memset(p, value, size);
  return p;
}

static void* give_later(void* block) {
  struct timespec t = {0, 20000000};
  nanosleep(&t, NULL);
  give(block);
  return NULL;
}

static void* churn(void* unused) {
  for (int i = 0; i < 200; i++) {
    size_t size = (33 + i % 7) * MB;
    char* p = take(size);
    p[0] = p[size - 1] = (char)i;
    EXPECT(p[0] == (char)i && p[size - 1] == (char)i);
    give(p);
  }
  return unused;
}

int main(int argc, char** argv) {
  EXPECT(largeblocks_install("/no/such/library.so"));
  void* library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (!library) return printf("not loaded\n");
  take = (void* (*)(size_t))dlsym(library, "take");
  give = (void (*)(void*))dlsym(library, "give");
  void (**by_pointer)(void*) = (void (**)(void*))dlsym(library, "give_by_pointer");
  char* before = filled(100 * MB, 1);  // malloc's, given back below
  EXPECT(largeblocks_read().bytes == 0);
  const char* message = largeblocks_install(argv[1]);
  if (message) return printf("%s\n", message);
  EXPECT(!largeblocks_install(argv[1]));
  give(before);
  give(take(1 * MB));
  give(NULL);
  EXPECT(largeblocks_read().bytes == 0);

  char* a = filled(100 * MB, 2);
  EXPECT(a && !((uintptr_t)a & (2 * MB - 1)) && largeblocks_read().bytes == (long long)(100 * MB));
  (*by_pointer)(a);
  EXPECT(filled(40 * MB, 3) == a && largeblocks_read().reused == 1);  // the free block
  give(a);
  char* b = take(200 * MB);  // too large for it: it is unmapped, so one block is there
  EXPECT(b && largeblocks_read().bytes == (long long)(200 * MB));
  memset(b, 4, 200 * MB);
  give(b);
  char* small = take(32 * MB);  // 6 times smaller: the block serves
  EXPECT(small == b);
  give(small);
  char* huge = take(1024 * MB);
  give(huge);
  small = take(33 * MB);  // 31 times smaller: it gets a block of its own, and the large one stays
  EXPECT(small && small != huge && largeblocks_read().bytes == (long long)(1024 + 34) * (long long)MB);
  EXPECT(take(1024 * MB) == huge);
  give(huge);

  // A block that is given back a moment later is waited for; one that is not, is not waited for long.
  huge = take(1024 * MB);
  pthread_t thread;
  pthread_create(&thread, NULL, give_later, huge);
  EXPECT(take(1000 * MB) == huge);
  pthread_join(thread, NULL);
  char* second = take(1000 * MB);
  EXPECT(second && second != huge);
  give(huge);
  give(second);
  EXPECT(!take(SIZE_MAX / 4));

  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, churn, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  return 0;
}
