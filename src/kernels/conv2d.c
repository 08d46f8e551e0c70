/* Convolution and its input gradient: cl/conv2d.cl with tiles by variant, cl/conv2d_naive.cl. */
#include "kernels/conv2d.h"

#include <stdio.h>

#include "kernels/conv2d_channels.h"
#include "kernels/conv2d_gemm.h"
#include "kernels/winograd.h"

/* Results and vectors in registers, and how many tiles a group walks. 8 results by 3 vectors fill 24 of the
 * 32 AVX-512 registers and leave room for the operands; a plane of 4x4 has no more than 2 vectors. A GPU has
 * more registers but needs more work-items. Fewer results would be a program more, for the head alone, which
 * waits for memory. */
enum { RESULTS = 8 };

typedef struct conv_tile {
  size_t xv, tiles;
} conv_tile;

static conv_tile tile_of(const unet_call *call, const unet_lanes *lanes) {
  if (call->algorithm->variant != UNET_VECTOR) return (conv_tile){.xv = 2, .tiles = 1};
  return (conv_tile){.xv = (size_t)call->outputs[0].plane_stride > 2 * lanes->vw ? 3 : 2, .tiles = 4};
}

/* One work-item for each position of the result's planes. */
static unet_status launch_naive(const unet_call *call, const char *kernel, const unet_argument *arguments,
                                size_t count) {
  const unet_tensor *result = &call->outputs[0];
  unet_range range = {.global = {(size_t)result->plane_stride, (size_t)result->c, (size_t)result->n},
                      .local = {1, 1, 1}};
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d_naive", "-DVW=1 -DLS=1", kernel}, &range,
                     arguments, count);
}

static unet_status launch_naive_conv2d(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *b = &call->inputs[2],
                    *y = &call->outputs[0];
  cl_int activation = unet_activation_of(call->node);
  unet_argument arguments[] = {UNET_PLANES(x), UNET_DENSE(w),       UNET_ARGUMENT(b->offset),
                               UNET_PLANES(y), UNET_ARGUMENT(x->c), UNET_ARGUMENT(y->c),
                               UNET_SIZES(y),  UNET_ARGUMENT(w->w), UNET_ARGUMENT(activation)};
  return launch_naive(call, "conv2d_naive", arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_naive_input_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[0], *w = &call->inputs[1], *dx = &call->outputs[0];
  const unet_conv2d_finish f = unet_conv2d_finish_of(call);
  unet_argument arguments[] = {UNET_PLANES(dy), UNET_DENSE(w),        UNET_PLANES(f.act),
                               UNET_PLANES(dx), UNET_ARGUMENT(dx->c), UNET_ARGUMENT(dy->c),
                               UNET_SIZES(dx),  UNET_ARGUMENT(w->w),  UNET_ARGUMENT(f.use_act)};
  return launch_naive(call, "conv2d_input_grad_naive", arguments, sizeof arguments / sizeof *arguments);
}

/* The 1x1 convolution after it, which a group computes from its results in registers, all that there are. */
static int merges_head(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  (void)device;
  return unet_shape_of(graph, node->outputs[0]).c <= RESULTS ? UNET_MERGE_HEAD : 0;
}

/* Pooling, too, where a group's one work-item has stored whole windows before it reads them. That takes a
 * program of its own. */
static int merges_head_or_pooling(const unet_device_info *device, const unet_graph *graph,
                                  const unet_node *node) {
  return merges_head(device, graph, node) | (graph->few_programs ? 0 : UNET_MERGE_POOLING);
}

/* Positions of a plane that a group walks: whole pairs of rows for pooling, as many as leave little of the
 * last tile over. */
static size_t extent_of(const unet_tensor *y, size_t tile_floats, const conv_tile *tile, bool pooling) {
  enum { TILES = 10 };
  size_t pair = 2 * (size_t)y->row_stride;
  return pooling ? unet_divide_up(TILES * tile_floats, pair) * pair : tile->tiles * tile_floats;
}

static unet_status launch_tiled(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *y = &call->outputs[0];
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  conv_tile tile = tile_of(call, &lanes);
  const unet_conv2d_finish f = unet_conv2d_finish_of(call);
  const unet_conv2d_merged merged = unet_conv2d_merged_of(call);
  const bool backward = unet_conv2d_is_backward(call);
  const size_t tile_floats = lanes.vw * lanes.ls * tile.xv;
  const size_t floats = extent_of(y, tile_floats, &tile, merged.pooling);
  cl_int unread = call->unread, taps = w->h * w->w, extent = (cl_int)floats, turn = backward ? -1 : 1;
  cl_int head_activation = merged.head ? unet_activation_of(call->merged) : 0;
  cl_int w_result = backward ? taps : x->c * taps, w_channel = backward ? y->c * taps : taps;
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=%zu -DK=%d -DOC_T=%d -DXV=%zu -DHEAD=%d -DPOOL=%d",
           lanes.vw, lanes.ls, (int)w->w, (int)RESULTS, tile.xv, merged.head, merged.pooling);
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(w),
                               UNET_ARGUMENT(w_result),
                               UNET_ARGUMENT(w_channel),
                               UNET_ARGUMENT(f.bias->offset),
                               UNET_PLANES(f.act),
                               UNET_PLANES(y),
                               UNET_PLANES(merged.to),
                               UNET_ARGUMENT(merged.w_offset),
                               UNET_ARGUMENT(merged.b_offset),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(extent),
                               UNET_ARGUMENT(turn),
                               UNET_ARGUMENT(f.use_bias),
                               UNET_ARGUMENT(f.activation),
                               UNET_ARGUMENT(f.use_act),
                               UNET_ARGUMENT(head_activation),
                               UNET_ARGUMENT(unread),
                               UNET_ARGUMENT(merged.to->row_stride),
                               UNET_ARGUMENT(merged.to->plane_stride)};
  size_t walked = merged.pooling ? (size_t)(y->h * y->row_stride) : (size_t)y->plane_stride;
  unet_range range = unet_lanes_range(&lanes, unet_divide_up(walked, floats),
                                      unet_divide_up((size_t)y->c, RESULTS), (size_t)y->n);
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d", options, "conv2d"}, &range, arguments,
                     sizeof arguments / sizeof *arguments);
}

