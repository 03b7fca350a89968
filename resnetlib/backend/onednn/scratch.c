//go:build linux && amd64 && cgo && !noxla

#define _GNU_SOURCE
#include "scratch.h"

#include <pthread.h>
#include <stdlib.h>

static scratch* idle;  // the smallest first
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// take_idle takes the smallest idle block that is large enough out of the list, or else the largest, for it to be replaced; null where there is none.
static scratch* take_idle(size_t size) {
  scratch** at = &idle;
  if (!*at) return NULL;
  while ((*at)->size < size && (*at)->next) at = &(*at)->next;
  scratch* s = *at;
  *at = s->next;
  return s;
}

// resize replaces the memory of a block. It returns 0 where there is none.
static int resize(scratch* s, size_t size) {
  free(s->memory);
  s->size = 0;
  if (posix_memalign(&s->memory, 64, size)) return 0;
  s->size = size;
  return 1;
}

scratch* scratch_take(size_t size) {
  pthread_mutex_lock(&lock);
  scratch* s = take_idle(size);
  if (!s) s = calloc(1, sizeof *s);
  if (s && s->size < size && !resize(s, size)) {
    free(s);
    s = NULL;
  }
  pthread_mutex_unlock(&lock);
  return s;
}

void scratch_give(scratch* s) {
  if (!s) return;
  pthread_mutex_lock(&lock);
  scratch** at = &idle;
  while (*at && (*at)->size < s->size) at = &(*at)->next;
  s->next = *at;
  *at = s;
  pthread_mutex_unlock(&lock);
}
