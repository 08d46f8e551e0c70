/* Transposed convolution and its gradients as matrix products. */
#ifndef UNETCL_KERNELS_CONV_TRANSPOSE_GEMM_H
#define UNETCL_KERNELS_CONV_TRANSPOSE_GEMM_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv_transpose_clblast;
extern const unet_algorithm unet_conv_transpose_input_grad_clblast;
extern const unet_algorithm unet_conv_transpose_weight_grad_clblast;

#endif
