/* ELU, its gradient, sigmoid and sum: cl/elementwise.cl over all floats of the planes. */
#include "graph/layout.h"
#include "kernels/lanes.h"

enum { MAX_ARGUMENTS = 14 };

/* The arguments of one launch: the tensors, then what all the kernels take. */
typedef struct arguments {
  unet_argument items[MAX_ARGUMENTS];
  size_t count;
} arguments;

static void add_tensor(arguments *list, const unet_tensor *tensor) {
  list->items[list->count++] = (unet_argument)UNET_ARGUMENT(tensor->buffer);
  list->items[list->count++] = (unet_argument)UNET_ARGUMENT(tensor->offset);
  list->items[list->count++] = (unet_argument)UNET_ARGUMENT(tensor->n_stride);
}

static void add_int(arguments *list, const cl_int *value) {
  list->items[list->count++] = (unet_argument)UNET_ARGUMENT(*value);
}

static unet_status launch(const unet_call *call, const char *kernel, size_t n_inputs, bool masked) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_tensor *y = &call->outputs[0];
  cl_int count = y->c * y->plane_stride, run = (cl_int)lanes.run, end = y->h * y->row_stride;
  arguments list = {.count = 0};
  for (size_t i = 0; i < n_inputs; i++) add_tensor(&list, &call->inputs[i]);
  add_tensor(&list, y);
  add_int(&list, &count);
  add_int(&list, &y->row_stride);
  add_int(&list, &run);
  if (masked) {
    add_int(&list, &y->plane_stride);
    add_int(&list, &end);
  }
  size_t groups = unet_divide_up((size_t)count, lanes.vw * lanes.ls * lanes.run);
  unet_range range = unet_lanes_range(&lanes, groups, (size_t)y->n, 1);
  return unet_launch(call->device, &(unet_kernel_spec){"elementwise", options, kernel}, &range, list.items,
                     list.count);
}

static unet_status launch_elu(const unet_call *call) { return launch(call, "elu", 1, false); }
static unet_status launch_elu_grad(const unet_call *call) { return launch(call, "elu_grad", 2, false); }
static unet_status launch_add(const unet_call *call) { return launch(call, "add", 2, false); }
static unet_status launch_sigmoid(const unet_call *call) { return launch(call, "sigmoid", 1, true); }

UNET_KERNELS_BY_LANES(elu, NULL, 0);
UNET_KERNELS_BY_LANES(elu_grad, NULL, 0);
UNET_KERNELS_BY_LANES(add, NULL, 0);
UNET_KERNELS_BY_LANES(sigmoid, NULL, 0);
