/* Weight and bias gradient of the convolution by cl/conv2d_weight_grad_im2col.cl, in one pass. */
#include "kernels/conv2d_weight_grad_im2col.h"

#include <stdio.h>

#include "kernels/tiles.h"

enum { XV = 3 }; /* vectors of columns in a panel; the default of the program */

/* Pixels at a time: as many as a panel of local memory holds; with more than these it leaves the core's
 * cache. */
static size_t depth_of(const unet_device_info *device, const unet_lanes *lanes) {
  enum { DEEP = 256 };
  size_t fits = unet_tiles_budget(device) / (XV * lanes->vw * sizeof(float));
  return fits > DEEP ? DEEP : fits;
}

static unet_status launch_conv2d_weight_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *dw = &call->outputs[0],
                    *db = &call->outputs[1];
  const unet_device_info *device = unet_device_get_info(call->device);
  unet_lanes lanes = unet_lanes_of(UNET_IM2COL, device);
  size_t panels = unet_divide_up((size_t)(x->c * dw->h * dw->w), XV * lanes.vw),
         blocks = unet_tiles_blocks((size_t)dy->c), share = blocks;
  unet_tiles_share(&share, device, panels, blocks);
  cl_int span = (cl_int)share;
  unet_argument arguments[] = {
      UNET_PLANES(x),       UNET_PLANES(dy),      UNET_DENSE(dw),      UNET_ARGUMENT(db->offset),
      UNET_ARGUMENT(x->c),  UNET_ARGUMENT(dy->c), UNET_ARGUMENT(x->n), UNET_SIZES(x),
      UNET_ARGUMENT(dw->w), UNET_ARGUMENT(span)};
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=1 -DDEPTH=%zu", lanes.vw, depth_of(device, &lanes));
  unet_range range = {.global = {panels, unet_divide_up(blocks, share), 1}, .local = {1, 1, 1}};
  return unet_launch(call->device,
                     &(unet_kernel_spec){"conv2d_weight_grad_im2col", options, "conv2d_weight_grad_im2col"},
                     &range, arguments, sizeof arguments / sizeof *arguments);
}

const unet_algorithm unet_conv2d_weight_grad_im2col = {
    .name = "im2col", .variant = UNET_IM2COL, .launch = launch_conv2d_weight_grad};
