/* The second pass of the weight gradients. */
#ifndef UNETCL_KERNELS_REDUCE_PARTIALS_H
#define UNETCL_KERNELS_REDUCE_PARTIALS_H

#include "kernels/kernel.h"

/* Where the first pass writes its parts, each dw and then db: into the workspace; where there is one part and
 * db lies right after dw, into those, so that nothing is left to add up. */
const unet_tensor *unet_partials_of(const unet_call *call, size_t parts);

/* Adds the parts into the call's two outputs, dw and db, in a fixed order. */
unet_status unet_reduce_partials(const unet_call *call, size_t parts);

#endif
