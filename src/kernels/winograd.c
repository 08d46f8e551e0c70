#include "kernels/winograd.h"

#include "kernels/layer_gemm.h"

/* The transforms cost as much for each channel as some multiplications, and those of the weights as some
 * pixels: below these limits direct tiles are as fast or faster; with very many channels too little of the
 * transformed pixels fits a core's cache (measured on 2-core Ice Lake, Sapphire Rapids and EPYC, batches of 1
 * to 16). An input gradient reads two tensors, so that direct tiles lose less by reading more of them. */
unet_variant unet_winograd_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node) {
  enum { CHANNELS = 8, GRADIENT_CHANNELS = 24, READ_CHANNELS = 256, PIXELS = 256, GRADIENT_PIXELS = 512 };
  bool weight_grad = node->op == UNET_OP_CONV2D_WEIGHT_GRAD;
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, weight_grad ? node->outputs[0] : node->inputs[1]);
  bool gradient = node->op != UNET_OP_CONV2D;
  bool enough = w.n >= CHANNELS && w.c >= CHANNELS && (!gradient || w.n + w.c >= GRADIENT_CHANNELS);
  bool pays = device->type == UNET_DEVICE_CPU && w.h == 3 && enough && x.c <= READ_CHANNELS &&
              x.n * x.h * x.w >= (weight_grad ? GRADIENT_PIXELS : PIXELS);
  return pays ? UNET_WINOGRAD : unet_layer_rule(device, graph, node);
}
