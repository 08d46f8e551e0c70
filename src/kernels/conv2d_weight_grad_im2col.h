/* Weight gradient of the convolution as a product of matrices, for layers of few pixels on CPUs. */
#ifndef UNETCL_KERNELS_CONV2D_WEIGHT_GRAD_IM2COL_H
#define UNETCL_KERNELS_CONV2D_WEIGHT_GRAD_IM2COL_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv2d_weight_grad_im2col;

#endif
