/* The segmentation loss: cl/segmentation_loss.cl, sums in two passes, then the gradient. */
#include <stdio.h>

#include "graph/layout.h"
#include "kernels/lanes.h"

/* Positions that one group sums; a multiple of every variant's LS * VW. */
enum { CHUNK = 4096, SUMS = 4 };

static size_t chunks_of(size_t h, size_t row_stride) { return unet_divide_up(h * row_stride, CHUNK); }

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  unet_shape z = unet_shape_of(graph, node->inputs[0]);
  return z.n * chunks_of(z.h, unet_row_stride(z.w)) * SUMS;
}

/* The power of the focal loss is compiled only where there is one. */
static void loss_options(char options[96], const unet_call *call, const unet_lanes *lanes) {
  char shape[64];
  unet_lanes_options(shape, lanes);
  (void)snprintf(options, 96, "%s%s", shape, call->node->attributes.loss.gamma > 0.0f ? " -DFOCAL=1" : "");
}

static unet_status launch_parts(const unet_call *call, const unet_lanes *lanes, size_t chunks) {
  char options[96];
  loss_options(options, call, lanes);
  const float gamma = call->node->attributes.loss.gamma;
  const unet_tensor *z = &call->inputs[0], *y = &call->inputs[1], *parts = &call->workspace;
  cl_int chunk = CHUNK;
  unet_range range = unet_lanes_range(lanes, chunks, (size_t)z->n, 1);
  unet_argument arguments[] = {UNET_PLANES(z),
                               UNET_PLANES(y),
                               UNET_DENSE(parts),
                               UNET_ARGUMENT(z->h),
                               UNET_ARGUMENT(z->row_stride),
                               UNET_ARGUMENT(chunk),
                               UNET_ARGUMENT(gamma)};
  return unet_launch(call->device,
                     &(unet_kernel_spec){"segmentation_loss", options, "segmentation_loss_parts"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_segmentation_loss(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  const unet_tensor *z = &call->inputs[0], *parts = &call->workspace, *sums = &call->outputs[0];
  size_t chunks = chunks_of((size_t)z->h, (size_t)z->row_stride);
  UNET_TRY(launch_parts(call, &lanes, chunks));
  char options[96];
  loss_options(options, call, &lanes);
  cl_int count = (cl_int)(chunks * (size_t)z->n);
  unet_range range = {.global = {1, 1, 1}, .local = {1, 1, 1}};
  unet_argument arguments[] = {UNET_DENSE(parts), UNET_ARGUMENT(count), UNET_DENSE(sums)};
  return unet_launch(call->device, &(unet_kernel_spec){"segmentation_loss", options, "segmentation_loss_sum"},
                     &range, arguments, sizeof arguments / sizeof *arguments);
}

static unet_status launch_segmentation_loss_grad(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[96];
  loss_options(options, call, &lanes);
  const unet_loss_form *form = &call->node->attributes.loss;
  const unet_tensor *z = &call->inputs[0], *y = &call->inputs[1], *sums = &call->inputs[2],
                    *dz = &call->outputs[0];
  cl_int chunk = CHUNK;
  float pixel_scale = form->pixel / ((float)z->n * (float)z->h * (float)z->w);
  unet_range range =
      unet_lanes_range(&lanes, unet_divide_up((size_t)z->plane_stride, CHUNK), (size_t)z->n, 1);
  unet_argument arguments[] = {UNET_PLANES(z),
                               UNET_PLANES(y),
                               UNET_DENSE(sums),
                               UNET_PLANES(dz),
                               UNET_SIZES(z),
                               UNET_ARGUMENT(chunk),
                               UNET_ARGUMENT(pixel_scale),
                               UNET_ARGUMENT(form->region),
                               UNET_ARGUMENT(form->gamma),
                               UNET_ARGUMENT(form->alpha),
                               UNET_ARGUMENT(form->beta)};
  return unet_launch(call->device,
                     &(unet_kernel_spec){"segmentation_loss", options, "segmentation_loss_grad"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}

UNET_KERNELS_BY_LANES(segmentation_loss, parts_floats, 0);
UNET_KERNELS_BY_LANES(segmentation_loss_grad, NULL, 0);
