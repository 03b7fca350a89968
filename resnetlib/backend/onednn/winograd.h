// Convolutions 3x3 of stride 1 by Winograd's F(4x4, 3x3), without oneDNN.

#pragma once
#include "conv.h"

// winograd_fits reports whether a convolution can be computed so, on this processor.
int winograd_fits(int kind, const conv_shape* s);

// winograd_wins reports whether it is then faster than oneDNN's. It depends neither on the number of pictures nor on what follows, so that a layer is
// computed in one way.
int winograd_wins(const conv_shape* s);

// winograd_run is conv_run for what fits.
int winograd_run(int kind, const conv_shape* s, const conv_operands* operands, const conv_workers* workers, char* error);
