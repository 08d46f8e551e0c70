#include "kernels/layer_gemm.h"

size_t unet_layer_positions(const unet_tensor *planes) {
  return (size_t)planes->h * (size_t)planes->row_stride - 1;
}

unet_matrix unet_layer_matrix(const unet_tensor *planes, cl_int image, cl_int shift, int transposed) {
  size_t first = planes->offset + (size_t)image * (size_t)planes->n_stride;
  return (unet_matrix){planes->buffer, shift < 0 ? first - (size_t)-shift : first + (size_t)shift,
                       (size_t)planes->plane_stride, transposed};
}

unet_status unet_layer_launch(const unet_call *call, const char *file, const char *kernel,
                              const size_t elements[3], const unet_argument *arguments, size_t count) {
  unet_lanes lanes = unet_lanes_of(UNET_GEMM, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  unet_range range =
      unet_lanes_range(&lanes, unet_divide_up(elements[0], lanes.ls), elements[1], elements[2]);
  return unet_launch(call->device, &(unet_kernel_spec){file, options, kernel}, &range, arguments, count);
}

unet_status unet_layer_finish_input_grad(const unet_call *call) {
  const unet_tensor *dx = &call->outputs[0];
  cl_int use_act = call->node->attributes.elu;
  const unet_tensor *act = use_act ? &call->inputs[2] : dx; /* unread without the flag */
  unet_argument arguments[] = {UNET_PLANES(act), UNET_PLANES(dx), UNET_SIZES(dx), UNET_ARGUMENT(use_act)};
  const size_t elements[] = {(size_t)dx->plane_stride, (size_t)dx->c, (size_t)dx->n};
  return unet_layer_launch(call, "layer_gemm", "input_grad_finish", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

unet_status unet_layer_bias_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[1], *db = &call->outputs[1];
  size_t lanes = unet_lanes_of(UNET_GEMM, unet_device_get_info(call->device)).ls;
  unet_argument arguments[] = {UNET_PLANES(dy), UNET_DENSE(db), UNET_ARGUMENT(dy->plane_stride),
                               UNET_ARGUMENT(dy->n)};
  const size_t elements[] = {(size_t)dy->c * lanes, 1, 1};
  return unet_layer_launch(call, "layer_gemm", "bias_grad", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

/* On GPUs the tiles of a general product beat kernels for thin layers once both sides of it fill a tile:
 * those of tuned products are 64 wide and more, and published timings of convolutions as products fall off
 * below that. On CPUs wide vectors win at every width: CLBlast reached 5 to 19 GFLOP/s where they reach ten
 * times that. */
unet_variant unet_layer_rule(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  enum { WIDE = 64 };
  if (device->type == UNET_DEVICE_CPU) return UNET_VECTOR;
  bool has_weight_grad = node->outputs[1] != UNET_NO_VALUE;
  unet_shape w = unet_shape_of(graph, has_weight_grad ? node->outputs[0] : node->inputs[1]);
  return w.n >= WIDE && w.c >= WIDE ? UNET_GEMM : UNET_GROUP;
}
