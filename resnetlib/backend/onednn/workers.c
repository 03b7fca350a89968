//go:build linux && amd64 && cgo && !noxla

#include "workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "conv.h"
#include "norm.h"
#include "winograd.h"

typedef struct {
  void (*task)(void*);
  void* data;
} call;

enum { MOST = 64 };

typedef struct {
  int left, started;
  pthread_t threads[MOST];
} pool;

static void* run(void* data) {
  call c = *(call*)data;
  free(data);
  c.task(c.data);
  return NULL;
}

static int start(void* context, void (*task)(void*), void* data) {
  pool* p = context;
  if (p->left < 1 || p->started == MOST) return 1;
  call* c = malloc(sizeof *c);
  if (!c) return 1;
  *c = (call){task, data};
  if (pthread_create(&p->threads[p->started], NULL, run, c)) {
    free(c);
    return 1;
  }
  p->left--;
  p->started++;
  return 0;
}

int workers_run(int kind, const int64_t* numbers, const float* a, const float* b, const float* scale, const float* shift, const float* residual,
                float* out, int threads, int winograd, char* error) {
  conv_shape s;
  memcpy(&s, numbers, sizeof s);
  pool p = {.left = threads - 1};
  const conv_workers workers = {start, &p, threads - 1};
  const conv_operands operands = {{a, b, scale, shift, residual}, out};
  int failed = conv_check(kind, &s, error) || (winograd ? winograd_run : conv_run)(kind, &s, &operands, &workers, error);
  for (int i = 0; i < p.started; i++) pthread_join(p.threads[i], NULL);
  return failed;
}

int workers_norm(int kind, const int64_t* numbers, float epsilon, int plain, const float* const* in, float* const* out, int threads, char* error) {
  norm_shape s;
  memcpy(&s, numbers, sizeof s);
  pool p = {.left = threads - 1};
  const conv_workers workers = {start, &p};
  int failed = norm_check(&s, error) || norm_run(kind, &s, epsilon, plain ? &norm_loops_plain : norm_best(), in, out, threads - 1, &workers, error);
  for (int i = 0; i < p.started; i++) pthread_join(p.threads[i], NULL);
  return failed;
}
