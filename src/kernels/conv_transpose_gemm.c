/* One product for each image; cl/conv_transpose_gemm.cl has the formulas and the kernels around them. */
#include "kernels/conv_transpose_gemm.h"

#include "graph/layout.h"
#include "kernels/layer_gemm.h"

/* One image of the large side (shape y), as rows of positions of the small one. */
static size_t unfolded_floats(unet_shape y) { return y.c * 4 * unet_plane_stride(y.h / 2, y.w / 2); }

static size_t scattered_floats(const unet_algorithm *self, const unet_device_info *device,
                               const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  return unfolded_floats(unet_shape_of(graph, node->outputs[0]));
}

static size_t gathered_floats(const unet_algorithm *self, const unet_device_info *device,
                              const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  bool has_weight_grad = node->op == UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD;
  return unfolded_floats(unet_shape_of(graph, node->inputs[has_weight_grad ? 1 : 0]));
}

static unet_matrix unfolded_matrix(const unet_call *call, const unet_tensor *small, int transposed) {
  return (unet_matrix){call->workspace.buffer, call->workspace.offset, (size_t)small->plane_stride,
                       transposed};
}

/* Weights (C,O,2,2), or their gradient, as (C, O * 4). */
static unet_matrix weight_matrix(const unet_tensor *w, int transposed) {
  return (unet_matrix){w->buffer, w->offset, (size_t)w->c * 4, transposed};
}

static unet_status launch_scatter(const unet_call *call, cl_int image) {
  const unet_tensor *x = &call->inputs[0], *b = &call->inputs[2], *y = &call->outputs[0],
                    *t = &call->workspace;
  cl_ulong y_offset = y->offset + (cl_ulong)image * (cl_ulong)y->n_stride;
  unet_argument arguments[] = {UNET_DENSE(t),
                               UNET_DENSE(b),
                               UNET_ARGUMENT(y->buffer),
                               UNET_ARGUMENT(y_offset),
                               UNET_SIZES(x),
                               UNET_ARGUMENT(y->row_stride),
                               UNET_ARGUMENT(y->plane_stride)};
  const size_t elements[] = {(size_t)y->plane_stride, (size_t)y->c, 1};
  return unet_layer_launch(call, "conv_transpose_gemm", "conv_transpose_scatter", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

static unet_status launch_gather(const unet_call *call, const unet_tensor *dy, const unet_tensor *small,
                                 cl_int image) {
  const unet_tensor *t = &call->workspace;
  cl_ulong dy_offset = dy->offset + (cl_ulong)image * (cl_ulong)dy->n_stride;
  unet_argument arguments[] = {
      UNET_ARGUMENT(dy->buffer), UNET_ARGUMENT(dy_offset),      UNET_DENSE(t),
      UNET_SIZES(small),         UNET_ARGUMENT(dy->row_stride), UNET_ARGUMENT(dy->plane_stride)};
  const size_t elements[] = {(size_t)small->plane_stride, (size_t)dy->c, 1};
  return unet_layer_launch(call, "conv_transpose_gemm", "conv_transpose_gather", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

static unet_status launch_conv_transpose(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *y = &call->outputs[0];
  const unet_matrix w = weight_matrix(&call->inputs[1], 1), t = unfolded_matrix(call, x, 0);
  for (cl_int n = 0; n < x->n; n++) {
    const unet_matrix image = unet_layer_matrix(x, n, 0, 0);
    UNET_TRY(unet_gemm(call->device, (size_t)y->c * 4, unet_layer_positions(x), (size_t)x->c, 1.0f, &w,
                       &image, 0.0f, &t));
    UNET_TRY(launch_scatter(call, n));
  }
  return UNET_OK;
}

static unet_status launch_conv_transpose_input_grad(const unet_call *call) {
  const unet_tensor *dy = &call->inputs[0], *dx = &call->outputs[0];
  const unet_matrix w = weight_matrix(&call->inputs[1], 0), t = unfolded_matrix(call, dx, 0);
  for (cl_int n = 0; n < dx->n; n++) {
    UNET_TRY(launch_gather(call, dy, dx, n));
    const unet_matrix image = unet_layer_matrix(dx, n, 0, 0);
    UNET_TRY(unet_gemm(call->device, (size_t)dx->c, unet_layer_positions(dx), (size_t)dy->c * 4, 1.0f, &w, &t,
                       0.0f, &image));
  }
  return unet_layer_finish_input_grad(call);
}

static unet_status launch_conv_transpose_weight_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1];
  const unet_matrix dw = weight_matrix(&call->outputs[0], 0), t = unfolded_matrix(call, x, 1);
  for (cl_int n = 0; n < x->n; n++) {
    UNET_TRY(launch_gather(call, dy, x, n));
    const unet_matrix image = unet_layer_matrix(x, n, 0, 0);
    UNET_TRY(unet_gemm(call->device, (size_t)x->c, (size_t)dy->c * 4, unet_layer_positions(x), 1.0f, &image,
                       &t, n ? 1.0f : 0.0f, &dw));
  }
  return unet_layer_bias_grad(call);
}

const unet_algorithm unet_conv_transpose_clblast = {
    .name = "clblast", .variant = UNET_GEMM, .workspace = scattered_floats, .launch = launch_conv_transpose};
const unet_algorithm unet_conv_transpose_input_grad_clblast = {.name = "clblast",
                                                               .variant = UNET_GEMM,
                                                               .workspace = gathered_floats,
                                                               .launch = launch_conv_transpose_input_grad};
const unet_algorithm unet_conv_transpose_weight_grad_clblast = {.name = "clblast",
                                                                .variant = UNET_GEMM,
                                                                .workspace = gathered_floats,
                                                                .launch = launch_conv_transpose_weight_grad};
