/* Convolutions 3x3 of layers of few pixels in wide vectors of results: for CPUs. */
#ifndef UNETCL_KERNELS_CONV2D_CHANNELS_H
#define UNETCL_KERNELS_CONV2D_CHANNELS_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv2d_channels;

#endif
