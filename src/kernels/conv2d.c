/* Convolution and its input gradient: cl/conv2d.cl with tiles by variant, cl/conv2d_naive.cl. */
#include <stdio.h>

#include "kernels/conv2d_gemm.h"
#include "kernels/winograd.h"

/* A work-item's share: channels and vectors in registers, and how many tiles a group walks. */
typedef struct conv_tile {
  size_t oc_t, xv, tiles;
} conv_tile;

/* 8 channels by 3 vectors fill 24 of the 32 AVX-512 registers and leave room for the operands; a plane of 4x4
 * has no more than 2. A GPU has more registers but needs more work-items. */
static conv_tile tile_of(const unet_call *call, const unet_lanes *lanes) {
  const unet_tensor *result = &call->outputs[0];
  conv_tile chosen = {.oc_t = result->c == 1 ? 1 : 8, .xv = 2, .tiles = 1};
  if (call->algorithm->variant != UNET_VECTOR) return chosen;
  if ((size_t)result->plane_stride > 2 * lanes->vw) chosen.xv = 3;
  chosen.tiles = 4;
  return chosen;
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

static unet_status launch_tiled(const unet_call *call, const char *kernel, const unet_lanes *lanes,
                                const conv_tile *tile, const unet_argument *arguments, size_t count) {
  const unet_tensor *result = &call->outputs[0];
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=%zu -DK=%d -DOC_T=%zu -DXV=%zu", lanes->vw, lanes->ls,
           (int)call->inputs[1].w, tile->oc_t, tile->xv);
  size_t group_floats = lanes->vw * lanes->ls * tile->xv * tile->tiles;
  unet_range range = unet_lanes_range(lanes, unet_divide_up((size_t)result->plane_stride, group_floats),
                                      unet_divide_up((size_t)result->c, tile->oc_t), (size_t)result->n);
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d", options, kernel}, &range, arguments, count);
}

static unet_status launch_conv2d(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *b = &call->inputs[2],
                    *y = &call->outputs[0];
  bool naive = call->algorithm->variant == UNET_NAIVE;
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  conv_tile tile = tile_of(call, &lanes);
  cl_int tiles_or_k = naive ? w->w : (cl_int)tile.tiles, elu = call->node->attributes.elu;
  unet_argument arguments[] = {
      UNET_PLANES(x),      UNET_DENSE(w), UNET_ARGUMENT(b->offset),  UNET_PLANES(y),    UNET_ARGUMENT(x->c),
      UNET_ARGUMENT(y->c), UNET_SIZES(y), UNET_ARGUMENT(tiles_or_k), UNET_ARGUMENT(elu)};
  size_t count = sizeof arguments / sizeof *arguments;
  return naive ? launch_naive(call, "conv2d_naive", arguments, count)
               : launch_tiled(call, "conv2d", &lanes, &tile, arguments, count);
}

static unet_status launch_conv2d_input_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[0], *w = &call->inputs[1], *dx = &call->outputs[0];
  cl_int use_act = call->node->attributes.elu;
  const unet_tensor *act = use_act ? &call->inputs[2] : dx; /* unread without the flag */
  bool naive = call->algorithm->variant == UNET_NAIVE;
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  conv_tile tile = tile_of(call, &lanes);
  cl_int tiles_or_k = naive ? w->w : (cl_int)tile.tiles;
  unet_argument arguments[] = {
      UNET_PLANES(dy),       UNET_DENSE(w),        UNET_PLANES(act), UNET_PLANES(dx),
      UNET_ARGUMENT(dx->c),  UNET_ARGUMENT(dy->c), UNET_SIZES(dx),   UNET_ARGUMENT(tiles_or_k),
      UNET_ARGUMENT(use_act)};
  size_t count = sizeof arguments / sizeof *arguments;
  return naive ? launch_naive(call, "conv2d_input_grad_naive", arguments, count)
               : launch_tiled(call, "conv2d_input_grad", &lanes, &tile, arguments, count);
}

UNET_CONV2D_KERNELS(conv2d, NULL);
UNET_CONV2D_KERNELS(conv2d_input_grad, NULL);
