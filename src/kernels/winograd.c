#include "kernels/winograd.h"

#include "kernels/layer_gemm.h"

/* The run that leaves fewer lanes without a tile; the wider one at equal. */
static size_t run_of(size_t vw, size_t width) {
  size_t narrow = vw / 2;
  return unet_divide_up(width, narrow) * narrow < unet_divide_up(width, vw) * vw ? narrow : vw;
}

unet_winograd_tiles unet_winograd_tiles_of(const unet_device_info *device, size_t images, size_t height,
                                           size_t width) {
  unet_winograd_tiles tiles = {.vw = unet_lanes_of(UNET_WINOGRAD, device).vw};
  tiles.run = run_of(tiles.vw, width);
  size_t runs = images * unet_divide_up(height, 4) * unet_divide_up(width, tiles.run);
  tiles.vectors = unet_divide_up(runs, 2 * tiles.vw / tiles.run);
  return tiles;
}

size_t unet_winograd_budget(const unet_device_info *device) { return (size_t)(device->local_memory / 3 * 2); }

/* The transforms cost as much for each channel as some multiplications, and those of the weights as some pixels: below
 * these limits direct tiles are as fast or faster; with very many channels too little of the transformed pixels fits a
 * core's cache (measured on a 2-core Ice Lake, batches of 1 to 16). */
unet_variant unet_winograd_rule(const unet_device_info *device, const unet_graph *graph,
                                const unet_node *node) {
  enum { CHANNELS = 16, READ_CHANNELS = 256, PIXELS = 512 };
  bool weight_grad = node->op == UNET_OP_CONV2D_WEIGHT_GRAD;
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, weight_grad ? node->outputs[0] : node->inputs[1]);
  bool pays = device->type == UNET_DEVICE_CPU && w.h == 3 && w.n >= CHANNELS && w.c >= CHANNELS &&
              x.c <= READ_CHANNELS && x.n * x.h * x.w >= PIXELS;
  return pays ? UNET_WINOGRAD : unet_layer_rule(device, graph, node);
}
