#include "kernels/augment.h"

#include <stdio.h>

#include "kernels/lanes.h"

unet_variant unet_augment_variant(const unet_device *device) {
  return unet_device_get_info(device)->type == UNET_DEVICE_CPU ? UNET_VECTOR : UNET_GROUP;
}

unet_status unet_augment_launch(unet_device *device, unet_variant variant, const unet_tensor *images,
                                const unet_tensor *target, cl_mem sources, cl_mem masks, cl_mem items) {
  const unet_lanes lanes = unet_lanes_of(variant, unet_device_get_info(device));
  char by_lanes[64], options[96];
  unet_lanes_options(by_lanes, &lanes);
  snprintf(options, sizeof options, "%s -DCHANNELS=%d", by_lanes, (int)images->c);
  const unet_kernel_spec spec = {"augment", options, "augment"};
  /* With vectors a group of one work-item takes a whole row. */
  const size_t groups = variant == UNET_VECTOR ? 1 : unet_divide_up((size_t)images->w, lanes.ls);
  const unet_range range = unet_lanes_range(&lanes, groups, (size_t)images->h, (size_t)images->n);
  const unet_argument arguments[] = {UNET_PLANES(images),    UNET_PLANES(target),  UNET_SIZES(images),
                                     UNET_ARGUMENT(sources), UNET_ARGUMENT(masks), UNET_ARGUMENT(items)};
  return unet_launch(device, &spec, &range, arguments, sizeof arguments / sizeof *arguments);
}