static unet_status launch_conv2d(const unet_call *call) {
  return call->algorithm->variant == UNET_NAIVE ? launch_naive_conv2d(call) : launch_tiled(call);
}

static unet_status launch_conv2d_input_grad(const unet_call *call) {
  return call->algorithm->variant == UNET_NAIVE ? launch_naive_input_grad(call) : launch_tiled(call);
}

/* Where rows are shorter than a vector, vectors of results waste no lanes; that pays where the weights are
 * arranged for them once (measured on a 2-core EPYC at 4x4 and 8x8: two thirds of the time, but 5 % more for
 * a training step), and where they stay in a core's cache. With more pixels Winograd's algorithm is faster.
 */
static unet_variant conv2d_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node) {
  enum { WRITTEN_CHANNELS = 32, READ_CHANNELS = 256, PIXELS = 256 };
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->inputs[1]);
  bool few = x.w < device->native_vector_width && x.n * x.h * x.w < PIXELS;
  bool pays = device->type == UNET_DEVICE_CPU && !graph->trains && w.h == 3 && few &&
              w.n >= WRITTEN_CHANNELS && w.c <= READ_CHANNELS;
  return pays ? UNET_CHANNELS : unet_winograd_rule(device, graph, node);
}

static const unet_algorithm conv2d_naive = {.name = "naive", .variant = UNET_NAIVE, .launch = launch_conv2d};
static const unet_algorithm conv2d_vector = {
    .name = "vector", .variant = UNET_VECTOR, .merges = merges_head_or_pooling, .launch = launch_conv2d};
static const unet_algorithm conv2d_group = {
    .name = "group", .variant = UNET_GROUP, .merges = merges_head, .launch = launch_conv2d};
UNET_ALGORITHMS_BY_LANES(conv2d_input_grad, NULL, 1u << 2);
const unet_kernels unet_kernels_conv2d = {{&conv2d_naive, &conv2d_vector, &conv2d_group, &unet_conv2d_clblast,
                                           &unet_conv2d_winograd, &unet_conv2d_channels},
                                          conv2d_rule};
const unet_kernels unet_kernels_conv2d_input_grad = {
    {&conv2d_input_grad_naive, &conv2d_input_grad_vector, &conv2d_input_grad_group,
     &unet_conv2d_input_grad_clblast, &unet_conv2d_input_grad_winograd},
    unet_winograd_rule};
