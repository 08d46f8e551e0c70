/* cl/conv_transpose_vector.cl: a pixel of the small side and the four that it makes are a tile. */
#include "kernels/conv_transpose_vector.h"

#include <stdio.h>

#include "kernels/reduce_partials.h"
#include "kernels/tiles.h"

enum {
  ROWS = 2, /* of a tile */
  XV = 3,   /* vectors of tiles in registers; the default of the program */
  PAIR = 2, /* output channels whose pixels, four each, fill the registers beside them */
  IC_T = 2  /* channels of x in registers, in the weight gradient */
};

static unet_tiles tiles_of(const unet_device_info *device, size_t images, const unet_tensor *large) {
  return unet_tiles_of(device, ROWS, images, (size_t)large->h, (size_t)large->w);
}

static unet_status launch(const unet_call *call, const char *kernel, const unet_tiles *tiles,
                          const unet_range *range, const unet_argument *arguments, size_t count) {
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=1 -DRUN=%zu", tiles->vw, tiles->run);
  return unet_launch(call->device, &(unet_kernel_spec){"conv_transpose_vector", options, kernel}, range,
                     arguments, count);
}

/* Groups of XV vectors, and spans of the blocks of results. */
static unet_range blocks_range(cl_int *span, const unet_device_info *device, const unet_tiles *tiles,
                               size_t blocks) {
  size_t groups = unet_divide_up(tiles->vectors, XV), share = blocks;
  unet_tiles_share(&share, device, groups, blocks);
  *span = (cl_int)share;
  return (unet_range){.global = {groups, unet_divide_up(blocks, share), 1}, .local = {1, 1, 1}};
}

static unet_status launch_forward(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *b = &call->inputs[2],
                    *y = &call->outputs[0];
  const unet_device_info *device = unet_device_get_info(call->device);
  unet_tiles tiles = tiles_of(device, (size_t)x->n, y);
  cl_int span = 0;
  unet_range range = blocks_range(&span, device, &tiles, unet_divide_up((size_t)y->c, PAIR));
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(w),
                               UNET_ARGUMENT(b->offset),
                               UNET_PLANES(y),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_ARGUMENT(x->n),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(x->row_stride),
                               UNET_ARGUMENT(x->plane_stride),
                               UNET_ARGUMENT(span)};
  return launch(call, "conv_transpose_vector", &tiles, &range, arguments,
                sizeof arguments / sizeof *arguments);
}

static unet_status launch_input_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[0], *w = &call->inputs[1], *dx = &call->outputs[0];
  cl_int use_act = call->node->attributes.elu, span = 0;
  const unet_tensor *act = use_act ? &call->inputs[2] : dx; /* unread without the flag */
  const unet_device_info *device = unet_device_get_info(call->device);
  unet_tiles tiles = tiles_of(device, (size_t)dy->n, dy);
  unet_range range = blocks_range(&span, device, &tiles, unet_tiles_blocks((size_t)dx->c));
  unet_argument arguments[] = {UNET_PLANES(dy),
                               UNET_DENSE(w),
                               UNET_PLANES(act),
                               UNET_PLANES(dx),
                               UNET_ARGUMENT(dx->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_ARGUMENT(dx->n),
                               UNET_SIZES(dy),
                               UNET_ARGUMENT(dx->row_stride),
                               UNET_ARGUMENT(dx->plane_stride),
                               UNET_ARGUMENT(span),
                               UNET_ARGUMENT(use_act)};
  return launch(call, "conv_transpose_input_grad_vector", &tiles, &range, arguments,
                sizeof arguments / sizeof *arguments);
}

/* --- weight gradient: parts for each chunk of tiles, then their sum ----------------------------------- */

/* How the sums are cut: by shapes and the size of local memory alone, so that they are the same for every
 * run. */
typedef struct tiling {
  unet_tiles tiles;
  size_t span;   /* pairs of output channels for a group */
  size_t depth;  /* vectors of tiles at a time */
  size_t rounds; /* of so many vectors for a chunk */
  size_t chunks;
} tiling;

