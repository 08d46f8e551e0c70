/* How a variant spreads elements over vectors and work-items: the macros VW and LS of the kernels. */
#ifndef UNETCL_KERNELS_LANES_H
#define UNETCL_KERNELS_LANES_H

#include "base/alloc.h"
#include "kernels/kernel.h"

typedef struct unet_lanes {
  size_t vw;  /* floats in a vector */
  size_t ls;  /* work-items in a group, along axis 0 */
  size_t run; /* vectors that each work-item takes in turn, where the kernel loops over memory */
} unet_lanes;

unet_lanes unet_lanes_of(unet_variant variant, const unet_device_info *device);

/* "-DVW=16 -DLS=1" into options[64]. */
void unet_lanes_options(char options[64], const unet_lanes *lanes);

/* A range of `groups` groups of LS work-items along axis 0, and y by z single ones along the others. */
unet_range unet_lanes_range(const unet_lanes *lanes, size_t groups, size_t y, size_t z);

/* Defines an algorithm of an op that has others with other lanes: `launch_<op>` launches each, `scratch` (or
 * NULL) tells the workspace, `inputs` are those whose place the result may take (unet_choice's overwrites).
 */
#define UNET_ALGORITHM_BY_LANES(op, lanes, lanes_variant, scratch, inputs) \
  static const unet_algorithm op##_##lanes = {.name = #lanes,              \
                                              .variant = (lanes_variant),  \
                                              .workspace = (scratch),      \
                                              .overwrites = (inputs),      \
                                              .launch = launch_##op}

/* All three. */
#define UNET_ALGORITHMS_BY_LANES(op, scratch, inputs)                \
  UNET_ALGORITHM_BY_LANES(op, naive, UNET_NAIVE, scratch, inputs);   \
  UNET_ALGORITHM_BY_LANES(op, vector, UNET_VECTOR, scratch, inputs); \
  UNET_ALGORITHM_BY_LANES(op, group, UNET_GROUP, scratch, inputs)

/* The kernels of an op that has these algorithms and no others. */
#define UNET_KERNELS_BY_LANES(op, scratch, inputs) \
  UNET_ALGORITHMS_BY_LANES(op, scratch, inputs);   \
  const unet_kernels unet_kernels_##op = {{&op##_naive, &op##_vector, &op##_group}, NULL}

#endif
