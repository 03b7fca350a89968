// Convolutions without XLA: threads of our own in place of its pool.

#pragma once
#include <stdint.h>

// workers_run is conv_run for numbers of rewrite.Conv, on the calling thread and up to threads - 1 others, which end with it. winograd: by Winograd,
// which must fit, whether it wins or not.
int workers_run(int kind, const int64_t* numbers, const float* a, const float* b, const float* scale, const float* shift,
                const float* residual, float* out, int threads, int winograd, char* error);

// workers_norm is norm_run for numbers of rewrite.Norm, with the same threads. plain: with the loops for any processor, not the best for this one.
int workers_norm(int kind, const int64_t* numbers, float epsilon, int plain, const float* const* in, float* const* out, int threads, char* error);
