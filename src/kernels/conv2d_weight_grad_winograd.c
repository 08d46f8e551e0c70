/* Weight and bias gradient of the convolution by cl/conv2d_weight_grad_winograd.cl, in two passes. */
#include <stdio.h>

#include "kernels/winograd.h"

enum {
  IC_T = 2,         /* input channels in registers; the default of the program */
  MOST_VECTORS = 16 /* of tiles that a group transforms at a time; the default of DEPTH */
};

/* How the work is cut. The sums are divided by shapes and the size of local memory alone, so that they are
 * the same for every run. */
typedef struct tiling {
  unet_tiles tiles;
  size_t rows;   /* rows of components in local memory at a time: 6 or 1 */
  size_t shares; /* groups that the rows of components are dealt out to */
  size_t span;   /* blocks of output channels for a group */
  size_t depth;  /* vectors of tiles at a time */
  size_t rounds; /* of so many vectors for a group */
  size_t chunks; /* of so many rounds */
} tiling;

/* Bytes for one vector of tiles. */
static size_t vector_bytes(const tiling *t, size_t in_channels) {
  size_t channels = unet_divide_up(in_channels, IC_T) * IC_T + t->span * UNET_TILES_CHANNELS;
  return 4 * t->rows * channels * t->tiles.vw * sizeof(float);
}

/* A component of x and one of dy begin a vector later than the last one ends. */
static size_t scratch_bytes(const tiling *t, size_t in_channels) {
  return t->depth * vector_bytes(t, in_channels) + t->rows * 4 * 2 * t->tiles.vw * sizeof(float);
}

/* Groups are chunks by rows of components by spans: enough to keep the cores busy, few enough to be added up.
 */
static size_t most_chunks(const tiling *t) {
  enum { LONG = 16 };
  size_t chunks = unet_divide_up(t->tiles.vectors, LONG), limit = t->rows == 6 ? 32 : 8;
  return chunks < limit ? chunks : limit;
}

/* All rows of components at once read the pixels once; but each sum over lanes has to pay for as many vectors
 * of tiles as fit, so with many channels it is a row at a time, and then output channels in parts. A group
 * that takes row after row finds the pixels in its core's cache; where there are too few chunks for the
 * cores, the rows are dealt out. */
static tiling tiling_of(const unet_device_info *device, unet_shape x, size_t out_channels) {
  enum { THIN = 48, FEW = 8 };
  size_t budget = unet_tiles_budget(device);
  tiling t = {.tiles = unet_tiles_of(device, UNET_WINOGRAD_ROWS, x.n, x.h, x.w),
              .rows = x.c + out_channels <= THIN ? 6 : 1,
              .span = unet_tiles_blocks(out_channels)};
  while (t.span > 1 && vector_bytes(&t, x.c) * FEW > budget) t.span = (t.span + 1) / 2;
  size_t most = budget / vector_bytes(&t, x.c);
  most = most > MOST_VECTORS ? MOST_VECTORS : most;
  size_t share = unet_divide_up(t.tiles.vectors, most_chunks(&t));
  t.rounds = unet_divide_up(share, most);
  t.depth = unet_divide_up(share, t.rounds);
  t.chunks = unet_divide_up(t.tiles.vectors, t.rounds * t.depth);
  t.shares = t.chunks < (size_t)device->compute_units * 2 ? 6 / t.rows : 1;
  return t;
}

static bool fits(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->outputs[0]);
  tiling t = {.tiles.vw = unet_lanes_of(UNET_WINOGRAD, device).vw, .rows = 1, .span = 1};
  return w.h == 3 && 4 * vector_bytes(&t, x.c) <= unet_tiles_budget(device);
}

/* Floats of the sums over one chunk: components, then biases. */
static size_t part_floats(size_t in_channels, size_t out_channels) {
  return unet_winograd_kernel_floats(out_channels, in_channels) +
         unet_tiles_blocks(out_channels) * UNET_TILES_CHANNELS;
}

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  (void)self;
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->outputs[0]);
  tiling t = tiling_of(device, x, w.n);
  return most_chunks(&t) * part_floats(x.c, w.n); /* a smaller batch may take more chunks than the full one */
}

static unet_status launch_parts(const unet_call *call, const tiling *t) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *parts = &call->workspace;
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=1 -DRUN=%zu -DROWS=%zu", t->tiles.vw, t->tiles.run,
           t->rows);
  cl_int depth = (cl_int)t->depth, rounds = (cl_int)t->rounds, span = (cl_int)t->span;
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(dy),
                               UNET_DENSE(parts),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_ARGUMENT(x->n),
                               UNET_SIZES(x),
                               UNET_ARGUMENT(depth),
                               UNET_ARGUMENT(rounds),
                               UNET_ARGUMENT(span),
                               UNET_LOCAL(scratch_bytes(t, (size_t)x->c))};
  unet_range range = {
      .global = {t->chunks, unet_divide_up(unet_tiles_blocks((size_t)dy->c), t->span), t->shares},
      .local = {1, 1, 1}};
  const unet_kernel_spec spec = {"conv2d_weight_grad_winograd", options, "conv2d_weight_grad_winograd"};
  return unet_launch(call->device, &spec, &range, arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_finish(const unet_call *call, const tiling *t) {
  const unet_tensor *x = &call->inputs[0], *dw = &call->outputs[0], *db = &call->outputs[1],
                    *parts = &call->workspace;
  cl_int chunks = (cl_int)t->chunks;
  unet_argument arguments[] = {UNET_DENSE(parts),   UNET_DENSE(dw),       UNET_ARGUMENT(db->offset),
                               UNET_ARGUMENT(x->c), UNET_ARGUMENT(dw->n), UNET_ARGUMENT(chunks)};
  unet_range range = {.global = {(size_t)x->c + 1, unet_tiles_blocks((size_t)dw->n), 1}, .local = {1, 1, 1}};
  const unet_kernel_spec spec = {"winograd_weights", "", "winograd_weights_grad"};
  return unet_launch(call->device, &spec, &range, arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_conv2d_weight_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1];
  const unet_shape pixels = {(size_t)x->n, (size_t)x->c, (size_t)x->h, (size_t)x->w};
  tiling t = tiling_of(unet_device_get_info(call->device), pixels, (size_t)dy->c);
  UNET_TRY(launch_parts(call, &t));
  return launch_finish(call, &t);
}

const unet_algorithm unet_conv2d_weight_grad_winograd = {.name = "winograd",
                                                         .variant = UNET_WINOGRAD,
                                                         .fits = fits,
                                                         .workspace = parts_floats,
                                                         .launch = launch_conv2d_weight_grad};
