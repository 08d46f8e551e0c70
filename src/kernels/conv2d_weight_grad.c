/* Weight and bias gradient of the convolution: cl/conv2d_weight_grad.cl in two passes,
 * cl/conv2d_naive.cl in one. */
#include <stdio.h>

#include "graph/layout.h"
#include "kernels/conv2d_gemm.h"
#include "kernels/conv2d_weight_grad_im2col.h"
#include "kernels/reduce_partials.h"
#include "kernels/winograd.h"

/* Channels and kernel rows in registers, and how the positions are divided among groups. */
typedef struct conv_tile {
  size_t oc_t, ic_t, rows;
  size_t chunk; /* positions of a plane for a group, a multiple of LS * VW */
  size_t span;  /* images for a group */
} conv_tile;

/* 4 by 2 channels by 3 taps of a kernel row fill 24 of the 32 AVX-512 registers; about 1400 positions of the
 * six planes stay in a core's cache (measured on a 2-core Ice Lake: 8 by 1 channels took 1.3 times as long).
 * The division depends on shapes alone, so that the sums are the same for every run. */
static conv_tile tile_of(const unet_lanes *lanes, size_t positions, size_t images) {
  size_t step = lanes->vw * lanes->ls, wanted = unet_round_up(1400, step);
  size_t chunk = positions < wanted ? unet_round_up(positions, step) : wanted;
  size_t span = wanted / positions;
  return (conv_tile){.oc_t = 4,
                     .ic_t = 2,
                     .rows = 1,
                     .chunk = chunk,
                     .span = span < 1        ? 1
                             : span > images ? images
                                             : span};
}

/* How many parts the sums are split into. */
static size_t parts_of(const conv_tile *tile, size_t positions, size_t images) {
  return unet_divide_up(positions, tile->chunk) * unet_divide_up(images, tile->span);
}

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  if (self->variant == UNET_NAIVE) return 0;
  unet_lanes lanes = unet_lanes_of(self->variant, device);
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->outputs[0]);
  size_t positions = x.h * unet_row_stride(x.w);
  conv_tile tile = tile_of(&lanes, positions, x.n);
  return parts_of(&tile, positions, x.n) * (unet_elements(w) + w.n);
}

static unet_status launch_naive(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *dw = &call->outputs[0],
                    *db = &call->outputs[1];
  unet_argument arguments[] = {
      UNET_PLANES(x),      UNET_PLANES(dy),      UNET_DENSE(dw), UNET_ARGUMENT(db->offset),
      UNET_ARGUMENT(x->c), UNET_ARGUMENT(dy->c), UNET_SIZES(x),  UNET_ARGUMENT(dw->w),
      UNET_ARGUMENT(x->n)};
  unet_range range = {.global = {(size_t)(dw->n * dw->c * dw->h * dw->w + dw->n), 1, 1}, .local = {1, 1, 1}};
  return unet_launch(call->device,
                     &(unet_kernel_spec){"conv2d_naive", "-DVW=1 -DLS=1", "conv2d_weight_grad_naive"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_parts(const unet_call *call, const unet_lanes *lanes, const conv_tile *tile,
                                const unet_tensor *parts, size_t positions) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1];
  size_t k = (size_t)call->outputs[0].w;
  cl_int chunk = (cl_int)tile->chunk, span = (cl_int)tile->span;
  unet_argument arguments[] = {UNET_PLANES(x),       UNET_PLANES(dy),      UNET_DENSE(parts),
                               UNET_ARGUMENT(x->c),  UNET_ARGUMENT(dy->c), UNET_SIZES(x),
                               UNET_ARGUMENT(chunk), UNET_ARGUMENT(x->n),  UNET_ARGUMENT(span)};
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=%zu -DK=%zu -DOC_T=%zu -DIC_T=%zu -DROWS=%zu", lanes->vw,
           lanes->ls, k, tile->oc_t, tile->ic_t, tile->rows);
  size_t o_blocks = unet_divide_up((size_t)dy->c, tile->oc_t),
         i_blocks = unet_divide_up((size_t)x->c, tile->ic_t);
  size_t jobs = o_blocks * i_blocks * (k / tile->rows) + o_blocks;
  unet_range range = unet_lanes_range(lanes, jobs, unet_divide_up(positions, tile->chunk),
                                      unet_divide_up((size_t)x->n, tile->span));
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d_weight_grad", options, "conv2d_weight_grad"},
                     &range, arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_conv2d_weight_grad(const unet_call *call) {
  if (call->algorithm->variant == UNET_NAIVE) return launch_naive(call);
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  const unet_tensor *x = &call->inputs[0];
  size_t positions = (size_t)x->h * (size_t)x->row_stride;
  conv_tile tile = tile_of(&lanes, positions, unet_shape_of(call->graph, call->node->inputs[0]).n);
  size_t parts = parts_of(&tile, positions, (size_t)x->n);
  UNET_TRY(launch_parts(call, &lanes, &tile, unet_partials_of(call, parts), positions));
  return unet_reduce_partials(call, parts);
}

/* A sum along the lanes for each weight is what layers of few pixels spend their time on; the product of
 * matrices has none (measured on a 2-core Ice Lake: 3 to 4 times as fast at 4x4 and 8x8, no faster with 512
 * pixels or fewer channels). */
static unet_variant rule(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  enum { CHANNELS = 64, PIXELS = 512 };
  unet_shape x = unet_shape_of(graph, node->inputs[0]), dw = unet_shape_of(graph, node->outputs[0]);
  bool deep = device->type == UNET_DEVICE_CPU && dw.n >= CHANNELS && x.n * x.h * x.w < PIXELS;
  return deep ? UNET_IM2COL : unet_winograd_rule(device, graph, node);
}

UNET_ALGORITHMS_BY_LANES(conv2d_weight_grad, parts_floats, 0);
const unet_kernels unet_kernels_conv2d_weight_grad = {
    {&conv2d_weight_grad_naive, &conv2d_weight_grad_vector, &conv2d_weight_grad_group,
     &unet_conv2d_weight_grad_clblast, &unet_conv2d_weight_grad_winograd, &unet_conv2d_weight_grad_im2col},
    rule};
