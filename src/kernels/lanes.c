#include "kernels/lanes.h"

#include <stdio.h>

enum {
  CPU_RUN = 64,    /* vectors for a work-item: enough work to hide what a group costs on a CPU */
  GROUP_LANES = 64 /* two warps of NVIDIA, one wavefront of AMD, four sub-groups of Intel */
};

/* The kernels know vectors of 4, 8 and 16 floats. */
static size_t vector_width(unsigned native) {
  return native >= 16 ? 16 : native >= 8 ? 8 : native >= 4 ? 4 : 1;
}

unet_lanes unet_lanes_of(unet_variant variant, const unet_device_info *device) {
  switch (variant) {
    case UNET_VECTOR:
    case UNET_CHANNELS:
    case UNET_IM2COL:
      return (unet_lanes){.vw = vector_width(device->native_vector_width), .ls = 1, .run = CPU_RUN};
    case UNET_WINOGRAD: /* its vectors hold at least two runs of tiles, on every device */
      return (unet_lanes){
          .vw = vector_width(device->native_vector_width < 4 ? 4 : device->native_vector_width),
          .ls = 1,
          .run = 1};
    case UNET_GROUP:
    case UNET_GEMM:
      return (unet_lanes){.vw = 1, .ls = GROUP_LANES, .run = 1};
    case UNET_NAIVE:
      break;
  }
  return (unet_lanes){.vw = 1, .ls = 1, .run = 1};
}

void unet_lanes_options(char options[64], const unet_lanes *lanes) {
  snprintf(options, 64, "-DVW=%zu -DLS=%zu", lanes->vw, lanes->ls);
}

unet_range unet_lanes_range(const unet_lanes *lanes, size_t groups, size_t y, size_t z) {
  return (unet_range){.global = {groups * lanes->ls, y, z}, .local = {lanes->ls, 1, 1}};
}
