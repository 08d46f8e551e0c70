/* Transposed convolution and its gradients for wide vectors. */
#ifndef UNETCL_KERNELS_CONV_TRANSPOSE_VECTOR_H
#define UNETCL_KERNELS_CONV_TRANSPOSE_VECTOR_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv_transpose_vector;
extern const unet_algorithm unet_conv_transpose_input_grad_vector;
extern const unet_algorithm unet_conv_transpose_weight_grad_vector;

#endif
