/* The loss of binary segmentation; its formula stands at unet_loss_form. The op makes four sums, the loss
 * itself is a few operations on the host. With s = 1 - pt, I = 2 TP + 1 and D = 2 TP + 2 alpha FP + 2 beta FN
 * + 1 the gradient is
 *
 *   dz = pixel (p > y ? 1 : -1) s^gamma (s + gamma pt bce) / count
 *      - region (2 y D - I (2 alpha + 2 (1 - alpha - beta) y)) / D^2 * p (1 - p) */
#include "ops/op.h"

enum { SUMS = 4 };

unet_loss_form unet_bce_dice_loss(void) {
  return (unet_loss_form){.pixel = 1.0f, .region = 1.0f, .alpha = 0.5f, .beta = 0.5f};
}

unet_value unet_segmentation_loss(unet_graph *graph, unet_value logits, unet_value target,
                                  const unet_loss_form *form) {
  return unet_graph_add_node(graph, UNET_OP_SEGMENTATION_LOSS,
                             (unet_value[]){logits, target, UNET_NO_VALUE, UNET_NO_VALUE},
                             &(unet_attributes){.loss = *form});
}

static void infer_loss(unet_graph *graph, unet_node *node) {
  unet_shape z = unet_shape_of(graph, node->inputs[0]), y = unet_shape_of(graph, node->inputs[1]);
  if (z.n != y.n || z.c != 1 || y.c != 1 || z.h != y.h || z.w != y.w) {
    unet_graph_fail(graph, UNET_USAGE,
                    "segmentation_loss: logits (%zu,%zu,%zu,%zu) and target (%zu,%zu,%zu,%zu) differ", z.n,
                    z.c, z.h, z.w, y.n, y.c, y.h, y.w);
    return;
  }
  unet_op_output(graph, node, 0, UNET_VALUE_SUMS, (unet_shape){1, 1, 1, SUMS});
}

static void differentiate_loss(unet_graph *graph, const unet_node *node, unet_value gradient) {
  (void)gradient; /* d loss / d loss = 1 */
  unet_value logits = node->inputs[0];
  unet_value dz = unet_graph_add_node(
      graph, UNET_OP_SEGMENTATION_LOSS_GRAD,
      (unet_value[]){logits, node->inputs[1], node->outputs[0], UNET_NO_VALUE}, &node->attributes);
  if (dz != UNET_NO_VALUE) unet_graph_add_gradient(graph, logits, dz);
}

static void infer_loss_grad(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, unet_shape_of(graph, node->inputs[0]));
}

static unet_cost cost_loss(const unet_graph *graph, const unet_node *node) {
  return (unet_cost){.flops = 30.0 * (double)unet_elements(unet_shape_of(graph, node->inputs[0])),
                     .bytes = unet_op_traffic(graph, node)};
}

const unet_op unet_op_segmentation_loss = {"segmentation_loss", infer_loss, differentiate_loss, cost_loss};
const unet_op unet_op_segmentation_loss_grad = {"segmentation_loss_grad", infer_loss_grad, NULL, cost_loss};
