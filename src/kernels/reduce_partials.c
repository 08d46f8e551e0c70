#include "kernels/reduce_partials.h"

#include "base/alloc.h"
#include "kernels/lanes.h"

/* Work-items that share a launch's overhead; neighbours read neighbouring floats. */
static const unet_lanes lanes = {.vw = 1, .ls = 64, .run = 1};

static size_t elements(const unet_tensor *t) { return (size_t)t->n * (size_t)(t->c * t->h * t->w); }

const unet_tensor *unet_partials_of(const unet_call *call, size_t parts) {
  const unet_tensor *dw = &call->outputs[0], *db = &call->outputs[1];
  return parts == 1 && db->offset == dw->offset + elements(dw) ? dw : &call->workspace;
}

unet_status unet_reduce_partials(const unet_call *call, size_t parts) {
  const unet_tensor *partials = unet_partials_of(call, parts), *dw = &call->outputs[0],
                    *db = &call->outputs[1];
  if (partials == dw) return UNET_OK;
  cl_int weights = (cl_int)elements(dw), biases = (cl_int)elements(db), n_parts = (cl_int)parts;
  unet_argument arguments[] = {UNET_DENSE(partials),   UNET_DENSE(dw),        UNET_ARGUMENT(db->offset),
                               UNET_ARGUMENT(weights), UNET_ARGUMENT(biases), UNET_ARGUMENT(n_parts)};
  char options[64];
  unet_lanes_options(options, &lanes);
  unet_range range =
      unet_lanes_range(&lanes, unet_divide_up((size_t)weights + (size_t)biases, lanes.ls), 1, 1);
  return unet_launch(call->device, &(unet_kernel_spec){"reduce_partials", options, "reduce_partials"}, &range,
                     arguments, sizeof arguments / sizeof *arguments);
}
