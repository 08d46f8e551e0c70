#include "kernels/winograd.h"

#include "kernels/layer_gemm.h"

/* The transforms cost as much for each channel as some multiplications, and those of the weights as some
 * pixels: below these limits direct tiles are as fast or faster; with very many channels too little of the
 * transformed pixels fits a core's cache (measured on 2-core Ice Lake, Sapphire Rapids and EPYC, batches of 1
 * to 16). 8 by 8 channels pay in weight gradients, which store nothing for a pixel: a tenth to a seventh of
 * the time on the EPYC; in the others where a core has but one 512-bit multiply-add a cycle: `tune` finds
 * out. */
unet_variant unet_winograd_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node) {
  enum { CHANNELS = 8, READ_CHANNELS = 256 };
  bool weight_grad = node->op == UNET_OP_CONV2D_WEIGHT_GRAD;
  size_t both_channels = weight_grad ? 16 : 24, pixels = weight_grad ? 512 : 256;
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, weight_grad ? node->outputs[0] : node->inputs[1]);
  bool enough = w.n >= CHANNELS && w.c >= CHANNELS && w.n + w.c >= both_channels;
  bool pays = device->type == UNET_DEVICE_CPU && w.h == 3 && enough && x.c <= READ_CHANNELS &&
              x.n * x.h * x.w >= pixels;
  return pays ? UNET_WINOGRAD : unet_layer_rule(device, graph, node);
}
