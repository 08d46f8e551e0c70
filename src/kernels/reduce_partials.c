#include "kernels/reduce_partials.h"

#include "base/alloc.h"

enum { GROUP = 64 }; /* work-items that share a launch's overhead; neighbours read neighbouring floats */

unet_status unet_reduce_partials(const unet_call *call, size_t weights, size_t biases, size_t parts) {
  const unet_tensor *partials = &call->workspace, *dw = &call->outputs[0], *db = &call->outputs[1];
  cl_int n_weights = (cl_int)weights, n_biases = (cl_int)biases, n_parts = (cl_int)parts;
  unet_argument arguments[] = {UNET_DENSE(partials),     UNET_DENSE(dw),          UNET_ARGUMENT(db->offset),
                               UNET_ARGUMENT(n_weights), UNET_ARGUMENT(n_biases), UNET_ARGUMENT(n_parts)};
  unet_range range = {.global = {unet_round_up(weights + biases, GROUP), 1, 1}, .local = {GROUP, 1, 1}};
  return unet_launch(call->device, &(unet_kernel_spec){"reduce_partials", "", "reduce_partials"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}
