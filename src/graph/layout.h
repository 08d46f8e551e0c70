/* How a tensor (N,C,H,W) lies in device memory: N x C planes with a shared zero halo.
 *
 *   lead of zeros | plane 0 | plane 1 | ...           plane: H rows of W values and one 0, then a row of 0
 *
 * The zero right of a row is the left halo of the next row, the zero row below a plane is the top halo of
 * the next plane. So a 3x3 'same' convolution is a filter over the flat position p = y * row_stride + x
 * with nine offsets and no bounds to check. Whoever writes a tensor leaves its halo zero. Planes start at
 * multiples of 16 floats. */
#ifndef UNETCL_GRAPH_LAYOUT_H
#define UNETCL_GRAPH_LAYOUT_H

#include <stddef.h>

#include "base/alloc.h"
#include "graph/graph.h"

enum {
  UNET_ALIGN_FLOATS = 16, /* 64 bytes: a cache line, an AVX-512 register */
  UNET_SLACK_FLOATS = 256 /* after the last plane: vectors of the last tile may read beyond it */
};

static inline size_t unet_row_stride(size_t w) { return w + 1; }

static inline size_t unet_plane_stride(size_t h, size_t w) {
  return unet_round_up((h + 1) * unet_row_stride(w), UNET_ALIGN_FLOATS);
}

static inline size_t unet_lead(size_t w) { return unet_round_up(unet_row_stride(w) + 1, UNET_ALIGN_FLOATS); }

/* Floats that a tensor of planes needs, lead and slack included. */
static inline size_t unet_planes_floats(unet_shape shape) {
  return unet_lead(shape.w) + shape.n * shape.c * unet_plane_stride(shape.h, shape.w) +
         unet_row_stride(shape.w) + UNET_SLACK_FLOATS;
}

#endif
