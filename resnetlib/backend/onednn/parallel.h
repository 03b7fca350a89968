// A loop whose parts several threads compute.

#pragma once
#include "conv.h"

// parallel_run calls part(context, i) once for each i from 0 to parts - 1, on the calling thread and on up to helpers others. It returns when all
// parts are done: 0, or 1 where there is no memory for the loop's own state. Which thread computes a part is not determined. The calling thread waits
// only for parts that another one is computing, so it cannot wait for ever where no other thread comes.
int parallel_run(int parts, int helpers, const conv_workers* workers, void (*part)(void* context, int i), void* context);
