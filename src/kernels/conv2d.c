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

/* The 1x1 convolution after it, which it computes from the results that a group has in registers: all of
 * them. (Its parameters lie in the same buffer.) */
static int merges_head(const unet_graph *graph, const unet_node *node) {
  return unet_shape_of(graph, node->outputs[0]).c <= RESULTS ? UNET_MERGE_HEAD : 0;
}

typedef struct merged_head {
  const unet_tensor *to; /* the result in its stead, unwritten, where none is wanted */
  cl_ulong w_offset, b_offset;
  cl_int activation;
} merged_head;

static merged_head head_of(const unet_call *call) {
  if (!call->merged) return (merged_head){.to = &call->outputs[0]};
  return (merged_head){.to = &call->merged_output,
                       .w_offset = call->merged_inputs[1].offset,
                       .b_offset = call->merged_inputs[2].offset,
                       .activation = unet_activation_of(call->merged)};
}

static unet_status launch_tiled(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *y = &call->outputs[0];
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  conv_tile tile = tile_of(call, &lanes);
  const unet_conv2d_finish f = unet_conv2d_finish_of(call);
  const merged_head head = head_of(call);
  const bool backward = unet_conv2d_is_backward(call);
  cl_int unread = call->unread, taps = w->h * w->w, tiles = (cl_int)tile.tiles, turn = backward ? -1 : 1;
  cl_int w_result = backward ? taps : x->c * taps, w_channel = backward ? y->c * taps : taps;
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=%zu -DK=%d -DOC_T=%d -DXV=%zu -DHEAD=%d", lanes.vw,
           lanes.ls, (int)w->w, (int)RESULTS, tile.xv, call->merged != NULL);
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(w),
                               UNET_ARGUMENT(w_result),
                               UNET_ARGUMENT(w_channel),
                               UNET_ARGUMENT(f.bias->offset),
                               UNET_PLANES(f.act),
                               UNET_PLANES(y),
                               UNET_PLANES(head.to),
                               UNET_ARGUMENT(head.w_offset),
                               UNET_ARGUMENT(head.b_offset),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(tiles),
                               UNET_ARGUMENT(turn),
                               UNET_ARGUMENT(f.use_bias),
                               UNET_ARGUMENT(f.activation),
                               UNET_ARGUMENT(f.use_act),
                               UNET_ARGUMENT(head.activation),
                               UNET_ARGUMENT(unread)};
  size_t group_floats = lanes.vw * lanes.ls * tile.xv * tile.tiles;
  unet_range range = unet_lanes_range(&lanes, unet_divide_up((size_t)y->plane_stride, group_floats),
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
    .name = "vector", .variant = UNET_VECTOR, .merges = merges_head, .launch = launch_conv2d};
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
