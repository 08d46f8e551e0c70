/* Transposed convolution and its gradients: cl/conv_transpose.cl by lanes, cl/conv_transpose_naive.cl. */
#include "kernels/conv_transpose_gemm.h"
#include "kernels/conv_transpose_vector.h"
#include "kernels/layer_gemm.h"
#include "kernels/reduce_partials.h"

enum { C_T = 4 }; /* channels in registers; the default of cl/conv_transpose.cl */

static unet_status launch_kernel(const unet_call *call, const char *kernel, const unet_range *range,
                                 const unet_lanes *lanes, const unet_argument *arguments, size_t count) {
  char options[64];
  unet_lanes_options(options, lanes);
  const char *file = call->algorithm->variant == UNET_NAIVE ? "conv_transpose_naive" : "conv_transpose";
  return unet_launch(call->device, &(unet_kernel_spec){file, options, kernel}, range, arguments, count);
}

/* One work-item for each position of the result's planes. */
static unet_range naive_range(const unet_tensor *result) {
  return (unet_range){.global = {(size_t)result->plane_stride, (size_t)result->c, (size_t)result->n},
                      .local = {1, 1, 1}};
}

/* A group for each block and row of the small side. */
static unet_range row_range(const unet_lanes *lanes, const unet_tensor *small, size_t blocks) {
  return unet_lanes_range(lanes, blocks, (size_t)small->h, (size_t)small->n);
}

static unet_status launch_conv_transpose(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *b = &call->inputs[2],
                    *y = &call->outputs[0];
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(w),
                               UNET_ARGUMENT(b->offset),
                               UNET_PLANES(y),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_SIZES(x),
                               UNET_ARGUMENT(y->row_stride),
                               UNET_ARGUMENT(y->plane_stride)};
  size_t count = sizeof arguments / sizeof *arguments;
  if (call->algorithm->variant == UNET_NAIVE) {
    unet_range range = naive_range(y);
    return launch_kernel(call, "conv_transpose_naive", &range, &lanes, arguments, count);
  }
  unet_range range = row_range(&lanes, x, unet_divide_up((size_t)y->c, C_T));
  return launch_kernel(call, "conv_transpose", &range, &lanes, arguments, count);
}

static unet_status launch_conv_transpose_input_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[0], *w = &call->inputs[1], *dx = &call->outputs[0];
  cl_int use_act = call->node->attributes.elu;
  const unet_tensor *act = use_act ? &call->inputs[2] : dx; /* unread without the flag */
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  unet_argument arguments[] = {UNET_PLANES(dy),
                               UNET_DENSE(w),
                               UNET_PLANES(act),
                               UNET_PLANES(dx),
                               UNET_ARGUMENT(dx->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_SIZES(dx),
                               UNET_ARGUMENT(dy->row_stride),
                               UNET_ARGUMENT(dy->plane_stride),
                               UNET_ARGUMENT(use_act)};
  size_t count = sizeof arguments / sizeof *arguments;
  if (call->algorithm->variant == UNET_NAIVE) {
    unet_range range = naive_range(dx);
    return launch_kernel(call, "conv_transpose_input_grad_naive", &range, &lanes, arguments, count);
  }
  unet_range range = row_range(&lanes, dx, unet_divide_up((size_t)dx->c, C_T));
  return launch_kernel(call, "conv_transpose_input_grad", &range, &lanes, arguments, count);
}

/* --- weight gradient: parts for each row, then their sum --------------------------------------------- */

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  if (self->variant == UNET_NAIVE) return 0;
  (void)device;
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->outputs[0]);
  return x.n * x.h * (unet_elements(w) + w.c);
}

static unet_status launch_naive_weight_grad(const unet_call *call, const unet_lanes *lanes) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *dw = &call->outputs[0],
                    *db = &call->outputs[1];
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(dy),
                               UNET_DENSE(dw),
                               UNET_ARGUMENT(db->offset),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_SIZES(x),
                               UNET_ARGUMENT(dy->row_stride),
                               UNET_ARGUMENT(dy->plane_stride),
                               UNET_ARGUMENT(x->n)};
  unet_range range = {.global = {(size_t)(x->c * dy->c * 4 + dy->c), 1, 1}, .local = {1, 1, 1}};
  return launch_kernel(call, "conv_transpose_weight_grad_naive", &range, lanes, arguments,
                       sizeof arguments / sizeof *arguments);
}

static unet_status launch_conv_transpose_weight_grad(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  if (call->algorithm->variant == UNET_NAIVE) return launch_naive_weight_grad(call, &lanes);
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1];
  size_t n_parts = (size_t)x->n * (size_t)x->h;
  const unet_tensor *parts = unet_partials_of(call, n_parts);
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_PLANES(dy),
                               UNET_DENSE(parts),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(dy->c),
                               UNET_SIZES(x),
                               UNET_ARGUMENT(dy->row_stride),
                               UNET_ARGUMENT(dy->plane_stride)};
  unet_range range = row_range(&lanes, x, unet_divide_up((size_t)x->c, C_T) * (size_t)dy->c);
  UNET_TRY(launch_kernel(call, "conv_transpose_weight_grad", &range, &lanes, arguments,
                         sizeof arguments / sizeof *arguments));
  return unet_reduce_partials(call, n_parts);
}

/* Wide vectors have a program of their own. */
#define KERNELS(op, scratch, inputs)                               \
  UNET_ALGORITHM_BY_LANES(op, naive, UNET_NAIVE, scratch, inputs); \
  UNET_ALGORITHM_BY_LANES(op, group, UNET_GROUP, scratch, inputs); \
  const unet_kernels unet_kernels_##op = {                         \
      {&op##_naive, &unet_##op##_vector, &op##_group, &unet_##op##_clblast}, unet_layer_rule}

KERNELS(conv_transpose, NULL, 0);
KERNELS(conv_transpose_input_grad, NULL, 1u << 2);
KERNELS(conv_transpose_weight_grad, parts_floats, 0);
