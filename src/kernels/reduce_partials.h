/* The second pass of the weight gradients. */
#ifndef UNETCL_KERNELS_REDUCE_PARTIALS_H
#define UNETCL_KERNELS_REDUCE_PARTIALS_H

#include "kernels/kernel.h"

/* Adds `parts` parts of `weights` + `biases` floats in the call's workspace into its two outputs, in a fixed
 * order. */
unet_status unet_reduce_partials(const unet_call *call, size_t weights, size_t biases, size_t parts);

#endif
