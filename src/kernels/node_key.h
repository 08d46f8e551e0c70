/* What tells nodes apart that may run at different speeds, as text. */
#ifndef UNETCL_KERNELS_NODE_KEY_H
#define UNETCL_KERNELS_NODE_KEY_H

#include "graph/graph.h"

enum { UNET_NODE_KEY_BYTES = 192 };

/* "conv2d n8 16->32 128x128 k3 elu": op, images, channels read and made, height and width of what it reads
 * first, kernel size where there are weights, and what is fused into it; "kept" where weights are the same in
 * every run, so that they are transformed once. What works on whole regions (adam, gradient_norm) has the
 * number of parameters instead. */
void unet_node_key(char key[UNET_NODE_KEY_BYTES], const unet_graph *graph, const unet_node *node);

#endif
