// The loops of Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv:1509.09308), for processors with AVX-512.
//
// A tile of 4x4 outputs comes from 6x6 inputs, by 36 products where the plain sum takes 144. V are the transformed inputs, U the transformed kernels,
// M the products, each with 36 points: the places of a transformed tile.
//
//   V [groups of tiles][point][WINOGRAD_GROUP][padded channels]
//   U [blocks of outputs][point][channels][WINOGRAD_BLOCK]
//   M [groups of tiles][point][WINOGRAD_GROUP][WINOGRAD_BLOCK]

#pragma once
#include <stdint.h>

enum { WINOGRAD_TILE = 4, WINOGRAD_EDGE = 6, WINOGRAD_POINTS = 36 };
enum { WINOGRAD_VECTOR = 16 };  // channels that are transformed together
enum { WINOGRAD_GROUP = 8 };    // tiles, and
enum { WINOGRAD_BLOCK = 32 };   // output channels that are multiplied together: 16 of the 32 registers hold their sums

// winograd_padded is the distance between two tiles' channels in V: a power of two would put all tiles of a group into the same places of the cache.
static inline int64_t winograd_padded(int64_t channels) { return channels + WINOGRAD_VECTOR; }

// winograd_point is the distance between two points in U.
static inline int64_t winograd_point(int64_t channels) { return (channels + 1) * WINOGRAD_BLOCK; }

// winograd_picture is where tiles are cut from: [height, width, channels].
typedef struct {
  const float* x;
  int64_t height, width, channels;
} winograd_picture;

// winograd_cut transforms the 6x6 inputs at (row, column). Outside of the picture they are 0. The points of v are step elements apart.
void winograd_cut(const winograd_picture* p, int64_t row, int64_t column, float* v, int64_t step);

// winograd_weights says where the kernel's values are, in elements: between the 9 places, and between the channels that are added. Those of
// the results are neighbours.
typedef struct {
  const float* w;
  int64_t place, channel;
} winograd_weights;

// winograd_kernel transforms the kernels of some channels, from first, to one block of outputs, beginning with output.
void winograd_kernel(const winograd_weights* w, int64_t first, int64_t channels, int64_t output, float* u);

// winograd_multiply writes the products of groups of tiles and one block of outputs, or adds them to m. v begins with the first of some channels,
// which are all in u; step is the distance between two tiles' channels.
void winograd_multiply(const float* v, int64_t step, const float* u, int64_t channels, float* m, int64_t groups, int add);

// winograd_after is what follows: y*scale + shift by channel, y + residual, max(0, y). Null and 0: none.
typedef struct {
  const float *scale, *shift, *residual;
  int64_t relu;
} winograd_after;

// winograd_join transforms one tile's products of one block to rows x columns outputs at y, of which neighbours are channels elements apart and
// rows line elements. The pointers of after are those of the block, and residual that of the first output.
void winograd_join(const float* m, const winograd_after* after, float* y, int64_t rows, int64_t columns, int64_t channels, int64_t line);
