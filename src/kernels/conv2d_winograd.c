/* Convolution and its input gradient by cl/conv2d_winograd.cl: transforms the kernels, then filters the
 * tiles. */
#include <stdio.h>

#include "kernels/conv2d.h"
#include "kernels/winograd.h"

/* How the work is cut. */
typedef struct tiling {
  unet_tiles tiles;
  size_t xv;       /* vectors of tiles for a group */
  size_t span;     /* blocks of results for a group */
  size_t together; /* of them multiplied at a time */
  size_t scratch;  /* bytes of local memory */
} tiling;

/* What a group keeps: the transformed pixels of all channels, the products of `together` blocks of results,
 * and the pixels of `kept` results. */
static size_t scratch_bytes(size_t vw, size_t xv, size_t channels, size_t together, size_t kept) {
  size_t vectors = (channels + together * UNET_TILES_CHANNELS) * xv + 2;
  size_t kept_vectors = kept * xv * 2 * UNET_WINOGRAD_ROWS;
  return (UNET_WINOGRAD_COMPONENTS * vectors + kept_vectors) * vw * sizeof(float);
}

/* Three vectors by eight results fill the registers; two where so few channels make the transforms, which
 * want the nearest cache, the larger part, or where there would be too few groups for the cores; one only
 * where the scratch memory asks for it. Two blocks of results at a time find the pixels in the nearest cache
 * the second time; with more, the products take the place of what is needed there. With `transposed` after
 * it a group has all results, and keeps them. */
static tiling tiling_of(const unet_device_info *device, unet_shape x, size_t results, bool transposed) {
  size_t blocks = unet_tiles_blocks(results), kept = transposed ? results : 0;
  size_t budget = unet_tiles_budget(device);
  tiling t = {unet_tiles_of(device, UNET_WINOGRAD_ROWS, x.n, x.h, x.w), 3, blocks, 1, 0};
  if (x.c < 32 || unet_divide_up(t.tiles.vectors, 3) < (size_t)device->compute_units * 2) t.xv = 2;
  while (t.xv > 1 && scratch_bytes(t.tiles.vw, t.xv, x.c, 1, kept) > budget) t.xv--;
  if (!transposed) unet_tiles_share(&t.span, device, unet_divide_up(t.tiles.vectors, t.xv), blocks);
  if (t.span > 1 && scratch_bytes(t.tiles.vw, t.xv, x.c, 2, kept) <= budget) t.together = 2;
  t.scratch = scratch_bytes(t.tiles.vw, t.xv, x.c, t.together, kept);
  return t;
}

static bool fits(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]), w = unet_shape_of(graph, node->inputs[1]);
  size_t vw = unet_lanes_of(UNET_WINOGRAD, device).vw;
  return w.h == 3 && scratch_bytes(vw, 1, x.c, 1, 0) <= unet_tiles_budget(device);
}

/* The transposed convolution needs all results in one group, which leaves small layers too few groups, and a
 * program of its own. */
static int merges(const unet_device_info *device, const unet_graph *graph, const unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]), y = unet_shape_of(graph, node->outputs[0]);
  tiling t = tiling_of(device, x, y.c, false);
  bool whole = !graph->few_programs && t.span == unet_tiles_blocks(y.c) &&
               scratch_bytes(t.tiles.vw, 1, x.c, 1, y.c) <= unet_tiles_budget(device);
  return UNET_MERGE_POOLING | (whole ? UNET_MERGE_TRANSPOSED : 0);
}

static size_t transformed_floats(const unet_device_info *device, const unet_graph *graph,
                                 const unet_node *node) {
  (void)device;
  unet_shape x = unet_shape_of(graph, node->inputs[0]), result = unet_shape_of(graph, node->outputs[0]);
  return unet_winograd_kernel_floats(result.c, x.c);
}

static unet_status transform_weights(const unet_call *call) {
  cl_int backward = unet_conv2d_is_backward(call);
  const unet_tensor *x = &call->inputs[0], *w = &call->inputs[1], *result = &call->outputs[0],
                    *transformed = &call->transformed;
  unet_argument arguments[] = {UNET_DENSE(w), UNET_DENSE(transformed), UNET_ARGUMENT(result->c),
                               UNET_ARGUMENT(x->c), UNET_ARGUMENT(backward)};
  unet_range range = {.global = {(size_t)x->c, unet_tiles_blocks((size_t)result->c), 1}, .local = {1, 1, 1}};
  return unet_launch(call->device, &(unet_kernel_spec){"winograd_weights", "", "winograd_weights"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}

static unet_shape shape_of(const unet_tensor *t) {
  return (unet_shape){(size_t)t->n, (size_t)t->c, (size_t)t->h, (size_t)t->w};
}

static unet_status filter_tiles(const unet_call *call) {
  const unet_conv2d_finish f = unet_conv2d_finish_of(call);
  const unet_tensor *x = &call->inputs[0], *y = &call->outputs[0], *w = &call->transformed;
  const unet_conv2d_merged merged = unet_conv2d_merged_of(call);
  tiling t = tiling_of(unet_device_get_info(call->device), shape_of(x), (size_t)y->c, merged.transposed);
  char options[96];
  snprintf(options, sizeof options, "-DVW=%zu -DLS=1 -DRUN=%zu -DXV=%zu -DTRANSPOSED=%d", t.tiles.vw,
           t.tiles.run, t.xv, merged.transposed);
  cl_int span = (cl_int)t.span, together = (cl_int)t.together, use_pool = merged.pooling;
  unet_argument arguments[] = {UNET_PLANES(x),
                               UNET_DENSE(w),
                               UNET_DENSE(f.bias),
                               UNET_PLANES(f.act),
                               UNET_PLANES(y),
                               UNET_PLANES(merged.to),
                               UNET_ARGUMENT(x->c),
                               UNET_ARGUMENT(y->c),
                               UNET_ARGUMENT(x->n),
                               UNET_SIZES(y),
                               UNET_ARGUMENT(merged.to->row_stride),
                               UNET_ARGUMENT(merged.to->plane_stride),
                               UNET_ARGUMENT(span),
                               UNET_ARGUMENT(together),
                               UNET_ARGUMENT(f.use_bias),
                               UNET_ARGUMENT(f.activation),
                               UNET_ARGUMENT(f.use_act),
                               UNET_ARGUMENT(use_pool),
                               UNET_ARGUMENT(merged.w_offset),
                               UNET_ARGUMENT(merged.b_offset),
                               UNET_ARGUMENT(merged.to->c),
                               UNET_LOCAL(t.scratch)};
  unet_range range = {.global = {unet_divide_up(t.tiles.vectors, t.xv),
                                 unet_divide_up(unet_tiles_blocks((size_t)y->c), t.span), 1},
                      .local = {1, 1, 1}};
  return unet_launch(call->device, &(unet_kernel_spec){"conv2d_winograd", options, "conv2d_winograd"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}

const unet_algorithm unet_conv2d_winograd = {.name = "winograd",
                                             .variant = UNET_WINOGRAD,
                                             .merges = merges,
                                             .fits = fits,
                                             .transformed = transformed_floats,
                                             .transform = transform_weights,
                                             .launch = filter_tiles};
const unet_algorithm unet_conv2d_input_grad_winograd = {.name = "winograd",
                                                        .variant = UNET_WINOGRAD,
                                                        .overwrites = 1u << 2,
                                                        .fits = fits,
                                                        .transformed = transformed_floats,
                                                        .transform = transform_weights,
                                                        .launch = filter_tiles};
