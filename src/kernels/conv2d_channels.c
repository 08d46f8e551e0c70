/* Convolution by cl/conv2d_channels.cl: the lanes of a vector are results. */
#include "kernels/conv2d_channels.h"

#include <stdio.h>

#include "kernels/conv2d.h"
#include "kernels/lanes.h"

enum { ROWS = 2, COLUMNS = 4, TAPS = 9 }; /* of a block of pixels; of a kernel */

/* Two vectors by eight pixels fill half of the 32 AVX-512 registers, one those that AVX2 has. */
static size_t vectors_of(const unet_lanes *lanes) { return lanes->vw >= 16 ? 2 : 1; }

static unet_lanes lanes_of(const unet_device_info *device) { return unet_lanes_of(UNET_CHANNELS, device); }

static size_t blocks_of(const unet_lanes *lanes, size_t results) {
  return unet_divide_up(results, lanes->vw * vectors_of(lanes));
}

static bool fits(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  (void)device;
  return unet_shape_of(graph, node->inputs[1]).h == 3;
}

static size_t transformed_floats(const unet_device_info *device, const unet_graph *graph,
                                 const unet_node *node) {
  unet_shape w = unet_shape_of(graph, node->inputs[1]);
  unet_lanes lanes = lanes_of(device);
  return blocks_of(&lanes, w.n) * lanes.vw * vectors_of(&lanes) * w.c * TAPS;
}

static unet_status launch(const unet_call *call, const unet_lanes *lanes, bool transposed, const char *kernel,
                          const unet_range *range, const unet_argument *arguments, size_t count) {
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=1 -DRV=%zu -DTRANSPOSED=%d", lanes->vw, vectors_of(lanes),
           transposed);
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d_channels", options, kernel}, range, arguments,
                     count);
}

static unet_status transform_weights(const unet_call *call) {
  const unet_tensor *w = &call->inputs[1];
  unet_lanes lanes = lanes_of(unet_device_get_info(call->device));
  unet_argument arguments[] = {UNET_DENSE(w), UNET_DENSE(&call->transformed), UNET_ARGUMENT(w->n),
                               UNET_ARGUMENT(w->c)};
  unet_range range = {.global = {(size_t)w->c, blocks_of(&lanes, (size_t)w->n), 1}, .local = {1, 1, 1}};
  return launch(call, &lanes, false, "channel_weights", &range, arguments,
                sizeof arguments / sizeof *arguments);
}

/* Of the results that a group keeps for the transposed convolution. */
static size_t kept_bytes(size_t results) { return results * ROWS * COLUMNS * sizeof(float); }

static size_t blocks_of_pixels(size_t height, size_t width) {
  return unet_divide_up(height, ROWS) * unet_divide_up(width, COLUMNS);
}

/* The transposed convolution needs all results in one group, which may leave some cores none, a vector for
 * the 2 by 2 pixels of an output channel, and a program of its own. */
static int merges(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  enum { SPREAD = 4 };
  unet_shape y = unet_shape_of(graph, node->outputs[0]);
  unet_lanes lanes = lanes_of(device);
  bool enough = y.n * blocks_of_pixels(y.h, y.w) >= device->compute_units || blocks_of(&lanes, y.c) == 1;
  bool fits = lanes.vw * vectors_of(&lanes) >= SPREAD && kept_bytes(y.c) <= device->local_memory;
  return UNET_MERGE_POOLING | (!graph->few_programs && enough && fits ? UNET_MERGE_TRANSPOSED : 0);
}

static unet_status launch_conv2d(const unet_call *call) {
  const unet_tensor *x = &call->inputs[0], *b = &call->inputs[2], *y = &call->outputs[0];
  const unet_conv2d_merged merged = unet_conv2d_merged_of(call);
  unet_lanes lanes = lanes_of(unet_device_get_info(call->device));
  size_t blocks = blocks_of(&lanes, (size_t)y->c), kept = merged.transposed ? (size_t)y->c : 1;
  cl_int activation = unet_activation_of(call->node), use_pool = merged.pooling,
         span = merged.transposed ? (cl_int)blocks : 1;
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(&call->transformed),
                               UNET_DENSE(b),
                               UNET_PLANES(y),
                               UNET_PLANES(merged.to),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(merged.to->row_stride),
                               UNET_ARGUMENT(merged.to->plane_stride),
                               UNET_ARGUMENT(span),
                               UNET_ARGUMENT(activation),
                               UNET_ARGUMENT(use_pool),
                               UNET_ARGUMENT(merged.w_offset),
                               UNET_ARGUMENT(merged.b_offset),
                               UNET_ARGUMENT(merged.to->c),
                               UNET_LOCAL(kept_bytes(kept))};
  unet_range range = {.global = {blocks_of_pixels((size_t)y->h, (size_t)y->w),
                                 unet_divide_up(blocks, (size_t)span), (size_t)y->n},
                      .local = {1, 1, 1}};
  return launch(call, &lanes, merged.transposed, "conv2d_channels", &range, arguments,
                sizeof arguments / sizeof *arguments);
}

const unet_algorithm unet_conv2d_channels = {.name = "channels",
                                             .variant = UNET_CHANNELS,
                                             .merges = merges,
                                             .fits = fits,
                                             .transformed = transformed_floats,
                                             .transform = transform_weights,
                                             .launch = launch_conv2d};
