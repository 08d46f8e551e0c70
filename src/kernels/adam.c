/* Adam over the whole parameter region: cl/adam.cl. */
#include "kernels/lanes.h"

static unet_status launch_adam(const unet_call *call) {
  unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[64];
  unet_lanes_options(options, &lanes);
  const cl_mem *regions = call->regions;
  const unet_tensor *rate = &call->inputs[0];
  cl_int count = (cl_int)call->parameter_floats, run = (cl_int)lanes.run;
  unet_range range =
      unet_lanes_range(&lanes, unet_divide_up(call->parameter_floats, lanes.vw * lanes.ls * lanes.run), 1, 1);
  unet_argument arguments[] = {UNET_ARGUMENT(regions[UNET_REGION_PARAMETERS]),
                               UNET_ARGUMENT(regions[UNET_REGION_GRADIENTS]),
                               UNET_ARGUMENT(regions[UNET_REGION_FIRST_MOMENT]),
                               UNET_ARGUMENT(regions[UNET_REGION_SECOND_MOMENT]),
                               UNET_DENSE(rate),
                               UNET_ARGUMENT(count),
                               UNET_ARGUMENT(run)};
  return unet_launch(call->device, &(unet_kernel_spec){"adam", options, "adam"}, &range, arguments,
                     sizeof arguments / sizeof *arguments);
}

UNET_KERNELS_BY_LANES(adam, NULL);
