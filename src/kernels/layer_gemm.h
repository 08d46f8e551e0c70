/* What the "clblast" algorithms of convolution and transposed convolution share: tensors of planes as
 * matrices, the kernels around the products, and the rule that picks them. */
#ifndef UNETCL_KERNELS_LAYER_GEMM_H
#define UNETCL_KERNELS_LAYER_GEMM_H

#include "device/gemm.h"
#include "kernels/lanes.h"

/* Columns of the matrix of a tensor: all pixels, and the zeros between the rows, but not the one after the
 * last row. So reads at a distance of up to one row and one pixel stay between lead and row of zeros. */
size_t unet_layer_positions(const unet_tensor *planes);

/* One image of planes as a matrix (channels, positions), each read `shift` floats further on. */
unet_matrix unet_layer_matrix(const unet_tensor *planes, cl_int image, cl_int shift, int transposed);

/* A launch of cl/<file>.cl with the lanes of UNET_GEMM: `elements` along axis 0, rounded up. */
unet_status unet_layer_launch(const unet_call *call, const char *file, const char *kernel,
                              const size_t elements[3], const unet_argument *arguments, size_t count);

/* For input gradients (dy, w, activation -> dx): the ELU derivative where the node wants it, and the zeros.
 */
unet_status unet_layer_finish_input_grad(const unet_call *call);

/* For weight gradients (x, dy, w -> dw, db): db. */
unet_status unet_layer_bias_grad(const unet_call *call);

/* The rule for layers with weights. */
unet_variant unet_layer_rule(const unet_device_info *device, const unet_graph *graph, const unet_node *node);

#endif
