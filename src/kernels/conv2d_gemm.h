/* Convolution and its gradients as matrix products. */
#ifndef UNETCL_KERNELS_CONV2D_GEMM_H
#define UNETCL_KERNELS_CONV2D_GEMM_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv2d_clblast;
extern const unet_algorithm unet_conv2d_input_grad_clblast;
extern const unet_algorithm unet_conv2d_weight_grad_clblast;

#endif
