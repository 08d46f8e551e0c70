/* Glorot uniform initialisation on the device (Glorot and Bengio 2010). */
#ifndef UNETCL_KERNELS_GLOROT_UNIFORM_H
#define UNETCL_KERNELS_GLOROT_UNIFORM_H

#include "device/device.h"

/* Fills `count` floats at `offset` with U(-limit, limit): element i is made of word i % 4 of Philox block
 * i / 4 with key `seed` and counter (i / 4, 0, stream, 0), 24 bits (see base/rng.h). The same bits on
 * every device. */
unet_status unet_glorot_uniform(unet_device *device, cl_mem buffer, size_t offset, size_t count, float limit,
                                uint64_t seed, uint32_t stream);

#endif