static size_t most_chunks(const tiling *t) {
  enum { LONG = 16, MANY = 32 };
  size_t chunks = unet_divide_up(t->tiles.vectors, LONG);
  return chunks < MANY ? chunks : MANY;
}

/* Bytes of local memory for a vector of tiles. */
static size_t vector_bytes(const tiling *t, size_t channels) {
  return (unet_divide_up(channels, IC_T) * IC_T + t->span * UNET_TILES_CHANNELS) * t->tiles.vw *
         sizeof(float);
}

static tiling tiling_of(const unet_device_info *device, const unet_tiles *tiles, size_t channels,
                        size_t outputs) {
  enum { FEW = 8, DEPTH = 64 };
  size_t pairs = unet_divide_up(outputs, PAIR), budget = unet_tiles_budget(device);
  tiling t = {.tiles = *tiles, .span = pairs};
  unet_tiles_share(&t.span, device, most_chunks(&t), pairs);
  while (t.span > 1 && vector_bytes(&t, channels) * FEW > budget) t.span = (t.span + 1) / 2;
  size_t most = budget / vector_bytes(&t, channels);
  size_t share = unet_divide_up(tiles->vectors, most_chunks(&t));
  t.rounds = unet_divide_up(share, most > DEPTH ? DEPTH : most);
  t.depth = unet_divide_up(share, t.rounds);
  t.chunks = unet_divide_up(tiles->vectors, t.rounds * t.depth);
  return t;
}

static bool fits_weight_grad(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  tiling t = {.tiles.vw = unet_lanes_of(UNET_WINOGRAD, device).vw, .span = 1};
  return vector_bytes(&t, unet_shape_of(graph, node->inputs[0]).c) <= unet_tiles_budget(device);
}

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  (void)self;
  unet_shape dy = unet_shape_of(graph, node->inputs[1]), w = unet_shape_of(graph, node->outputs[0]);
  const tiling t = {.tiles = unet_tiles_of(device, ROWS, dy.n, dy.h, dy.w)};
  return most_chunks(&t) * (unet_elements(w) + w.c); /* a smaller batch may take more than the full one */
}

static unet_status launch_weight_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1];
  const unet_device_info *device = unet_device_get_info(call->device);
  unet_tiles tiles = tiles_of(device, (size_t)x->n, dy);
  tiling t = tiling_of(device, &tiles, (size_t)x->c, (size_t)dy->c);
  const unet_tensor *parts = unet_partials_of(call, t.chunks);
  cl_int depth = (cl_int)t.depth, rounds = (cl_int)t.rounds, span = (cl_int)t.span;
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(dy),
                               UNET_DENSE(parts),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_ARGUMENT(x->n),
                               UNET_SIZES(dy),
                               UNET_ARGUMENT(x->row_stride),
                               UNET_ARGUMENT(x->plane_stride),
                               UNET_ARGUMENT(depth),
                               UNET_ARGUMENT(rounds),
                               UNET_ARGUMENT(span),
                               UNET_LOCAL(t.depth * vector_bytes(&t, (size_t)x->c))};
  unet_range range = {.global = {t.chunks, unet_divide_up(unet_divide_up((size_t)dy->c, PAIR), t.span), 1},
                      .local = {1, 1, 1}};
  UNET_TRY(launch(call, "conv_transpose_weight_grad_vector", &tiles, &range, arguments,
                  sizeof arguments / sizeof *arguments));
  return unet_reduce_partials(call, t.chunks);
}

const unet_algorithm unet_conv_transpose_vector = {
    .name = "vector", .variant = UNET_VECTOR, .launch = launch_forward};
const unet_algorithm unet_conv_transpose_input_grad_vector = {
    .name = "vector", .variant = UNET_VECTOR, .overwrites = 1u << 2, .launch = launch_input_grad};
const unet_algorithm unet_conv_transpose_weight_grad_vector = {.name = "vector",
                                                               .variant = UNET_VECTOR,
                                                               .fits = fits_weight_grad,
                                                               .workspace = parts_floats,
                                                               .launch = launch_weight_grad};
