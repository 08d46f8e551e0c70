/* Max pooling and its gradient: cl/maxpool.cl, a block of rows for each group. */
#include "kernels/lanes.h"

/* Rows of the small side for a group: about a thousand values each on CPUs, one row elsewhere. */
static cl_int rows_for(const unet_lanes *lanes, const unet_tensor *small) {
  if (lanes->ls > 1 || lanes->vw == 1) return 1;
  cl_int rows = 1024 / small->w;
  if (rows < 1) rows = 1;
  return rows < small->h ? rows : small->h;
}

static unet_range range_for(const unet_lanes *lanes, const unet_tensor *small, cl_int rows) {
  return unet_lanes_range(lanes, 1, unet_divide_up((size_t)small->h, (size_t)rows),
                          (size_t)(small->n * small->c));
}

static unet_status launch_maxpool(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_tensor *x = &call->inputs[0], *y = &call->outputs[0];
  cl_int rows = rows_for(&lanes, y);
  unet_range range = range_for(&lanes, y, rows);
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(y),
                               UNET_ARGUMENT(y->c),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(x->row_stride),
                               UNET_ARGUMENT(x->plane_stride),
                               UNET_ARGUMENT(rows)};
  return unet_launch(call->device, &(unet_kernel_spec){"maxpool", options, "maxpool"}, &range, arguments,
                     sizeof arguments / sizeof *arguments);
}

static unet_status launch_maxpool_grad(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *dx = &call->outputs[0];
  cl_int use_addend = call->inputs[2].buffer != NULL, elu = call->node->attributes.elu;
  const unet_tensor *addend = use_addend ? &call->inputs[2] : x; /* unread without the flag */
  cl_int rows = rows_for(&lanes, dy);
  unet_range range = range_for(&lanes, dy, rows);
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(dy),
                               UNET_PLANES(addend),
                               UNET_PLANES(dx),
                               UNET_ARGUMENT(dy->c),
                               UNET_SIZES(dy),
                               UNET_ARGUMENT(x->row_stride),
                               UNET_ARGUMENT(x->plane_stride),
                               UNET_ARGUMENT(rows),
                               UNET_ARGUMENT(use_addend),
                               UNET_ARGUMENT(elu)};
  return unet_launch(call->device, &(unet_kernel_spec){"maxpool", options, "maxpool_grad"}, &range, arguments,
                     sizeof arguments / sizeof *arguments);
}

UNET_KERNELS_BY_LANES(maxpool, NULL, 0);
UNET_KERNELS_BY_LANES(maxpool_grad, NULL, 1u << 2);
