/* The norm of all gradients, squared: cl/gradient_norm.cl. */
#include "graph/layout.h"
#include "kernels/lanes.h"

/* Floats that one group sums; a multiple of every variant's LS * VW. */
enum { CHUNK = 16384 };

/* All gradients, their gaps included, lie in one region as long as that of the parameters; what the tensors
 * themselves hold, each rounded up, is the bound that planning knows. */
static size_t parts_floats(const unet_algorithm *self, const unet_device_info *device,
                           const unet_graph *graph, const unet_node *node) {
  size_t floats = 0;
  (void)self;
  (void)device;
  (void)node;
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kind == UNET_VALUE_PARAMETER)
      floats += unet_round_up(unet_elements(graph->values[i].shape), UNET_ALIGN_FLOATS);
  }
  return unet_divide_up(floats, CHUNK);
}

static unet_status launch_gradient_norm(const unet_call *call) {
  const unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_tensor *parts = &call->workspace, *sum = &call->outputs[0];
  const size_t chunks = unet_divide_up(call->parameter_floats, CHUNK);
  cl_int count = (cl_int)call->parameter_floats, chunk = CHUNK, n_parts = (cl_int)chunks;
  const unet_range range = unet_lanes_range(&lanes, chunks, 1, 1), one = {{1, 1, 1}, {1, 1, 1}};
  unet_argument to_parts[] = {UNET_ARGUMENT(call->regions[UNET_REGION_GRADIENTS]), UNET_DENSE(parts),
                              UNET_ARGUMENT(count), UNET_ARGUMENT(chunk)};
  unet_argument to_sum[] = {UNET_DENSE(parts), UNET_ARGUMENT(n_parts), UNET_DENSE(sum)};
  UNET_TRY(unet_launch(call->device, &(unet_kernel_spec){"gradient_norm", options, "gradient_norm_parts"},
                       &range, to_parts, sizeof to_parts / sizeof *to_parts));
  return unet_launch(call->device, &(unet_kernel_spec){"gradient_norm", options, "gradient_norm_sum"}, &one,
                     to_sum, sizeof to_sum / sizeof *to_sum);
}

UNET_KERNELS_BY_LANES(gradient_norm, parts_floats, 0);
