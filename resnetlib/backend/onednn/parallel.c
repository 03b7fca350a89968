//go:build linux && amd64 && cgo && !noxla

#include "parallel.h"

#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// loop lives until the last task that was started has ended, which may be after all parts are done.
typedef struct {
  atomic_int references, next;
  int parts, done;
  pthread_mutex_t lock;
  pthread_cond_t all_done;
  void (*part)(void* context, int i);
  void* context;
} loop;

static void release(loop* l) {
  if (atomic_fetch_sub(&l->references, 1) != 1) return;
  pthread_mutex_destroy(&l->lock);
  pthread_cond_destroy(&l->all_done);
  free(l);
}

// set_rounding lets denormal numbers count as 0, as in XLA's own threads, whatever the calling thread does otherwise: a result must not depend on
// which thread computed it. It returns what was set before.
static unsigned set_rounding(void) {
  unsigned before = _mm_getcsr();
  _mm_setcsr((before | _MM_FLUSH_ZERO_ON | 0x0040 /* denormals are zero */) & ~_MM_ROUND_MASK);
  return before;
}

// work computes parts until none is left.
static void work(loop* l) {
  unsigned before = set_rounding();
  int done = 0;
  for (int i; (i = atomic_fetch_add(&l->next, 1)) < l->parts; done++) l->part(l->context, i);
  _mm_setcsr(before);
  if (!done) return;
  pthread_mutex_lock(&l->lock);
  l->done += done;
  if (l->done == l->parts) pthread_cond_signal(&l->all_done);
  pthread_mutex_unlock(&l->lock);
}

static void task(void* data) {
  work(data);
  release(data);
}

int parallel_run(int parts, int helpers, const conv_workers* workers, void (*part)(void* context, int i), void* context) {
  if (parts == 1) {
    unsigned before = set_rounding();
    part(context, 0);
    _mm_setcsr(before);
    return 0;
  }
  loop* l = calloc(1, sizeof *l);
  if (!l) return 1;
  atomic_init(&l->references, 1);
  pthread_mutex_init(&l->lock, NULL);
  pthread_cond_init(&l->all_done, NULL);
  l->parts = parts;
  l->part = part;
  l->context = context;
  for (int i = 0; i < helpers && i < parts - 1; i++) {
    atomic_fetch_add(&l->references, 1);
    if (workers->start(workers->context, task, l)) release(l);
  }
  work(l);
  pthread_mutex_lock(&l->lock);
  while (l->done < l->parts) pthread_cond_wait(&l->all_done, &l->lock);
  pthread_mutex_unlock(&l->lock);
  release(l);
  return 0;
}
