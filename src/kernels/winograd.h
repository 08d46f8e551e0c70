/* Winograd's minimal filtering F(4x2, 3x3) for convolutions and their gradients: what the hosts of
 * cl/conv2d_winograd.cl and cl/conv2d_weight_grad_winograd.cl share. For CPUs: the transformed pixels of a
 * group stay in its core's cache. */
#ifndef UNETCL_KERNELS_WINOGRAD_H
#define UNETCL_KERNELS_WINOGRAD_H

#include "kernels/kernel.h"

extern const unet_algorithm unet_conv2d_winograd;
extern const unet_algorithm unet_conv2d_input_grad_winograd;
extern const unet_algorithm unet_conv2d_weight_grad_winograd;

/* Components of a tile, and output channels in registers: the latter as in both programs. */
enum { UNET_WINOGRAD_COMPONENTS = 24, UNET_WINOGRAD_OC_T = 8 };

/* How the tiles of a batch lie in vectors. */
typedef struct unet_winograd_tiles {
  size_t vw;      /* floats in a vector */
  size_t run;     /* pixels in a run of tiles along x: vw or vw / 2, what leaves fewer lanes empty */
  size_t vectors; /* of tiles, in all images */
} unet_winograd_tiles;
unet_winograd_tiles unet_winograd_tiles_of(const unet_device_info *device, size_t images, size_t height,
                                           size_t width);

static inline size_t unet_winograd_blocks(size_t channels) {
  return (channels + UNET_WINOGRAD_OC_T - 1) / UNET_WINOGRAD_OC_T;
}

/* Bytes of local memory that a group may fill: two thirds, for what streams through the cache beside it. */
size_t unet_winograd_budget(const unet_device_info *device);

/* A rule (unet_kernels) for the three ops: the algorithm where it fits and was measured to pay. */
unet_variant unet_winograd_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node);

#endif
