/* One product for each image and kernel position, straight from and to the planes; cl/conv2d_gemm.cl has the
 * formula and the kernels around it. */
#include "kernels/conv2d_gemm.h"

#include "kernels/conv2d.h"
#include "kernels/layer_gemm.h"

/* The weights, kernel position by kernel position. */
static size_t packed_floats(const unet_algorithm *self, const unet_device_info *device,
                            const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  return unet_elements(unet_shape_of(graph, node->inputs[1]));
}

static size_t packed_grad_floats(const unet_algorithm *self, const unet_device_info *device,
                                 const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  return unet_elements(unet_shape_of(graph, node->outputs[0]));
}

/* Floats from a position to the one that kernel position `tap` reads; w are weights, or their gradient. */
static cl_int shift_of(const unet_tensor *w, cl_int tap, cl_int row_stride) {
  return (tap / w->w - w->w / 2) * row_stride + tap % w->w - w->w / 2;
}

/* The weights (O,I) of a kernel position in the workspace. */
static unet_matrix packed_matrix(const unet_call *call, const unet_tensor *w, cl_int tap, int transposed) {
  return (unet_matrix){call->workspace.buffer, call->workspace.offset + (size_t)tap * (size_t)(w->n * w->c),
                       (size_t)w->c, transposed};
}

static unet_status launch_transpose(const unet_call *call, const unet_tensor *from, const unet_tensor *to,
                                    cl_int rows, cl_int columns) {
  unet_argument arguments[] = {UNET_DENSE(from), UNET_DENSE(to), UNET_ARGUMENT(rows), UNET_ARGUMENT(columns)};
  const size_t elements[] = {(size_t)rows * (size_t)columns, 1, 1};
  return unet_layer_launch(call, "conv2d_gemm", "transpose", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

static unet_status launch_finish(const unet_call *call) {
  const unet_tensor *b = &call->inputs[2], *y = &call->outputs[0];
  cl_int activation = unet_activation_of(call->node);
  unet_argument arguments[] = {UNET_DENSE(b), UNET_PLANES(y), UNET_SIZES(y), UNET_ARGUMENT(activation)};
  const size_t elements[] = {(size_t)y->plane_stride, (size_t)y->c, (size_t)y->n};
  return unet_layer_launch(call, "conv2d_gemm", "conv2d_finish", elements, arguments,
                           sizeof arguments / sizeof *arguments);
}

/* out (c,p) = sum over taps of w_tap in (c,p + shift); backwards: with w_tap transposed and p - shift. */
static unet_status add_taps(const unet_call *call, const unet_tensor *in, const unet_tensor *out,
                            bool backwards) {
  const unet_tensor *w = &call->inputs[1];
  UNET_TRY(launch_transpose(call, w, &call->workspace, w->n * w->c, w->h * w->w));
  size_t positions = unet_layer_positions(out);
  for (cl_int n = 0; n < out->n; n++) {
    const unet_matrix result = unet_layer_matrix(out, n, 0, 0);
    for (cl_int tap = 0; tap < w->h * w->w; tap++) {
      cl_int shift = shift_of(w, tap, in->row_stride);
      const unet_matrix weights = packed_matrix(call, w, tap, backwards),
                        read = unet_layer_matrix(in, n, backwards ? -shift : shift, 0);
      UNET_TRY(unet_gemm(call->device, (size_t)out->c, positions, (size_t)in->c, 1.0f, &weights, &read,
                         tap ? 1.0f : 0.0f, &result));
    }
  }
  return UNET_OK;
}

static unet_status launch_conv2d(const unet_call *call) {
  UNET_TRY(add_taps(call, &call->inputs[0], &call->outputs[0], false));
  return launch_finish(call);
}

static unet_status launch_conv2d_input_grad(const unet_call *call) {
  UNET_TRY(add_taps(call, &call->inputs[0], &call->outputs[0], true));
  return unet_layer_finish_input_grad(call);
}

/* dw_tap (O,I) = sum over images of dy (O,p) x' (p + shift,I). */
static unet_status launch_conv2d_weight_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *dy = &call->inputs[1], *dw = &call->outputs[0];
  cl_int taps = dw->h * dw->w;
  for (cl_int tap = 0; tap < taps; tap++) {
    const unet_matrix sum = packed_matrix(call, dw, tap, 0);
    for (cl_int n = 0; n < x->n; n++) {
      const unet_matrix left = unet_layer_matrix(dy, n, 0, 0),
                        right = unet_layer_matrix(x, n, shift_of(dw, tap, x->row_stride), 1);
      UNET_TRY(unet_gemm(call->device, (size_t)dy->c, (size_t)x->c, unet_layer_positions(x), 1.0f, &left,
                         &right, n ? 1.0f : 0.0f, &sum));
    }
  }
  UNET_TRY(launch_transpose(call, &call->workspace, dw, taps, dw->n * dw->c));
  return unet_layer_bias_grad(call);
}

const unet_algorithm unet_conv2d_clblast = {
    .name = "clblast", .variant = UNET_GEMM, .workspace = packed_floats, .launch = launch_conv2d};
const unet_algorithm unet_conv2d_input_grad_clblast = {
    .name = "clblast", .variant = UNET_GEMM, .workspace = packed_floats, .launch = launch_conv2d_input_grad};
const unet_algorithm unet_conv2d_weight_grad_clblast = {.name = "clblast",
                                                        .variant = UNET_GEMM,
                                                        .workspace = packed_grad_floats,
                                                        .launch = launch_conv2d_weight_grad};
