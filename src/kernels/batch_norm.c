/* Batch normalisation and its gradient: cl/batch_norm.cl, sums in two passes, then the result. */
#include "graph/layout.h"
#include "kernels/lanes.h"

/* Positions that one group takes; a multiple of every variant's LS * VW. */
enum { CHUNK = 4096, SUMS = 2 };

static size_t chunks_of(size_t h, size_t row_stride) { return unet_divide_up(h * row_stride, CHUNK); }

static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  (void)self;
  (void)device;
  const unet_shape x = unet_shape_of(graph, node->inputs[0]);
  return x.n * x.c * chunks_of(x.h, unet_row_stride(x.w)) * SUMS;
}

static unet_status launch(const unet_call *call, const char *kernel, const unet_range *range,
                          const unet_argument *arguments, size_t count) {
  const unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  return unet_launch(call->device, &(unet_kernel_spec){"batch_norm", options, kernel}, range, arguments,
                     count);
}

/* Passes over `positions` of each plane of x. */
static unet_range planes_range(const unet_call *call, size_t positions) {
  const unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  const unet_tensor *x = &call->inputs[0];
  return unet_lanes_range(&lanes, unet_divide_up(positions, CHUNK), (size_t)x->c, (size_t)x->n);
}

static unet_range pixels_range(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0];
  return planes_range(call, (size_t)x->h * (size_t)x->row_stride);
}

/* One work-item for each channel. */
static unet_range channels_range(const unet_call *call) {
  return (unet_range){.global = {(size_t)call->inputs[0].c, 1, 1}, .local = {1, 1, 1}};
}

/* Of one channel. */
static cl_int parts_count(const unet_tensor *x) {
  return (cl_int)(chunks_of((size_t)x->h, (size_t)x->row_stride) * (size_t)x->n);
}

static float pixels_of(const unet_tensor *x) { return (float)x->n * (float)x->h * (float)x->w; }

static const cl_int chunk = CHUNK;

#define LAUNCH(call, kernel, range, arguments) \
  launch(call, kernel, &(range), arguments, sizeof(arguments) / sizeof *(arguments))

/* --- forward ------------------------------------------------------------------------------------------ */

static unet_status launch_statistics(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *parts = &call->workspace, *statistics = &call->outputs[1];
  const cl_int count = parts_count(x);
  const float pixels = pixels_of(x);
  const unet_range all = pixels_range(call), channels = channels_range(call);
  const unet_argument sum[] = {UNET_PLANES(x), UNET_DENSE(parts), UNET_SIZES(x), UNET_ARGUMENT(chunk)};
  const unet_argument finish[] = {
      UNET_PLANES(x),      UNET_DENSE(parts),    UNET_DENSE(statistics), UNET_ARGUMENT(x->plane_stride),
      UNET_ARGUMENT(x->c), UNET_ARGUMENT(count), UNET_ARGUMENT(pixels)};
  UNET_TRY(LAUNCH(call, "batch_norm_parts", all, sum));
  return LAUNCH(call, "batch_norm_statistics", channels, finish);
}

static unet_status launch_batch_norm(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *norm = &call->inputs[1], *y = &call->outputs[0],
                    *statistics = &call->outputs[1];
  const cl_int elu = call->node->attributes.elu;
  const unet_range range = planes_range(call, (size_t)x->plane_stride);
  const unet_argument arguments[] = {UNET_PLANES(x),      UNET_DENSE(norm),  UNET_DENSE(statistics),
                                     UNET_PLANES(y),      UNET_SIZES(x),     UNET_ARGUMENT(chunk),
                                     UNET_ARGUMENT(x->c), UNET_ARGUMENT(elu)};
  UNET_TRY(launch_statistics(call));
  return LAUNCH(call, "batch_norm_apply", range, arguments);
}

/* --- gradient ----------------------------------------------------------------------------------------- */

static unet_status launch_sums(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *statistics = &call->inputs[2], *dy = &call->inputs[3],
                    *parts = &call->workspace, *dnorm = &call->outputs[1];
  const cl_int count = parts_count(x);
  const unet_range all = pixels_range(call), channels = channels_range(call);
  const unet_argument sum[] = {UNET_PLANES(x),     UNET_PLANES(dy), UNET_DENSE(statistics),
                               UNET_DENSE(parts),  UNET_SIZES(x),   UNET_ARGUMENT(chunk),
                               UNET_ARGUMENT(x->c)};
  const unet_argument finish[] = {UNET_DENSE(parts), UNET_DENSE(dnorm), UNET_ARGUMENT(x->c),
                                  UNET_ARGUMENT(count)};
  UNET_TRY(LAUNCH(call, "batch_norm_grad_parts", all, sum));
  return LAUNCH(call, "batch_norm_grad_sum", channels, finish);
}

static unet_status launch_batch_norm_grad(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *norm = &call->inputs[1], *statistics = &call->inputs[2],
                    *dy = &call->inputs[3], *dx = &call->outputs[0], *dnorm = &call->outputs[1];
  const float pixels = pixels_of(x);
  const unet_range range = planes_range(call, (size_t)x->plane_stride);
  const unet_argument arguments[] = {
      UNET_PLANES(x),  UNET_PLANES(dy), UNET_DENSE(norm),     UNET_DENSE(statistics), UNET_DENSE(dnorm),
      UNET_PLANES(dx), UNET_SIZES(x),   UNET_ARGUMENT(chunk), UNET_ARGUMENT(x->c),    UNET_ARGUMENT(pixels)};
  UNET_TRY(launch_sums(call));
  return LAUNCH(call, "batch_norm_grad_apply", range, arguments);
}

UNET_KERNELS_BY_LANES(batch_norm, parts_floats, 0);
UNET_KERNELS_BY_LANES(batch_norm_grad, parts_floats, 1u << 3);
