/* Winograd's minimal filtering F(4x2, 3x3) for convolutions and their gradients: what the hosts of
 * cl/conv2d_winograd.cl and cl/conv2d_weight_grad_winograd.cl share. For CPUs: the transformed pixels of a
 * group stay in its core's cache. */
#ifndef UNETCL_KERNELS_WINOGRAD_H
#define UNETCL_KERNELS_WINOGRAD_H

#include "kernels/tiles.h"

extern const unet_algorithm unet_conv2d_winograd;
extern const unet_algorithm unet_conv2d_input_grad_winograd;
extern const unet_algorithm unet_conv2d_weight_grad_winograd;

enum { UNET_WINOGRAD_ROWS = 4, UNET_WINOGRAD_COMPONENTS = 24 }; /* of a tile */

/* Floats of all components of kernels for so many results and channels, see cl/winograd_layout.cl. */
static inline size_t unet_winograd_kernel_floats(size_t results, size_t channels) {
  return unet_tiles_blocks(results) * (channels + 2) * UNET_TILES_CHANNELS * UNET_WINOGRAD_COMPONENTS;
}

/* A rule (unet_kernels): the algorithm where it was measured to pay. */
unet_variant unet_winograd_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node);

#endif
