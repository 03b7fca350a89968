//go:build linux && cgo && !noxla

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "largeblocks.h"

enum {
  PAGE = 2 << 20,    // size of a large page; every block begins at a multiple of it
  LEAST = 32 << 20,  // smaller requests go to malloc
  WASTE = 16,        // a free block serves a request that is at most so many times smaller: a batch of pictures must not hold that of a step
  BLOCKS = 64,       // further ones come from malloc
  PATIENCE = 100     // milliseconds
};

static struct {
  char* start;  // NULL: no block
  size_t size;
  int used;
} blocks[BLOCKS];
static largeblocks_usage usage;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER;

// smallest returns the place of the smallest block that serves a request, of the free ones or of those in use; -1 for none.
static int smallest(size_t size, int used) {
  int best = -1;
  for (int i = 0; i < BLOCKS; i++) {
    if (!blocks[i].start || blocks[i].used != used || blocks[i].size < size || blocks[i].size / WASTE > size) continue;
    if (best < 0 || blocks[i].size < blocks[best].size) best = i;
  }
  return best;
}

// find is smallest of the free blocks. Where only one in use would do, it waits a little: XLA gives the results of a call away before it frees the
// call's memory, and the next step would need a second block. Calls that do run side by side wait once, until each has its block.
static int find(size_t size) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_nsec += PATIENCE * 1000000L;
  if (end.tv_nsec >= 1000000000L) {
    end.tv_nsec -= 1000000000L;
    end.tv_sec++;
  }
  for (int late = 0;;) {
    int place = smallest(size, 0);
    if (place >= 0 || late || smallest(size, 1) < 0) return place;
    late = pthread_cond_timedwait(&given, &lock, &end);
  }
}

// map maps size bytes, a multiple of PAGE, at a multiple of PAGE.
static char* map(size_t size) {
  char* all = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return NULL;
  size_t before = -(uintptr_t)all & (PAGE - 1);
  if (before) munmap(all, before);
  munmap(all + before + size, PAGE - before);
  madvise(all + before, size, MADV_HUGEPAGE);  // where it fails, the pages are small
  return all + before;
}

// grow maps a block for a request, and unmaps the free ones that are too small for it: they would be needed no more where a larger one is there.
// It returns the block's place, or -1 where there is no place or no memory.
static int grow(size_t size) {
  int place = -1;
  for (int i = 0; i < BLOCKS; i++) {
    if (blocks[i].start && !blocks[i].used && blocks[i].size < size) {
      munmap(blocks[i].start, blocks[i].size);
      usage.bytes -= blocks[i].size;
      blocks[i].start = NULL;
    }
    if (!blocks[i].start) place = i;
  }
  if (place < 0) return -1;
  size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
  if (!(blocks[place].start = map(size))) return -1;
  blocks[place].size = size;
  usage.bytes += size;
  usage.mapped++;
  return place;
}

int largeblocks_take(void** block, size_t alignment, size_t size) {
  if (size < LEAST || size > SIZE_MAX / 2 || alignment > PAGE) return posix_memalign(block, alignment, size);
  pthread_mutex_lock(&lock);
  int place = find(size);
  if (place >= 0) {
    usage.reused++;
  } else {
    place = grow(size);
  }
  if (place >= 0) {
    blocks[place].used = 1;
    *block = blocks[place].start;
  }
  pthread_mutex_unlock(&lock);
  return place >= 0 ? 0 : posix_memalign(block, alignment, size);
}

void largeblocks_give(void* block) {
  if (block && !((uintptr_t)block & (PAGE - 1))) {  // nearly all that is freed is not at the beginning of a large page
    pthread_mutex_lock(&lock);
    for (int i = 0; i < BLOCKS; i++) {
      if (blocks[i].start == block) {
        blocks[i].used = 0;
        pthread_cond_broadcast(&given);
        block = NULL;
        break;
      }
    }
    pthread_mutex_unlock(&lock);
  }
  free(block);
}

largeblocks_usage largeblocks_read(void) {
  pthread_mutex_lock(&lock);
  largeblocks_usage u = usage;
  pthread_mutex_unlock(&lock);
  return u;
}
