/* Adam over the whole parameter region: cl/adam.cl. */
#include <stdio.h>

#include "kernels/lanes.h"

static void adam_options(char options[96], const unet_adam_form *form, const unet_lanes *lanes) {
  char shape[64];
  unet_lanes_options(shape, lanes);
  (void)snprintf(options, 96, "%s%s%s", shape, form->clip > 0.0f ? " -DCLIP=1" : "",
                 form->average ? " -DAVERAGE=1" : "");
}

static unet_status launch_adam(const unet_call *call) {
  const unet_adam_form *form = &call->node->attributes.adam;
  const unet_lanes lanes = unet_lanes_of(call->algorithm->variant, unet_device_get_info(call->device));
  char options[96];
  adam_options(options, form, &lanes);
  const cl_mem *regions = call->regions;
  const cl_mem *average = &regions[form->average ? UNET_REGION_AVERAGE : UNET_REGION_PARAMETERS];
  const unet_tensor *scalars = &call->inputs[0], *norm = &call->inputs[form->clip > 0.0f ? 1 : 0];
  cl_int count = (cl_int)call->parameter_floats, run = (cl_int)lanes.run;
  unet_range range =
      unet_lanes_range(&lanes, unet_divide_up(call->parameter_floats, lanes.vw * lanes.ls * lanes.run), 1, 1);
  unet_argument arguments[] = {UNET_ARGUMENT(regions[UNET_REGION_PARAMETERS]),
                               UNET_ARGUMENT(regions[UNET_REGION_GRADIENTS]),
                               UNET_ARGUMENT(regions[UNET_REGION_FIRST_MOMENT]),
                               UNET_ARGUMENT(regions[UNET_REGION_SECOND_MOMENT]),
                               UNET_ARGUMENT(*average),
                               UNET_DENSE(scalars),
                               UNET_DENSE(norm),
                               UNET_ARGUMENT(form->clip),
                               UNET_ARGUMENT(count),
                               UNET_ARGUMENT(run)};
  return unet_launch(call->device, &(unet_kernel_spec){"adam", options, "adam"}, &range, arguments,
                     sizeof arguments / sizeof *arguments);
}

UNET_KERNELS_BY_LANES(adam, NULL, 0);
